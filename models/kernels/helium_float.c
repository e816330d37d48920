/* helium_float: the elementwise float kernels and the sums on Cortex-M55 and M85, four values at a time.
 *
 * What works in place keeps a slice of the values that it overwrites: when the flags tell of a denormal (or of a NaN, where
 * vectors treat it otherwise), the slice is put back and the reference does it. Slices of four values; the rest is the reference's.
 */
#include "models/kernels/helium.h"
#include "runtime/base/mathx.h"
#include <math.h>
#include <string.h>

/* Two registers are the 8 strided partial sums of the number rules; what is left over is added as zeros, which change no lane: none is -0. */
typedef struct lanes {
    float32x4_t low, high;
} lanes;

static inline mve_pred16_t first_of(size_t rest) {
    return vctp32q((uint32_t)rest);
}

static inline mve_pred16_t second_of(size_t rest) {
    return vctp32q((uint32_t)(rest > MVE_WORDS ? rest - MVE_WORDS : 0));
}

/* ((l0+l4)+(l2+l6)) + ((l1+l5)+(l3+l7)), the last three sums by the scalar unit, which flushes nothing. */
static inline float lanes_join(lanes l) {
    float out[MVE_WORDS];
    vst1q_f32(out, vaddq_f32(l.low, l.high));
    return (out[0] + out[2]) + (out[1] + out[3]);
}

float mve_dot_f32(const float *a, const float *b, size_t n) {
    const float *x = a, *z = b;
    lanes l = {vdupq_n_f32(0), vdupq_n_f32(0)};
    mve_flags_clear();
    for (size_t i = n / 8; i > 0; i--, x += 8, z += 8) {
        l.low = vaddq_f32(l.low, vmulq_f32(vldrwq_f32(x), vldrwq_f32(z)));
        l.high = vaddq_f32(l.high, vmulq_f32(vldrwq_f32(x + 4), vldrwq_f32(z + 4)));
    }
    if (n % 8) {
        const mve_pred16_t p = first_of(n % 8), r = second_of(n % 8);
        l.low = vaddq_f32(l.low, vmulq_f32(vldrwq_z_f32(x, p), vldrwq_z_f32(z, p)));
        l.high = vaddq_f32(l.high, vmulq_f32(vldrwq_z_f32(x + 4, r), vldrwq_z_f32(z + 4, r)));
    }
    const float sum = lanes_join(l);
    return mve_flags_of(sum) ? kernels_ref.dot_f32(a, b, n) : sum;
}

float mve_sum_f32(const float *a, size_t n) {
    const float *x = a;
    lanes l = {vdupq_n_f32(0), vdupq_n_f32(0)};
    mve_flags_clear();
    for (size_t i = n / 8; i > 0; i--, x += 8) {
        l.low = vaddq_f32(l.low, vldrwq_f32(x));
        l.high = vaddq_f32(l.high, vldrwq_f32(x + 4));
    }
    if (n % 8) {
        l.low = vaddq_f32(l.low, vldrwq_z_f32(x, first_of(n % 8)));
        l.high = vaddq_f32(l.high, vldrwq_z_f32(x + 4, second_of(n % 8)));
    }
    const float sum = lanes_join(l);
    return mve_flags_of(sum) ? kernels_ref.sum_f32(a, n) : sum;
}

static inline float32x4_t widen(const int8_t *b) {
    return vcvtq_f32_s32(vldrbq_s32(b));
}

float mve_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    const float *x = a;
    const int8_t *z = b;
    lanes l = {vdupq_n_f32(0), vdupq_n_f32(0)};
    mve_flags_clear();
    for (size_t i = n / 8; i > 0; i--, x += 8, z += 8) {
        l.low = vaddq_f32(l.low, vmulq_f32(vldrwq_f32(x), widen(z)));
        l.high = vaddq_f32(l.high, vmulq_f32(vldrwq_f32(x + 4), widen(z + 4)));
    }
    if (n % 8) {
        const mve_pred16_t p = first_of(n % 8), r = second_of(n % 8);
        l.low = vaddq_f32(l.low, vmulq_f32(vldrwq_z_f32(x, p), vcvtq_f32_s32(vldrbq_z_s32(z, p))));
        l.high = vaddq_f32(l.high, vmulq_f32(vldrwq_z_f32(x + 4, r), vcvtq_f32_s32(vldrbq_z_s32(z + 4, r))));
    }
    const float sum = lanes_join(l);
    return mve_flags_of(sum) ? kernels_ref.dot_f32_i8(a, b, n) : sum;
}

