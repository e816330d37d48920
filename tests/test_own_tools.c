/* test_own_tools: the caller's own tools in the runtime: what is refused, their rows in the cache, their calls and replies; and that no temperature
 * makes the shipped model write a call that is none. */
#include "tests/llm_common.h"
#include "runtime/internal.h"
#include "runtime/own_tools.h"

typedef struct desk { /* one text-only runtime and all that it said */
    sotto_model model;
    sotto_config config;
    sotto *s;
    void *block, *bytes;
    char said[65536];
    char result[64];
    int code, calls, logged;
    uint64_t ticks;
} desk;

static const sotto_tool_info OWN[] = {
    {.name = "garage_door",
     .args = 2,
     .arg = {{"action", 0, "open close", 0}, {"place", 1, NULL, 0}},
     .say = "The door is {action}[ in the {place}]: {result}"},
    {.name = "feed_cat", .args = 1, .arg = {{"amount", 0, NULL, 1}}},
};

static uint64_t tick(void *user) {
    desk *d = user;
    return d->ticks += 1000;
}

static int answer(void *user, const sotto_call *call, char *result, size_t cap) {
    desk *d = user;
    d->calls++;
    snprintf(result, cap, "%s", d->result);
    assert_non_null(call->name);
    return d->code;
}

static void note(void *user, const char *line) {
    desk *d = user;
    d->logged++;
    snprintf(d->said + strlen(d->said), 300, "log %s\n", line);
}

static desk *desk_open(const char *path) {
    desk *d = calloc(1, sizeof *d);
    size_t size = 0;
    d->bytes = read_whole(path, &size);
    assert_int_equal(sotto_model_open(&d->model, path, d->bytes, size), 0);
    sotto_config_default(&d->config);
    d->config.llm = &d->model;
    d->config.hooks = (sotto_hooks){.now = tick, .tool = answer, .log = note, .user = d};
    snprintf(d->result, sizeof d->result, "ok");
    return d;
}

static desk *open_with(const sotto_tool_info *tools, uint32_t count, int only) {
    desk *d = desk_open("models/packs/nano/llm.gguf");
    d->config.tools = tools;
    d->config.tool_count = count;
    d->config.tools_only = (uint32_t)only;
    return d;
}

static void start(desk *d) {
    sotto_memory_report m;
    if (sotto_plan(&d->config, &m) != 0) fail_msg("%s", m.error);
    d->block = aligned_alloc(64, (m.bytes + 63) / 64 * 64);
    assert_int_equal(sotto_init(d->block, m.bytes, &d->config, &d->s), 0);
}

static void ask(desk *d, const char *text) {
    static const char *const names[] = {[SOTTO_EV_TOOL_CALL] = "call", [SOTTO_EV_TOOL_RESULT] = "result", [SOTTO_EV_TURN_DONE] = "done"};
    sotto_event e;
    assert_int_equal(sotto_ask(d->s, text), 0);
    while (sotto_step(d->s, 1) == SOTTO_AGAIN)
        while (sotto_next_event(d->s, &e) == SOTTO_OK)
            if (e.type < sizeof names / sizeof names[0] && names[e.type] && strlen(d->said) < sizeof d->said - 2000)
                snprintf(d->said + strlen(d->said), 1000, "%s %s\n", names[e.type], e.text);
    while (sotto_next_event(d->s, &e) == SOTTO_OK)
        if (e.type == SOTTO_EV_TURN_DONE) snprintf(d->said + strlen(d->said), 1000, "done %s\n", e.text);
}

static void desk_close(desk *d) {
    free(d->block);
    free(d->bytes);
    free(d);
}

/* ---- what is refused ---- */

static void refused(const sotto_tool_info *tools, uint32_t count, const char *why) {
    sotto_memory_report m;
    desk *d = open_with(tools, count, 0);
    assert_int_equal(sotto_plan(&d->config, &m), SOTTO_EARG);
    if (!strstr(m.error, why)) fail_msg("expected \"%s\" in: %s", why, m.error);
    desk_close(d);
}

