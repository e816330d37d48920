/* gemm_avx512: gemm_i8 for avx512vnni.c: tiles of sums by dot products along the rows for few activations, turned weights for many.
 */
#ifndef SOTTO_MODELS_KERNELS_GEMM_AVX512_H
#define SOTTO_MODELS_KERNELS_GEMM_AVX512_H
#include "models/kernels/tables.h"
#include "models/kernels/vec_x86.h"

enum { TILE = 16, STEP = 64, AHEAD = 2, SHORT = 256 }; /* short: columns up to which turning the weights pays for four activations */

static inline __m512i load_shifted(const int8_t *q, __mmask64 mask) {
    return _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, q), _mm512_set1_epi8(-128));
}

static inline __m512i add_pair32(__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}
static inline __m512i add_pair64(__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

/* In every 128-bit quarter: lanes 0..3 = that quarter's sums of a[0] .. a[3]. */
static inline __m512i add_quads(const __m512i a[4]) {
    return add_pair64(add_pair32(a[0], a[1]), add_pair32(a[2], a[3]));
}

/* Lane i = sum of all sixteen lanes of a[i]. */
static inline __m512i add_sixteen(const __m512i a[TILE]) {
    __m512i q0 = add_quads(a), q1 = add_quads(a + 4), q2 = add_quads(a + 8), q3 = add_quads(a + 12);
    __m512i h0 = _mm512_add_epi32(_mm512_shuffle_i32x4(q0, q1, 0x44), _mm512_shuffle_i32x4(q0, q1, 0xee));
    __m512i h1 = _mm512_add_epi32(_mm512_shuffle_i32x4(q2, q3, 0x44), _mm512_shuffle_i32x4(q2, q3, 0xee));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(h0, h1, 0x88), _mm512_shuffle_i32x4(h0, h1, 0xdd));
}

/* What a gemm_i8 call is about; every tile reads it. */
typedef struct job {
    float *y;
    size_t y_stride; /* floats from one activation's results to the next */
    const int8_t *w, *q;
    const float *scale, *bias, *qs;
    const int32_t *rowsum;
    size_t cols;
} job;

/* acc[m * R + r] += 64 columns of row r and activation m. */
static inline __attribute__((always_inline)) void tile_step(__m512i acc[TILE], const int8_t *w, const int8_t *q, size_t cols, __mmask64 mask,
                                                            size_t R, size_t M) {
    __m512i row[TILE];
    for (size_t r = 0; r < R; r++) row[r] = _mm512_maskz_loadu_epi8(mask, w + r * cols);
    for (size_t m = 0; m < M; m++) {
        __m512i x = load_shifted(q + m * cols, mask);
        for (size_t r = 0; r < R; r++) acc[m * R + r] = _mm512_dpbusd_epi32(acc[m * R + r], x, row[r]);
    }
}

/* Lane m * R + r gets p[r]. */
static inline __attribute__((always_inline)) __m512 spread_rows(const float *p, size_t R) {
    if (R == 4) return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
    return R == 8 ? _mm512_broadcast_f32x8(_mm256_loadu_ps(p)) : _mm512_loadu_ps(p);
}

/* Lane m * R + r gets p[m]. */
static inline __attribute__((always_inline)) __m512 spread_acts(const float *p, size_t R) {
    const __m512i quarter = _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0);
    if (R == 4) return _mm512_permutexvar_ps(quarter, _mm512_castps128_ps512(_mm_loadu_ps(p)));
    return R == 8 ? _mm512_insertf32x8(_mm512_set1_ps(p[0]), _mm256_set1_ps(p[1]), 1) : _mm512_set1_ps(p[0]);
}

static inline __attribute__((always_inline)) void store_tile(float *y, size_t stride, __m512 v, size_t R) {
    if (R == 16) _mm512_storeu_ps(y, v);
    if (R == 8) {
        _mm256_storeu_ps(y, _mm512_castps512_ps256(v));
        _mm256_storeu_ps(y + stride, _mm512_extractf32x8_ps(v, 1));
    }
    if (R == 4) {
        _mm_storeu_ps(y, _mm512_castps512_ps128(v));
        _mm_storeu_ps(y + stride, _mm512_extractf32x4_ps(v, 1));
        _mm_storeu_ps(y + 2 * stride, _mm512_extractf32x4_ps(v, 2));
        _mm_storeu_ps(y + 3 * stride, _mm512_extractf32x4_ps(v, 3));
    }
}

