/* acoustic: see the header. A frame costs the decoder's weights in int8 multiply-adds, a phone the encoder's.
 *
 * duration = max(1, round(exp(v0) / speed)); row = encoder + pitch * inject[0] + energy * inject[1];
 * frame input = row + place . inject[2..4], place = part passed, tenths of a second since the start and to the end.
 */
#include "models/tts/acoustic.h"
#include "models/tts/phoneset.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

static const float EPS = 1e-5f;
enum { MAX_PHONES = 4096, MAX_DURATION = 1000, PLACE_STEPS = 10 };
static const float PLACE_MOST = 2.0f;

static int read_config(acoustic *a, const gguf *g, sotto_error *err) {
    int code = gguf_need_arch(g, "sotto-tts", err);
    if (!code) code = gguf_need_u32(g, "sotto.mel.bands", 1, ACOUSTIC_MAX_MEL, &a->mel, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.phones", PHONE_COUNT, PHONE_COUNT, &a->phones, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.width", 1, CONVSTACK_MAX_WIDTH, &a->width, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.max_phones", 1, MAX_PHONES, &a->max_phones, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.max_duration", 1, MAX_DURATION, &a->max_duration, err);
    if (!code) code = gguf_need_f32(g, "sotto.tts.f0.mean", 0.0f, 10.0f, &a->f0_mean, err);
    if (!code) code = gguf_need_f32(g, "sotto.tts.f0.istd", 1e-3f, 1e3f, &a->f0_istd, err);
    return code;
}

static int bind_heads(acoustic *a, const gguf *g, sotto_error *err) {
    const void *embed = NULL, *inject = NULL;
    int code = gguf_need_tensor(g, "embed.weight", TENSOR_F32, a->phones, a->width, &embed, err);
    if (!code) code = gguf_need_tensor(g, "inject.weight", TENSOR_F32, 2 + ACOUSTIC_PLACES, a->width, &inject, err);
    if (!code) code = norm_bind(&a->before_variance, g, "variance.norm", a->width, EPS, 1, err);
    if (!code) code = linear_bind(&a->variance_head, g, "variance.head", ACOUSTIC_VARIANCES, a->width, 1, err);
    if (!code) code = norm_bind(&a->before_head, g, "norm", a->width, EPS, 1, err);
    if (!code) code = linear_bind(&a->head, g, "head", a->mel + 2, a->width, 1, err);
    a->embed = embed;
    a->inject = inject;
    return code;
}

int acoustic_bind(acoustic *a, const gguf *g, sotto_error *err) {
    memset(a, 0, sizeof *a);
    int code = read_config(a, g, err);
    if (!code) code = convstack_bind(&a->encoder, g, "sotto.tts.encoder", "encoder", a->width, err);
    if (!code) code = convstack_bind(&a->variance, g, "sotto.tts.variance", "variance", a->width, err);
    if (!code) code = convstack_bind(&a->decoder, g, "sotto.tts.decoder", "decoder", a->width, err);
    if (!code) code = bind_heads(a, g, err);
    a->delays = code ? 0 : convstack_ahead(&a->variance) + 1;
    return code;
}

void acoustic_layout(acoustic *a, arena *m, const kernels *k) {
    a->k = k;
    convstack_layout(&a->encoder, m, k);
    convstack_layout(&a->variance, m, k);
    convstack_layout(&a->decoder, m, k);
    a->clause = ARENA_ARRAY(m, uint8_t, a->max_phones);
    a->start = ARENA_ARRAY(m, uint32_t, a->max_phones);
    a->delay = ARENA_ARRAY(m, float, (size_t)a->delays * a->width);
    a->phone = ARENA_ARRAY(m, float, a->width);
    a->row = ARENA_ARRAY(m, float, a->width);
    a->raw = ARENA_ARRAY(m, float, a->mel + 2);
    quant_layout(&a->quant, m, 1, a->width);
}

void acoustic_reset(acoustic *a) {
    convstack_reset(&a->encoder);
    convstack_reset(&a->variance);
    convstack_reset(&a->decoder);
    a->count = a->fed = a->known = a->encoded = a->varied = 0;
    a->place = a->duration = a->frames = 0;
    a->speed = 1.0f;
}

int acoustic_start(acoustic *a, const uint8_t *phones, uint32_t n, float speed) {
    acoustic_reset(a);
    if (n > a->max_phones || !(speed >= 0.25f && speed <= 4.0f)) return ERR_ARG;
    for (uint32_t i = 0; i < n; i++)
        if (phones[i] == PHONE_PAD || phones[i] >= a->phones) return ERR_ARG;
    memcpy(a->clause, phones, n);
    a->count = n;
    a->speed = speed;
    return ERR_NONE;
}

static const float *embedding(const acoustic *a, uint32_t id) {
    return a->embed + (size_t)id * a->width;
}

