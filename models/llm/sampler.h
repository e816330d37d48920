/* sampler: the next token from logits: greedy, or temperature, then top-k, then top-p (Holtzman et al. 2020), then min-p (Nguyen et al. 2024).
 * Before either, tokens picked of late may be made less likely (repetition penalty, Keskar et al. 2019).
 *
 * One uniform number a token from splitmix64 (Steele et al. 2014), sums in a fixed order, ties to the smaller id: the same
 * seed gives the same stream on every machine. Fixed memory: a heap of [vocab] ids, popped only as far as the cut goes.
 */
#ifndef SOTTO_MODELS_LLM_SAMPLER_H
#define SOTTO_MODELS_LLM_SAMPLER_H
#include "runtime/base/arena.h"

enum { SAMPLER_RECENT = 64 /* picked tokens that the repetition penalty looks back over */ };

typedef struct sampler {
    float temperature; /* <= 0: greedy */
    float top_p;       /* 0 < top_p < 1 cuts; else off */
    uint32_t top_k;    /* 0: off */
    float min_p;       /* 0 < min_p <= 1 leaves out what is less likely than that share of the likeliest; else off */
    float repeat;      /* > 1: logits of recent tokens are divided by it when positive, else multiplied; 1: off */
    uint64_t seed, state;
    uint32_t vocab;
    uint32_t *heap;                  /* scratch [vocab] */
    uint32_t picked;                 /* since the reset */
    uint32_t recent[SAMPLER_RECENT]; /* the last of them, a ring */
} sampler;

/* min_p and repeat begin switched off; set the fields after. */
void sampler_init(sampler *s, uint32_t vocab, float temperature, uint32_t top_k, float top_p, uint64_t seed);
void sampler_scratch(sampler *s, arena *a);
void sampler_reset(sampler *s); /* back to the seed */
/* Largest logit; the smallest id on ties, 0 when all are NaN. */
uint32_t sampler_greedy(const float *logits, uint32_t vocab);
/* A token; logits [vocab] are overwritten unless greedy without a repetition penalty. */
uint32_t sampler_pick(sampler *s, float *logits);
void sampler_took(sampler *s, uint32_t id); /* as if sampler_pick had just given this token */

#endif
