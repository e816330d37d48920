/* Devices: messages for what is not there; capture and playback through a JACK server of our own with its dummy driver (skipped without jackd). */
#define _GNU_SOURCE
#include "tests/audio_input.h"
#include "platform/posix/device.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RATE = 16000 };
static pid_t server;

static void test_unknown_names(void **state) {
    (void)state;
    device *d = NULL;
    platform_error e;
    device_info list[8];
    int n = device_list(list, 8, &e);
    assert_true(n >= 0);
    assert_int_equal(device_open(&d, &(device_config){.input = "no such microphone", .output = "none", .rate = RATE}, &e), -1);
    print_message("  sotto: %s\n", e.text);
    assert_true(strstr(e.text, "no microphone \"no such microphone\"") != NULL || strstr(e.text, "no audio device to record from") != NULL);
    assert_int_equal(device_open(&d, &(device_config){.input = "none", .output = "99", .rate = RATE}, &e), -1);
    assert_true(strstr(e.text, "no loudspeaker \"99\"") != NULL || strstr(e.text, "no audio device to play on") != NULL);
    assert_null(d);
}

static void test_nothing_opened(void **state) {
    (void)state;
    device *d = NULL;
    platform_error e;
    int16_t x[10] = {0};
    assert_int_equal(device_open(&d, &(device_config){.input = "none", .output = "none", .rate = RATE}, &e), 0);
    assert_int_equal(device_read(d, x, 10), 0);
    assert_int_equal(device_write(d, x, 10), 10); /* goes nowhere */
    assert_int_equal(device_queued(d), 0);
    assert_true(device_alive(d));
    assert_string_equal(device_input_name(d), "");
    device_close(d);
}

static void stop_server(void) {
    if (server > 0) {
        kill(server, SIGTERM);
        waitpid(server, NULL, 0);
    }
    server = 0;
}

/* Starts jackd with its dummy driver under a name of our own; 0 when that works within 5 s. */
static int start_server(const char *rate, const char *period, platform_error *e) {
    char name[32];
    snprintf(name, sizeof name, "sotto-%d-%s", (int)getpid(), rate);
    setenv("JACK_DEFAULT_SERVER", name, 1);
    server = fork();
    if (server == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1), dup2(nowhere, 2);
        execlp("jackd", "jackd", "--no-realtime", "-n", name, "-d", "dummy", "-r", rate, "-p", period, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 50; i++) {
        device_info list[8];
        int status;
        platform_sleep(100000000);
        if (waitpid(server, &status, WNOHANG) == server) return server = 0, -1; /* no jackd here */
        if (device_list(list, 8, e) > 0) return 0;
    }
    stop_server();
    return -1;
}

/* Half a second of sound out, what the microphone gives meanwhile in. */
static void play_and_record(device *d) {
    static int16_t tone[RATE / 2], heard[RATE];
    device_stats s;
    uint64_t begin = platform_now();
    size_t wrote = 0, got = 0;
    for (int i = 0; i < RATE / 2; i++) tone[i] = (int16_t)(8000 * sin(0.1 * i));
    while (platform_now() - begin < 2000000000u && (wrote < RATE / 2 || device_queued(d) > 0)) {
        wrote += device_write(d, tone + wrote, RATE / 2 - wrote);
        got += device_read(d, heard, RATE);
        platform_sleep(5000000);
    }
    double seconds = (double)(platform_now() - begin) * 1e-9;
    got += device_read(d, heard, RATE);
    device_statistics(d, &s);
    print_message("%.2f s: %zu played, %zu recorded, %u lost, ran dry %u, xruns %u in %u out\n", seconds, wrote, got, s.input_lost, s.output_dry,
                  s.input_xruns, s.output_xruns);
    assert_int_equal(wrote, RATE / 2);
    assert_int_equal(device_queued(d), 0);
    assert_true(device_alive(d));
    assert_true(s.captured == got && s.played == wrote && s.input_lost == 0);
    assert_true(seconds > 0.4 && seconds < 1.5);
    assert_true(fabs((double)got / RATE - seconds) < 0.35);
}

static void run_server(const char *rate, const char *period) {
    device *d = NULL;
    platform_error e;
    device_stats before, after;
    static int16_t x[RATE / 4];
    if (access("/usr/bin/jackd", X_OK) != 0 || start_server(rate, period, &e) != 0) {
        print_message("skipped: no jackd with a dummy driver here\n");
        skip();
    }
    if (device_open(&d, &(device_config){.input = "SYSTEM", .rate = RATE}, &e) != 0) {
        stop_server();
        fail_msg("%s", e.text);
    }
    assert_string_equal(device_input_name(d), "system");
    assert_string_equal(device_output_name(d), "system");
    play_and_record(d);
    device_statistics(d, &before);
    assert_int_equal(device_write(d, x, RATE / 4), RATE / 4);
    device_drop(d);
    platform_sleep(100000000); /* dropped: gone long before its quarter second */
    assert_int_equal(device_queued(d), 0);
    device_statistics(d, &after);
    assert_true(after.output_dry > 0 && after.output_dry >= before.output_dry);
    device_close(d);
    stop_server();
}

static void test_same_rate(void **state) {
    (void)state;
    run_server("16000", "160");
}

static void test_other_rate(void **state) {
    (void)state;
    run_server("48000", "480");
}

static int clean_up(void **state) {
    (void)state;
    stop_server();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_nothing_opened),
        cmocka_unit_test_teardown(test_same_rate, clean_up),
        cmocka_unit_test_teardown(test_other_rate, clean_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
