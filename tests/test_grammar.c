/* test_grammar: the sentences a grammar's text allows, its sharing, its limits, and one clear line for everything that is wrong. */
#include "tests/grammar_common.h"

typedef struct sentence_set {
    char line[4096][64];
    uint32_t count;
} sentence_set;

static sentence_set found;

static void keep_sentence(void *user, const grammar_walk *w, uint32_t intent) {
    char line[64] = "";
    size_t n = 0;
    (void)user;
    (void)intent;
    for (uint32_t i = 0; i < w->count; i++) {
        grammar_text t = grammar_word_text(w->g, w->g->pron[w->g->strand[w->strand[i]].pron].word);
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%.*s", i ? " " : "", (int)t.len, t.at);
    }
    assert_true(n < sizeof line);
    for (uint32_t i = 0; i < found.count; i++)
        if (strcmp(found.line[i], line) == 0) return;
    assert_true(found.count < 4096);
    strcpy(found.line[found.count++], line);
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

/* All sentences of a text, sorted, '/' between them. */
static void expect_sentences(const char *text, const char *expected) {
    static char all[1 << 16];
    grammar g;
    void *block = grammar_make(&g, text);
    grammar_walk w = {.g = &g, .most = 12, .each = keep_sentence};
    found.count = 0;
    grammar_walk_from(&w, 0);
    qsort(found.line, found.count, sizeof found.line[0], by_text);
    all[0] = 0;
    for (uint32_t i = 0; i < found.count; i++) strcat(strcat(all, i ? "/" : ""), found.line[i]);
    assert_string_equal(all, expected);
    free(block);
}

static void the_template_syntax(void **state) {
    (void)state;
    expect_sentences("intent x\n  a (b|c) [d]\n", "a b/a b d/a c/a c d");
    expect_sentences("intent x\n  [a|b] C\n", "a c/b c/c");
    expect_sentences("intent x\n  (a;[b];c)\n", "a b c/a c/a c b/b a c/b c a/c a/c a b/c b a");
    expect_sentences("rule r = b | c\nintent x\n  a <r>\n", "a b/a c");
    expect_sentences("intent x\n  leak[ing] batter(y|ies)\n", "leak batteries/leak battery/leaking batteries/leaking battery");
    expect_sentences("intent x\n  (a|b)[s] c['s]\n", "a 's c/a 's c 's/a c/a c 's/b 's c/b 's c 's/b c/b c 's");
    expect_sentences("intent x\n  e-mail 21\n", "e mail twenty one");
    expect_sentences("list l = 4..5 [d]\nintent x\n  {l} 8..9\n",
                     "five d eight/five d nine/five eight/five nine/four d eight/four d nine/four eight/four nine");
    expect_sentences("intent x # words\n  a  # this\n\n# and\n  b\nintent y\n  c", "a/b/c");
    expect_sentences("list l = a | b c : d | \n   e\nintent x\n  {l} {l:m} f\n", "a a f/a b c f/a e f/b c a f/b c b c f/b c e f/e a f/e b c f/e e f");
}

static void repeats(void **state) {
    grammar g;
    (void)state;
    void *block = grammar_make(&g, "intent x\n  a (b|c d)* e\nintent y\n  f (g)+\n");
    grammar_walk w = {.g = &g, .most = 4, .each = keep_sentence};
    found.count = 0;
    grammar_walk_from(&w, 0);
    qsort(found.line, found.count, sizeof found.line[0], by_text);
    const char *expected[] = {"a b b e", "a b e", "a c d e", "a e", "f g", "f g g", "f g g g"};
    assert_int_equal(found.count, 7);
    for (int i = 0; i < 7; i++) assert_string_equal(found.line[i], expected[i]);
    free(block);
}

/* Every number of a range is there in words, and its words give the number back. */
typedef struct number_check {
    uint8_t seen[10000];
} number_check;

static void check_number(void *user, const grammar_walk *w, uint32_t intent) {
    number_check *c = user;
    uint16_t words[16];
    uint32_t value = 0;
    (void)intent;
    for (uint32_t i = 0; i < w->count; i++) words[i] = w->g->pron[w->g->strand[w->strand[i]].pron].word;
    assert_true(grammar_number_value(w->g, words, w->count, &value));
    assert_true(value < 10000);
    c->seen[value] = 1;
}

static void numbers(void **state) {
    static const uint32_t range[][2] = {{0, 0},    {0, 9},   {5, 35},      {1, 59},   {0, 100},   {13, 27},
                                        {95, 212}, {1, 999}, {1000, 1000}, {0, 9999}, {990, 2105}};
    static number_check c;
    (void)state;
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++) {
        char text[128];
        grammar g;
        snprintf(text, sizeof text, "list n = %u..%u\nintent x\n  {n}\n", range[i][0], range[i][1]);
        void *block = grammar_make(&g, text);
        grammar_walk w = {.g = &g, .most = 10, .each = check_number, .user = &c};
        memset(&c, 0, sizeof c);
        grammar_walk_from(&w, 0);
        for (uint32_t v = 0; v < 10000; v++) assert_int_equal(c.seen[v], v >= range[i][0] && v <= range[i][1]);
        if (range[i][1] <= 100) assert_true(g.strands < 60); /* "one hundred" and "a hundred" included */
        free(block);
    }
}

