/* test_constrain: the grammar over tokens: it takes every valid call and every beginning of one, refuses every byte that leads nowhere, and
 * whatever the logits are, only calls that toolcall_parse takes come out, of words that were said.
 *
 *     test_constrain --calls N   that many calls from random logits
 */
#include "tests/constrain_common.h"
#include <math.h>
#include <strings.h>

static const char SPM[] = "models/packs/nano/llm.gguf", BPE[] = "tests/golden/tok_bpe.gguf";

static const tool_spec OWN[] = {
    {"garage_door", 2, {{"action", 0, "open close", 0}, {"place", 1, NULL, 0}}, 0},
    {"feed_cat", 1, {{"amount", 0, NULL, 1}}, 0},
    {"timer", 1, {{"time", 0, NULL, 0}}, 0},
};
static const tool_set OWN_SET = {OWN, 3, 0}, OWN_ONLY = {OWN, 3, 1};

static void right(rig *r, const char *user, const char *call) {
    size_t at, len = strlen(call);
    toolcall parsed;
    rig_turn(r, user);
    assert_int_equal(toolcall_parse_set(&parsed, &r->c.tools, call, len), TOOLCALL_OK);
    if (!rig_accepts(r, call, len, &at)) fail_msg("\"%s\" was refused at %zu", call, at);
    assert_true(rig_accepts_tokens(r, call));
    assert_true(rig_accepts(r, " coin", 5, &at)); /* one space in front is passed over, as SPM writes one */
    assert_false(rig_accepts(r, "  coin", 6, &at));
}

static void wrong(rig *r, const char *user, const char *call, size_t refused_at) {
    size_t at, len = strlen(call);
    constrain_reset(&r->c);
    rig_turn(r, user);
    if (rig_accepts(r, call, len, &at)) fail_msg("\"%s\" was taken", call);
    assert_int_equal(at, refused_at);
}

static void test_calls(void **state) {
    static const char *const paths[] = {SPM, BPE};
    (void)state;
    for (int i = 0; i < 2; i++) {
        rig *r = rig_open(paths[i], &OWN_SET, RIG_ALL);
        right(r, "what time is it", "time");
        right(r, "what time is it in new york", "time place=new york");
        right(r, "set a timer for five minutes", "timer_set duration=five minutes");
        right(r, "pasta timer for five minutes please", "timer_set name=pasta duration=five minutes");
        right(r, "turn on the kitchen lights", "light action=on place=kitchen");
        right(r, "what's tomorrow's date", "date day=tomorrow");
        right(r, "Set it to twenty-five in Paris, at 5pm!", "thermostat action=set temp=twenty five place=paris");
        right(r, "Set it to twenty-five in Paris, at 5pm!", "alarm_set time=5 pm");
        right(r, "open the garage door", "garage_door action=open");
        right(r, "feed the cat twenty five grams", "feed_cat amount=twenty five");
        right(r, "time the time", "timer time=time the time");
        wrong(r, "what time is it", "timers", 5);
        wrong(r, "what time is it", "time place=paris", 11);    /* p… nobody said */
        wrong(r, "what time is it", "time place=is place", 14); /* twice */
        wrong(r, "what time is it", "time  place=is", 5);
        wrong(r, "what time is it", "time day=it", 5);
        wrong(r, "what time is it", "coin ", 4);
        wrong(r, "what time is it", "date day=monday", 9);
        wrong(r, "what time is it", "date day=today ", 14); /* nothing can follow */
        wrong(r, "lights on", "light action=on off", 16);
        wrong(r, "a cup of tea", "order drink=tea size=of tea milk=", 33); /* an empty value */
        wrong(r, "a cup of tea", "order drink=cup tea", 16);               /* not said in one piece */
        wrong(r, "feed the cat a cup", "feed_cat amount=cup", 16);
        wrong(r, "convert ten", "convert amount=ten from=ten", 27); /* the end, before `to` */
        wrong(r, "convert ten", "convert amount=te from", 17);
        wrong(r, "convert ten", "conv\x01", 4);
        rig_close(r);
    }
}

