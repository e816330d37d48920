/* vocoder: see the header.
 *
 * The network looks `ahead` frames ahead, and so must the pulse train: the window of frame t ends inside the line from f0 of
 * frame t+1 to f0 of frame t+2, so the look-ahead is exactly 2. Segments: n_fft/2 samples of frame 0's f0, then one hop
 * from every frame to the next. Cost a frame: the network, 3 FFTs, and exp + sincos a bin.
 */
#include "models/tts/vocoder.h"
#include "runtime/base/fmt.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { AHEAD = 2 };
static const float EPS = 1e-5f, F0_LOW = 40.0f, F0_HIGH = 1000.0f, LOG_LOW = -14.0f, LOG_HIGH = 4.0f;

static int bands_ok(uint32_t bands, uint32_t n_fft) {
    return bands >= 2 && (n_fft / 2) % (bands - 1) == 0;
}

static int read_config(vocoder *v, const gguf *g, sotto_error *err) {
    uint32_t rate = 0;
    int code = gguf_need_arch(g, "sotto-vocoder", err);
    if (!code) code = gguf_need_u32(g, "sotto.mel.sample_rate", 8000, 48000, &rate, err);
    if (!code) code = gguf_need_u32(g, "sotto.mel.bands", 1, VOCODER_MAX_MEL, &v->mel, err);
    if (!code) code = gguf_need_u32(g, "sotto.vocoder.width", 1, CONVSTACK_MAX_WIDTH, &v->width, err);
    if (!code) code = gguf_need_u32(g, "sotto.vocoder.n_fft", 64, VOCODER_MAX_FFT, &v->n_fft, err);
    if (!code) code = gguf_need_u32(g, "sotto.vocoder.hop", 16, VOCODER_MAX_FFT, &v->hop, err);
    if (!code) code = gguf_need_u32(g, "sotto.vocoder.pulse_bands", 2, VOCODER_MAX_FFT, &v->pulse_bands, err);
    if (!code) code = gguf_need_u32(g, "sotto.vocoder.noise_bands", 2, VOCODER_MAX_FFT, &v->noise_bands, err);
    if (!code) code = gguf_need_f32(g, "sotto.vocoder.top", 1000.0f, (float)rate / 2, &v->source.top, err);
    if (!code) code = gguf_need_f32(g, "sotto.vocoder.f0.mean", 0.0f, 10.0f, &v->f0_mean, err);
    if (!code) code = gguf_need_f32(g, "sotto.vocoder.f0.istd", 1e-3f, 1e3f, &v->f0_istd, err);
    v->source.rate = (float)rate;
    return code;
}

static int check_config(const vocoder *v, const gguf *g, sotto_error *err) {
    const stft_config c = {v->n_fft, v->n_fft, v->hop};
    if (!stft_config_ok(&c) || !istft_config_ok(&c))
        return error_set(err, ERR_MODEL, "%s: sotto.vocoder.n_fft %u with hop %u: expected an FFT of factors 2, 3, 5 and hop <= n_fft/2", g->name,
                         (unsigned)v->n_fft, (unsigned)v->hop);
    /* the window of frame t must end before segment t+2 begins: n_fft <= n_fft/2 + 2 hop, and after segment t+1 has begun */
    if (v->n_fft / 2 > 2 * v->hop || 2 * v->hop >= v->n_fft)
        return error_set(err, ERR_MODEL, "%s: sotto.vocoder.hop is %u, expected n_fft/4 to n_fft/2, n_fft/4 = %u", g->name, (unsigned)v->hop,
                         (unsigned)(v->n_fft / 4));
    if (!bands_ok(v->pulse_bands, v->n_fft) || !bands_ok(v->noise_bands, v->n_fft))
        return error_set(err, ERR_MODEL, "%s: sotto.vocoder bands %u and %u: expected 1 + a divisor of %u", g->name, (unsigned)v->pulse_bands,
                         (unsigned)v->noise_bands, (unsigned)(v->n_fft / 2));
    if (convstack_ahead(&v->net) != AHEAD)
        return error_set(err, ERR_MODEL, "%s: sotto.vocoder.net looks %u frames ahead, expected %d", g->name, (unsigned)convstack_ahead(&v->net),
                         (int)AHEAD);
    return ERR_NONE;
}

int vocoder_bind(vocoder *v, const gguf *g, sotto_error *err) {
    memset(v, 0, sizeof *v);
    int code = read_config(v, g, err);
    if (!code) code = linear_bind(&v->enter, g, "enter", v->width, v->mel + 2, 1, err);
    if (!code) code = convstack_bind(&v->net, g, "sotto.vocoder.net", "net", v->width, err);
    if (!code) code = norm_bind(&v->before_head, g, "norm", v->width, EPS, 1, err);
    if (!code) code = linear_bind(&v->head, g, "head", 2 * v->pulse_bands + v->noise_bands, v->width, 1, err);
    if (!code) code = check_config(v, g, err);
    return code;
}

