/* vec_x86: the 8-lane float reductions in AVX2; one register is the 8 strided partial sums of runtime/README.md.
 *
 * Tails are masked: lanes they do not reach get +0 added, which changes nothing, for a sum that began at +0 is never -0.
 */
#ifndef SOTTO_MODELS_KERNELS_VEC_X86_H
#define SOTTO_MODELS_KERNELS_VEC_X86_H
#include "models/kernels/vec.h"
#include <immintrin.h>

/* Loading 8 masks from 8 - n on leaves the first n lanes set. */
static const int32_t vec_mask_table[2 * VEC_LANES] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

static inline __m256i vec_first(size_t n) {
    return _mm256_loadu_si256((const __m256i *)(vec_mask_table + VEC_LANES - n));
}

static inline float vec_join256(__m256 lanes) {
    float l[VEC_LANES];
    _mm256_storeu_ps(l, lanes);
    return vec_join(l);
}

static float x86_dot_f32(const float *a, const float *b, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
    __m256i first = vec_first(n - i);
    sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_maskload_ps(a + i, first), _mm256_maskload_ps(b + i, first)));
    return vec_join256(sum);
}

static float x86_sum_f32(const float *a, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_loadu_ps(a + i));
    __m256i first = vec_first(n - i);
    return vec_join256(_mm256_add_ps(sum, _mm256_maskload_ps(a + i, first)));
}

static inline __m256 vec_widen(const int8_t *b) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)b)));
}

static float x86_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    int8_t rest[VEC_LANES] = {0};
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(a + i), vec_widen(b + i)));
    for (size_t j = 0; i + j < n; j++) rest[j] = b[i + j];
    __m256i first = vec_first(n - i);
    sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_maskload_ps(a + i, first), vec_widen(rest)));
    return vec_join256(sum);
}

#endif
