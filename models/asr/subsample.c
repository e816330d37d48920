/* subsample: eight log-mel frames become one encoder frame (see subsample.h).
 *
 * The depthwise convolutions are float, tap after tap in a fixed order (law 3); what multiplies many channels is int8.
 */
#include "models/asr/subsample.h"
#include "runtime/base/fmt.h"
#include <string.h>

static int bind_conv(sub_stage *s, const gguf *g, const char *prefix, uint32_t channels, sotto_error *err) {
    char name[64];
    const void *w = NULL, *b = NULL;
    fmt_put(name, sizeof name, "%s.weight", prefix);
    int code = gguf_need_tensor(g, name, TENSOR_F32, 9, channels, &w, err);
    fmt_put(name, sizeof name, "%s.bias", prefix);
    if (!code) code = gguf_need_tensor(g, name, TENSOR_F32, channels, 0, &b, err);
    s->w = w;
    s->b = b;
    return code;
}

int subsample_bind(subsample *s, const gguf *g, const asr_shape *shape, sotto_error *err) {
    static const char *const names[SUB_STAGES] = {"sub.conv", "sub.depth.0", "sub.depth.1"};
    uint32_t n = shape->channels;
    const void *mean = NULL, *istd = NULL;
    memset(s, 0, sizeof *s);
    s->bands = shape->bands;
    s->channels = n;
    s->dim = shape->dim;
    int code = gguf_need_tensor(g, "mel.mean", TENSOR_F32, s->bands, 0, &mean, err);
    if (!code) code = gguf_need_tensor(g, "mel.istd", TENSOR_F32, s->bands, 0, &istd, err);
    for (uint32_t i = 0; !code && i < SUB_STAGES; i++) {
        s->stage[i].width = s->bands >> i;
        s->stage[i].depth = i == 0 ? 1 : n;
        code = bind_conv(&s->stage[i], g, names[i], n, err);
    }
    if (!code) code = linear_bind(&s->point[0], g, "sub.point.0", n, n, 1, err);
    if (!code) code = linear_bind(&s->point[1], g, "sub.point.1", n, n, 1, err);
    if (!code) code = linear_bind(&s->out, g, "sub.out", s->dim, s->bands / 8 * n, 1, err);
    s->mean = mean;
    s->istd = istd;
    return code;
}

void subsample_layout(subsample *s, arena *a) {
    for (uint32_t i = 0; i < SUB_STAGES; i++) {
        size_t line = (size_t)s->stage[i].width * s->stage[i].depth;
        s->stage[i].prev = ARENA_ARRAY(a, float, line);
        s->stage[i].even = ARENA_ARRAY(a, float, line);
    }
}

void subsample_scratch(subsample *s, arena *a) {
    for (uint32_t i = 0; i < SUB_STAGES; i++) s->row[i] = ARENA_ARRAY(a, float, (size_t)(s->bands >> (i + 1)) * s->channels);
    s->depth = ARENA_ARRAY(a, float, (size_t)(s->bands / 4) * s->channels);
}

void subsample_reset(subsample *s) {
    for (uint32_t i = 0; i < SUB_STAGES; i++) {
        sub_stage *t = &s->stage[i];
        memset(t->prev, 0, sizeof(float) * t->width * t->depth);
        memset(t->even, 0, sizeof(float) * t->width * t->depth);
        t->odd = 0;
    }
}

static void relu(float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = y[i] > 0 ? y[i] : 0;
}

enum { TAPS = 9 };

/* Output [channels] at the band pair j; a band before the first is left out. */
static void convolve_at(const sub_stage *s, const kernels *k, float *out, const float *const line[3], uint32_t j, uint32_t channels) {
    const float *x[TAPS];
    for (uint32_t tap = 0; tap < TAPS; tap++) {
        const uint32_t band = 2 * j + tap % 3; /* one more than the band it reads */
        x[tap] = band > 0 ? line[tap / 3] + (size_t)(band - 1) * s->depth : NULL;
    }
    if (s->depth > 1 && j > 0) {
        k->taps_f32(out, s->b, s->w, x, TAPS, channels);
        return;
    }
    memcpy(out, s->b, sizeof(float) * channels);
    for (uint32_t tap = 0; tap < TAPS; tap++) {
        const float *w = s->w + (size_t)tap * channels;
        if (!x[tap]) continue;
        if (s->depth == 1)
            k->axpy_f32(out, x[tap][0], w, channels);
        else
            for (uint32_t c = 0; c < channels; c++) out[c] += w[c] * x[tap][c];
    }
}

/* One output row [width/2 x channels] from the three input rows. */
static void convolve(const sub_stage *s, const kernels *k, float *out, const float *last, uint32_t channels) {
    const float *const line[3] = {s->prev, s->even, last};
    for (uint32_t j = 0; j < s->width / 2; j++) convolve_at(s, k, out + (size_t)j * channels, line, j, channels);
}

/* Takes one input row; 1 when an output row is written. */
static int stage_push(sub_stage *s, const kernels *k, float *out, const float *in, uint32_t channels) {
    size_t bytes = sizeof(float) * s->width * s->depth;
    s->odd ^= 1u;
    if (s->odd) {
        memcpy(s->even, in, bytes);
        return 0;
    }
    convolve(s, k, out, in, channels);
    memcpy(s->prev, in, bytes);
    return 1;
}

int subsample_push(subsample *s, const kernels *k, quant_scratch *q, float *out, const float *mel) {
    float in[ASR_MAX_BANDS];
    for (uint32_t b = 0; b < s->bands; b++) in[b] = (mel[b] - s->mean[b]) * s->istd[b];
    if (!stage_push(&s->stage[0], k, s->row[0], in, s->channels)) return 0;
    relu(s->row[0], (size_t)(s->bands / 2) * s->channels);
    for (uint32_t i = 1; i < SUB_STAGES; i++) {
        uint32_t width = s->bands >> (i + 1);
        if (!stage_push(&s->stage[i], k, s->depth, s->row[i - 1], s->channels)) return 0;
        linear_run(k, &s->point[i - 1], s->row[i], s->depth, width, q);
        relu(s->row[i], (size_t)width * s->channels);
    }
    linear_run(k, &s->out, out, s->row[SUB_STAGES - 1], 1, q);
    return 1;
}
