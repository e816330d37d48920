/* live: the runtime between a microphone and a loudspeaker, one unit of work a call, so that a console beside it stays quick. */
#ifndef SOTTO_FIRMWARE_LIVE_H
#define SOTTO_FIRMWARE_LIVE_H
#include "firmware/voice.h"

typedef struct live {
    voice *voice;
    int sound;                 /* 0: the board has none; what is said is dropped */
    int16_t held[VOICE_BLOCK]; /* pulled from the runtime, and not yet taken by the loudspeaker: */
    size_t at, count;          /* held[at..count) */
    uint64_t refused;          /* samples of the microphone that the runtime had no room for */
} live;

void live_start(live *l, voice *v);
int live_step(live *l); /* 1: there is more to do at once */

#endif
