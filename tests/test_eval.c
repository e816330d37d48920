/* What sotto eval counts with: distances, entities, slots, manifests, gates, noise, figures, against values worked out by hand. */
#include "tests/cli.h"
#include "platform/host/eval_gates.h"
#include "platform/host/eval_manifest.h"
#include "platform/host/eval_noise.h"
#include "platform/host/eval_slices.h"
#include "platform/host/eval_slots.h"
#include <math.h>

static void distances_are_levenshtein(void **state) {
    static const struct {
        const char *said, *heard;
        uint32_t words, errors, chars, char_errors;
    } row[] = {
        {"one two three", "one two three", 3, 0, 13, 0},
        {"one two three", "", 3, 3, 13, 13},
        {"one two three", "one too three", 3, 1, 13, 1},
        {"one two three", "one three", 3, 1, 13, 4},
        {"one three", "one two three", 2, 1, 9, 4},
        {"a b c d", "b c d e", 4, 2, 7, 4},
        {"kitten", "sitting", 1, 1, 6, 3},
        {"the cat sat on the mat", "cat sat at mat", 6, 3, 22, 9},
        {"turn on", "turn on the light", 2, 2, 7, 10},
    };
    score s;
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(score_texts(&s, row[i].said, row[i].heard, NULL), 0);
        if (s.words != row[i].words || s.word_errors != row[i].errors || s.chars != row[i].chars || s.char_errors != row[i].char_errors)
            fail_msg("%s / %s: %u of %u words, %u of %u characters", row[i].said, row[i].heard, s.word_errors, s.words, s.char_errors, s.chars);
    }
}

static void entities_are_judged_on_their_own(void **state) {
    static const struct {
        const char *said, *heard;
        uint32_t entities, errors;
    } row[] = {
        {"set a timer for ten minutes", "set the timer for ten minutes", 1, 0}, /* a wrong word, but not one that matters */
        {"set a timer for ten minutes", "set a timer for two minutes", 1, 1},
        {"set a timer for ten minutes", "set a timer for minutes", 1, 1},
        {"set a timer", "set a timer ten", 0, 1},
        {"twenty five past seven", "twenty nine past", 3, 2},
        {"a large latte", "a large matter", 1, 1}, /* from the file */
    };
    entity_list l;
    platform_error e;
    score s;
    (void)state;
    expect("printf 'Latte, mocha\\nice-cream' > $T/names.txt && cat $T/names.txt", 0, "mocha");
    char path[300];
    snprintf(path, sizeof path, "%s/names.txt", folder);
    assert_int_equal(entities_open(&l, path, &e), 0);
    assert_true(entities_have(&l, "latte", 5) && entities_have(&l, "mocha", 5) && entities_have(&l, "ice", 3) && entities_have(&l, "ninety", 6));
    assert_false(entities_have(&l, "lat", 3) || entities_have(&l, "lattes", 6) || entities_have(&l, "timer", 5));
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(score_texts(&s, row[i].said, row[i].heard, &l), 0);
        if (s.entities != row[i].entities || s.entity_errors != row[i].errors)
            fail_msg("%s / %s: %u of %u", row[i].said, row[i].heard, s.entity_errors, s.entities);
    }
    entities_close(&l);
    assert_int_equal(entities_open(&l, "/no/such/file", &e), -1);
}

static void unstable_words_are_those_that_change(void **state) {
    (void)state;
    assert_int_equal(score_unstable("", "turn on"), 0);
    assert_int_equal(score_unstable("turn on", "turn on the"), 0);
    assert_int_equal(score_unstable("turn on th", "turn on the"), 1);
    assert_int_equal(score_unstable("turn own the light", "turn on the light"), 3);
    assert_int_equal(score_unstable("turn on the", "turn"), 2);
}

