/* test_ahead: being early changes nothing but when. One machine expects texts (right ones, wrong ones, beginnings), works ahead, tries prompt
 * lookup and starts from a snapshot; its twin does none of that. They must give the same tokens, texts and calls, and hold the same rows,
 * bit for bit, over turns, cancellations and evictions. */
#include "tests/llm_place.h"

enum { TEXT = 64, SEEN = 16384 };

typedef struct machine {
    gguf g;
    llm m;
    void *state, *scratch;
    char seen[SEEN]; /* of the running turn: every token, piece and call */
    size_t len;
    uint32_t prefilled;
} machine;

/* `bos`: the file says that every text begins with <s>. */
static void open_file(gguf *g, const char *path, int bos) {
    static const char key[] = "tokenizer.ggml.add_bos_token";
    size_t size = 0;
    sotto_error err;
    uint8_t *bytes = read_whole(path, &size);
    assert_non_null(bytes);
    for (size_t i = 0; i + sizeof key + 4 < size; i++)
        if (memcmp(bytes + i, key, sizeof key - 1) == 0) bytes[i + sizeof key - 1 + 4] = (uint8_t)bos;
    assert_int_equal(gguf_open(g, path, bytes, size, &err), 0);
}

static machine *start(const char *path, int bos, const llm_limits *limits) {
    machine *r = calloc(1, sizeof *r);
    sotto_error err;
    open_file(&r->g, path, bos);
    if (llm_bind(&r->m, &r->g, &err)) fail_msg("%s", err.text);
    llm_place(&r->m, limits, &r->state, &r->scratch);
    return r;
}

static void stop(machine *r) {
    free(r->state);
    free(r->scratch);
    free((void *)r->g.data);
    free(r);
}

static llm_limits plain_limits(void) {
    return (llm_limits){.k = kernels_select(NULL), .window = 40, .sinks = 4, .batch = 5, .max_text = TEXT, .max_reply = 30, .kv = KV_I8};
}

static llm_limits early_limits(void) {
    llm_limits limits = plain_limits();
    limits.ahead = 24;
    limits.lookup = 3;
    limits.snapshot = 1;
    return limits;
}

/* ---- the same rows ---- */

static size_t value_bytes(const kvring *r) {
    return r->kind == KV_F32 ? 4 : r->kind == KV_F16 ? 2 : 1;
}

static void same_ring(const kvring *a, const kvring *b) {
    size_t row = (size_t)a->dim * value_bytes(a), scale = sizeof(float);
    assert_true(a->total == b->total);
    for (uint32_t i = 0; i < kvring_len(a) * a->heads; i++) {
        uint32_t p = i / a->heads, h = i % a->heads;
        size_t x = (size_t)h * kvring_stored(a) + kvring_slot(a, kvring_row(a, a->total, p));
        size_t y = (size_t)h * kvring_stored(b) + kvring_slot(b, kvring_row(b, b->total, p));
        assert_memory_equal((char *)a->k + x * row, (char *)b->k + y * row, row);
        assert_memory_equal((char *)a->v + x * row, (char *)b->v + y * row, row);
        if (a->kind != KV_I8) continue;
        assert_memory_equal((char *)a->k_scale + x * scale, (char *)b->k_scale + y * scale, scale);
        assert_memory_equal((char *)a->v_scale + x * scale, (char *)b->v_scale + y * scale, scale);
    }
}

/* After what still waits went through, and with nothing expected. */
static void same_state(machine *a, machine *b) {
    llm_forget(&a->m);
    while (llm_ahead_step(&a->m)) {}
    while (llm_ahead_step(&b->m)) {}
    for (uint32_t i = 0; i < a->m.model.config.layers; i++) same_ring(&a->m.model.cache[i], &b->m.model.cache[i]);
    assert_true(a->m.pick.state == b->m.pick.state && a->m.pick.picked == b->m.pick.picked);
    assert_memory_equal(a->m.pick.recent, b->m.pick.recent, sizeof a->m.pick.recent);
    assert_true(a->m.reply_tokens == b->m.reply_tokens);
}

/* ---- turns ---- */

static uint32_t draw(uint64_t *seed, uint32_t n) {
    return (uint32_t)((random_unit(seed) + 1) / 2 * n) % n;
}

