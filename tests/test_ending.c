/* ending: which last words want another, which numbers may go on; whole words only. */
#include "runtime/ending.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void open_words(void **state) {
    (void)state;
    static const char *const open[] = {"the",  "turn on the",      "set a timer for", "can i have a latte with", "what is two times",
                                       "turn", "i'd like a bit of"};
    static const char *const closed[] = {"",           "turn on the light", "turn it off", "come in",       "what time is it", "stop",
                                         "who was he", "call theo",         "a breathe",   "lock the door", "play it again"};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) assert_int_equal(ending_open(open[i]), 1);
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) assert_int_equal(ending_open(closed[i]), 0);
}

static void open_numbers(void **state) {
    (void)state;
    assert_int_equal(ending_number("set it to twenty"), 1);
    assert_int_equal(ending_number("a hundred"), 1);
    assert_int_equal(ending_number("two point"), 1);
    assert_int_equal(ending_number("twenty one"), 0);
    assert_int_equal(ending_number("on the twentieth"), 0);
    assert_int_equal(ending_number("a pint"), 0);
    assert_int_equal(ending_number(""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(open_words), cmocka_unit_test(open_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
