/* fault: what a fault, an unexpected interrupt or a failed assertion prints before the end. */
#ifndef SOTTO_FIRMWARE_FAULT_H
#define SOTTO_FIRMWARE_FAULT_H

void fault_enter(void);             /* in the vector table */
_Noreturn void fault_provoke(void); /* a read where nothing is: to see that faults are told */

#endif
