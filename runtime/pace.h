/* pace: how far the sound that is ready is ahead of the loudspeaker.
 *
 * The loudspeaker begins with the first pull of a reply and plays SOTTO_RATE samples a second whatever the caller pulls ahead, so
 *     margin = what was made - what was played by now,   never less than what still waits in the ring.
 * It is looked at when more sound comes: below zero the loudspeaker ran dry for that long, which is counted, and it plays on from there.
 */
#ifndef SOTTO_PACE_H
#define SOTTO_PACE_H
#include <stdint.h>

typedef struct pace {
    uint64_t play_ns;             /* when the loudspeaker began, later by every time it ran dry; 0: not yet */
    uint64_t made;                /* samples of this reply */
    int64_t least;                /* ns, margin of this reply; INT64_MAX: none yet */
    int64_t last, lowest;         /* ns, of the last reply that ended; of all */
    uint64_t underruns, dry_ns;   /* of all */
    uint64_t slow_ns, slow_token; /* longest unit of speech; of the language model, of this reply */
} pace;

void pace_reset(pace *p);
void pace_begin(pace *p);                                         /* a reply */
void pace_end(pace *p);                                           /* it is over */
void pace_pulled(pace *p, uint64_t now);                          /* the caller took samples */
int64_t pace_margin(const pace *p, uint32_t ready, uint64_t now); /* ns; `ready`: samples in the ring */
/* n samples more, `ready` before them; returns for how many ns the loudspeaker was dry. */
uint64_t pace_made(pace *p, uint32_t ready, uint32_t n, uint64_t now);
/* 1: with this margin the language model may take its next step first: two of its longest and two of speech, at least PACE_RESERVE_MS, fit in. */
int pace_ample(const pace *p, int64_t margin, uint32_t ring);

#endif
