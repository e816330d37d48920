/* Log-mel: golden against NumPy, law 2 (any chunking), law 7 (reset), law 1 (sizing equals binding), bad samples, configuration. */
#include "tests/audio_input.h"
#include "audio/mel.h"

enum { SAMPLES = 4000, FRAMES = 23, BANDS = 80 };

static void open_mel(mel *m, arena *a) {
    mel_config c;
    arena count;
    mel_config_default(&c);
    arena_begin(&count, NULL, 0);
    mel_layout(m, &count, &c);
    input_arena(a, count.peak);
    mel_layout(m, a, &c);
    assert_false(a->failed);
    assert_int_equal(a->peak, count.peak);
    mel_reset(m);
}

/* Feeds n samples in pieces of `piece`; returns the frames written to out. */
static int feed(mel *m, float *out, const float *samples, uint32_t n, uint32_t piece) {
    int frames = 0;
    for (uint32_t at = 0; at < n;) {
        uint32_t ask = n - at < piece ? n - at : piece;
        at += mel_push(m, samples + at, ask);
        while (mel_pull(m, out + frames * BANDS)) frames++;
    }
    return frames;
}

static void test_golden(void **state) {
    (void)state;
    mel m;
    arena a;
    float samples[SAMPLES], *out = calloc(FRAMES + 1, BANDS * sizeof *out), *golden = input_golden("mel_frames.f32", FRAMES * BANDS), worst = 0;
    input_wave(samples, SAMPLES, 1);
    open_mel(&m, &a);
    assert_int_equal(feed(&m, out, samples, SAMPLES, SAMPLES), FRAMES);
    for (int i = 0; i < FRAMES * BANDS; i++) worst = fmaxf(worst, fabsf(out[i] - golden[i]));
    print_message("log-mel against NumPy float64: largest difference %.2e\n", (double)worst);
    assert_true(worst < 5e-5f);
    free(golden), free(out), free(a.base);
}

static void test_chunking_and_reset(void **state) {
    (void)state;
    static const uint32_t pieces[] = {SAMPLES, 160, 1, 7, 401};
    mel m;
    arena a;
    float samples[SAMPLES], *first = calloc(FRAMES + 1, BANDS * sizeof *first), *again = calloc(FRAMES + 1, BANDS * sizeof *again);
    input_wave(samples, SAMPLES, 5);
    open_mel(&m, &a);
    assert_int_equal(feed(&m, first, samples, SAMPLES, pieces[0]), FRAMES);
    for (size_t i = 1; i < sizeof pieces / sizeof pieces[0]; i++) {
        float dirt[777];
        input_wave(dirt, 777, 9);
        feed(&m, again, dirt, 777, 777);
        mel_reset(&m);
        memset(again, 0, FRAMES * BANDS * sizeof *again);
        assert_int_equal(feed(&m, again, samples, SAMPLES, pieces[i]), FRAMES);
        assert_memory_equal(first, again, FRAMES * BANDS * sizeof *first);
        assert_int_equal(m.frames, FRAMES);
    }
    free(first), free(again), free(a.base);
}

static void test_finish(void **state) {
    (void)state;
    mel m;
    arena a;
    float samples[1000] = {0}, frame[BANDS], padded[BANDS];
    input_wave(samples, 500, 3);
    open_mel(&m, &a);
    assert_int_equal(mel_finish(&m), 0); /* nothing was heard */
    mel_push(&m, samples, 400);
    assert_int_equal(mel_pull(&m, frame), 1);
    assert_int_equal(mel_finish(&m), 0); /* every sample is in a frame */
    mel_push(&m, samples + 400, 100);
    assert_int_equal(mel_pull(&m, frame), 0);
    assert_int_equal(mel_finish(&m), 1);
    assert_int_equal(mel_pull(&m, frame), 1);
    assert_int_equal(mel_finish(&m), 0);
    mel_reset(&m);
    assert_int_equal(mel_push(&m, samples + 160, 1000 - 160), 400);
    assert_int_equal(mel_pull(&m, padded), 1); /* 340 samples and 60 zeros */
    assert_memory_equal(frame, padded, sizeof frame);
    free(a.base);
}

static void test_bad_samples(void **state) {
    (void)state;
    mel m;
    arena a;
    float samples[400] = {0}, frame[BANDS];
    samples[3] = NAN, samples[50] = INFINITY, samples[60] = -INFINITY, samples[70] = 2.5f;
    open_mel(&m, &a);
    mel_push(&m, samples, 400);
    assert_int_equal(m.bad, 4);
    assert_int_equal(mel_pull(&m, frame), 1);
    for (int b = 0; b < BANDS; b++) assert_true(isfinite(frame[b]));
    mel_reset(&m);
    assert_int_equal(m.bad, 0);
    memset(samples, 0, sizeof samples);
    mel_push(&m, samples, 400);
    mel_pull(&m, frame);
    for (int b = 0; b < BANDS; b++) assert_true(fabsf(frame[b] - logf(1e-7f)) < 1e-5f); /* silence is the floor */
    free(a.base);
}

static void test_config(void **state) {
    (void)state;
    mel_config good, c;
    sotto_error err;
    mel_config_default(&good);
    assert_int_equal(mel_config_check(&good, &err), 0);
    c = good, c.n_fft = 510; /* 255 = 3 5 17: KissFFT would allocate */
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "n_fft"));
    c = good, c.win = 513;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    c = good, c.hop = 0;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    c = good, c.bands = 0;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "bands"));
    c = good, c.fmax = 9000;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    c = good, c.fmin = NAN;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    c = good, c.floor = 0;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    c = good, c.sample_rate = 8000;
    assert_int_equal(mel_config_check(&c, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "sample_rate"));
}

/* Every arena smaller than the plan is refused, and nothing around it is touched. */
static void test_every_smaller_arena(void **state) {
    (void)state;
    mel m;
    mel_config c;
    arena count, a;
    mel_config_default(&c);
    arena_begin(&count, NULL, 0);
    mel_layout(&m, &count, &c);
    print_message("log-mel memory: %zu bytes\n", count.peak);
    uint8_t *block = aligned_alloc(ARENA_ALIGN, (count.peak + 3 * ARENA_ALIGN) / ARENA_ALIGN * ARENA_ALIGN);
    for (size_t size = 0; size < count.peak; size += 61) {
        memset(block + size, 0xA5, ARENA_ALIGN);
        arena_begin(&a, block, size);
        mel_layout(&m, &a, &c);
        assert_true(a.failed);
        for (size_t i = 0; i < ARENA_ALIGN; i++) assert_int_equal(block[size + i], 0xA5);
    }
    free(block);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden), cmocka_unit_test(test_chunking_and_reset),  cmocka_unit_test(test_finish), cmocka_unit_test(test_bad_samples),
        cmocka_unit_test(test_config), cmocka_unit_test(test_every_smaller_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
