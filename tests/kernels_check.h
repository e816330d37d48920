/* kernels_check: compares a kernel table with the scalar reference, bit for bit, on adversarial input (after dav1d's checkasm).
 *
 * Needs no heap and no test library, so that the same checks run on the host, under an emulated arm64 and on a bare Cortex-M55.
 * The including file gives check_area(): memory whose both ends are guarded where the machine can do that. Every operand lies
 * once against the end and once against the start of its area, int8 operands therefore at odd addresses; results are
 * surrounded by a pattern that must survive, and the gaps between result rows too.
 */
#ifndef SOTTO_TESTS_KERNELS_CHECK_H
#define SOTTO_TESTS_KERNELS_CHECK_H
#include "models/kernels/kernels.h"
#include <stdint.h>
#include <string.h>

enum { CHECK_AREA = 65536, CHECK_AREAS = 8, CHECK_LENGTH = 200, CHECK_GUARD = 64, CHECK_FILL = 0xa5 };

/* The i-th area of CHECK_AREA bytes, 64-byte aligned at both ends. */
static uint8_t *check_area(int i);

typedef struct check {
    const kernels *k, *ref;
    uint32_t seed;
    int at_end;      /* operands lie against the end of their area, else against the start */
    uint32_t runs;   /* comparisons made */
    uint32_t failed; /* of them different */
    char first[48];  /* name of the first kernel that differed */
    size_t first_size[3];
} check;

static uint32_t check_random(check *c) {
    return (c->seed = c->seed * 1664525u + 1013904223u) >> 8;
}

static uint8_t *check_place(check *c, int area, size_t bytes) {
    return c->at_end ? check_area(area) + CHECK_AREA - bytes : check_area(area);
}

/* Memory for a result with the pattern around and in it. */
static uint8_t *check_result(int area, size_t bytes) {
    uint8_t *p = check_area(area);
    memset(p, CHECK_FILL, bytes + 2 * CHECK_GUARD);
    return p + CHECK_GUARD;
}

static void check_fail(check *c, const char *what, size_t a, size_t b, size_t d) {
    if (c->failed++ > 0) return;
    size_t n = strlen(what) < sizeof c->first ? strlen(what) : sizeof c->first - 1;
    memcpy(c->first, what, n);
    c->first[n] = 0;
    c->first_size[0] = a;
    c->first_size[1] = b;
    c->first_size[2] = d;
}

/* Both results, with what surrounds them. */
static void check_same(check *c, const char *what, const uint8_t *x, const uint8_t *y, size_t bytes, size_t a, size_t b, size_t d) {
    c->runs++;
    if (memcmp(x - CHECK_GUARD, y - CHECK_GUARD, bytes + 2 * CHECK_GUARD) != 0) check_fail(c, what, a, b, d);
    for (size_t i = 0; i < CHECK_GUARD; i++)
        if ((x - CHECK_GUARD)[i] != CHECK_FILL || x[bytes + i] != CHECK_FILL) {
            check_fail(c, what, a, b, d);
            return;
        }
}

static void check_bits(check *c, const char *what, float x, float y, size_t n) {
    c->runs++;
    if (memcmp(&x, &y, sizeof x) != 0) check_fail(c, what, n, 0, 0);
}

/* int8 in -low..127: random, all one extreme, alternating extremes, sparse. */
static int8_t *check_int8(check *c, int area, size_t n, int low) {
    int8_t *p = (int8_t *)check_place(c, area, n);
    uint32_t kind = check_random(c) % 6;
    for (size_t i = 0; i < n; i++) {
        int v = (int)(check_random(c) % (uint32_t)(low + 128)) - low;
        if (kind == 1) v = -low;
        if (kind == 2) v = 127;
        if (kind == 3) v = i % 2 ? 127 : -low;
        if (kind == 4 && v % 8) v = 0;
        p[i] = (int8_t)v;
    }
    return p;
}

