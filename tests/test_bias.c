/* test_bias: phrases that the recogniser should rather hear: what may be said to it, what is refused with a reason, and that it hears so. */
#include "tests/voice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static voice_pack pack;
static char last_line[256];
static int16_t question[VOICE_SAMPLES];

static void keep_line(void *user, const char *line) {
    (void)user;
    snprintf(last_line, sizeof last_line, "%s", line);
}

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    pack.config.hooks.log = keep_line;
    return 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

static void what_cannot_be_is_refused(void **state) {
    sotto *s = voice_start(&pack.config);
    (void)state;
    assert_int_equal(sotto_bias(s, "turn on the kitchen lights", 4), SOTTO_OK);
    assert_int_equal(sotto_bias(s, "one two three four five six seven eight nine", 4), SOTTO_EARG);
    assert_non_null(strstr(last_line, "at most 8 words"));
    assert_int_equal(sotto_bias(s, "  ", 4), SOTTO_EARG);
    assert_non_null(strstr(last_line, "expected a word"));
    assert_int_equal(sotto_bias(s, "lights", -1), SOTTO_EARG);
    assert_int_equal(sotto_bias(s, "lights", 100), SOTTO_EARG);
    assert_int_equal(sotto_bias(s, "???", 4), SOTTO_EARG);
    assert_non_null(strstr(last_line, "???"));
    for (int i = 1; i < 32; i++) assert_int_equal(sotto_bias(s, "lights", 4), SOTTO_OK);
    assert_int_equal(sotto_bias(s, "lights", 4), SOTTO_EARG);
    assert_non_null(strstr(last_line, "32 phrases"));
    assert_int_equal(sotto_unbias(s), SOTTO_OK);
    assert_int_equal(sotto_bias(s, "lights", 4), SOTTO_OK);
    voice_end(s);
}

static void new_words_need_a_voice_to_spell_them(void **state) {
    sotto_config deaf = pack.config;
    (void)state;
    sotto *s = voice_start(&pack.config);
    assert_int_equal(sotto_bias(s, "call zorblatt vintrikov", 6), SOTTO_OK);
    voice_end(s);
    deaf.g2p = deaf.tts = deaf.vocoder = NULL;
    s = voice_start(&deaf);
    assert_int_equal(sotto_bias(s, "call zorblatt", 6), SOTTO_EARG);
    assert_non_null(strstr(last_line, "zorblatt"));
    voice_end(s);
}

/* The question, with and without a phrase that sounds a little like it; a reset forgets the phrase. */
static void a_phrase_changes_what_is_heard(void **state) {
    static voice_record plain, biased, again;
    size_t n = voice_read(VOICE_QUESTION, question, VOICE_SAMPLES);
    (void)state;
    sotto *s = voice_start(&pack.config);
    assert_int_equal(sotto_bias(s, "what is fifty", 12), SOTTO_OK);
    voice_hear(s, &biased, question, n, 160);
    sotto_reset(s);
    voice_hear(s, &plain, question, n, 160);
    assert_non_null(strstr(plain.text, "what is fifteen"));
    assert_non_null(strstr(biased.text, "what is fifty"));
    voice_end(s);
    s = voice_start(&pack.config);
    voice_hear(s, &again, question, n, 160);
    assert_string_equal(again.text, plain.text);
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(new_words_need_a_voice_to_spell_them),
        cmocka_unit_test(a_phrase_changes_what_is_heard),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
