/* Commands through the whole loop on the shipped models: answered from the grammar without the language model, speech that is not in the grammar
 * left to it; any chunking and a reset give the same; a grammar that does not compile makes the plan say so.
 */
#include "tests/voice.h"
#include "platform/platform.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LIGHT "tests/golden/questions/q08_light_on.flac" /* turn on the kitchen lights */

enum { BLOCK = 4 << 20 };

static voice_pack pack;
static voice_record one, other;
static int16_t light[VOICE_SAMPLES], question[VOICE_SAMPLES];
static size_t light_len, question_len;
static void *block;
static char called[256];

static int open_all(void **state) {
    (void)state;
    voice_open(&pack);
    light_len = voice_read(LIGHT, light, VOICE_SAMPLES);
    question_len = voice_read(VOICE_QUESTION, question, VOICE_SAMPLES);
    block = aligned_alloc(64, BLOCK);
    return light_len == 0 || question_len == 0;
}

static int close_all(void **state) {
    (void)state;
    voice_close(&pack);
    free(block);
    return 0;
}

/* Compiles a text with the pack's models; the grammar lies in `block`. */
static sotto_grammar *open_text(const char *name, const char *text, size_t size) {
    static sotto_grammar g;
    if (sotto_grammar_open(&g, name, text, size, &pack.model[0], &pack.model[2], block, BLOCK) != SOTTO_OK) fail_msg("%s", sotto_grammar_error(&g));
    return &g;
}

static void clear(voice_record *r) {
    r->samples = r->len = 0;
    r->turns = 0;
    r->text[0] = 0;
}

static int note_tool(void *user, const sotto_call *call, char *result, size_t cap) {
    size_t n = (size_t)snprintf(called, sizeof called, "%s", call->name);
    (void)user;
    for (int i = 0; i < call->count; i++) n += (size_t)snprintf(called + n, sizeof called - n, " %s=%s", call->arg[i].key, call->arg[i].value);
    snprintf(result, cap, "ninety");
    return 0;
}

static const char LIGHTS[] = "list place = kitchen|bedroom\n"
                             "tool light action=on \"The {place} light is on[ at {level}], {result}.\"\n  turn on the {place} light[s]\n"
                             "intent music\n  play some music\n";

static void a_command_is_answered_without_the_model(void **state) {
    sotto_config c = pack.config;
    sotto_statistics st;
    (void)state;
    c.grammar = open_text("lights", LIGHTS, sizeof LIGHTS - 1);
    c.hooks.tool = note_tool;
    sotto *s = voice_start(&c);
    assert_non_null(s);
    clear(&one);
    called[0] = 0;
    voice_hear(s, &one, light, light_len, 160);
    assert_string_equal(called, "light place=kitchen action=on");
    const char *intent = strstr(one.text, "10 light place=kitchen action=on\n"), *final = strstr(one.text, "3 turn on the kitchen lights\n");
    assert_true(intent && final && intent < final);
    assert_non_null(strstr(one.text, "8 The kitchen light is on, ninety.\n"));
    assert_true(one.samples > 8000);
    sotto_stats(s, &st);
    assert_true(st.turn[SOTTO_GRAMMAR].begin > 0);
    assert_int_equal(st.turn[SOTTO_LLM_PREFILL].begin, 0);
    assert_true(st.reply_tokens == 0 && st.told == 1); /* what the model took in is the history */
    assert_true(st.turn[SOTTO_FIRST_AUDIO].begin > 0);
    sotto_reset(s); /* reset equals fresh */
    clear(&other);
    voice_hear(s, &other, light, light_len, 160);
    assert_string_equal(one.text, other.text);
    assert_int_equal(one.samples, other.samples);
    voice_end(s);
}

/* What the model expected while a command, a noise and a question were heard: the command and the noise were not for it. */
static void expected_in_vain(void **state) {
    static int16_t noise[VOICE_SAMPLES / 20];
    uint32_t seed = 1;
    sotto_config c = pack.config;
    sotto_statistics st;
    (void)state;
    for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) noise[i] = (int16_t)((int)((seed = seed * 1664525u + 1013904223u) >> 18) - 8192);
    c.grammar = open_text("lights", LIGHTS, sizeof LIGHTS - 1);
    c.replies = 0;
    for (c.speculate = 0; c.speculate < 2; c.speculate++) {
        voice_record *r = c.speculate ? &other : &one;
        sotto *s = voice_start(&c);
        clear(r);
        for (int round = 0; round < 2; round++) {
            voice_hear(s, r, light, light_len, 160);
            voice_hear(s, r, noise, sizeof noise / sizeof noise[0], 160);
            voice_hear(s, r, question, question_len, 160);
        }
        sotto_stats(s, &st);
        assert_int_equal(st.told, 2);
        assert_int_equal(st.ahead_rows > 0, c.speculate);
        voice_end(s);
    }
    assert_true(one.turns >= 4 && strstr(one.text, "4 " VOICE_CALL));
    assert_string_equal(one.text, other.text);
    assert_int_equal(one.samples, other.samples);
    assert_memory_equal(one.pcm, other.pcm, one.samples * sizeof one.pcm[0]);
}

