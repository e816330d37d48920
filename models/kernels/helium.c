/* helium: Cortex-M55 and M85 (MVE). VMLADAVA adds 16 int8 products to one core register, exactly; four rows share each load of
 * activations, and tails are predicated.
 *
 * MVE floats flush denormals to zero, the reference does not. Whether that happened is told by the sticky flags of FPSCR, so the
 * float kernels run vectors first and, on the rare flag, once more in the reference's scalar code: always the same bits.
 * Block formats need no such care: their terms are multiples of 2^-24, the smallest f16, so no sum of them is a denormal.
 */
#include "models/kernels/tables.h"
#include "models/kernels/vec.h"
#include "models/kernels/vec_sound.h"
#include <arm_mve.h>

enum { TILE = 4, STEP = 16, FLUSHED = 1 << 7 | 1 << 3 /* FPSCR: input denormal, underflow */ };

/* Clears the flags before anything computed from `p`. */
#define FLAGS_CLEAR(p)                                                                                                                               \
    do {                                                                                                                                             \
        uint32_t fpscr_;                                                                                                                             \
        __asm__ volatile("vmrs %0, fpscr\n\tbic %0, %0, #0x88\n\tvmsr fpscr, %0" : "=&r"(fpscr_), "+r"(p));                                          \
    } while (0)

/* Flags of everything that led to these vectors. */
static inline uint32_t flags_of(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : "w"(a), "w"(b), "w"(c), "w"(d));
    return fpscr & FLUSHED;
}

static int32_t mve_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t sum = 0;
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) sum = vmladavaq_s8(sum, vldrbq_s8(a + i), vldrbq_s8(b + i));
    if (i < n) {
        mve_pred16_t p = vctp8q((uint32_t)(n - i));
        sum = vmladavaq_s8(sum, vldrbq_z_s8(a + i, p), vldrbq_z_s8(b + i, p));
    }
    return sum;
}

static inline int32x4_t four_of(int32_t a, int32_t b, int32_t c, int32_t d) {
    return vsetq_lane_s32(d, vsetq_lane_s32(c, vsetq_lane_s32(b, vdupq_n_s32(a), 1), 2), 3);
}

/* Places in four rows, moved on together. */
typedef struct four_rows {
    const int8_t *a, *b, *c, *d;
} four_rows;

static inline four_rows rows_at(const void *w, size_t step) {
    const int8_t *p = w;
    return (four_rows){p, p + step, p + 2 * step, p + 3 * step};
}

static inline void rows_move(four_rows *w, size_t n) {
    w->a += n;
    w->b += n;
    w->c += n;
    w->d += n;
}

/* Dot products of four rows with one activation row. In assembly for the loop that predicates its own tail (DLSTP, LETP): GCC 12
 * makes twice the instructions of the same lines in intrinsics. The sums are in even registers (Te), as VMLADAVA wants. */
static inline void dot_four(int32_t s[TILE], four_rows w, const int8_t *q, size_t cols) {
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    __asm__ volatile(
        "dlstp.8 lr, %[n]\n"
        "1: vldrb.8 q0, [%[q]], #16\n"
        "vldrb.8 q1, [%[a]], #16\n"
        "vmladava.s8 %[s0], q1, q0\n"
        "vldrb.8 q2, [%[b]], #16\n"
        "vmladava.s8 %[s1], q2, q0\n"
        "vldrb.8 q1, [%[c]], #16\n"
        "vmladava.s8 %[s2], q1, q0\n"
        "vldrb.8 q2, [%[d]], #16\n"
        "vmladava.s8 %[s3], q2, q0\n"
        "letp lr, 1b"
        : [s0] "+Te"(s0), [s1] "+Te"(s1), [s2] "+Te"(s2), [s3] "+Te"(s3), [a] "+r"(w.a), [b] "+r"(w.b), [c] "+r"(w.c), [d] "+r"(w.d), [q] "+r"(q)
        : [n] "r"(cols)
        : "lr", "q0", "q1", "q2", "memory");
    s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3;
}

static inline float result(int32_t sum, float qs, float scale, const float *bias, size_t r) {
    float v = (float)sum * (qs * scale); /* scalar: the two scales may give a denormal */
    return bias ? v + bias[r] : v;
}