static void heads_and_outputs(void **state) {
    grammar g;
    grammar_text key, value;
    (void)state;
    void *block = grammar_make(&g, "list l = a : out put | b\nintent one k=v long=\"two words\" \"say {l}\" # c\n  {l:s}\ntool two\n  c\n");
    assert_int_equal(g.intents, 2);
    assert_memory_equal(grammar_intent_name(&g, 0).at, "one", 3);
    assert_false(grammar_intent_is_tool(&g, 0));
    assert_true(grammar_intent_is_tool(&g, 1));
    assert_true(grammar_intent_constant(&g, 0, 1, &key, &value));
    assert_int_equal(value.len, 9);
    assert_memory_equal(value.at, "two words", 9);
    assert_false(grammar_intent_constant(&g, 0, 2, &key, &value));
    assert_false(grammar_intent_constant(&g, 1, 0, &key, &value));
    assert_int_equal(grammar_intent_answer(&g, 0).len, 7);
    assert_null(grammar_intent_answer(&g, 1).at);
    assert_int_equal(g.slots, 1);
    assert_int_equal(grammar_slot_name(&g, 0).len, 1);
    for (uint32_t i = 0; i < g.jumps; i++) {
        if (GRAMMAR_KIND(g.jump[i].label) != LABEL_OUTPUT) continue;
        grammar_text out = grammar_output(&g, GRAMMAR_VALUE(g.jump[i].label));
        assert_int_equal(out.len, 7);
        assert_memory_equal(out.at, "out put", 7);
    }
    free(block);
}

/* What is said twice is kept once: fifteen templates that end alike take little more than one. */
static void equal_ends_are_shared(void **state) {
    char text[4096] = "list l = red|green|blue\nintent x\n";
    grammar one, many;
    (void)state;
    strcat(text, "  a please paint the door in {l} before dinner\n");
    void *a = grammar_make(&one, text);
    for (int i = 1; i < 15; i++) sprintf(text + strlen(text), "  %c%c please paint the door in {l} before dinner\n", 'a' + i, 'b' + i);
    void *b = grammar_make(&many, text);
    assert_int_equal(many.strands, one.strands + 14);
    assert_true(many.bytes < one.bytes + 14 * 64);
    free(a);
    free(b);
}

static void the_order_of_jumps(void **state) {
    grammar g;
    (void)state;
    void *block = grammar_make(&g, "list l = a|b\nrule r = [x] [[{l}] y] [z|<q>]\nrule q = ([c] [d])\nintent i\n  w <r> [(<q> e)*] <r>\n");
    for (uint32_t i = 0; i < g.jumps; i++)
        for (uint32_t j = i; j < g.jumps; j++)
            if (GRAMMAR_KIND(g.jump[i].label) != LABEL_INTENT) assert_int_not_equal(g.jump[j].to, g.jump[i].from);
    free(block);
}

typedef struct bad_row {
    const char *text, *says;
} bad_row;

