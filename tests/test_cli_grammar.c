/* sotto grammar and the --grammar of hear and run: sizes, sentences, mistakes told by line, Home Assistant's YAML imported and compiled. */
#include "tests/cli.h"

#define COFFEE "models/packs/nano/coffee.grammar"
#define LIGHT "tests/golden/questions/q08_light_on.flac"

static void checks_and_samples(void **state) {
    (void)state;
    expect("$S grammar " COFFEE, 0, "coffee.grammar: 1 intents, 1 templates, 6 slots");
    expect("$S grammar --sample 20 " COFFEE " | wc -l", 0, "20");
    run("$S grammar --sample 5 --seed 3 " COFFEE " > $T/a; $S grammar --sample 4 --seed 4 " COFFEE " > $T/b; tail -4 $T/a | cmp - $T/b");
    assert_string_equal(output, "");
}

static void mistakes_are_told(void **state) {
    (void)state;
    expect("printf 'intent x\\n  a <b>\\n' > $T/bad.grammar; $S grammar $T/bad.grammar", 1, "bad.grammar: line 2, column 6: there is no rule b");
    expect("$S hear --grammar $T/bad.grammar " LIGHT, 1, "bad.grammar: line 2, column 6: there is no rule b");
    expect("$S run --grammar $T/bad.grammar --in " LIGHT, 1, "bad.grammar: line 2, column 6: there is no rule b");
    expect("$S grammar $T/none.grammar", 1, "none.grammar");
    expect("$S hear --grammar $T/none.grammar " LIGHT, 1, "none.grammar");
    expect("$S grammar", 2, "expected a grammar's file");
    expect("$S grammar --import $T/none", 1, "there is no such file or folder");
    expect("printf 'a: [b\\n' > $T/bad.yaml; $S grammar --import $T/bad.yaml", 1, "bad.yaml: line 2");
}

static const char YAML[] =
    "language: en\n"
    "lists:\n  color:\n    values:\n      - red\n      - in: '(blue|navy)'\n        out: blue\n      - in: '1/2'\n        out: 3\n"
    "  level:\n    range: {from: 0, to: 100, type: percentage}\n  song:\n    wildcard: true\n"
    "expansion_rules:\n  the: '(the|my)'\n  any: 'play {song}'\n"
    "intents:\n  Paint:\n    data:\n      - sentences:\n          - '<make> [<the>] {area} {color:tone}'\n          - 'dim to {level}[([ ]%)| "
    "percent]'\n"
    "          - '<any> now'\n          - 'how $much'\n        slots:\n          domain: light\n        expansion_rules:\n"
    "          make: '(paint|make)'\n        response: done\n"
    "responses:\n  intents:\n    Paint:\n      done: 'Now {{ slots.tone }}'\n";

static void templates_are_imported(void **state) {
    char path[300];
    (void)state;
    snprintf(path, sizeof path, "%s/home.yaml", folder);
    FILE *f = fopen(path, "w");
    fputs(YAML, f);
    fclose(f);
    expect("$S grammar --import $T/home.yaml > $T/home.grammar", 0,
           "2 of 4 sentences from 1 files; left out: 1 with wildcards, 1 with signs that cannot be said; 1 values or halves");
    expect("cat $T/home.grammar", 0,
           "intent Paint domain=\"light\" \"Now {tone}\"\n  <make-1> [<the>] {area} {color:tone}\n  dim to {level}[percent| percent]\n");
    expect("grep '^list color' $T/home.grammar", 0, "list color = red | ((blue|navy)) : blue\n");
    expect("$S grammar $T/home.grammar", 0, "1 intents, 2 templates, 3 slots");
}

static void commands_are_heard(void **state) {
    (void)state;
    expect("$S hear --final --grammar models/packs/nano/home.grammar " LIGHT, 0, "intent       light place=kitchen action=on (");
    expect("$S hear --json --grammar models/packs/nano/home.grammar " LIGHT, 0, "\"values\":[{\"word\":\"kitchen\",\"begin_ms\":");
    expect("$S hear --accept 2 --grammar models/packs/nano/home.grammar " LIGHT, 1, "grammar_accept: expected 0 to 1");
    expect("$S run --in " LIGHT " --out $T/a.wav --grammar models/packs/nano/home.grammar", 0, "turn-done    The kitchen light is on.");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_and_samples),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(templates_are_imported),
        cmocka_unit_test(commands_are_heard),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
