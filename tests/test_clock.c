/* Spans and histograms: percentiles against sorted samples within the stated 1/16, spans over several pieces of work. */
#include "runtime/base/clock.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

enum { SAMPLES = 5000 };

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void percentiles_match_sorted_samples(void **state) {
    (void)state;
    static uint64_t v[SAMPLES];
    static histogram h;
    uint64_t seed = 7, sum = 0;
    histogram_reset(&h);
    for (int i = 0; i < SAMPLES; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        v[i] = (seed >> 33) >> (seed >> 20) % 30; /* 1 ns .. 2 s */
        sum += v[i];
        histogram_add(&h, v[i]);
    }
    qsort(v, SAMPLES, sizeof v[0], ascending);
    static const double percent[] = {0.02, 1, 10, 50, 90, 95, 99, 99.9, 100};
    for (size_t i = 0; i < sizeof percent / sizeof percent[0]; i++) {
        double rank = percent[i] / 100 * SAMPLES;
        uint64_t want = v[(int)rank < rank ? (int)rank : (int)rank - 1], got = histogram_percentile(&h, percent[i]);
        assert_true(got >= want && got <= want + want / 16);
    }
    assert_true(h.count == SAMPLES && h.sum == sum && h.min == v[0] && h.max == v[SAMPLES - 1]);
    assert_int_equal(histogram_percentile(&h, 100), h.max);
}

static void small_and_huge_values_have_bins(void **state) {
    (void)state;
    static histogram h;
    histogram_reset(&h);
    assert_int_equal(histogram_percentile(&h, 50), 0);
    for (uint64_t v = 0; v < 16; v++) {
        histogram_reset(&h);
        histogram_add(&h, v);
        histogram_add(&h, 1000000);
        assert_int_equal(histogram_percentile(&h, 50), v);
    }
    histogram_reset(&h);
    histogram_add(&h, UINT64_MAX);
    assert_true(histogram_percentile(&h, 50) == UINT64_MAX);
}

static void every_bin_edge_is_within_the_bound(void **state) {
    (void)state;
    static histogram h;
    for (uint64_t v = 1; v < (uint64_t)1 << 36; v += v / 37 + 1) {
        histogram_reset(&h);
        histogram_add(&h, v);
        histogram_add(&h, (uint64_t)1 << 40);
        uint64_t got = histogram_percentile(&h, 50);
        assert_true(got >= v && got <= v + v / 16);
    }
}

static void spans_widen_and_add_up(void **state) {
    (void)state;
    span s;
    span_reset(&s);
    assert_int_equal(span_length(&s), 0);
    span_open(&s, 100);
    span_open(&s, 200);
    span_work(&s, 150, 160);
    span_work(&s, 300, 350);
    assert_true(s.begin == 100 && s.end == 350 && s.busy == 60 && s.steps == 2);
    assert_int_equal(span_length(&s), 250);
    span_reset(&s);
    span_work(&s, 5, 9);
    assert_true(s.begin == 5 && span_length(&s) == 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_match_sorted_samples),
        cmocka_unit_test(small_and_huge_values_have_bins),
        cmocka_unit_test(every_bin_edge_is_within_the_bound),
        cmocka_unit_test(spans_widen_and_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
