/* avx512vnni: AVX-512 with VPDPBUSD, which adds four u8 x s8 products to each int32 lane.
 *
 * One factor must be unsigned, so one side gets 128 added (its sign bit flipped) and 128 times the sum of the other side is
 * taken off again, exactly: gemm_i8 shifts the activations and uses the row sums of the file; the block formats shift the
 * weights (Q4_0 is stored shifted by 8) and take the block's activation sum, and so does gemm_i8 (gemm_avx512.h) for many activations.
 * Sixteen sums are finished at once, one a lane, by a tree of unpacks; a last tile that would stick out is moved back over
 * rows or activations already done, whose results are simply written twice.
 */
#include "models/kernels/tables.h"
#include "models/kernels/gemm_avx512.h"

/* Exact block sums of 16 rows `step` bytes apart, p at the first row's block; lane i = row i. */
static inline __attribute__((always_inline)) __m512i sums_q8_0(const uint8_t *p, size_t step, const int8_t *q) {
    const __m512i sign = _mm512_set1_epi8(-128);
    __m512i x = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)q));
    __m512i none = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_dpbusd_epi32(_mm512_setzero_si512(), sign, x));
    __m512i part[8];
    for (size_t i = 0; i < 8; i++) { /* halves: rows 0..3 with 4..7, then 8..11 with 12..15, so that the sums come out in order */
        const uint8_t *at = p + (i < 4 ? i : i + 4) * step + 2;
        __m512i low = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)at));
        __m512i w = _mm512_inserti64x4(low, _mm256_loadu_si256((const __m256i *)(at + 4 * step)), 1);
        part[i] = _mm512_dpbusd_epi32(none, _mm512_xor_si512(w, sign), x);
    }
    __m512i a = add_quads(part), b = add_quads(part + 4);
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
}

/* 16 bytes of each of four rows. */
static inline __m512i rows_q4_0(const uint8_t *p, size_t step) {
    __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)p));
    v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(p + step)), 1);
    v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(p + 2 * step)), 2);
    return _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(p + 3 * step)), 3);
}

static inline __attribute__((always_inline)) __m512i sums_q4_0(const uint8_t *p, size_t step, const int8_t *q) {
    const __m512i nibble = _mm512_set1_epi8(15), eight = _mm512_set1_epi8(8);
    __m512i x0 = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)q));
    __m512i x1 = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(q + 16)));
    __m512i extra = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(_mm512_setzero_si512(), eight, x0), eight, x1);
    __m512i none = _mm512_sub_epi32(_mm512_setzero_si512(), extra), part[4];
    for (size_t i = 0; i < 4; i++) { /* quarters: rows i, i + 4, i + 8, i + 12 */
        __m512i w = rows_q4_0(p + i * step + 2, 4 * step);
        part[i] = _mm512_dpbusd_epi32(none, _mm512_and_si512(w, nibble), x0);
        part[i] = _mm512_dpbusd_epi32(part[i], _mm512_and_si512(_mm512_srli_epi16(w, 4), nibble), x1);
    }
    return add_quads(part);
}

/* f16 scales of 16 rows' blocks, `at` bytes from p; a lane reads two bytes more than its scale, which belong to the block. */
static inline __m512 block_scales(const uint8_t *p, __m512i at) {
    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_i32gather_epi32(at, p, 1)));
}

typedef __m512i block_sums(const uint8_t *p, size_t step, const int8_t *q);

/* 16 rows of one activation. Their bytes are one stretch, read at 16 places: too many streams for the processor to foresee, so the
 * tile after the next is fetched in order (a hint, also past the end). */
static inline __attribute__((always_inline)) __m512 rows_run(const uint8_t *w, const int8_t *q, size_t blocks, size_t bytes, block_sums *sums) {
    const __m512i row = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i at = _mm512_mullo_epi32(row, _mm512_set1_epi32((int)(blocks * bytes)));
    __m512 acc = _mm512_setzero_ps();
    const char *next = (const char *)w + AHEAD * TILE * blocks * bytes;
    for (size_t b = 0; b < blocks; b++, w += bytes, q += KERNEL_QBLOCK, next += TILE * bytes) {
        for (size_t i = 0; i < TILE * bytes; i += 64) _mm_prefetch(next + i, _MM_HINT_T1);
        acc = _mm512_add_ps(acc, _mm512_mul_ps(_mm512_cvtepi32_ps(sums(w, blocks * bytes, q)), block_scales(w, at)));
    }
    return acc;
}

/* Several activations: the weights are turned once so that a lane is a row, then each activation's four bytes go to all lanes. */

enum { PART = 8, MANY = 16 }; /* blocks a pass, activations a tile: what bounds the stack */

/* A pass over `blocks` blocks of 16 rows (w) and M activations (q): y gets the float sums, going on from what it holds unless
 * `first`, times qs when `last`. offset[m][b] = -128 times the sum of the block's activations. */
typedef struct pass {
    float *y;
    size_t y_stride, step, cols, blocks;
    int first, last;
    int32_t (*offset)[PART];
    const int8_t *q;
    const float *qs;
} pass;