static void test_empty_set(void **state) { /* nothing was said: what needs a word cannot be begun */
    (void)state;
    size_t at;
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    rig_turn(r, "  ");
    assert_false(rig_accepts(r, "timer_set duration=", 19, &at));
    assert_int_equal(at, 6);
    assert_false(rig_accepts(r, "time place=", 11, &at));
    assert_int_equal(at, 4);
    assert_true(rig_accepts(r, "coin", 4, &at));
    assert_true(constrain_can_call(&r->c));
    rig_close(r);
}

/* Words of earlier turns and results stay; a call's own keep theirs fresh; the oldest go. */
static void test_words(void **state) {
    (void)state;
    size_t at;
    char noise[RIG_TEXT];
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    rig_turn(r, "twelve times three");
    constrain_result(&r->c, "16.09 kilometers");
    rig_turn(r, "and that plus two");
    assert_true(rig_accepts(r, "math expr=16.09 plus two", 24, &at));
    assert_false(rig_accepts(r, "math expr=16.0 plus", 19, &at));
    assert_false(rig_accepts(r, "math expr=16.09 plus twelve", 27, &at)); /* not said in one piece */
    for (int i = 0; i < 40; i++) {
        snprintf(noise, sizeof noise, "word%da word%db word%dc and some of the usual words", i, i, i);
        rig_turn(r, noise);
        assert_true(r->c.place[0].words.used <= r->c.place[0].words.cap);
    }
    assert_false(rig_accepts(r, "math expr=16.09", 15, &at));
    assert_true(rig_accepts(r, "math expr=word38a word38b", 25, &at));
    rig_close(r);
}

static void test_ahead(void **state) {
    (void)state;
    size_t at;
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    rig_turn(r, "first words");
    constrain_copy(&r->c, "other talk");
    constrain_ahead(&r->c, 1);
    constrain_answer(&r->c, 1);
    assert_true(rig_accepts(r, "time place=talk", 15, &at));
    assert_true(rig_accepts(r, "time place=words", 16, &at));
    constrain_ahead(&r->c, 0);
    assert_false(rig_accepts(r, "time place=talk", 15, &at));
    assert_int_equal(r->c.stats.calls, 1);
    rig_close(r);
}

/* Random pieces: what the automaton takes to its end the parser takes; what the parser takes and is made of said words the automaton takes. */
static void test_parser(void **state) {
    static const char *const part[] = {
        "time", "light", "feed_cat", " ", " ", " ", "place=", "action=", "on", "amount=", "=", "kitchen", "five", "x", "level="};
    static const tool_set none = {NULL, 0, 0};
    (void)state;
    uint64_t seed = 11;
    int both = 0, only_parser = 0;
    for (int flags = CONSTRAIN_VALID; flags <= (CONSTRAIN_VALID | CONSTRAIN_FAITHFUL); flags += CONSTRAIN_FAITHFUL) {
        rig *r = rig_open(BPE, flags & CONSTRAIN_FAITHFUL ? &OWN_SET : &none, (uint32_t)flags);
        rig_turn(r, "kitchen five on x");
        for (int round = 0; round < 100000; round++) {
            char text[400] = "";
            toolcall c;
            size_t at;
            int n = (int)((random_unit(&seed) + 1) * 5);
            for (int i = 0; i < n; i++) strcat(text, part[(int)((random_unit(&seed) + 1) * 7.5)]);
            int taken = rig_accepts(r, text, strlen(text), &at);
            int parsed = toolcall_parse_set(&c, &r->c.tools, text, strlen(text)) == TOOLCALL_OK;
            if (taken && !parsed) fail_msg("\"%s\" is no call", text);
            both += taken;
            if (parsed && !taken) { /* only for what the grammar is stricter in: spaces, and words that nobody said */
                only_parser++;
                int odd = text[0] == ' ' || text[strlen(text) - 1] == ' ' || strstr(text, "  ") || flags & CONSTRAIN_FAITHFUL ||
                          strchr(strchr(text, '=') + 1, '=');
                if (!odd) fail_msg("\"%s\" was refused at %zu", text, at);
            }
        }
        rig_close(r);
    }
    print_message("%d calls taken by both, %d by the parser alone\n", both, only_parser);
    assert_true(both > 500);
}

