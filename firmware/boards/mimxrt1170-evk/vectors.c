/* vectors: the interrupts of this board behind the core's (their numbers: IMXRT1170RM, CM7 interrupts); all others are faults. */
#include "firmware/fault.h"

void edma0_handler(void);
void edma1_handler(void);
void lpuart1_handler(void);

__attribute__((section(".vectors.irq"), used)) void (*const rt1176_irq[218])(void) = {
    [0] = edma0_handler, [1] = edma1_handler, [2 ... 19] = fault_enter, [20] = lpuart1_handler, [21 ... 217] = fault_enter,
};
