/* neon_body: the AArch64 kernels, written over one step, dot16, that the including file defines:
 *
 *   static inline int32x4_t dot16(int32x4_t sum, int8x16_t a, int8x16_t b)     sum of all lanes grows by the 16 products, exactly
 *
 * Four rows are finished at once, one a lane, by pairwise additions. Tiles that would stick out are moved back (results are
 * written twice), and so is the last step along a row: it reloads the row's last 16 bytes with the activations already used
 * set to zero. vmulq and vaddq stay apart: -ffp-contract=off.
 */
#ifndef SOTTO_MODELS_KERNELS_NEON_BODY_H
#define SOTTO_MODELS_KERNELS_NEON_BODY_H
#include "models/kernels/tables.h"
#include "models/kernels/vec.h"
#include "models/kernels/vec_sound.h"
#include <arm_neon.h>

enum { TILE = 4, STEP = 16 };

static inline int32x4_t add_four(const int32x4_t a[TILE]) {
    return vpaddq_s32(vpaddq_s32(a[0], a[1]), vpaddq_s32(a[2], a[3]));
}

typedef struct job { /* what a gemm_i8 call is about */
    float *y;
    size_t y_stride; /* floats from one activation's results to the next */
    const int8_t *w, *q;
    const float *scale, *bias, *qs;
    size_t cols;
} job;

/* acc[m][r] += 16 columns of row r and activation m, those whose `keep` is set. */
static inline __attribute__((always_inline)) void tile_step(int32x4_t acc[][TILE], const int8_t *w, const int8_t *q, size_t cols, int8x16_t keep,
                                                            size_t M) {
    int8x16_t row[TILE];
    for (size_t r = 0; r < TILE; r++) row[r] = vld1q_s8(w + r * cols);
    for (size_t m = 0; m < M; m++) {
        int8x16_t x = vandq_s8(vld1q_s8(q + m * cols), keep);
        for (size_t r = 0; r < TILE; r++) acc[m][r] = dot16(acc[m][r], row[r], x);
    }
}

/* Sets the last n of 16 bytes. */
static inline int8x16_t last_bytes(size_t n) {
    static const int8_t place[STEP] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return vreinterpretq_s8_u8(vcgtq_s8(vld1q_s8(place), vdupq_n_s8((int8_t)(STEP - 1 - (int)n))));
}

/* Results of 4 rows from r0 and M activations from m0; cols >= 16. */
static inline __attribute__((always_inline)) void tile_run(const job *j, size_t r0, size_t m0, size_t M) {
    const int8_t *w = j->w + r0 * j->cols, *q = j->q + m0 * j->cols;
    size_t c = 0, rest = j->cols % STEP;
    int32x4_t acc[TILE][TILE];
    for (size_t m = 0; m < M; m++)
        for (size_t r = 0; r < TILE; r++) acc[m][r] = vdupq_n_s32(0);
    for (; c + STEP <= j->cols; c += STEP) tile_step(acc, w + c, q + c, j->cols, vdupq_n_s8(-1), M);
    if (rest) tile_step(acc, w + j->cols - STEP, q + j->cols - STEP, j->cols, last_bytes(rest), M);
    for (size_t m = 0; m < M; m++) {
        float32x4_t scale = vmulq_f32(vdupq_n_f32(j->qs[m0 + m]), vld1q_f32(j->scale + r0));
        float32x4_t v = vmulq_f32(vcvtq_f32_s32(add_four(acc[m])), scale);
        if (j->bias) v = vaddq_f32(v, vld1q_f32(j->bias + r0));
        vst1q_f32(j->y + (m0 + m) * j->y_stride + r0, v);
    }
}

static inline size_t tile_start(size_t i, size_t size, size_t n) {
    return i + size <= n ? i : n - size;
}

static void neon_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                         const float *qs, size_t count, size_t rows, size_t cols) {
    const job j = {y, y_stride, w, q, scale, bias, qs, cols};
    if (cols < STEP || rows < TILE) {
        kernels_ref.gemm_i8(y, y_stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE) {
        size_t r = tile_start(i, TILE, rows), m = 0;
        for (; m + 4 <= count; m += 4) tile_run(&j, r, m, 4);
        for (; m + 2 <= count; m += 2) tile_run(&j, r, m, 2);
        for (; m < count; m++) tile_run(&j, r, m, 1);
    }
}

static int32_t neon_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32x4_t sum = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) sum = dot16(sum, vld1q_s8(a + i), vld1q_s8(b + i));
    int32_t total = vaddvq_s32(sum);
    for (; i < n; i++) total += a[i] * b[i];
    return total;
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

