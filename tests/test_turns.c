/* Turns under an untidy caller: chunks, steps, pulls and looks at events in any order and amount (fixed seeds), resets and interrupts at
 * any moment. Nothing that was said is lost or changed (law 2), a reset is a fresh start (law 7), and after an interrupt the next turn works. */
#include "tests/voice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { PATIENCE = 2000000 }; /* calls after which a caller that makes no progress is told so */

typedef struct caller { /* an untidy one */
    sotto *s;
    uint32_t random;
    voice_record heard;
    char words[VOICE_TEXT]; /* every word of every final, with its times */
    size_t words_len;
    const int16_t *samples; /* what is left to push */
    size_t left;
    int lazy;   /* looks at events only when it can do nothing else */
    int sipped; /* pulls a few samples at a time */
} caller;

static voice_pack pack;
static caller calm, wild;
static int16_t question[2 * VOICE_SAMPLES], pause_then[VOICE_SAMPLES];
static size_t question_len;

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    memset(pack.config.budget_ns, 0, sizeof pack.config.budget_ns); /* the clock counts looks: its times say nothing */
    question_len = voice_read(VOICE_QUESTION, question, VOICE_SAMPLES);
    return question_len == 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

static uint32_t upto(caller *c, uint32_t most) {
    c->random = c->random * 1664525u + 1013904223u;
    return (c->random >> 8) % (most + 1);
}

static void begin(caller *c, const sotto_config *config, uint32_t seed) {
    memset(c, 0, sizeof *c);
    c->random = seed;
    c->s = voice_start(config);
    assert_non_null(c->s);
    c->samples = question;
    c->left = question_len;
}

static void note(caller *c, const sotto_event *e) {
    voice_record *r = &c->heard;
    for (uint32_t i = 0; i < e->word_count; i++) {
        const sotto_word *w = &e->words[i];
        assert_true(w->at + w->len <= strlen(e->text) && w->begin_ms <= w->end_ms);
        c->words_len += (size_t)snprintf(c->words + c->words_len, VOICE_TEXT - c->words_len, "%.*s %llu-%llu\n", (int)w->len, e->text + w->at,
                                         (unsigned long long)w->begin_ms, (unsigned long long)w->end_ms);
    }
    if (e->type == SOTTO_EV_OVERLOAD) fail_msg("overload: %s", e->text);
    if (e->type == SOTTO_EV_AUDIO || e->type == SOTTO_EV_REPLY) return; /* these two fall in with each other as the steps come */
    r->len += (size_t)snprintf(r->text + r->len, VOICE_TEXT - r->len, "%d %s\n", (int)e->type, e->text);
    r->turns += e->type == SOTTO_EV_TURN_DONE;
}

static int look(caller *c) {
    sotto_event e;
    int n = 0;
    while (sotto_next_event(c->s, &e) == SOTTO_OK) note(c, &e), n++;
    return n;
}

static size_t pull(caller *c) {
    size_t want = c->sipped ? upto(c, 40) : upto(c, 4000), room = VOICE_SAMPLES - c->heard.samples;
    size_t n = sotto_pull_audio(c->s, c->heard.pcm + c->heard.samples, want < room ? want : room);
    c->heard.samples += n;
    return n;
}

static size_t push(caller *c, uint32_t most) {
    size_t want = upto(c, most), n = sotto_push_audio(c->s, c->samples, want < c->left ? want : c->left);
    c->samples += n;
    c->left -= n;
    return n;
}

/* One act of the caller. */
static void act(caller *c) {
    switch (upto(c, 3)) {
    case 0:
        push(c, upto(c, 9) ? 300 : 9000);
        break;
    case 1:
        sotto_step(c->s, upto(c, 5));
        break;
    case 2:
        pull(c);
        break;
    default:
        if (!c->lazy) look(c);
    }
}

/* Until everything is pushed, answered, pulled and looked at. */
static void finish(caller *c) {
    int ended = 0;
    for (int i = 0; i < PATIENCE; i++) {
        act(c);
        if (c->left == 0 && !ended) sotto_end_input(c->s), ended = 1;
        if (!ended || sotto_step(c->s, 1) == SOTTO_AGAIN || pull(c) || look(c)) continue;
        if (sotto_state(c->s) == SOTTO_IDLE && sotto_step(c->s, 1) == SOTTO_OK) return;
    }
    fail_msg("no end in %d calls: state %d, %zu samples left to push", PATIENCE, (int)sotto_state(c->s), c->left);
}

