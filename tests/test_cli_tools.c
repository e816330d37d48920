/* sotto think and run with tools of the user's own: a real command is run with what was said, mistakes are told, lines of JSON for scripts. */
#include "tests/cli.h"
#include <cjson/cJSON.h>

static int make_tools(void **state) {
    if (find_command(state) != 0) return -1;
    return run("cat > $T/home.tools <<'X'\nonly\ntool garage_door\n    action = open | close\n    run ./garage.sh {action}\n"
               "    say \"The garage door: {action}. {result}\"\nX\n"
               "printf '#!/bin/sh\\necho \"$# $1 $SOTTO_ARG_ACTION\" | tee -a ${0%%.sh}.log\\n' > $T/garage.sh; chmod +x $T/garage.sh");
}

static void a_command_runs(void **state) {
    (void)state;
    expect("$S think --tools $T/home.tools 'open the garage door'", 0, "tool-call    garage_door action=open");
    assert_non_null(strstr(output, "tool-result  1 open open"));
    assert_non_null(strstr(output, "The garage door: open. 1 open open"));
    expect("cat $T/garage.log", 0, "1 open open");
}

static void calls_are_json(void **state) {
    (void)state;
    expect("$S think --calls --tools $T/home.tools 'close the garage door'", 0, "{\"tool\":\"garage_door\"");
    cJSON *call = cJSON_Parse(strchr(output, '{'));
    cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
    assert_non_null(arguments);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(arguments, "action")), "close");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call, "result")), "1 close close");
    cJSON_Delete(call);
    expect("printf 'hello\\nset a timer for ten minutes\\n' | $S think --calls", 0, "{\"tool\":null,\"reply\":\"");
    assert_non_null(strstr(output, "{\"tool\":\"timer_set\",\"arguments\":{\"duration\":\"ten minutes\"},\"result\":\"ok\",\"reply\":\""));
    expect("$S think --calls --json x", 2, "--calls goes without");
}

static void a_failure_is_an_apology(void **state) {
    (void)state;
    expect("printf 'only\\ntool garage_door\\n action = open | close\\n run false\\n' > $T/bad.tools; $S think --tools $T/bad.tools 'open the garage "
           "door'",
           0, "Sorry, I can't do that.");
    assert_non_null(strstr(output, "exit status 1"));
}

static void mistakes_are_told(void **state) {
    (void)state;
    expect("$S think --tools $T/none.tools x", 2, "none.tools");
    expect("printf 'tool a\\n  x = on off\\n' > $T/bad.tools; $S think --tools $T/bad.tools x", 2, "bad.tools:2:10: expected | between words");
    expect("$S run --tools $T/bad.tools --in tests/golden/questions/demo.wav", 2, "bad.tools:2:10: expected | between words");
    expect("printf 'tool light\\n' > $T/bad.tools; $S think --tools $T/bad.tools x", 1,
           "config.tools: light: is a built-in tool: expected another name");
    expect("printf 'tool a\\n' > $T/a.tools; $S think --tools $T/a.tools --model tests/golden/tok_bpe.gguf x", 1, "tok_bpe.gguf");
    expect("$S think --constrain some x", 2, "--constrain some: expected none, valid, said or all");
    expect("$S think --tools $T/home.tools --window 16 x", 1, "expected at most");
}

/* Held or not, the shipped model says the same where it was right anyway. */
static void constraint_may_be_switched(void **state) {
    (void)state;
    run("$S think --fresh 'set a timer for five minutes' 'turn on the kitchen lights' 'hello' | grep -v overload > $T/a");
    run("$S think --fresh --constrain none 'set a timer for five minutes' 'turn on the kitchen lights' 'hello' | grep -v overload > $T/b; cmp $T/a "
        "$T/b");
    assert_string_equal(output, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_command_runs), cmocka_unit_test(calls_are_json), cmocka_unit_test(a_failure_is_an_apology),
                                       cmocka_unit_test(mistakes_are_told), cmocka_unit_test(constraint_may_be_switched)};
    return cmocka_run_group_tests(tests, make_tools, clean);
}
