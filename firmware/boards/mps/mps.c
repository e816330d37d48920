/* mps: see mps.h. Time is SysTick's count plus its wraps, one each 10 ms; under `-icount shift=0` a virtual ns is an instruction, and a tick
 * 31.25 of them at 32 MHz, 40 at 25 MHz.
 */
#include "firmware/boards/mps/mps.h"
#include "firmware/semihost.h"

enum { UART_DATA = 0, UART_STATE = 1, UART_CTRL = 2, UART_BAUD = 4, UART_FULL = 1, UART_CAME = 2, UART_ON = 3, BAUD_DIVISOR = 16 };
enum { TICK_CTRL = 0, TICK_RELOAD = 1, TICK_VALUE = 2, TICK_ON = 7, WRAPS_A_SECOND = 100, TICK_PENDING = 1 << 26 };

const char board_time_unit[] = "virtual ms";

extern char link_arena_start[], link_arena_end[];
void systick_handler(void);

static volatile uint32_t *const tick = (volatile uint32_t *)0xe000e010;
static volatile uint32_t *const icsr = (volatile uint32_t *)0xe000ed04;
static volatile uint32_t wraps;

void systick_handler(void) {
    wraps++;
}

static volatile uint32_t *uart(void) {
    return (volatile uint32_t *)mps_uart;
}

void board_init(void) {
    uart()[UART_BAUD] = BAUD_DIVISOR; /* the least it takes; an emulator waits for no bits */
    uart()[UART_CTRL] = UART_ON;
    tick[TICK_RELOAD] = mps_hz / WRAPS_A_SECOND - 1;
    tick[TICK_VALUE] = 0;
    tick[TICK_CTRL] = TICK_ON; /* core clock, with interrupt */
}

/* SysTick counts down and interrupts as it reaches 0, one tick before it is reloaded: 0 is the first tick of the next period. A wrap while this is
 * read is seen by its count or by its interrupt that waits. */
uint64_t board_now(void) {
    uint32_t before, value, pending, period = mps_hz / WRAPS_A_SECOND;
    do {
        before = wraps;
        value = tick[TICK_VALUE];
        pending = *icsr & TICK_PENDING;
    } while (before != wraps || pending);
    return (uint64_t)before * (1000000000u / WRAPS_A_SECOND) + (value ? (uint64_t)(period - value) * 1000000000u / mps_hz : 0);
}

uint32_t board_hz(void) {
    return mps_hz;
}

int64_t board_unix_time(void) {
    return semihost_time();
}

board_region board_arena(void) {
    return (board_region){(uintptr_t)link_arena_start, (size_t)(link_arena_end - link_arena_start)};
}

const board_flash *board_weights(void) {
    return &mps_flash;
}

void board_put(const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        while (uart()[UART_STATE] & UART_FULL) {}
        uart()[UART_DATA] = (uint8_t)bytes[i];
    }
}

int board_get(void) {
    return uart()[UART_STATE] & UART_CAME ? (int)(uart()[UART_DATA] & 255) : -1;
}

_Noreturn void board_reset(void) {
    *(volatile uint32_t *)0xe000ed0c = 0x05fa0004; /* AIRCR: system reset request */
    for (;;) {}
}

_Noreturn void board_exit(int code) {
    semihost_exit(code);
}