static void whole(caller *c, const sotto_config *config) {
    begin(c, config, 1);
    finish(c);
    voice_end(c->s);
    assert_int_equal(c->heard.turns, 1);
    assert_true(c->heard.samples > SOTTO_RATE / 4);
}

static void assert_same(const caller *a, const caller *b) {
    assert_string_equal(a->heard.text, b->heard.text);
    assert_string_equal(a->words, b->words);
    assert_int_equal(a->heard.samples, b->heard.samples);
    assert_memory_equal(a->heard.pcm, b->heard.pcm, a->heard.samples * sizeof(int16_t));
}

static void any_order_of_calls_gives_the_same(void **state) {
    (void)state;
    sotto_config c = pack.config;
    whole(&calm, &c);
    for (uint32_t seed = 2; seed < 12; seed++) {
        c.output_samples = seed % 2 ? 1024 : 8192; /* a ring that is soon full */
        begin(&wild, &c, seed * 7919);
        wild.lazy = seed % 3 == 0;
        wild.sipped = seed % 4 == 0;
        finish(&wild);
        voice_end(wild.s);
        assert_same(&calm, &wild);
    }
}

/* Nobody looks while several short things are said: no event, and no word of one, gives way to a later one. */
static void events_wait_for_who_looks_late(void **state) {
    enum { GAP = SOTTO_RATE };
    static const char *const file[] = {"tests/golden/questions/q20_stop.flac", "tests/golden/questions/q06_coin.flac"};
    sotto_config c = pack.config;
    size_t n = 0;
    (void)state;
    c.llm = c.g2p = c.tts = c.vocoder = NULL;
    c.input_samples = 1 << 17;
    for (int i = 0; i < 4; i++) {
        n += voice_read(file[i % 2], pause_then + n, VOICE_SAMPLES - n);
        memset(pause_then + n, 0, GAP * sizeof(int16_t));
        n += GAP;
    }
    for (int lazy = 0; lazy < 2; lazy++) {
        caller *x = lazy ? &wild : &calm;
        begin(x, &c, 5);
        x->samples = pause_then;
        x->left = n;
        while (lazy && x->left) { /* in this part it does not look at all */
            size_t left = x->left;
            push(x, 4000);
            if (sotto_step(x->s, 8) != SOTTO_AGAIN && left == x->left) break;
        }
        finish(x);
        voice_end(x->s);
    }
    assert_int_equal(calm.heard.turns, 4);
    assert_string_equal(calm.heard.text, wild.heard.text);
    assert_string_equal(calm.words, wild.words);
}

static void reset_at_any_moment_is_a_fresh_start(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.temperature = 0.7f; /* the sampler's state counts too */
    c.seed = 99;
    whole(&calm, &c);
    begin(&wild, &c, 77);
    for (int round = 0; round < 12; round++) {
        for (uint32_t i = upto(&wild, 4000); i > 0; i--) act(&wild);
        if (round % 3 == 2) sotto_interrupt(wild.s);
        if (round % 4 == 3) sotto_end_input(wild.s);
        sotto_reset(wild.s);
        uint32_t random = wild.random;
        sotto *s = wild.s;
        memset(&wild, 0, sizeof wild);
        wild = (caller){.s = s, .random = random, .samples = question, .left = question_len};
    }
    finish(&wild);
    voice_end(wild.s);
    assert_same(&calm, &wild);
}

static int until(caller *c, sotto_state_id state, uint32_t more) {
    for (int i = 0; i < PATIENCE && sotto_state(c->s) != state; i++) {
        push(c, 160);
        if (sotto_step(c->s, 1) != SOTTO_AGAIN) pull(c);
        look(c);
        if (c->left == 0) sotto_end_input(c->s);
    }
    for (; more > 0 && sotto_state(c->s) == state; more--) sotto_step(c->s, 1);
    return sotto_state(c->s) == state;
}

