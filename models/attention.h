/* attention: scaled dot-product attention with RoPE over a kvring; one code for the encoder's left context and the LLM.
 *
 * RoPE turns pairs (2i, 2i+1) by position * theta^(-2i/dim) (Su et al. 2021, the interleaved order of GGUF's `llama`), positions being
 * places inside the cache, 0..sinks+window-1 (Xiao et al. 2023, StreamingLLM).
 * GQA: query head h reads KV head h / (heads/kv_heads) (Ainslie et al. 2023).
 *
 * A score depends on the difference of two angles only. So a key is turned once, by its row number in the endless text, and never again;
 * rows of the ring are as far apart inside the cache as their numbers are, so the query, turned by its own number, meets them all.
 * Towards the sinks the distance inside the cache is shorter once rows between are evicted: there the query is turned by its position.
 */
#ifndef SOTTO_MODELS_ATTENTION_H
#define SOTTO_MODELS_ATTENTION_H
#include "models/kernels/kernels.h"
#include "models/kvring.h"
#include "runtime/base/arena.h"

enum { ATTENTION_RUNS = 3 }; /* the sinks, the ring from its oldest row to the end of the storage, and from its start on */

typedef struct rope_table {
    uint64_t *step; /* [dim/2] angle from one position to the next, in 2^-64 turns: multiples wrap exactly */
    uint32_t dim;   /* values of a head that are turned, <= its size */
} rope_table;

typedef struct attention_rows { /* stored rows that lie together and meet one turning of the query */
    uint32_t slot, rows;
    const float *turn; /* [dim]: cosines, then sines, of the query's angle */
} attention_rows;

typedef struct attention_place { /* where one token stands; the same for all layers, so it is worked out once */
    const float *turn;           /* [2 x dim]: angles of the token's row number, and of its position towards the sinks */
    attention_rows run[ATTENTION_RUNS];
    uint32_t runs, rows; /* rows: of all runs */
} attention_place;

typedef struct attention_scratch {
    float *row;   /* [heads x dim] queries or keys, turned */
    int8_t *q;    /* [heads x dim] queries as int8 */
    float *scale; /* [heads] of them */
    float *score; /* [heads x (sinks+window)] */
    float *wide;  /* [16 x dim] f16 rows as floats */
} attention_scratch;

void rope_layout(rope_table *t, arena *a, uint32_t dim, float theta);
void rope_angles(const rope_table *t, float *turn, uint64_t position); /* turn [dim]: cosines, then sines */
void attention_layout(attention_scratch *s, arena *a, uint32_t heads, uint32_t dim, uint32_t rows);

/* A token at cache position `position` that sees positions first..last-1 (causality and left context are the caller's choice of these),
 * all as the ring is with `total` rows; the rows may be appended later, before attention_run. turn [2 x t->dim] is written and must
 * live as long as the place. */
void attention_set(attention_place *p, float *turn, const rope_table *t, const kvring *kv, uint64_t total, uint32_t position, uint32_t first,
                   uint32_t last);
/* Appends a token's row: key [kv_heads x dim] before RoPE, value [kv_heads x dim]. The ring's next row must be that of `p`. */
void attention_keep(const kernels *k, attention_scratch *s, const rope_table *t, const attention_place *p, kvring *kv, const float *key,
                    const float *value);
/* out [heads x dim] = attention of the token's query q (before RoPE, [heads x dim]). out may be q. */
void attention_run(const kernels *k, attention_scratch *s, const rope_table *t, const attention_place *p, const kvring *kv, float *out,
                   const float *q, uint32_t heads);

#endif
