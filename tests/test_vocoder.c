/* test_vocoder: excitation and vocoder against numpy and PyTorch, and the laws on the whole chain phones -> sound. */
#include "tests/tts_common.h"

#define GOLDEN "tests/golden/vocoder_tiny"
enum { MOST_PCM = 1 << 16 };

typedef struct sound {
    uint32_t n;
    float pcm[MOST_PCM];
} sound;

static void take(const vocoder *v, sound *s, const float *hop) {
    assert_true(s->n + v->hop <= MOST_PCM);
    memcpy(s->pcm + s->n, hop, v->hop * sizeof *hop);
    s->n += v->hop;
}

/* Frames [count x mel+2] through the vocoder to the end. */
static void sing(vocoder *v, sound *s, const float *rows, uint32_t count) {
    float hop[1024];
    memset(s, 0, sizeof *s);
    for (uint32_t t = 0; t < count; t++) {
        const float *row = rows + (size_t)t * (v->mel + 2);
        const vocoder_frame f = {row, row[v->mel], row[v->mel + 1]};
        const uint32_t out = vocoder_run(v, hop, &f, 1);
        assert_int_equal(out, t >= vocoder_ahead(v));
        if (out) take(v, s, hop);
    }
    while (vocoder_finish(v, hop)) take(v, s, hop);
}

static void pulses_match_the_plain_sum(void **state) {
    (void)state;
    vocoder v;
    tts_room room;
    size_t size, in_size, at;
    float wave[2048];
    float *want = tts_read(GOLDEN "_pulses.f32", &size), *rows = tts_read(GOLDEN "_in.f32", &in_size);
    vocoder_open(&v, &room, GOLDEN ".gguf");
    const uint32_t stride = v.mel + 2, frames = (uint32_t)(in_size / sizeof(float) / stride);
    excitation_point last = {rows[v.mel], rows[v.mel + 1]};
    excitation_pulses(&v.source, v.k, wave, v.n_fft / 2, last, last);
    at = v.n_fft / 2;
    for (uint32_t t = 1; t < frames + 2; t++, at += v.hop) {
        const float *row = rows + (size_t)(t < frames ? t : frames - 1) * stride;
        const excitation_point next = {row[v.mel], row[v.mel + 1]};
        excitation_pulses(&v.source, v.k, wave + at, v.hop, last, next);
        last = next;
    }
    assert_int_equal(at, size / sizeof(float));
    assert_true(tts_worst(wave, want, at, "pulses") < 2e-3f);
    free(want);
    free(rows);
    room_close(&room);
}

static void noise_is_the_fixed_sequence(void **state) {
    (void)state;
    size_t size;
    float wave[64], *want = tts_read(GOLDEN "_noise.f32", &size);
    excitation e = {16000.0f, 7900.0f, 0, 0};
    excitation_reset(&e);
    excitation_noise(&e, wave, 64);
    assert_int_equal(size, sizeof wave);
    assert_memory_equal(wave, want, sizeof wave);
    free(want);
}

static void pcm_matches_pytorch(void **state) {
    (void)state;
    vocoder v;
    tts_room room;
    static sound s;
    size_t size, in_size;
    float *want = tts_read(GOLDEN "_pcm.f32", &size), *rows = tts_read(GOLDEN "_in.f32", &in_size);
    vocoder_open(&v, &room, GOLDEN ".gguf");
    sing(&v, &s, rows, (uint32_t)(in_size / sizeof(float) / (v.mel + 2)));
    const size_t n = size / sizeof(float);
    assert_int_equal(s.n, (n + v.hop - 1) / v.hop * v.hop);
    assert_true(tts_worst(s.pcm, want, n, "pcm") < 5e-3f);
    free(want);
    free(rows);
    room_close(&room);
}

/* Frames [count x mel+2] in calls of `chunk`, to the end. */
static void sing_in_chunks(vocoder *v, sound *s, const float *rows, uint32_t count, uint32_t chunk) {
    float pcm[16 * 256];
    memset(s, 0, sizeof *s);
    for (uint32_t t = 0; t < count; t += chunk) {
        vocoder_frame f[16];
        const uint32_t n = count - t < chunk ? count - t : chunk;
        for (uint32_t i = 0; i < n; i++) {
            const float *row = rows + (size_t)(t + i) * (v->mel + 2);
            f[i] = (vocoder_frame){row, row[v->mel], row[v->mel + 1]};
        }
        const uint32_t got = vocoder_run(v, pcm, f, n);
        for (uint32_t i = 0; i < got; i++) take(v, s, pcm + (size_t)i * v->hop);
    }
    while (vocoder_finish(v, pcm)) take(v, s, pcm);
}

/* Law 2 and law 3: the same bits however many frames come together, with every kernel table. */
static void same_bits_in_any_group_on_any_machine(void **state) {
    (void)state;
    static sound whole, parts;
    static const uint32_t chunk[] = {1, 2, 3, 4, 5, 10, 16};
    static float mel[50 * 82];
    vocoder v;
    tts_room room;
    int usable;
    const kernels *k;
    vocoder_open(&v, &room, "models/packs/nano/vocoder.gguf");
    assert_true(v.mel + 2 <= 82 && v.hop <= 256);
    for (uint32_t i = 0; i < 50 * (v.mel + 2); i++) mel[i] = (float)(i * 7919u % 401u) / 100.0f - 2.0f;
    for (uint32_t t = 0; t < 50; t++) {
        mel[t * (v.mel + 2) + v.mel] = 120.0f + 3.0f * (float)t;
        mel[t * (v.mel + 2) + v.mel + 1] = t % 20 < 14;
    }
    sing(&v, &whole, mel, 50);
    for (size_t i = 0; (k = kernels_list(i, &usable)) != NULL; i++)
        for (size_t j = 0; usable && j < sizeof chunk / sizeof *chunk; j++) {
            v.k = v.net.k = k;
            vocoder_reset(&v);
            sing_in_chunks(&v, &parts, mel, 50, chunk[j]);
            assert_memory_equal(&whole, &parts, sizeof whole);
        }
    room_close(&room);
}