static void write_text(uint64_t *seed, char *out) {
    static const char *const words[] = {"what", "time", "is", "it", "twelve", "set", "a", "timer", "for", "the", "red", "hat", "fort", "forty"};
    uint32_t n = 1 + draw(seed, 7);
    out[0] = 0;
    for (uint32_t i = 0; i < n; i++) snprintf(out + strlen(out), TEXT - strlen(out), "%s%s", i ? " " : "", words[draw(seed, 14)]);
}

/* What a recogniser would have shown on the way to `text`: its beginnings, often misheard, sometimes all of it. */
static void expect(machine *r, uint64_t *seed, const char *text) {
    char guess[TEXT + 1];
    for (uint32_t times = draw(seed, 5); times > 0; times--) {
        write_text(seed, guess);
        if (draw(seed, 4)) snprintf(guess, sizeof guess, "%.*s", (int)draw(seed, (uint32_t)strlen(text) + 2), text);
        if (draw(seed, 3) == 0) snprintf(guess, sizeof guess, "%s", text);
        llm_expect(&r->m, guess, (int)draw(seed, 2));
        for (uint32_t n = draw(seed, 30); n > 0 && llm_ahead_step(&r->m); n--) {}
        if (draw(seed, 9) == 0) llm_forget(&r->m);
    }
}

static void note(machine *r, const llm_event *e) {
    if (e->type == LLM_PREFILL) r->prefilled += e->tokens;
    if (e->type == LLM_PREFILL || e->type == LLM_IDLE) return;
    r->len += (size_t)snprintf(r->seen + r->len, SEEN - r->len, "%d:%u:%s\n", (int)e->type, (unsigned)e->token, e->text);
    assert_true(r->len < SEEN);
}

/* The turn to its end, or cancelled after `most` tokens. */
static void turn(machine *r, const char *text, uint32_t most, int result) {
    llm_event e;
    r->len = 0;
    r->seen[0] = 0;
    assert_int_equal(llm_feed_user(&r->m, text), 0);
    for (uint32_t tokens = 0; tokens < most && llm_step(&r->m, &e);) {
        note(r, &e);
        tokens += e.type != LLM_PREFILL;
        if (e.type == LLM_CALL && result == 2) llm_inject_say(&r->m, "sorry");
        if (e.type == LLM_CALL && result < 2) assert_int_equal(llm_feed_result(&r->m, result ? "ok" : "twelve red hat"), 0);
    }
    llm_cancel(&r->m);
}

static void add_counts(llm_counts *to, const llm_counts *from) {
    to->ahead_rows += from->ahead_rows;
    to->ahead_used += from->ahead_used;
    to->ahead_picks += from->ahead_picks;
    to->picks_used += from->picks_used;
    to->drafted += from->drafted;
    to->accepted += from->accepted;
}

static llm_counts compare(const llm_limits *early, const llm_limits *plain, int bos, uint64_t seed, uint32_t turns) {
    machine *a = start("tests/golden/llama_q8_0.gguf", bos, early), *b = start("tests/golden/llama_q8_0.gguf", bos, plain);
    llm_counts sum = {0};
    char text[TEXT + 1];
    for (uint32_t i = 0; i < turns; i++) {
        write_text(&seed, text);
        expect(a, &seed, text);
        uint32_t most = draw(&seed, 3) ? 1000 : draw(&seed, 20);
        int result = (int)draw(&seed, 3);
        turn(a, text, most, result);
        turn(b, text, most, result);
        assert_string_equal(a->seen, b->seen);
        if (draw(&seed, 4) == 0) assert_int_equal(llm_tell(&a->m, "red", "time", "it", "hat"), llm_tell(&b->m, "red", "time", "it", "hat"));
        if (draw(&seed, 3) == 0) same_state(a, b);
        if (draw(&seed, 40)) continue;
        add_counts(&sum, &a->m.counts);
        llm_reset(&a->m);
        llm_reset(&b->m);
    }
    same_state(a, b);
    add_counts(&sum, &a->m.counts);
    stop(a);
    stop(b);
    return sum;
}

static void test_nothing_changes(void **state) {
    (void)state;
    llm_limits early = early_limits(), plain = plain_limits();
    for (int kv = KV_F32; kv <= KV_I8; kv++) {
        for (int warm = 0; warm < 2; warm++) {
            early.kv = plain.kv = (enum kv_kind)kv;
            early.temperature = plain.temperature = (float)warm;
            early.repeat = plain.repeat = warm ? 1.2f : 1;
            early.seed = plain.seed = 5;
            early.constrain = plain.constrain = kv ? CONSTRAIN_VALID | (kv == KV_I8 ? CONSTRAIN_FAITHFUL | CONSTRAIN_NUMBERS : 0) : 0;
            llm_counts t = compare(&early, &plain, warm, (uint64_t)(kv * 2 + warm + 1), 150);
            assert_true(t.ahead_used > 20 && t.ahead_rows > t.ahead_used); /* some of it was of use, some was not */
            assert_true(t.picks_used > 20);
        }
    }
}

