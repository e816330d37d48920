/* test_cache_law: law 4 for every head shape (one KV head a query head, groups, one KV head for all) and every kind of K/V, to
 * a million tokens, and around the 2^24th to the 2^60th. Files are made here (tests/tiny_llama.h), the truth is tests/cache_oracle.h.
 *
 * One layer: a cached row depends on its own token only, so the decoder must equal running the cached text afresh, the first S
 * tokens and the last W at positions 0..S+W-1. More layers: a row also carries what its token saw then, which is gone, so no
 * re-run of S+W tokens can equal it; there the truth is the same cache as a plain list in double, and, far in the text, that
 * list fed from (layers + 1) windows back: what is cached depends on nothing before that.
 *
 * Bounds on a logit (they have a spread of about 1): f32 differs by rounding only; f16 rows are within 2^-11 of a value, int8 rows
 * within 1/254 of their largest. The bounds are two to three times what was measured when this was written.
 */
#include "tests/cache_oracle.h"
#include "models/llm/llama.h"

enum { SINKS = 4, WINDOW = 10, VOCAB = 32, BATCH = 50 };

static uint64_t million = 1000000;

static const tiny_shape one_layer[] = {{"MHA", 8, 1, 4, 4, 2, 2, VOCAB}, {"GQA", 8, 1, 4, 2, 2, 2, VOCAB}, {"MQA", 8, 1, 4, 1, 2, 2, VOCAB}};
/* wider heads than width / heads too, and a query head count that is no power of two */
static const tiny_shape deep[] = {{"MHA", 24, 3, 3, 3, 8, 40, VOCAB}, {"GQA", 48, 3, 6, 2, 10, 32, VOCAB}, {"MQA", 32, 3, 4, 1, 16, 48, VOCAB}};
static const char *const kind_name[] = {"f32", "f16", "int8"};
static const double one_bound[] = {1e-5, 3e-3, 0.06}, deep_bound[] = {2e-5, 1.2e-2, 0.2};

static uint32_t token_at(uint64_t t) { /* the text */
    uint64_t z = (t + 1) * 0x9e3779b97f4a7c15u;
    z ^= z >> 29;
    return (uint32_t)((z * 0xbf58476d1ce4e5b9u) >> 40) % VOCAB;
}

/* ---- the decoder ---- */

typedef struct run {
    gguf g;
    llama l;
    void *bytes, *state, *scratch;
} run;

static void start(run *r, const tiny_shape *s, enum kv_kind kind, uint32_t sinks, uint32_t window) {
    size_t size;
    sotto_error err = {0, ""};
    arena count, a;
    llama_limits limits = {.k = kernels_select(NULL), .window = window, .sinks = sinks, .batch = BATCH, .kv = kind};
    r->bytes = tiny_llama(s, 77, &size);
    if (gguf_open(&r->g, s->name, r->bytes, size, &err) || llama_bind(&r->l, &r->g, &err)) fail_msg("%s", err.text);
    assert_true(r->l.config.kv_heads == s->kv_heads && r->l.config.head_dim == s->head_dim);
    arena_begin(&count, NULL, 0);
    llama_layout(&r->l, &count, &limits);
    a = heap_arena(&count);
    r->state = a.base;
    llama_layout(&r->l, &a, &limits);
    arena_begin(&count, NULL, 0);
    llama_scratch(&r->l, &count);
    a = heap_arena(&count);
    r->scratch = a.base;
    llama_scratch(&r->l, &a);
    llama_reset(&r->l);
}

static void stop(run *r) {
    free(r->state);
    free(r->scratch);
    free(r->bytes);
}

/* Tokens from..to-1 of the text, in batches; logits of the last. */
static void feed(run *r, uint64_t from, uint64_t to, float *logits) {
    uint32_t ids[BATCH];
    while (from < to) {
        uint32_t n = to - from < BATCH ? (uint32_t)(to - from) : BATCH;
        for (uint32_t i = 0; i < n; i++) ids[i] = token_at(from + i);
        from += n;
        llama_eval(&r->l, ids, n, from == to ? logits : NULL);
    }
}

