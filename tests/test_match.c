/* test_match: the matcher against brute force over every sentence of small grammars, its slots, times and confidence, and its bounds. */
#include "models/asr/match.h"
#include "tests/grammar_common.h"

enum { MOST_FRAMES = 64, GUARD = 64 };

typedef struct bench { /* a matcher in blocks of exactly its size, with guards behind */
    grammar g;
    match m;
    void *grammar_at;
    uint8_t *kept, *scratch;
    size_t kept_bytes, scratch_bytes;
} bench;

static const match_limits EXACT = {.max_frames = MOST_FRAMES, .frame_ms = 80.0f / 3.0f, .beam = 4000, .word_penalty = 0, .blank_cost = 0};

static void bench_open(bench *b, const char *text, const match_limits *limits) {
    arena a;
    b->grammar_at = grammar_make(&b->g, text);
    arena_begin(&a, NULL, 0);
    match_layout(&b->m, &a, &b->g, limits);
    b->kept_bytes = a.peak;
    arena_begin(&a, NULL, 0);
    match_scratch(&b->m, &a);
    b->scratch_bytes = a.peak;
    b->kept = grammar_block(b->kept_bytes + GUARD);
    b->scratch = grammar_block(b->scratch_bytes + GUARD);
    memset(b->kept + b->kept_bytes, 0xa5, GUARD);
    memset(b->scratch + b->scratch_bytes, 0xa5, GUARD);
    arena_begin(&a, b->kept, b->kept_bytes);
    match_layout(&b->m, &a, &b->g, limits);
    assert_false(a.failed);
    arena_begin(&a, b->scratch, b->scratch_bytes);
    match_scratch(&b->m, &a);
    assert_false(a.failed);
    match_reset(&b->m);
}

static void bench_close(bench *b) {
    for (int i = 0; i < GUARD; i++) {
        assert_int_equal(b->kept[b->kept_bytes + (size_t)i], 0xa5);
        assert_int_equal(b->scratch[b->scratch_bytes + (size_t)i], 0xa5);
    }
    free(b->kept);
    free(b->scratch);
    free(b->grammar_at);
}

static uint32_t lcg(uint32_t *s) {
    return (*s = *s * 1664525u + 1013904223u) >> 8;
}

/* Log-probabilities as a network gives them: everything small, `said` (a class) near 0. noise 0..1. */
static void make_frame(float *log_p, uint32_t said, float noise, uint32_t *seed) {
    for (uint32_t c = 0; c < MATCH_CLASSES; c++) log_p[c] = -8.0f + 6.0f * noise * (float)(lcg(seed) % 1000) / 1000.0f;
    log_p[said] = -0.05f - 4.0f * noise * (float)(lcg(seed) % 1000) / 1000.0f;
}

/* Speaks phones as letters, ' ' a blank, each `hold` frames, two blanks between equal ones are the text's own. */
static void hear(match *m, const char *said, uint32_t hold, float noise, uint32_t seed) {
    float log_p[MATCH_CLASSES];
    for (; *said; said++) {
        for (uint32_t i = 0; i < hold; i++) {
            make_frame(log_p, *said == ' ' ? 0 : (uint32_t)(*said - 'a' + 1), noise, &seed);
            match_push(m, log_p);
        }
    }
}

static int is_complete(match *m) {
    int complete;
    match_so_far(m, &complete);
    return complete;
}

/* ---- brute force ---- */

typedef struct brute {
    const match *m;
    uint32_t best, winners;
    char said[128];
} brute;

