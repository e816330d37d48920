/* ngram: how likely a token is after the ones before it, from one hash table in the model file.
 *
 * A backing-off model over CTC tokens (Katz 1987) that the prefix beam search adds to its scores (shallow fusion, Gulcehre et al.
 * 2015): log p(w|h) is the entry of the longest n-gram there is, plus the back-off weights of the longer contexts.
 * An entry is one 32-bit slot: 16 bits of the n-gram's hash, -16 log p in 8 bits, 16 log(back-off) in 8 signed bits; 0 is empty.
 * Open addressing, at most NGRAM_PROBES slots a look-up, so that any file is safe. A sentence begins with token 0 as its context.
 */
#ifndef SOTTO_MODELS_ASR_NGRAM_H
#define SOTTO_MODELS_ASR_NGRAM_H
#include "models/gguf.h"

enum { NGRAM_MAX_ORDER = 8, NGRAM_PROBES = 128 };

typedef struct ngram {
    const uint32_t *slot; /* [slots]; NULL: there is no model */
    const float *unigram; /* [vocab] log p */
    uint32_t slots, vocab, order;
    float weight, bonus; /* score of a token = weight * log p + bonus */
} ngram;

/* Binds the file's `lm.*` when it has them, else leaves n->slot NULL. 0, or ERR_MODEL. */
int ngram_bind(ngram *n, const gguf *g, uint32_t vocab, sotto_error *err);
/* log p(next | context), context [count] oldest first with the leading 0, count >= 1; only its last order-1 tokens matter. */
float ngram_score(const ngram *n, const uint16_t *context, uint32_t count, uint32_t next);

#endif