/* Four rows of w for every activation row. */
static inline __attribute__((always_inline)) void tile_run(float *y, size_t y_stride, four_rows w, const float *scale, const float *bias,
                                                           const int8_t *q, const float *qs, size_t count, size_t cols) {
    const float d0 = scale[0], d1 = scale[1], d2 = scale[2], d3 = scale[3];
    for (size_t m = 0; m < count; m++, y += y_stride, q += cols) {
        int32_t s[TILE];
        dot_four(s, w, q, cols);
        y[0] = result(s[0], qs[m], d0, bias, 0);
        y[1] = result(s[1], qs[m], d1, bias, 1);
        y[2] = result(s[2], qs[m], d2, bias, 2);
        y[3] = result(s[3], qs[m], d3, bias, 3);
    }
}

static void mve_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                        const float *qs, size_t count, size_t rows, size_t cols) {
    size_t r = 0;
    (void)rowsum;
    for (; r + TILE <= rows; r += TILE) {
        four_rows at = rows_at(w + r * cols, cols);
        if (bias)
            tile_run(y + r, y_stride, at, scale + r, bias + r, q, qs, count, cols);
        else
            tile_run(y + r, y_stride, at, scale + r, NULL, q, qs, count, cols);
    }
    for (; r < rows; r++)
        for (size_t m = 0; m < count; m++) y[m * y_stride + r] = result(mve_dot_i8(w + r * cols, q + m * cols, cols), qs[m], scale[r], bias, r);
}

static inline int32_t half_bits(const int8_t *p) {
    uint16_t h;
    memcpy(&h, p, sizeof h);
    return h;
}

/* f16 bits in 32-bit lanes to float, denormals too, by integer steps: GNU as 2.40 encodes the registers of MVE's VCVTB wrongly.
 * A denormal m * 2^-24 becomes the mantissa of a number at 0.5, from which 0.5 is taken. */
static inline float32x4_t widen_halves(int32x4_t h) {
    int32x4_t m = vandq_s32(h, vdupq_n_s32(0x7fff)), sign = vshlq_n_s32(vshrq_n_s32(h, 15), 31);
    int32x4_t normal = vaddq_n_s32(vshlq_n_s32(m, 13), 112 << 23);
    float32x4_t tiny = vsubq_n_f32(vreinterpretq_f32_s32(vorrq_s32(m, vdupq_n_s32(126 << 23))), 0.5f);
    int32x4_t bits = vpselq_s32(vreinterpretq_s32_f32(tiny), normal, vcmpltq_n_s32(m, 0x0400));
    return vreinterpretq_f32_s32(vorrq_s32(bits, sign));
}

/* f16 scales of four rows' blocks, which may lie at odd addresses. */
static inline float32x4_t block_scales(four_rows w) {
    return widen_halves(four_of(half_bits(w.a), half_bits(w.b), half_bits(w.c), half_bits(w.d)));
}

/* Product sum of one block. */
typedef int32_t block_dot(const int8_t *p, int8x16_t x0, int8x16_t x1);

static inline int32_t dot_q8_0(const int8_t *p, int8x16_t x0, int8x16_t x1) {
    return vmladavaq_s8(vmladavq_s8(vldrbq_s8(p + 2), x0), vldrbq_s8(p + 2 + STEP), x1);
}

static inline int32_t dot_q4_0(const int8_t *p, int8x16_t x0, int8x16_t x1) {
    uint8x16_t pairs = vreinterpretq_u8_s8(vldrbq_s8(p + 2));
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(pairs, vdupq_n_u8(15))), high = vreinterpretq_s8_u8(vshrq_n_u8(pairs, 4));
    return vmladavaq_s8(vmladavq_s8(vsubq_n_s8(low, 8), x0), vsubq_n_s8(high, 8), x1);
}

/* Results of 4 rows from w for one activation row. */
static inline __attribute__((always_inline)) void blocks_run(float *y, const uint8_t *w, const int8_t *q, float qs, size_t blocks, size_t bytes,
                                                             block_dot *dot) {
    four_rows at = rows_at(w, blocks * bytes);
    float32x4_t acc = vdupq_n_f32(0);
    float sum[TILE];
    for (size_t b = 0; b < blocks; b++, rows_move(&at, bytes), q += KERNEL_QBLOCK) {
        int8x16_t x0 = vldrbq_s8(q), x1 = vldrbq_s8(q + STEP);
        int32x4_t s = four_of(dot(at.a, x0, x1), dot(at.b, x0, x1), dot(at.c, x0, x1), dot(at.d, x0, x1));
        acc = vaddq_f32(acc, vmulq_f32(vcvtq_f32_s32(s), block_scales(at)));
    }
    vst1q_f32(sum, acc);
    y[0] = qs * sum[0]; /* scalar: the activation scale may bring a denormal */
    y[1] = qs * sum[1];
    y[2] = qs * sum[2];
    y[3] = qs * sum[3];
}

