/* attention: softmax(R(p)q · R(p_k)k / sqrt(dim)) v over a kvring (see attention.h).
 *
 * Queries and kept keys have their even values first, then their odd ones, so that turning is straight-line code over two halves.
 * A run of rows is scored at once for all query heads of a KV head. int8: the turned query is quantised like the key (one scale a head
 * and run), products are exact integers, one scale of both multiplies them; a value's scale goes into its weight. Every float sum has
 * one fixed order (law 3): dots in the kernels' eight lanes, outputs row by row from the oldest to the newest, divided at the end.
 */
#include "models/attention.h"
#include "runtime/base/mathx.h"
#include <math.h>
#include <string.h>

enum { TURN_BLOCK = 8 /* loops of this constant length are what compilers turn into SIMD */, WIDE_ROWS = 16 };

/* ---- angles ---- */

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

void rope_layout(rope_table *t, arena *a, uint32_t dim, float theta) {
    const double turns = 2935890503282001226.0; /* 2^64 / (2 pi) */
    uint32_t half = dim / 2;
    double ratio = half > 1 ? rope_ratio(theta, dim) : 1, frequency = 1;
    t->dim = dim;
    t->step = ARENA_ARRAY(a, uint64_t, half);
    if (!t->step) return;
    for (uint32_t i = 0; i < half; i++, frequency *= ratio) t->step[i] = (uint64_t)(frequency * turns);
}

/* Angles are counted in 2^-64 turns, so that position * step wraps exactly: no position is too far. */
void rope_angles(const rope_table *t, float *turn, uint64_t position) {
    uint32_t half = t->dim / 2;
    for (uint32_t i = 0; i < half; i++) mathx_sincos_turn((uint32_t)(position * t->step[i] >> 32), &turn[half + i], &turn[i]);
}

/* ---- places ---- */

static void add_rows(attention_place *p, uint32_t slot, uint32_t rows, const float *turn) {
    p->run[p->runs++] = (attention_rows){slot, rows, turn};
    p->rows += rows;
}

/* Positions first..last-1, none a sink. */
static void add_ring(attention_place *p, const kvring *kv, uint64_t total, uint32_t first, uint32_t last) {
    uint32_t slot = kvring_slot(kv, kvring_row(kv, total, first)), room = kvring_stored(kv) - slot, rows = last - first;
    add_rows(p, slot, rows < room ? rows : room, p->turn);
    if (rows > room) add_rows(p, kv->sinks, rows - room, p->turn);
}

void attention_set(attention_place *p, float *turn, const rope_table *t, const kvring *kv, uint64_t total, uint32_t position, uint32_t first,
                   uint32_t last) {
    uint64_t row = kvring_row(kv, total, position);
    uint32_t sinks = kvring_row(kv, total, kv->sinks) == kv->sinks ? 0 : kv->sinks; /* nothing evicted: all rows are alike */
    p->turn = turn;
    p->runs = p->rows = 0;
    rope_angles(t, turn, row);
    if (first < sinks) {
        rope_angles(t, turn + t->dim, position);
        add_rows(p, first, (last < sinks ? last : sinks) - first, turn + t->dim);
        first = sinks;
    }
    if (first < last) add_ring(p, kv, total, first, last);
}

/* ---- turning ---- */

void attention_layout(attention_scratch *s, arena *a, uint32_t heads, uint32_t dim, uint32_t rows) {
    s->row = (float *)arena_take(a, heads, dim * sizeof(float));
    s->q = (int8_t *)arena_take(a, heads, dim);
    s->scale = ARENA_ARRAY(a, float, heads);
    s->score = (float *)arena_take(a, heads, rows * sizeof(float));
    s->wide = (float *)arena_take(a, WIDE_ROWS, dim * sizeof(float));
}

/* Loops of constant length over pointers that cannot meet: compilers turn them into SIMD even at -O2. */
static inline void turn_block(float *restrict y, float *restrict z, const float *restrict x, const float *restrict c, const float *restrict s,
                              float scale) {
    for (int j = 0; j < TURN_BLOCK; j++) {
        float even = x[2 * j] * scale, odd = x[2 * j + 1] * scale;
        y[j] = even * c[j] - odd * s[j];
        z[j] = even * s[j] + odd * c[j];
    }
}

/* y [dim], even values first = x [dim] * scale, its first pairs turned. y must not meet x. */
static void turn_head(const rope_table *t, float *restrict y, const float *restrict x, const float *turn, uint32_t dim, float scale) {
    size_t half = dim / 2, n = t->dim / 2, i = 0;
    for (; i + TURN_BLOCK <= n; i += TURN_BLOCK) turn_block(y + i, y + half + i, x + 2 * i, turn + i, turn + n + i, scale);
    for (; i < half; i++) {
        float even = x[2 * i] * scale, odd = x[2 * i + 1] * scale, c = i < n ? turn[i] : 1.0f, s = i < n ? turn[n + i] : 0.0f;
        y[i] = i < n ? even * c - odd * s : even;
        y[half + i] = i < n ? even * s + odd * c : odd;
    }
}

