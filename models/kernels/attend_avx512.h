/* attend_avx512: attention's kernels in AVX-512. A tile is sixteen cached rows: their bytes are loaded once and meet every query
 * row of the group; weighted sums keep up to four output rows in registers while the values stream by.
 */
#ifndef SOTTO_MODELS_KERNELS_ATTEND_AVX512_H
#define SOTTO_MODELS_KERNELS_ATTEND_AVX512_H
#include "models/kernels/attend_x86.h"

enum { SCORE_ROWS = 16, MIX_COLS = 32 };

/* The eight sums of two rows each in the halves of part[0..7], in the order of the rows. */
static inline __m512i join_pairs(const __m512i part[8]) {
    const __m512i order = _mm512_set_epi32(15, 11, 14, 10, 13, 9, 12, 8, 7, 3, 6, 2, 5, 1, 4, 0);
    __m512i a = add_quads(part), b = add_quads(part + 4);
    __m512i even_odd = _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd)); /* rows 0 2 4 6, 1 3 5 7, 8 .. */
    return _mm512_permutexvar_epi32(order, even_odd);
}

/* Sixteen dots of `cols` bytes: rows are made unsigned by flipping their sign bit, which adds 128 times the query's sum. */
static inline __attribute__((always_inline)) __m512i dot_rows(const int8_t *const row[SCORE_ROWS], const int8_t *q, size_t cols) {
    const __m512i sign = _mm512_set1_epi8(-128);
    __m512i part[8], extra = _mm512_setzero_si512();
    for (size_t i = 0; i < 8; i++) part[i] = _mm512_setzero_si512();
    for (size_t c = 0; c < cols; c += 32) {
        __mmask32 keep = cols - c < 32 ? ~(__mmask32)0 >> (32 - (cols - c)) : ~(__mmask32)0;
        __m512i x = _mm512_broadcast_i64x4(_mm256_maskz_loadu_epi8(keep, q + c));
        extra = _mm512_dpbusd_epi32(extra, sign, x);
        for (size_t i = 0; i < 8; i++) {
            __m512i low = _mm512_castsi256_si512(_mm256_maskz_loadu_epi8(keep, row[2 * i] + c));
            __m512i w = _mm512_inserti64x4(low, _mm256_maskz_loadu_epi8(keep, row[2 * i + 1] + c), 1);
            part[i] = _mm512_dpbusd_epi32(part[i], _mm512_xor_si512(w, sign), x);
        }
    }
    for (size_t i = 0; i < 8; i++) part[i] = _mm512_sub_epi32(part[i], extra);
    return join_pairs(part);
}

/* As dot_rows for sixteen whole rows of 32 bytes that lie together: two rows a register, as they come. */
static inline __m512i dot_rows_32(const __m512i w[8], const int8_t *q) {
    __m512i x = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)q)), part[8];
    __m512i none = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(-128), x));
    for (size_t i = 0; i < 8; i++) part[i] = _mm512_dpbusd_epi32(none, w[i], x);
    return join_pairs(part);
}

/* Results of `left` <= 16 rows from r0 for every query. */
static inline void score_tile(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count,
                              size_t left, size_t cols) {
    const int8_t *row[SCORE_ROWS];
    __mmask16 keep = (__mmask16)(0xffff >> (SCORE_ROWS - left));
    __m512 row_scale = _mm512_maskz_loadu_ps(keep, scale);
    for (size_t r = 0; r < SCORE_ROWS; r++) row[r] = w + (r < left ? r : left - 1) * cols;
    for (size_t m = 0; m < count; m++) {
        __m512 sum = _mm512_cvtepi32_ps(dot_rows(row, q + m * cols, cols));
        _mm512_mask_storeu_ps(y + m * y_stride, keep, _mm512_mul_ps(sum, _mm512_mul_ps(_mm512_set1_ps(qs[m]), row_scale)));
    }
}

