/* Live mode as a person has it: `sotto run` on a JACK server of our own (dummy driver); this program is the person, connected to the command's
 * ports through PortAudio. It must hear, answer and stop on SIGINT; without --barge-in it is deaf while it speaks, with it a reply gives way.
 * Skipped where there is no jackd. */
#define _GNU_SOURCE
#include "tests/audio_input.h"
#include "platform/posix/device.h"
#include "tests/voice.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RATE = SOTTO_RATE, SILENCE = 200, LONGEST = 30 * RATE };
#define ANSWER "math expr=fifteen times eight"

static pid_t server, talker;
static char folder[] = "/tmp/sotto-live-XXXXXX", said_path[64], told_path[64], sotto_path[256];
static int16_t question[VOICE_SAMPLES], reply[LONGEST];
static size_t question_len, reply_len, reply_begin, reply_end; /* what came back, and where it was not silent */
static char text[65536];

/* Asks first: a JACK server that is killed keeps its place in a table of eight, and the ninth does not start. */
static void stop(pid_t *p) {
    int gone = *p <= 0;
    if (!gone) kill(*p, SIGTERM);
    for (int i = 0; i < 100 && !gone; i++) {
        gone = waitpid(*p, NULL, WNOHANG) == *p;
        if (!gone) platform_sleep(20000000);
    }
    if (!gone) {
        kill(*p, SIGKILL);
        waitpid(*p, NULL, 0);
    }
    *p = 0;
}

static int clean_up(void **state) {
    (void)state;
    stop(&talker);
    stop(&server);
    return 0;
}

static pid_t start(char *const argv[], const char *out, const char *err) {
    pid_t p = fork();
    if (p != 0) return p;
    dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    execvp(argv[0], argv);
    _exit(127);
}

static const char *read_text(const char *path) {
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f) fclose(f);
    text[n] = 0;
    return text;
}

static int count(const char *path, const char *what) {
    int n = 0;
    for (const char *p = read_text(path); (p = strstr(p, what)) != NULL; p += strlen(what)) n++;
    return n;
}

/* 0 once `what` stands in the file, -1 after 5 s. */
static int await(const char *path, const char *what) {
    for (int i = 0; i < 250; i++) {
        if (count(path, what)) return 0;
        platform_sleep(20000000);
    }
    return -1;
}

static int start_server(void) {
    static char name[32];
    device_info list[8];
    platform_error e;
    int status;
    snprintf(name, sizeof name, "sotto-live-%d", (int)getpid());
    setenv("JACK_DEFAULT_SERVER", name, 1);
    setenv("JACK_NO_START_SERVER", "1", 1);
    server = start((char *[]){"jackd", "--no-realtime", "-n", name, "-d", "dummy", "-r", "16000", "-p", "160", NULL}, "/dev/null", "/dev/null");
    for (int i = 0; i < 50; i++) {
        platform_sleep(100000000);
        if (waitpid(server, &status, WNOHANG) == server) return server = 0, -1;
        if (device_list(list, 8, &e) > 0) return 0;
    }
    stop(&server);
    return -1;
}

static int find_all(void **state) {
    (void)state;
    ssize_t n = readlink("/proc/self/exe", sotto_path, sizeof sotto_path - 16);
    if (n < 0 || !mkdtemp(folder)) return -1;
    sotto_path[n] = 0;
    *strstr(sotto_path, "/tests/") = 0; /* build/tests/test_live -> build/sotto */
    strcat(sotto_path, "/sotto");
    snprintf(said_path, sizeof said_path, "%s/out", folder);
    snprintf(told_path, sizeof told_path, "%s/err", folder);
    question_len = voice_read(VOICE_QUESTION, question, VOICE_SAMPLES);
    return question_len == 0;
}

static int remove_all(void **state) {
    (void)state;
    unlink(said_path);
    unlink(told_path);
    return rmdir(folder);
}

/* Server, command and our own two ports on the command's. */
static device *begin(char *option) {
    device *d = NULL;
    platform_error e;
    if (access("/usr/bin/jackd", X_OK) != 0 || start_server() != 0) {
        print_message("skipped: no jackd with a dummy driver here\n");
        skip();
    }
    unlink(told_path); /* of the run before */
    talker = start((char *[]){sotto_path, "run", "--json", option, NULL}, said_path, told_path);
    if (await(told_path, "listening on")) fail_msg("sotto run does not listen: %s", read_text(told_path));
    if (device_open(&d, &(device_config){.input = "PortAudio", .output = "PortAudio", .rate = RATE}, &e) != 0) fail_msg("%s", e.text);
    reply_len = reply_begin = reply_end = 0;
    return d;
}

