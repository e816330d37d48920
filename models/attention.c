/* attention: softmax(R(p)q · R(p_k)k / sqrt(dim)) v over a kvring (see attention.h).
 *
 * Per KV head each cached key is turned once and serves all query heads of its group. int8 rows are used unscaled and the
 * row's scale multiplies the score (keys) or the weight (values) once. Every sum has one fixed order (law 3): scores by the
 * kernels' 8-lane dot over the halves order of kvring.c, outputs row by row from the oldest to the newest.
 */
#include "models/attention.h"
#include "models/layers.h"
#include "runtime/base/mathx.h"
#include <math.h>
#include <string.h>

enum { TURN_BLOCK = 8 }; /* inner loops of this constant length are what compilers turn into SIMD */

/* r = theta^(-2/dim) in double: Newton on r^n = 1/theta from the float estimate, good to the last bits on every machine. */
static double rope_ratio(float theta, uint32_t dim) {
    uint32_t n = dim / 2;
    double r = (double)mathx_powf(theta, -2.0f / (float)dim);
    for (int step = 0; step < 3; step++) {
        double power = 1;
        for (uint32_t i = 1; i < n; i++) power *= r;
        r -= (power * r - 1.0 / (double)theta) / ((double)n * power);
    }
    return r;
}

/* Angles are counted in 2^-64 turns, so that position * step wraps exactly: no position is too large. */
void rope_layout(rope_table *t, arena *a, uint32_t positions, uint32_t dim, float theta) {
    const double turns = 2935890503282001226.0; /* 2^64 / (2 pi) */
    uint32_t half = dim / 2;
    double ratio = half > 1 ? rope_ratio(theta, dim) : 1, frequency = 1;
    t->positions = positions;
    t->dim = dim;
    t->cos = (float *)arena_take(a, positions, half * sizeof(float));
    t->sin = (float *)arena_take(a, positions, half * sizeof(float));
    if (!t->cos || !t->sin) return;
    for (uint32_t i = 0; i < half; i++, frequency *= ratio) {
        uint64_t step = (uint64_t)(frequency * turns), angle = 0;
        for (uint32_t p = 0; p < positions; p++, angle += step) {
            size_t at = (size_t)p * half + i;
            mathx_sincos_turn((uint32_t)(angle >> 32), &t->sin[at], &t->cos[at]);
        }
    }
}

void rope_turn(const rope_table *t, float *row, uint32_t heads, uint32_t position) {
    const float *c = t->cos + (size_t)position * (t->dim / 2), *s = t->sin + (size_t)position * (t->dim / 2);
    for (uint32_t h = 0; h < heads; h++) {
        float *x = row + (size_t)h * t->dim;
        for (uint32_t i = 0; i < t->dim / 2; i++) {
            float even = x[2 * i], odd = x[2 * i + 1];
            x[2 * i] = even * c[i] - odd * s[i];
            x[2 * i + 1] = even * s[i] + odd * c[i];
        }
    }
}

void attention_layout(attention_scratch *s, arena *a, uint32_t heads, uint32_t dim, uint32_t rows) {
    s->q = (float *)arena_take(a, heads, dim * sizeof(float));
    s->key = (float *)arena_take(a, 2, dim * sizeof(float));
    s->score = (float *)arena_take(a, heads, rows * sizeof(float));
}

/* Loops of constant length over pointers that cannot meet: compilers turn them into SIMD even at -O2. */
static inline void turn_block(float *restrict ya, float *restrict yb, const float *restrict a, const float *restrict b, const float *restrict c,
                              const float *restrict s) {
    for (int j = 0; j < TURN_BLOCK; j++) {
        ya[j] = a[j] * c[j] - b[j] * s[j];
        yb[j] = a[j] * s[j] + b[j] * c[j];
    }
}

/* y = row x in halves order, n of its `half` pairs turned by the table row c, s; the rest passes. y must not meet x. */
static void turn_halves(float *restrict y, const float *restrict x, size_t half, const float *c, const float *s, size_t n) {
    const float *a = x, *b = x + half;
    float *ya = y, *yb = y + half;
    size_t left = n;
    for (; left >= TURN_BLOCK;
         left -= TURN_BLOCK, a += TURN_BLOCK, b += TURN_BLOCK, c += TURN_BLOCK, s += TURN_BLOCK, ya += TURN_BLOCK, yb += TURN_BLOCK)
        turn_block(ya, yb, a, b, c, s);
    for (size_t i = 0; i < left; i++) {
        ya[i] = a[i] * c[i] - b[i] * s[i];
        yb[i] = a[i] * s[i] + b[i] * c[i];
    }
    for (size_t i = n; i < half; i++) {
        y[i] = x[i];
        y[half + i] = x[half + i];
    }
}

static void widen_i8(float *restrict y, const int8_t *restrict q, size_t n) {
    for (; n >= TURN_BLOCK; n -= TURN_BLOCK, y += TURN_BLOCK, q += TURN_BLOCK)
        for (int j = 0; j < TURN_BLOCK; j++) y[j] = (float)q[j];
    for (size_t i = 0; i < n; i++) y[i] = (float)q[i];
}

