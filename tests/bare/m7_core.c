/* The part of the silicon boards that an emulator can run: memory protection as m7_region sets it, the caches' switching on, the clock of board.h.
 * Bare metal on QEMU's mps2-an500; a violation is caught, counted and stepped over. Exit code 0 when all holds.
 */
#include "firmware/board.h"
#include "firmware/boards/cortex-m7/m7.h"
#include <stdio.h>

void systick_handler(void);
void step_over(uint32_t *frame);

enum { MEMORY = 0x60000000, VTOR = 0xe000ed08, SHCSR = 0xe000ed24, CFSR = 0xe000ed28, ENTRIES = 16 };

static volatile uint32_t faults;
static int failed;
static uint32_t vectors[ENTRIES] __attribute__((aligned(128)));

/* The faulting instruction is 2 bytes long, or 4. */
void step_over(uint32_t *frame) {
    uint16_t opcode = *(uint16_t *)frame[6];
    frame[6] += opcode >= 0xe800 ? 4 : 2;
    faults++;
    *m7_reg(CFSR) = *m7_reg(CFSR);
}

__attribute__((naked)) static void memory_fault(void) {
    __asm__ volatile("mov r0, sp\n push {r4, lr}\n bl step_over\n pop {r4, pc}");
}

static void expect(int ok, const char *what) {
    if (!ok) printf("%s\n", what), failed = 1;
}

static uint32_t faults_of_read(uintptr_t at) {
    uint32_t before = faults;
    (void)*m7_reg(at);
    return faults - before;
}

static uint32_t faults_of_write(uintptr_t at) {
    uint32_t before = faults;
    *m7_reg(at) = 0x12345678;
    __asm__ volatile("dsb");
    return faults - before;
}

static void catch_faults(void) {
    const uint32_t *old = (const uint32_t *)*m7_reg(VTOR);
    for (int i = 0; i < ENTRIES; i++) vectors[i] = old[i];
    vectors[4] = (uint32_t)memory_fault;
    vectors[15] = (uint32_t)systick_handler;
    *m7_reg(VTOR) = (uint32_t)vectors;
    m7_set(SHCSR, 0, 1u << 16);
}

static void check_regions(void) {
    m7_region(0, MEMORY, 64 << 10, M7_CONSTANT);
    m7_region(1, MEMORY + (64 << 10), 64 << 10, M7_NONE);
    m7_region(2, MEMORY + (128 << 10), 64 << 10, M7_DATA);
    m7_region(3, MEMORY + (192 << 10), 64 << 10, M7_DMA);
    m7_protect();
    expect(faults_of_read(MEMORY) == 0 && faults_of_read(MEMORY + 65532) == 0, "a constant cannot be read");
    expect(faults_of_write(MEMORY) == 1 && faults_of_write(MEMORY + 65532) == 1, "a constant can be written");
    expect(faults_of_read(MEMORY + 65536) == 1 && faults_of_write(MEMORY + 65536) == 1, "what is closed can be reached");
    expect(faults_of_write(MEMORY + (128 << 10)) == 0 && *m7_reg(MEMORY + (128 << 10)) == 0x12345678, "data cannot be written");
    expect(faults_of_write(MEMORY + (256 << 10) - 4) == 0, "DMA's memory cannot be written");
    m7_region(4, MEMORY, 4096, M7_DATA);
    expect(faults_of_write(MEMORY) == 0 && faults_of_write(MEMORY + 4096) == 1, "a greater region does not win");
    m7_region(4, MEMORY, 4096, M7_NONE);
    expect(faults_of_read(MEMORY) == 1, "a region cannot be closed again"); /* as the QUADSPI driver does */
    m7_region(4, MEMORY, 4096, M7_CONSTANT);
    m7_forget(MEMORY + 3, 100);
    expect(faults_of_read(MEMORY) == 0, "a region cannot be opened again");
}

static void check_clock(void) {
    uint64_t last, now, begin;
    m7_clock_start(25000000);
    begin = last = board_now();
    for (int i = 0; i < 300000; i++) {
        now = board_now();
        expect(now >= last, "time went back");
        last = now;
    }
    expect(last > begin + 30000000, "300,000 looks took less than three wraps");
    begin = board_now();
    m7_delay_us(35000);
    now = board_now() - begin;
    expect(now >= 35000000 && now < 35100000, "35 ms are not 35 ms");
    begin = board_now();
    board_wait();
    now = board_now() - begin;
    expect(now <= 10100000, "waiting took more than 10 ms");
}

int main(void) {
    catch_faults();
    check_regions();
    check_clock();
    if (!failed) printf("Cortex-M7: 5 kinds of memory, %u violations caught, clock and wait right\n", (unsigned)faults);
    return failed;
}