static void slots_are_read_found_and_judged(void **state) {
    slot_set want, got;
    slot_values all = {0};
    platform_error e;
    (void)state;
    assert_int_equal(slots_parse(&want, "{\"size\": \"medium\", \"drink\": \"iced mocha\", \"milk\": \"some Soy-Milk\"}", &e), 0);
    assert_int_equal(want.count, 3);
    assert_string_equal(slots_value(&want, "milk"), "some soy milk");
    assert_int_equal(slot_values_add(&all, &want), 0);
    assert_int_equal(slots_parse(&want, "{\"roast\": \"medium roast\", \"drink\": \"mocha\", \"milk\": \"milk\"}", &e), 0);
    assert_int_equal(slot_values_add(&all, &want), 0);
    assert_int_equal(slot_values_add(&all, &want), 0);
    assert_int_equal(all.count, 6);
    slot_values_sort(&all);
    slot_values_find(&all, "a medium roast mocha with milk", &got);
    assert_true(slots_equal(&want, &got));
    slot_values_find(&all, "a medium iced mocha with some soy milk and milky", &got);
    assert_int_equal(got.count, 3);
    assert_string_equal(slots_value(&got, "drink"), "iced mocha");
    assert_int_equal(slots_right(&want, &got), 0);
    slot_values_find(&all, "mocha with milk", &got);
    assert_int_equal(slots_right(&want, &got), 2);
    assert_false(slots_equal(&want, &got) || slots_equal(&got, &want));
    slot_values_free(&all);
    assert_int_equal(slots_parse(&want, "[1]", &e), -1);
    assert_int_equal(slots_parse(&want, "{\"a\": 1}", &e), -1);
    assert_int_equal(slots_parse(&want, "{\"a\": \"x\", \"a\": \"y\"}", &e), -1);
    assert_int_equal(slots_parse(&want, "{\"a\": \"caf\\u00e9\"}", &e), -1);
}

static int read_list(manifest *m, const char *text, platform_error *e) {
    char path[300];
    snprintf(path, sizeof path, "%s/list.tsv", folder);
    FILE *f = fopen(path, "w");
    assert_true(f && fputs(text, f) >= 0 && fclose(f) == 0);
    return manifest_read(m, path, e);
}

static void manifests_are_read(void **state) {
    manifest m;
    platform_error e;
    char path[MANIFEST_PATH];
    (void)state;
    assert_int_equal(read_list(&m, "set\tfile\tage\ttext\r\na\tx.wav\t6\thello\r\n\nb\ty.wav\nc\tz.wav\t7\tlast", &e), 0);
    assert_int_equal(m.count, 3);
    assert_string_equal(manifest_cell(&m, &m.row[0], "text"), "hello");
    assert_string_equal(manifest_cell(&m, &m.row[1], "text"), "");
    assert_string_equal(manifest_cell(&m, &m.row[2], "text"), "last");
    assert_int_equal(m.row[1].line, 4);
    assert_int_equal(manifest_path(&m, &m.row[0], path, sizeof path), 0);
    assert_non_null(strstr(path, "/x.wav"));
    assert_int_equal(manifest_keep(&m, "set", "b,c", &e), 0);
    assert_int_equal(m.count, 2);
    assert_int_equal(manifest_keep(&m, "voice", "x", &e), -1);
    assert_int_equal(manifest_keep(&m, "set", "bb", &e), -1);
    manifest_close(&m);
    assert_int_equal(read_list(&m, "file\ttext\nx\ty\tz\n", &e), -1);
    assert_non_null(strstr(e.text, "list.tsv: line 2: more cells than the 2 columns"));
    assert_int_equal(read_list(&m, "file\twords\nx\ty\n", &e), -1);
    assert_non_null(strstr(e.text, "line 1: expected"));
    assert_int_equal(read_list(&m, "file\ttext\n\ty\n", &e), -1);
    assert_non_null(strstr(e.text, "line 2: names no file"));
    assert_int_equal(read_list(&m, "file\ttext\n", &e), -1);
}

