/* acoustic: see the header. A frame costs the decoder's weights in int8 multiply-adds, a phone the encoder's.
 *
 * duration = max(1, round(exp(v0) / speed)), of a pause times `pauses`, or as long as asked; row = encoder + pitch * inject[0] + energy * inject[1];
 * pitch = v1 + semitones ln 2 / 12 * istd, energy = v2 + what was asked;
 * encoder input = phone + boundaries + where it is in the clause . spot[0..2] + voice[2 speaker]; voice[2 speaker + 1] joins the row;
 * frame input = row + place . inject[2..4], place = part passed, tenths of a second since the start and to the end.
 */
#include "models/tts/acoustic.h"
#include "models/tts/phoneset.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

static const float EPS = 1e-5f;
enum { MAX_PHONES = 4096, MAX_DURATION = 1000, MAX_VOICES = 64, PLACE_STEPS = 10, SPOT_NEAR = 40 };
static const float PLACE_MOST = 2.0f;

static int read_config(acoustic *a, const gguf *g, sotto_error *err) {
    int code = gguf_need_arch(g, "sotto-tts", err);
    if (!code) code = gguf_need_u32(g, "sotto.mel.bands", 1, ACOUSTIC_MAX_MEL, &a->mel, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.phones", PHONE_COUNT, PHONE_COUNT, &a->phones, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.width", 1, CONVSTACK_MAX_WIDTH, &a->width, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.max_phones", 1, MAX_PHONES, &a->max_phones, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.max_duration", 1, MAX_DURATION, &a->max_duration, err);
    if (!code) code = gguf_need_u32(g, "sotto.tts.voices", 1, MAX_VOICES, &a->voices, err);
    if (!code) code = gguf_need_f32(g, "sotto.tts.f0.mean", 0.0f, 10.0f, &a->f0_mean, err);
    if (!code) code = gguf_need_f32(g, "sotto.tts.f0.istd", 1e-3f, 1e3f, &a->f0_istd, err);
    return code;
}

static int bind_heads(acoustic *a, const gguf *g, sotto_error *err) {
    const void *embed = NULL, *inject = NULL, *spot = NULL, *voice = NULL;
    int code = gguf_need_tensor(g, "embed.weight", TENSOR_F32, a->phones, a->width, &embed, err);
    if (!code) code = gguf_need_tensor(g, "inject.weight", TENSOR_F32, 2 + ACOUSTIC_PLACES, a->width, &inject, err);
    if (!code) code = gguf_need_tensor(g, "spot.weight", TENSOR_F32, ACOUSTIC_SPOTS, a->width, &spot, err);
    if (!code) code = gguf_need_tensor(g, "voice.weight", TENSOR_F32, 2 * (uint64_t)a->voices, a->width, &voice, err);
    if (!code) code = norm_bind(&a->before_variance, g, "variance.norm", a->width, EPS, 1, err);
    if (!code) code = linear_bind(&a->variance_head, g, "variance.head", ACOUSTIC_VARIANCES, a->width, 1, err);
    if (!code) code = norm_bind(&a->before_head, g, "norm", a->width, EPS, 1, err);
    if (!code) code = linear_bind(&a->head, g, "head", a->mel + 2, a->width, 1, err);
    a->embed = embed;
    a->inject = inject;
    a->spot = spot;
    a->voice = voice;
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
    convstack_layout(&a->encoder, m, k, 1);
    convstack_layout(&a->variance, m, k, 1);
    convstack_layout(&a->decoder, m, k, ACOUSTIC_GROUP);
    a->clause = ARENA_ARRAY(m, uint8_t, a->max_phones);
    a->each = ARENA_ARRAY(m, acoustic_control, a->max_phones);
    a->start = ARENA_ARRAY(m, uint32_t, a->max_phones);
    a->delay = ARENA_ARRAY(m, float, (size_t)a->delays * a->width);
    a->phone = ARENA_ARRAY(m, float, a->width);
    a->row = ARENA_ARRAY(m, float, a->width);
    a->frame = ARENA_ARRAY(m, float, ACOUSTIC_GROUP * a->width);
    a->raw = ARENA_ARRAY(m, float, ACOUSTIC_GROUP *(a->mel + 2));
    quant_layout(&a->quant, m, ACOUSTIC_GROUP, a->width);
}

