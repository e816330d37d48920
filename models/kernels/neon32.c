/* neon32: ARMv7-A with NEON (Cortex-A7, A15 and up; 32-bit programs on any Raspberry Pi from the 2 on). Products in 16 bits, which
 * hold even -128 * -128, added in pairs to 32.
 *
 * NEON floats of ARMv7 flush denormals to zero, the reference does not; VFP, the scalar unit, is IEEE. So what may meet a denormal
 * is scalar, or runs in vectors first and, when the sticky flags of FPSCR tell that something was flushed, once more in the
 * reference's code: always the same bits. Block formats need no such care: their terms are multiples of 2^-24, the smallest
 * f16, so no sum of them is a denormal.
 */
#include "models/kernels/tables.h"
#include "models/kernels/vec.h"
#include "models/kernels/vec_sound.h"
#include <arm_neon.h>

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

static inline int32x4_t dot16(int32x4_t sum, int8x16_t a, int8x16_t b) {
    return vpadalq_s16(vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b))), vmull_s8(vget_high_s8(a), vget_high_s8(b)));
}

static inline int32x2_t add_two(int32x4_t a, int32x4_t b) {
    return vpadd_s32(vpadd_s32(vget_low_s32(a), vget_high_s32(a)), vpadd_s32(vget_low_s32(b), vget_high_s32(b)));
}

static inline int32x4_t add_four(const int32x4_t a[TILE]) {
    return vcombine_s32(add_two(a[0], a[1]), add_two(a[2], a[3]));
}

static int32_t n32_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32x4_t sum = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) sum = dot16(sum, vld1q_s8(a + i), vld1q_s8(b + i));
    int32_t total = vget_lane_s32(add_two(sum, sum), 0);
    for (; i < n; i++) total += a[i] * b[i];
    return total;
}

/* acc[m][r] += 16 columns of row r and activation m, those whose `keep` is set. */
static inline __attribute__((always_inline)) void tile_step(int32x4_t acc[][TILE], const int8_t *w, const int8_t *q, size_t cols, int8x16_t keep,
                                                            size_t M) {
    int8x16_t x[2];
    for (size_t m = 0; m < M; m++) x[m] = vandq_s8(vld1q_s8(q + m * cols), keep);
    for (size_t r = 0; r < TILE; r++) {
        int8x16_t row = vld1q_s8(w + r * cols);
        for (size_t m = 0; m < M; m++) acc[m][r] = dot16(acc[m][r], row, x[m]);
    }
}

/* Sets the last n of 16 bytes. */
static inline int8x16_t last_bytes(size_t n) {
    static const int8_t place[STEP] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return vreinterpretq_s8_u8(vcgtq_s8(vld1q_s8(place), vdupq_n_s8((int8_t)(STEP - 1 - (int)n))));
}

/* Results of 4 rows and M <= 2 activations, cols >= 16; the last step reloads the rows' last 16 bytes. Scalar floats: the two
 * scales may give a denormal. */
static inline __attribute__((always_inline)) void tile_run(float *y, size_t y_stride, const int8_t *w, const float *scale, const float *bias,
                                                           const int8_t *q, const float *qs, size_t cols, size_t M) {
    size_t c = 0, rest = cols % STEP;
    int32x4_t acc[2][TILE];
    int32_t sum[TILE];
    for (size_t m = 0; m < M; m++)
        for (size_t r = 0; r < TILE; r++) acc[m][r] = vdupq_n_s32(0);
    for (; c + STEP <= cols; c += STEP) tile_step(acc, w + c, q + c, cols, vdupq_n_s8(-1), M);
    if (rest) tile_step(acc, w + cols - STEP, q + cols - STEP, cols, last_bytes(rest), M);
    for (size_t m = 0; m < M; m++) {
        vst1q_s32(sum, add_four(acc[m]));
        for (size_t r = 0; r < TILE; r++) {
            float v = (float)sum[r] * (qs[m] * scale[r]);
            y[m * y_stride + r] = bias ? v + bias[r] : v;
        }
    }
}

/* The last tile is moved back over rows already done. */
static inline size_t tile_start(size_t i, size_t n) {
    return i + TILE <= n ? i : n - TILE;
}