/* Rows worked out ahead may be more than the window holds. */
static void test_small_window(void **state) {
    (void)state;
    llm_limits early = early_limits(), plain = plain_limits();
    early.window = plain.window = 9;
    early.sinks = plain.sinks = 1;
    early.ahead = 40;
    compare(&early, &plain, 0, 11, 200);
    early.ahead = 1;
    compare(&early, &plain, 1, 12, 200);
    early.lookup = 0;
    compare(&early, &plain, 0, 13, 100);
}

static void test_lookup(void **state) {
    (void)state;
    llm_limits early = plain_limits(), plain = plain_limits();
    for (uint32_t lookup = 1; lookup < plain.batch; lookup++) {
        early.lookup = lookup;
        llm_counts t = compare(&early, &plain, 0, 20 + lookup, 150); /* a greedy random model goes in circles, which lookup foresees */
        assert_true(t.accepted > 100 && t.drafted > t.accepted && t.ahead_rows == 0);
    }
}

/* What was expected rightly costs the turn nothing, up to the tool. */
static void test_it_is_done(void **state) {
    (void)state;
    llm_limits limits = early_limits();
    machine *r = start("tests/golden/llama_q8_0.gguf", 1, &limits);
    llm_event e;
    assert_int_equal(llm_expect(&r->m, "what time", 0), 0);
    while (llm_ahead_step(&r->m)) {}
    uint64_t partial = llama_total(&r->m.model);
    assert_true(partial > 1 && r->m.counts.ahead_picks == 0);
    assert_int_equal(llm_expect(&r->m, "what time is it", 1), 0);
    while (llm_ahead_step(&r->m)) {}
    uint64_t total = llama_total(&r->m.model);
    assert_true(total > partial && r->m.counts.ahead_picks > 0);
    assert_int_equal(llm_feed_user(&r->m, "what time is it"), 0);
    assert_int_equal(llm_step(&r->m, &e), 1);
    assert_int_equal(e.type, LLM_PREFILL);
    assert_true(e.last && e.known == e.tokens);
    assert_int_equal(llm_step(&r->m, &e), 1);
    assert_true(e.type == LLM_TOKEN && e.known == 1);
    assert_true(llama_total(&r->m.model) == total); /* nothing was computed */
    stop(r);
}

static void test_states(void **state) {
    (void)state;
    llm_limits limits = early_limits(), none = plain_limits();
    machine *r = start("tests/golden/llama_q8_0.gguf", 0, &limits), *off = start("tests/golden/llama_q8_0.gguf", 0, &none);
    char text[TEXT + 16];
    llm_event e;
    memset(text, 'q', sizeof text);
    text[TEXT + 15] = 0;
    assert_int_equal(llm_expect(&off->m, "red", 1), ERR_STATE);
    assert_int_equal(llm_expect(&r->m, text, 1), ERR_ARG);
    assert_int_equal(llm_ahead_step(&r->m), 0);
    text[TEXT - 1] = 0; /* more tokens than rows can be taken back: the first of them */
    assert_int_equal(llm_expect(&r->m, text, 1), 0);
    while (llm_ahead_step(&r->m)) {}
    assert_true(llama_total(&r->m.model) == limits.ahead && r->m.counts.ahead_picks == 0);
    llm_forget(&r->m);
    assert_true(llama_total(&r->m.model) == 0);
    assert_int_equal(llm_feed_user(&r->m, "red"), 0);
    assert_int_equal(llm_expect(&r->m, "red", 1), ERR_STATE);
    assert_int_equal(llm_ahead_step(&r->m), 0);
    while (llm_step(&r->m, &e) && e.type != LLM_CALL) {}
    assert_int_equal(llm_tell(&r->m, "red", NULL, NULL, "hat"), llm_busy(&r->m) || r->m.state == LLM_WAIT_RESULT ? ERR_STATE : 0);
    stop(r);
    stop(off);
}

/* ---- the snapshot ---- */

#define HEADER "a door=open; b hat=red; what a set of time is it that it is for<|end|>"

