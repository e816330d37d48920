/* dsp: ARMv7E-M with FPv5 (Cortex-M7): int8 products by SMLAD (dsp_gemm.h, dsp_blocks.h), floats by the scalar unit in the reference's
 * order, eight values a round (dsp_float.h). Here what is left: mixed sums, exponentials, and the table.
 */
#include "models/kernels/dsp_blocks.h"
#include "models/kernels/dsp_float.h"
#include "models/kernels/dsp_gemm.h"
#include "models/kernels/tables.h"

enum { THREE = 3 }; /* query heads of nano that share cached values */

static inline float more(float sum, float a, float b) {
    __asm__("vmla.f32 %0, %1, %2" : "+t"(sum) : "t"(a), "t"(b)); /* rounds the product, then the sum */
    return sum;
}

static void dsp_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                          size_t cols) {
    dsp_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

static void dsp_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = dsp_dot_f32(w + r * cols, q + m * cols, cols);
}

/* Four int8 as floats. */
static inline void widen_four(float v[GROUP], const int8_t *p) {
    int32_t w = (int32_t)word_at(p);
    v[0] = (float)(int8_t)w;
    v[1] = (float)(int8_t)(w >> 8);
    v[2] = (float)(int8_t)(w >> 16);
    v[3] = (float)(w >> 24);
}

static float dsp_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    float lane[EIGHT] = {0};
    for (; n >= EIGHT; n -= EIGHT, a += EIGHT, b += EIGHT) {
        float v[EIGHT];
        widen_four(v, b);
        widen_four(v + GROUP, b + GROUP);
#pragma GCC unroll 8
        for (size_t i = 0; i < EIGHT; i++) lane[i] = more(lane[i], a[i], v[i]);
    }
    for (size_t i = 0; i < n; i++) lane[i] += a[i] * (float)b[i];
    return vec_join(lane);
}

static void dsp_axpy_i8(float *y, float alpha, const int8_t *x, size_t n) {
    for (; n >= GROUP; n -= GROUP, y += GROUP, x += GROUP) {
        float v[GROUP];
        widen_four(v, x);
#pragma GCC unroll 4
        for (size_t i = 0; i < GROUP; i++) y[i] = more(y[i], alpha, v[i]);
    }
    for (size_t i = 0; i < n; i++) y[i] += alpha * (float)x[i];
}

/* Four int8 in r4 become s24-s27, and more of four columns of each sum. */
#define DSP_WIDEN                                                                                                                                    \
    "sxtb r5, r4\n sbfx r6, r4, #8, #8\n vmov s24, s25, r5, r6\n sbfx r5, r4, #16, #8\n asr r4, r4, #24\n vmov s26, s27, r5, r4\n"                   \
    "vcvt.f32.s32 s24, s24\n vcvt.f32.s32 s25, s25\n vcvt.f32.s32 s26, s26\n vcvt.f32.s32 s27, s27\n"
#define DSP_MIX(a, b, c, d, w)                                                                                                                       \
    "vmla.f32 s" #a ", s24, " w "\n vmla.f32 s" #b ", s25, " w "\n vmla.f32 s" #c ", s26, " w "\n vmla.f32 s" #d ", s27, " w "\n"

/* Eight columns of three weightings of rows, `cols` apart; rows >= 1. */
static void mix_three(float *y, const float *weight, size_t stride, const int8_t *v, size_t rows, size_t cols) {
    const float *b = weight + stride, *c = b + stride;
    float *second = y + cols, *third = second + cols;
    __asm__ volatile("vldm %[y], {s0-s7}\n"
                     "vldm %[second], {s8-s15}\n"
                     "vldm %[third], {s16-s23}\n"
                     "1: vldm %[a]!, {s28}\n"
                     "vldm %[b]!, {s29}\n"
                     "vldm %[c]!, {s30}\n"
                     "ldr r4, [%[v]]\n" DSP_WIDEN DSP_MIX(0, 1, 2, 3, "s28") DSP_MIX(8, 9, 10, 11, "s29")
                         DSP_MIX(16, 17, 18, 19, "s30") "ldr r4, [%[v], #4]\n"
                                                        "add %[v], %[cols]\n" DSP_WIDEN DSP_MIX(4, 5, 6, 7, "s28") DSP_MIX(12, 13, 14, 15, "s29")
                                                            DSP_MIX(20, 21, 22, 23, "s30") "subs %[n], #1\n"
                                                                                           "bne 1b\n"
                                                                                           "vstm %[y], {s0-s7}\n"
                                                                                           "vstm %[second], {s8-s15}\n"
                                                                                           "vstm %[third], {s16-s23}\n"
                     : [a] "+r"(weight), [b] "+r"(b), [c] "+r"(c), [v] "+r"(v), [n] "+r"(rows)
                     : [y] "r"(y), [second] "r"(second), [third] "r"(third), [cols] "r"(cols)
                     : DSP_USES_C, "s24", "s25", "s26", "s27", "s28", "s29", "s30", "r4", "r5", "r6");
}

