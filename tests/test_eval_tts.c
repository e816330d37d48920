/* sotto eval tts: figures of texts counted by hand, cost by the shapes of the shipped files, and the command on small lists; then the regression gate:
 * the shipped voice on the list of replies. */
#include "tests/json_output.h"
#include "platform/host/eval_tts.h"
#include <math.h>
#include <sys/utsname.h>

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static void is_near(const tts_figures *f, tts_metric what, double value) {
    if (!(fabs(f->of[what] - value) < 1e-6)) fail_msg("%s: %.8g, expected %.8g", TTS_METRIC_TABLE[what].name, f->of[what], value);
}

/* Three texts, the first with a recording, the last neither spelt out nor followed by a sound in time. */
static void figures_are_sums(void **state) {
    tts_measure m[3] = {
        {.seconds = 2,
         .busy = 0.02,
         .cpu = 0.03,
         .first_ms = 3,
         .first_cpu_ms = 1,
         .peak = 0.5,
         .power = 0.01,
         .clipped = 0,
         .phones = 20,
         .spoken = 6},
        {.seconds = 1,
         .busy = 0.01,
         .cpu = 0.01,
         .first_ms = 5,
         .first_cpu_ms = 2,
         .peak = 1,
         .power = 0.04,
         .clipped = 16,
         .phones = 15,
         .spoken = 4},
        {.seconds = 1, .first_ms = -1, .first_cpu_ms = -1, .phones = 5},
    };
    measure made[3] = {{.scored = 1, .text = {.words = 6, .word_errors = 3, .chars = 30, .char_errors = 6}},
                       {.scored = 1, .text = {.words = 4, .word_errors = 0, .chars = 20}}};
    measure record[3] = {{.scored = 1, .text = {.words = 6, .word_errors = 2}}};
    tts_report r = {.m = m, .made = made, .record = record, .cost = {.frame = 500000, .phone = 200000, .frame_rate = 100}};
    const uint32_t index[] = {0, 1, 2};
    tts_figures f;
    (void)state;
    tts_figures_of(&f, &r, index, 3);
    const struct {
        tts_metric what;
        double value;
    } expected[] = {
        {TTS_ROWS, 3},
        {TTS_SECONDS, 4},
        {TTS_WORDS, 10},
        {TTS_WER, 0.3},
        {TTS_CER, 0.12},
        {TTS_PERFECT, 0.5},
        {TTS_RECORDINGS, 1},
        {TTS_NATURAL_WER, 2.0 / 6},
        {TTS_RATIO, 1.5},
        {TTS_RTF, 0.03 / 4},
        {TTS_RTF_CPU, 0.01},
        {TTS_FIRST_P50, 3},
        {TTS_FIRST_P95, 5},
        {TTS_FIRST_CPU_P50, 1},
        {TTS_FIRST_CPU_P95, 2},
        {TTS_WPM, 200},
        {TTS_PHONES, 10},
        {TTS_PEAK, 0},
        {TTS_LEVEL, 10 * log10(0.015)},
        {TTS_CLIPPED, 16.0 / (4 * 16000)},
        {TTS_MACS, 52},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) is_near(&f, expected[i].what, expected[i].value);
    assert_true(f.of[TTS_WER_LOW] >= 0 && f.of[TTS_WER_LOW] < 0.3 && f.of[TTS_WER_HIGH] > 0.3);
    tts_figures_of(&f, &r, index + 2, 1);
    assert_true(isnan(f.of[TTS_WER]) && isnan(f.of[TTS_RATIO]) && isnan(f.of[TTS_FIRST_P95]) && isnan(f.of[TTS_WPM]) && isnan(f.of[TTS_PEAK]));
}

