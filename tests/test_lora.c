/* test_lora: adapters on the random model of test_llama: logits and greedy tokens against PyTorch (models/train/golden_lora.py), the same bits
 * for every batch and table, on and off again, and what is refused. */
#include "tests/llm_common.h"
#include "tests/llm_file.h"
#include "models/llm/llm.h"
#include "runtime/base/crc32.h"
#include <math.h>

enum { PROMPT = 24, VOCAB = 64, RANK = 4 };
static const char ALL[] = "tests/golden/lora_all.gguf", SOME[] = "tests/golden/lora_some.gguf", F32[] = "tests/golden/llama_f32.gguf",
                  Q8[] = "tests/golden/llama_q8_0.gguf";

typedef struct run {
    gguf base, file;
    llama l;
    lora x;
    void *state, *scratch;
} run;

static arena lay_out(run *r, uint32_t batch, uint32_t rank, const char *table, int bind) {
    arena a;
    llama_limits limits = {.k = kernels_select(table), .window = 64, .batch = batch, .kv = KV_F32};
    arena_begin(&a, NULL, 0);
    for (int pass = 0; pass <= bind; pass++) {
        if (pass) a = heap_arena(&a);
        llama_layout(&r->l, &a, &limits);
        lora_layout(&r->l.side, &a, r->l.config.layers, rank);
    }
    return a;
}

static arena take_scratch(run *r, int bind) {
    arena a;
    arena_begin(&a, NULL, 0);
    llama_scratch(&r->l, &a);
    if (!bind) return a;
    a = heap_arena(&a);
    llama_scratch(&r->l, &a);
    return a;
}

static void start(run *r, const char *model, const char *adapter, uint32_t batch, uint32_t rank, const char *table) {
    sotto_error err;
    open_gguf(&r->base, model);
    if (llama_bind(&r->l, &r->base, &err)) fail_msg("%s", err.text);
    open_gguf(&r->file, adapter);
    if (lora_bind(&r->x, &r->file, &r->base, &err)) fail_msg("%s", err.text);
    arena a = lay_out(r, batch, rank, table, 1), b = take_scratch(r, 1);
    assert_false(a.failed || b.failed);
    r->state = a.base;
    r->scratch = b.base;
    llama_reset(&r->l);
}

static void stop(run *r) {
    free(r->state);
    free(r->scratch);
    free((void *)r->base.data);
    free((void *)r->file.data);
}

static uint32_t best_of(const float *x) {
    uint32_t b = 0;
    for (uint32_t i = 1; i < VOCAB; i++) b = x[i] > x[b] ? i : b;
    return b;
}

/* Largest |logit - golden| over the prompt; then the golden greedy tokens must be the best here, too. */
static double against_golden(const char *kind) {
    char path[64];
    uint32_t ids[PROMPT], greedy[64], n;
    float logits[VOCAB];
    double worst = 0;
    size_t count;
    run r;
    snprintf(path, sizeof path, "tests/golden/lora_%s.gguf", kind);
    start(&r, F32, path, 1, RANK, NULL);
    assert_int_equal(lora_wear(&r.l.side, &r.x), 0);
    snprintf(path, sizeof path, "tests/golden/lora_%s_logits.f32", kind);
    float *want = read_floats(path, &count);
    assert_int_equal(read_ids("tests/golden/llama_prompt.txt", ids, PROMPT), PROMPT);
    for (uint32_t i = 0; i < PROMPT; i++) {
        llama_eval(&r.l, &ids[i], 1, logits);
        for (int v = 0; v < VOCAB; v++) worst = fmax(worst, fabs(logits[v] - want[i * VOCAB + v]));
    }
    snprintf(path, sizeof path, "tests/golden/lora_%s_greedy.txt", kind);
    n = read_ids(path, greedy, 64);
    assert_int_equal(n, 24);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(greedy[i], best_of(logits));
        llama_eval(&r.l, &greedy[i], 1, logits);
    }
    free(want);
    stop(&r);
    print_message("%s: largest logit difference %.2e\n", kind, worst);
    return worst;
}

static void test_golden(void **state) {
    (void)state;
    assert_true(against_golden("all") < 1e-3);
    assert_true(against_golden("some") < 0.02); /* a Q8_0 A reads int8 activations: twice what was measured when this was written */
}

