/* vec: the float kernels as plain loops. Each kernel file includes this and is compiled for its instruction set, so the
 * compiler turns the loops into that set's SIMD; -ffp-contract=off keeps every bit that of ref.c, which only walks one by one.
 *
 * The three reductions are not here: their lanes are laid out by hand in vec_x86.h, vec_neon.h and helium.c.
 */
#ifndef SOTTO_MODELS_KERNELS_VEC_H
#define SOTTO_MODELS_KERNELS_VEC_H
#include "models/kernels/kernels.h"
#include "runtime/base/mathx_inline.h"

enum { VEC_LANES = 8 };

static inline float vec_join(const float l[VEC_LANES]) {
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/* Largest |x|: for floats without sign the order of the bits is the order of the values; above infinity lie the NaNs, left out. */
static inline float vec_amax(const float *x, size_t n) {
    int32_t top = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t bits = (int32_t)(mathxi_bits(x[i]) & 0x7fffffffu);
        int32_t valid = bits > 0x7f800000 ? 0 : bits;
        top = valid > top ? valid : top;
    }
    return mathxi_float((uint32_t)top);
}

static inline float vec_quantize(int8_t *restrict q, const float *restrict x, size_t n) {
    float amax = vec_amax(x, n);
    if (!(amax > 0)) {
        memset(q, 0, n);
        return 0.0f;
    }
    float inverse = 127.0f / amax;
    for (size_t i = 0; i < n; i++) {
        float v = x[i] * inverse;
        v = v >= -127.0f ? v : -127.0f;
        v = v <= 127.0f ? v : 127.0f;
        q[i] = (int8_t)mathxi_round_even(v);
    }
    return amax / 127.0f;
}

static inline void vec_axpy_f32(float *restrict y, float alpha, const float *restrict x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

static inline void vec_axpy_i8(float *restrict y, float alpha, const int8_t *restrict x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += alpha * (float)x[i];
}

static inline void vec_silu(float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathxi_silu(y[i]);
}

static inline void vec_exp_f32(float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathxi_exp(y[i]);
}

static inline void vec_mul_f32(float *restrict y, const float *restrict x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] *= x[i];
}

/* The exponent is shifted in place and put right by a power of two: exact for every finite f16, denormals too. */
static inline void vec_widen_f16(float *restrict y, const uint16_t *restrict h, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = mathxi_float((uint32_t)(h[i] & 0x8000u) << 16 | (uint32_t)(h[i] & 0x7fffu) << 13) * 0x1p112f;
}

/* Columns c.. of a weighted sum, one by one: what is left beside whole tiles. */
static inline void vec_mix_rest(float *y, const float *weight, size_t stride, const int8_t *v8, const float *v32, size_t count, size_t rows,
                                size_t cols, size_t c) {
    for (; c < cols; c++)
        for (size_t m = 0; m < count; m++)
            for (size_t r = 0; r < rows; r++) y[m * cols + c] += weight[m * stride + r] * (v8 ? (float)v8[r * cols + c] : v32[r * cols + c]);
}

/* Bits of a float as an integer of the same order, and back: what compilers find the largest of with SIMD. */
static inline int32_t vec_order(int32_t bits) {
    return bits ^ (int32_t)((uint32_t)(bits >> 31) >> 1);
}

/* x = exp(x - the largest x) */
static inline void vec_exp_down(float *x, size_t n) {
    int32_t top = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        int32_t v = vec_order((int32_t)mathxi_bits(x[i]));
        top = v > top ? v : top;
    }
    float largest = mathxi_float((uint32_t)vec_order(top));
    for (size_t i = 0; i < n; i++) x[i] = mathxi_exp(x[i] - largest);
}

#endif