/* Viterbi of one phone string over the frames that the matcher kept, written as in the paper: blanks between all labels. */
static uint32_t chain_cost(const match *m, const uint8_t *phones, uint32_t n) {
    static uint32_t v[2][2 * 64 + 1];
    uint32_t states = 2 * n + 1;
    for (uint32_t t = 0; t < m->frame_count; t++) {
        const uint8_t *cost = m->cost + (size_t)t * MATCH_CLASSES;
        uint32_t *now = v[t & 1], *was = v[~t & 1];
        for (uint32_t s = 0; s < states; s++) {
            uint32_t label = s & 1 ? phones[s / 2] : 0, best = 1u << 30;
            if (t == 0) {
                if (s < 2) best = 0;
            } else {
                best = was[s];
                if (s > 0 && was[s - 1] < best) best = was[s - 1];
                if (s > 1 && label && label != phones[s / 2 - 1] && was[s - 2] < best) best = was[s - 2];
            }
            now[s] = best + cost[label];
        }
    }
    const uint32_t *last = v[(m->frame_count - 1) & 1];
    return last[states - 1] < last[states - 2] ? last[states - 1] : last[states - 2];
}

static void try_path(void *user, const grammar_walk *w, uint32_t intent) {
    brute *b = user;
    uint8_t phones[64];
    char said[128] = "";
    uint32_t n = 0;
    (void)intent;
    for (uint32_t i = 0; i < w->count; i++) {
        const grammar_pron *p = &w->g->pron[w->g->strand[w->strand[i]].pron];
        grammar_text t = grammar_word_text(w->g, p->word);
        for (uint32_t k = 0; k < p->count && n < 64; k++) phones[n++] = w->g->phone[p->at + k];
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s%.*s", i ? " " : "", (int)t.len, t.at);
    }
    if (n == 0 || n >= 64) return;
    uint32_t cost = chain_cost(b->m, phones, n) + w->count * b->m->penalty;
    if (cost == b->best && strcmp(said, b->said) != 0) b->winners++;
    if (cost >= b->best) return;
    b->best = cost;
    b->winners = 1;
    strcpy(b->said, said);
}

static const char *const SMALL[] = {
    "intent x\n  ab\n",
    "intent x\n  (a|b|ab) [c|aa] (d|a)\n",
    "intent x\n  aab [baa] (ab|ba) \nintent y\n  (a|b) (c|q)\n",
    "list l = ab|b|ba : x\nlist n = 1..3\nintent x\n  [a] {l} [b {l}]\n  {n} a\nintent y\n  (a;b;[c])\n",
    "rule r = (a|bb) [c]\nintent x\n  <r> <r> [<r>]\n",
    "intent x\n  a (b|ca)* a\n",
    "intent x\n  (a|aa)+\n  (a)+ [s] a[s]\n",
};

static void equals_brute_force(void **state) {
    uint32_t seed = 7, ends = 0;
    (void)state;
    for (size_t k = 0; k < sizeof SMALL / sizeof SMALL[0]; k++) {
        for (int penalty = 0; penalty < 2; penalty++) {
            bench b;
            match_limits limits = EXACT;
            limits.word_penalty = (float)penalty;
            bench_open(&b, SMALL[k], &limits);
            for (int trial = 0; trial < 60; trial++) {
                float log_p[MATCH_CLASSES];
                uint32_t frames = 1 + lcg(&seed) % 14;
                match_result r;
                brute whole = {.m = &b.m, .best = 1u << 29};
                grammar_walk w = {.g = &b.g, .most = frames < 6 ? frames : 6, .each = try_path, .user = &whole};
                match_reset(&b.m);
                for (uint32_t t = 0; t < frames; t++) { /* sounds of a..d and blanks, from clear to nearly even */
                    uint32_t said = lcg(&seed) % 6;
                    make_frame(log_p, said > 4 ? 0 : said, (float)(trial % 10) / 8.0f, &seed);
                    match_push(&b.m, log_p);
                }
                if (strchr(SMALL[k], '*') || strchr(SMALL[k], '+')) w.most = frames < 9 ? frames : 9;
                grammar_walk_from(&w, 0);
                int ended = match_finish(&b.m, &r);
                assert_int_equal(ended, whole.best < 1u << 29);
                if (!ended) continue;
                ends++;
                if (w.most == frames || r.words < w.most) assert_int_equal(r.cost, whole.best);
                if (whole.winners == 1 && !strchr(SMALL[k], '[')) assert_string_equal(r.said, whole.said);
                assert_int_equal(b.m.strained, 0);
            }
            bench_close(&b);
        }
    }
    assert_true(ends > 500);
}