/* f16 scales of four rows' blocks, `step` bytes apart. */
static inline float32x4_t block_scales(const uint8_t *p, size_t step) {
    uint16_t h[TILE];
    for (size_t i = 0; i < TILE; i++) memcpy(h + i, p + i * step, 2);
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(h)));
}

/* Results of 4 rows from w and M activations from q. */
static inline __attribute__((always_inline)) void blocks_run(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                             size_t cols, size_t bytes, block_load *load, size_t M) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * bytes;
    float32x4_t acc[TILE];
    for (size_t m = 0; m < M; m++) acc[m] = vdupq_n_f32(0);
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK) {
        int8x16x2_t row[TILE];
        float32x4_t scale = block_scales(w, step);
        for (size_t r = 0; r < TILE; r++) row[r] = load(w + r * step);
        for (size_t m = 0; m < M; m++) {
            int8x16_t x0 = vld1q_s8(q + m * cols), x1 = vld1q_s8(q + m * cols + STEP);
            int32x4_t part[TILE];
            for (size_t r = 0; r < TILE; r++) part[r] = dot16(dot16(vdupq_n_s32(0), row[r].val[0], x0), row[r].val[1], x1);
            acc[m] = vaddq_f32(acc[m], vmulq_f32(vcvtq_f32_s32(add_four(part)), scale));
        }
    }
    for (size_t m = 0; m < M; m++) vst1q_f32(y + m * y_stride, vmulq_n_f32(acc[m], qs[m]));
}

static inline __attribute__((always_inline)) void blocks_gemm(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                              size_t count, size_t rows, size_t cols, size_t bytes, block_load *load) {
    for (size_t i = 0; i < rows; i += TILE) {
        size_t r = tile_start(i, TILE, rows), m = 0;
        const uint8_t *at = w + r * (cols / KERNEL_QBLOCK) * bytes;
        for (; m + 4 <= count; m += 4) blocks_run(y + m * y_stride + r, y_stride, at, q + m * cols, qs + m, cols, bytes, load, 4);
        for (; m < count; m++) blocks_run(y + m * y_stride + r, y_stride, at, q + m * cols, qs + m, cols, bytes, load, 1);
    }
}

static void neon_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    if (rows < TILE)
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
    else
        blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q8_0_BYTES, load_q8_0);
}

static void neon_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    if (rows < TILE)
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
    else
        blocks_gemm(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q4_0_BYTES, load_q4_0);
}

/* Two registers are the 8 strided partial sums; the tail is added to the lanes in memory. */
static inline void store_lanes(float lane[VEC_LANES], float32x4_t low, float32x4_t high) {
    vst1q_f32(lane, low);
    vst1q_f32(lane + 4, high);
}

static float neon_dot_f32(const float *a, const float *b, size_t n) {
    float32x4_t low = vdupq_n_f32(0), high = low;
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        low = vaddq_f32(low, vmulq_f32(vld1q_f32(a + i), vld1q_f32(b + i)));
        high = vaddq_f32(high, vmulq_f32(vld1q_f32(a + i + 4), vld1q_f32(b + i + 4)));
    }
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * b[i + j];
    return vec_join(lane);
}

static float neon_sum_f32(const float *a, size_t n) {
    float32x4_t low = vdupq_n_f32(0), high = low;
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        low = vaddq_f32(low, vld1q_f32(a + i));
        high = vaddq_f32(high, vld1q_f32(a + i + 4));
    }
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j];
    return vec_join(lane);
}

static float neon_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    float32x4_t low = vdupq_n_f32(0), high = low;
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) {
        int16x8_t wide = vmovl_s8(vld1_s8(b + i));
        low = vaddq_f32(low, vmulq_f32(vld1q_f32(a + i), vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)))));
        high = vaddq_f32(high, vmulq_f32(vld1q_f32(a + i + 4), vcvtq_f32_s32(vmovl_high_s16(wide))));
    }
    store_lanes(lane, low, high);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * (float)b[i + j];
    return vec_join(lane);
}

