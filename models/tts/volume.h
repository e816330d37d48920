/* volume: how loud each hop of speech is, and that it never clips.
 *
 * The n-th hop that the vocoder gives belongs to the n-th frame, some frames late: gains wait in a ring for their hop. Within a hop the gain goes in a
 * straight line from the hop before's to its own, so that a change makes no click; then the peak limiter (audio/gain.h) with its knee at VOLUME_KNEE.
 */
#ifndef SOTTO_MODELS_TTS_VOLUME_H
#define SOTTO_MODELS_TTS_VOLUME_H
#include "runtime/base/arena.h"
#include <stdint.h>

typedef struct volume {
    float *gain;    /* [room] of frames whose hop is not out yet, a ring */
    uint32_t room;  /* frames that may wait */
    uint32_t first; /* the oldest ... */
    uint32_t count; /* ... and how many there are */
    float last;     /* gain at the end of the newest hop */
    int begun;      /* there was a hop */
} volume;

void volume_layout(volume *v, arena *a, uint32_t room);
void volume_reset(volume *v);
void volume_frame(volume *v, float gain);                    /* a frame goes into the vocoder */
void volume_hop(volume *v, float *samples, uint32_t length); /* a hop comes out: in place; behind the last frame its gain holds on */

#endif