static void reset_equals_fresh(void **state) {
    (void)state;
    vocoder v, w;
    tts_room rv, rw;
    static sound fresh, again;
    float hop[1024];
    size_t size;
    float *rows = tts_read(GOLDEN "_in.f32", &size);
    vocoder_open(&v, &rv, GOLDEN ".gguf");
    vocoder_open(&w, &rw, GOLDEN ".gguf");
    const uint32_t frames = (uint32_t)(size / sizeof(float) / (v.mel + 2));
    sing(&w, &fresh, rows, frames);
    for (uint32_t t = 0; t < 9; t++) {
        const vocoder_frame f = {rows + t, 250.0f, 1.0f};
        vocoder_run(&v, hop, &f, 1);
    }
    vocoder_finish(&v, hop);
    vocoder_reset(&v);
    assert_int_equal(vocoder_finish(&v, hop), 0);
    sing(&v, &again, rows, frames);
    assert_memory_equal(&fresh, &again, sizeof fresh);
    free(rows);
    room_close(&rv);
    room_close(&rw);
}

static void fewer_frames_than_look_ahead(void **state) {
    (void)state;
    vocoder v;
    tts_room room;
    static sound s;
    size_t size;
    float *rows = tts_read(GOLDEN "_in.f32", &size);
    vocoder_open(&v, &room, GOLDEN ".gguf");
    for (uint32_t frames = 0; frames < 4; frames++) {
        vocoder_reset(&v);
        sing(&v, &s, rows, frames);
        const uint32_t want = frames ? (frames - 1) * v.hop + v.n_fft : 0;
        assert_int_equal(s.n, (want + v.hop - 1) / v.hop * v.hop);
    }
    free(rows);
    room_close(&room);
}

/* Phones to sound with `chunk` frames a step. */
static void chain(acoustic *a, vocoder *v, sound *s, const uint8_t *phones, uint32_t n, uint32_t chunk) {
    float mel[64 * 80], hop[1024];
    acoustic_voice voice[64];
    uint32_t got;
    memset(s, 0, sizeof *s);
    vocoder_reset(v);
    assert_int_equal(acoustic_start(a, phones, n, NULL, NULL), 0);
    while ((got = acoustic_step(a, mel, voice, chunk)) > 0) {
        for (uint32_t t = 0; t < got; t++) {
            const vocoder_frame f = {mel + (size_t)t * a->mel, voice[t].f0, voice[t].voiced};
            if (vocoder_run(v, hop, &f, 1)) take(v, s, hop);
        }
    }
    while (vocoder_finish(v, hop)) take(v, s, hop);
}

static void same_sound_however_pulled(acoustic *a, vocoder *v) {
    static sound whole, parts;
    static const uint32_t chunk[] = {1, 3, 8};
    size_t size;
    uint8_t *phones = tts_read("tests/golden/tts_tiny_phones.u8", &size);
    chain(a, v, &whole, phones, (uint32_t)size, 64);
    assert_true(whole.n > 0);
    for (size_t i = 0; i < sizeof chunk / sizeof *chunk; i++) {
        chain(a, v, &parts, phones, (uint32_t)size, chunk[i]);
        assert_memory_equal(&whole, &parts, sizeof whole);
    }
    double power = 0;
    for (uint32_t i = 0; i < whole.n; i++) power += (double)whole.pcm[i] * whole.pcm[i];
    print_message("%u samples, rms %g\n", whole.n, sqrt(power / whole.n));
    assert_true(sqrt(power / whole.n) > 1e-3);
    free(phones);
}

static void chain_streams(void **state) {
    (void)state;
    acoustic a;
    vocoder v;
    tts_room ra, rv;
    acoustic_open(&a, &ra, "tests/golden/tts_tiny.gguf");
    vocoder_open(&v, &rv, GOLDEN ".gguf");
    same_sound_however_pulled(&a, &v);
    room_close(&ra);
    room_close(&rv);
}

static void shipped_voice_streams(void **state) {
    (void)state;
    acoustic a;
    vocoder v;
    tts_room ra, rv;
    acoustic_open(&a, &ra, "models/packs/nano/tts.gguf");
    vocoder_open(&v, &rv, "models/packs/nano/vocoder.gguf");
    print_message("arena: acoustic %zu bytes, vocoder %zu bytes\n", ra.size, rv.size);
    assert_true(ra.size + rv.size < 512 * 1024);
    same_sound_however_pulled(&a, &v);
    room_close(&ra);
    room_close(&rv);
}

static void wrong_models_are_named(void **state) {
    (void)state;
    vocoder v;
    tts_room room;
    sotto_error err = {0, ""};
    room_open(&room, "tests/golden/tts_tiny.gguf");
    assert_int_equal(vocoder_bind(&v, &room.g, &err), ERR_MODEL);
    print_message("%s\n", err.text);
    assert_non_null(strstr(err.text, "tts_tiny.gguf"));
    free(room.file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulses_match_the_plain_sum),
        cmocka_unit_test(noise_is_the_fixed_sequence),
        cmocka_unit_test(pcm_matches_pytorch),
        cmocka_unit_test(same_bits_in_any_group_on_any_machine),
        cmocka_unit_test(reset_equals_fresh),
        cmocka_unit_test(fewer_frames_than_look_ahead),
        cmocka_unit_test(chain_streams),
        cmocka_unit_test(shipped_voice_streams),
        cmocka_unit_test(wrong_models_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