/* Results of R rows from r0 and M = 16/R activations from m0. */
static inline __attribute__((always_inline)) void tile_run(const job *j, size_t r0, size_t m0, size_t R, size_t M) {
    const int8_t *w = j->w + r0 * j->cols, *q = j->q + m0 * j->cols;
    __m512i acc[TILE];
    size_t c = 0;
    for (size_t i = 0; i < TILE; i++) acc[i] = _mm512_setzero_si512();
    for (; c + STEP <= j->cols; c += STEP) tile_step(acc, w + c, q + c, j->cols, ~(__mmask64)0, R, M);
    if (c < j->cols) tile_step(acc, w + c, q + c, j->cols, ~(__mmask64)0 >> (STEP - (j->cols - c)), R, M);
    __m512i rowsum = _mm512_castps_si512(spread_rows((const float *)(const void *)(j->rowsum + r0), R));
    __m512i sum = _mm512_sub_epi32(add_sixteen(acc), _mm512_slli_epi32(rowsum, 7));
    __m512 scale = _mm512_mul_ps(spread_acts(j->qs + m0, R), spread_rows(j->scale + r0, R));
    __m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale);
    if (j->bias) v = _mm512_add_ps(v, spread_rows(j->bias + r0, R));
    store_tile(j->y + m0 * j->y_stride + r0, j->y_stride, v, R);
}

static int32_t vnni_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    const __m512i sign = _mm512_set1_epi8(-128);
    __m512i sum = _mm512_setzero_si512(), extra = sum;
    for (size_t i = 0; i < n; i += STEP) {
        __mmask64 mask = n - i < STEP ? ~(__mmask64)0 >> (STEP - (n - i)) : ~(__mmask64)0;
        __m512i vb = _mm512_maskz_loadu_epi8(mask, b + i);
        sum = _mm512_dpbusd_epi32(sum, load_shifted(a + i, mask), vb);
        extra = _mm512_dpbusd_epi32(extra, sign, vb);
    }
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, extra));
}

/* Fewer rows than a tile has: one at a time. */
static void gemm_few(const job *j, size_t count, size_t rows) {
    for (size_t m = 0; m < count; m++)
        for (size_t r = 0; r < rows; r++) {
            float v = (float)vnni_dot_i8(j->w + r * j->cols, j->q + m * j->cols, j->cols) * (j->qs[m] * j->scale[r]);
            j->y[m * j->y_stride + r] = j->bias ? v + j->bias[r] : v;
        }
}

static inline size_t tile_start(size_t i, size_t size, size_t n) {
    return i + size <= n ? i : n - size;
}

static void gemm_four(const job *j, size_t count, size_t rows) {
    for (size_t r = 0; r < rows; r += 4)
        for (size_t m = 0; m < count; m += 4) tile_run(j, tile_start(r, 4, rows), tile_start(m, 4, count), 4, 4);
}

static void gemm_two(const job *j, size_t count, size_t rows) {
    for (size_t r = 0; r < rows; r += 8)
        for (size_t m = 0; m < count; m += 2) tile_run(j, tile_start(r, 8, rows), tile_start(m, 2, count), 8, 2);
}

static void gemm_one(const job *j, size_t rows) {
    for (size_t r = 0; r < rows; r += TILE) tile_run(j, tile_start(r, TILE, rows), 0, 16, 1);
}

/* Several activations: the weights are turned once so that a lane is a row, then each activation's four bytes go to all lanes; the weights are
 * shifted here, and 128 times the activation's sum is taken off. */

/* t[g], lane r = bytes 4 g .. 4 g + 3 of row r, p at the first row's, each plus 128: a 16 x 8 transpose of 32-bit words. Bytes outside `mask` are not read. */
static inline __attribute__((always_inline)) void turn_block(__m512i t[8], const void *p, size_t step, __mmask32 mask) {
    const __m512i sign = _mm512_set1_epi8(-128);
    __m512i v[8], u[8];
    for (size_t i = 0; i < 8; i++) { /* halves as in sums_q8_0 */
        const uint8_t *at = (const uint8_t *)p + (i < 4 ? i : i + 4) * step;
        __m512i low = _mm512_castsi256_si512(_mm256_maskz_loadu_epi8(mask, at));
        v[i] = _mm512_xor_si512(_mm512_inserti64x4(low, _mm256_maskz_loadu_epi8(mask, at + 4 * step), 1), sign);
    }
    for (size_t i = 0; i < 8; i += 4) { /* 4 x 4 words in each quarter */
        __m512i a = _mm512_unpacklo_epi32(v[i], v[i + 1]), b = _mm512_unpacklo_epi32(v[i + 2], v[i + 3]);
        __m512i c = _mm512_unpackhi_epi32(v[i], v[i + 1]), d = _mm512_unpackhi_epi32(v[i + 2], v[i + 3]);
        u[i] = _mm512_unpacklo_epi64(a, b);
        u[i + 1] = _mm512_unpackhi_epi64(a, b);
        u[i + 2] = _mm512_unpacklo_epi64(c, d);
        u[i + 3] = _mm512_unpackhi_epi64(c, d);
    }
    for (size_t g = 0; g < 4; g++) {
        t[g] = _mm512_shuffle_i32x4(u[g], u[g + 4], 0x88);
        t[g + 4] = _mm512_shuffle_i32x4(u[g], u[g + 4], 0xdd);
    }
}

