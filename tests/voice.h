/* voice: what the runtime's tests share: the shipped pack, a clock that counts, a turn from a sound file with everything recorded. */
#ifndef SOTTO_TESTS_VOICE_H
#define SOTTO_TESTS_VOICE_H
#include "runtime/sotto.h"

#define VOICE_PACK "models/packs/nano/"
#define VOICE_QUESTION "tests/golden/questions/demo.wav"
#define VOICE_WORDS "fifteen times eight"   /* heard in it */
#define VOICE_CALL "math expr=" VOICE_WORDS /* and asked for */

enum { VOICE_SAMPLES = 16000 * 30, VOICE_TEXT = 8192 };

typedef struct voice_pack {
    void *bytes[5];
    size_t size[5];
    sotto_model model[5]; /* asr llm g2p tts vocoder */
    sotto_config config;  /* defaults over them, with a clock and a tool that answers "ok" */
    uint64_t ticks;
} voice_pack;

typedef struct voice_record { /* what came out of a run */
    int16_t pcm[VOICE_SAMPLES];
    size_t samples;
    char text[VOICE_TEXT]; /* every intent, final, call, result and turn, a line each */
    size_t len;
    int turns;
} voice_record;

void voice_open(voice_pack *p);
void voice_close(voice_pack *p);
/* A block of exactly the plan's size between canaries; NULL when the plan fails. */
sotto *voice_start(const sotto_config *c);
void voice_end(sotto *s); /* checks the canaries */
void voice_run(sotto *s, voice_record *r);
/* Question samples [n] pushed `chunk` at a time, then the end of input. */
void voice_hear(sotto *s, voice_record *r, const int16_t *samples, size_t n, size_t chunk);
size_t voice_read(const char *path, int16_t *samples, size_t room); /* 16 kHz mono; 0 when it cannot be read */

#endif