void acoustic_reset(acoustic *a) {
    convstack_reset(&a->encoder);
    convstack_reset(&a->variance);
    convstack_reset(&a->decoder);
    a->count = a->sounding = a->sounded = a->fed = a->known = a->encoded = a->varied = 0;
    a->place = a->duration = a->frames = a->made = a->shown = 0;
    a->style = (acoustic_style){.speed = 1.0f, .pauses = 1.0f};
}

static int style_is_good(const acoustic *a, const acoustic_style *s) {
    return s->speed >= 0.25f && s->speed <= 4.0f && s->pitch >= -24.0f && s->pitch <= 24.0f && s->pauses >= 0.0f && s->pauses <= 4.0f &&
           s->voice < a->voices;
}

int acoustic_start(acoustic *a, const uint8_t *phones, uint32_t n, const acoustic_style *style, const acoustic_control *each) {
    acoustic_reset(a);
    if (n > a->max_phones || (style && !style_is_good(a, style))) return ERR_ARG;
    for (uint32_t i = 0; i < n; i++)
        if (phones[i] == PHONE_PAD || phones[i] >= a->phones) return ERR_ARG;
    memcpy(a->clause, phones, n);
    if (each)
        memcpy(a->each, each, n * sizeof *each);
    else
        memset(a->each, 0, n * sizeof *a->each);
    a->count = n;
    if (style) a->style = *style;
    for (uint32_t i = 0; i < n; i++) a->sounding += phones[i] != PHONE_WB;
    return ERR_NONE;
}

static const float *embedding(const acoustic *a, uint32_t id) {
    return a->embed + (size_t)id * a->width;
}

/* Adds where the next phone that sounds is: from the start, to the end, and phones in all; and whose voice it is. */
static void add_spot(acoustic *a, float *row) {
    const uint32_t from = a->sounded, to = a->sounding - 1 - a->sounded, all = a->sounding;
    const float near = (float)SPOT_NEAR;
    a->k->axpy_f32(row, (float)(from < SPOT_NEAR ? from : SPOT_NEAR) / near, a->spot, a->width);
    a->k->axpy_f32(row, (float)(to < SPOT_NEAR ? to : SPOT_NEAR) / near, a->spot + a->width, a->width);
    a->k->axpy_f32(row, (float)(all < 2 * SPOT_NEAR ? all : 2 * SPOT_NEAR) / (2 * near), a->spot + 2 * (size_t)a->width, a->width);
    add_run(row, a->voice + 2 * (size_t)a->style.voice * a->width, a->width);
    a->sounded++;
}