static void n32_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                        const float *qs, size_t count, size_t rows, size_t cols) {
    if (cols < STEP || rows < TILE) {
        kernels_ref.gemm_i8(y, y_stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE) {
        size_t r = tile_start(i, rows), m = 0;
        const float *b = bias ? bias + r : NULL;
        for (; m + 2 <= count; m += 2) tile_run(y + m * y_stride + r, y_stride, w + r * cols, scale + r, b, q + m * cols, qs + m, cols, 2);
        for (; m < count; m++) tile_run(y + m * y_stride + r, y_stride, w + r * cols, scale + r, b, q + m * cols, qs + m, cols, 1);
    }
}

static void n32_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                          size_t cols) {
    n32_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

/* f16 bits in 32-bit lanes to float, denormals too, by integer steps: conversion is an option that not every NEON has. A denormal
 * m * 2^-24 becomes the mantissa of a number at 0.5, from which 0.5 is taken. */
static inline float32x4_t widen_halves(uint16x4_t h) {
    uint32x4_t m = vmovl_u16(vand_u16(h, vdup_n_u16(0x7fff))), sign = vshlq_n_u32(vmovl_u16(vshr_n_u16(h, 15)), 31);
    uint32x4_t normal = vaddq_u32(vshlq_n_u32(m, 13), vdupq_n_u32(112u << 23));
    float32x4_t tiny = vsubq_f32(vreinterpretq_f32_u32(vorrq_u32(m, vdupq_n_u32(126u << 23))), vdupq_n_f32(0.5f));
    uint32x4_t bits = vbslq_u32(vcltq_u32(m, vdupq_n_u32(0x0400)), vreinterpretq_u32_f32(tiny), normal);
    return vreinterpretq_f32_u32(vorrq_u32(bits, sign));
}

/* f16 scales of four rows' blocks, `step` bytes apart. */
static inline float32x4_t block_scales(const uint8_t *p, size_t step) {
    uint16_t h[TILE];
    for (size_t i = 0; i < TILE; i++) memcpy(h + i, p + i * step, 2);
    return widen_halves(vld1_u16(h));
}

/* The 32 weights of a block as int8, p at the block. */
typedef int8x16x2_t block_load(const uint8_t *p);

static inline int8x16x2_t load_q8_0(const uint8_t *p) {
    return (int8x16x2_t){{vreinterpretq_s8_u8(vld1q_u8(p + 2)), vreinterpretq_s8_u8(vld1q_u8(p + 18))}};
}

static inline int8x16x2_t load_q4_0(const uint8_t *p) {
    uint8x16_t pairs = vld1q_u8(p + 2);
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(pairs, vdupq_n_u8(15))), high = vreinterpretq_s8_u8(vshrq_n_u8(pairs, 4));
    return (int8x16x2_t){{vsubq_s8(low, vdupq_n_s8(8)), vsubq_s8(high, vdupq_n_s8(8))}};
}

/* Results of 4 rows from w for one activation row. */
static inline __attribute__((always_inline)) void blocks_run(float *y, const uint8_t *w, const int8_t *q, float qs, size_t cols, size_t bytes,
                                                             block_load *load) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * bytes;
    float32x4_t acc = vdupq_n_f32(0);
    float sum[TILE];
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK) {
        int8x16_t x0 = vld1q_s8(q), x1 = vld1q_s8(q + STEP);
        int32x4_t part[TILE];
        for (size_t r = 0; r < TILE; r++) {
            int8x16x2_t row = load(w + r * step);
            part[r] = dot16(dot16(vdupq_n_s32(0), row.val[0], x0), row.val[1], x1);
        }
        acc = vaddq_f32(acc, vmulq_f32(vcvtq_f32_s32(add_four(part)), block_scales(w, step)));
    }
    vst1q_f32(sum, acc);
    for (size_t r = 0; r < TILE; r++) y[r] = qs * sum[r]; /* scalar: the activation scale may bring a denormal */
}

static inline __attribute__((always_inline)) void blocks_gemm(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                              size_t count, size_t rows, size_t cols, size_t bytes, block_load *load) {
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, rows);
            blocks_run(y + m * y_stride + r, w + r * (cols / KERNEL_QBLOCK) * bytes, q + m * cols, qs[m], cols, bytes, load);
        }
}

static void n32_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    if (rows < TILE)
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
    else
        blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q8_0_BYTES, load_q8_0);
}

static void n32_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    if (rows < TILE)
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
    else
        blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q4_0_BYTES, load_q4_0);
}

/* 8 floats; 8 int8 made floats. */
static inline float32x4x2_t eight_f32(const void *x) {
    return (float32x4x2_t){{vld1q_f32(x), vld1q_f32((const float *)x + 4)}};
}

static inline float32x4x2_t eight_i8(const void *x) {
    int16x8_t wide = vmovl_s8(vld1_s8(x));
    return (float32x4x2_t){{vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(wide)))}};
}

static inline float32x4x2_t eight_ones(const void *x) {
    (void)x;
    return (float32x4x2_t){{vdupq_n_f32(1), vdupq_n_f32(1)}};
}

typedef float32x4x2_t eight(const void *x);

/* The 8 strided partial sums of a and b, `size` bytes a value of b, over whole eights; 0 when something was flushed. */
static inline __attribute__((always_inline)) int lanes_of(float lane[VEC_LANES], const float *a, const void *b, size_t n, eight *load, size_t size) {
    float32x4_t low = vdupq_n_f32(0), high = low;
    FLAGS_CLEAR(a);
    for (size_t i = 0; i + VEC_LANES <= n; i += VEC_LANES) {
        float32x4x2_t x = load((const char *)b + i * size);
        low = vaddq_f32(low, vmulq_f32(vld1q_f32(a + i), x.val[0]));
        high = vaddq_f32(high, vmulq_f32(vld1q_f32(a + i + 4), x.val[1]));
    }
    if (flags_of(low, high, low, high)) return 0;
    vst1q_f32(lane, low);
    vst1q_f32(lane + 4, high);
    return 1;
}