static void gates_are_read_and_hold_or_not(void **state) {
    static const char *const bad[] = {"wer\n",      "wer <=\n",    "wer =< 1\n",   "wer <= x\n",   "wer <= nan\n",
                                      "wor <= 1\n", "wer. <= 1\n", "wer <= 1 2\n", "delta. < 1\n", "# nothing\n"};
    gate_list g;
    platform_error e;
    uint32_t line;
    (void)state;
    const char *text = "# all of them\nwer.speechocean <= 0.25 # read\n\n  accepted.snr12 >= 0.9\nrtf < 0.02\ndelta.wer <= 0.001\nwords == 12\n";
    assert_int_equal(gates_parse(&g, text, "g", &line, &e), 0);
    assert_int_equal(g.count, 5);
    assert_true(g.at[0].what == METRIC_WER && g.at[0].line == 2 && strcmp(g.at[0].slice, "speechocean") == 0);
    assert_true(g.at[1].what == METRIC_ACCEPTED && strcmp(g.at[1].slice, "snr12") == 0 && strcmp(g.at[2].slice, "all") == 0);
    assert_true(g.at[3].delta && g.at[3].what == METRIC_WER);
    assert_true(gate_holds(&g.at[0], 0.25) && !gate_holds(&g.at[0], 0.2501) && gate_holds(&g.at[1], 0.9) && !gate_holds(&g.at[1], 0.89));
    assert_true(!gate_holds(&g.at[2], 0.02) && gate_holds(&g.at[4], 12) && !gate_holds(&g.at[4], 11));
    assert_false(gate_holds(&g.at[0], NAN) || gate_holds(&g.at[1], NAN));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char two[100];
        snprintf(two, sizeof two, "rtf < 1\n%s", bad[i]);
        if (gates_parse(&g, i == 9 ? bad[i] : two, "g.txt", &line, &e) != -1) fail_msg("\"%s\" was taken", bad[i]);
        assert_int_equal(line, 2);
        assert_non_null(strstr(e.text, "g.txt: line 2: "));
    }
}

static void noise_has_the_level_asked_for(void **state) {
    enum { N = 32000 };
    static int16_t pcm[N], out[N];
    static float noise[N];
    uint64_t seed = noise_seed("x.wav");
    (void)state;
    for (int i = 0; i < N; i++) {
        pcm[i] = i >= 8000 && i < 24000 ? (int16_t)(2000 * sin(i * 0.3)) : 0; /* speech in the middle second */
        noise[i] = (float)(noise_next(&seed) >> 40) / (float)(1 << 24) - 0.5f;
    }
    clip c = {pcm, N};
    double speech = noise_active_power(pcm, N), want = 0.5 * 2000 * 2000 / (32768.0 * 32768.0);
    assert_true(fabs(speech / want - 1) < 0.01); /* the silence does not count */
    for (double snr = -6; snr <= 24; snr += 6) {
        double power = 0;
        noise_mix(out, &c, noise, snr);
        for (int i = 0; i < N; i++) power += pow((out[i] - pcm[i]) / 32768.0, 2) / N;
        if (fabs(10 * log10(speech / power) - snr) > 0.05) fail_msg("%.2f dB, asked %.0f", 10 * log10(speech / power), snr);
    }
    for (int i = 0; i < N; i++) pcm[i] = (int16_t)(30000 * sin(i * 0.3));
    noise_mix(out, &c, noise, 0); /* a sum beyond full scale is scaled whole, not clipped */
    int most = 0;
    for (int i = 0; i < N; i++) most += abs(out[i]) >= 32700;
    assert_true(most < 10);
}

static void pauses_are_taken_out(void **state) {
    enum { N = 32000 };
    static int16_t pcm[N];
    clip c = {pcm, N};
    (void)state;
    for (int i = 0; i < N; i++) pcm[i] = i >= 8000 && i < 11200 ? 3000 : 1; /* 200 ms in two seconds */
    noise_squeeze(&c);
    assert_int_equal(c.n, 3200 + 2 * 5 * 320); /* and 100 ms on both sides */
    assert_true(pcm[1599] == 1 && pcm[1600] == 3000 && pcm[4799] == 3000 && pcm[4800] == 1);
    for (int i = 0; i < N; i++) pcm[i] = (int16_t)(i % 7);
    c.n = N;
    noise_squeeze(&c);
    assert_int_equal(c.n, N);
}

static void noise_is_the_same_for_a_name(void **state) {
    noise_bank b;
    platform_error e;
    float x[400], y[400], z[400];
    (void)state;
    assert_int_equal(noise_open(&b, "tests/golden/questions", &e), -1); /* not all are sounds */
    assert_int_equal(noise_open(&b, "tests/golden/questions/q06_coin.flac", &e), 0);
    noise_fill(&b, "a", x, 400);
    noise_fill(&b, "a", y, 400);
    noise_fill(&b, "b", z, 400);
    assert_memory_equal(x, y, sizeof x);
    assert_memory_not_equal(x, z, sizeof x);
    noise_close(&b);
    assert_int_equal(noise_open(&b, "/no/such/noise", &e), -1);
}

