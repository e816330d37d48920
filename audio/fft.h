/* fft: real FFT through KissFFT in memory of the arena.
 *
 * KissFFT fills its twiddle table at layout with libm's sine and cosine; two C libraries may differ there in the last bit, and a
 * KissFFT built with fused multiply-add rounds otherwise. On one machine every run gives the same bits.
 * Sizes are even with factors 2, 3 and 5 only: with others KissFFT would ask the heap for scratch.
 */
#ifndef SOTTO_AUDIO_FFT_H
#define SOTTO_AUDIO_FFT_H
#include "runtime/base/arena.h"

typedef struct fft {
    void *plan; /* KissFFT's configuration; NULL while counting */
    uint32_t n; /* real points */
} fft;

int fft_size_ok(uint32_t n); /* 1: even, 16..8192, factors 2, 3, 5 */
/* n must satisfy fft_size_ok. `inverse` 1 for fft_inverse. */
void fft_layout(fft *f, arena *a, uint32_t n, int inverse);
/* spectrum [n/2+1][2] (re, im) = sum over k of samples[k] exp(-2 pi i k bin / n). `samples` [n] is kept. No overlap. */
void fft_forward(const fft *f, float *spectrum, const float *samples);
/* samples [n] = the inverse, divided by n; imaginary parts of bins 0 and n/2 are taken as 0. No overlap. */
void fft_inverse(const fft *f, float *samples, const float *spectrum);

#endif
