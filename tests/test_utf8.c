/* UTF-8: every code point there and back, everything RFC 3629 forbids is one U+FFFD a byte, nothing past the end is read. */
#include "runtime/base/utf8.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void every_code_point_round_trips(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char out[4];
        uint32_t back;
        size_t n = utf8_encode(c, out);
        int surrogate = c >= 0xd800 && c < 0xe000;
        assert_int_equal(n, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        assert_int_equal(utf8_decode(out, n, &back), n);
        assert_int_equal(back, surrogate ? 0xfffd : c);
    }
    char out[4];
    assert_int_equal(utf8_encode(0x110000, out), 3);
    assert_memory_equal(out, "\xef\xbf\xbd", 3);
}

static void forbidden_forms_give_one_replacement_a_byte(void **state) {
    (void)state;
    static const char *bad[] = {"\x80",
                                "\xbf",
                                "\xc0\x80",
                                "\xc1\xbf",
                                "\xe0\x80\x80",
                                "\xe0\x9f\xbf",
                                "\xed\xa0\x80",
                                "\xed\xbf\xbf",
                                "\xf0\x80\x80\x80",
                                "\xf0\x8f\xbf\xbf",
                                "\xf4\x90\x80\x80",
                                "\xf5\x80\x80\x80",
                                "\xff",
                                "\xfe",
                                "\xc3(",
                                "\xe2\x82(",
                                "\xf0\x9f\x98("};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t code;
        assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 1);
        assert_int_equal(code, 0xfffd);
        assert_int_equal(utf8_valid(bad[i], strlen(bad[i])), 0);
    }
    assert_int_equal(utf8_valid("a\xef\xbf\xbd\xf0\x9f\x98\x80", 8), 1); /* U+FFFD itself is a character */
    assert_int_equal(utf8_valid("a\xef\xbf\xbd\xf0\x9f\x98\x80", 7), 0);
    assert_int_equal(utf8_valid("", 0), 1);
}

static void truncated_characters_do_not_read_on(void **state) {
    (void)state;
    static const char *whole[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 1; n < strlen(whole[i]); n++) {
            char *part = malloc(n); /* exactly n, the address sanitizer watches */
            memcpy(part, whole[i], n);
            uint32_t code;
            assert_int_equal(utf8_decode(part, n, &code), 1);
            assert_int_equal(code, 0xfffd);
            assert_int_equal(utf8_whole(part, n), 0);
            free(part);
        }
}

static void whole_prefixes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len, want;
    } row[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"ab\xc3\xa4", 4, 4},
        {"ab\xc3\xa4", 3, 2},
        {"\xe2\x82\xac", 3, 3},
        {"x\xe2\x82\xac", 3, 1},
        {"x\xf0\x9f\x98\x80", 4, 1},
        {"x\xf0\x9f\x98\x80", 5, 5},
        {"x\x80\x80\x80\x80", 5, 5},
        {"\xff", 1, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) assert_int_equal(utf8_whole(row[i].text, row[i].len), row[i].want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(forbidden_forms_give_one_replacement_a_byte),
        cmocka_unit_test(truncated_characters_do_not_read_on),
        cmocka_unit_test(whole_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