static void figures_are_ratios_of_sums(void **state) {
    measure m[3] = {
        {.scored = 1, .text = {10, 1, 40, 3, 2, 1}, .seconds = 4, .wall = 0.04, .tail_ms = 5, .lag_ms = 1, .unstable = 2},
        {.scored = 1, .text = {2, 2, 8, 8, 0, 0}, .seconds = 1, .wall = 0.02, .tail_ms = -1, .lag_ms = 9},
        {.slotted = 1, .slots_want = 3, .slots_got = 2, .slots_right = 1, .seconds = 5, .wall = 0.04, .tail_ms = 7, .lag_ms = 2},
    };
    static const uint32_t all[] = {0, 1, 2}, words[] = {0, 1}, orders[] = {2};
    figures f;
    double low, high;
    (void)state;
    figures_of(&f, m, all, 3);
    assert_true(fabs(f.of[METRIC_WER] - 0.25) < 1e-12 && fabs(f.of[METRIC_CER] - 11.0 / 48) < 1e-12 && f.of[METRIC_PERFECT] == 0);
    assert_true(fabs(f.of[METRIC_ENTITY_ERROR] - 0.5) < 1e-12 && f.of[METRIC_ACCEPTED] == 0 && fabs(f.of[METRIC_SLOT_RECALL] - 1.0 / 3) < 1e-12);
    assert_true(fabs(f.of[METRIC_SLOT_PRECISION] - 0.5) < 1e-12 && fabs(f.of[METRIC_RTF] - 0.01) < 1e-12 &&
                fabs(f.of[METRIC_UNSTABLE] - 0.2) < 1e-12);
    assert_true(f.of[METRIC_TAIL_P50] == 5 && f.of[METRIC_TAIL_MAX] == 7 && f.of[METRIC_LAG_MAX] == 9);
    assert_true(f.of[METRIC_WER_LOW] >= 0.1 && f.of[METRIC_WER_LOW] <= 0.25 && f.of[METRIC_WER_HIGH] >= 0.25 && f.of[METRIC_WER_HIGH] <= 1);
    figures_of(&f, m, words, 2);
    assert_true(isnan(f.of[METRIC_ACCEPTED]) && isnan(f.of[METRIC_MACS]));
    figures_of(&f, m, orders, 1);
    assert_true(isnan(f.of[METRIC_WER]) && isnan(f.of[METRIC_WER_LOW]) && f.of[METRIC_ACCEPTED] == 0);
    figures_difference(&low, &high, m, m, words, 2);
    assert_true(low == 0 && high == 0);
}

static void slices_follow_the_columns(void **state) {
    static const condition c[] = {{"clean", 1, 0}, {"snr12", 0, 12}, {"snr6", 0, 6}};
    measure measures[6] = {{.seconds = 1}, {.seconds = 3}, {.seconds = 1}, {.seconds = 3}, {.seconds = 1}, {.seconds = 3}};
    manifest m;
    slice_table t;
    platform_error e;
    (void)state;
    assert_int_equal(read_list(&m, "file\ttext\tset\tsex\tage\nx\ta\tred set\tf\t12\ny\tb\tblue\tm\t\n", &e), 0);
    assert_int_equal(slices_build(&t, &m, c, 3, measures), 0);
    static const struct {
        const char *name;
        uint32_t count, first;
    } want[] = {{"all", 6, 0},  {"clean", 2, 0}, {"snr12", 2, 2},    {"noisy", 4, 2},  {"red_set", 3, 0},
                {"blue", 3, 1}, {"sex-m", 3, 1}, {"age-0-12", 3, 0}, {"len-2-4", 3, 1}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        const slice *s = slices_find(&t, want[i].name);
        if (!s || s->count != want[i].count || s->index[0] != want[i].first) fail_msg("%s: %u", want[i].name, s ? s->count : 0);
    }
    assert_null(slices_find(&t, "age-"));
    slices_free(&t);
    manifest_close(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_levenshtein),
        cmocka_unit_test(entities_are_judged_on_their_own),
        cmocka_unit_test(unstable_words_are_those_that_change),
        cmocka_unit_test(slots_are_read_found_and_judged),
        cmocka_unit_test(manifests_are_read),
        cmocka_unit_test(gates_are_read_and_hold_or_not),
        cmocka_unit_test(noise_has_the_level_asked_for),
        cmocka_unit_test(noise_is_the_same_for_a_name),
        cmocka_unit_test(pauses_are_taken_out),
        cmocka_unit_test(figures_are_ratios_of_sums),
        cmocka_unit_test(slices_follow_the_columns),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
