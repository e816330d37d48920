/* kvring: the key/value cache of one attention layer (see kvring.h).
 *
 * Row n < sinks lives in slot n, row n >= sinks in slot sinks + (n - sinks) mod (window + spare): the `spare` rows evicted last are
 * still there. int8: scale = amax/127, q = round-half-even(x * (127/amax)), a zero row has scale 0 (the rule of runtime/README.md).
 */
#include "models/kvring.h"
#include "runtime/base/error.h"
#include "runtime/base/mathx.h"
#include <string.h>

static size_t kind_bytes(enum kv_kind kind) {
    return kind == KV_F32 ? 4 : kind == KV_F16 ? 2 : 1;
}

void kvring_layout(kvring *r, arena *a, enum kv_kind kind, uint32_t heads, uint32_t dim, uint32_t sinks, uint32_t window, uint32_t spare) {
    size_t rows = (size_t)sinks + window + spare, row = (size_t)heads * dim * kind_bytes(kind);
    r->kind = kind;
    r->heads = heads;
    r->dim = dim;
    r->sinks = sinks;
    r->window = window;
    r->spare = spare;
    r->total = r->most = 0;
    r->k = arena_take(a, rows, row);
    r->v = arena_take(a, rows, row);
    r->k_scale = kind == KV_I8 ? (float *)arena_take(a, rows, heads * sizeof(float)) : NULL;
    r->v_scale = kind == KV_I8 ? (float *)arena_take(a, rows, heads * sizeof(float)) : NULL;
}

uint64_t kvring_bytes(enum kv_kind kind, uint64_t heads, uint64_t dim, uint64_t rows) {
    uint64_t head = dim * kind_bytes(kind) + (kind == KV_I8 ? sizeof(float) : 0);
    return 2 * rows * heads * head;
}

uint32_t kvring_stored(const kvring *r) {
    return r->sinks + r->window + r->spare;
}

/* The bytes go too, so that a reset ring equals a fresh one to the bit (law 7). */
void kvring_reset(kvring *r) {
    size_t rows = kvring_stored(r), row = (size_t)r->heads * r->dim * kind_bytes(r->kind);
    r->total = r->most = 0;
    memset(r->k, 0, rows * row);
    memset(r->v, 0, rows * row);
    if (r->kind != KV_I8) return;
    memset(r->k_scale, 0, rows * r->heads * sizeof(float));
    memset(r->v_scale, 0, rows * r->heads * sizeof(float));
}

uint32_t kvring_slot(const kvring *r, uint64_t row) {
    return row < r->sinks ? (uint32_t)row : r->sinks + (uint32_t)((row - r->sinks) % ((uint64_t)r->window + r->spare));
}

/* Ring rows that no longer count once there are `total` rows. */
static uint64_t evicted(const kvring *r, uint64_t total) {
    uint64_t rows = (uint64_t)r->sinks + r->window;
    return total > rows ? total - rows : 0;
}

uint32_t kvring_len(const kvring *r) {
    return (uint32_t)(r->total - evicted(r, r->total));
}

uint64_t kvring_row(const kvring *r, uint64_t total, uint32_t position) {
    return position < r->sinks ? position : position + evicted(r, total);
}

static void put_f16(uint16_t *h, const float *x, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) /* beyond the range of f16: held at its end, so that no infinity enters the cache */
        h[i] = mathx_f32_to_f16(x[i] > 65504.0f ? 65504.0f : x[i] < -65504.0f ? -65504.0f : x[i]);
}

/* Row `at` of `to`, counted in head rows. */
static void put_row(const kvring *r, const kernels *k, void *to, float *scale, size_t at, const float *x) {
    if (r->kind == KV_I8) scale[at] = k->quantize((int8_t *)to + at * r->dim, x, r->dim);
    if (r->kind == KV_F16) put_f16((uint16_t *)to + at * r->dim, x, r->dim);
    if (r->kind == KV_F32) memcpy((float *)to + at * r->dim, x, r->dim * sizeof(float));
}

void kvring_append(kvring *r, const kernels *k, const float *key, const float *value) {
    size_t at = kvring_slot(r, r->total), stored = kvring_stored(r);
    for (uint32_t h = 0; h < r->heads; h++, at += stored) {
        put_row(r, k, r->k, r->k_scale, at, key + (size_t)h * r->dim);
        put_row(r, k, r->v, r->v_scale, at, value + (size_t)h * r->dim);
    }
    r->total++;
    if (r->total > r->most) r->most = r->total;
}

int kvring_rollback(kvring *r, uint32_t rows) {
    uint64_t stored = kvring_stored(r), overwritten = r->most > stored ? r->most - stored : 0;
    if (rows == 0) return ERR_NONE;
    if (rows > r->total || overwritten > evicted(r, r->total - rows)) return ERR_STATE;
    r->total -= rows;
    return ERR_NONE;
}