static void test_what_a_file_says(void **state) {
    (void)state;
    run r;
    start(&r, F32, ALL, 1, RANK, NULL);
    assert_true(r.x.rank == 4 && r.x.pairs == 14 && r.x.named);
    stop(&r);
    start(&r, Q8, SOME, 1, RANK, NULL);
    assert_true(r.x.rank == 3 && r.x.pairs == 2 && !r.x.named);
    stop(&r);
}

static uint64_t fnv(const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 1099511628211u;
    return h;
}

/* One text in batches of any size, on any table: the same bits (law 3; the hashes are those of every machine). */
static void test_batches_and_tables(void **state) {
    static const uint32_t batches[] = {1, 2, 5, 8, 23, 64};
    static const struct {
        const char *model, *adapter;
        uint64_t bits;
    } cases[] = {{F32, ALL, 0xa591efea2d1e41d5}, {Q8, SOME, 0xdae324b85080f629}};
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        uint32_t ids[96];
        const kernels *k;
        int usable;
        for (uint32_t i = 0; i < 96; i++) ids[i] = (i * 37 + 11) % VOCAB;
        for (size_t t = 0; (k = kernels_list(t, &usable)) != NULL; t++)
            for (size_t b = 0; usable && b < sizeof batches / sizeof batches[0]; b++) {
                float got[VOCAB];
                run r;
                start(&r, cases[c].model, cases[c].adapter, batches[b], RANK, k->name);
                assert_int_equal(lora_wear(&r.l.side, &r.x), 0);
                llama_eval(&r.l, ids, 31, NULL);
                llama_eval(&r.l, ids + 31, 65, got);
                if (fnv(got, sizeof got) != cases[c].bits)
                    fail_msg("%s, %s in batches of %u: %016llx", cases[c].adapter, k->name, batches[b], (unsigned long long)fnv(got, sizeof got));
                stop(&r);
            }
    }
}

/* Put on and taken off between texts, each text is what a run of its own gives; the plan grows by the side path alone. */
static void test_swap(void **state) {
    (void)state;
    uint32_t ids[] = {9, 20, 33, 41, 50};
    float want[3][VOCAB], got[VOCAB];
    run r, s;
    for (int i = 0; i < 3; i++) { /* without a side path; with it, bare; with the adapter */
        start(&r, F32, ALL, 4, i ? RANK : 0, NULL);
        if (i == 2) assert_int_equal(lora_wear(&r.l.side, &r.x), 0);
        llama_eval(&r.l, ids, 5, want[i]);
        stop(&r);
    }
    assert_memory_equal(want[0], want[1], sizeof got);
    assert_true(memcmp(want[0], want[2], sizeof got) != 0);
    start(&s, F32, SOME, 4, RANK, NULL);
    start(&r, F32, ALL, 4, RANK, NULL);
    const lora *const worn[] = {&r.x, NULL, &s.x, &r.x, &s.x, NULL, &r.x};
    for (size_t i = 0; i < sizeof worn / sizeof worn[0]; i++) {
        assert_int_equal(lora_wear(&r.l.side, worn[i]), 0);
        llama_reset(&r.l);
        llama_eval(&r.l, ids, 5, got);
        if (worn[i] != &s.x) assert_memory_equal(got, want[worn[i] ? 2 : 0], sizeof got);
        if (worn[i] == &s.x) assert_true(memcmp(got, want[0], sizeof got) != 0 && memcmp(got, want[2], sizeof got) != 0);
    }
    stop(&r);
    stop(&s);
}

static void test_plan(void **state) {
    (void)state;
    run r;
    start(&r, F32, ALL, 8, RANK, NULL);
    size_t bare = lay_out(&r, 8, 0, NULL, 0).peak, bare_scratch = take_scratch(&r, 0).peak;
    size_t with = lay_out(&r, 8, RANK, NULL, 0).peak, with_scratch = take_scratch(&r, 0).peak;
    assert_int_equal(with - bare, (2 * LORA_PARTS * sizeof(lora_pair) + 63) / 64 * 64);
    assert_int_equal(with_scratch - bare_scratch, (8 * RANK + LORA_TILE * (RANK + 8)) * sizeof(float));
    lay_out(&r, 8, RANK - 1, NULL, 0);
    assert_int_equal(lora_wear(&r.l.side, &r.x), ERR_ARG); /* rank 4 in a side path of 3 */
    assert_null(r.l.side.worn);
    stop(&r);
}

/* ---- the turn machine: what every conversation begins with is the adapter's own ---- */

