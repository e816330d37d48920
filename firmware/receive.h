/* receive: an image over the console, block by block, each with its own CRC-32 and acknowledged; a spoilt one is asked for again.
 *
 *     host    update BYTES CRC [force]                  CRC-32 of the whole image, hexadecimal
 *     board   "send 0\r\n"                              or "refused: ..." and the transfer is over
 *     host    'S' 'B' count:u16 index:u32 bytes[count] crc:u32        little endian, crc over count..bytes; count 1024, less in the last block
 *       or    'S' 'H' count:u16 index:u32 sum:u32 crc:u32             the CRC-32 of those bytes: the board takes them from the image in use when they
 *                                                                     are there at the same place, so an update of one model sends that model
 *     board   "send 1\r\n"                              the next block that it wants: the same number again when this one did not arrive whole, or
 *                                                       is not in the image in use
 *     ...
 *     board   "taken: ...\r\n" or "refused: ...\r\n"    after the last block, read back and checked
 *
 * One block is under way at a time, so the board may take its time to erase. RECEIVE_QUIET_MS without a byte asks again; after RECEIVE_TRIES
 * fruitless questions the update is given up. A ctrl-C in place of a block does so at once.
 */
#ifndef SOTTO_FIRMWARE_RECEIVE_H
#define SOTTO_FIRMWARE_RECEIVE_H
#include "firmware/slots.h"

enum { RECEIVE_BLOCK = 1024, RECEIVE_QUIET_MS = 1000, RECEIVE_TRIES = 10 };

typedef struct receive {
    slots_update update;
    uint8_t frame[8 + RECEIVE_BLOCK + 4];
} receive;

/* Returns when the transfer is over: 0 the image is in its slot and will be tried at the next start, or -1; both said on the console. */
int receive_image(receive *r, slots *s, size_t bytes, uint32_t crc, int forced);

#endif
