/* start: reset, the vector table and what the stack took. */
#ifndef SOTTO_FIRMWARE_START_H
#define SOTTO_FIRMWARE_START_H
#include <stddef.h>
#include <stdint.h>

extern void (*const start_vectors[16])(void);
void start_reset(void);
/* What a board may define; else they are faults (fault.c). */
void nmi_handler(void);
void svc_handler(void);
void debug_handler(void);
void pendsv_handler(void);
void systick_handler(void);
size_t start_stack_used(void); /* most bytes that the stack ever had, by the paint that is left */
size_t start_stack_room(void); /* bytes that it may have */

#endif
