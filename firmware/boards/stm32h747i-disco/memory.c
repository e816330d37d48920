/* memory: SDRAM (IS42S32800: 32 bits x 4 banks x 4096 rows x 512 columns, 32 MiB at 0xd0000000) for the arena, and what is cached how.
 *
 * 100 MHz, that is 10 ns a clock: CAS 3, row to column and precharge 2 clocks (18 ns), row active 5 (42 ns), row cycle 7 (60 ns), refresh of a row each
 * 64 ms / 4096 = 15.6 us = 1562 clocks, of which the manual takes 20 off.
 */
#include "firmware/boards/stm32h747i-disco/h747.h"
#include "firmware/boards/stm32h747i-disco/qspi.h"

enum {
    FMC = 0x52004000,
    SDCR1 = FMC + 0x140,
    SDCR2 = FMC + 0x144,
    SDTR1 = FMC + 0x148,
    SDTR2 = FMC + 0x14c,
    SDCMR = FMC + 0x150,
    SDRTR = FMC + 0x154
};
enum { SDSR = FMC + 0x158, SPINS = 1000000, BANK2 = 1 << 3, REFRESH = 1542, CAS3_SINGLE_WRITE = 0x230 };

typedef struct pins {
    uint8_t port;
    uint16_t pins;
} pins;

static void start_pins(void) {
    static const pins USED[] = {{3, 0xc703}, {4, 0xff83}, {5, 0xf83f}, {6, 0x8137}, {7, 0xffe0}, {8, 0x06ff}}; /* D E F G H I */
    for (uint32_t i = 0; i < sizeof USED / sizeof *USED; i++) {
        for (uint32_t pin = 0; pin < 16; pin++) {
            if (USED[i].pins >> pin & 1) h747_pin(USED[i].port, pin, 12, 1, 0);
        }
    }
}

static void command(uint32_t mode, uint32_t refreshes, uint32_t mode_register) {
    *m7_reg(SDCMR) = mode_register << 9 | (refreshes - 1) << 5 | BANK2 | mode;
    m7_wait(SDSR, 1u << 5, 0, SPINS);
}

static void start_sdram(void) {
    start_pins();
    h747_on(RCC_AHB3ENR, 1u << 12);
    *m7_reg(SDCR1) = 1u << 12 | 2u << 10; /* bank 2 too has its clock (HCLK / 2) and read burst from here */
    *m7_reg(SDCR2) = 3u << 7 | 1u << 6 | 2u << 4 | 1u << 2 | 1;
    *m7_reg(SDTR1) = (2u - 1) << 20 | (7u - 1) << 12;
    *m7_reg(SDTR2) = (2u - 1) << 24 | (2u - 1) << 16 | (5u - 1) << 8 | (7u - 1) << 4 | (2u - 1);
    m7_set(FMC, 0, 1u << 31);
    command(1, 1, 0); /* clock */
    m7_delay_us(200);
    command(2, 1, 0); /* precharge all */
    command(3, 8, 0); /* refresh */
    command(4, 1, CAS3_SINGLE_WRITE);
    *m7_reg(SDRTR) = REFRESH << 1;
}

void h747_memory_start(void) {
    h747_on(RCC_AHB2ENR, 7u << 29); /* SRAM 1 to 3, where DMA2 reads and writes */
    start_sdram();
    qspi_start();
    m7_region(0, 0x08000000, 2u << 20, M7_CODE);
    m7_region(1, QSPI_BASE, QSPI_BYTES, M7_CONSTANT);
    m7_region(2, 0xd0000000, 32u << 20, M7_DATA);
    m7_region(3, 0x24000000, 512u << 10, M7_DATA);
    m7_region(4, 0x30000000, 256u << 10, M7_DMA);
    m7_region(5, 0x38000000, 64u << 10, M7_DMA);
    m7_protect();
}
