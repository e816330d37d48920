/* ctc: frames of class scores -> tokens, as they come (Graves et al. 2006), best path or prefix beam search (Hannun et al. 2014).
 *
 * Beam 1 is the best path: a token starts where the likeliest class changes to a non-blank one, and it never changes again.
 * A wider beam sums over alignments; each hypothesis keeps its own tokens, so what all hypotheses begin with is settled.
 * Memory: 2 * beam * most tokens; a hypothesis that is full takes no further token. Ties go to the earlier candidate.
 */
#ifndef SOTTO_MODELS_ASR_CTC_H
#define SOTTO_MODELS_ASR_CTC_H
#include "models/asr/ngram.h"
#include "models/asr/wordlist.h"
#include "models/kernels/kernels.h"
#include "runtime/base/arena.h"
#include <stdint.h>

enum { CTC_MAX_BEAM = 32, CTC_CHOICES = 12, CTC_WORD = 24 }; /* classes a frame that may extend a hypothesis; tokens of a word that is looked up */

typedef struct ctc_token {
    uint32_t first; /* frame where it starts */
    uint16_t id;    /* class, never 0 */
    uint16_t run;   /* frames it was heard in a row, >= 1 */
    float p;        /* its highest probability in them */
} ctc_token;

typedef struct ctc_path {
    float blank, label; /* log-probability of the alignments that end in a blank, in the last token */
    uint32_t count;     /* tokens */
    ctc_token *token;   /* [most] */
} ctc_path;

typedef struct ctc_candidate {
    uint32_t from, id; /* path it comes from; token it adds, 0: none */
    float blank, label, p;
} ctc_candidate;

typedef struct ctc {
    uint32_t vocab, beam, most;
    const ngram *lm;       /* what the beam adds for each token; NULL: nothing */
    const wordlist *known; /* words that it prefers, set after the layout; NULL: none */
    uint32_t frames;       /* taken since the reset */
    uint32_t last;         /* beam 1: class of the frame before */
    uint32_t paths;        /* hypotheses alive, 1..beam, best first */
    ctc_path *path;        /* [beam] */
    ctc_path *spare;       /* [beam] where the next frame's are built */
    ctc_candidate *next;   /* [beam * (1 + CTC_CHOICES)]; beam 1: NULL */
} ctc;

/* beam 1..CTC_MAX_BEAM, `most` tokens a hypothesis. lm (NULL: none) is kept and used when beam > 1; its vocabulary is `vocab`. */
void ctc_layout(ctc *c, arena *a, uint32_t vocab, uint32_t beam, uint32_t most, const ngram *lm); /* state */
void ctc_scratch(ctc *c, arena *a);                                                               /* what a push needs only while it runs */
void ctc_reset(ctc *c);
void ctc_push(ctc *c, const kernels *k, float *score);      /* one frame of scores [vocab], any scale (softmax is taken); overwritten */
const ctc_token *ctc_tokens(const ctc *c, uint32_t *count); /* of the best hypothesis */
uint32_t ctc_settled(const ctc *c);                         /* leading tokens that no later frame can change (their run and p may still grow) */
uint32_t ctc_quiet_frames(const ctc *c);                    /* frames since the last one that was heard in the last token; all when there is none */

#endif
