/* pcm and gain: exact round trips, one rounding, saturation, bad numbers, sample-exact fades, limiter. */
#include "tests/audio_input.h"
#include "audio/gain.h"
#include "audio/pcm.h"

static void test_round_trip(void **state) {
    (void)state;
    for (int32_t v = INT16_MIN; v <= INT16_MAX; v++) {
        int16_t in = (int16_t)v, out = 0;
        float x;
        pcm_to_float(&x, &in, 1);
        assert_true(x >= -1.0f && x < 1.0f);
        pcm_to_int16(&out, &x, 1);
        assert_int_equal(out, in);
    }
}

static void test_rounding_and_saturation(void **state) {
    (void)state;
    static const float in[] = {0.5f / 32768, 1.5f / 32768, 2.5f / 32768, -0.5f / 32768, -1.5f / 32768, 1.0f, -1.0f,
                               7.0f,         -7.0f,        NAN,          INFINITY,      -INFINITY,     1e38f};
    static const int16_t want[] = {0, 2, 2, 0, -2, 32767, -32768, 32767, -32768, 0, 32767, -32768, 32767};
    int16_t out[sizeof in / sizeof in[0]];
    pcm_to_int16(out, in, sizeof in / sizeof in[0]);
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) assert_int_equal(out[i], want[i]);
}

static void test_sanitize(void **state) {
    (void)state;
    float x[] = {NAN, -NAN, INFINITY, -INFINITY, 1.5f, -1.5f, 1.0f, -1.0f, 0.25f, 0};
    static const float want[] = {0, 0, 0, 0, 1, -1, 1, -1, 0.25f, 0};
    assert_int_equal(pcm_sanitize(x, 10), 6);
    assert_memory_equal(x, want, sizeof want);
    assert_int_equal(pcm_sanitize(x, 10), 0);
}

static void test_fade(void **state) {
    (void)state;
    enum { N = 16 * GAIN_FADE_MS, ALL = N + 50 };
    int16_t whole[ALL], pieces[ALL];
    fade f;
    for (int out = 0; out < 2; out++) {
        for (int i = 0; i < ALL; i++) whole[i] = pieces[i] = 20000;
        fade_begin(&f, N, out);
        fade_run(&f, whole, ALL);
        assert_true(fade_done(&f));
        fade_begin(&f, N, out);
        for (int i = 0; i < ALL; i += 7) fade_run(&f, pieces + i, ALL - i < 7 ? (size_t)(ALL - i) : 7);
        assert_memory_equal(whole, pieces, sizeof whole);
        for (int i = 1; i < ALL; i++) assert_true(out ? whole[i] <= whole[i - 1] : whole[i] >= whole[i - 1]);
        for (int i = 1; i < ALL; i++) assert_true(abs(whole[i] - whole[i - 1]) < 120); /* no click: 20000 pi / 2 / 320 a sample at most */
        assert_int_equal(whole[ALL - 1], out ? 0 : 20000);
        assert_int_equal(whole[N], out ? 0 : 20000);
    }
}

static void test_limiter(void **state) {
    (void)state;
    float last = -2;
    for (int i = -4000; i <= 4000; i++) {
        float x = (float)i / 1000, y = x;
        gain_limit(&y, 1, 0.8f);
        assert_true(fabsf(y) <= 1.0f && y >= last);
        if (fabsf(x) <= 0.8f)
            assert_true(y == x);
        else
            assert_true(fabsf(y) <= fabsf(x) + 2e-7f);
        last = y;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_rounding_and_saturation),
        cmocka_unit_test(test_sanitize),   cmocka_unit_test(test_fade),
        cmocka_unit_test(test_limiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
