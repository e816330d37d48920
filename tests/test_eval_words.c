/* References as the recogniser writes them: every expectation is what `normalise` of models/train/asr_words.py gives for that text. */
#include "platform/host/eval_words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *text, *words; /* NULL: cannot be spelt out */
} CASES[] = {
    {"hello", "hello"},
    {"Hello World", "hello world"},
    {"  two   spaces ", "two spaces"},
    {"It's five o'clock", "it's five o'clock"},
    {"Don't you know?", "don't you know"},
    {"the dogs' bowl", "the dogs bowl"},
    {"'quoted' words", "quoted words"},
    {"rock 'n' roll", "rock n roll"},
    {"\342\200\231Tis the season", "tis the season"},
    {"It\342\200\231s here", "it's here"},
    {"back`tick", "back'tick"},
    {"em\342\200\224dash", "em dash"},
    {"double--dash", "double dash"},
    {"well-known", "well known"},
    {"a - b", "a b"},
    {"wait\342\200\246", "wait"},
    {"\342\200\234curly quotes\342\200\235", "curly quotes"},
    {"\"straight\" quotes", "straight quotes"},
    {"(parentheses) [brackets]", "parentheses brackets"},
    {"under_score *star*", "under score star"},
    {"Mr. Smith", "mister smith"},
    {"mrs. jones and dr. brown", "missus jones and doctor brown"},
    {"St. Paul", "saint paul"},
    {"No. 5", "number five"},
    {"salt & pepper", "salt and pepper"},
    {"100 %", "one hundred percent"},
    {"100%", NULL},
    {"at 7 a.m.", "at seven a m"},
    {"by 8 p.m.", "by eight p m"},
    {"etc.", "et cetera"},
    {"cats vs. dogs", "cats versus dogs"},
    {"Acme Co.", "acme company"},
    {"mr smith", "mr smith"},
    {"0", "zero"},
    {"7", "seven"},
    {"10", "ten"},
    {"13", "thirteen"},
    {"19", "nineteen"},
    {"20", "twenty"},
    {"21", "twenty one"},
    {"45", "forty five"},
    {"99", "ninety nine"},
    {"100", "one hundred"},
    {"101", "one hundred one"},
    {"110", "one hundred ten"},
    {"342", "three hundred forty two"},
    {"999", "nine hundred ninety nine"},
    {"1000", "one thousand"},
    {"1001", "ten o one"},
    {"1900", "nineteen hundred"},
    {"1905", "nineteen o five"},
    {"1999", "nineteen ninety nine"},
    {"2000", "two thousand"},
    {"2001", "twenty o one"},
    {"2010", "twenty ten"},
    {"2024", "twenty twenty four"},
    {"3000", "three thousand"},
    {"4567", "four thousand five hundred sixty seven"},
    {"10000", "ten thousand"},
    {"12345", "twelve thousand three hundred forty five"},
    {"999999", "nine hundred ninety nine thousand nine hundred ninety nine"},
    {"100000", "one hundred thousand"},
    {"1000000", NULL},
    {"12,345", "twelve thousand three hundred forty five"},
    {"1,234,567", "twelve thirty four five hundred sixty seven"},
    {"3,45", "three forty five"},
    {"007", "seven"},
    {"5th", "five th"},
    {"3.5", "three five"},
    {"10:30", "ten thirty"},
    {"7:05", "seven o five"},
    {"12:00", "twelve"},
    {"1:5", "one five"},
    {"25:61", "twenty five sixty one"},
    {"10:300", "ten three hundred"},
    {"a10:30", "a ten thirty"},
    {"at 6:45 on Thursday", "at six forty five on thursday"},
    {"set a timer for 25 minutes", "set a timer for twenty five minutes"},
    {"call 911", "call nine hundred eleven"},
    {"4 0 9", "four zero nine"},
    {"caf\303\251", NULL},
    {"50\342\202\254", NULL},
    {"$5", NULL},
    {"a+b", NULL},
    {"...", NULL},
    {"", NULL},
    {"   ", NULL},
    {"-", NULL},
    {"'", NULL},
    {"tab\there", "tab here"},
    {"O'Neil's 2nd", "o'neil's two nd"},
    {"x1y2", "x one y two"},
    {"1st of 3rd", "one st of three rd"},
    {"ten 10 TEN", "ten ten ten"},
    {"8,10", "eight ten"},
    {"2,000 miles", "two thousand miles"},
    {"1,000,00", "one thousand zero"},
    {"room 101, floor 3", "room one hundred one floor three"},
};
enum { COUNT = sizeof CASES / sizeof CASES[0] };

static void texts_are_spelt_as_in_training(void **state) {
    char out[512];
    (void)state;
    assert_true(COUNT >= 60);
    for (size_t i = 0; i < COUNT; i++) {
        int code = words_normalise(CASES[i].text, out, sizeof out);
        if (code != (CASES[i].words ? 0 : -1)) fail_msg("\"%s\": returned %d", CASES[i].text, code);
        if (CASES[i].words && strcmp(out, CASES[i].words) != 0) fail_msg("\"%s\": \"%s\", expected \"%s\"", CASES[i].text, out, CASES[i].words);
    }
}

static void what_is_spelt_stays_as_it_is(void **state) {
    char out[512];
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        if (!CASES[i].words) continue;
        assert_int_equal(words_normalise(CASES[i].words, out, sizeof out), 0);
        assert_string_equal(out, CASES[i].words);
    }
}

static void room_is_respected(void **state) {
    char out[64];
    (void)state;
    for (size_t cap = 0; cap <= sizeof "seven hundred"; cap++) {
        memset(out, 'x', sizeof out);
        assert_int_equal(words_normalise("700", out, cap), cap >= sizeof "seven hundred" ? 0 : -1);
        if (cap < sizeof "seven hundred") assert_int_equal(out[0], 'x'); /* untouched */
        assert_int_equal(out[cap], 'x');
    }
}

static void the_longest_growth_fits(void **state) {
    (void)state;
    enum { N = 3000 };
    char *text = malloc(7 * N + 1), *out = malloc(200 * N);
    for (int i = 0; i < N; i++) memcpy(text + 7 * i, "777777 ", 8);
    assert_int_equal(words_normalise(text, out, 200 * N), 0);
    assert_int_equal(words_count(out), 9 * N);
    free(text);
    free(out);
}

static void words_are_walked(void **state) {
    const char *at = "  one two  three ";
    size_t len;
    (void)state;
    const char *w = words_next(&at, &len);
    assert_true(len == 3 && memcmp(w, "one", 3) == 0);
    w = words_next(&at, &len);
    assert_true(len == 3 && memcmp(w, "two", 3) == 0);
    w = words_next(&at, &len);
    assert_true(len == 5 && memcmp(w, "three", 5) == 0);
    assert_null(words_next(&at, &len));
    assert_int_equal(words_count(""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_spelt_as_in_training),
        cmocka_unit_test(what_is_spelt_stays_as_it_is),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(the_longest_growth_fits),
        cmocka_unit_test(words_are_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
