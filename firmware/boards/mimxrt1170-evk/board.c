/* mimxrt1170-evk: MIMXRT1170-EVK, the Cortex-M7 at the speed the boot ROM gives it; the Cortex-M4 is never started.
 * BUILT, NOT RUN ON HARDWARE: README.md has the steps that a person follows to bring it up.
 *
 * Code and weights are in the 16 MiB of flash at 0x30000000, mapped by the ROM (header.c says how). An image of 8.3 MB fits there once, not twice, and
 * code runs from the same chip, so this board has one slot, read only: weights are updated with the programmer.
 */
#include "firmware/boards/mimxrt1170-evk/rt1176.h"

enum { CCM = 0x40cc0000, ARM_PLL = 0x40c84200, WDOG1 = 0x40030000, WDOG2 = 0x40034000, RTWDOG3 = 0x40038000 };

extern char link_arena_start[], link_arena_end[];

const char board_name[] = "mimxrt1170-evk";

static const board_flash flash = {.slot = {{0x30100000, 15 << 20}, {0, 0}}, .sector = 4096, .page = 256};

void rt1176_clock_root(uint32_t root, uint32_t source, uint32_t divide) {
    *m7_reg(CCM + 0x80 * root) = source << 8 | (divide - 1);
    (void)*m7_reg(CCM + 0x80 * root);
}

void rt1176_pad(uintptr_t mux, uintptr_t pad, uint32_t input, uint32_t settings) {
    *m7_reg(mux) = input << 4;
    *m7_reg(pad) = settings;
}

/* Root 0 is the core's: source and divider; source 4 is the Arm PLL, 24 MHz x N / 2 / (2, 4, 8, 1). */
uint32_t rt1176_core_hz(void) {
    static const uint32_t SOURCE_MHZ[8] = {24, 24, 400, 16, 0, 1000, 480, 0};
    static const uint32_t POST[4] = {2, 4, 8, 1};
    uint32_t root = *m7_reg(CCM), source = root >> 8 & 7, pll = *m7_reg(ARM_PLL);
    uint64_t hz = (uint64_t)SOURCE_MHZ[source] * 1000000u;
    if (source == 4) hz = (uint64_t)RT1176_OSC * (pll & 0xff) / 2 / POST[pll >> 15 & 3];
    return (uint32_t)(hz / ((root & 0xff) + 1));
}

/* Two watchdogs that only count when they are asked to, and one that the ROM may have left counting. */
static void stop_watchdogs(void) {
    *(volatile uint16_t *)WDOG1 &= (uint16_t)~4u;
    *(volatile uint16_t *)WDOG2 &= (uint16_t)~4u;
    *m7_reg(RTWDOG3 + 4) = 0xd928c520; /* unlock */
    *m7_reg(RTWDOG3 + 8) = 0xffff;
    m7_set(RTWDOG3, 1u << 7, 1u << 5);
}

void board_init(void) {
    stop_watchdogs();
    m7_clock_start(rt1176_core_hz());
    m7_region(0, 0x30000000, 16u << 20, M7_CODE);
    m7_region(1, 0x20200000, 2u << 20, M7_DATA);
    m7_region(2, 0x2033c000, 16u << 10, M7_DMA);
    m7_protect();
    rt1176_uart_start();
}

board_region board_arena(void) {
    return (board_region){(uintptr_t)link_arena_start, (size_t)(link_arena_end - link_arena_start)};
}

const board_flash *board_weights(void) {
    return &flash;
}