static float n32_dot_f32(const float *a, const float *b, size_t n) {
    float lane[VEC_LANES];
    if (!lanes_of(lane, a, b, n, eight_f32, sizeof *b)) return kernels_ref.dot_f32(a, b, n);
    for (size_t i = n - n % VEC_LANES, j = 0; i + j < n; j++) lane[j] += a[i + j] * b[i + j];
    return vec_join(lane);
}

static float n32_sum_f32(const float *a, size_t n) {
    float lane[VEC_LANES];
    if (!lanes_of(lane, a, NULL, n, eight_ones, 0)) return kernels_ref.sum_f32(a, n);
    for (size_t i = n - n % VEC_LANES, j = 0; i + j < n; j++) lane[j] += a[i + j];
    return vec_join(lane);
}

static float n32_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    float lane[VEC_LANES];
    if (!lanes_of(lane, a, b, n, eight_i8, sizeof *b)) return kernels_ref.dot_f32_i8(a, b, n);
    for (size_t i = n - n % VEC_LANES, j = 0; i + j < n; j++) lane[j] += a[i + j] * (float)b[i + j];
    return vec_join(lane);
}

/* y[0..16) += alpha * x in place: computed, judged, then stored; 0 when something was flushed and nothing was stored. */
static inline __attribute__((always_inline)) int more_of(float *y, float alpha, const void *x, eight *load, size_t size) {
    FLAGS_CLEAR(x);
    float32x4x2_t first = load(x), last = load((const char *)x + 8 * size);
    float32x4_t a = vaddq_f32(vld1q_f32(y), vmulq_n_f32(first.val[0], alpha)), b = vaddq_f32(vld1q_f32(y + 4), vmulq_n_f32(first.val[1], alpha));
    float32x4_t c = vaddq_f32(vld1q_f32(y + 8), vmulq_n_f32(last.val[0], alpha)), d = vaddq_f32(vld1q_f32(y + 12), vmulq_n_f32(last.val[1], alpha));
    if (flags_of(a, b, c, d)) return 0;
    vst1q_f32(y, a), vst1q_f32(y + 4, b), vst1q_f32(y + 8, c), vst1q_f32(y + 12, d);
    return 1;
}

static void n32_axpy_f32(float *y, float alpha, const float *x, size_t n) {
    size_t i = 0;
    for (; i + STEP <= n; i += STEP)
        if (!more_of(y + i, alpha, x + i, eight_f32, sizeof *x)) kernels_ref.axpy_f32(y + i, alpha, x + i, STEP);
    kernels_ref.axpy_f32(y + i, alpha, x + i, n - i);
}

static void n32_axpy_i8(float *y, float alpha, const int8_t *x, size_t n) {
    size_t i = 0;
    for (; i + STEP <= n; i += STEP)
        if (!more_of(y + i, alpha, x + i, eight_i8, sizeof *x)) kernels_ref.axpy_i8(y + i, alpha, x + i, STEP);
    kernels_ref.axpy_i8(y + i, alpha, x + i, n - i);
}

static void n32_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = n32_dot_f32(w + r * cols, q + m * cols, cols);
}

static float n32_exp_down(float *x, size_t n) {
    vec_exp_down(x, n);
    return n32_sum_f32(x, n);
}

static void n32_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) n32_axpy_i8(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void n32_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) n32_axpy_f32(y + m * cols, weight[m * stride + r], v + r * cols, cols);
}

static void n32_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = n32_sum_f32(x, n) / (float)n;
    vec_less(y, x, mean, n);
    vec_scale(y, 1.0f / sqrtf(n32_dot_f32(y, y, n) / (float)n + eps), gain, bias, n);
}

const kernels kernels_neon32 = {
    .name = "neon32",
    .quantize = vec_quantize,
    .gemm_i8 = n32_gemm_i8,
    .gemm_q8_0 = n32_gemm_q8_0,
    .gemm_q4_0 = n32_gemm_q4_0,
    .dot_i8 = n32_dot_i8,
    .dot_f32 = n32_dot_f32,
    .sum_f32 = n32_sum_f32,
    .axpy_f32 = n32_axpy_f32,
    .axpy_i8 = n32_axpy_i8,
    .dot_f32_i8 = n32_dot_f32_i8,
    .silu = vec_silu,
    .exp_f32 = vec_exp_f32,
    .mul_f32 = vec_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = n32_scores_i8,
    .scores_f32 = n32_scores_f32,
    .exp_down = n32_exp_down,
    .mix_i8 = n32_mix_i8,
    .mix_f32 = n32_mix_f32,
    .layernorm = n32_layernorm,
    .taps_f32 = vec_taps,
    .filter = vec_filter,
    .pulses = vec_pulses,
};
