/* sampler: the next token from logits: greedy, or temperature, then top-k, then top-p (Holtzman et al. 2020).
 *
 * One uniform number a token from splitmix64 (Steele et al. 2014), sums in a fixed order, ties to the smaller id: the same
 * seed gives the same stream on every machine. Fixed memory: a heap of [vocab] ids, popped only as far as the cut goes.
 */
#ifndef SOTTO_MODELS_LLM_SAMPLER_H
#define SOTTO_MODELS_LLM_SAMPLER_H
#include "runtime/base/arena.h"

typedef struct sampler {
    float temperature; /* <= 0: greedy */
    float top_p;       /* 0 < top_p < 1 cuts; else off */
    uint32_t top_k;    /* 0: off */
    uint64_t seed, state;
    uint32_t vocab;
    uint32_t *heap; /* scratch [vocab] */
} sampler;

void sampler_init(sampler *s, uint32_t vocab, float temperature, uint32_t top_k, float top_p, uint64_t seed);
void sampler_scratch(sampler *s, arena *a);
void sampler_reset(sampler *s); /* back to the seed */
/* Largest logit; the smallest id on ties, 0 when all are NaN. */
uint32_t sampler_greedy(const float *logits, uint32_t vocab);
/* A token; logits [vocab] are overwritten unless greedy. */
uint32_t sampler_pick(sampler *s, float *logits);

#endif
