/* kvring: the key/value cache of one attention layer (see kvring.h).
 *
 * Storage order: a key's even elements first, then its odd ones, so that turning the pairs (2i, 2i+1) is straight-line
 * code over two halves; only attention.c reads it. Values stay as they came. Row n >= sinks lives in slot
 * sinks + (n - sinks) mod (window + spare), so the `spare` rows evicted last are still there.
 * int8: scale = amax/127, q = round-half-even(x * (127/amax)), a zero row has scale 0 (the rule of runtime/README.md).
 */
#include "models/kvring.h"
#include "runtime/base/error.h"
#include "runtime/base/mathx.h"
#include <math.h>
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

/* The bytes go too, so that a reset ring equals a fresh one to the bit (law 7). */
void kvring_reset(kvring *r) {
    size_t rows = (size_t)r->sinks + r->window + r->spare, row = (size_t)r->heads * r->dim * kind_bytes(r->kind);
    r->total = r->most = 0;
    memset(r->k, 0, rows * row);
    memset(r->v, 0, rows * row);
    if (r->kind != KV_I8) return;
    memset(r->k_scale, 0, rows * r->heads * sizeof(float));
    memset(r->v_scale, 0, rows * r->heads * sizeof(float));
}

static uint32_t slot_of_row(const kvring *r, uint64_t row) {
    return row < r->sinks ? (uint32_t)row : r->sinks + (uint32_t)((row - r->sinks) % ((uint64_t)r->window + r->spare));
}

uint32_t kvring_len(const kvring *r) {
    uint64_t rows = (uint64_t)r->sinks + r->window;
    return (uint32_t)(r->total < rows ? r->total : rows);
}

uint32_t kvring_slot(const kvring *r, uint32_t position) {
    uint64_t rows = (uint64_t)r->sinks + r->window;
    uint64_t evicted = r->total > rows ? r->total - rows : 0;
    return slot_of_row(r, position < r->sinks ? position : position + evicted);
}

/* One head's int8 values from x[0], x[step], x[2 step] ...; both halves of a key share one scale. */
static void put_i8(int8_t *q, const float *x, uint32_t n, uint32_t step, float inverse) {
    for (uint32_t i = 0; i < n; i++) {
        float v = x[i * step] * inverse;
        v = v >= -127.0f ? v : -127.0f; /* NaN becomes -127 on every machine, as in the kernels */
        q[i] = (int8_t)mathx_round_even(v <= 127.0f ? v : 127.0f);
    }
}

static float largest(const float *x, uint32_t n) {
    float m = 0;
    for (uint32_t i = 0; i < n; i++) m = fabsf(x[i]) > m ? fabsf(x[i]) : m;
    return m;
}

static void put_f16(uint16_t *h, const float *x, uint32_t n, uint32_t step) {
    for (uint32_t i = 0; i < n; i++) { /* beyond the range of f16: held at its end, so that no infinity enters the cache */
        float v = x[i * step];
        h[i] = mathx_f32_to_f16(v > 65504.0f ? 65504.0f : v < -65504.0f ? -65504.0f : v);
    }
}

static void put_f32(float *y, const float *x, uint32_t n, uint32_t step) {
    for (uint32_t i = 0; i < n; i++) y[i] = x[i * step];
}

/* Writes one head's row at element `at` of `to`, as `parts` interleaved sequences laid one after the other. */
static void put_row(const kvring *r, void *to, float *scale, size_t at, const float *x, uint32_t parts) {
    uint32_t n = r->dim / parts;
    float amax = r->kind == KV_I8 ? largest(x, r->dim) : 0, inverse = amax > 0 ? 127.0f / amax : 0;
    if (r->kind == KV_I8) *scale = amax / 127.0f;
    for (uint32_t p = 0; p < parts; p++, at += n) {
        if (r->kind == KV_I8) put_i8((int8_t *)to + at, x + p, n, parts, inverse);
        if (r->kind == KV_F16) put_f16((uint16_t *)to + at, x + p, n, parts);
        if (r->kind == KV_F32) put_f32((float *)to + at, x + p, n, parts);
    }
}

void kvring_append(kvring *r, const float *k, const float *v) {
    uint32_t slot = slot_of_row(r, r->total);
    for (uint32_t h = 0; h < r->heads; h++) {
        size_t head = (size_t)slot * r->heads + h, at = head * r->dim;
        put_row(r, r->k, r->kind == KV_I8 ? r->k_scale + head : NULL, at, k + (size_t)h * r->dim, 2);
        put_row(r, r->v, r->kind == KV_I8 ? r->v_scale + head : NULL, at, v + (size_t)h * r->dim, 1);
    }
    r->total++;
    if (r->total > r->most) r->most = r->total;
}

int kvring_rollback(kvring *r, uint32_t rows) {
    if (rows == 0) return ERR_NONE;
    uint64_t stored = (uint64_t)r->sinks + r->window + r->spare, lost = r->most > stored ? r->most - stored : 0; /* ring rows overwritten */
    if (rows > r->total) return ERR_STATE;
    uint64_t left = r->total - rows, kept = (uint64_t)r->sinks + r->window, evicted = left > kept ? left - kept : 0;
    if (lost > evicted) return ERR_STATE;
    r->total = left;
    return ERR_NONE;
}
