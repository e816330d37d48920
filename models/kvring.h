/* kvring: the key/value cache of one attention layer: S sink rows that never move, then a ring of the last W rows (law 4).
 *
 * Rows are kept as they are given. What makes a key fit wherever it comes to stand is that attention.c turns it once, by its row number
 * (see there), so eviction is index arithmetic: no row is ever moved, turned again or re-quantised. int8 rows carry one float scale a
 * head. The rows of one head lie together, so that a pass over them is a stream.
 */
#ifndef SOTTO_MODELS_KVRING_H
#define SOTTO_MODELS_KVRING_H
#include "models/kernels/kernels.h"
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
    void *k, *v;              /* [heads x (sinks+window+spare) x dim] of kind */
    float *k_scale, *v_scale; /* KV_I8: [heads x (sinks+window+spare)] */
} kvring;

void kvring_layout(kvring *r, arena *a, enum kv_kind kind, uint32_t heads, uint32_t dim, uint32_t sinks, uint32_t window, uint32_t spare);
uint64_t kvring_bytes(enum kv_kind kind, uint64_t heads, uint64_t dim, uint64_t rows); /* K and V, with scales */
void kvring_reset(kvring *r);
void kvring_append(kvring *r, const kernels *k, const float *key, const float *value); /* one row each, [heads x dim] */
uint32_t kvring_stored(const kvring *r);                                               /* slots of a head: sinks + window + spare */
uint32_t kvring_len(const kvring *r);                                                  /* rows that count: at most sinks + window */
/* Number of the row (0: the first ever appended) at cache position 0..len-1, as the ring is, was or will be with `total` rows. */
uint64_t kvring_row(const kvring *r, uint64_t total, uint32_t position);
uint32_t kvring_slot(const kvring *r, uint64_t row); /* where a row is stored */
/* Takes the last `rows` appended rows back (speculation); what was evicted by them is there again, bit for bit. Always possible up to
 * `spare` rows beyond the highest total; ERR_STATE (-4) when a row that would count again has been overwritten, nothing changed. */
int kvring_rollback(kvring *r, uint32_t rows);

#endif
