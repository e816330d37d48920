/* mel: see mel.h. Memory with the default shape: about 17 KiB. Work: one FFT of 512 and 500 multiply-adds a frame. */
#include "audio/mel.h"
#include "audio/pcm.h"
#include "runtime/base/mathx.h"
#include <assert.h>

void mel_config_default(mel_config *c) {
    *c = (mel_config){.sample_rate = 16000, .n_fft = 512, .win = 400, .hop = 160, .bands = 80, .fmin = 20, .fmax = 7600, .floor = 1e-7f};
}

int mel_config_check(const mel_config *c, sotto_error *err) {
    stft_config frame = {c->n_fft, c->win, c->hop};
    if (c->sample_rate != 16000) return error_set(err, ERR_MODEL, "sotto.mel.sample_rate is %u (expected 16000)", c->sample_rate);
    if (!stft_config_ok(&frame)) {
        return error_set(err, ERR_MODEL, "sotto.mel.n_fft/win/hop are %u/%u/%u (expected hop <= win <= n_fft, n_fft even, 16..8192, factors 2, 3, 5)",
                         c->n_fft, c->win, c->hop);
    }
    if (c->bands < 1 || c->bands > 256) return error_set(err, ERR_MODEL, "sotto.mel.bands is %u (expected 1..256)", c->bands);
    if (!(c->fmin >= 0 && c->fmin < c->fmax && c->fmax <= 0.5f * (float)c->sample_rate)) {
        return error_set(err, ERR_MODEL, "sotto.mel.fmin/fmax are %.1f/%.1f (expected 0 <= fmin < fmax <= half the sample rate)", (double)c->fmin,
                         (double)c->fmax);
    }
    if (!(c->floor >= 1e-30f && c->floor <= 1.0f)) return error_set(err, ERR_MODEL, "sotto.mel.floor is out of range (expected 1e-30..1)");
    return ERR_NONE;
}

/* Natural logarithm to 1e-15, for the filter bank's edges at set-up: x = 2^e m, ln m = 2 artanh((m-1)/(m+1)). x >= 1. */
static double ln(double x) {
    double e = 0, term, sum;
    while (x > 1.5) x *= 0.5, e += 1;
    double z = (x - 1) / (x + 1);
    term = sum = z;
    for (int k = 3; k < 40; k += 2) {
        term *= z * z;
        sum += term / k;
    }
    return e * 0.693147180559945309417 + 2 * sum;
}

static double mel_of(double hz) {
    return 2595.0 / 2.302585092994045684018 * ln(1.0 + hz / 700.0);
}

/* Weight of a bin at `at` mel in the triangle low..top..high, 0 outside. */
static double triangle(double at, double low, double top, double high) {
    double up = (at - low) / (top - low), down = (high - at) / (high - top);
    double least = up < down ? up : down;
    return least > 0 ? least : 0;
}

static void set_filters(mel *m) {
    const mel_config *c = &m->config;
    double first = mel_of((double)c->fmin), step = (mel_of((double)c->fmax) - first) / (c->bands + 1);
    double *at = (double *)(void *)m->spectrum; /* [n_fft/2+1] the bins' mel: the scratch is not in use yet */
    uint32_t used = 0;
    for (uint32_t k = 0; k <= c->n_fft / 2; k++) at[k] = mel_of((double)k * c->sample_rate / c->n_fft);
    for (uint32_t b = 0; b < c->bands; b++) {
        double low = first + step * b;
        m->first[b] = m->count[b] = 0;
        for (uint32_t k = 0; k <= c->n_fft / 2; k++) {
            double w = triangle(at[k], low, low + step, low + 2 * step);
            if (w <= 0) continue;
            if (m->count[b]++ == 0) m->first[b] = (uint16_t)k;
            m->weight[used++] = (float)w;
        }
    }
}

void mel_layout(mel *m, arena *a, const mel_config *c) {
    assert(mel_config_check(c, NULL) == ERR_NONE);
    stft_config frame = {c->n_fft, c->win, c->hop};
    uint32_t bins = c->n_fft / 2 + 1;
    m->config = *c;
    stft_layout(&m->in, a, &frame);
    m->spectrum = ARENA_ARRAY(a, float, 2 * (size_t)bins);
    m->weight = ARENA_ARRAY(a, float, 2 * (size_t)bins);
    m->first = ARENA_ARRAY(a, uint16_t, c->bands);
    m->count = ARENA_ARRAY(a, uint16_t, c->bands);
    m->frames = m->bad = 0;
    if (!a->failed && m->spectrum != NULL) set_filters(m);
}

void mel_reset(mel *m) {
    stft_reset(&m->in);
    m->frames = m->bad = 0;
}

uint32_t mel_push(mel *m, const float *samples, uint32_t n) {
    uint32_t from = m->in.filled, taken = stft_push(&m->in, samples, n);
    m->bad += pcm_sanitize(m->in.samples + from, taken);
    return taken;
}

int mel_pull(mel *m, float *frame) {
    const mel_config *c = &m->config;
    float *power = m->spectrum;
    if (!stft_pull(&m->in, m->spectrum)) return 0;
    for (uint32_t k = 0; k <= c->n_fft / 2; k++) {
        float re = m->spectrum[2 * k], im = m->spectrum[2 * k + 1];
        power[k] = re * re + im * im;
    }
    const float *w = m->weight;
    for (uint32_t b = 0; b < c->bands; b++) {
        float sum = 0;
        for (uint32_t k = 0; k < m->count[b]; k++) sum += *w++ * power[m->first[b] + k];
        frame[b] = mathx_log(sum > c->floor ? sum : c->floor);
    }
    m->frames++;
    return 1;
}

int mel_finish(mel *m) {
    return stft_finish(&m->in);
}
