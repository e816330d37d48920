/* endpoint: from a VAD's frames to turns: where speech began, where it ended, when that is certain. All times are sample counts since the reset.
 *
 *     silence --(min_speech_ms of speech, gaps up to gap_ms)--> START --(as much silence as the caller asks)-----> END
 *                                                                     --(max_speech_ms since the start)--------> END, forced
 *
 * In the last hurry_ms before max_speech_ms the wait shrinks in proportion, so that a long turn is cut in the longest pause there is.
 */
#ifndef SOTTO_AUDIO_ENDPOINT_H
#define SOTTO_AUDIO_ENDPOINT_H
#include <stdint.h>

typedef enum endpoint_event { ENDPOINT_NONE, ENDPOINT_START, ENDPOINT_END } endpoint_event;

typedef struct endpoint_config {
    uint32_t rate, hop, win; /* samples: frame t covers [hop t, hop t + win) */
    uint32_t lag;            /* frames by which the VAD says speech late (its on_frames - 1) */
    uint32_t preroll_ms;     /* kept from before the first speech frame */
    uint32_t min_speech_ms;  /* speech frames needed for a start */
    uint32_t gap_ms;         /* silence inside a beginning that does not undo it */
    uint32_t max_speech_ms;  /* 0: no limit */
    uint32_t hurry_ms;
} endpoint_config;

typedef struct endpoint {
    endpoint_config config;
    uint64_t frame;       /* frames pushed */
    uint64_t first, last; /* frames: first of speech, last of speech */
    uint32_t voiced;      /* speech frames since `first` */
    int candidate, speaking;
    uint64_t begin;    /* sample: first speech sample of this turn, pre-roll not counted */
    uint64_t keep;     /* sample: begin - pre-roll, not before the end of the turn before */
    uint64_t end;      /* sample after the last speech sample; set as speech goes on */
    uint64_t decided;  /* samples heard when START or END was said */
    uint64_t previous; /* `decided` of the turn before */
    int forced;        /* the turn was ended by max_speech_ms or endpoint_finish */
} endpoint;

void endpoint_config_default(endpoint_config *c);
void endpoint_begin(endpoint *e, const endpoint_config *c);
void endpoint_reset(endpoint *e);
/* One VAD frame. `wait_ms`: silence that ends the turn, as the text so far has it. At START begin, keep and decided hold; at END end too. */
endpoint_event endpoint_push(endpoint *e, int speech, uint32_t wait_ms);
endpoint_event endpoint_finish(endpoint *e); /* no more sound: ENDPOINT_END when a turn was on */
/* Someone else heard speech in frame `frame` of this turn, one that was pushed. */
void endpoint_heard(endpoint *e, uint64_t frame);
/* Goes on at sample `at` without waiting for speech: the turn just ended was cut in the middle of a word that began there. */
void endpoint_resume(endpoint *e, uint64_t at);
/* Ends the turn now without an event and forgets it (the caller interrupted); frame count goes on. */
void endpoint_cancel(endpoint *e);
uint64_t endpoint_waiting(const endpoint *e); /* samples of silence since the last speech sample in a turn; 0 outside one */

#endif
