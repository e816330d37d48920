/* sotto eval llm: calls and numbers held against what was said, figures of turns counted by hand, and the command on small lists; then the
 * regression gate: the shipped model on the held-out list. */
#include "tests/json_output.h"
#include "platform/host/eval_llm.h"
#include "platform/host/eval_numbers.h"
#include <math.h>

static void calls_are_read(void **state) {
    eval_call c;
    (void)state;
    const char *text = " light action=set place=living room level=fifty percent ";
    assert_int_equal(call_read(&c, text, strlen(text)), 0);
    assert_string_equal(c.tool, "light");
    assert_int_equal(c.count, 3);
    assert_string_equal(c.slot[1].key, "place");
    assert_string_equal(c.slot[1].value, "living room");
    assert_string_equal(c.slot[2].value, "fifty percent");
    assert_int_equal(calls_check("coin | light action=on | -"), 0);
    static const char *const bad[] = {"", " ", "a=b", "light on", "coin | a=b", "- a=b", "--"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (calls_check(bad[i]) == 0) fail_msg("\"%s\" was taken for a call", bad[i]);
    }
}

/* got against wanted: exact, right tool, slots wanted, got, right. */
static void calls_are_scored(void **state) {
    static const struct {
        const char *want, *got;
        int exact, tool;
        uint32_t slots[3];
    } cases[] = {
        {"coin", "coin", 1, 1, {0, 0, 0}},
        {"-", "-", 1, 1, {0, 0, 0}},
        {"-", "coin", 0, 0, {0, 0, 0}},
        {"light action=on place=den", "light place=den action=on", 1, 1, {2, 2, 2}},
        {"light action=on place=den", "light action=on", 0, 1, {2, 1, 1}},
        {"light action=on", "light action=on place=den", 0, 1, {1, 2, 1}},
        {"light action=on", "switch action=on", 0, 0, {1, 1, 0}}, /* another tool's slot is not right */
        {"light action=on | light action=on place=all", "light place=all action=on", 1, 1, {2, 2, 2}},
        {"coin | -", "-", 1, 1, {0, 0, 0}},
        {"timer_set duration=five minutes", "timer_set duration=five  minutes", 0, 1, {1, 1, 0}},
        {"coin", "something that is no call", 0, 0, {0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        call_score s;
        calls_score(&s, cases[i].want, cases[i].got);
        if (s.exact != cases[i].exact || s.tool != cases[i].tool || s.want != cases[i].slots[0] || s.got != cases[i].slots[1] ||
            s.right != cases[i].slots[2])
            fail_msg("%s: %s: exact %d tool %d slots %u %u %u", cases[i].want, cases[i].got, s.exact, s.tool, s.want, s.got, s.right);
    }
}

static int action_only(const void *user, const char *tool, const char *key) {
    (void)user;
    (void)tool;
    return strcmp(key, "action") == 0;
}

static void values_must_have_been_said(void **state) {
    const char *said = "it's dark in the living room set fifty";
    (void)state;
    assert_true(call_is_faithful("light action=on place=living room", said, action_only, NULL));
    assert_true(call_is_faithful("coin", "", action_only, NULL));
    assert_false(call_is_faithful("light action=on place=kitchen", said, action_only, NULL));
    assert_false(call_is_faithful("light action=set level=fif", said, action_only, NULL)); /* a part of a word is no word */
    assert_false(call_is_faithful("light action=set level=fifty percent", said, action_only, NULL));
    assert_true(calls_in_reach("light place=kitchen | light place=room", said, action_only, NULL));
    assert_false(calls_in_reach("light place=kitchen | light place=den", said, action_only, NULL));
}

static void numbers_are_found(void **state) {
    static const struct {
        const char *text;
        double at[4]; /* -1 ends it */
    } cases[] = {
        {"It's 10:42 am.", {10, 42, -1}},
        {"3 minutes 20 seconds", {3, 20, -1}},
        {"sixteen point zero nine kilometers", {16.09, -1}},
        {"16.09 kilometers.", {16.09, -1}},
        {"1,234", {1234, -1}},
        {"one hundred and five and six", {105, 6, -1}},
        {"two thousand three hundred and forty five", {2345, -1}},
        {"a hundred, a thousand, one million", {100, 1000, 1e6, -1}},
        {"seven thirty", {7, 30, -1}},
        {"seventy seven minus eighteen", {77, 18, -1}},
        {"twenty-five", {25, -1}},
        {"the first of a second", {-1}},
        {"one minute", {1, -1}},
        {"", {-1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        number_set s = {0};
        uint32_t n = 0;
        numbers_add(&s, cases[i].text, 1);
        while (n < 4 && cases[i].at[n] >= 0) n++;
        if (s.count != n) fail_msg("%s: %u numbers, expected %u", cases[i].text, s.count, n);
        for (uint32_t k = 0; k < n; k++) {
            if (fabs(s.at[k] - cases[i].at[k]) > 1e-9) fail_msg("%s: %.10g, expected %.10g", cases[i].text, s.at[k], cases[i].at[k]);
        }
    }
}

static void replies_are_held_against_what_was_told(void **state) {
    number_set told = {0}, said = {0};
    (void)state;
    numbers_add(&said, "what is a minute times one hundred and five", 1);
    numbers_add(&said, "105", 1);
    numbers_add(&told, "One moment: it is one hundred and five.", 0); /* "one" alone is no number here */
    assert_int_equal(told.count, 1);
    assert_true(numbers_within(&told, &said));
    numbers_add(&told, "Or 106.", 0);
    assert_false(numbers_within(&told, &said));
}

/* Four turns, counted by hand. */
static void figures_are_sums(void **state) {
    llm_row row[4] = {{.scored = 1, .heard = {.words = 4, .word_errors = 1}}, {.scored = 1, .heard = {.words = 6}}};
    llm_task t = {.row = row};
    const uint32_t index[] = {0, 1, 2, 3};
    llm_measure m[4] = {
        {.call = {.wants = 1, .calls = 1, .tool = 1, .exact = 1, .want = 2, .got = 2, .right = 2},
         .faithful = 1,
         .reach = 1,
         .replied = 1,
         .words = 4,
         .first_ms = 1,
         .speech_ms = 3},
        {.call = {.wants = 1, .calls = 1, .tool = 1, .want = 2, .got = 3, .right = 1},
         .malformed = 1,
         .replied = 1,
         .numbered = 1,
         .words = 6,
         .first_ms = 2,
         .speech_ms = -1},
        {.call = {.tool = 1, .exact = 1}, .reach = 1, .replied = 1, .numbered = 1, .faithful_reply = 1, .words = 2, .first_ms = 4, .speech_ms = 5},
        {.call = {.wants = 1}, .reach = 1, .first_ms = -1, .speech_ms = -1, .made_tokens = 30, .made_s = 0.01, .prompt_tokens = 80, .prompt_s = 0.02},
    };
    llm_figures f;
    (void)state;
    llm_figures_of(&f, &t, m, index, 4);
    static const struct {
        llm_metric what;
        double value;
    } expected[] = {
        {LLM_ROWS, 4},
        {LLM_EXACT, 0.5},
        {LLM_CALLS_WANTED, 3},
        {LLM_EXACT_CALLS, 1 / 3.0},
        {LLM_TOOL, 0.75},
        {LLM_REACH, 0.75},
        {LLM_SLOT_PRECISION, 0.6},
        {LLM_SLOT_RECALL, 0.75},
        {LLM_SLOT_F1, 6 / 9.0},
        {LLM_OUT, 1},
        {LLM_REJECTION, 1},
        {LLM_FALSE_REJECTION, 1 / 3.0},
        {LLM_MALFORMED, 0.5},
        {LLM_FAITHFUL_CALLS, 0.5},
        {LLM_FAITHFUL_REPLIES, 0.5},
        {LLM_REPLY_WORDS, 4},
        {LLM_REPLY_WORDS_P95, 6},
        {LLM_DECODE, 3000},
        {LLM_PREFILL, 4000},
        {LLM_FIRST_P50, 2},
        {LLM_FIRST_P95, 4},
        {LLM_SPEECH_P50, 3},
        {LLM_HEARD_WER, 0.1},
        {LLM_HEARD_PERFECT, 0.5},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        double got = f.of[expected[i].what];
        if (!(fabs(got - expected[i].value) < 1e-9))
            fail_msg("%s: %.6g, expected %.6g", LLM_METRIC_TABLE[expected[i].what].name, got, expected[i].value);
    }
    assert_true(f.of[LLM_EXACT_LOW] >= 0 && f.of[LLM_EXACT_LOW] < 0.5 && f.of[LLM_EXACT_HIGH] > 0.5);
    double low, high;
    llm_interval(&low, &high, m, m, index, 4);
    assert_true(low == 0 && high == 0);
    llm_figures_of(&f, &t, m, index + 3, 1);
    assert_true(isnan(f.of[LLM_REJECTION]) && isnan(f.of[LLM_FAITHFUL_REPLIES]) && isnan(f.of[LLM_FIRST_P50])); /* nothing to measure: no figure */
}

static cJSON *json_of(const char *args) {
    return json_said(args, "\"lists\"");
}

#define NINE                                                                                                                                         \
    "printf 'flip a coin\\tcoin\\nset a timer for five minutes\\ttimer_set duration=five minutes\\n"                                                 \
    "set a timer for five minutes\\ttimer_set duration=six minutes\\nflip a coin\\tdate day=today\\nflip a coin\\t-\\nhello\\t-\\nhello\\tcoin\\n"   \
    "turn on the kitchen lights\\tlight place=kitchen action=on | light action=off\\n# not a row\\nflip a coin\\t- | coin\\n' > $T/nine.tsv; "

/* Easy requests, some with a wrong call wanted on purpose, so that every count is known. */
static void a_list_is_counted(void **state) {
    static const struct {
        const char *path;
        double value;
    } expected[] = {
        {"rows", 9},
        {"exact", 5 / 9.0},
        {"calls_wanted", 7},
        {"exact_calls", 4 / 7.0},
        {"tool", 6 / 9.0},
        {"slot_precision", 3 / 4.0},
        {"slot_recall", 3 / 5.0},
        {"slot_f1", 6 / 9.0},
        {"out", 2},
        {"rejection", 1 / 2.0},
        {"false_rejection", 1 / 7.0},
        {"malformed", 0},
        {"faithful_calls", 1},
    };
    (void)state;
    cJSON *o = json_of(NINE "$S eval llm $T/nine.tsv --json - --details");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char path[80];
        snprintf(path, sizeof path, "models/0/slices/all/%s", expected[i].path);
        double got = at(o, path)->valuedouble;
        if (fabs(got - expected[i].value) > 1e-9) fail_msg("%s: %.6g, expected %.6g", expected[i].path, got, expected[i].value);
    }
    assert_int_equal(at(o, "models/0/slices/tool-coin/rows")->valueint, 2);
    assert_int_equal(at(o, "models/0/slices/tool-none/rows")->valueint, 3);
    assert_int_equal(at(o, "models/0/turns/8/line")->valueint, 10);
    assert_true(at(o, "models/0/slices/all/decode")->valuedouble > 0 && at(o, "models/0/slices/all/first_p95")->valuedouble > 0);
    cJSON_Delete(o);
    expect(NINE "$S eval llm $T/nine.tsv --errors", 0, "nine.tsv:3: wrong slots");
    assert_non_null(strstr(output, "nine.tsv:4: wrong tool"));
    assert_null(strstr(output, "nine.tsv:1:"));
}

static void rows_of_a_dialogue_are_one_conversation(void **state) {
    (void)state;
    cJSON *o = json_of("printf '#columns user\\tcall\\tresult\\tdialogue\\tkind\\nwhat time is it\\ttime\\t7:48 pm\\ta\\tx\\n"
                       "and in tokyo\\ttime place=tokyo\\t4:48 am\\ta\\ty\\nwhat time is it\\ttime\\t\\tb\\n' > $T/d.tsv; "
                       "$S eval llm $T/d.tsv --json - --details");
    assert_string_equal(at(o, "models/0/turns/0/result")->valuestring, "7:48 pm");
    assert_non_null(strstr(at(o, "models/0/turns/0/reply")->valuestring, "7:48"));
    assert_string_equal(at(o, "models/0/turns/1/got")->valuestring, "time place=tokyo");
    assert_string_equal(at(o, "models/0/turns/2/result")->valuestring, "10:42 am"); /* the fixed answer: no clock is read */
    assert_true(at(o, "models/0/slices/all/faithful_replies")->valuedouble == 1);
    assert_int_equal(at(o, "models/0/slices/kind-x/rows")->valueint, 1);
    cJSON_Delete(o);
}

static void gates_hold_or_break(void **state) {
    (void)state;
    expect(NINE "printf 'rows == 9\\nexact >= 0.5\\nfalse_rejection < 0.1\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 1,
           "FAIL  false_rejection < 0.1");
    assert_non_null(strstr(output, "2 of 3 gates hold"));
    expect(NINE "printf 'exact.tool-coin >= 0.5\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 0, "1 of 1 gates hold");
    expect(NINE "printf 'delta.exact >= 0\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g --against models/packs/nano/llm.gguf", 0,
           "first against second");
    expect(NINE "printf '\\nwer2 >= 0\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 2, "line 2: unknown metric \"wer2\"");
    expect(NINE "printf 'exact.tool-dice >= 0\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 2, "no slice \"tool-dice\"");
    expect(NINE "printf 'delta.exact >= 0\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 2, "expected two models");
    expect(NINE "printf 'wer <= 1\\n' > $T/g; $S eval llm $T/nine.tsv --gates $T/g", 2, "wer was not measured here");
    expect(NINE "$S eval llm $T/nine.tsv --gates $T/none", 1, "none: cannot be opened");
}

static void bad_lists_are_told_by_line(void **state) {
    (void)state;
    expect("$S eval llm", 2, "expected 1 to 32 lists");
    expect("$S eval llm --help", 0, "--against");
    expect("$S eval llm $T/none.tsv", 1, "none.tsv: cannot be opened");
    expect("printf 'hello\\t-\\nhello\\n' > $T/l; $S eval llm $T/l", 1, "l: line 2: names no call");
    expect("printf 'hello\\t-\\tx\\n' > $T/l; $S eval llm $T/l", 1, "l: line 1: more cells than the 2 columns");
    expect("printf 'hello\\t-\\nhello\\tlight on\\n' > $T/l; $S eval llm $T/l", 1, "l: line 2: the call cannot be read");
    expect("printf '#columns user\\twant\\n' > $T/l; $S eval llm $T/l", 1, "l: line 1: expected tab-separated names");
    expect("printf '# nothing\\n' > $T/l; $S eval llm $T/l", 1, "l: lists no row");
    expect("printf 'hello\\t-\\n' > $T/l; $S eval llm $T/l --asr", 1, "l: line 1: names no file");
    expect("printf '#columns user\\tcall\\tfile\\nhello\\t-\\tnone.wav\\n' > $T/l; $S eval llm $T/l --asr", 1, "l: line 2: ");
    expect("printf 'hello\\t-\\n' > $T/l; $S eval llm $T/l --model Makefile", 1, "Makefile: ");
    expect("printf 'hello\\t-\\n' > $T/l; $S eval llm $T/l --constrain some", 2, "expected none, valid, said or all");
    expect("printf 'hello\\t-\\n' > $T/l; echo tool > $T/t; $S eval llm $T/l --tools $T/t", 2, "t:1:");
    expect("printf 'hello\\t-\\n' > $T/l; $S eval llm $T/l --adapter Makefile", 1, "Makefile: ");
}

#define HEAR "%s/tests/golden/hear/"

/* The model is asked what was heard: two commands that the recogniser hears well. */
static void sounds_are_heard_first(void **state) {
    (void)state;
    cJSON *o =
        json_of("printf '#columns user\\tcall\\tfile\\nPlease switch the porch light off before midnight.\\tlight action=off place=porch\\t" HEAR
                "command_1.opus\\n' \"$PWD\" > $T/s.tsv; $S eval llm $T/s.tsv --asr --json - --details");
    const char *heard = at(o, "models/0/turns/0/heard")->valuestring;
    assert_non_null(strstr(heard, "porch light"));
    assert_true(at(o, "models/0/slices/all/wer")->valuedouble <= 0.5);
    assert_true(cJSON_IsTrue(at(o, "asr")));
    cJSON_Delete(o);
}

static void without_times(char *text) {
    static const char *const keys[] = {"\"decode\":", "\"prefill\":", "_p50\":", "_p95\":", "_ms\":"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        for (char *s = text; (s = strstr(s, keys[i])) != NULL;) {
            s += strlen(keys[i]);
            for (; *s && *s != ',' && *s != '}'; s++) *s = '_';
        }
    }
    size_t n = 0; /* numbers differ in length */
    for (const char *s = text; *s; s++) {
        if (*s != '_') text[n++] = *s;
    }
    text[n] = 0;
}

static void a_list_gives_the_same_every_time(void **state) {
    static char first[sizeof output];
    (void)state;
    expect(NINE "$S eval llm $T/nine.tsv --json - --details", 0, "\"lists\"");
    memcpy(first, output, sizeof first);
    expect("$S eval llm $T/nine.tsv --json - --details", 0, "\"lists\"");
    without_times(first);
    without_times(output);
    assert_string_equal(first, output);
}

static void the_shipped_model_passes_its_gates(void **state) {
    (void)state;
    static const char *const lists[] = {"tests/golden/llm_heldout.tsv --gates tests/golden/llm_gates.txt",
                                        "tests/golden/llm_phrasings.tsv --gates tests/golden/llm_phrasings_gates.txt"};
    for (int i = 0; i < 2; i++) {
        char line[160];
        snprintf(line, sizeof line, "$S eval llm %s", lists[i]);
        int code = run(line);
        printf("%s\n", output);
        assert_int_equal(code, 0);
        assert_non_null(strstr(output, "gates hold"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(calls_are_scored),
        cmocka_unit_test(values_must_have_been_said),
        cmocka_unit_test(numbers_are_found),
        cmocka_unit_test(replies_are_held_against_what_was_told),
        cmocka_unit_test(figures_are_sums),
        cmocka_unit_test(a_list_is_counted),
        cmocka_unit_test(rows_of_a_dialogue_are_one_conversation),
        cmocka_unit_test(gates_hold_or_break),
        cmocka_unit_test(bad_lists_are_told_by_line),
        cmocka_unit_test(sounds_are_heard_first),
        cmocka_unit_test(a_list_gives_the_same_every_time),
        cmocka_unit_test(the_shipped_model_passes_its_gates),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