/* Sums by threes, the others row by row. */
static void dsp_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    const size_t whole = rows ? cols / EIGHT * EIGHT : 0;
    for (; count >= THREE && whole; count -= THREE, y += THREE * cols, weight += THREE * stride) {
        for (size_t c = 0; c < whole; c += EIGHT) mix_three(y + c, weight, stride, v + c, rows, cols);
        vec_mix_rest(y, weight, stride, v, NULL, THREE, rows, cols, whole);
    }
    for (; count > 0; count--, y += cols, weight += stride)
        for (size_t r = 0; r < rows; r++) dsp_axpy_i8(y, weight[r], v + r * cols, cols);
}

/* mathxi_exp for |x| < EXP_NEAR, without its limits: 2^n is one factor, rounded once as its two are, also when the product is a denormal. */
static const float EXP_NEAR = 87.0f;
static const float EXP_NUMBERS[] = {
    1.44269504f,      MATHXI_ROUND,     0.693359375f,     2.12194440e-4f, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
    4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f, 1.0f,           KERNEL_LOG_LOW,   KERNEL_LOG_HIGH};

/* s1 becomes its exponential; r4, s2 and s3 are used. The low bits of the rounded sum are n. */
#define DSP_EXP                                                                                                                                      \
    "vmul.f32 s2, s1, s16\n vadd.f32 s2, s2, s17\n vmov r4, s2\n vsub.f32 s2, s2, s17\n"                                                             \
    "vmls.f32 s1, s2, s18\n vmla.f32 s1, s2, s19\n"                                                                                                  \
    "vmul.f32 s3, s20, s1\n vadd.f32 s3, s3, s21\n" DSP_EXP_STEP("s22") DSP_EXP_STEP("s23") DSP_EXP_STEP("s24")                                      \
        DSP_EXP_STEP("s25") "vmul.f32 s2, s1, s1\n vmla.f32 s1, s3, s2\n vadd.f32 s1, s1, s26\n"                                                     \
                            "add r4, %[one], r4, lsl #23\n vmov s2, r4\n vmul.f32 s1, s1, s2\n"
#define DSP_EXP_STEP(number) "vmul.f32 s3, s3, s1\n vadd.f32 s3, s3, " number "\n"

/* A function: values one by one, until all are done or, with DSP_IF_NEAR, one is too far (or a NaN); how many are left. */
#define DSP_NEAR(name, before, after)                                                                                                                \
    static size_t name(float *y, size_t n) {                                                                                                         \
        __asm__ volatile("vldm %[numbers], {s16-s28}\n"                                                                                              \
                         "1: vldr s0, [%[y]]\n" before DSP_EXP after "subs %[n], #1\n"                                                               \
                         "bne 1b\n"                                                                                                                  \
                         "2:\n"                                                                                                                      \
                         : [y] "+r"(y), [n] "+r"(n)                                                                                                  \
                         : [numbers] "r"(EXP_NUMBERS), [most] "r"(mathxi_bits(EXP_NEAR) << 1), [one] "r"(0x3f800000u)                                \
                         : DSP_USES_C, "s24", "s25", "s26", "s27", "s28", "r4");                                                                     \
        return n;                                                                                                                                    \
    }
#define DSP_IF_NEAR "vmov r4, s0\n cmp %[most], r4, lsl #1\n bls 2f\n"

