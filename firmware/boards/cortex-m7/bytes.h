/* bytes: what came in over a UART, from its interrupt to board_get; 2048 bytes, more than a block of an update (receive.h). */
#ifndef SOTTO_FIRMWARE_BYTES_H
#define SOTTO_FIRMWARE_BYTES_H
#include <stdint.h>

void bytes_start(void);
void bytes_came(uint8_t byte); /* from the interrupt; dropped when the ring is full, and the block's sum then tells */

#endif
