/* fft: see fft.h. */
#include "audio/fft.h"
#include <assert.h>
#include <kiss_fftr.h>

int fft_size_ok(uint32_t n) {
    static const uint32_t factors[] = {2, 3, 5};
    if (n < 16 || n > 8192 || n % 2 != 0) return 0;
    n /= 2; /* KissFFT does a real transform as a complex one of half the size */
    for (int i = 0; i < 3; i++)
        while (n % factors[i] == 0) n /= factors[i];
    return n == 1;
}

void fft_layout(fft *f, arena *a, uint32_t n, int inverse) {
    assert(fft_size_ok(n));
    size_t bytes = 0;
    (void)kiss_fftr_alloc((int)n, inverse, NULL, &bytes); /* only asks for the size */
    void *memory = arena_take(a, bytes, 1);
    f->n = n;
    f->plan = memory != NULL ? kiss_fftr_alloc((int)n, inverse, memory, &bytes) : NULL;
}

void fft_forward(const fft *f, float *spectrum, const float *samples) {
    kiss_fftr((kiss_fftr_cfg)f->plan, samples, (kiss_fft_cpx *)(void *)spectrum);
}

void fft_inverse(const fft *f, float *samples, const float *spectrum) {
    kiss_fftri((kiss_fftr_cfg)f->plan, (const kiss_fft_cpx *)(const void *)spectrum, samples);
    float scale = 1.0f / (float)f->n;
    for (uint32_t i = 0; i < f->n; i++) samples[i] *= scale;
}
