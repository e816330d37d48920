/* mps: what Arm's MPS2 and MPS3 boards have in common, as QEMU emulates them: CMSDK UART, SysTick, semihosting, weights put into RAM by the
 * emulator's loader. The board's own file says where things are.
 */
#ifndef SOTTO_FIRMWARE_MPS_H
#define SOTTO_FIRMWARE_MPS_H
#include "firmware/board.h"

extern const uint32_t mps_hz;       /* of the core and of SysTick */
extern const uintptr_t mps_uart;    /* first register of UART 0 */
extern const board_flash mps_flash; /* both slots lie in RAM that behaves as flash (flash.c) */

int mps_flash_erase(void *user, uintptr_t sector_address);
int mps_flash_program(void *user, uintptr_t address, const void *bytes, size_t count);

#endif
