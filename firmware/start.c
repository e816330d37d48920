/* start: from reset to main: floating point on, stack painted, memory set up, the board initialised.
 *
 * The vector table holds the core's 16 entries; a board adds those of its interrupts behind them with an array of handlers in section
 * .vectors.irq, and defines any of the weak handlers of start.h. Code runs in place, so only .data is copied.
 */
#include "firmware/start.h"
#include "firmware/board.h"
#include "firmware/fault.h"
#include <string.h>

typedef void handler(void);

extern uint32_t link_stack_low[], link_stack_top[], link_data_start[], link_data_end[], link_bss_start[], link_bss_end[];
extern const uint32_t link_data_load[];
int main(void);
_Noreturn __attribute__((used)) void start_run(void); /* called from assembly */

enum { CPACR = 0xe000ed88, VTOR = 0xe000ed08, CCR = 0xe000ed14, SHCSR = 0xe000ed24, PAINT = 0x5a17ed00, UNUSED_BELOW = 32 };

static volatile uint32_t *reg(uintptr_t address) {
    return (volatile uint32_t *)address;
}

/* Floating point and vectors first: compilers use their registers also to copy memory. */
__attribute__((naked)) void start_reset(void) {
    __asm__ volatile("ldr r0, =0xe000ed88\n" /* CPACR: full access to coprocessors 10 and 11 */
                     "ldr r1, [r0]\n"
                     "orr r1, r1, #0xf00000\n"
                     "str r1, [r0]\n"
                     "dsb\n"
                     "isb\n"
                     "ldr r0, =link_stack_top\n"
                     "mov sp, r0\n"
                     "b start_run\n");
}

static void paint_stack(void) {
    uint32_t *end = (uint32_t *)__builtin_frame_address(0) - UNUSED_BELOW;
    for (volatile uint32_t *p = link_stack_low; (uint32_t *)p < end; p++) *p = PAINT;
}

size_t start_stack_used(void) {
    const uint32_t *p = link_stack_low;
    while (p < link_stack_top && *p == PAINT) p++;
    return (size_t)((const char *)link_stack_top - (const char *)p);
}

size_t start_stack_room(void) {
    return (size_t)((const char *)link_stack_top - (const char *)link_stack_low);
}

_Noreturn void start_run(void) {
    paint_stack();
    *reg(VTOR) = (uint32_t)(uintptr_t)start_vectors;
    *reg(SHCSR) |= 7u << 16; /* memory, bus and usage faults have their own entries */
    *reg(CCR) |= 1u << 4;    /* a division by zero is a fault */
    memcpy(link_data_start, link_data_load, (size_t)((char *)link_data_end - (char *)link_data_start));
    memset(link_bss_start, 0, (size_t)((char *)link_bss_end - (char *)link_bss_start));
    board_init();
    board_exit(main());
}

__attribute__((section(".vectors"), used)) void (*const start_vectors[16])(void) = {
    (handler *)(void *)link_stack_top,
    start_reset,
    nmi_handler,
    fault_enter, /* hard */
    fault_enter, /* memory */
    fault_enter, /* bus */
    fault_enter, /* usage */
    fault_enter, /* secure */
    0,
    0,
    0,
    svc_handler,
    debug_handler,
    0,
    pendsv_handler,
    systick_handler,
};
