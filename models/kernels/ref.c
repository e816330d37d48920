/* ref: the scalar reference, the truth that every other table must reproduce bit for bit (law 3).
 *
 * Integer sums are exact: |w| <= 128, |q| <= 127, so int32 holds more than 130,000 products. Float sums have the one order
 * that runtime/README.md fixes. Nothing here is tuned; read this file to learn what a kernel computes.
 */
#include "models/kernels/tables.h"
#include "runtime/base/mathx.h"
#include <math.h>

enum { LANES = 8 };

static float ref_quantize(int8_t *q, const float *x, size_t n) {
    float amax = 0;
    for (size_t i = 0; i < n; i++)
        if (fabsf(x[i]) > amax) amax = fabsf(x[i]); /* a NaN never wins */
    float inverse = amax > 0 ? 127.0f / amax : 0.0f;
    for (size_t i = 0; i < n; i++) {
        float v = x[i] * inverse;
        v = v >= -127.0f ? v : -127.0f; /* NaN becomes -127 on every machine */
        q[i] = amax > 0 ? (int8_t)mathx_round_even(v <= 127.0f ? v : 127.0f) : 0;
    }
    return amax / 127.0f;
}

static int32_t ref_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void ref_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                        const float *qs, size_t count, size_t rows, size_t cols) {
    (void)rowsum;
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) {
            float v = (float)ref_dot_i8(w + r * cols, q + m * cols, cols) * (qs[m] * scale[r]);
            y[m * y_stride + r] = bias ? v + bias[r] : v;
        }
}

/* Little-endian f16 at any address. */
static float half_at(const uint8_t *p) {
    return mathx_f16_to_f32((uint16_t)(p[0] | p[1] << 8));
}

static int32_t block_q8_0(const uint8_t *w, const int8_t *q) {
    int32_t sum = 0;
    for (size_t i = 0; i < KERNEL_QBLOCK; i++) {
        int value = w[2 + i] < 128 ? w[2 + i] : w[2 + i] - 256;
        sum += value * q[i];
    }
    return sum;
}

/* Byte i holds value i in its low and value i + 16 in its high four bits, each plus 8. */
static int32_t block_q4_0(const uint8_t *w, const int8_t *q) {
    int32_t sum = 0;
    for (size_t i = 0; i < KERNEL_QBLOCK / 2; i++) sum += ((w[2 + i] & 15) - 8) * q[i] + ((w[2 + i] >> 4) - 8) * q[i + 16];
    return sum;
}

static void blocks_gemm(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols,
                        size_t bytes, int32_t (*block)(const uint8_t *, const int8_t *)) {
    size_t blocks = cols / KERNEL_QBLOCK;
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) {
            const uint8_t *row = w + r * blocks * bytes;
            float acc = 0;
            for (size_t b = 0; b < blocks; b++)
                acc = acc + (float)block(row + b * bytes, q + m * cols + b * KERNEL_QBLOCK) * half_at(row + b * bytes);
            y[m * y_stride + r] = qs[m] * acc;
        }
}

static void ref_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q8_0_BYTES, block_q8_0);
}

static void ref_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q4_0_BYTES, block_q4_0);
}

static float join(const float l[LANES]) {
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

static float ref_dot_f32(const float *a, const float *b, size_t n) {
    float lane[LANES] = {0};
    for (size_t i = 0; i < n; i++) lane[i % LANES] += a[i] * b[i];
    return join(lane);
}

static float ref_sum_f32(const float *a, size_t n) {
    float lane[LANES] = {0};
    for (size_t i = 0; i < n; i++) lane[i % LANES] += a[i];
    return join(lane);
}

static void ref_axpy_f32(float *y, float alpha, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

static void ref_axpy_i8(float *y, float alpha, const int8_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += alpha * (float)x[i];
}

static float ref_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    float lane[LANES] = {0};
    for (size_t i = 0; i < n; i++) lane[i % LANES] += a[i] * (float)b[i];
    return join(lane);
}

static void ref_silu(float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathx_silu(y[i]);
}

static void ref_exp_f32(float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathx_exp(y[i]);
}

static void ref_mul_f32(float *y, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] *= x[i];
}

static void ref_widen_f16(float *y, const uint16_t *h, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathx_f16_to_f32(h[i]);
}

static void ref_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                          size_t cols) {
    ref_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

static void ref_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = ref_dot_f32(w + r * cols, q + m * cols, cols);
}