/* ---- results ---- */

static void a_repeated_phone_needs_a_blank(void **state) {
    bench b;
    match_result r;
    (void)state;
    bench_open(&b, "intent one\n  a\nintent two\n  a a\n", &EXACT);
    hear(&b.m, "aaaa", 1, 0, 1);
    assert_true(match_finish(&b.m, &r));
    assert_int_equal(r.intent, 0);
    assert_true(r.margin > 5.0f);
    match_reset(&b.m);
    hear(&b.m, " aa a ", 1, 0, 1);
    assert_true(match_finish(&b.m, &r));
    assert_int_equal(r.intent, 1);
    assert_string_equal(r.said, "a a");
    bench_close(&b);
}

static const char ORDER[] = "list drink = mocha | latte | (drip|filter) coffee : drip coffee\n"
                            "list n = 1..59\n"
                            "intent order menu=main\n  [can i] get [a] [{n}] {drink} [with {drink:extra}] [please]\n"
                            "intent stop\n  stop it now\n";

static void slots_values_and_times(void **state) {
    bench b;
    match_result r;
    (void)state;
    bench_open(&b, ORDER, &EXACT);
    hear(&b.m, "  get twentyfive filtercof fe  withmocha ", 1, 0.3f, 3);
    assert_true(is_complete(&b.m));
    assert_true(match_finish(&b.m, &r));
    assert_string_equal(r.said, "get twenty five filter coffee with mocha");
    assert_int_equal(r.slots, 4);
    assert_string_equal(r.slot[0].value, "25");
    assert_int_equal(r.slot[0].name.len, 1);
    assert_string_equal(r.slot[1].value, "drip coffee");
    assert_string_equal(r.slot[2].value, "mocha");
    assert_memory_equal(r.slot[2].name.at, "extra", 5);
    assert_string_equal(r.slot[3].value, "main");
    assert_memory_equal(r.slot[3].name.at, "menu", 4);
    assert_int_equal(r.begin_ms, 53);                                  /* third frame of 80/3 ms */
    assert_int_equal(r.slot[0].begin_ms, 160);                         /* 6 frames in */
    assert_true(r.slot[1].begin_ms == 453 && r.slot[1].end_ms == 827); /* frames 17..31 */
    assert_true(r.slot[2].end_ms == 1067 && r.end_ms == 1067);         /* the last blank is not the word's */
    assert_int_equal(r.words, 7);
    assert_memory_equal(r.said + r.word[4].at, "coffee", r.word[4].len);
    for (uint32_t i = 0; i < r.slots; i++) assert_true(r.slot[i].confidence > 0.6f);
    assert_true(r.margin > 5.0f);
    bench_close(&b);
}

static void not_complete_before_the_end(void **state) {
    bench b;
    match_result r;
    (void)state;
    bench_open(&b, ORDER, &EXACT);
    assert_false(is_complete(&b.m));
    assert_false(match_finish(&b.m, &r));
    hear(&b.m, "cani getamoc", 1, 0.1f, 3);
    assert_false(is_complete(&b.m));
    hear(&b.m, "ha", 1, 0.1f, 3);
    assert_true(is_complete(&b.m));
    hear(&b.m, "wi", 1, 0.1f, 3);
    assert_false(is_complete(&b.m));
    bench_close(&b);
}

