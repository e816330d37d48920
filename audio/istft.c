/* istft: see istft.h. Memory: n_fft + 2 win + hop floats and KissFFT's plan. */
#include "audio/istft.h"
#include <assert.h>
#include <string.h>

int istft_config_ok(const stft_config *c) {
    return stft_config_ok(c) && 2 * c->hop <= c->win;
}

static void set_gain(istft *s) {
    const stft_config *c = &s->config;
    for (uint32_t i = 0; i < c->hop; i++) {
        float d = 0;
        for (uint32_t k = i; k < c->win; k += c->hop) d += s->window[k] * s->window[k];
        s->gain[i] = 1.0f / d;
    }
}

void istft_layout(istft *s, arena *a, const stft_config *c) {
    assert(istft_config_ok(c));
    s->config = *c;
    fft_layout(&s->inverse, a, c->n_fft, 1);
    s->window = ARENA_ARRAY(a, float, c->win);
    s->gain = ARENA_ARRAY(a, float, c->hop);
    s->frame = ARENA_ARRAY(a, float, c->n_fft);
    s->sum = ARENA_ARRAY(a, float, c->win);
    s->tail = 0;
    if (s->sum == NULL || s->window == NULL || s->gain == NULL) return;
    stft_window(s->window, c->win);
    set_gain(s);
}

void istft_reset(istft *s) {
    memset(s->sum, 0, s->config.win * sizeof *s->sum);
    s->tail = 0;
}

/* The first `n` sums are final: out they go, and the rest moves up. */
static void give(istft *s, float *out, uint32_t n) {
    uint32_t win = s->config.win;
    for (uint32_t i = 0; i < n; i++) out[i] = s->sum[i] * s->gain[i];
    memmove(s->sum, s->sum + n, (win - n) * sizeof *s->sum);
    memset(s->sum + (win - n), 0, n * sizeof *s->sum);
}

void istft_push(istft *s, float *out, const float *re_im) {
    const stft_config *c = &s->config;
    fft_inverse(&s->inverse, s->frame, re_im);
    for (uint32_t i = 0; i < c->win; i++) s->sum[i] += s->frame[i] * s->window[i];
    give(s, out, c->hop);
    s->tail = c->win - c->hop;
}

uint32_t istft_flush(istft *s, float *out) {
    uint32_t n = s->tail < s->config.hop ? s->tail : s->config.hop;
    if (n > 0) give(s, out, n);
    s->tail -= n;
    return n;
}