void mve_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = mve_dot_f32(w + r * cols, q + m * cols, cols);
}

/* Largest |x| (VMAXNMAV leaves NaNs out), then x * inverse rounded to nearest, ties to even. No clamp: |x * inverse| is below 127.5. */
float mve_quantize(int8_t *q, const float *x, size_t n) {
    float amax = 0;
    const float *from = x;
    int8_t *to = q;
    __asm__ volatile("dlstp.32 lr, %[n]\n"
                     "1: vldrw.32 q0, [%[x]], #16\n"
                     "vmaxnmav.f32 %[m], q0\n"
                     "letp lr, 1b"
                     : [x] "+r"(from), [m] "+r"(amax)
                     : [n] "r"(n)
                     : "lr", "q0", "memory");
    if (!(amax >= 1e-30f && amax <= 3e38f)) return kernels_ref.quantize(q, x, n); /* zeros, infinities, rows in which denormals count */
    mve_flags_clear();
    from = x;
    __asm__ volatile("dlstp.32 lr, %[n]\n"
                     "1: vldrw.32 q0, [%[x]], #16\n"
                     "vmul.f32 q0, q0, %[by]\n"
                     "vcvtn.s32.f32 q0, q0\n"
                     "vstrb.32 q0, [%[q]], #4\n"
                     "letp lr, 1b"
                     : [x] "+r"(from), [q] "+r"(to)
                     : [n] "r"(n), [by] "r"(127.0f / amax)
                     : "lr", "q0", "memory");
    if (mve_odd() & ~(uint32_t)MVE_FLUSHED) return kernels_ref.quantize(q, x, n); /* a NaN */
    return amax / 127.0f;
}

/* ---- value by value ---- */

/* What else an operation takes. */
typedef struct operand {
    const float *x, *z;
    const int8_t *b;
    float by, less;
} operand;

/* Four results from four values and what lies at place `at` of the operand; and the reference's results of n values. */
typedef float32x4_t four_of(float32x4_t v, const operand *o, size_t at);
typedef void again_of(float *y, const float *v, const operand *o, size_t at, size_t n);

/* y may be v: the slice's values are kept, and the reference starts from them. */
static inline __attribute__((always_inline)) void each(float *y, const float *v, size_t n, const operand *o, four_of *four, again_of *again) {
    float keep[MVE_SLICE];
    for (size_t at = 0, some; at < n; at += some) {
        some = n - at < MVE_SLICE ? n - at : MVE_SLICE;
        mve_flags_clear();
        for (size_t i = 0; i + MVE_WORDS <= some; i += MVE_WORDS) {
            const float32x4_t in = vldrwq_f32(v + at + i);
            vst1q_f32(keep + i, in);
            vst1q_f32(y + at + i, four(in, o, at + i));
        }
        const size_t rest = some % MVE_WORDS, done = mve_odd() ? 0 : some - rest;
        if (rest) memcpy(keep + some - rest, v + at + some - rest, rest * sizeof *keep);
        if (done < some) again(y + at + done, keep + done, o, at + done, some - done);
    }
}

static inline float32x4_t four_axpy_f32(float32x4_t v, const operand *o, size_t at) {
    return vaddq_f32(v, vmulq_n_f32(vldrwq_f32(o->x + at), o->by));
}
static void again_axpy_f32(float *y, const float *v, const operand *o, size_t at, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = v[i] + o->by * o->x[at + i];
}
void mve_axpy_f32(float *y, float alpha, const float *x, size_t n) {
    const operand o = {.x = x, .by = alpha};
    each(y, y, n, &o, four_axpy_f32, again_axpy_f32);
}

