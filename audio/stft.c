/* stft: see stft.h. Memory: n_fft + 2 win floats and KissFFT's plan. */
#include "audio/stft.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

int stft_config_ok(const stft_config *c) {
    return fft_size_ok(c->n_fft) && c->win >= 1 && c->win <= c->n_fft && c->hop >= 1 && c->hop <= c->win;
}

void stft_window(float *window, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        float s, c;
        mathx_sincos_turn((uint32_t)(((uint64_t)i << 32) / (2 * (uint64_t)n)), &s, &c);
        window[i] = s * s; /* 1/2 - 1/2 cos(2 pi i/n) = sin^2(pi i/n): no cancellation near the ends */
    }
}

void stft_layout(stft *s, arena *a, const stft_config *c) {
    assert(stft_config_ok(c));
    s->config = *c;
    fft_layout(&s->forward, a, c->n_fft, 0);
    s->window = ARENA_ARRAY(a, float, c->win);
    s->samples = ARENA_ARRAY(a, float, c->win);
    s->padded = ARENA_ARRAY(a, float, c->n_fft);
    if (s->window != NULL) stft_window(s->window, c->win);
    s->filled = s->fresh = 0;
}

void stft_reset(stft *s) {
    memset(s->samples, 0, s->config.win * sizeof *s->samples);
    s->filled = s->fresh = 0;
}

uint32_t stft_push(stft *s, const float *samples, uint32_t n) {
    uint32_t room = s->config.win - s->filled;
    if (n > room) n = room;
    if (n > 0) memcpy(s->samples + s->filled, samples, n * sizeof *samples);
    s->filled += n;
    s->fresh += n;
    return n;
}

int stft_pull(stft *s, float *spectrum) {
    const stft_config *c = &s->config;
    if (s->filled < c->win) return 0;
    for (uint32_t i = 0; i < c->win; i++) s->padded[i] = s->samples[i] * s->window[i];
    memset(s->padded + c->win, 0, (c->n_fft - c->win) * sizeof *s->padded);
    fft_forward(&s->forward, spectrum, s->padded);
    s->filled = c->win - c->hop;
    s->fresh = 0;
    memmove(s->samples, s->samples + c->hop, s->filled * sizeof *s->samples);
    return 1;
}

int stft_finish(stft *s) {
    if (s->fresh == 0) return 0;
    memset(s->samples + s->filled, 0, (s->config.win - s->filled) * sizeof *s->samples);
    s->filled = s->config.win;
    return 1;
}
