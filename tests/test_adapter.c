/* test_adapter: adapters behind the public interface, on the random model of test_llama with int8 K/V: swapped between turns each turn says what a
 * runtime of its own says; plan, reset, states, what is refused; and the shipped adapter over the shipped model. */
#include "tests/llm_common.h"
#include "tests/llm_file.h"
#include "runtime/sotto.h"

enum { TEXT = 512 };
static const char MODEL[] = "tests/golden/llama_f32.gguf", ALL[] = "tests/golden/lora_all.gguf", SOME[] = "tests/golden/lora_some.gguf";

typedef struct open_file {
    void *bytes;
    size_t size;
} open_file;

typedef struct voice {
    open_file file[3];
    sotto_model model;
    sotto_adapter adapter[2]; /* all, some */
    sotto_config c;
    sotto *s;
    void *block;
    size_t bytes;
    char log[256];
} voice;

static uint64_t tick(void *user) {
    static uint64_t now;
    (void)user;
    return now += 1000;
}

static void keep_log(void *user, const char *line) {
    snprintf(((voice *)user)->log, sizeof((voice *)user)->log, "%s", line);
}

static void open_files(voice *v) {
    const char *const path[] = {MODEL, ALL, SOME};
    memset(v, 0, sizeof *v);
    for (int i = 0; i < 3; i++) {
        v->file[i].bytes = read_whole(path[i], &v->file[i].size);
        if (!v->file[i].bytes) fail_msg("%s is missing", path[i]);
    }
    assert_int_equal(sotto_model_open(&v->model, "base.gguf", v->file[0].bytes, v->file[0].size), SOTTO_OK);
    for (int i = 0; i < 2; i++)
        if (sotto_adapter_open(&v->adapter[i], i ? "some.gguf" : "all.gguf", v->file[1 + i].bytes, v->file[1 + i].size, &v->model) != SOTTO_OK)
            fail_msg("%s", sotto_adapter_error(&v->adapter[i]));
    sotto_config_default(&v->c);
    v->c.llm = &v->model;
    v->c.max_reply = 12;
    v->c.constrain = 0; /* a random model has nothing to say but what it is not made to */
    v->c.hooks = (sotto_hooks){.now = tick, .log = keep_log, .user = v};
}

static void start(voice *v) {
    sotto_memory_report m;
    if (sotto_plan(&v->c, &m) != SOTTO_OK) fail_msg("%s", m.error);
    v->bytes = m.bytes;
    v->block = aligned_alloc(SOTTO_ALIGN, (m.bytes + 63) / 64 * 64);
    assert_int_equal(sotto_init(v->block, m.bytes, &v->c, &v->s), SOTTO_OK);
}

static void stop(voice *v) {
    free(v->block);
    for (int i = 0; i < 3; i++) free(v->file[i].bytes);
}

/* All that is heard of a turn: calls, results, replies. */
static void ask(voice *v, const char *text, char *out) {
    sotto_event e;
    size_t at = 0;
    assert_int_equal(sotto_ask(v->s, text), SOTTO_OK);
    out[0] = 0;
    while (sotto_step(v->s, 1) == SOTTO_AGAIN) {}
    while (sotto_next_event(v->s, &e) == SOTTO_OK)
        if (e.type == SOTTO_EV_TOOL_CALL || e.type == SOTTO_EV_REPLY || e.type == SOTTO_EV_TURN_DONE)
            at += (size_t)snprintf(out + at, at < TEXT ? TEXT - at : 0, "[%d %s]", (int)e.type, e.text);
    assert_true(at > 0 && at < TEXT);
}

static const char *version(const voice *v) {
    static sotto_statistics s;
    sotto_stats(v->s, &s);
    return s.llm_version;
}

/* Fresh conversations: a runtime that began with the adapter, one that put it on before anything was said, and one that changes from
 * turn to turn with resets between say the same. */
static void test_swap_is_separate_runs(void **state) {
    (void)state;
    char want[3][TEXT], got[TEXT];
    voice v;
    for (int i = 0; i < 3; i++) {
        open_files(&v);
        v.c.adapter = i ? &v.adapter[i - 1] : NULL;
        start(&v);
        ask(&v, "the other thing", want[i]);
        stop(&v);
    }
    assert_true(strcmp(want[0], want[1]) && strcmp(want[0], want[2]) && strcmp(want[1], want[2]));
    open_files(&v);
    v.c.adapter_rank = 4;
    start(&v);
    for (int i = 0; i < 12; i++) {
        int which = (i * 7 + 2) % 3;
        assert_int_equal(sotto_adapt(v.s, which ? &v.adapter[which - 1] : NULL), SOTTO_OK);
        assert_string_equal(version(&v), which == 0 ? "golden-1" : which == 1 ? "golden-1+golden lora_all" : "golden-1+golden lora_some");
        ask(&v, "the other thing", got);
        assert_string_equal(got, want[which]);
        sotto_reset(v.s);
    }
    stop(&v);
}

