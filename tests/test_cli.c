/* The command as a person or a script meets it: help, usage errors, bad files; each with one clear line and its exit code. */
#include "tests/cli.h"
#include <math.h>
#include <sndfile.h>

/* As expect, for one line of the command's arguments. */
static void expect_args(const char *args, int code, const char *said) {
    char line[1024];
    snprintf(line, sizeof line, "{ $S %s ; } </dev/null", args);
    expect(line, code, said);
}

static int run_args(const char *args) {
    char line[1024];
    snprintf(line, sizeof line, "{ $S %s ; } </dev/null", args);
    return run(line);
}

static void every_command_has_help(void **state) {
    static const char *const name[] = {"run", "hear", "think", "say", "plan", "inspect", "bench", "devices", "pack"};
    char args[64];
    (void)state;
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        snprintf(args, sizeof args, "%s --help", name[i]);
        expect_args(args, 0, "usage: sotto");
        expect_args(args, 0, "--json");
        snprintf(args, sizeof args, "%s --frobnicate", name[i]);
        expect_args(args, 2, "unknown option --frobnicate");
    }
    expect_args("--help", 0, "Exit codes");
    expect_args("--version", 0, "sotto 0.");
    expect_args("", 2, "usage");
    expect_args("sing", 2, "unknown command sing");
}

static void plan_estimates_kv_caches(void **state) {
    (void)state;
    expect_args("plan --layers 32 --kv-heads 8 --head-dim 128 --tokens 2048 --batch 8 --bytes 2", 0, "2147483648 bytes = 2.00 GiB");
    expect_args("plan --layers 32 --kv-heads 8 --head-dim 128 --tokens 0 --batch 8 --bytes 2", 0, "0 bytes = 0.00 GiB");
    expect_args("plan --layers 32 --kv-heads 8 --head-dim 128 --tokens -1 --batch 8 --bytes 2", 2, "--tokens");
    expect_args("plan --layers 9999999999 --kv-heads 9999999999 --head-dim 1 --tokens 1 --batch 1 --bytes 1", 2, "below 2^63");
    expect_args("plan --layers x", 2, "expected a whole number");
    expect_args("plan", 0, "largest frame");
    expect_args("plan --json", 0, "\"weights\":");
}

static void write_sound(const char *name, int format, int rate, int channels, const float *samples, sf_count_t frames) {
    char path[300];
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    sf_writef_float(f, samples, frames);
    sf_close(f);
}

static void bad_sound_is_refused(void **state) {
    (void)state;
    expect_args("hear $T/none.wav", 1, "none.wav");
    expect_args("hear $T", 1, "sotto: ");
    expect_args("hear /dev/null", 1, "/dev/null");
    expect_args("hear Makefile", 1, "Makefile: cannot read audio");
    run_args("inspect --help; : > $T/empty.wav; head -c 30 tests/golden/questions/demo.wav > $T/cut.wav");
    expect_args("hear $T/empty.wav", 1, "empty.wav");
    expect_args("hear $T/cut.wav", 1, "cut.wav");
    expect_args("hear", 2, "expected a sound file");
}

