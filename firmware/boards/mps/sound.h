/* sound: a microphone and a loudspeaker made of two files, in virtual time: what a board's DMA does at 16 kHz.
 *
 * The microphone has a ring of SOUND_RING samples that is filled whether anybody reads or not; what does not fit is lost and counted. After the file's
 * end it hears silence. The loudspeaker takes SOUND_RING samples ahead of what it has played.
 */
#ifndef SOTTO_FIRMWARE_SOUND_H
#define SOTTO_FIRMWARE_SOUND_H
#include "firmware/wav.h"

enum { SOUND_RING = 2048 }; /* samples: 128 ms */

/* From now on the board has sound. `out` may be NULL. 0, or -1 with one line in why [WAV_WHY]. */
int sound_open(const char *in, const char *out, char *why);
uint64_t sound_heard(void); /* samples that came at the microphone, lost or not */
int sound_over(void);       /* 1: the microphone's file is at its end */
int sound_quiet(void);      /* 1: the loudspeaker has played all it was given */
int sound_close(void);      /* 0, or -1 when the reply could not be written */

#endif
