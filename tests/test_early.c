/* test_early: what the runtime does before it is asked can only be seen on the clock: the same events, texts and samples with it and without it. And
 * answers are kept where they cannot change, nowhere else. */
#include "tests/voice_group.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static voice_record one, other;
static int16_t sound[VOICE_SAMPLES];
static int tool_runs;

static void clear(voice_record *r) {
    memset(r, 0, sizeof *r);
}

/* ---- speech ---- */

static const char *const SPOKEN[] = {"demo.wav", "q04_timer.flac", "q13_order.flac", "q19_hello.flac", "q16_left.flac"};
enum { SPOKEN_COUNT = sizeof SPOKEN / sizeof SPOKEN[0] };

/* A conversation of spoken questions. */
static void talk(const sotto_config *c, voice_record *r, size_t chunk, sotto_statistics *st) {
    sotto *s = voice_start(c);
    assert_non_null(s);
    clear(r);
    for (int i = 0; i < SPOKEN_COUNT; i++) {
        char path[128];
        snprintf(path, sizeof path, "tests/golden/questions/%s", SPOKEN[i]);
        size_t n = voice_read(path, sound, VOICE_SAMPLES);
        assert_true(n > 0);
        voice_hear(s, r, sound, n, chunk);
    }
    sotto_stats(s, st);
    voice_end(s);
}

static void same(const voice_record *a, const voice_record *b) {
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->samples, b->samples);
    assert_memory_equal(a->pcm, b->pcm, a->samples * sizeof a->pcm[0]);
}

static void speculation_changes_nothing(void **state) {
    static const size_t chunk[] = {160, 77, 4000};
    sotto_config c = pack.config;
    sotto_statistics with, without;
    (void)state;
    c.speculate = 0;
    talk(&c, &other, 160, &without);
    assert_true(without.ahead_rows == 0 && without.ahead_picks == 0 && without.ahead_ns == 0);
    assert_int_equal(other.turns, SPOKEN_COUNT);
    c.speculate = 1;
    for (int i = 0; i < 3; i++) {
        talk(&c, &one, chunk[i], &with);
        same(&one, &other);
        if (i == 0) assert_true(with.ahead_rows >= with.ahead_used && with.ahead_used > 20 && with.picks_used > 5 && with.ahead_ns > 0);
    }
    c.lookup = 3;
    talk(&c, &one, 160, &with);
    same(&one, &other);
    assert_true(with.lookup_tried > 0);
    c.lookup = 0;
    c.snapshot = 0;
    talk(&c, &one, 160, &with);
    same(&one, &other);
}

/* No rows to spare: nothing is done early, and it need not be switched off. */
static void without_rows_nothing_is_early(void **state) {
    sotto_config c = pack.config;
    sotto_statistics st;
    (void)state;
    c.llm_ahead = 0;
    talk(&c, &one, 160, &st);
    assert_true(one.turns == SPOKEN_COUNT && st.ahead_rows == 0);
}

/* The looks at the clock between the end of the turn and the first token, each of which the tests' clock takes for a microsecond. */
static uint64_t ttft(const sotto_config *c) {
    sotto_statistics st;
    talk(c, &one, 160, &st);
    assert_int_equal(st.all[SOTTO_LLM_TTFT].count, SPOKEN_COUNT);
    return st.all[SOTTO_LLM_TTFT].p50;
}

static void the_first_token_is_there(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.speculate = 0;
    uint64_t late = ttft(&c);
    c.speculate = 1;
    assert_true(ttft(&c) < late);
}

/* Pieces of the reply that came after its first sound. */
static int pieces_after_sound(const sotto_config *c, const char *text) {
    int more, sounded = 0, after = 0;
    sotto_event e;
    sotto *s = voice_start(c);
    assert_int_equal(sotto_ask(s, text), SOTTO_OK);
    do {
        more = sotto_step(s, 1) == SOTTO_AGAIN;
        while (sotto_next_event(s, &e) == SOTTO_OK) {
            sounded |= e.type == SOTTO_EV_AUDIO;
            after += sounded && e.type == SOTTO_EV_REPLY;
        }
        while (sotto_pull_audio(s, sound, 160)) {}
    } while (more);
    assert_true(sounded);
    voice_end(s);
    return after;
}

static void speech_need_not_wait_for_the_whole_reply(void **state) {
    static const char *const asked[] = {"hello how are you", "who are you", "thank you", "what can you do"};
    sotto_config c = pack.config;
    sotto_statistics st;
    int early = 0;
    (void)state;
    for (int i = 0; i < 4; i++) early += pieces_after_sound(&c, asked[i]);
    assert_true(early > 0); /* one of them has more than a clause */
    talk(&c, &other, 160, &st);
    c.whole_reply = 1;
    for (int i = 0; i < 4; i++) assert_int_equal(pieces_after_sound(&c, asked[i]), 0);
    talk(&c, &one, 160, &st);
    same(&one, &other);
}

/* ---- kept answers ---- */

static int calculate(void *user, const sotto_call *call, char *result, size_t cap) {
    (void)user;
    tool_runs++;
    snprintf(result, cap, "%s", strcmp(call->name, "math") == 0 ? "360" : strcmp(call->name, "time") == 0 ? "10:42 am" : "ok");
    return 0;
}

