/* test_normalize: the table of written and spoken forms, and any bytes at any size. */
#include "models/tts/normalize.h"
#include "tests/random_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TABLE "tests/golden/normalize.tsv"
enum { LINE = 1024, LEAST_CASES = 1150 };

static void table_is_right(void **state) {
    (void)state;
    FILE *f = fopen(TABLE, "r");
    assert_non_null(f);
    char line[LINE], out[LINE];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *want = strchr(line, '\t');
        assert_non_null(want);
        *want++ = 0;
        size_t n = normalize_clause(out, sizeof out, line, strlen(line));
        assert_int_equal(n, strlen(out));
        cases++;
        if (strcmp(out, want) != 0) {
            wrong++;
            print_error("'%s': want '%s', got '%s'\n", line, want, out);
        }
    }
    fclose(f);
    assert_int_equal(wrong, 0);
    assert_true(cases >= LEAST_CASES);
}

/* A smaller room gives a prefix of whole words and never a byte past the room. */
static void room_is_respected(void **state) {
    (void)state;
    static const char text[] = "On Nov. 21, 2026 at 10:42 am Dr. Smith paid $3.50 for 2 1/2 kg; see https://example.com or call (415) 555-2671!";
    char whole[LINE], out[LINE];
    size_t full = normalize_clause(whole, sizeof whole, text, strlen(text));
    for (size_t cap = 0; cap <= full + 1; cap++) {
        memset(out, 0x55, sizeof out);
        size_t n = normalize_clause(out, cap, text, strlen(text));
        assert_true(cap == 0 ? n == 0 : n < cap && out[n] == 0);
        for (size_t i = cap; i < sizeof out; i++) assert_int_equal(out[i], 0x55);
    }
    assert_int_equal(normalize_clause(out, full + 1, text, strlen(text)), full);
    assert_string_equal(out, whole);
}

/* A text longer than one piece reads as its words do. */
static void long_text_reads_whole(void **state) {
    (void)state;
    static char text[4 * NORMALIZE_PIECE], want[16 * NORMALIZE_PIECE], out[16 * NORMALIZE_PIECE];
    size_t n = 0, m = 0;
    while (n + 8 < sizeof text) {
        memcpy(text + n, "cat 21 ", 7), n += 7;
        memcpy(want + m, m ? " cat twenty one" : "cat twenty one", m ? 15 : 14), m += m ? 15 : 14;
    }
    want[m] = 0;
    assert_int_equal(normalize_clause(out, sizeof out, text, n), m);
    assert_string_equal(out, want);
}

/* Bytes that reach every reader. */
static const char LIKELY[] = "0123456789.,:;/-+$%#@&'\"(){}[]<>=^~*_ aAmMpPxXsStTdDrRIVeE.g\xC2\xB0\xE2\x80\x94\xC2\xBD\xE2\x82\xAC\xC2\xA3";

static void only_allowed(const char *out, size_t n) {
    int braces = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)out[i];
        if (c == '{') braces = 1;
        int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        assert_true(braces || letter || strchr(" ',;:.!?", c));
        if (c == '}') braces = 0;
    }
}

static void any_bytes_are_taken(void **state) {
    (void)state;
    static char text[1500], out[2048];
    uint32_t seed = 20251121;
    for (int round = 0; round < 4000; round++) {
        size_t n = random_text(text, sizeof text, LIKELY, sizeof LIKELY - 1, &seed), cap = 1 + next_random(&seed) % sizeof out;
        size_t m = normalize_clause(out, cap, text, n);
        assert_true(m < cap && out[m] == 0);
        only_allowed(out, m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_right),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(long_text_reads_whole),
        cmocka_unit_test(any_bytes_are_taken),
    };
    return cmocka_run_group_tests_name("normalize", tests, NULL, NULL);
}