static void test_refused(void **state) {
    (void)state;
    static const sotto_tool_info bad[] = {{.name = "Door"},
                                          {.name = "a", .args = 9},
                                          {.name = "time"},
                                          {.name = "a", .args = 1, .arg = {{"x y", 0, NULL, 0}}},
                                          {.name = "a", .args = 2, .arg = {{"x", 0, NULL, 0}, {"x", 0, NULL, 0}}},
                                          {.name = "a", .args = 1, .arg = {{"x", 0, "on  off", 0}}},
                                          {.name = "a", .args = 1, .arg = {{"x", 0, "ON", 0}}},
                                          {.name = NULL},
                                          {.name = "a", .args = 1, .arg = {{"result", 0, NULL, 0}}}};
    static const char *const expected[] = {
        "Door: the tool's name", "too many arguments", "time: is a built-in tool", "argument \"x y\"",   "argument \"x\": expected each",
        "words of \"x\"",        "words of \"x\"",     "?: the tool's name",       "argument \"result\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) refused(&bad[i], 1, expected[i]);
    const sotto_tool_info twice[] = {OWN[0], OWN[0]};
    refused(twice, 2, "garage_door: is there twice");
    refused(OWN, 33, "at most 32 tools");
    refused(NULL, 1, "expected a table");
    sotto_tool_info many[32];
    char names[32][32];
    for (int i = 0; i < 32; i++) {
        snprintf(names[i], sizeof names[i], "tool_number_%d", i);
        many[i] = (sotto_tool_info){.name = names[i], .args = 2, .arg = {{"first_thing", 0, NULL, 0}, {"second_thing", 0, NULL, 0}}};
    }
    refused(many, 32, "names and words: expected less than 1023 bytes");
    refused(many, 16, "expected at most 192 (a larger llm_window)");
    desk *d = desk_open("tests/golden/llama_f16.gguf");
    sotto_memory_report m;
    d->config.tools = OWN;
    d->config.tool_count = 1;
    if (sotto_plan(&d->config, &m) == SOTTO_EMODEL) assert_non_null(strstr(m.error, "<|user|>"));
    desk_close(d);
}

/* ---- the cache ---- */

/* The keys of the first rows, of the first head of the first layer: a ring stores a head's rows together. */
static uint8_t *first_rows(const desk *d, uint32_t rows) {
    const kvring *r = &d->s->think.mind.model.cache[0];
    uint8_t *out = malloc((size_t)rows * r->dim);
    memcpy(out, r->k, (size_t)rows * r->dim);
    return out;
}

static void talk(desk *d) {
    static const char *const texts[] = {"open the garage door", "set a timer for ten minutes", "what is twelve times three",
                                        "turn on the kitchen lights", "hello"};
    for (int i = 0; i < 10; i++) ask(d, texts[i % 5]);
}

static void test_rows_are_kept(void **state) {
    (void)state;
    desk *d = open_with(OWN, 2, 0), *plain = open_with(NULL, 0, 0);
    start(d);
    start(plain);
    const llm *m = &d->s->think.mind;
    assert_true(m->prefix > d->config.llm_sinks && m->prefix < 64);
    assert_int_equal(m->model.limits.sinks, m->prefix);
    assert_int_equal(m->model.limits.sinks + m->model.limits.window, d->config.llm_sinks + d->config.llm_window);
    assert_int_equal(plain->s->think.mind.model.limits.sinks, plain->config.llm_sinks);
    talk(d);
    uint8_t *before = first_rows(d, m->prefix);
    talk(d);
    assert_true(llama_total(&m->model) > d->config.llm_window + d->config.llm_sinks);
    uint8_t *after = first_rows(d, m->prefix);
    assert_memory_equal(before, after, (size_t)m->prefix * m->model.config.head_dim);
    assert_int_equal(m->model.cache[0].sinks, m->prefix);
    free(before);
    free(after);
    desk_close(d);
    desk_close(plain);
}

static void test_reset_and_snapshot(void **state) {
    (void)state;
    desk *a = open_with(OWN, 2, 0), *b = open_with(OWN, 2, 0);
    b->config.snapshot = 0;
    start(a);
    start(b);
    talk(a);
    talk(b);
    assert_string_equal(a->said, b->said);
    b->said[0] = 0;
    sotto_reset(a->s);
    sotto_reset(a->s);
    sotto_reset(b->s);
    char first[sizeof a->said];
    strcpy(first, a->said);
    a->said[0] = 0;
    talk(a);
    talk(b);
    assert_string_equal(a->said, first);
    assert_string_equal(a->said, b->said);
    desk_close(a);
    desk_close(b);
}

/* ---- calls ---- */

static void test_calls(void **state) {
    (void)state;
    desk *d = open_with(OWN, 1, 1); /* garage_door alone */
    sotto_tool_info t;
    snprintf(d->result, sizeof d->result, "humming");
    start(d);
    ask(d, "open the garage door");
    assert_non_null(strstr(d->said, "call garage_door action=open"));
    assert_non_null(strstr(d->said, "result humming\n"));
    assert_non_null(strstr(d->said, "done The door is open"));
    assert_non_null(strstr(d->said, ": humming\n"));
    assert_int_equal(sotto_tool(d->s, 0, &t), SOTTO_OK);
    assert_true(t.own && strcmp(t.name, "garage_door") == 0 && t.args == 2 && strcmp(t.say, OWN[0].say) == 0);
    assert_int_equal(sotto_tool(d->s, 1, &t), SOTTO_AGAIN);
    d->code = 1;
    d->said[0] = 0;
    ask(d, "close the garage door");
    assert_non_null(strstr(d->said, "done Sorry, I can't do that.\n"));
    desk_close(d);
}

static void test_replies(void **state) {
    static const char *const made[] = {"garage_door action=open", "garage_door action=close place=back yard"};
    static const char *const expected[] = {"The door is open: R", "The door is close in the back yard: R"};
    (void)state;
    char out[300], small[12];
    toolcall c;
    sotto_config config = {.tools = OWN, .tool_count = 2};
    arena a;
    uint8_t *block = aligned_alloc(64, 4096);
    arena_begin(&a, block, 4096);
    tool_set set = {own_tools_layout(&a, &config), 2, 0};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(toolcall_parse_set(&c, &set, made[i], strlen(made[i])), TOOLCALL_OK);
        assert_int_equal(own_tools_say(&config, &c, "R", out, sizeof out), 1);
        assert_string_equal(out, expected[i]);
        assert_int_equal(own_tools_say(&config, &c, "R", small, sizeof small), 1);
        assert_int_equal(strlen(small), sizeof small - 1);
    }
    assert_int_equal(toolcall_parse_set(&c, &set, "coin", 4), TOOLCALL_OK);
    assert_int_equal(own_tools_say(&config, &c, "R", out, sizeof out), 0);
    assert_true(own_tools_header(&config, out, sizeof out) == strlen(out));
    assert_string_equal(out, "garage_door action=open/close place=; feed_cat amount=;<|end|>");
    free(block);
}