static void same_bytes(const machine *a, const machine *b) { /* also where no row is held */
    for (uint32_t i = 0; i < a->m.model.config.layers; i++) {
        const kvring *x = &a->m.model.cache[i], *y = &b->m.model.cache[i];
        size_t rows = (size_t)x->sinks + x->window + x->spare, row = (size_t)x->heads * x->dim * value_bytes(x);
        assert_true(x->total == y->total && x->most == y->most);
        assert_memory_equal(x->k, y->k, rows * row);
        assert_memory_equal(x->v, y->v, rows * row);
        if (x->kind != KV_I8) continue;
        assert_memory_equal(x->k_scale, y->k_scale, rows * x->heads * sizeof(float));
        assert_memory_equal(x->v_scale, y->v_scale, rows * x->heads * sizeof(float));
    }
}

static void test_snapshot_equals_computing(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++) {
        llm_limits kept = early_limits(), computed = early_limits();
        kept.kv = computed.kv = (enum kv_kind)(i % 3);
        kept.window = computed.window = 100;
        kept.header = computed.header = i % 2 ? HEADER : NULL;
        computed.snapshot = 0;
        machine *a = start("tests/golden/llama_q8_0.gguf", i < 6, &kept), *b = start("tests/golden/llama_q8_0.gguf", i < 6, &computed);
        for (int round = 0; round < 3; round++) {
            assert_int_equal(a->m.queued, 0);
            assert_int_equal(b->m.queued, b->m.prefix);
            while (llm_ahead_step(&b->m)) {}
            same_bytes(a, b);
            assert_true(llama_total(&a->m.model) == a->m.prefix && (a->m.prefix > 0) == (i % 2 || i < 6));
            turn(a, "what time is it", 1000, 1);
            turn(b, "what time is it", 1000, 1);
            assert_string_equal(a->seen, b->seen);
            same_state(a, b);
            llm_reset(&a->m);
            llm_reset(&b->m);
        }
        stop(a);
        stop(b);
    }
}

/* A header that is longer than its snapshot has room for (a byte a token), or than the window, is computed each time. */
static void test_long_header(void **state) {
    (void)state;
    llm_limits kept = early_limits(), computed = early_limits();
    kept.header = computed.header = "qzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqzqz";
    computed.snapshot = 0;
    machine *a = start("tests/golden/llama_q8_0.gguf", 1, &kept), *b = start("tests/golden/llama_q8_0.gguf", 1, &computed);
    assert_int_equal(a->m.start.rows, 0);
    for (int round = 0; round < 2; round++) {
        while (llm_ahead_step(&b->m)) {}
        same_bytes(a, b);
        turn(a, "red hat", 1000, 1);
        turn(b, "red hat", 1000, 1);
        assert_string_equal(a->seen, b->seen);
        llm_reset(&a->m);
        llm_reset(&b->m);
    }
    stop(a);
    stop(b);
}

/* A raw text stands alone: turns' beginning is taken away, <s> comes once. */
static void test_raw_begins_afresh(void **state) {
    (void)state;
    llm_limits kept = early_limits(), plain = plain_limits();
    kept.header = HEADER;
    machine *a = start("tests/golden/llama_q8_0.gguf", 1, &kept), *b = start("tests/golden/llama_q8_0.gguf", 1, &plain);
    llm_event x, y;
    llm_expect(&a->m, "red", 1);
    while (llm_ahead_step(&a->m)) {}
    assert_int_equal(llm_raw_begin(&a->m, ""), 0); /* <s> is enough to go on from */
    assert_int_equal(a->m.queued, 1);
    llm_reset(&a->m);
    assert_int_equal(llm_raw_begin(&a->m, "red hat"), 0);
    assert_int_equal(llm_raw_begin(&b->m, "red hat"), 0);
    assert_true(a->m.queued == b->m.queued && a->m.queue[0] == a->m.tok.bos && a->m.queue[1] != a->m.tok.bos);
    for (int i = 0; i < 40; i++) {
        do assert_int_equal(llm_step(&a->m, &x), llm_step(&b->m, &y));
        while (x.type == LLM_PREFILL);
        assert_true(x.type == y.type && x.token == y.token);
    }
    same_state(a, b);
    stop(a);
    stop(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_changes), cmocka_unit_test(test_small_window),
                                       cmocka_unit_test(test_lookup),          cmocka_unit_test(test_it_is_done),
                                       cmocka_unit_test(test_states),          cmocka_unit_test(test_snapshot_equals_computing),
                                       cmocka_unit_test(test_long_header),     cmocka_unit_test(test_raw_begins_afresh)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
