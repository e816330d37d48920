/* m55_start: from reset to newlib's _start on the emulated Cortex-M55 and M7: the floating point and vector unit is switched on first. */
#include <stdint.h>

extern uint32_t __stack;
void _start(void);
void m55_reset(void);

__attribute__((naked)) void m55_reset(void) {
    __asm__ volatile("ldr r0, =0xe000ed88\n" /* CPACR: full access to coprocessors 10 and 11 */
                     "ldr r1, [r0]\n"
                     "orr r1, r1, #0xf00000\n"
                     "str r1, [r0]\n"
                     "dsb\n"
                     "isb\n"
                     "b _start\n");
}

static void fault(void) {
    for (;;) __asm__ volatile("mov r0, #0x18\n movw r1, #0x0024\n movt r1, #0x0002\n bkpt 0xab" ::: "r0", "r1"); /* semihosting exit: abort */
}

typedef void handler(void);
__attribute__((section(".vectors"), used)) static handler *const vectors[16] = {
    (handler *)(void *)&__stack, m55_reset, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault,
};