/* From every beginning that is taken, the shortest way promised leads to an end: nothing is a dead end. */
static void test_no_dead_end(void **state) {
    (void)state;
    rig *r = rig_open(BPE, &OWN_SET, RIG_ALL);
    uint64_t seed = 3;
    rig_turn(r, "set the kitchen light to twenty five percent for ten minutes");
    for (int round = 0; round < 300; round++) {
        constrain_at at;
        constrain_begin(&at);
        int steps = 0;
        for (; !constrain_done(&r->c, &at) || random_unit(&seed) > 0; steps++) { /* a random byte of those that are taken */
            char taken[256];
            int n = 0;
            for (int b = 0; b < 256; b++) {
                constrain_at next = at;
                taken[n] = (char)b;
                n += constrain_try(&r->c, &next, taken + n, 1);
            }
            if (n == 0) break;
            assert_true(constrain_try(&r->c, &at, taken + (int)((random_unit(&seed) + 1) / 2 * n), 1));
        }
        assert_true(constrain_done(&r->c, &at) && at.len < TOOL_TEXT);
    }
    rig_close(r);
}

static int was_said(const char *user, const char *word, size_t len) {
    for (const char *at = user; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == len && strncasecmp(at, word, len) == 0) return 1;
    return 0;
}

static void check_call(rig *r, const char *user, const char *text, size_t len) {
    toolcall c;
    enum toolcall_result code = toolcall_parse_set(&c, &r->c.tools, text, len);
    if (code != TOOLCALL_OK) fail_msg("\"%.*s\": %s", (int)len, text, toolcall_strerror(code));
    if (!(r->c.flags & CONSTRAIN_FAITHFUL)) return;
    for (uint32_t i = 0; i < c.count; i++) {
        uint32_t arg = 0;
        while (strcmp(c.tool->arg[arg].name, c.arg[i].key) != 0) arg++;
        if (c.tool->arg[arg].words) continue;
        for (const char *at = c.arg[i].value; *at; at += strcspn(at, " "), at += *at == ' ')
            if (!was_said(user, at, strcspn(at, " "))) fail_msg("\"%.*s\": \"%s\" was not said", (int)len, text, at);
    }
}

static void random_calls(const char *path, const tool_set *tools, uint32_t flags, int count, uint64_t seed) {
    static const char *const users[] = {"set a timer for twenty five minutes", "turn on the kitchen lights please", "x",
                                        "what is twelve times three plus a half", "feed the cat five spoons in the garage"};
    rig *r = rig_open(path, tools, flags);
    char text[TOOL_TEXT + TOK_PIECE_MAX];
    size_t len, longest = 0;
    for (int i = 0; i < count; i++) {
        const char *user = users[i % 5];
        constrain_reset(&r->c);
        rig_turn(r, user);
        r->pick.temperature = i % 10 == 0 ? 0.7f : 0;
        rig_random_call(r, &seed, i % 20 ? 3.0f : 1.2f, text, &len);
        check_call(r, user, text, len);
        longest = len > longest ? len : longest;
    }
    assert_true(longest > 60);
    rig_close(r);
}

static int most_calls = 2500;

