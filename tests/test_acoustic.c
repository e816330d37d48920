/* test_acoustic: the acoustic model against PyTorch, and its laws: streaming equals whole, reset equals fresh, fixed memory. */
#include "tests/tts_common.h"
#include "models/tts/phoneset.h"

#define GOLDEN "tests/golden/tts_tiny"
enum { MOST = 512, ROOM_MEL = 80 };

typedef struct spoken { /* what a clause gave */
    uint32_t frames;
    float mel[MOST * ROOM_MEL];
    acoustic_voice voice[MOST];
} spoken;

static void speak(acoustic *a, spoken *s, const uint8_t *phones, uint32_t n, float speed, uint32_t chunk) {
    uint32_t got;
    memset(s, 0, sizeof *s);
    assert_true(a->mel <= ROOM_MEL);
    const acoustic_style style = {.speed = speed, .pauses = 1.0f, .voice = a->voices - 1}; /* the golden vectors are of the last voice */
    assert_int_equal(acoustic_start(a, phones, n, &style, NULL), 0);
    while ((got = acoustic_step(a, s->mel + (size_t)s->frames * a->mel, s->voice + s->frames, chunk)) > 0) {
        s->frames += got;
        assert_true(s->frames + chunk <= MOST);
    }
    assert_int_equal(acoustic_step(a, s->mel, s->voice, 1), 0);
}

static uint8_t *golden_phones(uint32_t *n) {
    size_t size;
    uint8_t *phones = tts_read(GOLDEN "_phones.u8", &size);
    *n = (uint32_t)size;
    return phones;
}

static void frames_match_pytorch(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    static spoken s;
    uint32_t n;
    size_t size;
    uint8_t *phones = golden_phones(&n);
    float *want = tts_read(GOLDEN "_frames.f32", &size);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    speak(&a, &s, phones, n, 1.0f, 5);
    assert_int_equal(s.frames, size / sizeof(float) / (a.mel + 2));
    float worst = 0;
    for (uint32_t t = 0; t < s.frames; t++) {
        const float *w = want + (size_t)t * (a.mel + 2);
        for (uint32_t b = 0; b < a.mel; b++) worst = fmaxf(worst, fabsf(s.mel[t * a.mel + b] - w[b]));
        assert_true(fabsf(s.voice[t].f0 - w[a.mel]) < 1e-2f * w[a.mel]);
        assert_true(s.voice[t].voiced == w[a.mel + 1]);
    }
    print_message("mel: %u frames, worst difference %g\n", s.frames, (double)worst);
    assert_true(worst < 2e-2f);
    free(want);
    free(phones);
    room_close(&room);
}

static void starts_match_pytorch(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    static spoken s;
    uint32_t n, frame;
    size_t size;
    uint8_t *phones = golden_phones(&n);
    uint32_t *want = tts_read(GOLDEN "_start.u32", &size);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    assert_int_equal(acoustic_start(&a, phones, n, NULL, NULL), 0);
    assert_int_equal(acoustic_phone_start(&a, 0, &frame), 0);
    speak(&a, &s, phones, n, 1.0f, 1);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(acoustic_phone_start(&a, i, &frame), 1);
        assert_int_equal(frame, want[i]);
    }
    assert_int_equal(acoustic_phone_start(&a, n, &frame), 0);
    free(want);
    free(phones);
    room_close(&room);
}

/* The rows of a stack on its own: what it gives while rows enter and what the flush gives, in order. */
static uint32_t through(convstack *s, float *out, const float *in, uint32_t rows) {
    uint32_t made = 0;
    for (uint32_t i = 0; i < rows; i++) made += (uint32_t)convstack_push(s, out + (size_t)made * s->width, in + (size_t)i * s->width);
    assert_int_equal(made + convstack_ahead(s), rows);
    while (convstack_flush(s, out + (size_t)made * s->width)) made++;
    return made;
}

/* Where phone i of n is: from the start, to the end, phones in all (as tts_model.py's spots). */
static const float *spot_at(uint32_t i, uint32_t n) {
    static float spot[ACOUSTIC_SPOTS];
    spot[0] = fminf((float)i, 40) / 40;
    spot[1] = fminf((float)(n - 1 - i), 40) / 40;
    spot[2] = fminf((float)n, 80) / 80;
    return spot;
}

static void layers_match_pytorch(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    uint32_t n, count = 0, sounding = 0;
    size_t size;
    float in[32 * 16], rows[32 * 16], varied[32 * 16], v[3];
    uint8_t *phones = golden_phones(&n);
    float *encoder = tts_read(GOLDEN "_encoder.f32", &size), *variance = tts_read(GOLDEN "_variance.f32", &size);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    assert_int_equal(a.width, 16);
    for (uint32_t i = 0; i < n; i++) sounding += phones[i] != PHONE_WB;
    for (uint32_t i = 0; i < n; i++) {
        if (phones[i] == PHONE_WB) continue;
        float *row = in + (size_t)count++ * 16;
        for (uint32_t c = 0; c < 16; c++) {
            row[c] = a.embed[phones[i] * 16 + c];
            if (i > 0 && phones[i - 1] == PHONE_WB) row[c] += a.embed[PHONE_WB * 16 + c];
            if (i + 1 < n && phones[i + 1] == PHONE_WB) row[c] += a.embed[PHONE_PAD * 16 + c];
            row[c] += a.voice[2 * 16 + c];
            for (uint32_t j = 0; j < ACOUSTIC_SPOTS; j++) row[c] += spot_at(count - 1, sounding)[j] * a.spot[j * 16 + c];
        }
    }
    assert_int_equal(through(&a.encoder, rows, in, count), count);
    assert_true(tts_worst(rows, encoder, (size_t)count * 16, "encoder") < 1e-2f);
    assert_int_equal(through(&a.variance, varied, rows, count), count);
    for (uint32_t i = 0; i < count; i++) {
        layernorm_run(a.k, &a.before_variance, varied + i * 16, varied + i * 16, 1);
        linear_run(a.k, &a.variance_head, v, varied + i * 16, 1, &a.quant);
        for (int j = 0; j < 3; j++) assert_true(fabsf(v[j] - variance[i * 3 + (uint32_t)j]) < 1e-2f);
    }
    free(encoder);
    free(variance);
    free(phones);
    room_close(&room);
}