static inline __m512i four_bytes(const int8_t *q) {
    int32_t word;
    memcpy(&word, q, sizeof word);
    return _mm512_set1_epi32(word);
}

static inline int32_t sum_bytes(const int8_t *q, size_t n) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += STEP) {
        __mmask64 mask = n - i < STEP ? ~(__mmask64)0 >> (STEP - (n - i)) : ~(__mmask64)0;
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), _mm512_maskz_loadu_epi8(mask, q + i));
    }
    return _mm512_reduce_add_epi32(sum);
}

/* acc[m][.] += n columns (a multiple of 4, at most 32) of 16 rows and M activations; two sums each, so that they need not wait for one another. */
static inline __attribute__((always_inline)) void turned_step(__m512i acc[][2], const int8_t *w, const int8_t *q, size_t cols, size_t n, size_t M) {
    __m512i t[8];
    turn_block(t, w, cols, ~(__mmask32)0 >> (32 - n));
    for (size_t g = 0; g < n / 4; g++)
        for (size_t m = 0; m < M; m++)
            acc[m][M > 4 ? 0 : g % 2] = _mm512_dpbusd_epi32(acc[m][M > 4 ? 0 : g % 2], t[g], four_bytes(q + m * cols + 4 * g));
}

/* Results of 16 rows from r0 and M activations from m0; offset[m] = -128 times the activation's sum. */
static inline __attribute__((always_inline)) void turned_run(const job *j, size_t r0, size_t m0, const int32_t *offset, size_t M) {
    const int8_t *w = j->w + r0 * j->cols, *q = j->q + m0 * j->cols;
    const __m512 scale = _mm512_loadu_ps(j->scale + r0);
    __m512i acc[8][2];
    size_t c = 0;
    for (size_t m = 0; m < M; m++) acc[m][0] = _mm512_set1_epi32(offset[m]), acc[m][1] = _mm512_setzero_si512();
    for (; c + 32 <= j->cols; c += 32) turned_step(acc, w + c, q + c, j->cols, 32, M);
    if (c < j->cols) turned_step(acc, w + c, q + c, j->cols, j->cols - c, M);
    for (size_t m = 0; m < M; m++) {
        __m512 sum = _mm512_cvtepi32_ps(M > 4 ? acc[m][0] : _mm512_add_epi32(acc[m][0], acc[m][1]));
        __m512 v = _mm512_mul_ps(sum, _mm512_mul_ps(_mm512_set1_ps(j->qs[m0 + m]), scale));
        if (j->bias) v = _mm512_add_ps(v, _mm512_loadu_ps(j->bias + r0));
        _mm512_storeu_ps(j->y + (m0 + m) * j->y_stride + r0, v);
    }
}

/* M activations from m0 over all rows. */
static inline __attribute__((always_inline)) void turned_rows(const job *j, size_t m0, size_t rows, size_t M) {
    int32_t offset[8];
    for (size_t m = 0; m < M; m++) offset[m] = -128 * sum_bytes(j->q + (m0 + m) * j->cols, j->cols);
    for (size_t r = 0; r < rows; r += TILE) turned_run(j, tile_start(r, TILE, rows), m0, offset, M);
}

/* count >= 4, rows >= 16, cols a multiple of 4. */
static void gemm_turned(const job *j, size_t count, size_t rows) {
    size_t m = 0;
    for (; m + 8 <= count; m += 8) turned_rows(j, m, rows, 8);
    for (; m + 4 <= count; m += 4) turned_rows(j, m, rows, 4);
    if (m < count) turned_rows(j, count - 4, rows, 4);
}

static void vnni_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                         const float *qs, size_t count, size_t rows, size_t cols) {
    const job j = {y, y_stride, w, q, scale, bias, qs, rowsum, cols};
    if (rows >= TILE && cols % 4 == 0 && (count >= 8 || (count >= 4 && cols <= SHORT)))
        gemm_turned(&j, count, rows);
    else if (count >= 4 && rows >= 4)
        gemm_four(&j, count, rows);
    else if (count >= 2 && rows >= 8)
        gemm_two(&j, count, rows);
    else if (count == 1 && rows >= TILE)
        gemm_one(&j, rows);
    else
        gemm_few(&j, count, rows);
}

#endif
