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

#endif
