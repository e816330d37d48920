/* fault: registers, fault status and a part of the stack as text on the console, then the end with code 1.
 *
 * Runs on a stack of its own, because a full stack may be the reason. Nothing outside the stack's bounds is read.
 */
#include "firmware/fault.h"
#include "firmware/board.h"
#include "firmware/print.h"
#include "firmware/start.h"
#include <assert.h>

extern uint32_t link_stack_low[], link_stack_top[];
_Noreturn __attribute__((used)) void fault_report(const uint32_t *frame, const uint32_t *saved, uint32_t how); /* called from assembly */

enum { CFSR = 0xe000ed28, HFSR = 0xe000ed2c, MMFAR = 0xe000ed34, BFAR = 0xe000ed38, ICSR = 0xe000ed04, FRAME = 8, EXCERPT = 16 };

uint32_t fault_stack[512] __attribute__((used, aligned(8)));

/* r0 the frame that the core pushed, r1 r4 to r11, r2 EXC_RETURN. */
__attribute__((naked)) void fault_enter(void) {
    __asm__ volatile("tst lr, #4\n"
                     "ite eq\n"
                     "mrseq r0, msp\n"
                     "mrsne r0, psp\n"
                     "ldr r1, =fault_stack + 2048\n"
                     "mov sp, r1\n"
                     "push {r4-r11}\n"
                     "mov r1, sp\n"
                     "mov r2, lr\n"
                     "b fault_report\n");
}

#define WEAK __attribute__((weak, alias("fault_enter")))
WEAK void nmi_handler(void);
WEAK void svc_handler(void);
WEAK void debug_handler(void);
WEAK void pendsv_handler(void);
WEAK void systick_handler(void);

static uint32_t status(uintptr_t address) {
    return *(volatile uint32_t *)address;
}

static void put_row(const char *const *names, const uint32_t *values, int count) {
    for (int i = 0; i < count; i++) print_line(i % 4 == 3 || i == count - 1 ? "%s %s\n" : "%s %s  ", names[i], print_hex(values[i]).text);
}

_Noreturn void fault_report(const uint32_t *frame, const uint32_t *saved, uint32_t how) {
    static const char *const pushed[] = {"r0  ", "r1  ", "r2  ", "r3  ", "r12 ", "lr  ", "pc  ", "xpsr"};
    static const char *const kept[] = {"r4  ", "r5  ", "r6  ", "r7  ", "r8  ", "r9  ", "r10 ", "r11 "};
    static const char *const registers[] = {"cfsr", "hfsr", "mmfar", "bfar"};
    const uint32_t value[] = {status(CFSR), status(HFSR), status(MMFAR), status(BFAR)};
    print_line("\nfault: exception %u at stack %s, return %s\n", (unsigned)(status(ICSR) & 511), print_hex((uint32_t)(uintptr_t)frame).text,
               print_hex(how).text);
    put_row(registers, value, 4);
    put_row(kept, saved, 8);
    if (frame >= link_stack_low && frame + FRAME <= link_stack_top) {
        put_row(pushed, frame, FRAME);
        for (const uint32_t *p = frame + FRAME; p < link_stack_top && p < frame + FRAME + EXCERPT; p += 4)
            print_line("stack %s: %s %s %s %s\n", print_hex((uint32_t)(uintptr_t)p).text, print_hex(p[0]).text, print_hex(p[1]).text,
                       print_hex(p[2]).text, print_hex(p[3]).text);
    } else {
        print_line("the stack ran out of its %zu bytes\n", (size_t)((const char *)link_stack_top - (const char *)link_stack_low));
    }
    board_exit(1);
}

_Noreturn void fault_provoke(void) {
    (void)*(volatile uint32_t *)0xf0000000u; /* vendor space: nothing answers there */
    print_line("fault: a read at f0000000 was answered\n");
    board_exit(2);
}

/* newlib's assert ends here. */
void __assert_func(const char *file, int line, const char *function, const char *what) {
    print_line("\nassertion failed: %s, line %d, %s: %s\n", file, line, function ? function : "?", what);
    board_exit(1);
}
