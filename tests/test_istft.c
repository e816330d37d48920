/* stft and istft: golden against NumPy, perfect reconstruction at several shapes, chunking, flush, reset. */
#include "tests/audio_input.h"
#include "audio/istft.h"

enum { BINS = 257, FRAMES = 6, HOP = 160, NFFT = 512 };

typedef struct pair {
    stft forward;
    istft back;
    arena memory;
} pair;

static void open_pair(pair *p, const stft_config *c) {
    arena count;
    assert_true(istft_config_ok(c));
    arena_begin(&count, NULL, 0);
    stft_layout(&p->forward, &count, c);
    istft_layout(&p->back, &count, c);
    input_arena(&p->memory, count.peak);
    stft_layout(&p->forward, &p->memory, c);
    istft_layout(&p->back, &p->memory, c);
    assert_false(p->memory.failed);
    assert_int_equal(p->memory.peak, count.peak);
    stft_reset(&p->forward);
    istft_reset(&p->back);
}

static const stft_config VOCODER = {NFFT, NFFT, HOP};

static void test_forward_golden(void **state) {
    (void)state;
    pair p;
    float samples[NFFT], spectrum[2 * BINS], *golden = input_golden("stft_frame.f32", 2 * BINS), worst = 0;
    input_wave(samples, NFFT, 1);
    open_pair(&p, &VOCODER);
    assert_int_equal(stft_pull(&p.forward, spectrum), 0);
    assert_int_equal(stft_push(&p.forward, samples, NFFT), NFFT);
    assert_int_equal(stft_pull(&p.forward, spectrum), 1);
    for (int i = 0; i < 2 * BINS; i++) worst = fmaxf(worst, fabsf(spectrum[i] - golden[i]));
    assert_true(worst < 1e-5f);
    free(golden), free(p.memory.base);
}

static void test_inverse_golden(void **state) {
    (void)state;
    enum { LENGTH = (FRAMES - 1) * HOP + NFFT };
    pair p;
    float bins[2 * BINS], out[LENGTH + HOP], again[LENGTH + HOP], *golden = input_golden("istft_wave.f32", LENGTH), worst = 0;
    open_pair(&p, &VOCODER);
    for (int round = 0; round < 2; round++) { /* the second after a reset in the middle of a stream */
        uint32_t seed = 2, n = 0, got;
        float *to = round == 0 ? out : again;
        for (int t = 0; t < FRAMES; t++, n += HOP) {
            for (int i = 0; i < 2 * BINS; i++) bins[i] = input_noise(&seed);
            istft_push(&p.back, to + n, bins);
        }
        while ((got = istft_flush(&p.back, to + n)) > 0) n += got;
        assert_int_equal(n, LENGTH);
        assert_int_equal(istft_flush(&p.back, to), 0);
        istft_push(&p.back, bins, bins);
        istft_reset(&p.back);
    }
    for (int i = 0; i < LENGTH; i++) worst = fmaxf(worst, fabsf(out[i] - golden[i]));
    print_message("istft against NumPy float64: largest difference %.2e\n", (double)worst);
    assert_true(worst < 2e-6f);
    assert_memory_equal(out, again, LENGTH * sizeof *out);
    free(golden), free(p.memory.base);
}

/* After the first win - hop samples, what goes in comes out. */
static void reconstruct(const stft_config *c, uint32_t piece) {
    enum { N = 6000 };
    static float samples[N], out[N + 2048], spectrum[2 * 1025];
    pair p;
    uint32_t made = 0;
    open_pair(&p, c);
    input_wave(samples, N, 11);
    for (uint32_t at = 0; at < N;) {
        at += stft_push(&p.forward, samples + at, N - at < piece ? N - at : piece);
        while (stft_pull(&p.forward, spectrum)) {
            istft_push(&p.back, out + made, spectrum);
            made += c->hop;
        }
    }
    assert_int_equal(made, (N - c->win) / c->hop * c->hop + c->hop);
    float worst = 0;
    for (uint32_t i = c->win - c->hop; i < made; i++) worst = fmaxf(worst, fabsf(out[i] - samples[i]));
    assert_true(worst < 2e-6f);
    free(p.memory.base);
}

static void test_reconstruction(void **state) {
    (void)state;
    static const stft_config shapes[] = {{512, 512, 160}, {512, 400, 160}, {512, 512, 256}, {1024, 1024, 256}, {480, 480, 160}, {64, 33, 7}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        reconstruct(&shapes[i], 6000);
        reconstruct(&shapes[i], 13);
    }
}

static void test_refused_shapes(void **state) {
    (void)state;
    static const stft_config bad[] = {{0, 0, 0}, {512, 513, 160}, {512, 512, 0}, {512, 400, 401}, {34, 34, 17}, {511, 400, 160}, {16384, 400, 160}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(stft_config_ok(&bad[i]));
    assert_false(istft_config_ok(&(stft_config){512, 400, 201})); /* a Hann window's first sample alone covers nothing */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_golden),
        cmocka_unit_test(test_inverse_golden),
        cmocka_unit_test(test_reconstruction),
        cmocka_unit_test(test_refused_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