static void test_random_logits(void **state) {
    (void)state;
    random_calls(BPE, &OWN_SET, RIG_ALL, most_calls / 2, 1);
    random_calls(BPE, &OWN_SET, CONSTRAIN_VALID, most_calls / 4, 2);
    random_calls(SPM, NULL, RIG_ALL, most_calls / 8, 3);
    random_calls(SPM, &OWN_ONLY, CONSTRAIN_VALID, most_calls / 8, 4);
}

/* NaN everywhere: still a call. */
static void test_broken_logits(void **state) {
    (void)state;
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    rig_turn(r, "five minutes");
    char text[TOK_PIECE_MAX], call[2 * TOOL_TEXT];
    size_t len = 0;
    for (int i = 0; i < 300; i++) {
        for (uint32_t t = 0; t < r->vocab; t++) r->logits[t] = (float)NAN;
        for (uint32_t t = 0; t < r->tok.specials; t++)
            if (r->tok.special[t] != r->end) r->logits[r->tok.special[t]] = -3.4e38f;
        constrain_mask_call(&r->c, r->logits, r->vocab, r->end, 1);
        uint32_t id = sampler_greedy(r->logits, r->vocab);
        constrain_take_call(&r->c, id, r->end);
        if (id == r->end) break;
        size_t n = tok_decode(&r->tok, text, id);
        memcpy(call + len, text, n);
        len += n;
    }
    check_call(r, "five minutes", call, len);
    rig_close(r);
}

/* With a temperature the draw is from the model's distribution over what is valid: after `coin` only the end is. */
static void test_distribution(void **state) {
    (void)state;
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    int on = 0, off = 0;
    uint32_t id_on[8], id_off[8];
    rig_turn(r, "lights");
    assert_true(tok_encode(&r->tok, id_on, 8, "today", 5, TOK_NO_BOS) > 0 && tok_encode(&r->tok, id_off, 8, "yesterday", 9, TOK_NO_BOS) > 0);
    r->pick.temperature = 1;
    for (int i = 0; i < 4000; i++) {
        constrain_at at;
        constrain_begin(&at);
        assert_true(constrain_try(&r->c, &at, "date day=", 9));
        r->c.now->at = at;
        for (uint32_t t = 0; t < r->vocab; t++) r->logits[t] = 0;
        r->logits[id_on[0]] = 9;
        r->logits[id_off[0]] = 8;
        r->logits[r->end] = 50;
        constrain_mask_call(&r->c, r->logits, r->vocab, r->end, 0);
        uint32_t id = sampler_pick(&r->pick, r->logits);
        on += id == id_on[0];
        off += id == id_off[0];
    }
    assert_true(on + off > 3900);
    double share = (double)on / (on + off); /* 1 / (1 + e^-1) = 0.731 */
    assert_true(share > 0.70 && share < 0.76);
    assert_int_equal(r->c.stats.changed, 4000); /* the end was likeliest each time */
    rig_close(r);
}

/* ---- numbers in replies ---- */

static int reply(rig *r, const char *user, const char *result, const char *text) {
    rig_turn(r, user);
    if (result) constrain_result(&r->c, result);
    return rig_reply(r, text);
}

static void test_numbers(void **state) {
    static const char *const paths[] = {SPM, BPE};
    (void)state;
    for (int i = 0; i < 2; i++) {
        rig *r = rig_open(paths[i], NULL, RIG_ALL);
        assert_true(reply(r, "what time is it", "10:42 am", "It's 10:42 am."));
        assert_false(reply(r, "what time is it", "10:42 am", "It's 10:43 am."));
        assert_false(reply(r, "what time is it", "10:42 am", "It's 1:42 am."));
        assert_false(reply(r, "what time is it", "10:42 am", "It's 10:4"));
        assert_true(reply(r, "twenty five minutes", "ok", "Timer set for twenty five minutes."));
        assert_false(reply(r, "twenty five minutes", "ok", "Timer set for twenty six minutes."));
        assert_false(reply(r, "five minutes", "ok", "Timer set for 5 minutes."));
        assert_true(reply(r, "time in tennessee", "4:05 pm", "In Tennessee it's 4:05 pm, one moment."));
        assert_true(reply(r, "hello", NULL, "I am 3 years old and seven feet tall."));
        assert_false(reply(r, "hello", "ok", "10:42 it is.")); /* of an earlier turn */
        rig_close(r);
    }
}