typedef struct mind {
    run r; /* files and memory */
    llm m;
} mind;

static void start_mind(mind *x, int worn) {
    sotto_error err;
    arena a, b;
    open_gguf(&x->r.base, F32);
    open_gguf(&x->r.file, ALL);
    if (lora_bind(&x->r.x, &x->r.file, &x->r.base, &err) || llm_bind(&x->m, &x->r.base, &err)) fail_msg("%s", err.text);
    llm_limits limits = {.k = kernels_select(NULL),
                         .window = 40,
                         .sinks = 4,
                         .batch = 5,
                         .max_text = 64,
                         .max_reply = 8,
                         .ahead = 16,
                         .snapshot = 1,
                         .header = "the other one<|end|>",
                         .adapter = worn ? &x->r.x : NULL,
                         .adapter_rank = RANK};
    arena_begin(&a, NULL, 0);
    llm_layout(&x->m, &a, &limits);
    a = heap_arena(&a);
    llm_layout(&x->m, &a, &limits);
    arena_begin(&b, NULL, 0);
    llm_scratch(&x->m, &b);
    b = heap_arena(&b);
    llm_scratch(&x->m, &b);
    x->r.state = a.base;
    x->r.scratch = b.base;
    llm_reset(&x->m);
}

/* Logits behind a user's text, its turn then cancelled. */
static void hear(mind *x, float *logits) {
    llm_event e;
    assert_int_equal(llm_feed_user(&x->m, "hello there"), 0);
    do assert_int_equal(llm_step(&x->m, &e), 1);
    while (e.type != LLM_PREFILL || !e.last);
    memcpy(logits, x->m.logits, VOCAB * sizeof *logits);
    llm_cancel(&x->m);
}

static void test_beginning(void **state) {
    (void)state;
    float bare[VOCAB], worn[VOCAB], got[VOCAB];
    static mind x;
    start_mind(&x, 1);
    hear(&x, worn);
    stop(&x.r);
    start_mind(&x, 0);
    hear(&x, bare);
    assert_true(memcmp(bare, worn, sizeof got) != 0);
    llm_reset(&x.m);
    assert_int_equal(llm_adapt(&x.m, &x.r.x), 0); /* before any turn: as if from the start */
    hear(&x, got);
    assert_memory_equal(got, worn, sizeof got);
    hear(&x, got); /* with history */
    assert_true(memcmp(got, worn, sizeof got) != 0);
    llm_reset(&x.m); /* takes it off */
    hear(&x, got);
    assert_memory_equal(got, bare, sizeof got);
    llm_reset(&x.m);
    assert_int_equal(llm_expect(&x.m, "hello", 0), 0); /* text taken in ahead is the other weights' */
    while (llm_ahead_step(&x.m)) {}
    assert_int_equal(llm_adapt(&x.m, &x.r.x), 0);
    hear(&x, got);
    assert_memory_equal(got, worn, sizeof got);
    assert_int_equal(llm_feed_user(&x.m, "again"), 0);
    assert_int_equal(llm_adapt(&x.m, NULL), ERR_STATE);
    stop(&x.r);
}

/* ---- refusals: the message names what was found and what was expected ---- */

static void refuse(const gguf *base, uint8_t *bytes, size_t size, const char *part) {
    gguf g;
    lora x = {.rank = 77};
    sotto_error err = {0, ""};
    if (gguf_open(&g, "bad.gguf", bytes, size, &err) == 0) assert_int_equal(lora_bind(&x, &g, base, &err), ERR_MODEL);
    assert_int_equal(err.code, ERR_MODEL);
    assert_int_equal(x.rank, 77);
    if (!strstr(err.text, part) || !strstr(err.text, "bad.gguf")) fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    free(bytes);
}

static void refuse_field(const gguf *base, const gguf *g, const char *key, const char *text, uint32_t number, const char *part) {
    size_t size;
    uint8_t *bytes = with_field(g, key, text, number, &size);
    refuse(base, bytes, size, part);
}

