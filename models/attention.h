/* attention: scaled dot-product attention with RoPE over a kvring; one code for the encoder's left context and the LLM.
 *
 * RoPE turns pairs (2i, 2i+1) by position * theta^(-2i/dim) (Su et al. 2021, the interleaved order of GGUF's `llama`), positions being cache
 * indices 0..sinks+window-1, so one table of (sinks+window) x dim/2 sines and cosines serves for ever.
 * GQA: query head h reads KV head h / (heads/kv_heads) (Ainslie et al. 2023).
 */
#ifndef SOTTO_MODELS_ATTENTION_H
#define SOTTO_MODELS_ATTENTION_H
#include "models/kernels/kernels.h"
#include "models/kvring.h"
#include "runtime/base/arena.h"

typedef struct rope_table {
    float *cos, *sin; /* [positions x dim/2] */
    uint32_t positions, dim;
} rope_table;

typedef struct attention_scratch {
    float *q;     /* [heads x dim] rotated query */
    float *key;   /* [2 x dim] one row as floats, and turned */
    float *score; /* [heads x (sinks+window)] */
} attention_scratch;

void rope_layout(rope_table *t, arena *a, uint32_t positions, uint32_t dim, float theta);
void rope_turn(const rope_table *t, float *row, uint32_t heads, uint32_t position); /* in place, [heads x dim] */
void attention_layout(attention_scratch *s, arena *a, uint32_t heads, uint32_t dim, uint32_t rows);

/* out [heads x dim] = attention of one query row q (before RoPE, [heads x dim]) at cache position `position`
 * over cache positions first..last-1 (causality and left context are the caller's choice of these). out may be q. */
void attention_run(const kernels *k, attention_scratch *s, const rope_table *t, const kvring *kv, float *out, const float *q, uint32_t heads,
                   uint32_t position, uint32_t first, uint32_t last);

#endif
