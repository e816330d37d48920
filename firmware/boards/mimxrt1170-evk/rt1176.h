/* rt1176: registers of the i.MX RT1176 that this board needs (reference manual IMXRT1170RM), and what its files tell one another. */
#ifndef SOTTO_FIRMWARE_RT1176_H
#define SOTTO_FIRMWARE_RT1176_H
#include "firmware/board.h"
#include "firmware/boards/cortex-m7/m7.h"

enum { RT1176_OSC = 24000000 };

/* A clock root of the CCM: source 1 is the 24 MHz oscillator for all that are used here. */
void rt1176_clock_root(uint32_t root, uint32_t source, uint32_t divide);
/* A pad as its function ALTn (0 for all here); input 1: what comes in is read also where the pad is driven. */
void rt1176_pad(uintptr_t mux, uintptr_t pad, uint32_t input, uint32_t settings);
uint32_t rt1176_core_hz(void); /* as the boot ROM left it */

void rt1176_uart_start(void);
int rt1176_codec_start(void); /* 0, or -1 when the codec does not answer */

#endif
