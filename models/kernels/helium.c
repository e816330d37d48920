/* helium: Cortex-M55 and M85 (MVE). VMLADAVA adds 16 int8 products to one core register, exactly; four rows share each load of
 * activations, and tails are predicated.
 *
 * MVE floats flush denormals to zero, the reference does not. Whether that happened is told by the sticky flags of FPSCR, so the
 * float kernels run vectors first and, on the rare flag, once more in the reference's scalar code: always the same bits.
 * Block formats need no such care: their terms are multiples of 2^-24, the smallest f16, so no sum of them is a denormal.
 */
#include "models/kernels/tables.h"
#include "models/kernels/vec.h"
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

/* Dot products of four rows with one activation row. */
static inline void dot_four(int32_t s[TILE], const int8_t *w, const int8_t *q, size_t cols) {
    const int8_t *w1 = w + cols, *w2 = w1 + cols, *w3 = w2 + cols;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t i = 0;
    for (; i + STEP <= cols; i += STEP) {
        int8x16_t x = vldrbq_s8(q + i);
        s0 = vmladavaq_s8(s0, vldrbq_s8(w + i), x);
        s1 = vmladavaq_s8(s1, vldrbq_s8(w1 + i), x);
        s2 = vmladavaq_s8(s2, vldrbq_s8(w2 + i), x);
        s3 = vmladavaq_s8(s3, vldrbq_s8(w3 + i), x);
    }
    if (i < cols) {
        mve_pred16_t p = vctp8q((uint32_t)(cols - i));
        int8x16_t x = vldrbq_z_s8(q + i, p);
        s0 = vmladavaq_s8(s0, vldrbq_z_s8(w + i, p), x);
        s1 = vmladavaq_s8(s1, vldrbq_z_s8(w1 + i, p), x);
        s2 = vmladavaq_s8(s2, vldrbq_z_s8(w2 + i, p), x);
        s3 = vmladavaq_s8(s3, vldrbq_z_s8(w3 + i, p), x);
    }
    s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3;
}

static void mve_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                        const float *qs, size_t count, size_t rows, size_t cols) {
    (void)rowsum;
    for (size_t r = 0; r < rows; r += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t n = rows - r < TILE ? rows - r : TILE;
            int32_t s[TILE];
            if (n == TILE) dot_four(s, w + r * cols, q + m * cols, cols);
            for (size_t i = 0; n < TILE && i < n; i++) s[i] = mve_dot_i8(w + (r + i) * cols, q + m * cols, cols);
            for (size_t i = 0; i < n; i++) {
                float v = (float)s[i] * (qs[m] * scale[r + i]);
                y[m * y_stride + r + i] = bias ? v + bias[r + i] : v;
            }
        }
}

static inline int32_t half_bits(const uint8_t *p) {
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

/* f16 scales of four rows' blocks, `step` bytes apart; blocks may lie at odd addresses. */
static inline float32x4_t block_scales(const uint8_t *p, size_t step) {
    return widen_halves(four_of(half_bits(p), half_bits(p + step), half_bits(p + 2 * step), half_bits(p + 3 * step)));
}

/* Product sum of one block. */
typedef int32_t block_dot(const uint8_t *p, int8x16_t x0, int8x16_t x1);

static inline int32_t dot_q8_0(const uint8_t *p, int8x16_t x0, int8x16_t x1) {
    const int8_t *w = (const int8_t *)p + 2;
    return vmladavaq_s8(vmladavq_s8(vldrbq_s8(w), x0), vldrbq_s8(w + STEP), x1);
}

static inline int32_t dot_q4_0(const uint8_t *p, int8x16_t x0, int8x16_t x1) {
    uint8x16_t pairs = vldrbq_u8(p + 2);
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(pairs, vdupq_n_u8(15))), high = vreinterpretq_s8_u8(vshrq_n_u8(pairs, 4));
    return vmladavaq_s8(vmladavq_s8(vsubq_n_s8(low, 8), x0), vsubq_n_s8(high, 8), x1);
}

/* Results of 4 rows from w for one activation row. */
static inline __attribute__((always_inline)) void blocks_run(float *y, const uint8_t *w, const int8_t *q, float qs, size_t blocks, size_t bytes,
                                                             block_dot *dot) {
    const size_t step = blocks * bytes;
    float32x4_t acc = vdupq_n_f32(0);
    float sum[TILE];
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK) {
        int8x16_t x0 = vldrbq_s8(q), x1 = vldrbq_s8(q + STEP);
        int32x4_t s = four_of(dot(w, x0, x1), dot(w + step, x0, x1), dot(w + 2 * step, x0, x1), dot(w + 3 * step, x0, x1));
        acc = vaddq_f32(acc, vmulq_f32(vcvtq_f32_s32(s), block_scales(w, step)));
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
};