static inline float32x4_t four_axpy_i8(float32x4_t v, const operand *o, size_t at) {
    return vaddq_f32(v, vmulq_n_f32(widen(o->b + at), o->by));
}
static void again_axpy_i8(float *y, const float *v, const operand *o, size_t at, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = v[i] + o->by * (float)o->b[at + i];
}
void mve_axpy_i8(float *y, float alpha, const int8_t *x, size_t n) {
    const operand o = {.b = x, .by = alpha};
    each(y, y, n, &o, four_axpy_i8, again_axpy_i8);
}

static inline float32x4_t four_mul(float32x4_t v, const operand *o, size_t at) {
    return vmulq_f32(v, vldrwq_f32(o->x + at));
}
static void again_mul(float *y, const float *v, const operand *o, size_t at, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = v[i] * o->x[at + i];
}
void mve_mul_f32(float *y, const float *x, size_t n) {
    const operand o = {.x = x};
    each(y, y, n, &o, four_mul, again_mul);
}

/* exp of any v: held to where the core is good, and 0 below. Comparing raises a flag for a NaN. */
static inline float32x4_t exp_of(float32x4_t v) {
    const float32x4_t low = vdupq_n_f32(-87.3f), in = vminnmq_f32(vmaxnmq_f32(v, low), vdupq_n_f32(88.75f));
    return vdupq_m_n_f32(mve_exp_core(in), 0.0f, vcmpltq_n_f32(v, -87.3f));
}

static inline float32x4_t four_exp(float32x4_t v, const operand *o, size_t at) {
    (void)o, (void)at;
    return exp_of(v);
}
static void again_exp(float *y, const float *v, const operand *o, size_t at, size_t n) {
    (void)o, (void)at;
    for (size_t i = 0; i < n; i++) y[i] = mathx_exp(v[i]);
}
void mve_exp_f32(float *y, size_t n) {
    each(y, y, n, NULL, four_exp, again_exp);
}

/* 1 / v: MVE has no division; the scalar unit has, on the same registers. */
static inline float32x4_t inverse_of(float32x4_t v) {
    register float32x4_t x __asm__("q0") = v;
    const float one = 1.0f;
    __asm__("vdiv.f32 s0, %[one], s0\n\tvdiv.f32 s1, %[one], s1\n\tvdiv.f32 s2, %[one], s2\n\tvdiv.f32 s3, %[one], s3" : "+w"(x) : [one] "t"(one));
    return x;
}

static inline float32x4_t four_silu(float32x4_t v, const operand *o, size_t at) {
    (void)o, (void)at;
    return vmulq_f32(v, inverse_of(vaddq_n_f32(exp_of(vnegq_f32(v)), 1.0f)));
}
static void again_silu(float *y, const float *v, const operand *o, size_t at, size_t n) {
    (void)o, (void)at;
    for (size_t i = 0; i < n; i++) y[i] = mathx_silu(v[i]);
}
void mve_silu(float *y, size_t n) {
    each(y, y, n, NULL, four_silu, again_silu);
}

static inline float32x4_t four_exp_down(float32x4_t v, const operand *o, size_t at) {
    (void)at;
    return exp_of(vsubq_n_f32(v, o->less));
}
static void again_exp_down(float *y, const float *v, const operand *o, size_t at, size_t n) {
    (void)at;
    for (size_t i = 0; i < n; i++) y[i] = mathx_exp(v[i] - o->less);
}
float mve_exp_down(float *x, size_t n) {
    operand o = {.less = x[0]};
    const float *from = x;
    mve_flags_clear();
    __asm__ volatile("dlstp.32 lr, %[n]\n"
                     "1: vldrw.32 q0, [%[x]], #16\n"
                     "vmaxnmv.f32 %[m], q0\n"
                     "letp lr, 1b"
                     : [x] "+r"(from), [m] "+r"(o.less)
                     : [n] "r"(n)
                     : "lr", "q0", "memory");
    if (mve_odd()) return kernels_ref.exp_down(x, n);
    each(x, x, n, &o, four_exp_down, again_exp_down);
    return mve_sum_f32(x, n);
}

/* ---- rows ---- */

