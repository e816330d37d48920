/* neon_i8mm: AArch64 with the int8 matrix products (Armv8.6 I8MM: Cortex-A510, A710, X2, Neoverse V1 and later).
 *
 * SMMLA multiplies two rows of 8 columns by two others and adds four sums, twice the products of SDOT. It wants 8 bytes of a row
 * beside 8 of the next, so rows and activations are zipped in pairs; 8 rows at a time pay for that. One sum is
 * {m0 r0, m0 r1, m1 r0, m1 r1}. What has no pair, a single activation above all, is neon_dot's.
 */
#include <arm_neon.h>

static inline int32x4_t dot16(int32x4_t sum, int8x16_t a, int8x16_t b) {
    return vdotq_s32(sum, a, b);
}

#include "models/kernels/neon_body.h"

enum { WIDE = 8, ROW_PAIRS = WIDE / 2, MOST = 8 };

/* 16 columns of two rows: the first 8 of both, the last 8 of both. */
static inline int8x16x2_t zip_rows(int8x16_t a, int8x16_t b) {
    int64x2_t x = vreinterpretq_s64_s8(a), y = vreinterpretq_s64_s8(b);
    return (int8x16x2_t){{vreinterpretq_s8_s64(vzip1q_s64(x, y)), vreinterpretq_s8_s64(vzip2q_s64(x, y))}};
}

static inline int32x4_t products(int32x4_t sum, int8x16x2_t q, int8x16x2_t w) {
    return vmmlaq_s32(vmmlaq_s32(sum, q.val[0], w.val[0]), q.val[1], w.val[1]);
}

/* Sums of one activation of the pair, `last` the second, for the four rows of two sums. */
static inline int32x4_t rows_of(int32x4_t a, int32x4_t b, int last) {
    int64x2_t x = vreinterpretq_s64_s32(a), y = vreinterpretq_s64_s32(b);
    return vreinterpretq_s32_s64(last ? vzip2q_s64(x, y) : vzip1q_s64(x, y));
}

/* 16 columns more of 8 rows and M activations, those whose `keep` is set. */
static inline __attribute__((always_inline)) void pairs_step(int32x4_t acc[][ROW_PAIRS], const int8_t *w, const int8_t *q, size_t cols,
                                                             int8x16_t keep, size_t M) {
    int8x16x2_t row[ROW_PAIRS];
    for (size_t r = 0; r < ROW_PAIRS; r++) row[r] = zip_rows(vld1q_s8(w + 2 * r * cols), vld1q_s8(w + (2 * r + 1) * cols));
    for (size_t m = 0; m < M; m += 2) {
        int8x16x2_t x = zip_rows(vandq_s8(vld1q_s8(q + m * cols), keep), vandq_s8(vld1q_s8(q + (m + 1) * cols), keep));
        for (size_t r = 0; r < ROW_PAIRS; r++) acc[m / 2][r] = products(acc[m / 2][r], x, row[r]);
    }
}

static inline void four_results(const job *j, size_t m, size_t r, int32x4_t sum) {
    float32x4_t scale = vmulq_f32(vdupq_n_f32(j->qs[m]), vld1q_f32(j->scale + r));
    float32x4_t v = vmulq_f32(vcvtq_f32_s32(sum), scale);
    if (j->bias) v = vaddq_f32(v, vld1q_f32(j->bias + r));
    vst1q_f32(j->y + m * j->y_stride + r, v);
}

/* Results of 8 rows from r0 and M activations from m0, M even; cols >= 16. */
static inline __attribute__((always_inline)) void pairs_run(const job *j, size_t r0, size_t m0, size_t M) {
    const int8_t *w = j->w + r0 * j->cols, *q = j->q + m0 * j->cols;
    size_t c = 0, rest = j->cols % STEP;
    int32x4_t acc[MOST / 2][ROW_PAIRS];
    for (size_t m = 0; m < M / 2; m++)
        for (size_t r = 0; r < ROW_PAIRS; r++) acc[m][r] = vdupq_n_s32(0);
    for (; c + STEP <= j->cols; c += STEP) pairs_step(acc, w + c, q + c, j->cols, vdupq_n_s8(-1), M);
    if (rest) pairs_step(acc, w + j->cols - STEP, q + j->cols - STEP, j->cols, last_bytes(rest), M);
    for (size_t m = 0; m < M; m++) {
        const int32x4_t *sum = acc[m / 2];
        four_results(j, m0 + m, r0, rows_of(sum[0], sum[1], m % 2));
        four_results(j, m0 + m, r0 + 4, rows_of(sum[2], sum[3], m % 2));
    }
}