static void test_refused_fields(void **state) {
    (void)state;
    gguf base, other, all;
    sotto_error err;
    lora x;
    char crc[32];
    open_gguf(&base, F32);
    open_gguf(&other, Q8);
    open_gguf(&all, ALL);
    refuse_field(&base, &all, "general.type", "model", 0, "general.type: is \"model\", expected \"adapter\"");
    refuse_field(&base, &all, "adapter.type", "control_vector", 0, "adapter.type: is \"control_vector\", expected \"lora\"");
    refuse_field(&base, &all, "general.architecture", "qwen2", 0, "llama");
    refuse_field(&base, &all, "adapter.lora.alpha", "much", 0, "adapter.lora.alpha");
    refuse_field(&base, &all, "sotto.adapter.base_crc32", "none", 0, "sotto.adapter.base_crc32");
    snprintf(crc, sizeof crc, "have %x", (unsigned)crc32_of(base.data + base.data_at, base.size - base.data_at));
    refuse_field(&base, &all, "sotto.adapter.base_crc32", NULL, 0, crc);
    assert_int_equal(lora_bind(&x, &all, &other, &err), ERR_MODEL); /* another base */
    assert_non_null(strstr(err.text, "llama_q8_0.gguf have"));
    assert_int_equal(lora_bind(&x, &base, &base, &err), ERR_MODEL); /* a model is no adapter */
    assert_non_null(strstr(err.text, "general.type"));
    assert_int_equal(lora_bind(&x, &all, &all, &err), ERR_MODEL); /* an adapter is no base */
    free((void *)base.data);
    free((void *)other.data);
    free((void *)all.data);
}

/* `g`'s file with the shape of a tensor changed, its bytes as they were. */
static uint8_t *with_shape(const gguf *g, const char *name, uint64_t cols, uint64_t rows) {
    uint8_t *bytes = with_bytes(g, name, name);
    size_t n = strlen(name);
    for (size_t i = 0; i + n < g->size; i++)
        if (memcmp(bytes + i, name, n) == 0) {
            put_u64(bytes + i + n + 4, cols);
            put_u64(bytes + i + n + 12, rows);
            break;
        }
    return bytes;
}

static void test_refused_tensors(void **state) {
    (void)state;
    gguf base, all;
    gguf_tensor t;
    open_gguf(&base, F32);
    open_gguf(&all, ALL);
    refuse(&base, with_bytes(&all, "blk.1.attn_k.weight.lora_a", "blk.1.attn_x.weight.lora_a"), all.size,
           "blk.1.attn_x.weight.lora_a: is not supported");
    refuse(&base, with_bytes(&all, "blk.1.attn_k.weight.lora_a", "blk.2.attn_k.weight.lora_a"), all.size,
           "blk.2.attn_k.weight.lora_a: is not supported");
    refuse(&base, with_bytes(&all, "blk.1.attn_k.weight.lora_a", "blk.x.attn_k.weight.lora_a"), all.size, "is not supported");
    refuse(&base, with_bytes(&all, "blk.1.ffn_up.weight.lora_b", "blk.1.ffn_up.weight.lora_c"), all.size, "blk.1.ffn_up.weight.lora_");
    refuse(&base, with_bytes(&all, "blk.0.attn_q.weight.lora_a", "token_embd.weight.lora_a12"), all.size, "is not supported");
    refuse(&base, with_shape(&all, "blk.0.attn_v.weight.lora_a", 16, 8), all.size, "blk.0.attn_v.weight.lora_a is 8 x 16, expected 8 x 32");
    refuse(&base, with_shape(&all, "blk.0.attn_v.weight.lora_b", 2, 32), all.size, "blk.0.attn_v.weight.lora_b is 32 x 2, expected 16 x 4");
    refuse(&base, with_shape(&all, "blk.0.attn_v.weight.lora_b", 8, 8), all.size, "blk.0.attn_v.weight.lora_b is 8 x 8, expected 16 x 4");
    assert_int_equal(gguf_tensor_find(&all, "blk.1.ffn_down.weight.lora_a", &t), 0);
    uint8_t *bytes = with_bytes(&all, "llama", "llama");
    memset(bytes + ((const uint8_t *)t.data - all.data) + 20, 0xff, 2);
    refuse(&base, bytes, all.size, "blk.1.ffn_down.weight.lora_a holds NaN");
    free((void *)base.data);
    free((void *)all.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden),
                                       cmocka_unit_test(test_what_a_file_says),
                                       cmocka_unit_test(test_batches_and_tables),
                                       cmocka_unit_test(test_swap),
                                       cmocka_unit_test(test_plan),
                                       cmocka_unit_test(test_beginning),
                                       cmocka_unit_test(test_refused_fields),
                                       cmocka_unit_test(test_refused_tensors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
