/* sound: two rings between a board's DMA interrupts and board.h's microphone and loudspeaker.
 *
 * The interrupt of each 10 ms block writes one and reads the other; the main loop does the reverse. A ring is as deep as the longest unit of work may
 * take: SOUND_RING samples, 2 s. What does not fit, and what was missing in the middle of a reply, is counted.
 */
#ifndef SOTTO_FIRMWARE_SOUND_H
#define SOTTO_FIRMWARE_SOUND_H
#include <stddef.h>
#include <stdint.h>

enum { SOUND_BLOCK = 160, SOUND_RING = 32768 };

void sound_start(void);
void sound_heard(const int16_t *samples, size_t count); /* from the interrupt */
void sound_play(int16_t *samples, size_t count);        /* from the interrupt: silence where there is nothing */

#endif
