/* sotto eval as a person or a script meets it, and the regression gate: the shipped recogniser on the committed sounds. */
#include "tests/json_output.h"

#define LIST "tests/golden/hear/manifest.tsv"

static void the_shipped_recogniser_passes_its_gates(void **state) {
    (void)state;
    int code = run("$S eval asr " LIST " --entities models/packs/nano/entities.txt --gates tests/golden/hear/gates.txt");
    printf("%s\n", output);
    assert_int_equal(code, 0);
    assert_non_null(strstr(output, "gates hold"));
}

static void a_broken_gate_is_a_failure(void **state) {
    (void)state;
    expect("printf 'utterances == 3\\nwer < 0\\n' > $T/g; $S eval asr " LIST " --limit 3 --gates $T/g", 1, "FAIL  wer < 0: ");
    assert_non_null(strstr(output, "pass  utterances == 3: 3"));
    assert_non_null(strstr(output, "1 of 2 gates hold"));
    expect("printf 'utterances >= 3\\n' > $T/g; $S eval asr " LIST " --limit 3 --gates $T/g", 0, "1 of 1 gates hold");
}

static void bad_gates_are_usage_errors(void **state) {
    (void)state;
    expect("printf '# x\\nwor <= 1\\n' > $T/g; $S eval asr " LIST " --limit 1 --gates $T/g", 2, "line 2: unknown metric \"wor\"");
    expect("printf 'wer is 1\\n' > $T/g; $S eval asr " LIST " --limit 1 --gates $T/g", 2, "line 1: \"is\"");
    expect("printf 'wer.snr3 <= 1\\n' > $T/g; $S eval asr " LIST " --limit 1 --gates $T/g", 2, "line 1: no slice \"snr3\"");
    expect("printf 'accepted <= 1\\n' > $T/g; $S eval asr " LIST " --limit 1 --gates $T/g", 2, "line 1: accepted was not measured here");
    expect("printf 'delta.wer <= 1\\n' > $T/g; $S eval asr " LIST " --limit 1 --gates $T/g", 2, "expected two models");
    expect("$S eval asr " LIST " --limit 1 --gates $T/none", 1, "none: cannot be opened");
}

static void bad_requests_are_told(void **state) {
    (void)state;
    expect("$S eval", 2, "expected what to evaluate");
    expect("$S eval tea", 2, "tea: expected what to evaluate");
    expect("$S eval --help", 0, "usage: sotto eval asr");
    expect("$S eval asr --help", 0, "--gates");
    expect("$S eval asr", 2, "expected one manifest");
    expect("$S eval asr $T/none.tsv", 1, "none.tsv: cannot be opened");
    expect("$S eval asr Makefile", 1, "line 1: expected tab-separated names");
    expect("printf 'file\\ttext\\nnone.wav\\thello\\n' > $T/l.tsv; $S eval asr $T/l.tsv", 1, "line 2: ");
    assert_non_null(strstr(output, "none.wav"));
    expect("$S eval asr " LIST " --set nobody", 1, "no row has set nobody");
    expect("$S eval asr " LIST " --snr 12", 2, "--snr goes with");
    expect("$S eval asr " LIST " --babble --snr 12,loud", 2, "expected up to");
    expect("$S eval asr " LIST " --noise /none", 1, "/none");
    expect("$S eval asr " LIST " --model Makefile", 1, "Makefile: ");
}

static cJSON *json_of(const char *args) {
    return json_said(args, "\"manifest\"");
}

/* The same twice but for times: noise included. */
static void noise_and_results_are_the_same_every_time(void **state) {
    static const char args[] = "$S eval asr " LIST " --limit 4 --babble --snr clean,0 --json - --details --jobs 2";
    (void)state;
    cJSON *a = json_of(args), *b = json_of(args);
    assert_int_equal(cJSON_GetArraySize(at(a, "models/0/utterances")), 8);
    int changed = 0;
    for (int i = 0; i < 8; i++) {
        char path[64];
        snprintf(path, sizeof path, "models/0/utterances/%d/heard", i);
        assert_string_equal(at(a, path)->valuestring, at(b, path)->valuestring);
        if (i >= 4) {
            char clean_path[64];
            snprintf(clean_path, sizeof clean_path, "models/0/utterances/%d/heard", i - 4);
            changed += strcmp(at(a, path)->valuestring, at(a, clean_path)->valuestring) != 0;
        }
    }
    assert_true(changed > 0); /* six voices as loud as the speech do some harm */
    assert_true(at(a, "models/0/slices/snr0/wer")->valuedouble > at(a, "models/0/slices/clean/wer")->valuedouble);
    assert_true(at(a, "models/0/slices/all/macs")->valuedouble > 1);
    cJSON_Delete(a);
    cJSON_Delete(b);
}

static void a_grammar_gives_the_slots(void **state) {
    (void)state;
    cJSON *o = json_of("$S eval asr " LIST " --grammar models/packs/nano/coffee.grammar --json - --details");
    int orders = 0;
    for (const cJSON *u = at(o, "models/0/utterances")->child; u; u = u->next) {
        if (!strstr(at(u, "file")->valuestring, "order_")) continue;
        orders += strstr(at(u, "slots")->valuestring, "coffeeDrink=") != NULL;
    }
    printf("  %d of 8 orders have a drink by the grammar\n", orders);
    assert_true(orders >= 4);
    cJSON_Delete(o);
    o = json_of("$S eval asr " LIST " --grammar models/packs/nano/coffee.grammar --accept 1 --limit 16 --json -");
    assert_true(at(o, "models/0/slices/all/slot_recall")->valuedouble == 0); /* nothing is as sure as that */
    cJSON_Delete(o);
    expect("$S eval asr " LIST " --grammar $T/none", 1, "none: cannot be opened");
    expect("echo 'intent x' > $T/g; $S eval asr " LIST " --grammar $T/g", 1, "g");
}

static void a_model_against_itself_does_not_differ(void **state) {
    (void)state;
    cJSON *o = json_of("$S eval asr " LIST " --limit 3 --against models/packs/nano/asr.gguf --json -");
    assert_int_equal(cJSON_GetArraySize(at(o, "models")), 2);
    assert_true(at(o, "difference/all/wer")->valuedouble == 0 && at(o, "difference/all/low")->valuedouble == 0);
    cJSON_Delete(o);
    expect("$S eval asr " LIST " --limit 3 --against models/packs/nano/asr.gguf", 0, "first against second");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_recogniser_passes_its_gates),
        cmocka_unit_test(a_broken_gate_is_a_failure),
        cmocka_unit_test(bad_gates_are_usage_errors),
        cmocka_unit_test(bad_requests_are_told),
        cmocka_unit_test(noise_and_results_are_the_same_every_time),
        cmocka_unit_test(a_model_against_itself_does_not_differ),
        cmocka_unit_test(a_grammar_gives_the_slots),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
