/* uart: USART1 on PA9 and PA10, the ST-LINK's virtual COM port, 115200 baud 8N1; what comes in is taken by interrupt. */
#include "firmware/boards/stm32h747i-disco/h747.h"
#include "firmware/boards/cortex-m7/bytes.h"

enum { USART = 0x40011000, CR1 = USART, BRR = USART + 0x0c, ISR = USART + 0x1c, ICR = USART + 0x20, RDR = USART + 0x24, TDR = USART + 0x28 };
enum { RECEIVED = 1 << 5, TAKES = 1 << 7, ERRORS = 15, IRQ = 37, BAUD = 115200 };

void usart1_handler(void);

void usart1_handler(void) {
    while (*m7_reg(ISR) & RECEIVED) bytes_came((uint8_t)*m7_reg(RDR));
    *m7_reg(ICR) = ERRORS;
}

void h747_uart_start(void) {
    bytes_start();
    h747_pin(0, 9, 7, 0, 0);
    h747_pin(0, 10, 7, 1, 0);
    h747_on(RCC_APB2ENR, 1u << 4);
    *m7_reg(BRR) = (H747_PCLK + BAUD / 2) / BAUD;
    *m7_reg(CR1) = 1u << 5 | 1u << 3 | 1u << 2 | 1; /* receive interrupt, both directions, on */
    m7_irq_on(IRQ);
}

void bytes_send(char byte) {
    while (!(*m7_reg(ISR) & TAKES)) {}
    *m7_reg(TDR) = (uint8_t)byte;
}