void attention_keep(const kernels *k, attention_scratch *s, const rope_table *t, const attention_place *p, kvring *kv, const float *key,
                    const float *value) {
    for (uint32_t h = 0; h < kv->heads; h++) turn_head(t, s->row + (size_t)h * kv->dim, key + (size_t)h * kv->dim, p->turn, kv->dim, 1.0f);
    kvring_append(kv, k, s->row, value);
}

/* ---- scores and sums ---- */

/* f16 rows at `at` widened for use; the count is at most WIDE_ROWS. */
static uint32_t widen(const kernels *k, attention_scratch *s, const kvring *kv, const void *rows, size_t at, uint32_t left) {
    uint32_t n = left < WIDE_ROWS ? left : WIDE_ROWS;
    k->widen_f16(s->wide, (const uint16_t *)rows + at * kv->dim, (size_t)n * kv->dim);
    return n;
}

/* Scores of a run for the query heads of one KV head; score of a head's row i lies at [i], heads `stride` apart. */
static void score_run(const kernels *k, attention_scratch *s, const kvring *kv, uint32_t head, attention_rows run, uint32_t group, float *score,
                      uint32_t stride) {
    size_t at = (size_t)head * kvring_stored(kv) + run.slot, first = (size_t)head * group, dim = kv->dim;
    const float *q = s->row + first * dim;
    if (kv->kind == KV_I8)
        k->scores_i8(score, stride, (const int8_t *)kv->k + at * dim, kv->k_scale + at, s->q + first * dim, s->scale + first, group, run.rows, dim);
    if (kv->kind == KV_F32) k->scores_f32(score, stride, (const float *)kv->k + at * dim, q, group, run.rows, dim);
    for (uint32_t i = 0, n; kv->kind == KV_F16 && i < run.rows; i += n) {
        n = widen(k, s, kv, kv->k, at + i, run.rows - i);
        k->scores_f32(score + i, stride, s->wide, q, group, n, dim);
    }
}

/* Adds a run's values by their weights to the outputs of one KV head's query heads. */
static void mix_run(const kernels *k, attention_scratch *s, const kvring *kv, uint32_t head, attention_rows run, uint32_t group, float *weight,
                    uint32_t stride, float *out) {
    size_t at = (size_t)head * kvring_stored(kv) + run.slot, dim = kv->dim;
    float *y = out + (size_t)head * group * dim;
    if (kv->kind == KV_I8) {
        for (uint32_t g = 0; g < group; g++) k->mul_f32(weight + (size_t)g * stride, kv->v_scale + at, run.rows);
        k->mix_i8(y, weight, stride, (const int8_t *)kv->v + at * dim, group, run.rows, dim);
    }
    if (kv->kind == KV_F32) k->mix_f32(y, weight, stride, (const float *)kv->v + at * dim, group, run.rows, dim);
    for (uint32_t i = 0, n; kv->kind == KV_F16 && i < run.rows; i += n) {
        n = widen(k, s, kv, kv->v, at + i, run.rows - i);
        k->mix_f32(y, weight + i, stride, s->wide, group, n, dim);
    }
}

/* The queries turned for a run, and quantised when the keys are. */
static void turn_queries(const kernels *k, attention_scratch *s, const rope_table *t, const kvring *kv, const float *turn, const float *q,
                         uint32_t heads) {
    float scale = 1.0f / sqrtf((float)kv->dim);
    for (uint32_t h = 0; h < heads; h++) {
        size_t at = (size_t)h * kv->dim;
        turn_head(t, s->row + at, q + at, turn, kv->dim, scale);
        if (kv->kind == KV_I8) s->scale[h] = k->quantize(s->q + at, s->row + at, kv->dim);
    }
}

void attention_run(const kernels *k, attention_scratch *s, const rope_table *t, const attention_place *p, const kvring *kv, float *out,
                   const float *q, uint32_t heads) {
    uint32_t group = heads / kv->heads, rows = p->rows;
    size_t wide = (size_t)group * rows;
    float *score = s->score;
    for (uint32_t r = 0; r < p->runs; score += p->run[r++].rows) {
        if (r == 0 || p->run[r].turn != p->run[r - 1].turn) turn_queries(k, s, t, kv, p->run[r].turn, q, heads);
        for (uint32_t h = 0; h < kv->heads; h++) score_run(k, s, kv, h, p->run[r], group, score + h * wide, rows);
    }
    for (uint32_t h = 0; h < heads; h++) s->scale[h] = 1.0f / k->exp_down(s->score + (size_t)h * rows, rows);
    memset(out, 0, (size_t)heads * kv->dim * sizeof(float));
    score = s->score;
    for (uint32_t r = 0; r < p->runs; score += p->run[r++].rows)
        for (uint32_t h = 0; h < kv->heads; h++) mix_run(k, s, kv, h, p->run[r], group, score + h * wide, rows, out);
    for (uint32_t h = 0; h < heads; h++)
        for (uint32_t i = 0; i < kv->dim; i++) out[(size_t)h * kv->dim + i] *= s->scale[h];
}
