/* voice: the runtime of a board: weights in place, the block in the board's arena, tools, events on the console. */
#ifndef SOTTO_FIRMWARE_VOICE_H
#define SOTTO_FIRMWARE_VOICE_H
#include "firmware/image.h"
#include "platform/show_text.h"
#include "platform/tools/tools.h"
#include "runtime/sotto.h"

enum { VOICE_BLOCK = 160, VOICE_WHY = 256 }; /* samples of 10 ms; room for a line that says why */

typedef struct voice {
    sotto_model model[IMAGE_MODELS];
    sotto_config config;
    sotto_memory_report memory;
    sotto *runtime;
    tools tools;
    int64_t unix_zero; /* unix seconds when the board's clock was 0, set by hand; 0: ask the board */
    show_out show;
    int tokens;                                                     /* 1: also shows each piece of the reply */
    int quiet;                                                      /* 1: shows nothing */
    uint64_t ahead;                                                 /* ns that the runtime's clock is ahead of the board's */
    void (*play)(void *user, const int16_t *samples, size_t count); /* takes what is said; NULL: nobody listens */
    void *user;
    uint64_t turns;
    uint32_t reply_crc; /* CRC-32 of the last turn's reply */
} voice;

/* Opens the models of an image, plans, and starts a runtime in the board's arena. 0, or -1 with one line in why [VOICE_WHY]. */
int voice_open(voice *v, const image *weights, char *why);
/* Works until nothing is left to do: steps, shows events, hands out what is said. */
void voice_run(voice *v);
/* The events since the last call: shown, counted, remembered. voice_run does it by itself. */
void voice_events(voice *v);
uint64_t voice_now(void *user);

/* Unix seconds; a board that does not know them gives the seconds since its start, by which timers run (tools.h). */
int64_t voice_time(const voice *v);
void voice_set_time(voice *v, int64_t unix_seconds);

#endif