static double distance(const float *got, const double *want) {
    double worst = 0;
    for (int i = 0; i < VOCAB; i++) worst = fmax(worst, fabs(got[i] - want[i]));
    return worst;
}

/* ---- one layer against a fresh run of the cached text ---- */

/* Logits after the first `total` tokens, from the cached text alone. */
static void rerun(oracle *o, uint64_t total, uint32_t sinks, uint32_t window, double *logits) {
    uint64_t from = total > sinks + window ? total - window : sinks;
    o->rows = 0;
    for (uint64_t t = 0; t < sinks && t < total; t++) oracle_token(o, token_at(t), logits);
    for (uint64_t t = from; t < total; t++) oracle_token(o, token_at(t), logits);
}

static double far_run(const tiny_shape *s, enum kv_kind kind, uint64_t tokens) {
    const uint64_t look[] = {1,      SINKS,      SINKS + WINDOW, SINKS + WINDOW + 1, SINKS + 2 * WINDOW, 1000, 10007,
                             100003, tokens - 1, tokens,         tokens + 1,         tokens + 17};
    static oracle o;
    double want[VOCAB], worst = 0;
    float logits[VOCAB];
    uint64_t at = 0;
    run r;
    start(&r, s, kind, SINKS, WINDOW);
    oracle_open(&o, &r.g, s, SINKS, 0);
    for (size_t i = 0; i < sizeof look / sizeof look[0]; i++) {
        if (look[i] <= at || look[i] > tokens + 17) continue;
        feed(&r, at, look[i], logits);
        at = look[i];
        rerun(&o, at, SINKS, WINDOW, want);
        worst = fmax(worst, distance(logits, want));
    }
    assert_true(llama_total(&r.l) == tokens + 17);
    stop(&r);
    print_message("%s, %s K/V, %llu tokens: largest difference %.1e\n", s->name, kind_name[kind], (unsigned long long)tokens, worst);
    return worst;
}

/* A million tokens for each shape and each kind; a tenth for the other pairs of them. */
static void test_million(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++)
        for (int i = 0; i < 3; i++) assert_true(far_run(&one_layer[i], (enum kv_kind)kind, i == kind ? million : million / 10) < one_bound[kind]);
}

/* ---- several layers against the same cache as a plain list ---- */

static void every_token(const tiny_shape *s, enum kv_kind kind, uint32_t sinks, uint32_t window) {
    static oracle o;
    double want[VOCAB], worst = 0;
    float logits[VOCAB];
    run r;
    start(&r, s, kind, sinks, window);
    oracle_open(&o, &r.g, s, sinks, window);
    for (uint64_t t = 0; t < 4 * (sinks + window); t++) {
        feed(&r, t, t + 1, logits);
        oracle_token(&o, token_at(t), want);
        worst = fmax(worst, distance(logits, want));
    }
    stop(&r);
    print_message("%s, %s K/V, %u + %u rows, 3 layers: largest difference %.1e\n", s->name, kind_name[kind], sinks, window, worst);
    assert_true(worst < deep_bound[kind]);
}

static void test_layers(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++)
        for (int i = 0; i < 3; i++) {
            every_token(&deep[i], (enum kv_kind)kind, SINKS, WINDOW);
            every_token(&deep[i], (enum kv_kind)kind, 0, 13);
            every_token(&deep[i], (enum kv_kind)kind, 1, 1);
        }
}

