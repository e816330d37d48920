/* remote_server: a server on loopback, in a thread, that answers as a test tells it to. */
#ifndef SOTTO_TESTS_REMOTE_SERVER_H
#define SOTTO_TESTS_REMOTE_SERVER_H
#define _GNU_SOURCE /* strcasestr; include this header first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "platform/platform.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_REQUESTS = 8, SERVER_BODY = 65536 };

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
static inline void wait_gone(int fd) {
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

#endif