static inline void neon_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count,
                                  size_t rows, size_t cols) {
    neon_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

static void neon_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) y[m * y_stride + r] = neon_dot_f32(w + r * cols, q + m * cols, cols);
}

static float neon_exp_down(float *x, size_t n) {
    vec_exp_down(x, n);
    return neon_sum_f32(x, n);
}

typedef float32x4x2_t mix_load(const void *v, size_t at);

static inline float32x4x2_t mix_load_i8(const void *v, size_t at) {
    int16x8_t wide = vmovl_s8(vld1_s8((const int8_t *)v + at));
    return (float32x4x2_t){{vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide))), vcvtq_f32_s32(vmovl_high_s16(wide))}};
}

static inline float32x4x2_t mix_load_f32(const void *v, size_t at) {
    return (float32x4x2_t){{vld1q_f32((const float *)v + at), vld1q_f32((const float *)v + at + 4)}};
}

/* 8 columns of M output rows stay in registers while the values stream by. */
static inline __attribute__((always_inline)) void mix_tile(float *y, const float *weight, size_t stride, const void *v, size_t rows, size_t cols,
                                                           size_t c, size_t M, mix_load *load) {
    float32x4_t acc[4][2];
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) acc[m][i] = vld1q_f32(y + m * cols + c + 4 * i);
    for (size_t r = 0; r < rows; r++) {
        float32x4x2_t x = load(v, r * cols + c);
        for (size_t m = 0; m < M; m++)
            for (size_t i = 0; i < 2; i++) acc[m][i] = vaddq_f32(acc[m][i], vmulq_n_f32(x.val[i], weight[m * stride + r]));
    }
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) vst1q_f32(y + m * cols + c + 4 * i, acc[m][i]);
}

/* Returns the columns done. */
static inline __attribute__((always_inline)) size_t mix_rows(float *y, const float *weight, size_t stride, const void *v, size_t count, size_t rows,
                                                             size_t cols, mix_load *load) {
    size_t c = 0;
    for (; c + VEC_LANES <= cols; c += VEC_LANES) {
        size_t m = 0;
        for (; m + 3 <= count; m += 3) mix_tile(y + m * cols, weight + m * stride, stride, v, rows, cols, c, 3, load);
        for (; m < count; m++) mix_tile(y + m * cols, weight + m * stride, stride, v, rows, cols, c, 1, load);
    }
    return c;
}

static void neon_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    vec_mix_rest(y, weight, stride, v, NULL, count, rows, cols, mix_rows(y, weight, stride, v, count, rows, cols, mix_load_i8));
}

static void neon_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    vec_mix_rest(y, weight, stride, NULL, v, count, rows, cols, mix_rows(y, weight, stride, v, count, rows, cols, mix_load_f32));
}

static void neon_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = neon_sum_f32(x, n) / (float)n;
    vec_less(y, x, mean, n);
    vec_scale(y, 1.0f / sqrtf(neon_dot_f32(y, y, n) / (float)n + eps), gain, bias, n);
}

/* clang-format off */
#define NEON_TABLE_WITH(title, i8, q8_0, q4_0, scores) {                                                           \
    .name = title, .quantize = vec_quantize, .gemm_i8 = i8, .gemm_q8_0 = q8_0, .gemm_q4_0 = q4_0,                  \
    .dot_i8 = neon_dot_i8, .dot_f32 = neon_dot_f32, .sum_f32 = neon_sum_f32,                                       \
    .axpy_f32 = vec_axpy_f32, .axpy_i8 = vec_axpy_i8, .dot_f32_i8 = neon_dot_f32_i8, .silu = vec_silu,             \
    .exp_f32 = vec_exp_f32, .mul_f32 = vec_mul_f32, .widen_f16 = vec_widen_f16, .scores_i8 = scores,               \
    .scores_f32 = neon_scores_f32, .exp_down = neon_exp_down, .mix_i8 = neon_mix_i8, .mix_f32 = neon_mix_f32,      \
    .layernorm = neon_layernorm, .taps_f32 = vec_taps, .filter = vec_filter, .pulses = vec_pulses }
#define NEON_TABLE(title) NEON_TABLE_WITH(title, neon_gemm_i8, neon_gemm_q8_0, neon_gemm_q4_0, neon_scores_i8)
/* clang-format on */

#endif
