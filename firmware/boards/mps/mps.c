/* mps: see mps.h. Time is SysTick's count plus its wraps, 2^24 ticks each; under `-icount shift=0` a virtual ns is an instruction, and a tick
 * 31.25 of them at 32 MHz, 40 at 25 MHz.
 */
#include "firmware/boards/mps/mps.h"
#include "firmware/semihost.h"

enum { UART_DATA = 0, UART_STATE = 1, UART_CTRL = 2, UART_BAUD = 4, UART_FULL = 1, UART_CAME = 2, UART_ON = 3, BAUD_DIVISOR = 16 };
enum { TICK_CTRL = 0, TICK_RELOAD = 1, TICK_VALUE = 2, TICK_ON = 7, TICK_MASK = 0xffffff };

const char board_time_unit[] = "virtual ms";

extern char link_arena_start[], link_arena_end[];
void systick_handler(void);

static volatile uint32_t *const tick = (volatile uint32_t *)0xe000e010;
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
    tick[TICK_RELOAD] = TICK_MASK;
    tick[TICK_VALUE] = 0;
    tick[TICK_CTRL] = TICK_ON; /* core clock, with interrupt */
}

/* A wrap between the two reads is seen by reading again. */
static uint64_t ticks_now(void) {
    uint32_t before, value;
    do {
        before = wraps;
        value = tick[TICK_VALUE];
    } while (before != wraps);
    return (uint64_t)before * (TICK_MASK + 1u) + (TICK_MASK - value);
}

uint64_t board_now(void) {
    uint64_t t = ticks_now();
    return t / mps_hz * 1000000000u + t % mps_hz * 1000000000u / mps_hz;
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

int board_audio_start(void) {
    return -1;
}

size_t board_microphone(int16_t *samples, size_t most) {
    (void)samples;
    (void)most;
    return 0;
}

size_t board_loudspeaker(const int16_t *samples, size_t count) {
    (void)samples;
    (void)count;
    return 0;
}

uint32_t board_audio_lost(void) {
    return 0;
}

void board_wait(void) { /* UART input is polled: sleeping for it would sleep until SysTick wraps */
}

_Noreturn void board_reset(void) {
    *(volatile uint32_t *)0xe000ed0c = 0x05fa0004; /* AIRCR: system reset request */
    for (;;) {}
}

_Noreturn void board_exit(int code) {
    semihost_exit(code);
}