/* Finite floats: ordinary, wide exponents with both signs, tiny (denormal), huge, zeros of both signs, large integers. */
static float *check_floats(check *c, int area, size_t n) {
    float *p = (float *)(void *)check_place(c, area, n * sizeof(float));
    uint32_t kind = check_random(c) % 7;
    for (size_t i = 0; i < n; i++) {
        float unit = ((float)check_random(c) - 8388608.0f) / 8388608.0f;
        uint32_t exponent = check_random(c) % 200 + 20, bits = check_random(c) << 8 | check_random(c);
        bits = (bits & 0x807fffffu) | exponent << 23;
        p[i] = unit;
        if (kind == 1) memcpy(p + i, &bits, sizeof bits);
        if (kind == 2) p[i] = unit * 0x1p-130f;
        if (kind == 3) p[i] = unit * 3e38f;
        if (kind == 4) p[i] = unit > 0 ? 0.0f : -0.0f;
        if (kind == 5) p[i] = (float)((int)(unit * 254.0f)) * 0.5f; /* ties of the rounding */
        if (kind == 6) p[i] = unit * 120.0f;
    }
    return p;
}

/* f16 scales of a block format's rows: any finite bits, and every eighth zero or denormal. */
static void check_scales(check *c, uint8_t *w, size_t blocks, size_t bytes) {
    for (size_t b = 0; b < blocks; b++) {
        uint32_t h = check_random(c) & 0xffff;
        if ((h & 0x7c00) == 0x7c00) h ^= 0x4000;
        if (b % 8 == 3) h &= 0x83ff;
        w[b * bytes] = (uint8_t)h;
        w[b * bytes + 1] = (uint8_t)(h >> 8);
    }
}

static void check_quantize(check *c, size_t n) {
    float *x = check_floats(c, 0, n);
    uint32_t special = check_random(c) % 8, nan = 0x7fc00000u, inf = 0xff800000u;
    if (n && special < 2) memcpy(x + check_random(c) % n, special ? &nan : &inf, sizeof nan);
    int8_t *a = (int8_t *)check_result(1, n), *b = (int8_t *)check_result(2, n);
    check_bits(c, "quantize scale", c->ref->quantize(a, x, n), c->k->quantize(b, x, n), n);
    check_same(c, "quantize", (uint8_t *)a, (uint8_t *)b, n, n, 0, 0);
}

static void check_reductions(check *c, size_t n) {
    const float *x = check_floats(c, 0, n), *y = check_floats(c, 1, n);
    const int8_t *a = check_int8(c, 2, n, 128), *b = check_int8(c, 3, n, 128);
    check_bits(c, "dot_f32", c->ref->dot_f32(x, y, n), c->k->dot_f32(x, y, n), n);
    check_bits(c, "sum_f32", c->ref->sum_f32(x, n), c->k->sum_f32(x, n), n);
    check_bits(c, "dot_f32_i8", c->ref->dot_f32_i8(x, a, n), c->k->dot_f32_i8(x, a, n), n);
    c->runs++;
    if (c->ref->dot_i8(a, b, n) != c->k->dot_i8(a, b, n)) check_fail(c, "dot_i8", n, 0, 0);
}

/* Both results start as the same floats. */
static void check_start(check *c, float **a, float **b, size_t n) {
    const float *start = check_floats(c, 3, n);
    *a = (float *)(void *)check_result(1, n * sizeof(float));
    *b = (float *)(void *)check_result(2, n * sizeof(float));
    memcpy(*a, start, n * sizeof(float));
    memcpy(*b, start, n * sizeof(float));
}

