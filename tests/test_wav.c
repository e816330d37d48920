/* Sound files: every format at hand, 8 channels, 192 kHz, NaN floats, ten hours; each kind of broken file with its message; a full disk. */
#define _GNU_SOURCE
#include "tests/audio_input.h"
#include "platform/posix/wav.h"
#include <signal.h>
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 16000 };
static char folder[64];

static const char *in_folder(const char *name) {
    static char path[2][160];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/sotto-wav-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* A second of a 440 Hz tone of size 0.5 in every channel, through libsndfile. */
static const char *make_tone(const char *name, int format, int rate, int channels) {
    const char *path = in_folder(name);
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    float *x = malloc(sizeof *x * (size_t)rate * (size_t)channels);
    assert_non_null(f);
    for (int i = 0; i < rate * channels; i++) x[i] = (float)(0.5 * sin(6.283185307179586 * 440 * (i / channels) / rate));
    assert_int_equal(sf_writef_float(f, x, rate), rate);
    sf_close(f);
    free(x);
    return path;
}

static void put_file(const char *path, const void *bytes, size_t n) {
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void check_tone(const char *path, double tolerance, long slack) {
    static float x[2 * RATE];
    wav_reader w;
    platform_error e;
    if (wav_open(&w, path, RATE, &e) != 0) fail_msg("%s", e.text);
    long n = wav_read(&w, x, 2 * RATE, &e);
    if (labs(n - RATE) > slack) fail_msg("%s: %ld samples", path, n);
    double re = 0, im = 0, all = 0;
    for (int i = 4000; i < 12000; i++) { /* 220 whole periods: the tone's size and nothing else */
        double at = 6.283185307179586 * 440 * i / RATE;
        re += x[i] * cos(at), im += x[i] * sin(at), all += (double)x[i] * x[i];
    }
    double size = hypot(re, im) / 4000, rest = sqrt(fmax(0, all / 4000 - size * size));
    if (fabs(size - 0.5) > tolerance || rest > tolerance) fail_msg("%s (%s): tone %.4f, rest %.4f", path, w.format, size, rest);
    wav_close(&w);
}

static void test_formats(void **state) {
    (void)state;
    check_tone(make_tone("16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1), 0.0005, 0);
    check_tone(make_tone("24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 2), 0.0005, 0);
    check_tone(make_tone("8ch.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 48000, 8), 0.0005, 0);
    check_tone(make_tone("192k.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 192000, 1), 0.0005, 0);
    check_tone(make_tone("float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 8000, 1), 0.0005, 0);
    check_tone(make_tone("ulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1), 0.02, 0);
    check_tone(make_tone("u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 22050, 1), 0.01, 0);
    check_tone(make_tone("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 2), 0.0005, 0);
    check_tone(make_tone("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 1), 0.03, 0);
    check_tone(make_tone("a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 1), 0.05, 200);
    check_tone(make_tone("a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 32000, 1), 0.0005, 0);
    check_tone(make_tone("a.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 11025, 1), 0.0005, 0);
}

static void test_exact_and_blocks(void **state) {
    (void)state;
    int16_t in[5000], out[5001];
    wav_writer to;
    wav_reader from;
    platform_error e;
    uint32_t seed = 6;
    for (int i = 0; i < 5000; i++) in[i] = (int16_t)(input_noise(&seed) * 32768);
    in[0] = -32768, in[1] = 32767;
    const char *path = in_folder("exact.wav");
    assert_int_equal(wav_create(&to, path, RATE, &e), 0);
    assert_int_equal(wav_write(&to, in, 17, &e), 0);
    assert_int_equal(wav_write(&to, in + 17, 5000 - 17, &e), 0);
    assert_int_equal(wav_finish(&to, &e), 0);
    assert_int_equal(wav_write(&to, in, 1, &e), -1);
    static const size_t pieces[] = {5001, 1, 160};
    for (int k = 0; k < 3; k++) {
        size_t n = 0;
        long got;
        assert_int_equal(wav_open(&from, path, RATE, &e), 0);
        assert_true(wav_seconds(&from) == 5000.0 / RATE);
        while ((got = wav_read_int16(&from, out + n, 5001 - n < pieces[k] ? 5001 - n : pieces[k], &e)) > 0) n += (size_t)got;
        assert_int_equal(n, 5000);
        assert_memory_equal(in, out, sizeof in);
        wav_close(&from);
    }
}

/* "-" to "-" through a pipe: lengths that nobody knows beforehand. */
static void test_standard_streams(void **state) {
    (void)state;
    int ends[2], in = dup(0), out = dup(1);
    int16_t x[5000], y[6000];
    wav_writer to;
    wav_reader from;
    platform_error e;
    uint32_t seed = 7;
    for (int i = 0; i < 5000; i++) x[i] = (int16_t)(input_noise(&seed) * 32768);
    fflush(stdout);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 1), close(ends[1]);
    int bad = wav_create(&to, "-", RATE, &e) != 0 || wav_write(&to, x, 5000, &e) != 0 || wav_finish(&to, &e) != 0;
    dup2(out, 1), close(out);
    assert_false(bad);
    dup2(ends[0], 0), close(ends[0]);
    int opened = wav_open(&from, "-", RATE, &e);
    long n = opened == 0 ? wav_read_int16(&from, y, 6000, &e) : -1;
    if (opened == 0) wav_close(&from);
    dup2(in, 0), close(in);
    if (n != 5000) fail_msg("%ld samples: %s", n, e.text);
    assert_memory_equal(x, y, sizeof x);
}

static void refuse(const char *path, const char *message) {
    wav_reader w;
    platform_error e;
    assert_int_equal(wav_open(&w, path, RATE, &e), -1);
    print_message("  sotto: %s\n", e.text);
    if (strstr(e.text, message) == NULL) fail_msg("expected: %s", message);
}

static void test_broken_files(void **state) {
    (void)state;
    static const char lie[] = "RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80>\0\0\0}\0\0\2\0\x10\0data\0\0\0\0";
    refuse("/nowhere/q.wav", "/nowhere/q.wav: cannot be opened: No such file or directory");
    refuse(folder, "is a directory (expected a sound file)");
    put_file(in_folder("zero.wav"), "", 0);
    refuse(in_folder("zero.wav"), "zero.wav: is empty");
    put_file(in_folder("text.wav"), "this is a letter, not a sound\n", 30);
    refuse(in_folder("text.wav"), "(expected WAV, FLAC, Ogg or another format libsndfile reads)");
    put_file(in_folder("cut.wav"), lie, 20);
    refuse(in_folder("cut.wav"), "cut.wav: cannot read audio: ");
    put_file(in_folder("none.wav"), lie, 44);
    refuse(in_folder("none.wav"), "none.wav: holds no samples");
    make_tone("slow.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 500, 1);
    refuse(in_folder("slow.wav"), "slow.wav: sample rate 500 Hz (expected 1000 to 768000)");
}

/* A file cut in the middle gives what it has; a damaged one says where it broke. */
static void test_truncated(void **state) {
    (void)state;
    static float x[2 * RATE];
    wav_reader w;
    platform_error e;
    const char *path = make_tone("half.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1);
    assert_int_equal(truncate(path, 44 + RATE), 0);
    assert_int_equal(wav_open(&w, path, RATE, &e), 0);
    assert_int_equal(wav_read(&w, x, 2 * RATE, &e), RATE / 2);
    wav_close(&w);
    path = make_tone("half.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 1);
    struct stat s;
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(truncate(path, s.st_size / 2), 0);
    assert_int_equal(wav_open(&w, path, RATE, &e), 0);
    long n = wav_read(&w, x, 2 * RATE, &e), after = wav_read(&w, x, 10, &e);
    print_message("half a FLAC: %ld samples, then %ld %s\n", n, after, after < 0 ? e.text : "");
    assert_true(n > 0 && n < RATE && after <= 0);
    wav_close(&w);
}

static void test_nan(void **state) {
    (void)state;
    float x[800] = {0};
    x[10] = NAN, x[11] = INFINITY, x[12] = -INFINITY, x[13] = 40.0f;
    SF_INFO info = {.samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *f = sf_open(in_folder("nan.wav"), SFM_WRITE, &info);
    sf_writef_float(f, x, 800);
    sf_close(f);
    wav_reader w;
    platform_error e;
    assert_int_equal(wav_open(&w, in_folder("nan.wav"), RATE, &e), 0);
    long n = wav_read(&w, x, 800, &e);
    assert_int_equal(w.bad, 4);
    assert_int_equal(n, 267);
    for (long i = 0; i < n; i++) assert_true(x[i] >= -1.0f && x[i] <= 1.0f);
    wav_close(&w);
}

/* 1.15 GB of silence in a sparse file: read whole, in memory that does not grow. */
static void test_ten_hours(void **state) {
    (void)state;
    static float block[RATE];
    const char *path = in_folder("long.wav");
    wav_writer to;
    wav_reader w;
    platform_error e;
    struct rusage before, after;
    uint64_t samples = 36000ull * RATE, n = 0;
    assert_int_equal(wav_create(&to, path, RATE, &e), 0);
    to.samples = samples; /* the header of the whole length, and a hole behind it */
    assert_int_equal(wav_finish(&to, &e), 0);
    assert_int_equal(truncate(path, (off_t)(44 + 2 * samples)), 0);
    assert_int_equal(wav_open(&w, path, RATE, &e), 0);
    assert_true(wav_seconds(&w) == 36000);
    getrusage(RUSAGE_SELF, &before);
    for (long got; (got = wav_read(&w, block, RATE, &e)) > 0;) n += (uint64_t)got;
    getrusage(RUSAGE_SELF, &after);
    assert_true(n == samples);
    print_message("ten hours read; memory grew by %ld KiB\n", after.ru_maxrss - before.ru_maxrss);
    assert_true(after.ru_maxrss - before.ru_maxrss < 4096);
    wav_close(&w);
    unlink(path);
}

static void test_full_disk(void **state) {
    (void)state;
    wav_writer w;
    platform_error e;
    assert_int_equal(wav_create(&w, "/nowhere/a.wav", RATE, &e), -1);
    assert_string_equal(e.text, "/nowhere/a.wav: cannot be written: No such file or directory");
    assert_int_equal(wav_create(&w, folder, RATE, &e), -1);
    assert_non_null(strstr(e.text, "Is a directory"));
    if (access("/dev/full", W_OK) != 0) skip();
    assert_int_equal(wav_create(&w, "/dev/full", RATE, &e), -1);
    print_message("  sotto: %s\n", e.text);
    assert_string_equal(e.text, "/dev/full: cannot write after 0.00 s: No space left on device");
}

/* The disk fills while writing: told at the write or, for what was still buffered, at the close. */
static void test_disk_fills(void **state) {
    (void)state;
    struct rlimit old, little = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};
    static int16_t x[RATE];
    wav_writer w;
    platform_error e;
    getrlimit(RLIMIT_FSIZE, &old);
    little.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    for (int samples = 9900; samples <= RATE; samples += RATE - 9900) {
        assert_int_equal(wav_create(&w, in_folder("full.wav"), RATE, &e), 0);
        fflush(NULL);
        setrlimit(RLIMIT_FSIZE, &little);
        int wrote = wav_write(&w, x, (size_t)samples + 500, &e), closed = wrote == 0 ? wav_finish(&w, &e) : -1;
        if (wrote != 0) assert_int_equal(wav_finish(&w, &e), -1);
        setrlimit(RLIMIT_FSIZE, &old);
        assert_int_equal(closed, -1);
        assert_non_null(strstr(e.text, "full.wav: cannot write after"));
        assert_non_null(strstr(e.text, "File too large"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),      cmocka_unit_test(test_exact_and_blocks),
        cmocka_unit_test(test_broken_files), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_nan),          cmocka_unit_test(test_standard_streams),
        cmocka_unit_test(test_ten_hours),    cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_disk_fills),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