static void i8mm_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                         const float *qs, size_t count, size_t rows, size_t cols) {
    const job j = {y, y_stride, w, q, scale, bias, qs, cols};
    size_t m = cols < STEP || rows < WIDE ? 0 : count & ~(size_t)1;
    for (size_t i = 0; m && i < rows; i += WIDE) {
        size_t r = tile_start(i, WIDE, rows), at = 0;
        for (; at + 8 <= m; at += 8) pairs_run(&j, r, at, 8);
        for (; at + 4 <= m; at += 4) pairs_run(&j, r, at, 4);
        for (; at < m; at += 2) pairs_run(&j, r, at, 2);
    }
    if (m < count) neon_gemm_i8(y + m * y_stride, y_stride, w, scale, rowsum, bias, q + m * cols, qs + m, count - m, rows, cols);
}

static void i8mm_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count,
                           size_t rows, size_t cols) {
    i8mm_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

/* The 32 columns of a block, of two rows: val[0], val[1] as zip_rows of the first 16, val[2], val[3] of the last. */
typedef int8x16x4_t block_pair;

static inline block_pair zip_blocks(int8x16x2_t a, int8x16x2_t b) {
    int8x16x2_t first = zip_rows(a.val[0], b.val[0]), last = zip_rows(a.val[1], b.val[1]);
    return (block_pair){{first.val[0], first.val[1], last.val[0], last.val[1]}};
}

/* acc += the block's sums by the rows' scales, {d0, d1, d0, d1}. */
static inline float32x4_t block_more(float32x4_t acc, block_pair q, block_pair w, float32x2_t d) {
    int32x4_t first = products(vdupq_n_s32(0), (int8x16x2_t){{q.val[0], q.val[1]}}, (int8x16x2_t){{w.val[0], w.val[1]}});
    int32x4_t sum = products(first, (int8x16x2_t){{q.val[2], q.val[3]}}, (int8x16x2_t){{w.val[2], w.val[3]}});
    return vaddq_f32(acc, vmulq_f32(vcvtq_f32_s32(sum), vcombine_f32(d, d)));
}

static inline int8x16x2_t load_q(const int8_t *q) {
    return (int8x16x2_t){{vld1q_s8(q), vld1q_s8(q + STEP)}};
}

/* Results of 4 rows from w and M activations from q, M even. */
static inline __attribute__((always_inline)) void block_pairs_run(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                                  size_t cols, size_t bytes, block_load *load, size_t M) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * bytes;
    float32x4_t acc[TILE / 2][2];
    for (size_t m = 0; m < M / 2; m++) acc[m][0] = acc[m][1] = vdupq_n_f32(0);
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK) {
        float32x4_t scale = block_scales(w, step);
        block_pair row01 = zip_blocks(load(w), load(w + step)), row23 = zip_blocks(load(w + 2 * step), load(w + 3 * step));
        for (size_t m = 0; m < M; m += 2) {
            block_pair x = zip_blocks(load_q(q + m * cols), load_q(q + (m + 1) * cols));
            acc[m / 2][0] = block_more(acc[m / 2][0], x, row01, vget_low_f32(scale));
            acc[m / 2][1] = block_more(acc[m / 2][1], x, row23, vget_high_f32(scale));
        }
    }
    for (size_t m = 0; m < M; m++) {
        int32x4_t a = vreinterpretq_s32_f32(acc[m / 2][0]), b = vreinterpretq_s32_f32(acc[m / 2][1]);
        vst1q_f32(y + m * y_stride, vmulq_n_f32(vreinterpretq_f32_s32(rows_of(a, b, m % 2)), qs[m]));
    }
}

/* The activations that make pairs; returns how many those are. */
static inline __attribute__((always_inline)) size_t block_pairs(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                                size_t count, size_t rows, size_t cols, size_t bytes, block_load *load) {
    size_t m = rows < TILE ? 0 : count & ~(size_t)1;
    for (size_t i = 0; m && i < rows; i += TILE) {
        size_t r = tile_start(i, TILE, rows), at = 0;
        const uint8_t *row = w + r * (cols / KERNEL_QBLOCK) * bytes;
        for (; at + 4 <= m; at += 4) block_pairs_run(y + at * y_stride + r, y_stride, row, q + at * cols, qs + at, cols, bytes, load, 4);
        for (; at < m; at += 2) block_pairs_run(y + at * y_stride + r, y_stride, row, q + at * cols, qs + at, cols, bytes, load, 2);
    }
    return m;
}

static void i8mm_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t m = block_pairs(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q8_0_BYTES, load_q8_0);
    if (m < count) neon_gemm_q8_0(y + m * y_stride, y_stride, w, q + m * cols, qs + m, count - m, rows, cols);
}

static void i8mm_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t m = block_pairs(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q4_0_BYTES, load_q4_0);
    if (m < count) neon_gemm_q4_0(y + m * y_stride, y_stride, w, q + m * cols, qs + m, count - m, rows, cols);
}

const kernels kernels_neon_i8mm = NEON_TABLE_WITH("neon_i8mm", i8mm_gemm_i8, i8mm_gemm_q8_0, i8mm_gemm_q4_0, i8mm_scores_i8);
