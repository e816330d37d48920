/* test_style: how the voice speaks through the public interface: the configuration's fields, and changing them between replies. */
#include "runtime/sotto.h"
#include "tests/voice_group.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int16_t one[VOICE_SAMPLES], two[VOICE_SAMPLES];
static char said[256];

static size_t speak(sotto *s, const char *text, int16_t *pcm) {
    size_t n = 0;
    sotto_event e;
    assert_int_equal(sotto_say(s, text), SOTTO_OK);
    memset(pcm, 0, sizeof one);
    for (int more = 1; more;) {
        more = sotto_step(s, 1) == SOTTO_AGAIN;
        for (size_t got; (got = sotto_pull_audio(s, pcm + n, VOICE_SAMPLES - n)) > 0;) n += got, more = 1;
        while (sotto_next_event(s, &e) == SOTTO_OK) {}
    }
    assert_int_equal(sotto_state(s), SOTTO_IDLE);
    return n;
}

static void log_line(void *user, const char *line) {
    (void)user;
    snprintf(said, sizeof said, "%s", line);
}

static sotto_config alone(void) {
    sotto_config c = pack.config;
    c.asr = c.llm = NULL;
    c.hooks.log = log_line;
    return c;
}

static void a_style_is_changed_between_replies(void **state) {
    (void)state;
    sotto_config c = alone();
    sotto *s = voice_start(&c);
    const sotto_style quick = {1.5f, 3, 0.5f, 0.5f, 0};
    const size_t n = speak(s, "Done, all of it.", one);
    assert_int_equal(sotto_speak_as(s, &quick), SOTTO_OK);
    const size_t m = speak(s, "Done, all of it.", two);
    assert_true(m < n * 8 / 10);
    assert_int_equal(speak(s, "Done, all of it.", one), m); /* also when its sound was kept */
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(sotto_speak_as(s, NULL), SOTTO_OK);
    assert_int_equal(speak(s, "Done, all of it.", two), n);
    sotto_speak_as(s, &quick);
    sotto_reset(s);
    assert_int_equal(speak(s, "Done, all of it.", one), n); /* the configuration's again */
    assert_memory_equal(one, two, sizeof one);
    voice_end(s);
    c.speed = 1.5f, c.pitch = 3, c.volume = 0.5f, c.pauses = 0.5f;
    s = voice_start(&c);
    assert_int_equal(speak(s, "Done, all of it.", one), m);
    voice_end(s);
}

static void wrong_styles_are_refused(void **state) {
    (void)state;
    static const sotto_style bad[] = {{0.4f, 0, 1, 1, 0}, {1, 7, 1, 1, 0},   {1, 0, 3, 1, 0},  {1, 0, 1, 5, 0},
                                      {1, 0, 1, 1, 9999}, {NAN, 0, 1, 1, 0}, {1, NAN, 1, 1, 0}};
    static const char *const field[] = {"speed", "pitch", "volume", "pauses", "voice", "speed", "pitch"};
    sotto_memory_report m;
    sotto_config c = alone();
    sotto *s = voice_start(&c);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        said[0] = 0;
        assert_int_equal(sotto_speak_as(s, &bad[i]), SOTTO_EARG);
        assert_non_null(strstr(said, field[i]));
        c.speed = bad[i].speed, c.pitch = bad[i].pitch, c.volume = bad[i].volume, c.pauses = bad[i].pauses, c.voice = bad[i].voice;
        assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
        assert_non_null(strstr(m.error, field[i]));
    }
    assert_int_equal(sotto_say(s, "Hello."), SOTTO_OK);
    assert_int_equal(sotto_speak_as(s, NULL), SOTTO_ESTATE);
    sotto_interrupt(s);
    assert_int_equal(sotto_say(s, "{Q Q}"), SOTTO_AGAIN);
    voice_end(s);
    c = pack.config;
    c.g2p = c.tts = c.vocoder = NULL;
    s = voice_start(&c);
    assert_int_equal(sotto_speak_as(s, NULL), SOTTO_ESTATE);
    voice_end(s);
}

static void own_words_and_markup_by_configuration(void **state) {
    (void)state;
    static const char lines[] = "sotto S OW1 T OW0\n", wrong[] = "sotto S OW1 QQ\n";
    sotto_memory_report m;
    sotto_config c = alone();
    c.lexicon = lines, c.lexicon_size = sizeof lines - 1;
    sotto *s = voice_start(&c);
    const size_t n = speak(s, "sotto", one);
    assert_int_equal(speak(s, "{S OW1 T OW0}", two), n);
    assert_memory_equal(one, two, sizeof one);
    said[0] = 0;
    assert_int_equal(sotto_say(s, "{S QQ}"), SOTTO_EARG);
    assert_non_null(strstr(said, "{S QQ}"));
    voice_end(s);
    c.lexicon = wrong, c.lexicon_size = sizeof wrong - 1;
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_non_null(strstr(m.error, "lexicon:1: \"QQ\""));
    c = alone();
    s = voice_start(&c);
    const size_t plain = speak(s, "a <break time='1500ms'/> b", one); /* does not begin as markup */
    assert_true(speak(s, "<speak>a <break time='1500ms'/> b</speak>", two) > plain + SOTTO_RATE);
    voice_end(s);
    c.ssml = 1;
    s = voice_start(&c);
    assert_true(speak(s, "a <break time='1500ms'/> b", two) > plain + SOTTO_RATE);
    voice_end(s);
}

static void voices_have_names(void **state) {
    (void)state;
    char name[16];
    sotto_memory_report m;
    sotto_config c = alone();
    assert_int_equal(sotto_voice(c.tts, 0, name, sizeof name), SOTTO_OK);
    assert_string_equal(name, "kathleen");
    assert_int_equal(sotto_voice(c.tts, 1, name, 4), SOTTO_OK);
    assert_string_equal(name, "ljs");
    assert_int_equal(sotto_voice(c.tts, 2, name, sizeof name), SOTTO_AGAIN);
    assert_int_equal(sotto_voice(NULL, 0, name, sizeof name), SOTTO_EARG);
    sotto *s = voice_start(&c);
    const size_t first = speak(s, "Good morning.", one);
    voice_end(s);
    c.voice_name = "ljspeech";
    s = voice_start(&c);
    const size_t second = speak(s, "Good morning.", one);
    assert_true(second != first);
    assert_int_equal(sotto_speak_as(s, NULL), SOTTO_OK); /* as configured, by name */
    assert_int_equal(speak(s, "Good morning.", two), second);
    assert_memory_equal(one, two, sizeof one);
    voice_end(s);
    c.voice_name = NULL, c.voice = 1;
    s = voice_start(&c);
    assert_int_equal(speak(s, "Good morning.", two), second);
    assert_memory_equal(one, two, sizeof one);
    voice_end(s);
    c.voice_name = "nobody";
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_non_null(strstr(m.error, "\"nobody\""));
    assert_non_null(strstr(m.error, "kathleen, ljspeech"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_style_is_changed_between_replies),
        cmocka_unit_test(wrong_styles_are_refused),
        cmocka_unit_test(voices_have_names),
        cmocka_unit_test(own_words_and_markup_by_configuration),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