/* The last tile is moved back over rows already done. */
static inline size_t tile_start(size_t i, size_t n) {
    return i + TILE <= n ? i : n - TILE;
}

static void mve_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q8_0_BYTES;
    if (rows < TILE) {
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, rows);
            blocks_run(y + m * y_stride + r, w + r * step, q + m * cols, qs[m], blocks, KERNEL_Q8_0_BYTES, dot_q8_0);
        }
}

static void mve_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q4_0_BYTES;
    if (rows < TILE) {
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, rows);
            blocks_run(y + m * y_stride + r, w + r * step, q + m * cols, qs[m], blocks, KERNEL_Q4_0_BYTES, dot_q4_0);
        }
}

/* Largest |x| as in vec_amax, with NaNs left out. */
static float mve_amax(const float *x, size_t n) {
    int32x4_t top = vdupq_n_s32(0);
    for (size_t i = 0; i < n; i += TILE) {
        int32x4_t bits = vandq_s32(vreinterpretq_s32_f32(vldrwq_z_f32(x + i, vctp32q((uint32_t)(n - i)))), vdupq_n_s32(0x7fffffff));
        top = vmaxq_m_s32(top, top, bits, vcmpleq_n_s32(bits, 0x7f800000));
    }
    return mathxi_float((uint32_t)vmaxvq_s32(0, top));
}

static float mve_quantize(int8_t *q, const float *x, size_t n) {
    float amax = mve_amax(x, n);
    if (amax < 1e-30f) return kernels_ref.quantize(q, x, n); /* zeros, and rows in which denormals count */
    float inverse = 127.0f / amax;
    const float32x4_t low = vdupq_n_f32(-127.0f), high = vdupq_n_f32(127.0f);
    for (size_t i = 0; i < n; i += TILE) {
        mve_pred16_t p = vctp32q((uint32_t)(n - i));
        float32x4_t v = vmulq_n_f32(vldrwq_z_f32(x + i, p), inverse);
        v = vpselq_f32(v, low, vcmpgeq_f32(v, low)); /* NaN is not >= */
        v = vpselq_f32(v, high, vcmpleq_f32(v, high));
        vstrbq_p_s32(q + i, vcvtnq_s32_f32(v), p);
    }
    return amax / 127.0f;
}

/* Two registers are the 8 strided partial sums; `rest` more products fill the first lanes in scalar code. */
static inline void store_lanes(float lane[VEC_LANES], float32x4_t low, float32x4_t high) {
    vst1q_f32(lane, low);
    vst1q_f32(lane + 4, high);
}

static float mve_dot_f32(const float *a, const float *b, size_t n) {
    float lane[VEC_LANES];
    float32x4_t low = vdupq_n_f32(0), high = low;
    size_t i = 0;
    const float *x = a;
    FLAGS_CLEAR(x);
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        low = vaddq_f32(low, vmulq_f32(vldrwq_f32(x + i), vldrwq_f32(b + i)));
        high = vaddq_f32(high, vmulq_f32(vldrwq_f32(x + i + 4), vldrwq_f32(b + i + 4)));
    }
    if (flags_of(low, high, low, high)) return kernels_ref.dot_f32(a, b, n);
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * b[i + j];
    return vec_join(lane);
}

static float mve_sum_f32(const float *a, size_t n) {
    float lane[VEC_LANES];
    float32x4_t low = vdupq_n_f32(0), high = low;
    size_t i = 0;
    const float *x = a;
    FLAGS_CLEAR(x);
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        low = vaddq_f32(low, vldrwq_f32(x + i));
        high = vaddq_f32(high, vldrwq_f32(x + i + 4));
    }
    if (flags_of(low, high, low, high)) return kernels_ref.sum_f32(a, n);
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j];
    return vec_join(lane);
}

static inline float32x4_t widen(const int8_t *b) {
    return vcvtq_f32_s32(vldrbq_s32(b));
}

