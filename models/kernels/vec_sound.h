/* vec_sound: the loops of the voice's models as plain loops (see vec.h): what the vocoder does to every bin and every sample, and
 * the depthwise convolution. A slice of bins is computed through small arrays on the stack, so that each loop is one vector loop.
 */
#ifndef SOTTO_MODELS_KERNELS_VEC_SOUND_H
#define SOTTO_MODELS_KERNELS_VEC_SOUND_H
#include "models/kernels/kernels.h"
#include "runtime/base/mathx_inline.h"
#include <math.h>

enum { VEC_SLICE = 64, VEC_TAPS = 16 };

static inline float vec_clamp(float x, float low, float high) {
    float y = x < high ? x : high;
    return x > low ? y : low; /* not a number: low */
}

/* out[i] = value at bin `from` + i of the line through bands `step` bins apart; from and n are multiples of step. */
static inline __attribute__((always_inline)) void vec_line(float *restrict out, const float *restrict band, size_t from, size_t n, size_t step) {
    band += from / step;
    for (size_t b = 0; b < n / step; b++)
        for (size_t part = 0; part < step; part++)
            out[b * step + part] = part ? band[b] + (band[b + 1] - band[b]) * ((float)part / (float)step) : band[b];
}

/* The same with the step known to the compiler where it is usual; any `from` and n else. */
static inline void vec_spread(float *restrict out, const float *restrict band, size_t from, size_t n, size_t step) {
    if (step == 2) {
        vec_line(out, band, from, n, 2);
    } else if (step == 4) {
        vec_line(out, band, from, n, 4);
    } else {
        for (size_t i = 0; i < n; i++) {
            const size_t low = (from + i) / step, part = (from + i) % step;
            out[i] = part ? band[low] + (band[low + 1] - band[low]) * ((float)part / (float)step) : band[low];
        }
    }
}

/* n bins: tone = tone * exp(size + i angle) + hiss * exp(gain). */
static inline void vec_filter_bins(float *restrict tone, const float *restrict hiss, const float *restrict size, const float *restrict angle,
                                   const float *restrict gain, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float s, c;
        const float m = mathxi_exp(vec_clamp(size[i], KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
        const float g = mathxi_exp(vec_clamp(gain[i], KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
        mathxi_sincos(vec_clamp(angle[i], -KERNEL_ANGLE_MOST, KERNEL_ANGLE_MOST), &s, &c);
        const float re = m * (tone[2 * i] * c - tone[2 * i + 1] * s), im = m * (tone[2 * i] * s + tone[2 * i + 1] * c);
        tone[2 * i] = re + g * hiss[2 * i];
        tone[2 * i + 1] = im + g * hiss[2 * i + 1];
    }
}

static inline void vec_filter(float *tone, const float *hiss, const kernel_filter *f, size_t bins) {
    float size[VEC_SLICE], angle[VEC_SLICE], gain[VEC_SLICE];
    size_t from = 0;
    for (; from + 1 < bins; from += VEC_SLICE) { /* the last bin lies on the last band */
        const size_t n = bins - 1 - from < VEC_SLICE ? bins - 1 - from : VEC_SLICE;
        vec_spread(size, f->size, from, n, f->pulse_step);
        vec_spread(angle, f->angle, from, n, f->pulse_step);
        vec_spread(gain, f->gain, from, n, f->noise_step);
        vec_filter_bins(tone + 2 * from, hiss + 2 * from, size, angle, gain, n);
    }
    if (bins == 0) return;
    const size_t last = bins - 1;
    vec_filter_bins(tone + 2 * last, hiss + 2 * last, f->size + last / f->pulse_step, f->angle + last / f->pulse_step, f->gain + last / f->noise_step,
                    1);
}

/* See excitation.h: one phase's first `harmonics` cosines, the last faded in, at unit power times the amplitude. */
static inline void vec_pulses(float *restrict out, const uint32_t *restrict turn, const kernel_pulses *p, size_t from, size_t n) {
    const float f0 = p->f0[0], f0_more = p->f0[1] - p->f0[0], loud = p->voiced[0], loud_more = p->voiced[1] - p->voiced[0];
    const float step = p->step, top = p->top;
    const int32_t first = (int32_t)from;
    for (size_t j = 0; j < n; j++) {
        float low, high, last, unused;
        const float u = (float)(first + (int32_t)j) * step, harmonics = top / (f0 + f0_more * u);
        const int32_t whole = (int32_t)harmonics;
        const uint32_t half = turn[j] >> 1;
        mathxi_sincos_turn(half, &low, &unused);
        mathxi_sincos_turn((2 * (uint32_t)whole + 1) * half, &high, &unused);
        mathxi_sincos_turn(((uint32_t)whole + 1) * turn[j], &unused, &last);
        const float near = fabsf(low) < KERNEL_PULSE_NEAR ? 1.0f : low, sum = high / (2.0f * near) - 0.5f;
        const float all = fabsf(low) < KERNEL_PULSE_NEAR ? (float)whole : sum;
        out[j] = (all + (harmonics - (float)whole) * last) * sqrtf(2.0f / harmonics) * (loud + loud_more * u);
    }
}

/* y = x - mean; y = y * inverse * gain + bias: what a LayerNorm does beside its two sums; y may be x. */
static inline void vec_less(float *y, const float *x, float mean, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] - mean;
}

static inline void vec_scale(float *restrict y, float inverse, const float *restrict gain, const float *restrict bias, size_t n) {
    if (bias)
        for (size_t i = 0; i < n; i++) y[i] = (y[i] * inverse) * gain[i] + bias[i];
    else
        for (size_t i = 0; i < n; i++) y[i] = (y[i] * inverse) * gain[i] + 0.0f;
}

/* y = bias + the taps' rows, oldest first: VEC_TAPS columns stay in registers while the taps go by. */
static inline void vec_taps(float *restrict y, const float *restrict bias, const float *restrict tap, const float *const *x, size_t taps, size_t n) {
    size_t c = 0;
    for (; c + VEC_TAPS <= n; c += VEC_TAPS) {
        float sum[VEC_TAPS];
        for (size_t i = 0; i < VEC_TAPS; i++) sum[i] = bias[c + i];
        for (size_t k = 0; k < taps; k++)
            for (size_t i = 0; i < VEC_TAPS; i++) sum[i] += tap[k * n + c + i] * x[k][c + i];
        for (size_t i = 0; i < VEC_TAPS; i++) y[c + i] = sum[i];
    }
    for (; c < n; c++) {
        float sum = bias[c];
        for (size_t k = 0; k < taps; k++) sum += tap[k * n + c] * x[k][c];
        y[c] = sum;
    }
}

#endif