void vocoder_layout(vocoder *v, arena *a, const kernels *k) {
    const stft_config c = {v->n_fft, v->n_fft, v->hop};
    const size_t spectrum = (size_t)v->n_fft + 2;
    v->k = k;
    convstack_layout(&v->net, a, k);
    stft_layout(&v->pulses, a, &c);
    stft_layout(&v->noise, a, &c);
    istft_layout(&v->out, a, &c);
    v->input = ARENA_ARRAY(a, float, v->mel + 2);
    v->row = ARENA_ARRAY(a, float, v->width);
    v->raw = ARENA_ARRAY(a, float, 2 * v->pulse_bands + v->noise_bands);
    v->wave = ARENA_ARRAY(a, float, v->n_fft / 2 > v->hop ? v->n_fft / 2 : v->hop);
    v->tone = ARENA_ARRAY(a, float, spectrum);
    v->hiss = ARENA_ARRAY(a, float, spectrum);
    quant_layout(&v->quant, a, 1, v->mel + 2 > v->width ? v->mel + 2 : v->width);
}

void vocoder_reset(vocoder *v) {
    convstack_reset(&v->net);
    excitation_reset(&v->source);
    stft_reset(&v->pulses);
    stft_reset(&v->noise);
    istft_reset(&v->out);
    v->pushed = 0;
    v->drained = 0;
}

uint32_t vocoder_ahead(const vocoder *v) {
    (void)v;
    return AHEAD;
}

/* Feeds n samples of an excitation to its analysis; when a frame is whole its spectrum is taken, and the rest goes on. */
static int analyse(stft *s, float *spectrum, const float *wave, uint32_t n) {
    int got = 0;
    while (n > 0) {
        const uint32_t taken = stft_push(s, wave, n);
        wave += taken;
        n -= taken;
        if (stft_pull(s, spectrum)) got = 1;
    }
    return got;
}

/* The excitations go on to the newest frame; 1 when the spectra of the next window are in tone and hiss. */
static int excite(vocoder *v, excitation_point next) {
    const uint32_t n = v->pushed == 0 ? v->n_fft / 2 : v->hop;
    const excitation_point from = v->pushed == 0 ? next : v->last;
    excitation_pulses(&v->source, v->wave, n, from, next);
    const int pulses = analyse(&v->pulses, v->tone, v->wave, n);
    excitation_noise(&v->source, v->wave, n);
    const int noise = analyse(&v->noise, v->hiss, v->wave, n);
    assert(pulses == noise);
    (void)noise;
    v->last = next;
    v->pushed++;
    return pulses;
}

/* Value at `bin` of a line drawn through bands `step` bins apart. */
static float line(const float *band, uint32_t bin, uint32_t step) {
    const uint32_t low = bin / step, part = bin % step;
    return part ? band[low] + (band[low + 1] - band[low]) * ((float)part / (float)step) : band[low];
}

static float clamp(float x, float low, float high) {
    return x > low ? (x < high ? x : high) : low; /* not a number: low */
}

/* tone = tone * exp(size + i angle) + hiss * exp(noise), bin by bin, from the head's raw outputs. */
static void shape(vocoder *v) {
    const float *size = v->raw, *angle = size + v->pulse_bands, *gain = angle + v->pulse_bands;
    const uint32_t half = v->n_fft / 2, pulse_step = half / (v->pulse_bands - 1), noise_step = half / (v->noise_bands - 1);
    for (uint32_t bin = 0; bin <= half; bin++) {
        float s, c, *t = v->tone + 2 * (size_t)bin;
        const float *h = v->hiss + 2 * (size_t)bin;
        const float m = mathx_exp(clamp(line(size, bin, pulse_step), LOG_LOW, LOG_HIGH));
        const float g = mathx_exp(clamp(line(gain, bin, noise_step), LOG_LOW, LOG_HIGH));
        mathx_sincos(clamp(line(angle, bin, pulse_step), -8000.0f, 8000.0f), &s, &c);
        const float re = m * (t[0] * c - t[1] * s), im = m * (t[0] * s + t[1] * c);
        t[0] = re + g * h[0];
        t[1] = im + g * h[1];
    }
}

/* The row that left the network shapes the window that the excitations have ready. */
static void sound(vocoder *v, float *pcm) {
    layernorm_run(v->k, &v->before_head, v->row, v->row, 1);
    linear_run(v->k, &v->head, v->raw, v->row, 1, &v->quant);
    shape(v);
    istft_push(&v->out, pcm, v->tone);
}

int vocoder_push(vocoder *v, float *pcm, const vocoder_frame *frame) {
    assert(v->drained == 0);
    const excitation_point next = {clamp(frame->f0, F0_LOW, F0_HIGH), clamp(frame->voiced, 0.0f, 1.0f)};
    memcpy(v->input, frame->mel, v->mel * sizeof *v->input);
    v->input[v->mel] = (mathx_log(next.f0) - v->f0_mean) * v->f0_istd;
    v->input[v->mel + 1] = next.voiced;
    linear_run(v->k, &v->enter, v->row, v->input, 1, &v->quant);
    const int ready = excite(v, next);
    if (!convstack_push(&v->net, v->row, v->row)) return 0;
    assert(ready);
    (void)ready;
    sound(v, pcm);
    return 1;
}

int vocoder_finish(vocoder *v, float *pcm) {
    if (v->pushed == 0) return 0;
    while (v->drained < AHEAD) {
        v->drained++;
        if (!excite(v, v->last)) continue; /* a stream of one frame */
        const int row = convstack_flush(&v->net, v->row);
        assert(row);
        (void)row;
        sound(v, pcm);
        return 1;
    }
    const uint32_t n = istft_flush(&v->out, pcm);
    if (n < v->hop) memset(pcm + n, 0, (v->hop - n) * sizeof *pcm);
    return n > 0;
}