static float mve_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    float lane[VEC_LANES];
    float32x4_t low = vdupq_n_f32(0), high = low;
    size_t i = 0;
    const float *x = a;
    FLAGS_CLEAR(x);
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        low = vaddq_f32(low, vmulq_f32(vldrwq_f32(x + i), widen(b + i)));
        high = vaddq_f32(high, vmulq_f32(vldrwq_f32(x + i + 4), widen(b + i + 4)));
    }
    if (flags_of(low, high, low, high)) return kernels_ref.dot_f32_i8(a, b, n);
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * (float)b[i + j];
    return vec_join(lane);
}

/* y[0..3] and alpha * x[0..3] */
static inline float32x4_t more_of(const float *y, float alpha, float32x4_t x) {
    return vaddq_f32(vldrwq_f32(y), vmulq_n_f32(x, alpha));
}

static inline void store_sixteen(float *y, float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d) {
    vst1q_f32(y, a);
    vst1q_f32(y + 4, b);
    vst1q_f32(y + 8, c);
    vst1q_f32(y + 12, d);
}

/* In place, so every 16 values are computed, then judged, then stored or done again. */
static void mve_axpy_f32(float *y, float alpha, const float *x, size_t n) {
    size_t i = 0;
    for (; i + STEP <= n; i += STEP, y += STEP, x += STEP) {
        FLAGS_CLEAR(x);
        float32x4_t a = more_of(y, alpha, vldrwq_f32(x)), b = more_of(y + 4, alpha, vldrwq_f32(x + 4));
        float32x4_t c = more_of(y + 8, alpha, vldrwq_f32(x + 8)), d = more_of(y + 12, alpha, vldrwq_f32(x + 12));
        if (flags_of(a, b, c, d))
            kernels_ref.axpy_f32(y, alpha, x, STEP);
        else
            store_sixteen(y, a, b, c, d);
    }
    kernels_ref.axpy_f32(y, alpha, x, n - i);
}

static void mve_axpy_i8(float *y, float alpha, const int8_t *x, size_t n) {
    size_t i = 0;
    for (; i + STEP <= n; i += STEP, y += STEP, x += STEP) {
        FLAGS_CLEAR(x);
        float32x4_t a = more_of(y, alpha, widen(x)), b = more_of(y + 4, alpha, widen(x + 4));
        float32x4_t c = more_of(y + 8, alpha, widen(x + 8)), d = more_of(y + 12, alpha, widen(x + 12));
        if (flags_of(a, b, c, d))
            kernels_ref.axpy_i8(y, alpha, x, STEP);
        else
            store_sixteen(y, a, b, c, d);
    }
    kernels_ref.axpy_i8(y, alpha, x, n - i);
}

static void mve_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                          size_t cols) {
    mve_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

static void mve_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = mve_dot_f32(w + r * cols, q + m * cols, cols);
}

static float mve_exp_down(float *x, size_t n) {
    vec_exp_down(x, n);
    return mve_sum_f32(x, n);
}

static void mve_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) mve_axpy_i8(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void mve_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) mve_axpy_f32(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void mve_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = mve_sum_f32(x, n) / (float)n;
    vec_less(y, x, mean, n);
    vec_scale(y, 1.0f / sqrtf(mve_dot_f32(y, y, n) / (float)n + eps), gain, bias, n);
}

const kernels kernels_helium = {
    .name = "helium",
    .quantize = mve_quantize,
    .gemm_i8 = mve_gemm_i8,
    .gemm_q8_0 = mve_gemm_q8_0,
    .gemm_q4_0 = mve_gemm_q4_0,
    .dot_i8 = mve_dot_i8,
    .dot_f32 = mve_dot_f32,
    .sum_f32 = mve_sum_f32,
    .axpy_f32 = mve_axpy_f32,
    .axpy_i8 = mve_axpy_i8,
    .dot_f32_i8 = mve_dot_f32_i8,
    .silu = vec_silu,
    .exp_f32 = vec_exp_f32,
    .mul_f32 = vec_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = mve_scores_i8,
    .scores_f32 = mve_scores_f32,
    .exp_down = mve_exp_down,
    .mix_i8 = mve_mix_i8,
    .mix_f32 = mve_mix_f32,
    .layernorm = mve_layernorm,
    .taps_f32 = vec_taps,
    .filter = vec_filter,
    .pulses = vec_pulses,
};
