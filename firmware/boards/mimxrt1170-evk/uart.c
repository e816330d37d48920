/* uart: LPUART1 on the debug probe's virtual COM port (pads AD_24 and AD_25), 115200 baud 8N1 from the 24 MHz oscillator; input by interrupt. */
#include "firmware/boards/cortex-m7/bytes.h"
#include "firmware/boards/mimxrt1170-evk/rt1176.h"

enum { UART = 0x4007c000, BAUD = UART + 0x10, STAT = UART + 0x14, CTRL = UART + 0x18, DATA = UART + 0x1c, IRQ = 20, ROOT = 25 };
enum { TAKES = 1 << 23, CAME = 1 << 21, ERRORS = 15 << 16 };

void lpuart1_handler(void);

void lpuart1_handler(void) {
    while (*m7_reg(STAT) & CAME) bytes_came((uint8_t)*m7_reg(DATA));
    m7_set(STAT, 0, ERRORS);
}

void rt1176_uart_start(void) {
    bytes_start();
    rt1176_clock_root(ROOT, 1, 1);
    rt1176_pad(0x400e816c, 0x400e83b0, 0, 2);
    rt1176_pad(0x400e8170, 0x400e83b4, 0, 2);
    *m7_reg(CTRL) = 0;
    *m7_reg(BAUD) = 15u << 24 | 13; /* 24 MHz / 16 / 13 = 115385 */
    *m7_reg(CTRL) = 1u << 21 | 1u << 19 | 1u << 18;
    m7_irq_on(IRQ);
}

void bytes_send(char byte) {
    while (!(*m7_reg(STAT) & TAKES)) {}
    *m7_reg(DATA) = (uint8_t)byte;
}