/* Adds weight times q4..q7 to q0..q3 and goes on to the next row. */
#define MIX_ADD                                                                                                                                      \
    "vmul.f32 q4, q4, %[by]\n"                                                                                                                       \
    "vmul.f32 q5, q5, %[by]\n"                                                                                                                       \
    "vmul.f32 q6, q6, %[by]\n"                                                                                                                       \
    "vmul.f32 q7, q7, %[by]\n"                                                                                                                       \
    "vadd.f32 q0, q0, q4\n"                                                                                                                          \
    "vadd.f32 q1, q1, q5\n"                                                                                                                          \
    "vadd.f32 q2, q2, q6\n"                                                                                                                          \
    "vadd.f32 q3, q3, q7\n"                                                                                                                          \
    "add %[v], %[v], %[step]\n"                                                                                                                      \
    "le lr, 1b"

static inline float32x4_t four_norm(float32x4_t v, const operand *o, size_t at) {
    return vmulq_f32(vmulq_n_f32(vsubq_n_f32(v, o->less), o->by), vldrwq_f32(o->x + at));
}
static inline float32x4_t four_norm_bias(float32x4_t v, const operand *o, size_t at) {
    return vaddq_f32(four_norm(v, o, at), vldrwq_f32(o->z + at));
}
static inline float32x4_t four_norm_zero(float32x4_t v, const operand *o, size_t at) {
    return vaddq_n_f32(four_norm(v, o, at), 0.0f);
}
static void again_norm(float *y, const float *v, const operand *o, size_t at, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = ((v[i] - o->less) * o->by) * o->x[at + i] + (o->z ? o->z[at + i] : 0.0f);
}

/* dot(x - mean, x - mean) in the eight lanes; *odd: a denormal came of it. */
static float spread_of(const float *x, float mean, size_t n, uint32_t *odd) {
    lanes l = {vdupq_n_f32(0), vdupq_n_f32(0)};
    mve_flags_clear();
    for (size_t i = n / 8; i > 0; i--, x += 8) {
        const float32x4_t low = vsubq_n_f32(vldrwq_f32(x), mean), high = vsubq_n_f32(vldrwq_f32(x + 4), mean);
        l.low = vaddq_f32(l.low, vmulq_f32(low, low));
        l.high = vaddq_f32(l.high, vmulq_f32(high, high));
    }
    if (n % 8) {
        const mve_pred16_t p = first_of(n % 8), r = second_of(n % 8);
        const float32x4_t low = vsubq_x_n_f32(vldrwq_z_f32(x, p), mean, p), high = vsubq_x_n_f32(vldrwq_z_f32(x + 4, r), mean, r);
        l.low = vaddq_m_f32(l.low, l.low, vmulq_f32(low, low), p);
        l.high = vaddq_m_f32(l.high, l.high, vmulq_f32(high, high), r);
    }
    const float sum = lanes_join(l);
    *odd = mve_flags_of(sum);
    return sum;
}

void mve_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = mve_sum_f32(x, n) / (float)n;
    uint32_t odd;
    const float spread = spread_of(x, mean, n, &odd);
    if (odd) {
        kernels_ref.layernorm(y, x, gain, bias, n, eps);
        return;
    }
    const operand o = {.x = gain, .z = bias, .less = mean, .by = 1.0f / sqrtf(spread / (float)n + eps)};
    if (bias)
        each(y, x, n, &o, four_norm_bias, again_norm);
    else
        each(y, x, n, &o, four_norm_zero, again_norm);
}

