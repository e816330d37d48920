/* avx2: AVX2 and F16C. VPMADDUBSW multiplies u8 by s8 and adds pairs in 16 bits with saturation, so the factors are |w| and
 * q with the sign of w: a pair is at most 2 * 128 * 127 = 32512 and never saturates, even for a weight of -128.
 *
 * Eight sums are finished at once, one a lane. Tiles that would stick out are moved back (results are written twice), and so
 * is the last step along a row: it reloads the row's last 32 bytes with the activations already used set to zero.
 */
#include "models/kernels/tables.h"
#include "models/kernels/attend_x86.h"

enum { TILE = 8, STEP = 32, AHEAD = 4 };

static inline __m256i load256(const void *p) {
    return _mm256_loadu_si256((const __m256i *)p);
}

/* Four products added into each int32 lane. */
static inline __m256i dot4(__m256i w, __m256i q) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(q, w)), _mm256_set1_epi16(1));
}

/* Lane i = sum of the eight lanes of a[i]. */
static inline __m256i add_eight(const __m256i a[TILE]) {
    __m256i low = _mm256_hadd_epi32(_mm256_hadd_epi32(a[0], a[1]), _mm256_hadd_epi32(a[2], a[3]));
    __m256i high = _mm256_hadd_epi32(_mm256_hadd_epi32(a[4], a[5]), _mm256_hadd_epi32(a[6], a[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
}

typedef struct job { /* what a gemm_i8 call is about */
    float *y;
    size_t y_stride; /* floats from one activation's results to the next */
    const int8_t *w, *q;
    const float *scale, *bias, *qs;
    size_t cols;
} job;

/* acc[m * R + r] += 32 columns of row r and activation m, those whose `keep` is set. */
static inline __attribute__((always_inline)) void tile_step(__m256i acc[TILE], const int8_t *w, const int8_t *q, size_t cols, __m256i keep, size_t R,
                                                            size_t M) {
    for (size_t r = 0; r < R; r++) {
        __m256i row = load256(w + r * cols);
        for (size_t m = 0; m < M; m++) acc[m * R + r] = _mm256_add_epi32(acc[m * R + r], dot4(row, _mm256_and_si256(load256(q + m * cols), keep)));
    }
}

/* Sets the last n of 32 bytes. */
static inline __m256i last_bytes(size_t n) {
    const __m256i place =
        _mm256_set_epi8(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm256_cmpgt_epi8(place, _mm256_set1_epi8((char)(STEP - 1 - (int)n)));
}

/* Results of R rows from r0 and M = 8/R activations from m0; cols >= 32. */
static inline __attribute__((always_inline)) void tile_run(const job *j, size_t r0, size_t m0, size_t R, size_t M) {
    const int8_t *w = j->w + r0 * j->cols, *q = j->q + m0 * j->cols;
    size_t c = 0, rest = j->cols % STEP;
    __m256i acc[TILE];
    for (size_t i = 0; i < TILE; i++) acc[i] = _mm256_setzero_si256();
    for (; c + STEP <= j->cols; c += STEP) tile_step(acc, w + c, q + c, j->cols, _mm256_set1_epi8(-1), R, M);
    if (rest) tile_step(acc, w + j->cols - STEP, q + j->cols - STEP, j->cols, last_bytes(rest), R, M);
    __m256 sums = _mm256_cvtepi32_ps(add_eight(acc));
    for (size_t m = 0; m < M; m++)
        for (size_t r = 0; r < R; r += 4) {
            __m128 four = (m * R + r) / 4 ? _mm256_extractf128_ps(sums, 1) : _mm256_castps256_ps128(sums);
            __m128 v = _mm_mul_ps(four, _mm_mul_ps(_mm_set1_ps(j->qs[m0 + m]), _mm_loadu_ps(j->scale + r0 + r)));
            if (j->bias) v = _mm_add_ps(v, _mm_loadu_ps(j->bias + r0 + r));
            _mm_storeu_ps(j->y + (m0 + m) * j->y_stride + r0 + r, v);
        }
}

static inline size_t tile_start(size_t i, size_t size, size_t n) {
    return i + size <= n ? i : n - size;
}

static void avx2_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                         const float *qs, size_t count, size_t rows, size_t cols) {
    const job j = {y, y_stride, w, q, scale, bias, qs, cols};
    if (cols < STEP || rows < TILE) {
        kernels_ref.gemm_i8(y, y_stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
    } else if (count < 2) {
        for (size_t r = 0; r < rows * count; r += TILE) tile_run(&j, tile_start(r, TILE, rows), 0, 8, 1);
    } else {
        for (size_t r = 0; r < rows; r += 4)
            for (size_t m = 0; m < count; m += 2) tile_run(&j, tile_start(r, 4, rows), tile_start(m, 2, count), 4, 2);
    }
}

/* Any int8 on both sides, -128 too: widened to 16 bits first. */
static int32_t avx2_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256i va = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(a + i)));
        __m256i vb = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(b + i)));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(va, vb));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    int32_t total = _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
    for (; i < n; i++) total += a[i] * b[i];
    return total;
}

/* The 32 weights of a block as int8, p at the block. */
typedef __m256i block_load(const uint8_t *p);

static inline __m256i load_q8_0(const uint8_t *p) {
    return load256(p + 2);
}

static inline __m256i load_q4_0(const uint8_t *p) {
    __m128i pairs = _mm_loadu_si128((const __m128i *)(p + 2));
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(pairs), _mm_srli_epi16(pairs, 4), 1);
    return _mm256_sub_epi8(_mm256_and_si256(both, _mm256_set1_epi8(15)), _mm256_set1_epi8(8));
}

