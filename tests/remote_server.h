/* remote_server: a server on loopback that answers as a test tells it to, and a runtime that asks it; what the tests of --llm-url share. */
#ifndef SOTTO_TESTS_REMOTE_SERVER_H
#define SOTTO_TESTS_REMOTE_SERVER_H
#define _GNU_SOURCE /* memmem; include this header first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "platform/posix/remote.h"
#include "tests/voice.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_REQUESTS = 8, SERVER_BODY = 65536, TIMEOUT_MS = 250 };

/* Answers request n (from 0) on fd; the connection is closed after it. */
typedef void (*server_script)(int fd, int n);

static struct {
    int listener;
    char url[64];
    pthread_t thread;
    _Atomic(server_script) script;
    _Atomic int requests, gone, stop; /* gone: the client closed while a script wrote or waited */
    char request[SERVER_REQUESTS][SERVER_BODY];
} server;

/* ---- what scripts say ---- */

static void say_bytes(int fd, const char *bytes, size_t n) {
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            server.gone = 1;
            return;
        }
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void say(int fd, const char *text) {
    say_bytes(fd, text, strlen(text));
}

static void say_ok(int fd) {
    say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

static void say_token(int fd, const char *text) {
    char line[512];
    snprintf(line, sizeof line, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n", text);
    say(fd, line);
}

static void say_stop(int fd) {
    say(fd, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
}

/* Waits until the client goes away, at most 5 s. */
static void wait_gone(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char byte;
    if (poll(&p, 1, 5000) == 1 && recv(fd, &byte, 1, 0) <= 0) server.gone = 1;
}

/* ---- the server ---- */

static int read_request(int fd, char *to) {
    size_t len = 0, want = SERVER_BODY - 1;
    while (len < want) {
        ssize_t got = recv(fd, to + len, SERVER_BODY - 1 - len, 0);
        if (got <= 0) return -1;
        len += (size_t)got;
        to[len] = 0;
        char *end = strstr(to, "\r\n\r\n"), *size = strcasestr(to, "content-length:");
        if (end) want = (size_t)(end + 4 - to) + (size ? (size_t)atol(size + 15) : 0);
    }
    return 0;
}

static void *server_main(void *unused) {
    (void)unused;
    while (!server.stop) {
        int fd = accept(server.listener, NULL, NULL), n = server.requests, one = 1;
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!server.stop && read_request(fd, server.request[n % SERVER_REQUESTS]) == 0) {
            server.requests++;
            server.gone = 0;
            server.script(fd, n);
        }
        close(fd);
    }
    return NULL;
}

static int server_start(void **state) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    (void)state;
    setenv("no_proxy", "*", 1);
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server.listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(server.listener, 16) != 0) return -1;
    if (getsockname(server.listener, (struct sockaddr *)&at, &len) != 0) return -1;
    snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    return pthread_create(&server.thread, NULL, server_main, NULL);
}

static int server_end(void **state) {
    (void)state;
    server.stop = 1;
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    return close(server.listener);
}

/* ---- the runtime that asks ---- */

static struct {
    voice_pack pack;
    remote *far;
    sotto *s;
    char log[2048], reply[VOICE_TEXT], pieces[VOICE_TEXT], calls[VOICE_TEXT], overload[512];
    uint64_t ms;                         /* the last turn took */
    uint64_t asked_ns, audio_ns;         /* when it began; its first sound (0: none) */
    const char *result;                  /* of every tool */
    void (*during)(const sotto_event *); /* is shown every event; may be NULL */
} asker;

static uint64_t asker_now(void *user) {
    (void)user;
    return platform_now();
}

static void asker_log(void *user, const char *line) {
    (void)user;
    strncat(asker.log, line, sizeof asker.log - strlen(asker.log) - 2);
    strcat(asker.log, "\n");
}

static int asker_tool(void *user, const sotto_call *call, char *result, size_t cap) {
    (void)user;
    (void)call;
    snprintf(result, cap, "%s", asker.result);
    return 0;
}

static void asker_tell(const sotto_event *e) {
    if (e->type == SOTTO_EV_TURN_DONE) snprintf(asker.reply, sizeof asker.reply, "%s", e->text);
    if (e->type == SOTTO_EV_REPLY) strncat(asker.pieces, e->text, sizeof asker.pieces - strlen(asker.pieces) - 1);
    if (e->type == SOTTO_EV_TOOL_CALL) strcat(strcat(asker.calls, e->text), ";");
    if (e->type == SOTTO_EV_OVERLOAD && !strstr(e->text, "over budget")) snprintf(asker.overload, sizeof asker.overload, "%s", e->text);
    if (e->type == SOTTO_EV_AUDIO && !asker.audio_ns) asker.audio_ns = platform_now();
    if (asker.during) asker.during(e);
}

enum { WITH_LOCAL = 1, WITH_VOICE = 2, WITH_SOTTO = 4 };

/* url NULL: no server. */
static void asker_open(const char *url, int with) {
    platform_error e = {""};
    memset(&asker, 0, sizeof asker);
    asker.result = "ok";
    voice_open(&asker.pack);
    sotto_config *c = &asker.pack.config;
    c->asr = NULL;
    if (!(with & WITH_LOCAL)) c->llm = NULL;
    if (!(with & WITH_VOICE)) c->g2p = c->tts = c->vocoder = NULL;
    c->hooks = (sotto_hooks){.now = asker_now, .tool = asker_tool, .log = asker_log};
    remote_config r = {.url = url, .key = "secret", .system = "Be brief.", .timeout_ms = TIMEOUT_MS, .turns = 2, .max_tokens = 96};
    if (with & WITH_SOTTO) r.format = REMOTE_SOTTO;
    if (url) asker.far = remote_open(&r, &e);
    if (url && !asker.far && strstr(e.text, "no libcurl")) skip();
    if (url && !asker.far) fail_msg("%s", e.text);
    if (url) c->hooks.remote = remote_hooks(asker.far);
    asker.s = voice_start(c);
    assert_non_null(asker.s);
    sotto_tool_info tool;
    for (uint32_t i = 0; url && sotto_tool(asker.s, i, &tool) == SOTTO_OK; i++) remote_offer(asker.far, &tool);
}

static void asker_close(void) {
    voice_end(asker.s);
    remote_close(asker.far);
    voice_close(&asker.pack);
}

static void asker_run(void) {
    int16_t pcm[160];
    sotto_event e;
    int more = 1;
    while (more) {
        more = sotto_step(asker.s, 1) == SOTTO_AGAIN;
        while (sotto_next_event(asker.s, &e) == SOTTO_OK) asker_tell(&e);
        while (sotto_pull_audio(asker.s, pcm, 160) > 0) {}
        if (!more && asker.far && remote_waits(asker.far)) {
            remote_wait(asker.far, 5);
            more = 1;
        }
    }
}

/* One turn; what it gave is in asker. */
static const char *ask(const char *text) {
    asker.log[0] = asker.reply[0] = asker.pieces[0] = asker.calls[0] = asker.overload[0] = 0;
    asker.audio_ns = 0;
    asker.asked_ns = platform_now();
    assert_int_equal(sotto_ask(asker.s, text), SOTTO_OK);
    asker_run();
    asker.ms = (platform_now() - asker.asked_ns) / 1000000u;
    assert_int_equal(sotto_state(asker.s), SOTTO_IDLE);
    return asker.reply;
}

static sotto_statistics asker_stats(void) {
    sotto_statistics s;
    sotto_stats(asker.s, &s);
    return s;
}

#endif