/* 16 columns of a weighted sum of rows; they are stored when no denormal came. The loops are assembly, as those of helium_gemm.c are. */
static inline int sixteen(float *y, const float *weight, const int8_t *v8, const float *v32, size_t rows, size_t cols) {
    register float32x4_t a __asm__("q0") = vldrwq_f32(y), b __asm__("q1") = vldrwq_f32(y + 4);
    register float32x4_t c __asm__("q2") = vldrwq_f32(y + 8), d __asm__("q3") = vldrwq_f32(y + 12);
    uint32_t by;
    mve_flags_clear();
    if (v8)
        __asm__ volatile("dls lr, %[n]\n"
                         "1: ldr %[by], [%[w]], #4\n"
                         "vldrb.s32 q4, [%[v]]\n"
                         "vldrb.s32 q5, [%[v], #4]\n"
                         "vldrb.s32 q6, [%[v], #8]\n"
                         "vldrb.s32 q7, [%[v], #12]\n"
                         "vcvt.f32.s32 q4, q4\n"
                         "vcvt.f32.s32 q5, q5\n"
                         "vcvt.f32.s32 q6, q6\n"
                         "vcvt.f32.s32 q7, q7\n" MIX_ADD
                         : [w] "+r"(weight), [v] "+r"(v8), [by] "=&r"(by), "+w"(a), "+w"(b), "+w"(c), "+w"(d)
                         : [n] "r"(rows), [step] "r"(cols)
                         : "lr", "q4", "q5", "q6", "q7", "memory");
    else
        __asm__ volatile("dls lr, %[n]\n"
                         "1: ldr %[by], [%[w]], #4\n"
                         "vldrw.32 q4, [%[v]]\n"
                         "vldrw.32 q5, [%[v], #16]\n"
                         "vldrw.32 q6, [%[v], #32]\n"
                         "vldrw.32 q7, [%[v], #48]\n" MIX_ADD
                         : [w] "+r"(weight), [v] "+r"(v32), [by] "=&r"(by), "+w"(a), "+w"(b), "+w"(c), "+w"(d)
                         : [n] "r"(rows), [step] "r"(cols * sizeof *v32)
                         : "lr", "q4", "q5", "q6", "q7", "memory");
    if (mve_flags()) return 0;
    vst1q_f32(y, a), vst1q_f32(y + 4, b), vst1q_f32(y + 8, c), vst1q_f32(y + 12, d);
    return 1;
}

/* Columns one by one: those beside whole sixteens, and those where denormals are. */
static void columns(float *y, const float *weight, const int8_t *v8, const float *v32, size_t rows, size_t cols, size_t n) {
    for (size_t c = 0; c < n; c++)
        for (size_t r = 0; r < rows; r++) y[c] += weight[r] * (v8 ? (float)v8[r * cols + c] : v32[r * cols + c]);
}

/* Rows before the first whose weight is a denormal: one of some hundred, where a softmax is nearly 0. */
static size_t plain_rows(const float *weight, size_t rows) {
    uint32_t least = UINT32_MAX;
    const float *from = weight;
    size_t r = 0;
    __asm__ volatile("dlstp.32 lr, %[n]\n"
                     "1: vldrw.32 q0, [%[w]], #16\n"
                     "vshl.i32 q0, q0, #1\n"
                     "vsub.i32 q0, q0, %[one]\n"
                     "vminv.u32 %[m], q0\n"
                     "letp lr, 1b"
                     : [w] "+r"(from), [m] "+r"(least)
                     : [n] "r"(rows), [one] "r"(1)
                     : "lr", "q0", "memory");
    if (least >= 0x00ffffffu) return rows;
    while (r < rows && (mathxi_bits(weight[r]) << 1) - 1u >= 0x00ffffffu) r++;
    return r;
}

/* One row of sums: rows of v that are plain as vectors, those between by the reference. */
static inline __attribute__((always_inline)) void mix_one(float *y, const float *weight, const int8_t *v8, const float *v32, size_t rows,
                                                          size_t cols) {
    for (size_t plain; rows > 0; rows -= plain, weight += plain) {
        plain = plain_rows(weight, rows);
        const size_t wide = plain ? cols & ~(size_t)(MVE_BYTES - 1) : 0;
        if (!plain) plain = 1;
        for (size_t c = 0; c < wide; c += MVE_BYTES) {
            if (!sixteen(y + c, weight, v8 ? v8 + c : NULL, v8 ? NULL : v32 + c, plain, cols))
                columns(y + c, weight, v8 ? v8 + c : NULL, v8 ? NULL : v32 + c, plain, cols, MVE_BYTES);
        }
        columns(y + wide, weight, v8 ? v8 + wide : NULL, v8 ? NULL : v32 + wide, plain, cols, cols - wide);
        if (v8) v8 += plain * cols;
        if (!v8) v32 += plain * cols;
    }
}

void mve_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++) mix_one(y + m * cols, weight + m * stride, v, NULL, rows, cols);
}

void mve_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++) mix_one(y + m * cols, weight + m * stride, NULL, v, rows, cols);
}
