/* kernels: the inner loops behind one table, chosen at run time, bit-exact with the scalar reference ref.c (law 3).
 *
 * Rules of the numbers: runtime/README.md. w rows are int8, |w| <= 127 for I8 and Q8_0 files of ours; a foreign Q8_0 may
 * hold -128 and must give the exact sum too. x is int8 in -127..127. Bytes need no alignment, floats
 * that of a float; nothing past the given sizes is read or written. Results must not overlap operands; they may be written
 * more than once on the way. Any size may be 0. `make bench` prints what each kernel reaches.
 */
#ifndef SOTTO_MODELS_KERNELS_H
#define SOTTO_MODELS_KERNELS_H
#include <stddef.h>
#include <stdint.h>

enum { KERNEL_QBLOCK = 32, KERNEL_Q8_0_BYTES = 34, KERNEL_Q4_0_BYTES = 18 };

/* Limits of the vocoder's filters: logarithms of magnitudes, radians. |sin| of half a phase under which a pulse is at its top. */
#define KERNEL_LOG_LOW (-14.0f)
#define KERNEL_LOG_HIGH 4.0f
#define KERNEL_ANGLE_MOST 8000.0f
#define KERNEL_PULSE_NEAR 1e-4f

typedef struct kernel_filter {     /* the vocoder's filters, in straight lines between bands; bins - 1 is a multiple of both steps */
    const float *size, *angle;     /* [(bins - 1) / pulse_step + 1] log-magnitude and phase of the pulses' filter */
    const float *gain;             /* [(bins - 1) / noise_step + 1] log-magnitude of the noise's */
    size_t pulse_step, noise_step; /* bins from band to band */
} kernel_filter;

typedef struct kernel_pulses {    /* pulses whose f0 and amplitude run in straight lines: sample j has a[0] + (a[1] - a[0]) * (j * step) */
    float f0[2], voiced[2], step; /* Hz > 0; 0..1 */
    float top;                    /* Hz, no harmonic above; top / f0 < 2^24 */
} kernel_pulses;

typedef struct kernels {
    const char *name; /* "ref"; "avx2", "avx512vnni"; "neon", "neon_dot", "neon_i8mm"; "neon32"; "helium"; "dsp" */

    /* q[i] = round-half-even(x[i] * (127/amax)), returns scale amax/127 (0 for an all-zero row, q zeroed).
     * A NaN does not count for amax and becomes -127. */
    float (*quantize)(int8_t *q, const float *x, size_t n);

    /* y[m*y_stride + r] = (float)Σ_c w[r*cols+c]*q[m*cols+c] * (qs[m]*scale[r]) + (bias ? bias[r] : 0)
     * for m < count activation rows, r < rows. `rowsum` are the row sums of w (for u8 x s8 instructions). */
    void (*gemm_i8)(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                    const float *qs, size_t count, size_t rows, size_t cols);

    /* y[m*y_stride + r] = qs[m] * Σ_b (float)(Σ w·q in block b) * d_b, float sums in order of b. cols is a multiple of 32. */
    void (*gemm_q8_0)(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols);
    void (*gemm_q4_0)(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols);

    /* Σ a[i]*b[i], exact for any int8 on both sides. */
    int32_t (*dot_i8)(const int8_t *a, const int8_t *b, size_t n);

    /* float pieces, 8 strided partial sums (lane j: elements j, j+8, …), joined ((l0+l4)+(l2+l6))+((l1+l5)+(l3+l7)). */
    float (*dot_f32)(const float *a, const float *b, size_t n);
    float (*sum_f32)(const float *a, size_t n);
    void (*axpy_f32)(float *y, float alpha, const float *x, size_t n); /* y += alpha*x */
    void (*axpy_i8)(float *y, float alpha, const int8_t *x, size_t n); /* y += alpha*(float)x */
    float (*dot_f32_i8)(const float *a, const int8_t *b, size_t n);    /* as dot_f32 on (float)b */
    void (*silu)(float *y, size_t n);                                  /* in place, mathx_silu's bits */
    void (*exp_f32)(float *y, size_t n);                               /* in place, mathx_exp's bits */
    void (*mul_f32)(float *y, const float *x, size_t n);               /* y *= x */
    void (*widen_f16)(float *y, const uint16_t *h, size_t n);          /* y = h, finite, exactly */

    /* Attention of `count` query rows over `rows` cached rows (models/attention.h). Scores: as gemm_i8 without bias and row sums,
     * w any int8; or y[m*y_stride + r] = dot_f32(w + r*cols, q + m*cols, cols). */
    void (*scores_i8)(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                      size_t cols);
    void (*scores_f32)(float *y, size_t y_stride, const float *w, const float *q, size_t count, size_t rows, size_t cols);
    float (*exp_down)(float *x, size_t n); /* x[i] = exp(x[i] - max x) in place, returns their sum (as sum_f32); n >= 1 */
    /* y[m*cols + c] += weight[m*stride + r] * (float)v[r*cols + c], one row after the other. */
    void (*mix_i8)(float *y, const float *weight, size_t stride, const int8_t *v, size_t count, size_t rows, size_t cols);
    void (*mix_f32)(float *y, const float *weight, size_t stride, const float *v, size_t count, size_t rows, size_t cols);

    /* y = (x - mean) / sqrt(variance + eps) * gain + bias (NULL: 0), as layernorm_run says; y may be x; n >= 1. */
    void (*layernorm)(float *y, const float *x, const float *gain, const float *bias, size_t n, float eps);
    /* y[c] = bias[c] + tap[c] * x[0][c] + tap[n + c] * x[1][c] + ..., one tap after the other: a step of a depthwise convolution. */
    void (*taps_f32)(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t n);
    /* The vocoder, bin by bin: tone = tone * exp(size + i angle) + hiss * exp(gain); tone and hiss [bins][2]. */
    void (*filter)(float *tone, const float *hiss, const kernel_filter *f, size_t bins);
    /* Samples from.. of the pulse train of models/tts/excitation.h; turn [n]: their phases, 2^32 a turn. */
    void (*pulses)(float *out, const uint32_t *turn, const kernel_pulses *p, size_t from, size_t n);
} kernels;

/* The fastest table this machine runs; `name` (may be NULL) asks for one by name: NULL is returned when it cannot run here. */
const kernels *kernels_select(const char *name);
/* i-th table compiled in (0 is "ref"), NULL past the end; `usable` tells whether this machine runs it. */
const kernels *kernels_list(size_t i, int *usable);

#endif
