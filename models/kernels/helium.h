/* helium: what the Helium (MVE) kernel files share: sticky flags, and their kernels by name for the table in helium.c.
 *
 * MVE floats flush denormals to zero, the reference does not. Whether that happened is told by two sticky flags of FPSCR, so a
 * float kernel runs as vectors first and, on the rare flag, once more in the reference's scalar code: always the same bits.
 */
#ifndef SOTTO_MODELS_KERNELS_HELIUM_H
#define SOTTO_MODELS_KERNELS_HELIUM_H
#include "models/kernels/tables.h"
#include "runtime/base/mathx_inline.h"
#include <arm_mve.h>
#include <stdint.h>

enum {
    MVE_WORDS = 4,
    MVE_BYTES = 16,
    MVE_SLICE = 64,                /* values that a kernel working in place keeps, to do them again */
    MVE_FLUSHED = 1 << 7 | 1 << 3, /* FPSCR: input denormal, underflow */
    MVE_ODD = MVE_FLUSHED | 1      /* also: invalid operation, which comparing or converting a NaN is */
};

/* Compilers may move arithmetic past an assembly that does not name it, but not loads and stores: what is loaded behind the first and stored
 * before the second is judged. */
static inline void mve_flags_clear(void) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr\n\tbic %0, %0, #0x89\n\tvmsr fpscr, %0" : "=&r"(fpscr) : : "memory");
}

static inline uint32_t mve_flags(void) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : : "memory");
    return fpscr & MVE_FLUSHED;
}

/* Of everything that led to v, wherever that is kept. */
static inline uint32_t mve_flags_of(float v) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : "t"(v) : "memory");
    return fpscr & MVE_FLUSHED;
}

static inline uint32_t mve_odd(void) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : : "memory");
    return fpscr & MVE_ODD;
}

/* mathxi_exp's core for -87.3 <= x <= 88.75, its multiplies and adds in its order. */
static inline float32x4_t mve_exp_core(float32x4_t x) {
    const float32x4_t shifted = vaddq_n_f32(vmulq_n_f32(x, 1.44269504f), MATHXI_ROUND), n = vsubq_n_f32(shifted, MATHXI_ROUND);
    const int32x4_t whole =
        vaddq_n_s32(vreinterpretq_s32_f32(shifted), 254 - 0x4b400000); /* two less than mathxi_exp's: as much as both halves lose */
    const int32x4_t half = vshrq_n_s32(whole, 1), rest = vsubq_s32(whole, half);
    const float32x4_t r = vaddq_f32(vsubq_f32(x, vmulq_n_f32(n, 0.693359375f)), vmulq_n_f32(n, 2.12194440e-4f));
    float32x4_t p = vaddq_n_f32(vmulq_n_f32(r, 1.9875691500e-4f), 1.3981999507e-3f);
    p = vaddq_n_f32(vmulq_f32(p, r), 8.3334519073e-3f);
    p = vaddq_n_f32(vmulq_f32(p, r), 4.1665795894e-2f);
    p = vaddq_n_f32(vmulq_f32(p, r), 1.6666665459e-1f);
    p = vaddq_n_f32(vmulq_f32(p, r), 5.0000001201e-1f);
    p = vaddq_n_f32(vaddq_f32(vmulq_f32(p, vmulq_f32(r, r)), r), 1.0f);
    p = vmulq_f32(p, vreinterpretq_f32_s32(vshlq_n_s32(half, 23)));
    return vmulq_f32(p, vreinterpretq_f32_s32(vshlq_n_s32(rest, 23)));
}

int32_t mve_dot_i8(const int8_t *a, const int8_t *b, size_t n);
void mve_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                 const float *qs, size_t count, size_t rows, size_t cols);
void mve_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                   size_t cols);
void mve_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols);
void mve_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols);

float mve_quantize(int8_t *q, const float *x, size_t n);
float mve_dot_f32(const float *a, const float *b, size_t n);
float mve_sum_f32(const float *a, size_t n);
float mve_dot_f32_i8(const float *a, const int8_t *b, size_t n);
void mve_axpy_f32(float *y, float alpha, const float *x, size_t n);
void mve_axpy_i8(float *y, float alpha, const int8_t *x, size_t n);
void mve_silu(float *y, size_t n);
void mve_exp_f32(float *y, size_t n);
void mve_mul_f32(float *y, const float *x, size_t n);
float mve_exp_down(float *x, size_t n);
void mve_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols);
void mve_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols);
void mve_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols);
void mve_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps);
void mve_taps_f32(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t n);
void mve_filter(float *tone, const float *hiss, const kernel_filter *f, size_t bins);
void mve_pulses(float *out, const uint32_t *turn, const kernel_pulses *p, size_t from, size_t n);

#endif
