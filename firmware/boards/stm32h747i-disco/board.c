/* stm32h747i-disco: STM32H747I-DISCO, the Cortex-M7 at 400 MHz; the Cortex-M4 is left asleep (README.md, option byte BCM4).
 * BUILT, NOT RUN ON HARDWARE: README.md has the steps that a person follows to bring it up. */
#include "firmware/boards/stm32h747i-disco/h747.h"

extern char link_arena_start[], link_arena_end[];

const char board_name[] = "stm32h747i-disco";

void h747_on(uint32_t enable_register, uint32_t bits) {
    m7_set(RCC + enable_register, 0, bits);
    (void)*m7_reg(RCC + enable_register);
}

void h747_pin(uint32_t port, uint32_t pin, uint32_t function, uint32_t pull, uint32_t open_drain) {
    uintptr_t gpio = 0x58020000u + 0x400 * port;
    uint32_t two = 2 * pin, four = 4 * (pin % 8);
    m7_set(gpio + 0x04, 1u << pin, open_drain << pin);
    m7_set(gpio + 0x08, 3u << two, 3u << two);
    m7_set(gpio + 0x0c, 3u << two, pull << two);
    m7_set(gpio + 0x20 + 4 * (pin / 8), 15u << four, function << four);
    m7_set(gpio + 0x00, 3u << two, 2u << two);
}

void board_init(void) {
    h747_clock_start();
    m7_clock_start(2 * H747_HCLK);
    h747_on(RCC_AHB4ENR, 0x7ff); /* GPIO A..K */
    h747_uart_start();
    h747_memory_start();
}

board_region board_arena(void) {
    return (board_region){(uintptr_t)link_arena_start, (size_t)(link_arena_end - link_arena_start)};
}

const board_flash *board_weights(void) {
    return &h747_flash;
}