static sotto *start_text(uint32_t replies) {
    sotto_config c = pack.config;
    c.asr = c.g2p = c.tts = c.vocoder = NULL;
    c.hooks.tool = calculate;
    c.replies = replies;
    tool_runs = 0;
    sotto *s = voice_start(&c);
    assert_non_null(s);
    return s;
}

static void ask(sotto *s, voice_record *r, const char *text) {
    clear(r);
    assert_int_equal(sotto_ask(s, text), SOTTO_OK);
    voice_run(s, r);
    assert_int_equal(r->turns, 1);
}

static sotto_statistics stats(const sotto *s) {
    sotto_statistics st;
    sotto_stats(s, &st);
    return st;
}

#define SUM "what is twelve times thirty"

static void a_sum_is_kept(void **state) {
    (void)state;
    sotto *s = start_text(4);
    ask(s, &one, SUM);
    assert_non_null(strstr(one.text, "math expr=twelve times thirty"));
    assert_int_equal(tool_runs, 1);
    uint64_t tokens = stats(s).reply_tokens;
    ask(s, &other, "What is  twelve times thirty?"); /* however it is written */
    assert_string_equal(one.text, other.text);
    sotto_statistics st = stats(s);
    assert_true(tool_runs == 1 && st.reply_tokens == tokens && st.replies_hits == 1 && st.replies_misses == 1 && st.told == 1);
    assert_true(st.turn[SOTTO_KEPT].begin > 0 && st.turn[SOTTO_LLM_TTFT].begin == 0 && st.turn[SOTTO_PROMPT].begin == 0);
    ask(s, &other, "what is eleven times thirty");
    assert_int_equal(tool_runs, 2);
    sotto_reset(s); /* forgets */
    ask(s, &other, SUM);
    assert_int_equal(tool_runs, 3);
    assert_string_equal(one.text, other.text);
    voice_end(s);
}

/* The history goes on as if the model had answered: what follows is answered alike. */
static void the_history_knows(void **state) {
    (void)state;
    sotto *s = start_text(4), *plain = start_text(0);
    ask(s, &one, SUM);
    ask(plain, &other, SUM);
    ask(s, &one, SUM);
    ask(plain, &other, SUM);
    assert_int_equal(stats(s).replies_hits, 1);
    assert_int_equal(stats(plain).replies_hits + stats(plain).replies_misses, 0);
    static const char *const then[] = {"and what is that plus ten", "what time is it", "repeat that"};
    for (int i = 0; i < 3; i++) {
        ask(s, &one, then[i]);
        ask(plain, &other, then[i]);
        assert_string_equal(one.text, other.text);
    }
    voice_end(s);
    voice_end(plain);
}

static void what_may_change_is_not_kept(void **state) {
    static const char *const changing[] = {"what time is it", "set a timer for ten minutes", "roll a die", "what about twelve times thirty",
                                           "and twelve times thirty"};
    (void)state;
    sotto *s = start_text(8);
    for (int i = 0; i < 5; i++) {
        ask(s, &one, changing[i]);
        int before = tool_runs;
        ask(s, &one, changing[i]);
        ask(s, &one, changing[i]);
        assert_true(tool_runs > before || strstr(one.text, "4 ") == NULL);
        assert_int_equal(stats(s).replies_hits, 0);
    }
    voice_end(s);
}

/* A reply without a tool is believed when it was the same twice. */
static void small_talk_is_kept_when_it_stays_the_same(void **state) {
    (void)state;
    sotto *s = start_text(4);
    sotto_statistics st;
    for (int i = 0; i < 3; i++) {
        ask(s, i ? &other : &one, "tell me a joke");
        st = stats(s);
        if (i < 2) assert_true(st.replies_hits == 0);
    }
    if (st.replies_hits) assert_string_equal(one.text, other.text);
    assert_true(tool_runs == 0);
    voice_end(s);
}

/* Fewer entries than questions: the one that was not used for longest gives way. */
static void the_oldest_gives_way(void **state) {
    static const char *const sums[] = {SUM, "what is eleven times thirty", SUM, "what is ten times thirty", SUM, "what is eleven times thirty"};
    static const int runs[] = {1, 2, 2, 3, 3, 4};
    (void)state;
    sotto *s = start_text(2);
    for (int i = 0; i < 6; i++) {
        ask(s, &one, sums[i]);
        assert_int_equal(tool_runs, runs[i]);
    }
    voice_end(s);
}

static void sampling_keeps_nothing(void **state) {
    (void)state;
    sotto_config c = pack.config;
    c.asr = c.g2p = c.tts = c.vocoder = NULL;
    c.hooks.tool = calculate;
    c.temperature = 0.01f;
    sotto *s = voice_start(&c);
    ask(s, &one, SUM);
    ask(s, &one, SUM);
    assert_int_equal(stats(s).replies_hits + stats(s).replies_misses, 0);
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speculation_changes_nothing),
        cmocka_unit_test(without_rows_nothing_is_early),
        cmocka_unit_test(the_first_token_is_there),
        cmocka_unit_test(speech_need_not_wait_for_the_whole_reply),
        cmocka_unit_test(a_sum_is_kept),
        cmocka_unit_test(the_history_knows),
        cmocka_unit_test(what_may_change_is_not_kept),
        cmocka_unit_test(small_talk_is_kept_when_it_stays_the_same),
        cmocka_unit_test(the_oldest_gives_way),
        cmocka_unit_test(sampling_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
