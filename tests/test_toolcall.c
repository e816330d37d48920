/* test_toolcall: calls as the model writes them, right and wrong, the held-out list, and random text. */
#include "tests/llm_common.h"
#include "models/llm/toolcall.h"

static enum toolcall_result parse(toolcall *c, const char *text) {
    return toolcall_parse(c, text, strlen(text));
}

static void expect_arg(const toolcall *c, uint32_t i, const char *key, const char *value) {
    assert_true(i < c->count);
    assert_string_equal(c->arg[i].key, key);
    assert_string_equal(c->arg[i].value, value);
}

static void test_right(void **state) {
    (void)state;
    toolcall c;
    assert_int_equal(parse(&c, "timer_set duration=five minutes name=pasta"), TOOLCALL_OK);
    assert_string_equal(c.tool->name, "timer_set");
    assert_int_equal(c.count, 2);
    expect_arg(&c, 0, "duration", "five minutes");
    expect_arg(&c, 1, "name", "pasta");
    assert_int_equal(parse(&c, " coin "), TOOLCALL_OK);
    assert_int_equal(c.count, 0);
    assert_int_equal(parse(&c, "time"), TOOLCALL_OK);
    assert_int_equal(parse(&c, "convert to=kilometers amount=ten from=miles"), TOOLCALL_OK);
    expect_arg(&c, 0, "to", "kilometers");
    /* a word with = that is no argument of this tool is part of the value */
    assert_int_equal(parse(&c, "math expr=what x=y is name=five"), TOOLCALL_OK);
    assert_int_equal(c.count, 1);
    expect_arg(&c, 0, "expr", "what x=y is name=five");
    assert_int_equal(parse(&c, "order drink=latte size=large shots=double shot roast=dark roast milk=a bit of whole milk sugar=lots of sugar"),
                     TOOLCALL_OK);
    assert_int_equal(c.count, 6);
    expect_arg(&c, 4, "milk", "a bit of whole milk");
    assert_int_equal(toolcall_parse(&c, "time place=lisbonXXX", 17), TOOLCALL_OK); /* by length, not by NUL */
    expect_arg(&c, 0, "place", "lisbon");
}

static void test_wrong(void **state) {
    static const struct {
        const char *text;
        enum toolcall_result code;
    } cases[] = {{"", TOOLCALL_EMPTY},
                 {"    ", TOOLCALL_EMPTY},
                 {"bake cake=1", TOOLCALL_UNKNOWN_TOOL},
                 {"timer_se", TOOLCALL_UNKNOWN_TOOL},
                 {"Time", TOOLCALL_UNKNOWN_TOOL},
                 {"=", TOOLCALL_UNKNOWN_TOOL},
                 {"timer_set", TOOLCALL_MISSING},
                 {"timer_set name=pasta", TOOLCALL_MISSING},
                 {"convert amount=ten from=miles", TOOLCALL_MISSING},
                 {"timer_set five minutes", TOOLCALL_MALFORMED},
                 {"timer_set length=five", TOOLCALL_MALFORMED},
                 {"coin side=heads", TOOLCALL_MALFORMED},
                 {"timer_set duration=", TOOLCALL_MALFORMED},
                 {"timer_set duration= name=x", TOOLCALL_MALFORMED},
                 {"timer_set duration= five", TOOLCALL_MALFORMED},
                 {"time\nplace=x", TOOLCALL_MALFORMED},
                 {"time place=a place=b", TOOLCALL_DUPLICATE},
                 {"light action=explode", TOOLCALL_VALUE},
                 {"light action=o", TOOLCALL_VALUE},
                 {"light action=on off", TOOLCALL_VALUE},
                 {"date day=someday", TOOLCALL_VALUE},
                 {"time  place=x", TOOLCALL_MALFORMED}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        toolcall c;
        enum toolcall_result r = parse(&c, cases[i].text);
        if (r != cases[i].code) fail_msg("\"%s\": %s, expected %s", cases[i].text, toolcall_strerror(r), toolcall_strerror(cases[i].code));
    }
}

static void test_length(void **state) {
    (void)state;
    char text[TOOL_TEXT + 8] = "math expr=";
    toolcall c;
    memset(text + 10, '1', sizeof text - 10);
    assert_int_equal(toolcall_parse(&c, text, TOOL_TEXT - 1), TOOLCALL_OK);
    assert_int_equal(strlen(c.arg[0].value), TOOL_TEXT - 11);
    assert_int_equal(toolcall_parse(&c, text, TOOL_TEXT), TOOLCALL_LONG);
}

/* Every call of the held-out list (second column) parses. */
static void test_heldout(void **state) {
    (void)state;
    FILE *f = fopen("tests/golden/llm_heldout.tsv", "r");
    char line[512];
    int calls = 0;
    if (!f) fail_msg("tests/golden/llm_heldout.tsv is missing");
    while (fgets(line, sizeof line, f)) {
        toolcall c;
        char *tab = strchr(line, '\t');
        if (!tab || line[0] == '#') continue;
        char *call = tab + 1;
        call[strcspn(call, "\t\r\n")] = 0;
        if (!*call || strcmp(call, "-") == 0) continue;
        enum toolcall_result r = parse(&c, call);
        if (r != TOOLCALL_OK) fail_msg("\"%s\": %s", call, toolcall_strerror(r));
        calls++;
    }
    fclose(f);
    print_message("%d held-out calls\n", calls);
    assert_true(calls > 100);
}

/* Pieces of calls in random order: any answer but a crash, and what is accepted is well-formed. */
static void test_random(void **state) {
    static const char *const part[] = {
        "timer_set", "light", "order", " ", " ", "duration=", "action=", "on", "drink=", "place=", "=", "five minutes", "\x01", "milk", "name"};
    (void)state;
    uint64_t seed = 5;
    int good = 0;
    for (int round = 0; round < 200000; round++) {
        char text[400] = "";
        toolcall c;
        int n = (int)((random_unit(&seed) + 1) * 5);
        for (int i = 0; i < n; i++) strcat(text, part[(int)((random_unit(&seed) + 1) * 7.5)]);
        if (parse(&c, text) != TOOLCALL_OK) continue;
        good++;
        for (uint32_t i = 0; i < c.count; i++) {
            assert_true(c.arg[i].value[0] != 0 && c.arg[i].value > c.text && c.arg[i].value < c.text + TOOL_TEXT);
            for (uint32_t j = 0; j < i; j++) assert_true(strcmp(c.arg[i].key, c.arg[j].key) != 0);
        }
    }
    assert_true(good > 100);
}

static void test_table(void **state) {
    (void)state;
    uint32_t n;
    const tool_spec *t = toolcall_table(&n);
    assert_int_equal(n, 18);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(t[i].args <= TOOL_ARGS);
        for (uint32_t j = 0; j < t[i].args; j++) assert_non_null(t[i].arg[j].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_right),   cmocka_unit_test(test_wrong),  cmocka_unit_test(test_length),
                                       cmocka_unit_test(test_heldout), cmocka_unit_test(test_random), cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
