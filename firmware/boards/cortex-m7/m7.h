/* m7: what every Cortex-M7 on silicon needs of its core: registers, memory protection, caches, interrupts, SysTick as the clock.
 *
 * Register layouts are those of the Armv7-M architecture manual; nothing of a vendor.
 */
#ifndef SOTTO_FIRMWARE_M7_H
#define SOTTO_FIRMWARE_M7_H
#include <stddef.h>
#include <stdint.h>

static inline volatile uint32_t *m7_reg(uintptr_t address) {
    return (volatile uint32_t *)address;
}

static inline void m7_set(uintptr_t address, uint32_t clear, uint32_t set) {
    *m7_reg(address) = (*m7_reg(address) & ~clear) | set;
}

/* Waits until (register & mask) == value; -1 after about `spins` reads. */
int m7_wait(uintptr_t address, uint32_t mask, uint32_t value, uint32_t spins);

typedef enum m7_memory {              /* how a region is used */
                         M7_NONE,     /* no access, also none by speculation */
                         M7_CODE,     /* read and executed, cached */
                         M7_CONSTANT, /* read, cached */
                         M7_DATA,     /* read and written, cached (write-back) */
                         M7_DMA       /* read and written, not cached: shared with DMA */
} m7_memory;

/* Region `index` (0..7; a greater one wins): bytes is a power of two, address a multiple of it. m7_protect switches the unit and both caches on. */
void m7_region(uint32_t index, uintptr_t address, uint32_t bytes, m7_memory use);
void m7_protect(void);
/* Forgets cached bytes, so that the memory itself is read; whole lines of 32. */
void m7_forget(uintptr_t address, size_t bytes);

void m7_irq_on(uint32_t irq);
void m7_clock_start(uint32_t hz); /* SysTick counts core clocks from now */
void m7_delay_us(uint32_t us);

#endif