DSP_NEAR(silu_near, DSP_IF_NEAR "vneg.f32 s1, s0\n", "vadd.f32 s1, s26, s1\n vdiv.f32 s1, s26, s1\n vmul.f32 s0, s0, s1\n vstm %[y]!, {s0}\n")
DSP_NEAR(exp_near, DSP_IF_NEAR "vmov.f32 s1, s0\n", "vstm %[y]!, {s1}\n")
/* Within the limits of the vocoder's logarithms; a NaN becomes the low one, because VMAXNM prefers numbers. */
DSP_NEAR(exp_limited, "vmaxnm.f32 s1, s0, s27\n vminnm.f32 s1, s1, s28\n", "vstm %[y]!, {s1}\n")

static void dsp_silu(float *y, size_t n) {
    for (float *end = y + n; n > 0 && (n = silu_near(end - n, n)) > 0; n--) end[-(ptrdiff_t)n] = mathxi_silu(end[-(ptrdiff_t)n]);
}

static void dsp_exp_f32(float *y, size_t n) {
    for (float *end = y + n; n > 0 && (n = exp_near(end - n, n)) > 0; n--) end[-(ptrdiff_t)n] = mathxi_exp(end[-(ptrdiff_t)n]);
}

static float dsp_exp_down(float *x, size_t n) {
    float top = x[0];
    for (size_t i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    less(x, x, top, n);
    dsp_exp_f32(x, n);
    return dsp_sum_f32(x, n);
}

static void dsp_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
}

/* To the limits; a NaN becomes the low one. */
static inline float limited(float x, float low, float high) {
    __asm__("vmaxnm.f32 %0, %0, %1\n\tvminnm.f32 %0, %0, %2" : "+t"(x) : "t"(low), "t"(high));
    return x;
}

static void filter_bins(float *tone, const float *hiss, const float *size, const float *angle, const float *gain, size_t n) {
    for (size_t i = 0; i < n; i++, tone += 2, hiss += 2) {
        float s, c;
        mathxi_sincos(limited(angle[i], -KERNEL_ANGLE_MOST, KERNEL_ANGLE_MOST), &s, &c);
        const float re = size[i] * (tone[0] * c - tone[1] * s), im = size[i] * (tone[0] * s + tone[1] * c);
        tone[0] = re + gain[i] * hiss[0];
        tone[1] = im + gain[i] * hiss[1];
    }
}

static void dsp_filter(float *tone, const float *hiss, const kernel_filter *f, size_t bins) {
    float size[VEC_SLICE], angle[VEC_SLICE], gain[VEC_SLICE];
    for (size_t from = 0, n; from < bins; from += n) { /* the last bin lies on the last band */
        const size_t left = bins - 1 - from;
        n = left > VEC_SLICE ? VEC_SLICE : left ? left : 1;
        if (left) {
            vec_spread(size, f->size, from, n, f->pulse_step);
            vec_spread(angle, f->angle, from, n, f->pulse_step);
            vec_spread(gain, f->gain, from, n, f->noise_step);
        } else {
            size[0] = f->size[from / f->pulse_step];
            angle[0] = f->angle[from / f->pulse_step];
            gain[0] = f->gain[from / f->noise_step];
        }
        exp_limited(size, n);
        exp_limited(gain, n);
        filter_bins(tone + 2 * from, hiss + 2 * from, size, angle, gain, n);
    }
}

const kernels kernels_dsp = {
    .name = "dsp",
    .quantize = dsp_quantize,
    .gemm_i8 = dsp_gemm_i8,
    .gemm_q8_0 = dsp_gemm_q8_0,
    .gemm_q4_0 = dsp_gemm_q4_0,
    .dot_i8 = dsp_dot_i8,
    .dot_f32 = dsp_dot_f32,
    .sum_f32 = dsp_sum_f32,
    .axpy_f32 = dsp_axpy_f32,
    .axpy_i8 = dsp_axpy_i8,
    .dot_f32_i8 = dsp_dot_f32_i8,
    .silu = dsp_silu,
    .exp_f32 = dsp_exp_f32,
    .mul_f32 = dsp_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = dsp_scores_i8,
    .scores_f32 = dsp_scores_f32,
    .exp_down = dsp_exp_down,
    .mix_i8 = dsp_mix_i8,
    .mix_f32 = dsp_mix_f32,
    .layernorm = dsp_layernorm,
    .taps_f32 = dsp_taps_f32,
    .filter = dsp_filter,
    .pulses = vec_pulses,
};