/* In one conversation the history stays: what two runtimes that change alike say is equal, and is not what a fresh one says. */
static void test_history_stays(void **state) {
    (void)state;
    char first[2][2][TEXT], fresh[TEXT];
    voice v;
    for (int run = 0; run < 2; run++) {
        open_files(&v);
        v.c.adapter_rank = 4;
        v.c.llm_batch = run ? 3 : 8;
        start(&v);
        ask(&v, "one two three", first[run][0]);
        assert_int_equal(sotto_adapt(v.s, &v.adapter[0]), SOTTO_OK);
        ask(&v, "the other thing", first[run][1]);
        stop(&v);
    }
    assert_string_equal(first[0][0], first[1][0]);
    assert_string_equal(first[0][1], first[1][1]);
    open_files(&v);
    v.c.adapter = &v.adapter[0];
    start(&v);
    ask(&v, "the other thing", fresh);
    assert_true(strcmp(fresh, first[0][1]) != 0);
    stop(&v);
}

static void test_reset_brings_the_first_back(void **state) {
    (void)state;
    char want[TEXT], got[TEXT];
    voice v;
    open_files(&v);
    v.c.adapter = &v.adapter[1];
    v.c.adapter_rank = 4;
    start(&v);
    ask(&v, "the other thing", want);
    assert_int_equal(sotto_adapt(v.s, &v.adapter[0]), SOTTO_OK);
    ask(&v, "again", got);
    sotto_reset(v.s);
    assert_string_equal(version(&v), "golden-1+golden lora_some");
    ask(&v, "the other thing", got);
    assert_string_equal(got, want);
    stop(&v);
}

static void test_plan(void **state) {
    (void)state;
    voice v;
    sotto_memory_report bare, some, all, most;
    open_files(&v);
    assert_int_equal(sotto_plan(&v.c, &bare), SOTTO_OK);
    v.c.adapter = &v.adapter[1];
    assert_int_equal(sotto_plan(&v.c, &some), SOTTO_OK);
    v.c.adapter_rank = 3;
    assert_int_equal(sotto_plan(&v.c, &all), SOTTO_OK);
    assert_int_equal(some.bytes, all.bytes);
    v.c.adapter_rank = 256;
    assert_int_equal(sotto_plan(&v.c, &most), SOTTO_OK);
    assert_true(bare.bytes < some.bytes && some.bytes < most.bytes && most.llm == some.llm);
    v.c.adapter_rank = 0;
    start(&v);
    assert_int_equal(v.bytes, some.bytes);
    assert_int_equal(sotto_init(v.block, v.bytes - 1, &v.c, &v.s), SOTTO_EMEM);
    stop(&v);
}

static void test_when(void **state) {
    (void)state;
    voice v;
    open_files(&v);
    v.c.adapter_rank = 4;
    start(&v);
    assert_int_equal(sotto_ask(v.s, "hello"), SOTTO_OK);
    assert_int_equal(sotto_adapt(v.s, &v.adapter[0]), SOTTO_ESTATE);
    sotto_step(v.s, 3);
    assert_int_equal(sotto_adapt(v.s, NULL), SOTTO_ESTATE);
    assert_string_equal(version(&v), "golden-1");
    while (sotto_step(v.s, 1) == SOTTO_AGAIN) {}
    assert_int_equal(sotto_adapt(v.s, &v.adapter[0]), SOTTO_OK);
    stop(&v);
}

static void refuse_plan(voice *v, const char *part) {
    sotto_memory_report m;
    assert_true(sotto_plan(&v->c, &m) < 0);
    if (!strstr(m.error, part)) fail_msg("\"%s\" lacks \"%s\"", m.error, part);
}

static void test_refused(void **state) {
    (void)state;
    voice v, w;
    sotto_adapter bad, none = {{0}};
    sotto_adapter_report r;
    open_files(&v);
    open_files(&w);
    v.c.adapter_rank = 3;
    start(&v);
    assert_int_equal(sotto_adapt(v.s, &v.adapter[0]), SOTTO_EARG);
    assert_string_equal(v.log, "all.gguf: rank 4, config.adapter_rank makes room for 3");
    assert_int_equal(sotto_adapt(v.s, &w.adapter[1]), SOTTO_EARG);
    assert_string_equal(v.log, "some.gguf: was opened for another model than base.gguf");
    assert_int_equal(sotto_adapt(v.s, &none), SOTTO_EARG);
    assert_int_equal(sotto_adapter_open(&bad, "bad.gguf", v.file[0].bytes, v.file[0].size, &v.model), SOTTO_EMODEL);
    assert_non_null(strstr(sotto_adapter_error(&bad), "bad.gguf: key general.type"));
    assert_int_equal(sotto_adapt(v.s, &bad), SOTTO_EARG);
    assert_string_equal(version(&v), "golden-1");
    v.c.adapter = &bad;
    refuse_plan(&v, "bad.gguf: key general.type");
    v.c.adapter = &none;
    refuse_plan(&v, "sotto_adapter_open");
    v.c.adapter = &w.adapter[0];
    refuse_plan(&v, "another model");
    v.c.llm = NULL;
    refuse_plan(&v, "config.adapter");
    v.c.adapter = NULL;
    v.c.adapter_rank = 257;
    refuse_plan(&v, "config.adapter_rank");
    sotto_adapter_look(&v.adapter[0], &r);
    assert_true(r.rank == 4 && r.matrices == 14 && r.named);
    sotto_adapter_look(&bad, &r);
    assert_int_equal(r.rank, 0);
    stop(&v);
    stop(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_swap_is_separate_runs),
                                       cmocka_unit_test(test_history_stays),
                                       cmocka_unit_test(test_reset_brings_the_first_back),
                                       cmocka_unit_test(test_plan),
                                       cmocka_unit_test(test_when),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
