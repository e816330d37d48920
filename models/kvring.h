/* kvring: the key/value cache of one attention layer: S sink rows that never move, then a ring of the last W rows (law 4).
 *
 * Keys are kept before RoPE, so that a row's position is simply its index inside the cache (Xiao et al. 2023, StreamingLLM) and
 * eviction is index arithmetic: no row is ever moved, re-rotated or re-quantised. int8 rows carry one float scale a head.
 */
#ifndef SOTTO_MODELS_KVRING_H
#define SOTTO_MODELS_KVRING_H
#include "runtime/base/arena.h"
#include <stdint.h>

enum kv_kind { KV_F32, KV_F16, KV_I8 };

typedef struct kvring {
    enum kv_kind kind;
    uint32_t heads, dim;      /* KV heads, values a head */
    uint32_t sinks, window;   /* rows kept for ever, rows of the ring that count */
    uint32_t spare;           /* rows behind the window that are still stored, so that appended rows can be taken back */
    uint64_t total;           /* rows ever appended, less those taken back */
    uint64_t most;            /* the highest total so far: what has been overwritten */
    void *k, *v;              /* [(sinks+window+spare) x heads x dim] of kind */
    float *k_scale, *v_scale; /* KV_I8: [(sinks+window+spare) x heads] */
} kvring;

void kvring_layout(kvring *r, arena *a, enum kv_kind kind, uint32_t heads, uint32_t dim, uint32_t sinks, uint32_t window, uint32_t spare);
uint64_t kvring_bytes(enum kv_kind kind, uint64_t heads, uint64_t dim, uint64_t rows); /* K and V, with scales */
void kvring_reset(kvring *r);
void kvring_append(kvring *r, const float *k, const float *v); /* one row each, [heads x dim] */
uint32_t kvring_len(const kvring *r);                          /* rows held */
uint32_t kvring_slot(const kvring *r, uint32_t position);      /* cache position 0..len-1 -> row of storage */
/* Takes the last `rows` appended rows back (speculation); what was evicted by them is there again, bit for bit. Always possible up to
 * `spare` rows beyond the highest total; ERR_STATE (-4) when a row that would count again has been overwritten, nothing changed. */
int kvring_rollback(kvring *r, uint32_t rows);

#endif