static void any_chunking_gives_the_same(void **state) {
    static const size_t chunk[] = {1, 77, 4000};
    sotto_config c = pack.config;
    (void)state;
    c.grammar = open_text("lights", LIGHTS, sizeof LIGHTS - 1);
    for (size_t i = 0; i < sizeof chunk / sizeof chunk[0]; i++) {
        sotto *s = voice_start(&c);
        clear(&other);
        voice_hear(s, &other, light, light_len, chunk[i]);
        if (i == 0) one = other;
        assert_string_equal(one.text, other.text);
        assert_int_equal(one.samples, other.samples);
        assert_memory_equal(one.pcm, other.pcm, one.samples * sizeof one.pcm[0]);
        voice_end(s);
    }
    assert_non_null(strstr(one.text, "10 light"));
}

/* What the grammar does not know is heard and answered as without one. */
static void other_speech_goes_on_to_the_model(void **state) {
    (void)state;
    for (int with = 0; with < 2; with++) {
        voice_record *r = with ? &other : &one;
        sotto_config c = pack.config;
        if (with) c.grammar = open_text("lights", LIGHTS, sizeof LIGHTS - 1);
        sotto *s = voice_start(&c);
        clear(r);
        voice_hear(s, r, question, question_len, 160);
        voice_end(s);
    }
    assert_string_equal(one.text, other.text);
    assert_null(strstr(other.text, "10 "));
    assert_non_null(strstr(other.text, VOICE_WORDS));
}

/* Nothing is accepted at 1, and the recogniser alone only tells the intent: no tool, no answer. */
static void acceptance_and_hearing_alone(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.grammar = open_text("lights", LIGHTS, sizeof LIGHTS - 1);
    c.grammar_accept = 1.0f;
    c.llm = c.g2p = c.tts = c.vocoder = NULL;
    c.hooks.tool = note_tool;
    for (int accept = 0; accept < 2; accept++) {
        c.grammar_accept = accept ? 0.5f : 1.0f;
        sotto *s = voice_start(&c);
        clear(&one);
        called[0] = 0;
        voice_hear(s, &one, light, light_len, 160);
        assert_int_equal(strstr(one.text, "10 light place=kitchen action=on\n") != NULL, accept);
        assert_string_equal(called, "");
        voice_end(s);
    }
}

/* The shipped grammars compile, their words can all be said, and their sentences can be drawn. */
static void shipped_grammars(void **state) {
    static const char *const file[] = {VOICE_PACK "coffee.grammar", VOICE_PACK "home.grammar"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        file_map m;
        platform_error e;
        char sentence[512];
        sotto_grammar_report r;
        sotto_memory_report plain, with;
        sotto_config c = pack.config;
        assert_int_equal(file_map_open(&m, file[i], &e), 0);
        sotto_grammar *g = open_text(file[i], m.data, m.size);
        sotto_grammar_size(g, &r);
        assert_true(r.states > 500 && r.states < 16000 && r.bytes < 65536);
        assert_int_equal(sotto_plan(&c, &plain), SOTTO_OK);
        c.grammar = g;
        assert_int_equal(sotto_plan(&c, &with), SOTTO_OK);
        assert_true(with.bytes > plain.bytes && with.bytes - plain.bytes < 300 * 1024);
        for (uint64_t seed = 0; seed < 200; seed++) assert_int_equal(sotto_grammar_sample(g, seed, sentence, sizeof sentence), SOTTO_OK);
        file_map_close(&m);
    }
}

static void what_is_refused(void **state) {
    static const char bad[] = "intent x\n  (a\n";
    sotto_grammar g;
    sotto_config c = pack.config;
    sotto_memory_report m;
    (void)state;
    assert_int_equal(sotto_grammar_open(&g, "bad", bad, sizeof bad - 1, &pack.model[0], NULL, block, BLOCK), SOTTO_EARG);
    assert_string_equal(sotto_grammar_error(&g), "bad: line 2, column 3: this group is not closed");
    c.grammar = &g;
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_string_equal(m.error, sotto_grammar_error(&g));
    assert_int_equal(sotto_grammar_open(&g, "small", LIGHTS, sizeof LIGHTS - 1, &pack.model[0], &pack.model[2], block, 4096), SOTTO_EMEM);
    assert_non_null(strstr(sotto_grammar_error(&g), "needs a block of"));
    static const char odd[] = "intent x\n  xqzptl now\n"; /* no such word: letters can spell it, the lexicon cannot */
    assert_int_equal(sotto_grammar_open(&g, "odd", odd, sizeof odd - 1, &pack.model[0], NULL, block, BLOCK), SOTTO_EARG);
    assert_non_null(strstr(sotto_grammar_error(&g), "\"xqzptl\" has no known pronunciation"));
    assert_int_equal(sotto_grammar_open(&g, "odd", odd, sizeof odd - 1, &pack.model[0], &pack.model[2], block, BLOCK), SOTTO_OK);
    assert_int_equal(sotto_grammar_open(NULL, "x", odd, 1, &pack.model[0], NULL, block, BLOCK), SOTTO_EARG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_answered_without_the_model),
        cmocka_unit_test(expected_in_vain),
        cmocka_unit_test(any_chunking_gives_the_same),
        cmocka_unit_test(other_speech_goes_on_to_the_model),
        cmocka_unit_test(acceptance_and_hearing_alone),
        cmocka_unit_test(shipped_grammars),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