/* Exact for every finite f16, subnormals too: the exponent is shifted in place and put right by a power of two. */
static void widen_f16(float *restrict y, const uint16_t *restrict h, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)(h[i] & 0x8000u) << 16 | (uint32_t)(h[i] & 0x7fffu) << 13;
        float f;
        memcpy(&f, &bits, sizeof f);
        y[i] = f * 0x1p112f;
    }
}

/* One stored head row as floats without its int8 scale: read in place when it is float already. */
static const float *widen(const kvring *kv, const void *rows, size_t at, float *space) {
    if (kv->kind == KV_F32) return (const float *)rows + at;
    if (kv->kind == KV_F16)
        widen_f16(space, (const uint16_t *)rows + at, kv->dim);
    else
        widen_i8(space, (const int8_t *)rows + at, kv->dim);
    return space;
}

/* Query in halves order, scaled by 1/sqrt(dim), turned. */
static void prepare_query(attention_scratch *s, const rope_table *t, const float *q, uint32_t heads, uint32_t dim, uint32_t position) {
    size_t half = dim / 2, turned = t->dim / 2;
    float scale = 1.0f / sqrtf((float)dim);
    for (uint32_t h = 0; h < heads; h++, q += dim) {
        for (size_t i = 0; i < half; i++) {
            s->key[i] = q[2 * i] * scale;
            s->key[half + i] = q[2 * i + 1] * scale;
        }
        turn_halves(s->q + (size_t)h * dim, s->key, half, t->cos + position * turned, t->sin + position * turned, turned);
    }
}

typedef struct span_of { /* which rows and which heads are worked on */
    uint32_t first, rows, group;
} span_of;

/* The storage row behind `slot`, which holds position - 1: no division a row (see kvring_slot). */
static inline uint32_t next_slot(const kvring *kv, uint32_t slot, uint32_t position) {
    if (position == kv->sinks) return kvring_slot(kv, position);
    return slot + 1 == kv->sinks + kv->window + kv->spare ? kv->sinks : slot + 1;
}

static void score_head(const kernels *k, attention_scratch *s, const rope_table *t, const kvring *kv, uint32_t head, span_of n) {
    size_t dim = kv->dim, turned = t->dim / 2;
    const float *q = s->q + (size_t)head * n.group * dim;
    float *score = s->score + (size_t)head * n.group * n.rows, *key = s->key + dim;
    uint32_t slot = kvring_slot(kv, n.first);
    for (uint32_t i = 0; i < n.rows; slot = next_slot(kv, slot, n.first + ++i)) {
        size_t at = (size_t)slot * kv->heads + head, turn = (n.first + i) * turned;
        const float *row = widen(kv, kv->k, at * dim, s->key);
        float scale = kv->kind == KV_I8 ? kv->k_scale[at] : 1.0f;
        turn_halves(key, row, dim / 2, t->cos + turn, t->sin + turn, turned);
        for (uint32_t g = 0; g < n.group; g++) score[(size_t)g * n.rows + i] = k->dot_f32(q + g * dim, key, dim) * scale;
    }
}

static void mix_head(const kernels *k, attention_scratch *s, const kvring *kv, uint32_t head, span_of n, float *out) {
    const float *weight = s->score + (size_t)head * n.group * n.rows;
    float *y = out + (size_t)head * n.group * kv->dim;
    memset(y, 0, (size_t)n.group * kv->dim * sizeof(float));
    uint32_t slot = kvring_slot(kv, n.first);
    for (uint32_t i = 0; i < n.rows; slot = next_slot(kv, slot, n.first + ++i)) {
        size_t at = (size_t)slot * kv->heads + head;
        const int8_t *packed = kv->kind == KV_I8 ? (const int8_t *)kv->v + at * kv->dim : NULL;
        const float *row = packed ? NULL : widen(kv, kv->v, at * kv->dim, s->key);
        for (uint32_t g = 0; g < n.group; g++) {
            float w = weight[(size_t)g * n.rows + i];
            if (packed)
                k->axpy_i8(y + (size_t)g * kv->dim, w * kv->v_scale[at], packed, kv->dim);
            else
                k->axpy_f32(y + (size_t)g * kv->dim, w, row, kv->dim);
        }
    }
}

void attention_run(const kernels *k, attention_scratch *s, const rope_table *t, const kvring *kv, float *out, const float *q, uint32_t heads,
                   uint32_t position, uint32_t first, uint32_t last) {
    span_of n = {first, last - first, heads / kv->heads};
    prepare_query(s, t, q, heads, kv->dim, position);
    for (uint32_t h = 0; h < kv->heads; h++) score_head(k, s, t, kv, h, n);
    for (uint32_t h = 0; h < heads; h++) softmax_run(k, s->score + (size_t)h * n.rows, n.rows);
    for (uint32_t h = 0; h < kv->heads; h++) mix_head(k, s, kv, h, n, out);
}
