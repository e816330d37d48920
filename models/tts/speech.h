/* speech: a growing text in, 16 kHz sound out: clauses -> phones -> acoustic frames -> PCM, one unit of work a step.
 *
 * The first clause is spoken while the rest of the text is still to come. However the text arrives (a letter, a token, all at
 * once) and however the steps are called, the samples are the same bits (law 2).
 */
#ifndef SOTTO_MODELS_TTS_SPEECH_H
#define SOTTO_MODELS_TTS_SPEECH_H
#include "models/tts/acoustic.h"
#include "models/tts/captions.h"
#include "models/tts/clause.h"
#include "models/tts/phonemes.h"
#include "models/tts/ssml.h"
#include "models/tts/vocoder.h"
#include "models/tts/volume.h"

/* Frames of one unit of work: what gives the first hop, then one at a time so that the loudspeaker never waits for four, then four. */
enum { SPEECH_GROUP = 4, SPEECH_RAMP = 32 };

typedef struct speech_manner { /* how clauses are spoken */
    acoustic_style style;
    float volume; /* factor on the samples, 0..2; they never clip */
} speech_manner;

typedef struct speech_limits {
    const kernels *k;
    uint32_t max_text;    /* bytes of text that may wait */
    speech_manner manner; /* to begin with */
    int captions;         /* 1: speech_caption tells of words */
} speech_limits;

typedef enum speech_did {
    SPEECH_NOTHING, /* no complete clause, or all is said */
    SPEECH_CLAUSE,  /* a clause became phones */
    SPEECH_FRAMES,  /* acoustic frames were made */
    SPEECH_SOUND    /* frames became samples: `count` of them at `samples` */
} speech_did;

typedef struct speech {
    g2p words;
    phonemes reader;
    ssml markup;
    clause_splitter cutter;
    acoustic voice;
    vocoder sound;
    captions written;
    volume loud;
    speech_limits limits;
    /* state */
    speech_manner manner;               /* of the clauses to come; a reset leaves it */
    char *waiting;                      /* [max_text] text that the cutter has not seen, a ring */
    uint32_t head, queued;              /* its first byte; its bytes */
    char *clause;                       /* [CLAUSE_MAX + 1] text of the clause that becomes phones */
    uint8_t *phones;                    /* [max_phones] */
    ssml_way way;                       /* of speaking, that markup asks for where the last clause ended */
    uint32_t fed;                       /* bytes of text that are no blanks which the cutter has seen ... */
    uint32_t spoken;                    /* ... and of them in clauses that it gave out */
    uint8_t last;                       /* what the last clause ended with: PHONE_SP within a sentence, else PHONE_SIL; 0: there was none */
    uint32_t trail;                     /* frames of the last clause's last pause */
    float *mel;                         /* [SPEECH_GROUP x bands] frames that wait for the vocoder */
    acoustic_voice pitch[SPEECH_GROUP]; /* theirs */
    float *samples;                     /* [SPEECH_GROUP x hop] */
    uint32_t frames;                    /* frames waiting */
    uint32_t made, before;              /* frames since the reset; those of earlier clauses */
    uint32_t hop, count;                /* samples a frame; samples made by the last step */
    int speaking;                       /* a clause is in the acoustic model */
    int ringing;                        /* the vocoder holds frames */
    int closed;                         /* the text is complete */
    int ended;                          /* the markup's too */
    int cut;                            /* and the cutter's last clause was asked for */
    /* scratch */
    acoustic_control *each; /* [max_phones] */
    ssml_mark *marks;       /* [SSML_MARKS] of the clause */
    phonemes_places *places;
    char *marked; /* [CLAUSE_MAX + 1 + 3 SSML_MARKS] the clause with its places */
} speech;

int speech_bind(speech *s, const gguf *words, const gguf *tts, const gguf *sound, sotto_error *err);
void speech_layout(speech *s, arena *a, const speech_limits *limits); /* what lives between steps */
void speech_scratch(speech *s, arena *a);                             /* what one step needs only while it runs; after the layout */
void speech_reset(speech *s);
void speech_markup(speech *s, ssml_mode mode);                   /* after a reset, of the text to come; a reset makes it plain */
uint32_t speech_push(speech *s, const char *text, uint32_t len); /* more text; returns bytes taken */
void speech_close(speech *s);                                    /* the text is complete */
speech_did speech_step(speech *s);                               /* one unit of work */
const char *speech_odd(speech *s);                               /* once: what its markup has that is not supported; NULL: nothing */
int speech_idle(const speech *s);                                /* closed, and all of it is said */
void speech_hush(speech *s);                                     /* nothing is said but the rest of the clause that sounds */
/* After a step, until CAPTION_NONE: a written word that begins or ends in the frames made so far, which are not samples yet. Frames since the reset. */
caption_kind speech_caption(speech *s, caption *out);

#endif