static void check_elementwise(check *c, size_t n) {
    const float *x = check_floats(c, 0, n);
    const int8_t *q = check_int8(c, 4, n, 128);
    float alpha = ((float)check_random(c) - 8388608.0f) / 65536.0f, *a, *b;
    check_start(c, &a, &b, n);
    c->ref->axpy_f32(a, alpha, x, n);
    c->k->axpy_f32(b, alpha, x, n);
    check_same(c, "axpy_f32", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    check_start(c, &a, &b, n);
    c->ref->axpy_i8(a, alpha, q, n);
    c->k->axpy_i8(b, alpha, q, n);
    check_same(c, "axpy_i8", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    check_start(c, &a, &b, n);
    c->ref->silu(a, n);
    c->k->silu(b, n);
    check_same(c, "silu", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    check_start(c, &a, &b, n);
    c->ref->mul_f32(a, x, n);
    c->k->mul_f32(b, x, n);
    check_same(c, "mul_f32", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    check_start(c, &a, &b, n);
    if (n) check_bits(c, "exp_down sum", c->ref->exp_down(a, n), c->k->exp_down(b, n), n);
    check_same(c, "exp_down", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    uint16_t *h = (uint16_t *)(void *)check_place(c, 4, n * sizeof *h);
    for (size_t i = 0; i < n; i++) h[i] = (uint16_t)(check_random(c) & (i % 5 ? 0xfbff : 0x83ff)); /* finite; every fifth denormal */
    c->ref->widen_f16(a, h, n);
    c->k->widen_f16(b, h, n);
    check_same(c, "widen_f16", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    check_start(c, &a, &b, n);
    c->ref->exp_f32(a, n);
    c->k->exp_f32(b, n);
    check_same(c, "exp_f32", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
}

/* Attention's kernels: scores, exponentials, weighted sums of 0..40 rows of any length. */
static void check_attend(check *c, size_t count, size_t rows, size_t cols) {
    const int8_t *w = check_int8(c, 0, rows * cols, 128), *q = check_int8(c, 1, count * cols, 127);
    const float *scale = check_floats(c, 2, rows), *qs = check_floats(c, 3, count), *wf = check_floats(c, 4, rows * cols);
    const float *qf = check_floats(c, 5, count * cols);
    size_t stride = rows + check_random(c) % 4, bytes = count * stride * sizeof(float);
    float *a = (float *)(void *)check_result(6, bytes), *b = (float *)(void *)check_result(7, bytes);
    c->ref->scores_i8(a, stride, w, scale, q, qs, count, rows, cols);
    c->k->scores_i8(b, stride, w, scale, q, qs, count, rows, cols);
    check_same(c, "scores_i8", (uint8_t *)a, (uint8_t *)b, bytes, count, rows, cols);
    c->ref->scores_f32(a, stride, wf, qf, count, rows, cols);
    c->k->scores_f32(b, stride, wf, qf, count, rows, cols);
    check_same(c, "scores_f32", (uint8_t *)a, (uint8_t *)b, bytes, count, rows, cols);
    float *weight = check_floats(c, 5, count * stride);
    const float *start = check_floats(c, 1, count * cols);
    for (size_t i = check_random(c) % 7; i < count * stride; i += 7) weight[i] *= 0x1p-126f; /* some denormals among them, as a softmax has */
    bytes = count * cols * sizeof(float);
    for (int real = 0; real < 2; real++) {
        a = (float *)(void *)check_result(6, bytes), b = (float *)(void *)check_result(7, bytes);
        memcpy(a, start, bytes), memcpy(b, start, bytes);
        if (real) {
            c->ref->mix_f32(a, weight, stride, wf, count, rows, cols);
            c->k->mix_f32(b, weight, stride, wf, count, rows, cols);
        } else {
            c->ref->mix_i8(a, weight, stride, w, count, rows, cols);
            c->k->mix_i8(b, weight, stride, w, count, rows, cols);
        }
        check_same(c, real ? "mix_f32" : "mix_i8", (uint8_t *)a, (uint8_t *)b, bytes, count, rows, cols);
    }
}

/* A LayerNorm's and a depthwise convolution's rows; taps may share a row of input. */
static void check_rows(check *c, size_t n, size_t taps) {
    const float *x = check_floats(c, 0, n * 3), *gain = check_floats(c, 1, n), *bias = check_floats(c, 2, n), *tap = check_floats(c, 3, n * taps);
    const float *at[16];
    float *a = (float *)(void *)check_result(6, n * sizeof(float)), *b = (float *)(void *)check_result(7, n * sizeof(float));
    for (size_t k = 0; k < taps; k++) at[k] = x + k % 3 * n;
    c->ref->taps_f32(a, bias, tap, at, taps, n);
    c->k->taps_f32(b, bias, tap, at, taps, n);
    check_same(c, "taps_f32", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, taps, 0);
    if (n == 0) return;
    const float *shift = check_random(c) % 3 ? bias : NULL;
    c->ref->layernorm(a, x, gain, shift, n, 1e-5f);
    c->k->layernorm(b, x, gain, shift, n, 1e-5f);
    check_same(c, "layernorm", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
    memcpy(a, x, n * sizeof(float)), memcpy(b, x, n * sizeof(float));
    c->ref->layernorm(a, a, gain, shift, n, 1e-5f);
    c->k->layernorm(b, b, gain, shift, n, 1e-5f);
    check_same(c, "layernorm in place", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, 0, 0);
}

/* The vocoder's filter with n values of the coarser band; one in four with a NaN or an infinity among them. */
static void check_filter(check *c, size_t n) {
    static const size_t steps[][2] = {{2, 4}, {1, 2}, {4, 4}, {3, 6}, {2, 10}, {5, 1}};
    const size_t *step = steps[check_random(c) % 6], wide = step[0] > step[1] ? step[0] : step[1], bins = n * wide + 1;
    const size_t pulse = n * wide / step[0] + 1, noise = n * wide / step[1] + 1;
    float *size = check_floats(c, 0, pulse);
    const float *angle = check_floats(c, 1, pulse), *gain = check_floats(c, 2, noise), *hiss = check_floats(c, 3, 2 * bins);
    const float *start = check_floats(c, 4, 2 * bins);
    const uint32_t odd = check_random(c) % 8, nan = 0x7fc00000u, inf = 0x7f800000u;
    if (odd < 2) memcpy(size + check_random(c) % pulse, odd ? &nan : &inf, sizeof nan);
    const kernel_filter f = {size, angle, gain, step[0], step[1]};
    float *a = (float *)(void *)check_result(6, 2 * bins * sizeof(float)), *b = (float *)(void *)check_result(7, 2 * bins * sizeof(float));
    memcpy(a, start, 2 * bins * sizeof(float)), memcpy(b, start, 2 * bins * sizeof(float));
    c->ref->filter(a, hiss, &f, bins);
    c->k->filter(b, hiss, &f, bins);
    check_same(c, "filter", (uint8_t *)a, (uint8_t *)b, 2 * bins * sizeof(float), bins, step[0], step[1]);
}

static float check_between(check *c, float low, float high) {
    return low + (high - low) * ((float)check_random(c) / 16777216.0f);
}

/* Pulses at any phase, and at those where the sum is a quotient of almost nothings. */
static void check_pulses(check *c, size_t n) {
    uint32_t *turn = (uint32_t *)(void *)check_place(c, 0, n * sizeof *turn);
    const kernel_pulses p = {
        {check_between(c, 40, 1000), check_between(c, 40, 1000)}, {check_between(c, 0, 1), check_between(c, 0, 1)}, 1.0f / 256, 7900};
    for (size_t i = 0; i < n; i++) turn[i] = check_random(c) << 8 ^ check_random(c);
    for (size_t i = 0; i < n; i += 5) turn[i] = (i % 2 ? 0u : 0u - 200000u) + check_random(c) % 200000u;
    float *a = (float *)(void *)check_result(6, n * sizeof(float)), *b = (float *)(void *)check_result(7, n * sizeof(float));
    const size_t from = check_random(c) % 57;
    c->ref->pulses(a, turn, &p, from, n);
    c->k->pulses(b, turn, &p, from, n);
    check_same(c, "pulses", (uint8_t *)a, (uint8_t *)b, n * sizeof(float), n, from, 0);
}

static void check_gemm_i8(check *c, size_t count, size_t rows, size_t cols) {
    const int8_t *w = check_int8(c, 0, rows * cols, check_random(c) % 2 ? 127 : 128), *q = check_int8(c, 1, count * cols, 127);
    const float *scale = check_floats(c, 2, rows), *qs = check_floats(c, 3, count);
    const float *bias = check_random(c) % 3 ? check_floats(c, 4, rows) : NULL;
    int32_t *rowsum = (int32_t *)(void *)check_place(c, 5, rows * sizeof(int32_t));
    size_t stride = rows + check_random(c) % 4, bytes = count * stride * sizeof(float);
    float *a = (float *)(void *)check_result(6, bytes), *b = (float *)(void *)check_result(7, bytes);
    for (size_t r = 0; r < rows; r++) {
        rowsum[r] = 0;
        for (size_t i = 0; i < cols; i++) rowsum[r] += w[r * cols + i];
    }
    c->ref->gemm_i8(a, stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
    c->k->gemm_i8(b, stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
    check_same(c, "gemm_i8", (uint8_t *)a, (uint8_t *)b, bytes, count, rows, cols);
}

static void check_blocks(check *c, size_t count, size_t rows, size_t cols, int four) {
    size_t block = four ? KERNEL_Q4_0_BYTES : KERNEL_Q8_0_BYTES, blocks = rows * cols / KERNEL_QBLOCK;
    uint8_t *w = (uint8_t *)check_int8(c, 0, blocks * block, 128);
    const int8_t *q = check_int8(c, 1, count * cols, 127);
    const float *qs = check_floats(c, 3, count);
    size_t stride = rows + check_random(c) % 4, bytes = count * stride * sizeof(float);
    float *a = (float *)(void *)check_result(6, bytes), *b = (float *)(void *)check_result(7, bytes);
    check_scales(c, w, blocks, block);
    (four ? c->ref->gemm_q4_0 : c->ref->gemm_q8_0)(a, stride, w, q, qs, count, rows, cols);
    (four ? c->k->gemm_q4_0 : c->k->gemm_q8_0)(b, stride, w, q, qs, count, rows, cols);
    check_same(c, four ? "gemm_q4_0" : "gemm_q8_0", (uint8_t *)a, (uint8_t *)b, bytes, count, rows, cols);
}

/* All float kernels and int8 dots at every length 0..200, `times` times each. */
static void check_vectors(check *c, int times) {
    for (size_t n = 0; n <= CHECK_LENGTH; n++)
        for (int t = 0; t < times * 2; t++) {
            c->at_end = t % 2;
            check_quantize(c, n);
            check_reductions(c, n);
            check_elementwise(c, n);
            check_attend(c, check_random(c) % 10, check_random(c) % 41, n % 2 ? n : 32 * (n / 2 % 5));
            check_rows(c, n, check_random(c) % 16);
            check_filter(c, n);
            check_pulses(c, n);
        }
}

/* gemm_i8 at every row length 0..200, with row and activation counts around the tiles' sizes, and rows too long for one tile. */
static void check_i8(check *c, int times) {
    for (size_t cols = 0; cols <= CHECK_LENGTH; cols++)
        for (int t = 0; t < times * 2; t++) {
            c->at_end = t % 2;
            check_gemm_i8(c, check_random(c) % 10, check_random(c) % 41, cols);
            check_gemm_i8(c, 1, 16 + check_random(c) % 20, cols);
            check_gemm_i8(c, 4, 4 + check_random(c) % 20, cols);
            check_gemm_i8(c, 1 + check_random(c) % 5, check_random(c) % 9, 500 + check_random(c) % 250);
        }
}

/* Both block formats with 0..40 rows of 0..8 blocks, and rows too long for one pass. */
static void check_q(check *c, int times) {
    for (size_t rows = 0; rows <= 40; rows++)
        for (size_t blocks = 0; blocks <= 9; blocks++)
            for (int t = 0; t < times * 2; t++) {
                size_t long_row = blocks == 9 ? 30 + check_random(c) % 8 : blocks;
                c->at_end = t % 2;
                check_blocks(c, check_random(c) % 20, rows, long_row * KERNEL_QBLOCK, 0);
                check_blocks(c, check_random(c) % 20, rows, long_row * KERNEL_QBLOCK, 1);
            }
}

#endif