static inline __attribute__((always_inline)) void pass_rows(const pass *p, float *y, const uint8_t *w, size_t M) {
    const __m512i row = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i at = _mm512_mullo_epi32(row, _mm512_set1_epi32((int)p->step));
    __m512 acc[MANY];
    for (size_t m = 0; m < M; m++) acc[m] = p->first ? _mm512_setzero_ps() : _mm512_loadu_ps(y + m * p->y_stride);
    for (size_t b = 0; b < p->blocks; b++, w += KERNEL_Q8_0_BYTES) {
        __m512i t[8];
        turn_block(t, w + 2, p->step, ~(__mmask32)0);
        __m512 scale = block_scales(w, at);
        for (size_t m = 0; m < M; m++) {
            const int8_t *q = p->q + m * p->cols + b * KERNEL_QBLOCK;
            __m512i s = _mm512_set1_epi32(p->offset[m][b]);
            for (size_t g = 0; g < 8; g++) s = _mm512_dpbusd_epi32(s, t[g], four_bytes(q + 4 * g));
            acc[m] = _mm512_add_ps(acc[m], _mm512_mul_ps(_mm512_cvtepi32_ps(s), scale));
        }
    }
    for (size_t m = 0; m < M; m++) _mm512_storeu_ps(y + m * p->y_stride, p->last ? _mm512_mul_ps(_mm512_set1_ps(p->qs[m]), acc[m]) : acc[m]);
}

static inline __attribute__((always_inline)) void pass_run(const pass *p, const uint8_t *w, size_t rows, size_t M) {
    for (size_t m = 0; m < M; m++)
        for (size_t b = 0; b < p->blocks; b++) {
            __m256i x = _mm256_loadu_si256((const __m256i *)(p->q + m * p->cols + b * KERNEL_QBLOCK));
            __m512i sum = _mm512_cvtepi16_epi32(_mm256_maddubs_epi16(_mm256_set1_epi8(1), x));
            p->offset[m][b] = -128 * _mm512_reduce_add_epi32(sum);
        }
    for (size_t r = 0; r + TILE <= rows; r += TILE) pass_rows(p, p->y + r, w + r * p->step, M);
}

/* M activations over all rows, PART blocks at a time. */
static inline __attribute__((always_inline)) void gemm_many(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                            size_t rows, size_t cols, size_t M) {
    size_t blocks = cols / KERNEL_QBLOCK;
    int32_t offset[MANY][PART];
    for (size_t b = 0; b < blocks; b += PART) {
        size_t n = blocks - b < PART ? blocks - b : PART;
        const pass p = {y, y_stride, blocks * KERNEL_Q8_0_BYTES, cols, n, b == 0, b + n == blocks, offset, q + b * KERNEL_QBLOCK, qs};
        pass_run(&p, w + b * KERNEL_Q8_0_BYTES, rows, M);
    }
}

static void gemm_each(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q8_0_BYTES;
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, TILE, rows);
            __m512 acc = rows_run(w + r * step, q + m * cols, blocks, KERNEL_Q8_0_BYTES, sums_q8_0);
            _mm512_storeu_ps(y + m * y_stride + r, _mm512_mul_ps(_mm512_set1_ps(qs[m]), acc));
        }
}

static void vnni_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t m = 0, step = cols / KERNEL_QBLOCK * KERNEL_Q8_0_BYTES;
    if (rows < TILE || cols == 0) {
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (; m + 16 <= count; m += 16) gemm_many(y + m * y_stride, y_stride, w, q + m * cols, qs + m, rows, cols, 16);
    for (; m + 8 <= count; m += 8) gemm_many(y + m * y_stride, y_stride, w, q + m * cols, qs + m, rows, cols, 8);
    for (; m + 4 <= count; m += 4) gemm_many(y + m * y_stride, y_stride, w, q + m * cols, qs + m, rows, cols, 4);
    if (rows % TILE && m > 0) /* the rows that no whole tile held */
        gemm_each(y + rows - TILE, y_stride, w + (rows - TILE) * step, q, qs, m, TILE, cols);
    if (m < count) gemm_each(y + m * y_stride, y_stride, w, q + m * cols, qs + m, count - m, rows, cols);
}

static void vnni_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q4_0_BYTES;
    if (rows < TILE) {
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            size_t r = tile_start(i, TILE, rows);
            __m512 acc = rows_run(w + r * step, q + m * cols, blocks, KERNEL_Q4_0_BYTES, sums_q4_0);
            _mm512_storeu_ps(y + m * y_stride + r, _mm512_mul_ps(_mm512_set1_ps(qs[m]), acc));
        }
}

#include "models/kernels/attend_avx512.h"

const kernels kernels_avx512vnni = {
    .name = "avx512vnni",
    .quantize = vec_quantize,
    .gemm_i8 = vnni_gemm_i8,
    .gemm_q8_0 = vnni_gemm_q8_0,
    .gemm_q4_0 = vnni_gemm_q4_0,
    .dot_i8 = vnni_dot_i8,
    .dot_f32 = x86_dot_f32,
    .sum_f32 = x86_sum_f32,
    .axpy_f32 = vec_axpy_f32,
    .axpy_i8 = vec_axpy_i8,
    .dot_f32_i8 = x86_dot_f32_i8,
    .silu = vec_silu,
    .exp_f32 = vec_exp_f32,
    .mul_f32 = vec_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = vnni_scores_i8,
    .scores_f32 = x86_scores_f32,
    .exp_down = x86_exp_down,
    .mix_i8 = vnni_mix_i8,
    .mix_f32 = vnni_mix_f32,
    .layernorm = x86_layernorm,
    .taps_f32 = vec_taps,
    .filter = vec_filter,
    .pulses = vec_pulses,
};