/* f16 scales of 8 rows' blocks, `at` bytes from p; a lane reads two bytes more than its scale, which belong to the block. */
static inline __m256 block_scales(const uint8_t *p, __m256i at) {
    __m256i h = _mm256_and_si256(_mm256_i32gather_epi32((const int *)(const void *)p, at, 1), _mm256_set1_epi32(0xffff));
    return _mm256_cvtph_ps(_mm_packus_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1)));
}

/* Eight rows of one activation. */
static inline __attribute__((always_inline)) __m256 rows_run(const uint8_t *w, const int8_t *q, size_t blocks, size_t bytes, block_load *load) {
    const size_t step = blocks * bytes;
    __m256i at = _mm256_mullo_epi32(_mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0), _mm256_set1_epi32((int)step));
    __m256 acc = _mm256_setzero_ps();
    const char *next = (const char *)w + AHEAD * TILE * step; /* read at eight places: the tiles to come are fetched in order (a hint) */
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK, next += TILE * bytes) {
        __m256i x = load256(q), part[TILE];
        for (size_t i = 0; i < TILE * bytes; i += 64) _mm_prefetch(next + i, _MM_HINT_T1);
        for (size_t i = 0; i < TILE; i++) part[i] = dot4(load(w + i * step), x);
        acc = _mm256_add_ps(acc, _mm256_mul_ps(_mm256_cvtepi32_ps(add_eight(part)), block_scales(w, at)));
    }
    return acc;
}

static void avx2_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q8_0_BYTES;
    if (rows < TILE) {
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, TILE, rows);
            __m256 acc = rows_run(w + r * step, q + m * cols, blocks, KERNEL_Q8_0_BYTES, load_q8_0);
            _mm256_storeu_ps(y + m * y_stride + r, _mm256_mul_ps(_mm256_set1_ps(qs[m]), acc));
        }
}

static void avx2_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q4_0_BYTES;
    if (rows < TILE) {
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, TILE, rows);
            __m256 acc = rows_run(w + r * step, q + m * cols, blocks, KERNEL_Q4_0_BYTES, load_q4_0);
            _mm256_storeu_ps(y + m * y_stride + r, _mm256_mul_ps(_mm256_set1_ps(qs[m]), acc));
        }
}

static void avx2_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count,
                           size_t rows, size_t cols) {
    avx2_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}

typedef __m256 mix_load(const void *v, size_t at);

static inline __m256 mix_load_i8(const void *v, size_t at) {
    return vec_widen((const int8_t *)v + at);
}

static inline __m256 mix_load_f32(const void *v, size_t at) {
    return _mm256_loadu_ps((const float *)v + at);
}

/* 16 columns of M output rows stay in registers while the values stream by. */
static inline __attribute__((always_inline)) void mix_tile(float *y, const float *weight, size_t stride, const void *v, size_t rows, size_t cols,
                                                           size_t c, size_t M, mix_load *load) {
    __m256 acc[4][2];
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) acc[m][i] = _mm256_loadu_ps(y + m * cols + c + 8 * i);
    for (size_t r = 0; r < rows; r++) {
        __m256 low = load(v, r * cols + c), high = load(v, r * cols + c + 8);
        for (size_t m = 0; m < M; m++) {
            __m256 w = _mm256_set1_ps(weight[m * stride + r]);
            acc[m][0] = _mm256_add_ps(acc[m][0], _mm256_mul_ps(w, low));
            acc[m][1] = _mm256_add_ps(acc[m][1], _mm256_mul_ps(w, high));
        }
    }
    for (size_t m = 0; m < M; m++)
        for (size_t i = 0; i < 2; i++) _mm256_storeu_ps(y + m * cols + c + 8 * i, acc[m][i]);
}

/* Returns the columns done. */
static inline __attribute__((always_inline)) size_t mix_rows(float *y, const float *weight, size_t stride, const void *v, size_t count, size_t rows,
                                                             size_t cols, mix_load *load) {
    size_t c = 0;
    for (; c + 16 <= cols; c += 16) {
        size_t m = 0;
        for (; m + 3 <= count; m += 3) mix_tile(y + m * cols, weight + m * stride, stride, v, rows, cols, c, 3, load);
        for (; m < count; m++) mix_tile(y + m * cols, weight + m * stride, stride, v, rows, cols, c, 1, load);
    }
    return c;
}

static void avx2_mix_i8(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols) {
    vec_mix_rest(y, weight, stride, v, NULL, count, rows, cols, mix_rows(y, weight, stride, v, count, rows, cols, mix_load_i8));
}

static void avx2_mix_f32(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols) {
    vec_mix_rest(y, weight, stride, NULL, v, count, rows, cols, mix_rows(y, weight, stride, v, count, rows, cols, mix_load_f32));
}

const kernels kernels_avx2 = {
    .name = "avx2",
    .quantize = vec_quantize,
    .gemm_i8 = avx2_gemm_i8,
    .gemm_q8_0 = avx2_gemm_q8_0,
    .gemm_q4_0 = avx2_gemm_q4_0,
    .dot_i8 = avx2_dot_i8,
    .dot_f32 = x86_dot_f32,
    .sum_f32 = x86_sum_f32,
    .axpy_f32 = vec_axpy_f32,
    .axpy_i8 = vec_axpy_i8,
    .dot_f32_i8 = x86_dot_f32_i8,
    .silu = vec_silu,
    .exp_f32 = vec_exp_f32,
    .mul_f32 = vec_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = avx2_scores_i8,
    .scores_f32 = x86_scores_f32,
    .exp_down = x86_exp_down,
    .mix_i8 = avx2_mix_i8,
    .mix_f32 = avx2_mix_f32,
    .layernorm = x86_layernorm,
    .taps_f32 = vec_taps,
    .filter = vec_filter,
    .pulses = vec_pulses,
};