static void letters_of_one_word_are_joined(void **state) {
    static const char *const cases[][2] = {{"a m", "am"},      {"ten a m", "ten am"}, {"at five p m sharp", "at five pm sharp"},
                                           {"a map", "a map"}, {"p mm", "p mm"},      {"i am a man", "i am a man"},
                                           {"sea m", "sea m"}, {"a m p m", "am pm"},  {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", cases[i][0]);
        tts_join_letters(text);
        assert_string_equal(text, cases[i][1]);
    }
}

static double number(const cJSON *o, const char *path) {
    return at(o, path)->valuedouble;
}

static cJSON *json_of(const char *args) {
    return json_said(args, "\"list\"");
}

#define THREE                                                                                                                                        \
    "printf '#columns text\\tspoken\\tkind\\n# not a row\\nThe kitchen lights are on.\\t\\ta\\n"                                                     \
    "The kitchen lights are on.\\tnothing of that sort is said here | the kitchen lights are on\\tb\\nHow can I help you?\\t\\ta\\n' > "             \
    "$T/three.tsv; "

static void a_list_is_counted(void **state) {
    (void)state;
    cJSON *o = json_of(THREE "$S eval tts $T/three.tsv --json - --details");
    assert_int_equal(number(o, "slices/all/rows"), 3);
    assert_int_equal(number(o, "slices/all/words"), 15);
    assert_int_equal(number(o, "slices/kind-a/rows"), 2);
    assert_int_equal(number(o, "slices/kind-b/words"), 5); /* the way that fits is the one that counts */
    assert_int_equal(number(o, "texts/2/line"), 5);
    assert_true(number(o, "slices/all/first_p95") > 0 && number(o, "slices/all/first_p95") >= number(o, "slices/all/first_p50"));
    assert_true(number(o, "slices/all/rtf") > 0 && number(o, "slices/all/peak") < 0 && number(o, "slices/all/level") < number(o, "slices/all/peak"));
    assert_true(number(o, "slices/all/model_bytes") > 1e5 && number(o, "slices/all/arena_bytes") > 1e5);
    assert_true(number(o, "texts/0/seconds") == number(o, "texts/1/seconds")); /* every row is a fresh start */
    assert_string_equal(at(o, "texts/0/heard")->valuestring, at(o, "texts/1/heard")->valuestring);
    double seconds = number(o, "texts/0/seconds") + number(o, "texts/1/seconds") + number(o, "texts/2/seconds");
    assert_true(fabs(number(o, "slices/all/seconds") - seconds) < 1e-9);
    assert_true(fabs(number(o, "slices/all/wpm") - 60 * 15 / seconds) < 1e-6);
    assert_true(cJSON_IsNull(at(o, "slices/all/natural_wer")));
    cJSON_Delete(o);
    expect("$S eval tts $T/three.tsv --details", 0, "three.tsv:5: ");
}

/* What is kept is what was measured; heard again as a recording of itself it gives the same words, so the ratio is 1. */
static void sounds_are_kept_and_compared(void **state) {
    (void)state;
    cJSON *o = json_of("mkdir -p $T/w; printf 'The kitchen lights are on.\\n' > $T/one; $S eval tts $T/one --wavs $T/w --json -");
    double seconds = number(o, "slices/all/seconds");
    cJSON_Delete(o);
    o = json_of("printf '#columns text\\tfile\\tspoken\\nThe kitchen lights are on.\\tw/001.wav\\tthe chicken lights are on\\n' > $T/two; "
                "$S eval tts $T/two --json - --details");
    assert_true(number(o, "slices/all/seconds") == seconds);
    assert_true(number(o, "slices/all/wer") >= 0.2 && number(o, "slices/all/wer") == number(o, "slices/all/natural_wer"));
    assert_true(number(o, "slices/all/ratio") == 1);
    assert_string_equal(at(o, "texts/0/heard")->valuestring, at(o, "texts/0/recording")->valuestring);
    cJSON_Delete(o);
    expect("$S eval tts $T/one --wavs $T/none", 1, "none/001.wav");
}

static void speed_is_measured(void **state) {
    (void)state;
    cJSON *o = json_of(THREE "$S eval tts $T/three.tsv --speed 1.6 --json -");
    double fast = number(o, "slices/all/wpm");
    cJSON_Delete(o);
    o = json_of("$S eval tts $T/three.tsv --json -");
    assert_true(fast > 1.3 * number(o, "slices/all/wpm"));
    cJSON_Delete(o);
}

/* The sum that the models' cards state, worked out here from the shapes that `sotto inspect` prints, another way: bytes of the int8 matrices. */
static void cost_is_that_of_the_matrices(void **state) {
    double frame, phone, want;
    (void)state;
    expect(
        "for m in vocoder tts; do $S inspect models/packs/nano/$m.gguf | sed 's/[][]//g' | awk -v m=$m '$1 ~ /\\.weight$/ && ($2 == \"I8\" || $1 ~ "
        "/depth/) {n = $3 * $5; if (m == \"tts\" && $1 ~ /^(encoder|variance)/) p += n; else f += n} END {print f + 0, p + 0}'; done",
        0, "");
    double f[2], p[2];
    assert_int_equal(sscanf(output, "%lf %lf %lf %lf", &f[0], &p[0], &f[1], &p[1]), 4);
    frame = f[0] + f[1];
    phone = p[0] + p[1];
    assert_true(frame > 1e5 && phone > 1e4);
    cJSON *o = json_of(THREE "$S eval tts $T/three.tsv --json -");
    want = (100 * frame + number(o, "slices/all/phones") * phone) / 1e6;
    if (!(fabs(number(o, "slices/all/macs") - want) < 1e-6 * want)) fail_msg("macs: %.8g, expected %.8g", number(o, "slices/all/macs"), want);
    cJSON_Delete(o);
}

static void gates_hold_or_break(void **state) {
    (void)state;
    expect(THREE "printf 'rows == 3\\nclipped > 0.5\\nrows.kind-a == 2\\n' > $T/g; $S eval tts $T/three.tsv --gates $T/g", 1, "FAIL  clipped > 0.5");
    assert_non_null(strstr(output, "2 of 3 gates hold"));
    expect("printf '\\nwords2 >= 0\\n' > $T/g; $S eval tts $T/three.tsv --gates $T/g", 2, "line 2: unknown metric \"words2\"");
    expect("printf 'wer.kind-c >= 0\\n' > $T/g; $S eval tts $T/three.tsv --gates $T/g", 2, "no slice \"kind-c\"");
    expect("printf 'natural_wer <= 1\\n' > $T/g; $S eval tts $T/three.tsv --gates $T/g", 2, "natural_wer was not measured here");
    expect("printf 'delta.wer <= 1\\n' > $T/g; $S eval tts $T/three.tsv --gates $T/g", 2, "expected two models");
    expect("$S eval tts $T/three.tsv --gates $T/none", 1, "none: cannot be opened");
}

static void bad_lists_are_told_by_line(void **state) {
    (void)state;
    expect("$S eval tts", 2, "expected one list");
    expect("$S eval tts a b", 2, "expected one list");
    expect("$S eval tts --help", 0, "--wavs");
    expect("$S eval tts $T/l --speed 9", 2, "--speed 9: expected 0.5 to 2");
    expect("$S eval tts $T/missing.tsv", 1, "missing.tsv: cannot be opened");
    expect("printf '# nothing\\n' > $T/l; $S eval tts $T/l", 1, "l: lists no row");
    expect("printf 'hello\\tyou\\n' > $T/l; $S eval tts $T/l", 1, "l: line 1: more cells than the 1 columns");
    expect("printf '#columns words\\nhello\\n' > $T/l; $S eval tts $T/l", 1, "l: line 1: expected tab-separated names");
    expect("printf '#columns text\\tspoken\\nhello\\thello | \\n' > $T/l; $S eval tts $T/l", 1, "l: line 2: spoken: \" \": expected words");
    expect("printf '#columns text\\tfile\\nhello\\tnone.wav\\n' > $T/l; $S eval tts $T/l", 1, "l: line 2: ");
    expect("printf '#columns text\\tfile\\nhello\\tl\\n' > $T/l; $S eval tts $T/l", 1, "l: line 2: ");
    expect("printf 'Zo\\303\\253 laughed.\\n' > $T/l; $S eval tts $T/l", 0, "1 texts cannot be spelt out");
    expect("printf 'hello\\n' > $T/l; $S eval tts $T/l --pack $T", 1, "gguf");
}

static void the_shipped_voice_passes_its_gates(void **state) {
    (void)state;
    int code = run("$S eval tts tests/golden/tts_replies.tsv --gates tests/golden/tts_gates.txt");
    printf("%s\n", output);
    assert_int_equal(code, 0);
    assert_non_null(strstr(output, "gates hold"));
}

/* The gates are a computer's; a small board may take longer and still speak in time. */
static int gates_hold_here(void) {
    struct utsname u;
    return !SANITIZED && !getenv("SOTTO_EMULATOR") && uname(&u) == 0 && strcmp(u.machine, "x86_64") == 0;
}

static void the_shipped_voice_is_fast(void **state) {
    (void)state;
    if (!gates_hold_here()) {
        printf("[  NOTE    ] compiled with sanitizers, in an emulator or not on x86-64: times are not held against their gates\n");
        skip();
    }
    expect("$S eval tts tests/golden/tts_replies.tsv --limit 40 --gates tests/golden/tts_speed_gates.txt", 0, "2 of 2 gates hold");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_sums),
        cmocka_unit_test(letters_of_one_word_are_joined),
        cmocka_unit_test(a_list_is_counted),
        cmocka_unit_test(sounds_are_kept_and_compared),
        cmocka_unit_test(speed_is_measured),
        cmocka_unit_test(cost_is_that_of_the_matrices),
        cmocka_unit_test(gates_hold_or_break),
        cmocka_unit_test(bad_lists_are_told_by_line),
        cmocka_unit_test(the_shipped_voice_passes_its_gates),
        cmocka_unit_test(the_shipped_voice_is_fast),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
