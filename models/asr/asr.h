/* asr: the recogniser. Raw log-mel frames in, text with word times out, in fixed memory, as the sound comes.
 *
 *     asr_bind(x, file, err);  asr_layout(x, arena, &limits);  asr_scratch(x, arena);  asr_reset(x);
 *     for each mel frame:  asr_push_mel(x, frame);  while (asr_step(x)) ... asr_text(x) ...
 *     at the end:          asr_finish(x);           while (asr_step(x)) ...
 *
 * A step is one chunk of the encoder (`sotto.asr.chunk` frames of 80 ms) and its CTC frames (`split` for each encoder frame). A push that finds a whole chunk
 * still waiting does that step itself, so any pattern of pushes and steps gives the same bits (law 2).
 */
#ifndef SOTTO_MODELS_ASR_ASR_H
#define SOTTO_MODELS_ASR_ASR_H
#include "models/asr/conformer.h"
#include "models/asr/match.h"
#include "models/asr/search.h"
#include "models/asr/shape.h"
#include "models/asr/subsample.h"
#include "models/asr/transcript.h"

typedef struct asr_limits {
    const kernels *k;
    uint32_t max_text;       /* bytes of transcript, the NUL included, >= 2 */
    uint32_t beam;           /* hypotheses, 1..SEARCH_MAX_BEAM */
    enum kv_kind kv;         /* how the attention's past is kept; KV_F32 is 0 */
    const grammar *commands; /* matched beside dictation; NULL: none */
    uint32_t max_frames;     /* most CTC frames of a command */
} asr_limits;

typedef struct asr {
    asr_shape shape; /* config, from the file */
    subsample front; /* weights and state */
    const gguf *file;
    conformer_block *block; /* [blocks] */
    linear_i8 head;         /* [split x classes x dim] */
    vocab lex;              /* words that can be heard */
    ngram lm;               /* and how they follow one another */
    conformer_desk desk;
    search search;
    transcript words;
    match commands;   /* .g is NULL without a grammar */
    float *frame;     /* [chunk x dim] encoder frames of the chunk that fills */
    float *score;     /* [split x classes] log-probabilities of the encoder frame last done */
    uint32_t ready;   /* frames in it */
    uint32_t phase;   /* mel frames since the reset, mod 8 */
    int heard, ended; /* a mel frame came since the reset; asr_finish was called */
    int flush;        /* the next step does what waits */
} asr;

/* Checks every shape and points at the weights; `file` and its bytes must outlive x. 0, or ERR_MODEL with what was expected. */
int asr_bind(asr *x, const gguf *file, sotto_error *err);
void asr_layout(asr *x, arena *a, const asr_limits *limits); /* what lives between steps */
void asr_scratch(asr *x, arena *a);                          /* what one push or step needs only while it runs; after asr_layout */
void asr_reset(asr *x);
void asr_push_mel(asr *x, const float *mel); /* one raw log-mel frame [bands]; ignored after asr_finish */
int asr_step(asr *x);                        /* 1 when it did one chunk, 0 when there is nothing to do */
/* The next asr_step does the encoder frames that wait as a chunk of their own (at a pause: they have no future worth waiting for). The transcript
 * depends on where this is called, not on when the steps are done. */
void asr_flush(asr *x);
/* The end of the sound: silence fills the last encoder frame and one more, so that no last word is lost. Idempotent. */
void asr_finish(asr *x);

const char *asr_text(const asr *x); /* words so far, NUL-terminated, valid until the next call that takes `asr *` */
uint32_t asr_settled(const asr *x); /* its leading bytes (whole words) that no later sound can change */
uint32_t asr_word_count(const asr *x);
asr_word asr_word_at(const asr *x, uint32_t index); /* index < asr_word_count */
uint32_t asr_quiet_ms(const asr *x);                /* since the last phone, as far as chunks were done */

/* With a grammar: the best of its sentences for all that was heard (match_finish). 1 and *r, or 0. */
int asr_command(asr *x, match_result *r);
/* How sure it is that what was heard so far begins a sentence of the grammar, 0..1 (0 without one); *complete: it is a whole one. */
float asr_command_so_far(asr *x, int *complete);

/* Makes the words of `phrase` likelier by e^weight each, from now on, resets included; a word that the lexicon lacks is spelt by `spell`
 * (phones [room] of word [len], returns their number, 0: cannot; NULL: none is spelt). 0, or ERR_ARG with the word or the bound. */
typedef uint32_t (*asr_spell)(void *user, const char *word, uint32_t len, uint8_t *phone, uint32_t room);
int asr_bias(asr *x, const char *phrase, float weight, asr_spell spell, void *user, sotto_error *err);
void asr_unbias(asr *x); /* forgets all phrases and the words that came with them */

#endif