static void listen(device *d) {
    size_t n = device_read(d, reply + reply_len, LONGEST - reply_len);
    for (size_t i = reply_len; i < reply_len + n; i++) {
        if (abs(reply[i]) < SILENCE) continue;
        if (reply_begin == 0) reply_begin = i;
        reply_end = i;
    }
    reply_len += n;
}

static void wait_seconds(device *d, double seconds) {
    uint64_t from = platform_now();
    while ((double)(platform_now() - from) < seconds * 1e9) {
        listen(d);
        platform_sleep(5000000);
    }
}

/* Speaks samples [from, to) of the question as the clock goes. */
static void speak(device *d, size_t from, size_t to) {
    while (from < to) {
        from += device_write(d, question + from, to - from);
        wait_seconds(d, 0.005);
    }
    while (device_queued(d) > 0) wait_seconds(d, 0.005);
}

static void await_reply(device *d) {
    reply_begin = reply_end = 0;
    for (int i = 0; i < 1000 && reply_begin == 0; i++) wait_seconds(d, 0.005);
    if (reply_begin == 0) fail_msg("no reply was heard: %s", read_text(said_path));
}

/* SIGINT: the command ends by itself with exit code 0 within 2 s, and has lost nothing. */
static void end(device *d) {
    device_stats mine;
    int status = 0, gone = 0;
    kill(talker, SIGINT);
    for (int i = 0; i < 100 && !gone; i++) {
        gone = waitpid(talker, &status, WNOHANG) == talker;
        platform_sleep(20000000);
    }
    device_statistics(d, &mine);
    device_close(d);
    print_message("reply of %.2f s; this side: %u input and %u output xruns; the command: %s", (double)(reply_end - reply_begin) / RATE,
                  mine.input_xruns, mine.output_xruns, strchr(read_text(told_path), '\n') + 1);
    print_message("\n");
    if (!gone) fail_msg("sotto run did not stop on SIGINT");
    talker = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(count(told_path, "overload"), 0);
    if (count(told_path, "xruns")) assert_int_equal(count(told_path, " 0 samples lost"), 1);
    stop(&server);
}

/* The room gives the reply back to the microphone. */
static void echo(device *d, double seconds) {
    uint64_t from = platform_now();
    while ((double)(platform_now() - from) < seconds * 1e9) {
        size_t before = reply_len;
        wait_seconds(d, 0.005);
        device_write(d, reply + before, reply_len - before);
    }
}

static void deaf_while_it_speaks(void **state) {
    (void)state;
    device *d = begin(NULL);
    speak(d, 0, question_len);
    await_reply(d);
    echo(d, 2.5);
    end(d);
    assert_int_equal(count(said_path, "\"event\":\"final\""), 1);
    assert_int_equal(count(said_path, "\"event\":\"speech-start\""), 1);
    assert_int_equal(count(said_path, "\"event\":\"turn-done\""), 1);
    assert_int_equal(count(said_path, ANSWER), 1);
    assert_true(reply_end - reply_begin > RATE / 4);
}

static void a_reply_gives_way_to_speech(void **state) {
    (void)state;
    device *d = begin("--barge-in");
    speak(d, 0, question_len);
    await_reply(d);
    size_t heard = reply_len;
    speak(d, 0, question_len * 2 / 3);
    assert_true(reply_end <
                heard + RATE * 3 / 4); /* the first reply is over long before the second question, whose reply may begin as soon as it ends */
    speak(d, question_len * 2 / 3, question_len);
    for (int i = 0; i < 20 && count(said_path, "\"event\":\"turn-done\"") < 2; i++) wait_seconds(d, 0.2);
    end(d);
    assert_int_equal(count(said_path, "\"event\":\"speech-start\""), 2);
    assert_int_equal(count(said_path, "\"event\":\"final\""), 2);
    assert_int_equal(count(said_path, "\"event\":\"turn-done\""), 2);
    assert_int_equal(count(said_path, ANSWER), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(deaf_while_it_speaks, clean_up),
        cmocka_unit_test_teardown(a_reply_gives_way_to_speech, clean_up),
    };
    return cmocka_run_group_tests(tests, find_all, remove_all);
}
