/* One-bit streams of a second-order modulator through the PDM filter: level, noise, what lies above the band, the offset, and full scale. */
#define _GNU_SOURCE
#include "firmware/pdm.h"
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

enum { SECOND = 16000, SETTLED = 8000 };

static uint8_t bits[2 * SECOND * 8];
static int16_t pcm[2 * SECOND];

/* sin at `hz`, amplitude and offset of full scale 1. */
static void modulate(double hz, double amplitude, double offset) {
    double a = 0, b = 0;
    for (size_t i = 0; i < sizeof bits * 8; i++) {
        double x = amplitude * sin(2 * M_PI * hz * (double)i / (64.0 * SECOND)) + offset, y = b >= 0 ? 1 : -1;
        a += x - y;
        b += a - y;
        if (i % 8 == 0) bits[i / 8] = 0;
        bits[i / 8] |= (uint8_t)((y > 0) << i % 8);
    }
}

/* Power of `hz` and of all the rest in the second second. */
static void measure(double hz, double *tone, double *rest) {
    double re = 0, im = 0, all = 0;
    for (int i = SECOND; i < 2 * SECOND; i++) {
        double phase = 2 * M_PI * hz * i / SECOND;
        re += pcm[i] * cos(phase), im += pcm[i] * sin(phase);
        all += (double)pcm[i] * pcm[i];
    }
    *tone = 2 * (re * re + im * im) / SECOND / SECOND;
    *rest = all / SECOND - *tone;
}

static void take(int32_t gain) {
    static pdm p;
    pdm_start(&p, gain);
    for (size_t at = 0; at < 2 * SECOND; at += 160) pdm_take(&p, bits + at * 8, 1, pcm + at, 160);
}

static void tones_come_through(void **state) {
    (void)state;
    double tone, rest;
    static const double HZ[] = {100, 1000, 3000, 6000};
    for (int i = 0; i < 4; i++) {
        modulate(HZ[i], 0.5, 0);
        take(1);
        measure(HZ[i], &tone, &rest);
        double db = 10 * log10(tone / (0.125 * 32768 * 32768)), snr = 10 * log10(tone / rest);
        print_message("%5.0f Hz: %.2f dB, %.1f dB over the rest\n", HZ[i], db, snr);
        assert_true(fabs(db) < 1.5 && snr > 65);
    }
}

static void above_the_band_is_quiet(void **state) {
    (void)state;
    double tone, rest;
    static const double HZ[] = {9500, 12000, 15000, 33000, 62000};
    for (int i = 0; i < 5; i++) {
        modulate(HZ[i], 0.5, 0);
        take(1);
        measure(1000, &tone, &rest);
        assert_true(10 * log10((tone + rest) / (0.125 * 32768 * 32768)) < -50);
    }
}

static void offset_goes_and_gain_saturates(void **state) {
    (void)state;
    double tone, rest;
    modulate(1000, 0.01, 0.05);
    take(16);
    measure(1000, &tone, &rest);
    assert_true(fabs(10 * log10(tone / (0.16 * 0.16 / 2 * 32768 * 32768))) < 0.2);
    assert_true(tone > 100 * rest);
    modulate(1000, 0.5, 0);
    take(16);
    int low = 0, high = 0;
    for (int i = SETTLED; i < 2 * SECOND; i++) low += pcm[i] == INT16_MIN, high += pcm[i] == INT16_MAX;
    assert_true(low > SECOND / 4 && high > SECOND / 4);
}

static void pieces_and_strides_are_the_same(void **state) {
    (void)state;
    static uint8_t wide[2 * 8 * 1600];
    static int16_t other[1600];
    static pdm p;
    modulate(700, 0.3, 0.01);
    take(4);
    for (int i = 0; i < 8 * 1600; i++) wide[2 * i] = bits[i], wide[2 * i + 1] = (uint8_t)rand();
    pdm_start(&p, 4);
    for (size_t at = 0; at < 1600; at += 16) pdm_take(&p, wide + at * 16, 2, other + at, 16);
    assert_memory_equal(other, pcm, sizeof other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tones_come_through),
        cmocka_unit_test(above_the_band_is_quiet),
        cmocka_unit_test(offset_goes_and_gain_saturates),
        cmocka_unit_test(pieces_and_strides_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
