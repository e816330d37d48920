/* m7: see m7.h; also what of board.h is the same on every Cortex-M7. Time is SysTick's count plus its wraps, one each 10 ms, by interrupt. */
#include "firmware/boards/cortex-m7/m7.h"
#include "firmware/board.h"

enum { TICK = 0xe000e010, NVIC_ON = 0xe000e100, ICSR = 0xe000ed04, AIRCR = 0xe000ed0c, CCR = 0xe000ed14, CCSIDR = 0xe000ed80, CSSELR = 0xe000ed84 };
enum { MPU_CTRL = 0xe000ed94, MPU_RNR = 0xe000ed98, MPU_RBAR = 0xe000ed9c, MPU_RASR = 0xe000eda0 };
enum { ICIALLU = 0xe000ef50, DCCIMVAC = 0xe000ef70, DCISW = 0xe000ef60, LINE = 32 };
enum { RASR_NO_EXECUTE = 1 << 28, RASR_RO = 6 << 24, RASR_RW = 3 << 24, RASR_WRITE_BACK = 1 << 19 | 1 << 17 | 1 << 16, RASR_PLAIN = 1 << 19 };

const char board_time_unit[] = "ms";

static uint32_t hz = 100, period = 1; /* core clocks a second, a wrap */
static volatile uint32_t wraps;

void systick_handler(void);

void systick_handler(void) {
    wraps++;
}

static void barrier(void) {
    __asm__ volatile("dsb\n isb" ::: "memory");
}

int m7_wait(uintptr_t address, uint32_t mask, uint32_t value, uint32_t spins) {
    while ((*m7_reg(address) & mask) != value) {
        if (spins-- == 0) return -1;
    }
    return 0;
}

/* ---- memory ---- */

void m7_region(uint32_t index, uintptr_t address, uint32_t bytes, m7_memory use) {
    static const uint32_t ATTRIBUTES[] = {
        [M7_NONE] = RASR_NO_EXECUTE,
        [M7_CODE] = RASR_RO | RASR_WRITE_BACK,
        [M7_CONSTANT] = RASR_NO_EXECUTE | RASR_RO | RASR_WRITE_BACK,
        [M7_DATA] = RASR_NO_EXECUTE | RASR_RW | RASR_WRITE_BACK,
        [M7_DMA] = RASR_NO_EXECUTE | RASR_RW | RASR_PLAIN,
    };
    uint32_t log2 = 31u - (uint32_t)__builtin_clz(bytes);
    barrier();
    *m7_reg(MPU_RNR) = index;
    *m7_reg(MPU_RBAR) = (uint32_t)address;
    *m7_reg(MPU_RASR) = ATTRIBUTES[use] | (log2 - 1) << 1 | 1;
    barrier();
}

/* Every line of the data cache is forgotten by its set and way: its content at reset is chance. */
static void data_cache_on(void) {
    if (*m7_reg(CCR) & 1u << 16) return;
    *m7_reg(CSSELR) = 0;
    barrier();
    uint32_t size = *m7_reg(CCSIDR), sets = (size >> 13 & 0x7fff) + 1, ways = (size >> 3 & 0x3ff) + 1;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) *m7_reg(DCISW) = way << (ways == 1 ? 31 : __builtin_clz(ways - 1)) | set << 5;
    }
    barrier();
    m7_set(CCR, 0, 1u << 16);
    barrier();
}

void m7_protect(void) {
    m7_set(0xe000ed24, 0, 1u << 16); /* a violation is a fault of its own */
    *m7_reg(MPU_CTRL) = 1 << 2 | 1;  /* what no region covers is as the architecture has it */
    barrier();
    if (!(*m7_reg(CCR) & 1u << 17)) {
        *m7_reg(ICIALLU) = 0;
        barrier();
        m7_set(CCR, 0, 1u << 17);
    }
    data_cache_on();
}

void m7_forget(uintptr_t address, size_t bytes) {
    barrier();
    for (uintptr_t a = address & ~(uintptr_t)(LINE - 1); a < address + bytes; a += LINE) *m7_reg(DCCIMVAC) = (uint32_t)a;
    barrier();
}

/* ---- interrupts, time, and the end ---- */

void m7_irq_on(uint32_t irq) {
    *m7_reg(NVIC_ON + 4 * (irq / 32)) = 1u << irq % 32;
}

void m7_clock_start(uint32_t core_hz) {
    hz = core_hz;
    period = core_hz / 100;
    *m7_reg(TICK + 4) = period - 1;
    *m7_reg(TICK + 8) = 0;
    *m7_reg(TICK) = 7;
}

/* The count runs period - 1 .. 0 and wraps on reaching 0, not on leaving it. A wrap whose interrupt waits still is counted here when the value was read
 * after it. */
static uint64_t clocks_now(void) {
    uint32_t before, value, waits;
    do {
        before = wraps;
        value = *m7_reg(TICK + 8);
        waits = *m7_reg(ICSR) >> 26 & 1;
    } while (before != wraps);
    uint32_t since = value ? period - value : 0;
    if (waits && since < period / 2) before++;
    return (uint64_t)before * period + since;
}

uint64_t board_now(void) {
    uint64_t t = clocks_now();
    return t / hz * 1000000000u + t % hz * 1000000000u / hz;
}

uint32_t board_hz(void) {
    return hz;
}

void m7_delay_us(uint32_t us) {
    uint64_t end = clocks_now() + (uint64_t)us * (hz / 1000000u);
    while (clocks_now() < end) {}
}

int64_t board_unix_time(void) {
    return -1; /* no battery-backed clock is set up; the console's time command does it */
}

void board_wait(void) { /* a UART byte, a block of sound or SysTick's wrap ends it */
    __asm__ volatile("wfi");
}

_Noreturn void board_reset(void) {
    barrier();
    *m7_reg(AIRCR) = 0x05fa0004;
    for (;;) {}
}

_Noreturn void board_exit(int code) {
    (void)code;
    board_reset();
}
