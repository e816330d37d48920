/* dsp_float: loops over floats for FPv5, eight values a round: VLDM and VSTM move eight registers in one instruction. VMLA rounds its product
 * before it adds, so it gives the reference's bits; nothing here is fused, and this core keeps denormals.
 *
 * In assembly, because GCC 12 loads one float at a time. Registers: a s0-s7, b s8-s15, c s16-s23. Each macro is one line an operation.
 */
#ifndef SOTTO_MODELS_KERNELS_DSP_FLOAT_H
#define SOTTO_MODELS_KERNELS_DSP_FLOAT_H
#include "models/kernels/vec.h"
#include "models/kernels/vec_sound.h"
#include <math.h>

enum { EIGHT = VEC_LANES };

#define DSP_EIGHT(op) op(0, 8, 16) op(1, 9, 17) op(2, 10, 18) op(3, 11, 19) op(4, 12, 20) op(5, 13, 21) op(6, 14, 22) op(7, 15, 23)
#define DSP_LOAD_A(p) "vldm " p "!, {s0-s7}\n"
#define DSP_LOAD_B(p) "vldm " p "!, {s8-s15}\n"
#define DSP_LOAD_C(p) "vldm " p "!, {s16-s23}\n"
#define DSP_LOOP(body)                                                                                                                               \
    "1:\n" body "subs %[n], #1\n"                                                                                                                    \
    "bne 1b\n"
#define DSP_USES_A "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "cc", "memory"
#define DSP_USES_B DSP_USES_A, "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15"
#define DSP_USES_C DSP_USES_B, "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23"

#define DSP_C_MORE_AB(a, b, c) "vmla.f32 s" #c ", s" #a ", s" #b "\n"
#define DSP_C_MORE_A(a, b, c) "vadd.f32 s" #c ", s" #c ", s" #a "\n"
#define DSP_B_MORE_A(a, b, c) "vmla.f32 s" #b ", s" #a ", %[k]\n"
#define DSP_B_MORE_A_S16(a, b, c) "vmla.f32 s" #b ", s" #a ", s16\n"
#define DSP_A_TIMES_B(a, b, c) "vmul.f32 s" #a ", s" #a ", s" #b "\n"
#define DSP_A_TIMES_K(a, b, c) "vmul.f32 s" #a ", s" #a ", %[k]\n"
#define DSP_B_TIMES_K(a, b, c) "vmul.f32 s" #b ", s" #b ", %[k]\n"
#define DSP_A_LESS_K(a, b, c) "vsub.f32 s" #a ", s" #a ", %[k]\n"
#define DSP_A_MORE_BC(a, b, c) "vmla.f32 s" #a ", s" #b ", s" #c "\n"
#define DSP_A_FROM_INT(a, b, c) "vcvt.f32.s32 s" #a ", s" #a "\n"
#define DSP_C_FROM_INT(a, b, c) "vcvt.f32.s32 s" #c ", s" #c "\n"
#define DSP_A_ROUND(a, b, c) "vcvtn.s32.f32 s" #a ", s" #a "\n"
#define DSP_A_SIZE(a, b, c) "vabs.f32 s" #a ", s" #a "\n"

static float dsp_dot_f32(const float *a, const float *b, size_t n) {
    float lane[EIGHT] = {0};
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile("vldm %[l], {s16-s23}\n" DSP_LOOP(DSP_LOAD_A("%[a]") DSP_LOAD_B("%[b]") DSP_EIGHT(DSP_C_MORE_AB)) "vstm %[l], {s16-s23}\n"
                         : [a] "+r"(a), [b] "+r"(b), [n] "+r"(rounds)
                         : [l] "r"(lane)
                         : DSP_USES_C);
    for (size_t i = 0; i < n % EIGHT; i++) lane[i] += a[i] * b[i];
    return vec_join(lane);
}

static float dsp_sum_f32(const float *a, size_t n) {
    float lane[EIGHT] = {0};
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile("vldm %[l], {s16-s23}\n" DSP_LOOP(DSP_LOAD_A("%[a]") DSP_EIGHT(DSP_C_MORE_A)) "vstm %[l], {s16-s23}\n"
                         : [a] "+r"(a), [n] "+r"(rounds)
                         : [l] "r"(lane)
                         : DSP_USES_C);
    for (size_t i = 0; i < n % EIGHT; i++) lane[i] += a[i];
    return vec_join(lane);
}

static void dsp_axpy_f32(float *y, float alpha, const float *x, size_t n) {
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile(DSP_LOOP(DSP_LOAD_A("%[x]") "vldm %[y], {s8-s15}\n" DSP_EIGHT(DSP_B_MORE_A) "vstm %[y]!, {s8-s15}\n")
                         : [x] "+r"(x), [y] "+r"(y), [n] "+r"(rounds)
                         : [k] "t"(alpha)
                         : DSP_USES_B);
    for (size_t i = 0; i < n % EIGHT; i++) y[i] += alpha * x[i];
}