static float ref_exp_down(float *x, size_t n) {
    float top = x[0];
    for (size_t i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    for (size_t i = 0; i < n; i++) x[i] = mathx_exp(x[i] - top);
    return ref_sum_f32(x, n);
}

static void ref_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) ref_axpy_i8(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void ref_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) ref_axpy_f32(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void ref_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = ref_sum_f32(x, n) / (float)n;
    for (size_t i = 0; i < n; i++) y[i] = x[i] - mean;
    const float inverse = 1.0f / sqrtf(ref_dot_f32(y, y, n) / (float)n + eps);
    for (size_t i = 0; i < n; i++) y[i] = (y[i] * inverse) * gain[i] + (bias ? bias[i] : 0.0f);
}

static void ref_taps_f32(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t n) {
    for (size_t c = 0; c < n; c++) {
        y[c] = bias[c];
        for (size_t k = 0; k < taps; k++) y[c] += tap[k * n + c] * x[k][c];
    }
}

static float clamp(float x, float low, float high) {
    return x > low ? (x < high ? x : high) : low; /* not a number: low */
}

/* Value at `bin` of a line drawn through bands `step` bins apart. */
static float line_at(const float *band, size_t bin, size_t step) {
    const size_t low = bin / step, part = bin % step;
    return part ? band[low] + (band[low + 1] - band[low]) * ((float)part / (float)step) : band[low];
}

static void ref_filter(float *tone, const float *hiss, const kernel_filter *f, size_t bins) {
    for (size_t bin = 0; bin < bins; bin++) {
        float s, c, *t = tone + 2 * bin;
        const float *h = hiss + 2 * bin;
        const float m = mathx_exp(clamp(line_at(f->size, bin, f->pulse_step), KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
        const float g = mathx_exp(clamp(line_at(f->gain, bin, f->noise_step), KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
        mathx_sincos(clamp(line_at(f->angle, bin, f->pulse_step), -KERNEL_ANGLE_MOST, KERNEL_ANGLE_MOST), &s, &c);
        const float re = m * (t[0] * c - t[1] * s), im = m * (t[0] * s + t[1] * c);
        t[0] = re + g * h[0];
        t[1] = im + g * h[1];
    }
}

/* One sample of the pulse train at phase `turn`, amplitude 1. */
static float pulse_at(uint32_t turn, float harmonics) {
    float low, high, last, unused;
    const uint32_t whole = (uint32_t)harmonics, half = turn >> 1;
    mathx_sincos_turn(half, &low, &unused);
    mathx_sincos_turn((2 * whole + 1) * half, &high, &unused);
    mathx_sincos_turn((whole + 1) * turn, &unused, &last);
    const float sum = fabsf(low) < KERNEL_PULSE_NEAR ? (float)whole : high / (2.0f * low) - 0.5f;
    return (sum + (harmonics - (float)whole) * last) * sqrtf(2.0f / harmonics);
}

static void ref_pulses(float *out, const uint32_t *turn, const kernel_pulses *p, size_t from, size_t n) {
    for (size_t j = 0; j < n; j++) {
        const float u = (float)(from + j) * p->step, f0 = p->f0[0] + (p->f0[1] - p->f0[0]) * u;
        out[j] = pulse_at(turn[j], p->top / f0) * (p->voiced[0] + (p->voiced[1] - p->voiced[0]) * u);
    }
}

const kernels kernels_ref = {
    .name = "ref",
    .quantize = ref_quantize,
    .gemm_i8 = ref_gemm_i8,
    .gemm_q8_0 = ref_gemm_q8_0,
    .gemm_q4_0 = ref_gemm_q4_0,
    .dot_i8 = ref_dot_i8,
    .dot_f32 = ref_dot_f32,
    .sum_f32 = ref_sum_f32,
    .axpy_f32 = ref_axpy_f32,
    .axpy_i8 = ref_axpy_i8,
    .dot_f32_i8 = ref_dot_f32_i8,
    .silu = ref_silu,
    .exp_f32 = ref_exp_f32,
    .mul_f32 = ref_mul_f32,
    .widen_f16 = ref_widen_f16,
    .scores_i8 = ref_scores_i8,
    .scores_f32 = ref_scores_f32,
    .exp_down = ref_exp_down,
    .mix_i8 = ref_mix_i8,
    .mix_f32 = ref_mix_f32,
    .layernorm = ref_layernorm,
    .taps_f32 = ref_taps_f32,
    .filter = ref_filter,
    .pulses = ref_pulses,
};