/* Next phone that sounds, embedded into `row`: a boundary before it adds row WB, one after it row PAD. 0: none is left. */
static int embed_next(acoustic *a, float *row) {
    while (a->fed < a->count && a->clause[a->fed] == PHONE_WB) a->fed++;
    if (a->fed == a->count) return 0;
    const uint32_t i = a->fed++;
    memcpy(row, embedding(a, a->clause[i]), a->width * sizeof *row);
    if (i > 0 && a->clause[i - 1] == PHONE_WB) add_run(row, embedding(a, PHONE_WB), a->width);
    if (i + 1 < a->count && a->clause[i + 1] == PHONE_WB) add_run(row, embedding(a, PHONE_PAD), a->width);
    add_spot(a, row);
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

static float within(float x, float least, float most) {
    return x < least ? least : x > most ? most : x;
}

/* Frames of symbol i, of which the model says log_frames. */
static uint32_t duration_of(const acoustic *a, uint32_t i, float log_frames) {
    const acoustic_control *c = &a->each[i];
    const int pause = phoneset_is_pause(a->clause[i]);
    if (pause && c->pause) return ((uint32_t)within(c->pause, 1, ACOUSTIC_PAUSE_MAX) + ACOUSTIC_FRAME_MS - 1) / ACOUSTIC_FRAME_MS;
    const float rate = within(c->rate ? c->rate : 100, 20, 500) / 100.0f, scale = pause ? a->style.pauses : 1.0f;
    const float most = (float)a->max_duration, d = mathx_exp(log_frames < 10.0f ? log_frames : 10.0f) * scale / (a->style.speed * rate);
    const int32_t whole = mathx_round_even(d < most ? d : most);
    return whole < 1 ? 1 : (uint32_t)whole;
}

/* Cents in units of the model's pitch. */
static float pitch_of_cents(const acoustic *a, float cents) {
    static const float LN2_A_CENT = 0.69314718f / 1200.0f;
    return within(cents, -2400, 2400) * LN2_A_CENT * a->f0_istd;
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
    add_run(a->phone, a->voice + (2 * (size_t)a->style.voice + 1) * a->width, a->width);
    a->varied++;
    note_start(a);
    const acoustic_control *c = &a->each[a->known - 1];
    const float pitch = v[1] + pitch_of_cents(a, c->pitch + 100.0f * a->style.pitch);
    a->glide = pitch_of_cents(a, c->glide);
    a->k->axpy_f32(a->phone, pitch, a->inject, a->width);
    a->k->axpy_f32(a->phone, v[2] + within(c->energy, -300, 300) / 100.0f, a->inject + a->width, a->width);
    a->place = 0;
    a->duration = duration_of(a, a->known - 1, v[0]);
    return 1;
}

/* Input row of the next frame into `row`; 0 after the last. */
static int frame_next(acoustic *a, float *row) {
    if (a->place == a->duration && !phone_next(a)) return 0;
    const float passed = (float)a->place + 0.5f, left = (float)a->duration - passed;
    const float since = passed / (float)PLACE_STEPS, to = left / (float)PLACE_STEPS;
    const float *place = a->inject + 2 * (size_t)a->width;
    memcpy(row, a->phone, a->width * sizeof *row);
    if (a->glide != 0.0f) a->k->axpy_f32(row, a->glide * passed / (float)a->duration, a->inject, a->width);
    a->k->axpy_f32(row, passed / (float)a->duration, place, a->width);
    a->k->axpy_f32(row, since < PLACE_MOST ? since : PLACE_MOST, place + a->width, a->width);
    a->k->axpy_f32(row, to < PLACE_MOST ? to : PLACE_MOST, place + 2 * (size_t)a->width, a->width);
    a->place++;
    a->frames++;
    return 1;
}

/* Up to `most` decoder rows into a->frame, of as many frames that enter together; 0 when the clause is spoken. */
static uint32_t decode_next(acoustic *a, uint32_t most) {
    uint32_t n = 0, got = 0;
    most = most < ACOUSTIC_GROUP ? most : ACOUSTIC_GROUP;
    while (!got) {
        for (n = 0; n < most && frame_next(a, a->frame + (size_t)n * a->width);) n++;
        if (n == 0) return (uint32_t)convstack_flush(&a->decoder, a->frame);
        got = convstack_run(&a->decoder, a->frame, a->frame, n);
    }
    return got;
}

/* Loudness asked for of the frame that comes out of the decoder now. */
static float gain_next(acoustic *a) {
    static const float LN10_A_STEP = 2.30258509f / 2000.0f; /* of hundredths of a decibel */
    while (a->shown + 1 < a->known && a->start[a->shown + 1] <= a->made) a->shown++;
    const float gain = a->each[a->shown].gain;
    a->made++;
    return gain == 0.0f ? 1.0f : gain <= (float)ACOUSTIC_SILENT ? 0.0f : mathx_exp(within(gain, ACOUSTIC_SILENT, 2000) * LN10_A_STEP);
}

uint32_t acoustic_step(acoustic *a, float *mel, acoustic_voice *voice, uint32_t most) {
    uint32_t made = 0, got;
    while (made < most && (got = decode_next(a, most - made)) > 0) {
        layernorm_run(a->k, &a->before_head, a->frame, a->frame, got);
        linear_run(a->k, &a->head, a->raw, a->frame, got, &a->quant);
        for (uint32_t i = 0; i < got; i++, made++) {
            const float *raw = a->raw + (size_t)i * (a->mel + 2);
            memcpy(mel + (size_t)made * a->mel, raw, a->mel * sizeof *mel);
            voice[made].f0 = mathx_exp(a->f0_mean + raw[a->mel] / a->f0_istd);
            voice[made].voiced = raw[a->mel + 1] > 0.0f ? 1.0f : 0.0f;
            voice[made].gain = gain_next(a);
        }
    }
    return made;
}

int acoustic_phone_start(const acoustic *a, uint32_t i, uint32_t *frame) {
    if (i >= a->known) return 0;
    *frame = a->start[i];
    return 1;
}