static void any_chunking_gives_the_same_bits(void **state) {
    (void)state;
    static const uint32_t chunk[] = {2, 3, 7, 64};
    acoustic a;
    tts_room room;
    static spoken whole, parts;
    uint32_t n;
    uint8_t *phones = golden_phones(&n);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    speak(&a, &whole, phones, n, 1.0f, 1);
    for (size_t i = 0; i < sizeof chunk / sizeof *chunk; i++) {
        speak(&a, &parts, phones, n, 1.0f, chunk[i]);
        assert_memory_equal(&whole, &parts, sizeof whole);
    }
    free(phones);
    room_close(&room);
}

static void reset_equals_fresh(void **state) {
    (void)state;
    acoustic a, b;
    tts_room ra, rb;
    static spoken fresh, again;
    acoustic_voice voice[4];
    float mel[4 * ROOM_MEL];
    uint32_t n;
    uint8_t *phones = golden_phones(&n);
    acoustic_open(&a, &ra, GOLDEN ".gguf");
    acoustic_open(&b, &rb, GOLDEN ".gguf");
    speak(&b, &fresh, phones, n - 3, 1.25f, 4);
    assert_int_equal(acoustic_start(&a, phones, n, NULL, NULL), 0);
    assert_int_equal(acoustic_step(&a, mel, voice, 4), 4);
    acoustic_reset(&a);
    assert_int_equal(acoustic_step(&a, mel, voice, 4), 0);
    speak(&a, &again, phones, n - 3, 1.25f, 4);
    assert_memory_equal(&fresh, &again, sizeof fresh);
    free(phones);
    room_close(&ra);
    room_close(&rb);
}

static void bad_clauses_are_refused(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    acoustic_voice voice;
    float mel[ROOM_MEL];
    static uint8_t phones[5000];
    const acoustic_style bad[] = {{0.0f, 0, 1, 0}, {NAN, 0, 1, 0}, {1, 25, 1, 0}, {1, NAN, 1, 0}, {1, 0, -1, 0}, {1, 0, NAN, 0}, {1, 0, 1, 1000}};
    memset(phones, 30, sizeof phones);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    assert_int_equal(acoustic_start(&a, phones, a.max_phones + 1, NULL, NULL), ERR_ARG);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(acoustic_start(&a, phones, 8, &bad[i], NULL), ERR_ARG);
    phones[3] = PHONE_COUNT;
    assert_int_equal(acoustic_start(&a, phones, 8, NULL, NULL), ERR_ARG);
    phones[3] = PHONE_PAD;
    assert_int_equal(acoustic_start(&a, phones, 8, NULL, NULL), ERR_ARG);
    assert_int_equal(acoustic_step(&a, mel, &voice, 1), 0);
    assert_int_equal(acoustic_start(&a, phones, 0, NULL, NULL), 0);
    assert_int_equal(acoustic_step(&a, mel, &voice, 1), 0);
    phones[0] = PHONE_WB;
    assert_int_equal(acoustic_start(&a, phones, 1, NULL, NULL), 0);
    assert_int_equal(acoustic_step(&a, mel, &voice, 1), 0);
    room_close(&room);
}

static void speed_scales_the_length(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    static spoken one, slow;
    uint32_t n;
    uint8_t *phones = golden_phones(&n);
    acoustic_open(&a, &room, GOLDEN ".gguf");
    speak(&a, &one, phones, n, 1.0f, 8);
    speak(&a, &slow, phones, n, 0.5f, 8);
    assert_true(slow.frames > one.frames * 17 / 10 && slow.frames < one.frames * 23 / 10);
    free(phones);
    room_close(&room);
}

static void wrong_models_are_named(void **state) {
    (void)state;
    acoustic a;
    tts_room room;
    sotto_error err = {0, ""};
    room_open(&room, "tests/golden/vocoder_tiny.gguf");
    assert_int_equal(acoustic_bind(&a, &room.g, &err), ERR_MODEL);
    print_message("%s\n", err.text);
    assert_non_null(strstr(err.text, "vocoder_tiny.gguf"));
    free(room.file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_match_pytorch),    cmocka_unit_test(frames_match_pytorch),
        cmocka_unit_test(starts_match_pytorch),    cmocka_unit_test(any_chunking_gives_the_same_bits),
        cmocka_unit_test(reset_equals_fresh),      cmocka_unit_test(bad_clauses_are_refused),
        cmocka_unit_test(speed_scales_the_length), cmocka_unit_test(wrong_models_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
