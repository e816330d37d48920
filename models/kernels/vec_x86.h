/* vec_x86: the 8-lane float reductions in AVX2; one register is the 8 strided partial sums of runtime/README.md, and the tail
 * is added to its lanes one by one.
 */
#ifndef SOTTO_MODELS_KERNELS_VEC_X86_H
#define SOTTO_MODELS_KERNELS_VEC_X86_H
#include "models/kernels/vec.h"
#include "models/kernels/vec_sound.h"
#include <immintrin.h>

static float x86_dot_f32(const float *a, const float *b, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
    _mm256_storeu_ps(lane, sum);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * b[i + j];
    return vec_join(lane);
}

static float x86_sum_f32(const float *a, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_loadu_ps(a + i));
    _mm256_storeu_ps(lane, sum);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j];
    return vec_join(lane);
}

static inline __m256 vec_widen(const int8_t *b) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)b)));
}

static float x86_dot_f32_i8(const float *a, const int8_t *b, size_t n) {
    __m256 sum = _mm256_setzero_ps();
    float lane[VEC_LANES];
    size_t i = 0;
    for (; i + VEC_LANES <= n; i += VEC_LANES) sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(a + i), vec_widen(b + i)));
    _mm256_storeu_ps(lane, sum);
    for (size_t j = 0; i + j < n; j++) lane[j] += a[i + j] * (float)b[i + j];
    return vec_join(lane);
}

static void x86_layernorm(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps) {
    const float mean = x86_sum_f32(x, n) / (float)n;
    vec_less(y, x, mean, n);
    vec_scale(y, 1.0f / sqrtf(x86_dot_f32(y, y, n) / (float)n + eps), gain, bias, n);
}

#endif
