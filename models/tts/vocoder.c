/* vocoder: see the header.
 *
 * The network looks `ahead` frames ahead, and so must the pulse train: the window of frame t ends inside the line from f0 of
 * frame t+1 to f0 of frame t+2, so the look-ahead is exactly 2. Segments: n_fft/2 samples of frame 0's f0, then one hop
 * from every frame to the next. Cost a frame: the network, 3 FFTs, and exp + sincos a bin. Frames that
 * come together go through the network together.
 */
#include "models/tts/vocoder.h"
#include "runtime/base/fmt.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

enum { AHEAD = 2 };
static const float EPS = 1e-5f, F0_LOW = 40.0f, F0_HIGH = 1000.0f;

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
    convstack_layout(&v->net, a, k, VOCODER_GROUP);
    stft_layout(&v->pulses, a, &c);
    stft_layout(&v->noise, a, &c);
    istft_layout(&v->out, a, &c);
    v->input = ARENA_ARRAY(a, float, VOCODER_GROUP *(v->mel + 2));
    v->row = ARENA_ARRAY(a, float, VOCODER_GROUP * v->width);
    v->raw = ARENA_ARRAY(a, float, VOCODER_GROUP * v->head.rows);
    v->wave = ARENA_ARRAY(a, float, v->n_fft / 2 > v->hop ? v->n_fft / 2 : v->hop);
    v->tone = ARENA_ARRAY(a, float, spectrum);
    v->hiss = ARENA_ARRAY(a, float, spectrum);
    quant_layout(&v->quant, a, VOCODER_GROUP, v->mel + 2 > v->width ? v->mel + 2 : v->width);
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
    excitation_pulses(&v->source, v->k, v->wave, n, from, next);
    const int pulses = analyse(&v->pulses, v->tone, v->wave, n);
    excitation_noise(&v->source, v->wave, n);
    const int noise = analyse(&v->noise, v->hiss, v->wave, n);
    assert(pulses == noise);
    (void)noise;
    v->last = next;
    v->pushed++;
    return pulses;
}

static float clamp(float x, float low, float high) {
    return x > low ? (x < high ? x : high) : low; /* not a number: low */
}

/* A row of the head's outputs shapes the window that the excitations have ready. */
static void sound(vocoder *v, float *pcm, const float *raw) {
    const size_t half = v->n_fft / 2;
    const kernel_filter f = {raw, raw + v->pulse_bands, raw + 2 * (size_t)v->pulse_bands, half / (v->pulse_bands - 1), half / (v->noise_bands - 1)};
    v->k->filter(v->tone, v->hiss, &f, half + 1);
    istft_push(&v->out, pcm, v->tone);
}

/* Filters of the rows that left the network, into v->raw. */
static void head(vocoder *v, uint32_t rows) {
    layernorm_run(v->k, &v->before_head, v->row, v->row, rows);
    linear_run(v->k, &v->head, v->raw, v->row, rows, &v->quant);
}

static excitation_point point_of(const vocoder_frame *frame) {
    return (excitation_point){clamp(frame->f0, F0_LOW, F0_HIGH), clamp(frame->voiced, 0.0f, 1.0f)};
}

/* Up to a group of frames. */
static uint32_t run_group(vocoder *v, float *pcm, const vocoder_frame *frames, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const excitation_point p = point_of(&frames[i]);
        float *input = v->input + (size_t)i * (v->mel + 2);
        memcpy(input, frames[i].mel, v->mel * sizeof *input);
        input[v->mel] = (mathx_log(p.f0) - v->f0_mean) * v->f0_istd;
        input[v->mel + 1] = p.voiced;
    }
    linear_run(v->k, &v->enter, v->row, v->input, count, &v->quant);
    const uint32_t rows = convstack_run(&v->net, v->row, v->row, count);
    head(v, rows);
    for (uint32_t i = 0, hop = 0; i < count; i++) { /* only the first frames of all make no sound */
        const int ready = excite(v, point_of(&frames[i]));
        if (i + rows < count) continue;
        assert(ready);
        (void)ready;
        sound(v, pcm + (size_t)hop * v->hop, v->raw + (size_t)hop * v->head.rows);
        hop++;
    }
    return rows;
}

uint32_t vocoder_run(vocoder *v, float *pcm, const vocoder_frame *frames, uint32_t count) {
    uint32_t hops = 0;
    assert(v->drained == 0);
    for (uint32_t done = 0; done < count; done += VOCODER_GROUP) {
        const uint32_t n = count - done < VOCODER_GROUP ? count - done : VOCODER_GROUP;
        hops += run_group(v, pcm + (size_t)hops * v->hop, frames + done, n);
    }
    return hops;
}

int vocoder_finish(vocoder *v, float *pcm) {
    if (v->pushed == 0) return 0;
    while (v->drained < AHEAD) {
        v->drained++;
        if (!excite(v, v->last)) continue; /* a stream of one frame */
        const int row = convstack_flush(&v->net, v->row);
        assert(row);
        (void)row;
        head(v, 1);
        sound(v, pcm, v->raw);
        return 1;
    }
    const uint32_t n = istft_flush(&v->out, pcm);
    if (n < v->hop) memset(pcm + n, 0, (v->hop - n) * sizeof *pcm);
    return n > 0;
}