/* A turn by text, worked off to its end; what it called. */
static void ask(caller *c, const char *text, const char *call) {
    int turns = c->heard.turns;
    size_t before = c->heard.len;
    assert_int_equal(sotto_ask(c->s, text), SOTTO_OK);
    finish(c);
    assert_int_equal(c->heard.turns, turns + 1);
    if (!strstr(c->heard.text + before, call)) fail_msg("expected %s in: %s", call, c->heard.text + before);
}

static void an_interrupt_at_any_moment_ends_one_turn(void **state) {
    static const sotto_state_id at[] = {SOTTO_THINKING, SOTTO_SPEAKING};
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        begin(&wild, &pack.config, i);
        if (until(&wild, at[i % 2], i / 2)) sotto_interrupt(wild.s);
        wild.left = 0;
        finish(&wild);
        assert_int_equal(wild.heard.turns, 1);
        assert_int_equal(sotto_state(wild.s), SOTTO_IDLE);
        ask(&wild, "set a timer for twelve minutes", "timer_set duration=twelve minutes");
        voice_end(wild.s);
    }
}

/* Outside a reply there is nothing to interrupt. */
static void an_interrupt_while_it_listens_changes_nothing(void **state) {
    (void)state;
    whole(&calm, &pack.config);
    begin(&wild, &pack.config, 3);
    sotto_interrupt(wild.s);
    assert_true(until(&wild, SOTTO_LISTENING, 3));
    sotto_interrupt(wild.s);
    finish(&wild);
    voice_end(wild.s);
    assert_same(&calm, &wild);
}

/* A question that is taken back before the model saw it leaves no trace. */
static void a_question_taken_back_at_once_was_never_asked(void **state) {
    (void)state;
    begin(&calm, &pack.config, 1);
    calm.left = 0;
    ask(&calm, "turn on the kitchen lights", "light action=on");
    voice_end(calm.s);
    begin(&wild, &pack.config, 1);
    wild.left = 0;
    assert_int_equal(sotto_ask(wild.s, "what time is it"), SOTTO_OK);
    sotto_interrupt(wild.s);
    finish(&wild);
    assert_int_equal(wild.heard.samples, 0);
    wild.heard.len = 0;
    ask(&wild, "turn on the kitchen lights", "light action=on");
    voice_end(wild.s);
    assert_same(&calm, &wild);
}

/* With barge-in the question, asked again into the reply, is answered again. */
static void speech_interrupts_a_reply(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.barge_in = 1;
    begin(&wild, &c, 4);
    assert_true(until(&wild, SOTTO_SPEAKING, 30));
    wild.samples = question;
    wild.left = question_len;
    assert_true(until(&wild, SOTTO_LISTENING, 0));
    assert_int_equal(wild.heard.turns, 1); /* the first ended when the second began */
    finish(&wild);
    voice_end(wild.s);
    assert_int_equal(wild.heard.turns, 2);
    const char *call = strstr(wild.heard.text, VOICE_CALL);
    assert_true(call && strstr(call + 1, VOICE_CALL));
}

static void texts_that_are_none_are_refused(void **state) {
    char endless[600];
    (void)state;
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    begin(&wild, &pack.config, 1);
    wild.left = 0;
    static const char *const bad[] = {"", "caf\xe9", "\xff\xfe", "a \xc3", "\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sotto_ask(wild.s, bad[i]), SOTTO_EARG);
        assert_int_equal(sotto_say(wild.s, bad[i]), SOTTO_EARG);
        assert_int_equal(sotto_complete(wild.s, bad[i]), SOTTO_EARG);
    }
    assert_int_equal(sotto_ask(wild.s, endless), SOTTO_EARG);
    assert_int_equal(sotto_ask(wild.s, NULL), SOTTO_EARG);
    assert_int_equal(sotto_state(wild.s), SOTTO_IDLE);
    ask(&wild, "set a timer for twelve minutes", "timer_set duration=twelve minutes");
    voice_end(wild.s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_calls_gives_the_same),
        cmocka_unit_test(events_wait_for_who_looks_late),
        cmocka_unit_test(reset_at_any_moment_is_a_fresh_start),
        cmocka_unit_test(an_interrupt_at_any_moment_ends_one_turn),
        cmocka_unit_test(an_interrupt_while_it_listens_changes_nothing),
        cmocka_unit_test(a_question_taken_back_at_once_was_never_asked),
        cmocka_unit_test(speech_interrupts_a_reply),
        cmocka_unit_test(texts_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
