/* attend_x86: scores and weighted sums of float rows in AVX2, for every x86 table. Results that have the order of ref.c although
 * eight rows are worked on at once: each row keeps its own eight lanes, and their joining is the same tree of additions.
 */
#ifndef SOTTO_MODELS_KERNELS_ATTEND_X86_H
#define SOTTO_MODELS_KERNELS_ATTEND_X86_H
#include "models/kernels/vec_x86.h"

enum { X86_ROWS = 8 };

static inline __m256i x86_first_lanes(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

/* Rows a and b: lanes l0+l4, l1+l5, l2+l6, l3+l7 of each. */
static inline __m256 x86_halves(__m256 a, __m256 b) {
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

/* Rows a, b with c, d: first and second half of the join of each. */
static inline __m256 x86_quarters(__m256 ab, __m256 cd) {
    __m256d x = _mm256_castps_pd(ab), y = _mm256_castps_pd(cd);
    return _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(x, y)), _mm256_castpd_ps(_mm256_unpackhi_pd(x, y)));
}

/* Lane r = vec_join of the lanes of a[r]. */
static inline __m256 x86_join_eight(const __m256 a[X86_ROWS]) {
    __m256 low = x86_quarters(x86_halves(a[0], a[4]), x86_halves(a[1], a[5]));
    return _mm256_hadd_ps(low, x86_quarters(x86_halves(a[2], a[6]), x86_halves(a[3], a[7])));
}

/* Dots of eight rows with one query. Lanes past the end add a zero, which changes no sum: none is ever -0. */
static inline __m256 x86_dot_eight(const float *const row[X86_ROWS], const float *q, size_t cols) {
    __m256 sum[X86_ROWS];
    size_t c = 0;
    for (size_t r = 0; r < X86_ROWS; r++) sum[r] = _mm256_setzero_ps();
    for (; c + VEC_LANES <= cols; c += VEC_LANES) {
        __m256 x = _mm256_loadu_ps(q + c);
        for (size_t r = 0; r < X86_ROWS; r++) sum[r] = _mm256_add_ps(sum[r], _mm256_mul_ps(_mm256_loadu_ps(row[r] + c), x));
    }
    if (c < cols) {
        __m256i keep = x86_first_lanes(cols - c);
        __m256 x = _mm256_maskload_ps(q + c, keep);
        for (size_t r = 0; r < X86_ROWS; r++) sum[r] = _mm256_add_ps(sum[r], _mm256_mul_ps(_mm256_maskload_ps(row[r] + c, keep), x));
    }
    return x86_join_eight(sum);
}

static void x86_scores_f32(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols) {
    for (size_t r0 = 0; r0 < rows; r0 += X86_ROWS) {
        size_t left = rows - r0 < X86_ROWS ? rows - r0 : X86_ROWS;
        const float *row[X86_ROWS]; /* past the last row: that one again */
        for (size_t r = 0; r < X86_ROWS; r++) row[r] = w + (r0 + (r < left ? r : left - 1)) * cols;
        for (size_t m = 0; m < count; m++) {
            __m256 v = x86_dot_eight(row, q + m * cols, cols);
            if (left == X86_ROWS)
                _mm256_storeu_ps(y + m * y_stride + r0, v);
            else
                _mm256_maskstore_ps(y + m * y_stride + r0, x86_first_lanes(left), v);
        }
    }
}

static float x86_exp_down(float *x, size_t n) {
    vec_exp_down(x, n);
    return x86_sum_f32(x, n);
}

#endif