static void odd_sound_is_heard(void **state) {
    static float tone[192000 * 8];
    (void)state;
    for (size_t i = 0; i < sizeof tone / sizeof tone[0]; i++) tone[i] = 0.001f * (float)sin((double)i * 0.01);
    write_sound("eight.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 16000, 8, tone, 16000);
    write_sound("fast.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 192000, 1, tone, 192000);
    tone[100] = NAN;
    tone[200] = INFINITY;
    write_sound("nan.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1, tone, 16000);
    write_sound("short.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, tone, 0);
    assert_int_equal(run_args("hear $T/eight.wav"), 0);
    assert_int_equal(run_args("hear $T/fast.wav"), 0);
    expect_args("hear $T/nan.wav", 0, "2 samples were not numbers");
    expect_args("hear $T/short.wav", 1, "holds no samples");
    expect_args("hear tests/golden/questions/demo.wav", 0, "fifteen times eight");
    expect_args("hear --json tests/golden/questions/demo.wav", 0, "\"begin_ms\"");
}

static void bad_models_are_refused(void **state) {
    (void)state;
    run_args("--version; cp models/packs/nano/*.gguf $T/; head -c 50000 models/packs/nano/asr.gguf > $T/asr.gguf");
    expect_args("hear --pack $T tests/golden/questions/demo.wav", 1, "asr.gguf: ");
    run_args("--version; cp models/packs/nano/llm.gguf $T/asr.gguf");
    expect_args("hear --pack $T tests/golden/questions/demo.wav", 1, "sotto-asr");
    run_args("--version; cp models/packs/nano/asr.gguf $T/asr.gguf; printf X | dd of=$T/asr.gguf bs=1 seek=1 conv=notrunc");
    expect_args("hear --pack $T tests/golden/questions/demo.wav", 1, "magic");
    expect_args("hear --pack $T/nowhere tests/golden/questions/demo.wav", 1, "nowhere/asr.gguf");
    expect_args("inspect Makefile", 1, "Makefile: ");
    expect_args("inspect models/packs/nano/llm.gguf", 0, "general.architecture string llama");
}

/* A flipped bit anywhere: refused, or (in a weight) loaded; never a crash. */
static void flipped_bits_never_crash(void **state) {
    (void)state;
    for (int i = 0; i < 24; i++) {
        char args[512];
        snprintf(args, sizeof args,
                 "--version; cp models/packs/nano/asr.gguf $T/asr.gguf; printf '\\%03o' %d | dd of=$T/asr.gguf bs=1 seek=%d conv=notrunc", 64 + i, i,
                 i * 131 + 8);
        run_args(args);
        int code = run_args("hear --pack $T tests/golden/questions/demo.wav");
        if (code != 0 && code != 1) fail_msg("bit flip %d: exit %d: %.300s", i, code, output);
        if (code == 1) assert_non_null(strstr(output, "asr.gguf: "));
    }
}

static void a_full_disk_is_reported(void **state) {
    (void)state;
    expect_args("say --out /dev/full 'Good morning to all of you, and thank you for coming.'", 1, "/dev/full");
    expect_args("run --in tests/golden/questions/demo.wav --out /dev/full", 1, "/dev/full");
    expect_args("run --in tests/golden/questions/demo.wav --out $T/no/such/folder.wav", 1, "folder.wav");
    expect_args("run --in tests/golden/questions/demo.wav --trace /dev/full", 1, "/dev/full");
    expect_args("run --out x.wav", 2, "--out goes with --in");
}

static void run_answers_and_times(void **state) {
    (void)state;
    expect_args("run --in tests/golden/questions/demo.wav --out $T/reply.wav --trace $T/trace.json", 0, "first_audio");
    expect_args("inspect --help; test -s $T/reply.wav && test -s $T/trace.json && echo both-there", 0, "both-there");
    expect_args("run --json --in tests/golden/questions/demo.wav", 0, "\"spans\":{");
    expect_args("say --json --out $T/say.wav Hello.", 0, "vocoder.first");
    expect_args("think --json 'flip a coin'", 0, "\"tool-call\"");
    int code = run_args("bench --turns 2 --json");
    assert_true(code == 0 || code == 3); /* over budget: a slow or busy machine */
    assert_non_null(strstr(output, "\"asr_rtf\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_has_help),  cmocka_unit_test(plan_estimates_kv_caches), cmocka_unit_test(bad_sound_is_refused),
        cmocka_unit_test(odd_sound_is_heard),      cmocka_unit_test(bad_models_are_refused),   cmocka_unit_test(flipped_bits_never_crash),
        cmocka_unit_test(a_full_disk_is_reported), cmocka_unit_test(run_answers_and_times),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