static void test_layers_far(void **state) {
    static oracle o;
    const uint64_t far = 3000;
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++)
        for (int i = 0; i < 3; i++) {
            double want[VOCAB];
            float logits[VOCAB];
            run r;
            start(&r, &deep[i], (enum kv_kind)kind, SINKS, WINDOW);
            oracle_open(&o, &r.g, &deep[i], SINKS, WINDOW);
            feed(&r, 0, far, logits);
            for (uint64_t t = 0; t < SINKS; t++) oracle_token(&o, token_at(t), NULL);
            for (uint64_t t = far - 4 * WINDOW; t < far; t++) oracle_token(&o, token_at(t), want);
            assert_true(distance(logits, want) < deep_bound[kind]);
            stop(&r);
        }
}

/* ---- counters ---- */

/* The count of a cache that holds the sinks alone is moved on, to just below `total`; once (layers + 1) windows have come in,
 * what was there at the jump no longer counts, and the truth is the list fed with the sinks and these windows. */
static double jump(const tiny_shape *s, enum kv_kind kind, uint64_t total) {
    const uint64_t windows = (uint64_t)(s->layers + 1) * WINDOW + 2;
    static oracle o;
    double want[VOCAB], worst = 0;
    float logits[VOCAB];
    run r;
    start(&r, s, kind, SINKS, WINDOW);
    oracle_open(&o, &r.g, s, SINKS, WINDOW);
    feed(&r, 0, SINKS, NULL);
    for (uint32_t i = 0; i < s->layers; i++) r.l.cache[i].total = r.l.cache[i].most = total - WINDOW;
    feed(&r, total, total + windows, NULL);
    for (uint64_t t = 0; t < SINKS; t++) oracle_token(&o, token_at(t), NULL);
    for (uint64_t t = total; t < total + windows; t++) oracle_token(&o, token_at(t), NULL);
    for (uint64_t t = total + windows; t < total + 2 * windows; t++) {
        feed(&r, t, t + 1, logits);
        oracle_token(&o, token_at(t), want);
        worst = fmax(worst, distance(logits, want));
    }
    assert_true(llama_total(&r.l) == total - WINDOW + 2 * windows);
    stop(&r);
    return worst;
}

static void test_counters(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++)
        for (int i = 0; i < 3; i++)
            for (int bits = 24; bits <= 60; bits += 4) {
                double off = jump(&deep[i], (enum kv_kind)kind, (uint64_t)1 << bits);
                if (off >= deep_bound[kind]) fail_msg("%s, %s K/V, near token 2^%d: %.1e off", deep[i].name, kind_name[kind], bits, off);
            }
}

/* ---- would it be seen ---- */

/* Wrong laws, each as the oracle's: every one must be much further off than the widest bound. */
static void test_tells(void **state) {
    static oracle o;
    const struct {
        const char *what;
        uint32_t sinks, window, gap;
    } wrong[] = {{"no sinks", 0, SINKS + WINDOW, 0},
                 {"one sink fewer", SINKS - 1, WINDOW + 1, 0},
                 {"one row fewer", SINKS, WINDOW - 1, 0},
                 {"positions of the text", SINKS, WINDOW, 40}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        float logits[VOCAB];
        run r;
        start(&r, &one_layer[i], KV_F32, SINKS, WINDOW);
        double worst[4] = {0};
        feed(&r, 0, 72, logits);
        for (uint64_t total = 72; total < 92; feed(&r, total, total + 1, logits), total++)
            for (int w = 0; w < 4; w++) {
                double want[VOCAB];
                oracle_open(&o, &r.g, &one_layer[i], wrong[w].sinks, 0);
                o.gap = wrong[w].gap;
                rerun(&o, total, wrong[w].sinks, wrong[w].window, want);
                worst[w] = fmax(worst[w], distance(logits, want));
            }
        for (int w = 0; w < 4; w++) {
            print_message("%s, %s: %.2f off\n", one_layer[i].name, wrong[w].what, worst[w]);
            assert_true(worst[w] > 0.4);
        }
        stop(&r);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tells), cmocka_unit_test(test_layers), cmocka_unit_test(test_layers_far),
                                       cmocka_unit_test(test_counters), cmocka_unit_test(test_million)};
    if (argc > 1) million = strtoull(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
