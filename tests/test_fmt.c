/* fmt and error: every conversion against snprintf or a written value, every capacity, and lines that are cut. */
#include "runtime/base/error.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAME(...)                                                                                                                                    \
    do {                                                                                                                                             \
        char a[128], b[128];                                                                                                                         \
        int n = snprintf(a, sizeof a, __VA_ARGS__);                                                                                                  \
        assert_int_equal(fmt_put(b, sizeof b, __VA_ARGS__), n);                                                                                      \
        assert_string_equal(b, a);                                                                                                                   \
    } while (0)

static void integers_and_text_are_as_snprintf(void **state) {
    (void)state;
    SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%u %x %x", UINT_MAX, 0xbeefu, 0u);
    SAME("%ld %lu %lld %llu %zu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX, (size_t)-1);
    SAME("<%s|%c|%%|%.*s|%.3s>", "text", 'q', 2, "abc", "abcdef");
    SAME("%.*s.", 0, "abc");
}

static void floats_are_as_snprintf(void **state) {
    (void)state;
    static const double v[] = {0, 1, -1, 0.125, 3.14159265, -2.71828, 999999.9999994, 123456789.25, 1e14, -0.26, 99.99951};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        SAME("%.1f %.3f %.6f", v[i] + 0.0001, v[i], v[i]);
    }
}

/* Halves and their neighbours, whole and fraction of every size: the digits are those of the exact value. */
static void floats_round_as_snprintf(void **state) {
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 40000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        double half = (double)(int64_t)(x >> 40) / (double)(1 << (i % 24)), any = ldexp((double)(x >> 11), i % 120 - 123);
        for (int digits = 0; digits <= 9; digits++) {
            SAME("%.*f", digits, half);
            SAME("%.*f", digits, nextafter(half, 0) + 0.0);
            SAME("%.*f", digits, nextafter(half, INFINITY));
            SAME("%.*f", digits, any);
        }
    }
    SAME("%.0f %.0f %.0f %.0f %.2f %.3f %.9f", 0.5, 1.5, 2.5, 999999999999999.4, 0.125, 0.0625, 0.9999999999);
}

static void integers_have_least_digits(void **state) {
    (void)state;
    SAME("%.2d %.2d %.2d %.4d %.20d %.3u %.8x %.2lld", 7, 12, 123, -7, 5, 9u, 0xbeefu, 3ll);
}

static void odd_floats_are_words(void **state) {
    (void)state;
    char b[64];
    fmt_put(b, sizeof b, "%.2f %.2f %.2f %.2f %.1f", NAN, INFINITY, -INFINITY, 1e15, -0.0);
    assert_string_equal(b, "nan inf -inf inf 0.0");
}

static void odd_formats_print_themselves(void **state) {
    (void)state;
    char b[64];
    fmt_put(b, sizeof b, "%q %", 1);
    assert_string_equal(b, "%q %");
    fmt_put(b, sizeof b, "%s", (const char *)NULL);
    assert_string_equal(b, "(null)");
}

static void every_capacity_is_kept(void **state) {
    (void)state;
    const char *whole = "ab-12345-cd";
    for (size_t cap = 0; cap < 16; cap++) {
        char b[32];
        memset(b, '#', sizeof b);
        size_t n = fmt_put(b, cap, "ab%d-%s", -12345, "cd");
        size_t want = cap == 0 ? 0 : cap - 1 < strlen(whole) ? cap - 1 : strlen(whole);
        assert_int_equal(n, want);
        assert_memory_equal(b, whole, n);
        if (cap) assert_int_equal(b[n], '\0');
        for (size_t i = cap; i < sizeof b; i++) assert_int_equal(b[i], '#');
    }
}

static void errors_carry_code_and_a_cut_line(void **state) {
    (void)state;
    sotto_error e;
    char big[400];
    memset(big, 'x', sizeof big);
    big[399] = '\0';
    assert_int_equal(error_set(&e, ERR_MODEL, "%s: %d", "file", 7), ERR_MODEL);
    assert_int_equal(e.code, ERR_MODEL);
    assert_string_equal(e.text, "file: 7");
    assert_int_equal(error_set(&e, ERR_MEM, "%s", big), ERR_MEM);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_int_equal(error_set(NULL, ERR_ARG, "none"), ERR_ARG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_and_text_are_as_snprintf),
        cmocka_unit_test(floats_are_as_snprintf),
        cmocka_unit_test(floats_round_as_snprintf),
        cmocka_unit_test(integers_have_least_digits),
        cmocka_unit_test(odd_floats_are_words),
        cmocka_unit_test(odd_formats_print_themselves),
        cmocka_unit_test(every_capacity_is_kept),
        cmocka_unit_test(errors_carry_code_and_a_cut_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