/* Next phone that sounds, embedded into `row`: a boundary before it adds row WB, one after it row PAD. 0: none is left. */
static int embed_next(acoustic *a, float *row) {
    while (a->fed < a->count && a->clause[a->fed] == PHONE_WB) a->fed++;
    if (a->fed == a->count) return 0;
    const uint32_t i = a->fed++;
    memcpy(row, embedding(a, a->clause[i]), a->width * sizeof *row);
    if (i > 0 && a->clause[i - 1] == PHONE_WB) add_run(row, embedding(a, PHONE_WB), a->width);
    if (i + 1 < a->count && a->clause[i + 1] == PHONE_WB) add_run(row, embedding(a, PHONE_PAD), a->width);
    return 1;
}

/* Next encoder row into a->row; 0 when the clause is encoded. */
static int encode_next(acoustic *a) {
    while (embed_next(a, a->row))
        if (convstack_push(&a->encoder, a->row, a->row)) return 1;
    return convstack_flush(&a->encoder, a->row);
}

/* Next row of the variance stack into a->row, its encoder row kept in a->delay; 0 when there is none. */
static int vary_next(acoustic *a) {
    while (encode_next(a)) {
        memcpy(a->delay + (size_t)(a->encoded % a->delays) * a->width, a->row, a->width * sizeof *a->row);
        a->encoded++;
        if (convstack_push(&a->variance, a->row, a->row)) return 1;
    }
    return convstack_flush(&a->variance, a->row);
}

static uint32_t duration_of(const acoustic *a, float log_frames) {
    const float most = (float)a->max_duration, d = mathx_exp(log_frames < 10.0f ? log_frames : 10.0f) / a->speed;
    const int32_t whole = mathx_round_even(d < most ? d : most);
    return whole < 1 ? 1 : (uint32_t)whole;
}

/* The phone whose turn it is and the boundaries before it start at this frame. */
static void note_start(acoustic *a) {
    while (a->known < a->count && a->clause[a->known] == PHONE_WB) a->start[a->known++] = a->frames;
    if (a->known < a->count) a->start[a->known++] = a->frames;
}

/* Moves on to the next phone: a->phone, duration, start. 0 when the clause has no more. */
static int phone_next(acoustic *a) {
    float v[ACOUSTIC_VARIANCES];
    if (!vary_next(a)) return 0;
    layernorm_run(a->k, &a->before_variance, a->row, a->row, 1);
    linear_run(a->k, &a->variance_head, v, a->row, 1, &a->quant);
    memcpy(a->phone, a->delay + (size_t)(a->varied % a->delays) * a->width, a->width * sizeof *a->phone);
    a->varied++;
    a->k->axpy_f32(a->phone, v[1], a->inject, a->width);
    a->k->axpy_f32(a->phone, v[2], a->inject + a->width, a->width);
    a->place = 0;
    a->duration = duration_of(a, v[0]);
    note_start(a);
    return 1;
}

/* Input row of the next frame into a->row; 0 after the last. */
static int frame_next(acoustic *a) {
    if (a->place == a->duration && !phone_next(a)) return 0;
    const float passed = (float)a->place + 0.5f, left = (float)a->duration - passed;
    const float since = passed / (float)PLACE_STEPS, to = left / (float)PLACE_STEPS;
    const float *place = a->inject + 2 * (size_t)a->width;
    memcpy(a->row, a->phone, a->width * sizeof *a->row);
    a->k->axpy_f32(a->row, passed / (float)a->duration, place, a->width);
    a->k->axpy_f32(a->row, since < PLACE_MOST ? since : PLACE_MOST, place + a->width, a->width);
    a->k->axpy_f32(a->row, to < PLACE_MOST ? to : PLACE_MOST, place + 2 * (size_t)a->width, a->width);
    a->place++;
    a->frames++;
    return 1;
}

/* Next decoder row into a->row; 0 when the clause is spoken. */
static int decode_next(acoustic *a) {
    while (frame_next(a))
        if (convstack_push(&a->decoder, a->row, a->row)) return 1;
    return convstack_flush(&a->decoder, a->row);
}

uint32_t acoustic_step(acoustic *a, float *mel, acoustic_voice *voice, uint32_t most) {
    uint32_t made = 0;
    while (made < most && decode_next(a)) {
        layernorm_run(a->k, &a->before_head, a->row, a->row, 1);
        linear_run(a->k, &a->head, a->raw, a->row, 1, &a->quant);
        memcpy(mel + (size_t)made * a->mel, a->raw, a->mel * sizeof *mel);
        voice[made].f0 = mathx_exp(a->f0_mean + a->raw[a->mel] / a->f0_istd);
        voice[made].voiced = a->raw[a->mel + 1] > 0.0f ? 1.0f : 0.0f;
        made++;
    }
    return made;
}

int acoustic_phone_start(const acoustic *a, uint32_t i, uint32_t *frame) {
    if (i >= a->known) return 0;
    *frame = a->start[i];
    return 1;
}
