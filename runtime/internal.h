/* internal: the runtime's own parts. One `sotto` is three desks (listen, think, speak) around a turn and its clock.
 *
 *   listen.c   ring -> mel -> VAD/end of turn -> encoder -> transcript
 *   hearing.c  its text: partials that stand, whether it is complete, the final words
 *   think.c    transcript -> language model <-> tools -> reply text
 *   speak.c    reply text -> clauses -> phonemes -> acoustic frames -> PCM -> ring
 *   turn.c     which desk works next; when a turn begins and ends
 */
#ifndef SOTTO_INTERNAL_H
#define SOTTO_INTERNAL_H
#include "audio/endpoint.h"
#include "audio/mel.h"
#include "audio/vad.h"
#include "models/asr/asr.h"
#include "models/llm/llm.h"
#include "models/tts/speech.h"
#include "runtime/base/ring.h"
#include "runtime/event.h"
#include "runtime/sotto.h"
#include "runtime/spans.h"

enum {
    HOP = 160,
    HOPS_A_SECOND = 100,
    LINE_BYTES = 256,
    LONGEST_CHUNK = 96 /* bytes of text that 640 ms can add */,
    PAUSE_MS = 80 /* silence after which the recogniser does what waits */
};

typedef struct listen_desk {
    ring in;        /* int16 samples from the microphone */
    mel front;      /* log-mel front-end */
    vad speech;     /* is this frame speech */
    endpoint end;   /* where a turn begins and ends */
    asr ear;        /* recogniser */
    float *preroll; /* [preroll_frames x bands] last frames before speech, a ring */
    uint32_t preroll_frames, bands;
    uint64_t frames;        /* log-mel frames seen */
    uint64_t first_frame;   /* frame at which the recogniser started on this turn */
    uint64_t anchor_ns;     /* time of the newest sample pushed ... */
    uint64_t anchor_sample; /* ... and how many there were */
    uint64_t heard;         /* samples taken from the ring */
    int present;            /* there is an asr model */
    int speaking;           /* inside a turn's speech */
    int finishing;          /* the recogniser works off its rest */
    int cut;                /* ... of a turn whose speaker had not stopped */
    int again;              /* the next turn starts at again_frame, without waiting for speech */
    uint64_t again_frame;
    uint64_t flushed;     /* frame at which a pause last made the recogniser do what waited */
    uint64_t encoded;     /* frames of this turn that its text has heard */
    uint32_t patience;    /* ms of silence that this text asks for */
    int ended;            /* sotto_end_input was called */
    uint64_t decided_ns;  /* when the turn was judged over */
    char *partial;        /* [max_text] partial last raised */
    char *before;         /* [max_text] text of the chunk before */
    sotto_word *words[2]; /* [max_text / 2] of the last two final transcripts: the one before may still be looked at */
    uint32_t finals;      /* final transcripts so far */
} listen_desk;

typedef struct think_desk {
    llm mind;
    int present;
    int running; /* a turn is being generated */
    int first;   /* no token of this turn was generated yet */
    uint64_t prompt_tokens, prompt_ns, reply_tokens, reply_ns;
} think_desk;

typedef struct speak_desk {
    ring out;     /* int16 samples for the loudspeaker */
    speech voice; /* text in, frames of PCM out */
    int present;
    int active;                    /* something is being said */
    int announced;                 /* SOTTO_EV_AUDIO was raised this turn */
    uint64_t phones_ns, frames_ns; /* when this turn's first phones and first frames were made */
    uint64_t busy;                 /* ns */
} speak_desk;

typedef struct command_desk { /* all NULL without a grammar */
    match_result *result;
    char *text;           /* [max_text] the intent as text, then its answer */
    sotto_word *words[2]; /* [MATCH_SLOTS] of the last two intents */
    uint32_t count;       /* intents so far */
} command_desk;

struct sotto {
    sotto_config config;
    const kernels *k;
    sotto_memory_report memory;
    event_queue events;
    turn_clock clock;
    listen_desk listen;
    think_desk think;
    speak_desk speak;
    command_desk command;
    sotto_state_id state;
    char *reply;      /* [max_text] reply of this turn so far */
    char *last_reply; /* [max_text] reply of the turn before */
    size_t reply_len;
    uint64_t said_ns;               /* last speech sample of the question (or when sotto_ask was called) */
    uint64_t judged_ns;             /* turn judged over */
    uint64_t first_pull, last_pull; /* times of the reply's first and last samples */
    uint64_t samples_in, samples_out, dropped, asr_busy, asr_samples;
};

/* desks: layout takes memory (and binds), reset empties, step does one unit of work and returns 1, or 0 when there was none */
void listen_layout(listen_desk *d, arena *a, const sotto_config *c);
void listen_reset(sotto *s);
int listen_step(sotto *s);
/* hearing.c: what the recogniser's text is used for */
void hearing_begin(sotto *s, uint64_t frame); /* of a turn whose first log-mel frame is `frame` */
int hearing_step(sotto *s);                   /* one encoder chunk, when one is due: partials and the verdict; 1, or 0 */
uint32_t hearing_patience(const sotto *s);    /* ms of silence that end the turn: what the text asks for, once it has heard all before the silence */
void hearing_final(sotto *s);
/* command.c: sentences of the grammar */
void command_layout(command_desk *d, arena *a, const sotto_config *c);
const grammar *command_graph(const sotto_config *c);                   /* NULL: none */
uint32_t command_frames(const sotto_config *c);                        /* most CTC frames of a command */
int command_judge(sotto *s);                                           /* 1: what was said is accepted as the grammar's; SOTTO_EV_INTENT was raised */
uint32_t command_words(const sotto *s, sotto_word *to, uint32_t room); /* of the accepted sentence (command.result->said) */
void command_answer(sotto *s);                                         /* says its answer */
void think_reset(sotto *s);
int think_step(sotto *s);
void think_begin(sotto *s, const char *text);
int think_complete(sotto *s, const char *text); /* raw completion; SOTTO_EARG when the text is too long for the model */
void think_stop(sotto *s);
void speak_reset(sotto *s);
int speak_step(sotto *s);
void speak_text(sotto *s, const char *text); /* more of the reply */
void speak_close(sotto *s);                  /* the reply's text is complete */
void speak_stop(sotto *s);                   /* drops what is not yet in the ring; the ring fades out */

/* turn.c */
uint64_t turn_now(const sotto *s);
void turn_say(sotto *s, const char *text); /* a text of the platform's is the reply */
int turn_complete(sotto *s, const char *text);
void turn_final(sotto *s, const char *text);  /* a transcript (or a typed question) starts the reply */
void turn_reply(sotto *s, const char *piece); /* more reply text from the model */
void turn_reply_done(sotto *s);
void turn_end(sotto *s); /* adds up the turn's spans; idle again */
int turn_step(sotto *s);

#endif
