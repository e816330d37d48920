/* bytes: the console's bytes over a board's UART: in from its interrupt to board_get (2048 bytes, more than a block of an update, receive.h), out by
 * board_put. */
#ifndef SOTTO_FIRMWARE_BYTES_H
#define SOTTO_FIRMWARE_BYTES_H
#include <stdint.h>

void bytes_start(void);
void bytes_came(uint8_t byte); /* from the interrupt; dropped when the ring is full, and the block's sum then tells */

/* The board's: waits until its UART takes the byte. */
void bytes_send(char byte);

#endif