static void dsp_mul_f32(float *y, const float *x, size_t n) {
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile(DSP_LOOP(DSP_LOAD_B("%[x]") "vldm %[y], {s0-s7}\n" DSP_EIGHT(DSP_A_TIMES_B) "vstm %[y]!, {s0-s7}\n")
                         : [x] "+r"(x), [y] "+r"(y), [n] "+r"(rounds)
                         :
                         : DSP_USES_B);
    for (size_t i = 0; i < n % EIGHT; i++) y[i] *= x[i];
}

/* y = sums (integers) * (qs * scale) + bias: how a row of gemm_i8 ends; y holds the sums. */
static void float_results(float *y, const float *scale, const float *bias, float qs, size_t n) {
    size_t rounds = n / EIGHT;
    if (rounds && bias)
        __asm__ volatile(DSP_LOOP("vldm %[y], {s16-s23}\n" DSP_LOAD_B("%[s]") DSP_LOAD_A("%[b]") DSP_EIGHT(DSP_C_FROM_INT) DSP_EIGHT(DSP_B_TIMES_K)
                                      DSP_EIGHT(DSP_A_MORE_BC) "vstm %[y]!, {s0-s7}\n")
                         : [y] "+r"(y), [s] "+r"(scale), [b] "+r"(bias), [n] "+r"(rounds)
                         : [k] "t"(qs)
                         : DSP_USES_C);
    else if (rounds)
        __asm__ volatile(DSP_LOOP("vldm %[y], {s0-s7}\n" DSP_LOAD_B("%[s]") DSP_EIGHT(DSP_A_FROM_INT) DSP_EIGHT(DSP_B_TIMES_K)
                                      DSP_EIGHT(DSP_A_TIMES_B) "vstm %[y]!, {s0-s7}\n")
                         : [y] "+r"(y), [s] "+r"(scale), [n] "+r"(rounds)
                         : [k] "t"(qs)
                         : DSP_USES_B);
    for (size_t i = 0; i < n % EIGHT; i++) {
        int32_t sum;
        memcpy(&sum, y + i, sizeof sum);
        float v = (float)sum * (qs * scale[i]);
        y[i] = bias ? v + bias[i] : v;
    }
}

static void scale_by(float *y, float k, size_t n) {
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile(DSP_LOOP("vldm %[y], {s0-s7}\n" DSP_EIGHT(DSP_A_TIMES_K) "vstm %[y]!, {s0-s7}\n")
                         : [y] "+r"(y), [n] "+r"(rounds)
                         : [k] "t"(k)
                         : DSP_USES_A);
    for (size_t i = 0; i < n % EIGHT; i++) y[i] *= k;
}

static void less(float *y, const float *x, float mean, size_t n) {
    size_t rounds = n / EIGHT;
    if (rounds)
        __asm__ volatile(DSP_LOOP(DSP_LOAD_A("%[x]") DSP_EIGHT(DSP_A_LESS_K) "vstm %[y]!, {s0-s7}\n")
                         : [x] "+r"(x), [y] "+r"(y), [n] "+r"(rounds)
                         : [k] "t"(mean)
                         : DSP_USES_A);
    vec_less(y, x, mean, n % EIGHT);
}

static void dsp_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    size_t rounds = bias ? n / EIGHT : 0, left = n - rounds * EIGHT;
    less(y, x, dsp_sum_f32(x, n) / (float)n, n);
    const float inverse = 1.0f / sqrtf(dsp_dot_f32(y, y, n) / (float)n + eps);
    if (rounds)
        __asm__ volatile(DSP_LOOP("vldm %[y], {s8-s15}\n" DSP_LOAD_C("%[g]") DSP_LOAD_A("%[b]") DSP_EIGHT(DSP_B_TIMES_K)
                                      DSP_EIGHT(DSP_A_MORE_BC) "vstm %[y]!, {s0-s7}\n")
                         : [y] "+r"(y), [g] "+r"(gain), [b] "+r"(bias), [n] "+r"(rounds)
                         : [k] "t"(inverse)
                         : DSP_USES_C);
    vec_scale(y, inverse, gain, bias, left);
}

/* Eight columns of a convolution's step: y = bias + tap * x[0] + the next row of taps * x[1] ... `at` is what to add to each x, `row` the
 * bytes of a row of taps. */
static inline void taps_eight(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t at, size_t row) {
    const float *place;
    __asm__ volatile("vldm %[b], {s0-s7}\n"
                     "cbz %[n], 2f\n" DSP_LOOP("vldm %[t], {s8-s15}\n"
                                               "ldr %[p], [%[x]], #4\n"
                                               "add %[t], %[r]\n"
                                               "add %[p], %[a]\n"
                                               "vldm %[p], {s16-s23}\n" DSP_EIGHT(DSP_A_MORE_BC)) "2: vstm %[y], {s0-s7}\n"
                     : [t] "+r"(tap), [x] "+r"(x), [n] "+l"(taps), [p] "=&r"(place)
                     : [y] "r"(y), [b] "r"(bias), [a] "r"(at), [r] "r"(row)
                     : DSP_USES_C);
}

