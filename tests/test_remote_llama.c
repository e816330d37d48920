/* A real server process on loopback: llama.cpp's (llama-cpp-python[server]) with our own llm.gguf. It answers, it is stopped, it is killed.
 * Skipped where $PYTHON (or python3) has no llama_cpp.server. */
#define _GNU_SOURCE
#include "tests/remote_asker.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static pid_t llama;
static char url[64], local_reply[VOICE_TEXT];
static sotto_remote between; /* the remote's hooks with our poll */
static const sotto_remote *real;
static int at_first_piece; /* this signal goes to the server */

enum { STALL_MS = 2000 }; /* longer than a busy machine makes a token wait */

/* Its standard output is its URL. 0: it listens, or is not installed and llama stays 0; else -1. */
static int llama_start(void) {
    const char *named = getenv("PYTHON"), *python = named ? named : "python3";
    int ends[2], status;
    size_t len = 0;
    ssize_t got;
    if (pipe(ends) != 0) return 0;
    llama = fork();
    if (llama == 0) {
        dup2(ends[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        close(ends[0]);
        execlp(python, python, "models/train/llm_server.py", "--delay", "20", (char *)NULL);
        _exit(77);
    }
    close(ends[1]);
    while (len + 1 < sizeof url && !memchr(url, '\n', len) && (got = read(ends[0], url + len, sizeof url - 1 - len)) > 0) len += (size_t)got;
    close(ends[0]);
    url[len] = 0;
    url[strcspn(url, "\n")] = 0;
    if (len) return 0;
    waitpid(llama, &status, 0);
    llama = 0;
    int missing = WIFEXITED(status) && WEXITSTATUS(status) == 77;
    print_message(missing ? "skipped: no llama_cpp.server in $PYTHON\n" : "models/train/llm_server.py failed\n");
    return missing ? 0 : -1;
}

static int llama_stop(void **state) {
    (void)state;
    if (llama) {
        kill(llama, SIGKILL);
        waitpid(llama, NULL, 0);
    }
    llama = 0;
    return 0;
}

static void poll_and_strike(void *user, sotto_remote_news *out) {
    (void)user;
    real->poll(real->user, out);
    if (out->kind != SOTTO_REMOTE_PIECE || !at_first_piece) return;
    kill(llama, at_first_piece);
    at_first_piece = 0;
}

static void strike_at_first_piece(int signal) {
    real = asker.pack.config.hooks.remote;
    between = *real;
    between.poll = poll_and_strike;
    between.user = real->user;
    voice_end(asker.s);
    asker.pack.config.hooks.remote = &between;
    asker.s = voice_start(&asker.pack.config);
    at_first_piece = signal;
}

/* The first answers take long: they wait until it is there. */
static void open_patient(int with, uint32_t timeout_ms) {
    if (!llama) skip();
    asker_timeout = timeout_ms;
    at_first_piece = 0;
    asker_open(url, with);
}

static void it_chats(void **state) {
    (void)state;
    open_patient(WITH_LOCAL, 20000);
    ask("hello");
    assert_string_equal(asker.log, "");
    assert_true(asker.reply[0] != 0);
    sotto_statistics s = asker_stats();
    assert_int_equal(s.remote_turns, 1);
    for (int i = SOTTO_PROMPT; i <= SOTTO_LLM_TOKENS; i++) assert_true(s.turn[i].end >= s.turn[i].begin && s.turn[i].begin > 0);
    asker_close();
}

static void it_calls_tools(void **state) {
    (void)state;
    open_patient(WITH_SOTTO, 20000);
    asker.result = "120";
    ask("what is fifteen times eight");
    assert_string_equal(asker.log, "");
    assert_string_equal(asker.calls, VOICE_CALL ";");
    if (!strstr(asker.reply, "120")) fail_msg("the reply is \"%s\"", asker.reply);
    asker_close();
}

static void it_is_stopped(void **state) {
    (void)state;
    open_patient(WITH_LOCAL, STALL_MS);
    kill(llama, SIGSTOP);
    assert_string_equal(ask("hello"), local_reply);
    assert_non_null(strstr(asker.log, "no first token, expected one within 2000 ms; the local model answers"));
    assert_in_range(asker.ms, STALL_MS, STALL_MS + 500);
    kill(llama, SIGCONT);
    strike_at_first_piece(SIGSTOP);
    assert_string_equal(ask("hello"), local_reply);
    assert_non_null(strstr(asker.log, "stalled after "));
    kill(llama, SIGCONT);
    ask("hello");
    assert_string_equal(asker.log, ""); /* and is there again */
    asker_close();
}

static void it_is_killed(void **state) {
    (void)state;
    open_patient(WITH_LOCAL, STALL_MS);
    strike_at_first_piece(SIGKILL);
    assert_string_equal(ask("hello"), local_reply);
    assert_non_null(strstr(asker.log, "the connection was cut after "));
    assert_true(asker.ms < STALL_MS);
    llama_stop(NULL); /* waits until it is gone */
    ask("hello");
    assert_non_null(strstr(asker.log, "Couldn't connect to server; the local model answers"));
    assert_int_equal(asker_stats().remote_fallbacks, 2);
    asker_close();
}

static int learn_local(void **state) {
    (void)state;
    setenv("no_proxy", "*", 1);
    asker_open(NULL, WITH_LOCAL);
    snprintf(local_reply, sizeof local_reply, "%s", ask("hello"));
    asker_close();
    return local_reply[0] ? llama_start() : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_chats),
        cmocka_unit_test(it_calls_tools),
        cmocka_unit_test(it_is_stopped),
        cmocka_unit_test(it_is_killed),
    };
    return cmocka_run_group_tests(tests, learn_local, llama_stop);
}