static void test_every_smaller_block(void **state) {
    (void)state;
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    constrain c;
    arena a;
    arena_begin(&a, NULL, 0);
    constrain_layout(&c, &a, &r->tok, &OWN_SET, RIG_ALL, RIG_TEXT);
    size_t need = a.peak;
    print_message("%zu bytes in the block, %zu in the struct\n", need, sizeof c);
    assert_true(need < 9216);
    uint8_t *block = aligned_alloc(64, need + 64);
    for (size_t size = 0; size <= need; size++) {
        memset(block, 0x5a, need + 64);
        arena_begin(&a, block, size);
        constrain_layout(&c, &a, &r->tok, &OWN_SET, RIG_ALL, RIG_TEXT);
        assert_int_equal(a.failed, size < need);
        for (size_t i = size; i < need + 64; i++) assert_true(block[i] == 0x5a);
    }
    arena_begin(&a, NULL, 0);
    constrain_layout(&c, &a, &r->tok, &OWN_SET, 0, RIG_TEXT);
    assert_int_equal(a.peak, 0); /* switched off it takes nothing */
    free(block);
    rig_close(r);
}

static void test_reset_equals_fresh(void **state) {
    (void)state;
    rig *a = rig_open(BPE, &OWN_SET, RIG_ALL), *b = rig_open(BPE, &OWN_SET, RIG_ALL);
    char one[TOOL_TEXT + TOK_PIECE_MAX], two[TOOL_TEXT + TOK_PIECE_MAX];
    size_t n, m;
    uint64_t seed = 5;
    for (int i = 0; i < 20; i++) {
        rig_turn(a, "open the garage door in five minutes");
        rig_random_call(a, &seed, 1.5f, one, &n);
        constrain_result(&a->c, "17 degrees");
    }
    constrain_reset(&a->c);
    assert_memory_equal(a->c.place[0].words.at, b->c.place[0].words.at, a->c.place[0].words.cap);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t s = i, t = i;
        rig_turn(a, "feed the cat");
        rig_turn(b, "feed the cat");
        rig_random_call(a, &s, 1.5f, one, &n);
        rig_random_call(b, &t, 1.5f, two, &m);
        assert_true(n == m);
        assert_memory_equal(one, two, n);
    }
    rig_close(a);
    rig_close(b);
}

/* A vocabulary of 64 pieces that lacks most letters: what it cannot spell is not offered. */
static void test_poor_vocabulary(void **state) {
    (void)state;
    rig *r = rig_open("tests/golden/llama_f32.gguf", NULL, RIG_ALL);
    char text[TOOL_TEXT + TOK_PIECE_MAX];
    size_t len;
    uint64_t seed = 2;
    for (int i = 0; i < 200; i++) {
        rig_turn(r, "the red hat");
        if (!constrain_can_call(&r->c)) break;
        rig_random_call(r, &seed, 0, text, &len);
        check_call(r, "the red hat", text, len);
    }
    rig_close(r);
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "--calls") == 0) most_calls = atoi(argv[2]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls),
                                       cmocka_unit_test(test_empty_set),
                                       cmocka_unit_test(test_words),
                                       cmocka_unit_test(test_ahead),
                                       cmocka_unit_test(test_parser),
                                       cmocka_unit_test(test_no_dead_end),
                                       cmocka_unit_test(test_random_logits),
                                       cmocka_unit_test(test_broken_logits),
                                       cmocka_unit_test(test_distribution),
                                       cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_every_smaller_block),
                                       cmocka_unit_test(test_poor_vocabulary),
                                       cmocka_unit_test(test_reset_equals_fresh)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