static void dsp_taps_f32(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t n) {
    size_t c = 0;
    for (; c + EIGHT <= n; c += EIGHT) taps_eight(y + c, bias + c, tap + c, x, taps, c * sizeof(float), n * sizeof(float));
    for (; c < n; c++) {
        float sum = bias[c];
        for (size_t k = 0; k < taps; k++) sum += tap[k * n + c] * x[k][c];
        y[c] = sum;
    }
}

/* Eight columns of a weighted sum of rows, `row` bytes apart; rows >= 1. */
static inline void mix_eight(float *y, const float *weight, const float *v, size_t rows, size_t row) {
    __asm__ volatile("vldm %[y], {s8-s15}\n" DSP_LOOP("vldm %[w]!, {s16}\n"
                                                      "vldm %[v], {s0-s7}\n"
                                                      "add %[v], %[r]\n" DSP_EIGHT(DSP_B_MORE_A_S16)) "vstm %[y], {s8-s15}\n"
                     : [w] "+r"(weight), [v] "+r"(v), [n] "+r"(rows)
                     : [y] "r"(y), [r] "r"(row)
                     : DSP_USES_C);
}

static void dsp_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    const size_t whole = rows ? cols / EIGHT * EIGHT : 0;
    for (size_t m = 0; m < count; m++)
        for (size_t c = 0; c < whole; c += EIGHT) mix_eight(y + m * cols + c, weight + m * stride, v + c, rows, cols * sizeof(float));
    vec_mix_rest(y, weight, stride, NULL, v, count, rows, cols, whole);
}

/* Largest |x| of whole rounds, NaNs left out. */
static float largest(const float *x, size_t rounds) {
    float top = 0;
    if (rounds)
        __asm__ volatile("vmov.f32 s8, %[t]\n vmov.f32 s9, %[t]\n vmov.f32 s10, %[t]\n vmov.f32 s11, %[t]\n" DSP_LOOP(DSP_LOAD_A("%[x]") DSP_EIGHT(
            DSP_A_SIZE) "vmaxnm.f32 s8, s8, s0\n vmaxnm.f32 s9, s9, s1\n vmaxnm.f32 s10, s10, s2\n"
                        "vmaxnm.f32 s11, s11, s3\n vmaxnm.f32 s8, s8, s4\n vmaxnm.f32 s9, s9, s5\n"
                        "vmaxnm.f32 s10, s10, s6\n vmaxnm.f32 s11, s11, s7\n") "vmaxnm.f32 s8, s8, s9\n vmaxnm.f32 s10, s10, s11\n vmaxnm.f32 %[t], "
                                                                               "s8, s10\n"
                         : [x] "+r"(x), [n] "+r"(rounds), [t] "+t"(top)
                         :
                         : DSP_USES_B);
    return top;
}

/* q = x * inverse, rounded half to even, for whole rounds. */
static void round_rows(int8_t *q, const float *x, float inverse, size_t rounds) {
    __asm__ volatile(DSP_LOOP(DSP_LOAD_A("%[x]") DSP_EIGHT(DSP_A_TIMES_K) DSP_EIGHT(DSP_A_ROUND) "vmov r4, r5, s0, s1\n vmov r6, r8, s2, s3\n"
                                                                                                 "bfi r4, r5, #8, #8\n bfi r4, r6, #16, #8\n"
                                                                                                 "bfi r4, r8, #24, #8\n str r4, [%[q]], #4\n"
                                                                                                 "vmov r4, r5, s4, s5\n vmov r6, r8, s6, s7\n"
                                                                                                 "bfi r4, r5, #8, #8\n bfi r4, r6, #16, #8\n"
                                                                                                 "bfi r4, r8, #24, #8\n str r4, [%[q]], #4\n")
                     : [x] "+r"(x), [q] "+r"(q), [n] "+r"(rounds)
                     : [k] "t"(inverse)
                     : DSP_USES_A, "r4", "r5", "r6", "r8");
}

static inline uint32_t flags(void) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : : "memory");
    return fpscr;
}

/* Whole rounds of ordinary numbers need no clamps: |x| * (127 / amax) rounds to 127 at most. Other rows, told by amax or by the flag of
 * an invalid operation that a NaN raises, go the careful way. */
static float dsp_quantize(int8_t *q, const float *x, size_t n) {
    enum { INVALID = 1 };
    const size_t whole = n / EIGHT * EIGHT;
    float rest = vec_amax(x + whole, n - whole), amax = largest(x, n / EIGHT);
    amax = rest > amax ? rest : amax;
    if (whole == 0 || !(amax > 1e-30f && amax < 3e38f)) return vec_quantize(q, x, n);
    __asm__ volatile("vmsr fpscr, %0" : : "r"(flags() & ~(uint32_t)INVALID) : "memory");
    const float inverse = 127.0f / amax;
    round_rows(q, x, inverse, n / EIGHT);
    if (flags() & INVALID) return vec_quantize(q, x, n);
    for (size_t i = whole; i < n; i++) {
        float v = x[i] * inverse;
        q[i] = (int8_t)mathxi_round_even(v >= -127.0f ? (v <= 127.0f ? v : 127.0f) : -127.0f);
    }
    return amax / 127.0f;
}

#endif