/* What is in the grammar is surer than what is not, in quiet and in noise; a clear misfit is below one half. */
static void confidence_tells_in_from_out(void **state) {
    static const char *const in[] = {"getamocha ", " cani getadripcof fe", "stopitnow "}, *const out[] = {"helothere ", "wheredoigo ",
                                                                                                          "whattimeisit "};
    bench b;
    match_result r;
    (void)state;
    bench_open(&b, ORDER, &EXACT);
    for (int noise = 0; noise < 4; noise++) {
        for (int i = 0; i < 3; i++) {
            float sure, unsure = 0;
            match_reset(&b.m);
            hear(&b.m, in[i], 2, (float)noise / 10, 11);
            assert_true(match_finish(&b.m, &r));
            sure = r.confidence;
            match_reset(&b.m);
            hear(&b.m, out[i], 2, (float)noise / 10, 11);
            if (match_finish(&b.m, &r)) unsure = r.confidence;
            if (!(sure > 0.5f && unsure < 0.5f))
                fail_msg("noise %d, sentence %d: %.3f in the grammar, %.3f outside", noise, i, (double)sure, (double)unsure);
        }
    }
    bench_close(&b);
}

/* Reset equals fresh, and other frames before leave no trace. */
static void reset_equals_fresh(void **state) {
    bench b;
    match_result first, second;
    (void)state;
    bench_open(&b, ORDER, &EXACT);
    hear(&b.m, "getalat te pleas", 1, 0.8f, 5);
    int one = match_finish(&b.m, &first);
    hear(&b.m, "stopitnow", 2, 0.5f, 6);
    match_finish(&b.m, &second);
    match_reset(&b.m);
    hear(&b.m, "getalat te pleas", 1, 0.8f, 5);
    is_complete(&b.m);
    assert_int_equal(match_finish(&b.m, &second), one);
    assert_memory_equal(&first.said, &second.said, sizeof first.said);
    assert_true(first.cost == second.cost && first.slots == second.slots && first.confidence == second.confidence);
    bench_close(&b);
}

static void too_many_frames_are_not_accepted(void **state) {
    bench b;
    match_result r;
    (void)state;
    bench_open(&b, "intent x\n  a\n", &EXACT);
    for (int i = 0; i < MOST_FRAMES / 2; i++) hear(&b.m, "a ", 1, 0, 1);
    match_finish(&b.m, &r);
    hear(&b.m, "a", 1, 0, 1);
    assert_false(match_finish(&b.m, &r));
    assert_false(is_complete(&b.m));
    bench_close(&b);
}

/* Loops over even frames make as many pasts as can be; memory stays, the result is a sentence. A narrow beam costs at most what it cuts. */
static void pasts_and_beam_are_bounded(void **state) {
    uint32_t seed = 99, cost = 0;
    (void)state;
    for (int narrow = 0; narrow < 2; narrow++) {
        bench b;
        match_result r;
        float log_p[MATCH_CLASSES];
        match_limits limits = EXACT;
        limits.beam = narrow ? 6.0f : 4000.0f;
        bench_open(&b, "intent x\n  (a|b|c|d|ab|ba|cd|dc|abc|cba|dab|bad)+ (a|b|c)\n", &limits);
        seed = 99;
        for (int t = 0; t < MOST_FRAMES; t++) {
            for (uint32_t c = 0; c < MATCH_CLASSES; c++) log_p[c] = -3.0f - (float)(lcg(&seed) % 100) / 100.0f;
            match_push(&b.m, log_p);
        }
        int ended = match_finish(&b.m, &r);
        if (!narrow) {
            assert_true(ended);
            cost = r.cost;
        } else if (ended) {
            assert_true(r.cost >= cost);
        }
        bench_close(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_brute_force),
        cmocka_unit_test(a_repeated_phone_needs_a_blank),
        cmocka_unit_test(slots_values_and_times),
        cmocka_unit_test(not_complete_before_the_end),
        cmocka_unit_test(confidence_tells_in_from_out),
        cmocka_unit_test(reset_equals_fresh),
        cmocka_unit_test(too_many_frames_are_not_accepted),
        cmocka_unit_test(pasts_and_beam_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
