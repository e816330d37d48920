/* vectors: the interrupts of this board behind the core's (their numbers: RM0399, vector table); all others are faults. */
#include "firmware/fault.h"

void usart1_handler(void);
void dma2_stream1_handler(void);
void bdma_channel1_handler(void);

__attribute__((section(".vectors.irq"), used)) void (*const h747_irq[150])(void) = {
    [0 ... 36] = fault_enter,   [37] = usart1_handler,         [38 ... 56] = fault_enter,   [57] = dma2_stream1_handler,
    [58 ... 129] = fault_enter, [130] = bdma_channel1_handler, [131 ... 149] = fault_enter,
};
