/* loop: a runtime with its block, its tools and its clock, driven by a file, a text or a device.
 *
 * Two clocks: the machine's for live sound, and for files a virtual one that advances with the computing done and
 * jumps ahead, never back, to when a sample would have come from a real microphone. So a file gives the latencies of a
 * live conversation without waiting for it. A server (--llm-url) is waited for in real time on both.
 */
#ifndef SOTTO_HOST_LOOP_H
#define SOTTO_HOST_LOOP_H
#include "platform/host/pack.h"
#include "platform/posix/remote.h"
#include "platform/tools/tools.h"
#include "platform/posix/trace.h"
#include "platform/posix/wav.h"
#include "runtime/sotto.h"
#include <stdio.h>

enum { LOOP_BLOCK = 160, LOOP_TEXT = 1024 };

typedef struct loop_output { /* what is shown */
    FILE *to;                /* NULL: nothing */
    int json;                /* events as JSON Lines */
    int quiet;               /* only finals and turns */
    int turns;               /* a stage table after every turn */
} loop_output;

typedef struct loop {
    pack models;
    sotto_config config;
    sotto *voice;
    void *block;
    tools tools;
    struct tools_args *own; /* tools of the user's own; NULL: none. The caller's */
    remote *far;            /* answers in the language model's place; NULL: nobody. The caller's */
    uint64_t ahead;         /* ns the virtual clock is ahead of the machine's */
    int live;               /* 1: the machine's clock */
    uint64_t played_ns;     /* when the loudspeaker last had something to play; live only */
    loop_output show;
    trace trace;
    wav_writer *out;                                /* where the reply goes; NULL: nowhere */
    void (*seen)(void *user, const sotto_event *e); /* is given every event; may be NULL */
    void *seen_user;
    uint64_t last_sample_ns; /* when the last sound's last sample was at the microphone */
    uint64_t behind_ns;      /* most that the computing was behind the microphone in it */
    int failed;              /* an output failed; the message was printed */
    char transcript[LOOP_TEXT], reply[LOOP_TEXT];
    uint64_t turns, over;
} loop;

/* Opens the wanted models, plans, takes the block, starts the runtime. change (may be NULL) edits the configuration first.
 * Complains itself; 0 or an exit code. */
int loop_open(loop *l, const char *folder, unsigned want, void (*change)(void *user, sotto_config *c), void *user);
/* As loop_open, with the file at `path` (NULL: the pack's) in the place of one of the wanted models. */
int loop_open_with(loop *l, const char *folder, unsigned want, enum pack_model which, const char *path, void (*change)(void *user, sotto_config *c),
                   void *user);
/* As loop_open for the language model alone, from `model` when it is not NULL. */
int loop_open_model(loop *l, const char *folder, const char *model, void (*change)(void *user, sotto_config *c), void *user);
void loop_close(loop *l);
uint64_t loop_now(void *user);
/* Runs until nothing is left to do: steps, shows events, pulls what is said. */
void loop_run(loop *l);
/* Shows and traces the events that wait. */
void loop_events(loop *l);
/* Sound as if it were spoken now, up to LOOP_BLOCK samples at a time: `more` returns how many it gave, 0 at the end, -1 with the reason. 0 or an
 * exit code. */
typedef long (*loop_source)(void *user, int16_t *pcm, size_t room, platform_error *e);
int loop_sound(loop *l, loop_source more, void *user);
/* A recording that is one utterance: pauses do not cut it. */
void loop_one_utterance(sotto_config *c);
/* Sets the waits for the end of a turn that are not 0; the others give way, so that short <= normal <= long. */
void loop_waits(sotto_config *c, uint32_t shortest, uint32_t normal, uint32_t longest);
/* A sound file as if it were spoken now. 0 or an exit code. */
int loop_file(loop *l, const char *path);
int loop_ask(loop *l, const char *text);
int loop_complete(loop *l, const char *text);
int loop_say(loop *l, const char *text); /* of any length */
/* 1: a text that is read as SSML; it is one document. */
int loop_is_markup(const char *text);
/* Cuts a text (markup is not cut) into pieces that the runtime takes and gives each to `one`, until that returns an exit code other than 0. */
int loop_say_pieces(loop *l, const char *text, int (*one)(loop *l, const char *text, void *user), void *user);
/* Why a text was refused with `code`, on stderr; returns the exit code. */
int loop_refused(const loop *l, const char *what, const char *text, int code);

#endif
