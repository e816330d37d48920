/* Resampler: lengths, tones through many rates, any chunking, refused rates. */
#include "tests/audio_input.h"
#include "platform/posix/resample.h"

enum { ROOM = 200000 };

static size_t convert(float *out, const float *in, size_t n, uint32_t from, uint32_t to, size_t piece) {
    resampler r;
    platform_error e;
    size_t made = 0, got;
    assert_int_equal(resample_open(&r, from, to, &e), 0);
    for (size_t at = 0; at < n;) {
        size_t count = n - at < piece ? n - at : piece;
        made += resample_run(&r, out + made, ROOM - made < piece ? ROOM - made : piece, in + at, &count);
        at += count;
    }
    while ((got = resample_finish(&r, out + made, piece)) > 0) made += got;
    resample_close(&r);
    return made;
}

/* A tone keeps its length, phase and size at every rate. */
static void test_tone(void **state) {
    (void)state;
    static const uint32_t rates[][2] = {{48000, 16000},  {44100, 16000}, {16000, 48000}, {16000, 44100}, {8000, 16000},
                                        {192000, 16000}, {16000, 16000}, {11025, 16000}, {16000, 96000}};
    static float in[ROOM], out[ROOM];
    for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
        uint32_t from = rates[k][0], to = rates[k][1];
        size_t n = from / 4;
        for (size_t i = 0; i < n; i++) in[i] = 0.5f * sinf(6.2831853f * 1000.0f * (float)i / (float)from);
        size_t made = convert(out, in, n, from, to, 1000);
        assert_int_equal(made, to / 4);
        float worst = 0;
        for (size_t i = made / 10; i < made * 9 / 10; i++)
            worst = fmaxf(worst, fabsf(out[i] - 0.5f * sinf(6.2831853f * 1000.0f * (float)i / (float)to)));
        print_message("%6u -> %5u Hz: largest error %.1e\n", from, to, (double)worst);
        assert_true(worst < 0.003f);
    }
}

static void test_no_alias(void **state) {
    (void)state;
    static float in[48000], out[16000];
    for (int i = 0; i < 48000; i++) in[i] = (float)(0.5 * sin(6.283185307179586 * 11000 * i / 48000)); /* above 8 kHz: must not fold back */
    size_t made = convert(out, in, 48000, 48000, 16000, 480);
    float worst = 0;
    for (size_t i = 500; i < made - 500; i++) worst = fmaxf(worst, fabsf(out[i]));
    print_message("11 kHz at 48 -> 16 kHz: %.1e left of 0.5\n", (double)worst);
    assert_true(worst < 0.0005f);
}

static void test_chunking(void **state) {
    (void)state;
    static float in[9600], whole[9600], pieces[9600];
    uint32_t seed = 4;
    for (int i = 0; i < 9600; i++) in[i] = 0.3f * input_noise(&seed);
    size_t n = convert(whole, in, 9600, 44100, 16000, 9600);
    static const size_t sizes[] = {1, 7, 441, 1024};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(convert(pieces, in, 9600, 44100, 16000, sizes[i]), n);
        assert_memory_equal(whole, pieces, n * sizeof *whole);
    }
}

static void test_refused(void **state) {
    (void)state;
    resampler r;
    platform_error e;
    assert_int_equal(resample_open(&r, 0, 16000, &e), -1);
    assert_int_equal(resample_open(&r, 999, 16000, &e), -1);
    assert_int_equal(resample_open(&r, 16000, 1000000, &e), -1);
    assert_string_equal(e.text, "sample rate 1000000 Hz (expected 1000 to 768000)");
    resample_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tone),
        cmocka_unit_test(test_no_alias),
        cmocka_unit_test(test_chunking),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
