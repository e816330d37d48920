/* ngram: how likely a word is after the ones before it, from one hash table in the model file.
 *
 * A backing-off model of words (Katz 1987) that the beam search adds to its scores: ln p(w|h) is the entry of the longest n-gram there is,
 * plus the back-off weights of the longer contexts. Single words have a table: 8 bits of -16 ln p, 8 signed bits of 16 ln(back-off). Longer
 * ones are 24-bit slots: 12 bits of the n-gram's hash, 6 bits of -4 ln p, 6 signed bits of 8 ln(back-off); 0 is empty. Open addressing, at
 * most NGRAM_PROBES slots a look-up, so that any file is safe. Word `words` ends a sentence, `words + 1` stands before its first word.
 */
#ifndef SOTTO_MODELS_ASR_NGRAM_H
#define SOTTO_MODELS_ASR_NGRAM_H
#include "models/gguf.h"

enum { NGRAM_MAX_ORDER = 3, NGRAM_PROBES = 128, NGRAM_UNKNOWN = 192 /* 16 times -ln p of a word that the model does not have */ };

typedef struct ngram {
    const uint8_t *slot;    /* [3 * slots] */
    const uint8_t *unigram; /* [2 * (words + 2)] */
    uint32_t slots, words, order;
    float weight, bonus; /* score of a word = weight * ln p + bonus */
} ngram;

/* Binds the file's `lm.*`. 0, or ERR_MODEL. */
int ngram_bind(ngram *n, const gguf *g, uint32_t words, sotto_error *err);
/* ln p(next | context), context [count] oldest first, count >= 1; only its last order-1 words matter. Any numbers are safe. */
float ngram_score(const ngram *n, const uint16_t *context, uint32_t count, uint32_t next);

#endif