static const bad_row BAD[] = {
    {"", "test: line 1, column 1: expected an intent"},
    {"foo\n", "test: line 1, column 1: expected list, rule, intent or tool"},
    {"   a\n", "test: line 1, column 4: this line belongs to nothing"},
    {"list = a\n", "test: line 1, column 6: expected a name"},
    {"list a b\n", "test: line 1, column 8: expected = after the name"},
    {"list a = b\nlist a = c\n", "test: line 2, column 6: a is defined a second time"},
    {"intent x\n", "test: line 1, column 1: expected indented templates below"},
    {"intent x y\n  a\n", "test: line 1, column 10: expected key=value or an answer"},
    {"intent x k=\n  a\n", "test: line 1, column 12: expected a value after ="},
    {"intent x \"ok\" y\n  a\n", "test: line 1, column 15: expected key=value or an answer"},
    {"intent x\n  (a\n", "test: line 2, column 3: this group is not closed"},
    {"intent x\n  a [b)\n", "test: line 2, column 5: this group is not closed"},
    {"intent x\n  a)\n", "test: line 2, column 4: expected a word"},
    {"intent x\n  [a]\n", "test: line 2, column 3: expected a template that cannot be said without a word"},
    {"intent x\n  a <y>\n", "test: line 2, column 6: there is no rule y"},
    {"intent x\n  a {y}\n", "test: line 2, column 6: there is no list y"},
    {"intent x\n  a {y\n", "test: line 2, column 5: expected {list} or {list:slot}"},
    {"intent x\n  a <y\n", "test: line 2, column 5: expected <rule>"},
    {"intent x\n  a %\n", "test: line 2, column 5: expected a word, a group, {list} or <rule>, not '%'"},
    {"intent x\n  a ([b])*\n", "test: line 2, column 5: expected a word in a group that is repeated"},
    {"intent x\n  a b(c d)\n", "test: line 2, column 8: expected letters only in a group against a word"},
    {"intent x\n  (a;b;c;d;e;f;g)\n", "test: line 2, column 4: expected at most 6 parts in any order"},
    {"list l = 9..5\nintent x\n  {l}\n", "test: line 1, column 10: expected a range from low to high"},
    {"list l = 1..99999\nintent x\n  {l}\n", "test: line 1, column 13: expected a whole number up to 9999"},
    {"list l = a | [b]\nintent x\n  {l}\n", "test: line 1, column 9: expected a word in every value of a list"},
    {"list l = a :\nintent x\n  {l}\n", "test: line 1, column 13: expected what is put out after :"},
    {"list l = {l}\nintent x\n  {l}\n", "test: line 1, column 10: expected no slot in a list"},
    {"rule r = a <r>\nintent x\n  <r>\n", "test: line 1, column 9: more than 16 groups and rules inside one another"},
    {"intent x\n  caf\xc3\xa9\n", "test: line 2, column 6: expected plain ASCII text"},
    {"intent x\n  a zzz\n", "test: the word \"zzz\" has no known pronunciation"},
    {"intent x\n  abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n", "test: line 2, column 3: expected a word of at most 40 letters"},
};

static void what_is_wrong_is_said(void **state) {
    void *block = grammar_block(BLOCK);
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        grammar g;
        sotto_error err = {0};
        int code = grammar_compile(&g, "test", BAD[i].text, strlen(BAD[i].text), spell_letters, NULL, block, BLOCK, &err);
        if (code == 0) fail_msg("accepted: %s", BAD[i].text);
        if (strncmp(err.text, BAD[i].says, strlen(BAD[i].says)) != 0)
            fail_msg("%s\n  said     %s\n  expected %s", BAD[i].text, err.text, BAD[i].says);
    }
    free(block);
}

/* Templates that double at every rule: counted up to a bound, then refused, in little time. */
static void too_much_is_refused(void **state) {
    char text[2048] = "rule r0 = a|b\n";
    grammar g;
    sotto_error err = {0};
    (void)state;
    for (int i = 1; i < 14; i++) sprintf(text + strlen(text), "rule r%d = <r%d> <r%d> <r%d> <r%d>\n", i, i - 1, i - 1, i - 1, i - 1);
    strcat(text, "intent x\n  <r13>\n");
    assert_int_equal(grammar_compile(&g, "test", text, strlen(text), spell_letters, NULL, NULL, 0, &err), ERR_ARG);
    assert_non_null(strstr(err.text, "arcs before merging"));
}

/* Any block that is too small is refused and left alone around; the smallest that will do is found and does. */
static void smaller_blocks_are_refused(void **state) {
    static const char text[] = "list n = 1..99\nlist c = red|green|blue : b\nintent x \"{c}\"\n  paint [the] {c} {n} times\n  (a;b;[c])\n";
    uint8_t *block = grammar_block(BLOCK);
    size_t least = 0, needed = 0;
    grammar g;
    (void)state;
    for (size_t bytes = 0; bytes < 65536 && !least; bytes += 64) {
        sotto_error err = {0};
        memset(block, 0xa5, bytes + 64);
        int code = grammar_compile(&g, "test", text, sizeof text - 1, spell_letters, NULL, block, bytes, &err);
        for (int i = 0; i < 64; i++) assert_int_equal(block[bytes + (size_t)i], 0xa5);
        if (code == 0) least = bytes;
        if (code == 0) break;
        assert_int_equal(code, ERR_MEM);
        assert_int_equal(sscanf(err.text, "test: needs a block of %zu bytes", &needed), 1);
        assert_true(needed > bytes);
    }
    assert_true(least > 0 && needed >= least);
    assert_true(g.bytes < least);
    free(block);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_template_syntax),
        cmocka_unit_test(repeats),
        cmocka_unit_test(numbers),
        cmocka_unit_test(heads_and_outputs),
        cmocka_unit_test(equal_ends_are_shared),
        cmocka_unit_test(the_order_of_jumps),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(smaller_blocks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