/* At a temperature of 4 the model's words are noise. Held, every call is one; not held, most are none. */
static void noise(uint32_t held, int *calls, int *logged) {
    static const char *const texts[] = {"set a timer for twenty minutes", "turn the lights off in the bedroom", "open the garage door",
                                        "feed the cat ten grams", "convert five miles to kilometers"};
    desk *d = open_with(OWN, 2, 0);
    d->config.temperature = 4;
    d->config.constrain = held;
    d->config.max_reply = 12;
    start(d);
    for (int i = 0; i < 40; i++) ask(d, texts[i % 5]);
    *calls = d->calls;
    *logged = d->logged;
    sotto_statistics s;
    sotto_stats(d->s, &s);
    assert_true(!held || (s.calls > 0 && s.call_changed > 0 && s.call_changed <= s.call_picks));
    desk_close(d);
}

static void test_noise(void **state) {
    (void)state;
    int calls, logged;
    noise(SOTTO_VALID_CALLS | SOTTO_SAID_VALUES | SOTTO_SAID_NUMBERS, &calls, &logged);
    print_message("held: %d calls run, %d refused\n", calls, logged);
    assert_true(calls > 20 && logged == 0);
    noise(SOTTO_VALID_CALLS, &calls, &logged);
    assert_true(calls > 20 && logged == 0);
    noise(0, &calls, &logged);
    print_message("not held: %d calls run, %d refused\n", calls, logged);
    assert_true(logged > 20);
}

/* Working ahead and prompt lookup change nothing of what is picked, also where the constraint changes it. */
static void test_lookup(void **state) {
    (void)state;
    desk *a = open_with(OWN, 2, 1), *b = open_with(OWN, 2, 1);
    a->config.lookup = 0;
    b->config.lookup = 4;
    start(a);
    start(b);
    talk(a);
    talk(b);
    assert_string_equal(a->said, b->said);
    sotto_statistics s;
    sotto_stats(b->s, &s);
    assert_true(s.lookup_tried > 0 && s.calls > 0);
    desk_close(a);
    desk_close(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused), cmocka_unit_test(test_rows_are_kept), cmocka_unit_test(test_reset_and_snapshot),
        cmocka_unit_test(test_calls),   cmocka_unit_test(test_replies),       cmocka_unit_test(test_noise),
        cmocka_unit_test(test_lookup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