static inline void score_tile_32(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count) {
    __m512i row[8];
    __m512 row_scale = _mm512_loadu_ps(scale);
    for (size_t i = 0; i < 8; i++) row[i] = _mm512_xor_si512(_mm512_loadu_si512(w + 64 * i), _mm512_set1_epi8(-128));
    for (size_t m = 0; m < count; m++) {
        __m512 sum = _mm512_cvtepi32_ps(dot_rows_32(row, q + 32 * m));
        _mm512_storeu_ps(y + m * y_stride, _mm512_mul_ps(sum, _mm512_mul_ps(_mm512_set1_ps(qs[m]), row_scale)));
    }
}

static void vnni_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count,
                           size_t rows, size_t cols) {
    for (size_t r = 0; r < rows; r += SCORE_ROWS) {
        size_t left = rows - r < SCORE_ROWS ? rows - r : SCORE_ROWS;
        if (cols == 32 && left == SCORE_ROWS)
            score_tile_32(y + r, y_stride, w + r * cols, scale + r, q, qs, count);
        else
            score_tile(y + r, y_stride, w + r * cols, scale + r, q, qs, count, left, cols);
    }
}

/* Sixteen values of a row, those of `keep`. */
typedef __m512 mix_load(__mmask16 keep, const void *v, size_t at);

static inline __m512 mix_load_i8(__mmask16 keep, const void *v, size_t at) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(keep, (const int8_t *)v + at)));
}

static inline __m512 mix_load_f32(__mmask16 keep, const void *v, size_t at) {
    return _mm512_maskz_loadu_ps(keep, (const float *)v + at);
}

/* 32 columns from c of M output rows. */
static inline __attribute__((always_inline)) void mix_tile(float *y, const float *weight, size_t stride, const void *v, size_t rows, size_t cols,
                                                           size_t c, size_t M, mix_load *load) {
    size_t left = cols - c;
    __mmask16 keep[2] = {(__mmask16)(left < 16 ? 0xffff >> (16 - left) : 0xffff),
                         (__mmask16)(left < 32 ? left > 16 ? 0xffff >> (32 - left) : 0 : 0xffff)};
    __m512 acc[4][2];
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) acc[m][i] = _mm512_maskz_loadu_ps(keep[i], y + m * cols + c + 16 * i);
    for (size_t r = 0; r < rows; r++) {
        __m512 low = load(keep[0], v, r * cols + c), high = load(keep[1], v, r * cols + c + 16);
        for (size_t m = 0; m < M; m++) {
            __m512 w = _mm512_set1_ps(weight[m * stride + r]);
            acc[m][0] = _mm512_add_ps(acc[m][0], _mm512_mul_ps(w, low));
            acc[m][1] = _mm512_add_ps(acc[m][1], _mm512_mul_ps(w, high));
        }
    }
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) _mm512_mask_storeu_ps(y + m * cols + c + 16 * i, keep[i], acc[m][i]);
}

static inline __attribute__((always_inline)) void mix_rows(float *y, const float *weight, size_t stride, const void *v, size_t count, size_t rows,
                                                           size_t cols, mix_load *load) {
    for (size_t c = 0; c < cols; c += MIX_COLS)
        for (size_t m = 0, n; m < count; m += n) {
            float *to = y + m * cols;
            const float *w = weight + m * stride;
            n = count - m < 4 ? count - m : 4;
            if (n == 4) mix_tile(to, w, stride, v, rows, cols, c, 4, load);
            if (n == 3) mix_tile(to, w, stride, v, rows, cols, c, 3, load);
            if (n == 2) mix_tile(to, w, stride, v, rows, cols, c, 2, load);
            if (n == 1) mix_tile(to, w, stride, v, rows, cols, c, 1, load);
        }
}

static void vnni_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    mix_rows(y, weight, stride, v, count, rows, cols, mix_load_i8);
}

static void vnni_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    mix_rows(y, weight, stride, v, count, rows, cols, mix_load_f32);
}

#endif
