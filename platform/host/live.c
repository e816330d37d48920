/* live: see live.h. One thread steps the runtime; the device's callbacks only touch lock-free rings. */
#include "platform/host/live.h"
#include "platform/host/args.h"
#include "platform/host/lines.h"
#include "platform/host/show.h"
#include "platform/posix/device.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIVE_POLL_NS = 2000000, LIVE_ECHO_NS = 80000000 };
enum { LIVE_AHEAD = SOTTO_RATE / 10 }; /* at most 100 ms of reply lie in the device's queue */

static volatile sig_atomic_t stopped;

static void on_signal(int number) {
    (void)number;
    stopped = 1;
}

/* The runtime is done with a reply when its last sample is pulled; the device still plays what it has queued, and the room after it. */
static int live_deaf(loop *l, const device *d) {
    uint64_t now = platform_now();
    if (l->config.barge_in) return 0;
    if (device_queued(d) > 0) l->played_ns = now;
    return l->played_ns && now - l->played_ns < LIVE_ECHO_NS;
}

static void live_hear(loop *l, device *d) {
    int16_t pcm[LOOP_BLOCK];
    size_t n;
    int deaf = live_deaf(l, d);
    while ((n = device_read(d, pcm, LOOP_BLOCK)) > 0) {
        if (deaf) continue;
        size_t taken = sotto_push_audio(l->voice, pcm, n);
        if (taken < n) complain(0, "overload: %zu microphone samples lost", n - taken);
    }
}

static void live_speak(loop *l, device *d) {
    int16_t pcm[LOOP_BLOCK];
    while (device_queued(d) < LIVE_AHEAD) {
        size_t n = sotto_pull_audio(l->voice, pcm, LOOP_BLOCK);
        if (n == 0) return;
        for (size_t at = 0; at < n;) {
            size_t taken = device_write(d, pcm + at, n - at);
            if (taken == 0) return;
            at += taken;
        }
    }
}

/* A level meter and the state, on a terminal only. */
static void live_meter(loop *l) {
    static const char *const state[] = {"idle", "listening", "thinking", "speaking"};
    if (l->show.json || !isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r\033[K[%s]", state[sotto_state(l->voice)]);
}

static void live_alarms(loop *l) {
    char text[LOOP_TEXT];
    if (sotto_state(l->voice) == SOTTO_IDLE && tools_poll(&l->tools, text, sizeof text)) sotto_say(l->voice, text);
}

static int live_open(loop *l, device **d, const char *input, const char *output) {
    platform_error e;
    device_config c = {.input = input, .output = output, .rate = SOTTO_RATE};
    if (device_open(d, &c, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
    l->live = 1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    return 0;
}

/* Works until there is nothing to do, keeping both queues moving. */
static void live_work(loop *l, device *d) {
    int more = 1;
    while (more && !stopped) {
        live_hear(l, d);
        more = sotto_step(l->voice, 1) == SOTTO_AGAIN;
        loop_events(l);
        live_speak(l, d);
        if (device_queued(d) >= LIVE_AHEAD) break;
    }
}

static void live_report(device *d) {
    device_stats s;
    device_statistics(d, &s);
    if (s.input_xruns + s.output_xruns + s.input_lost == 0) return;
    complain(0, "device: %u input and %u output xruns, %u samples lost", s.input_xruns, s.output_xruns, s.input_lost);
}

int live_talk(loop *l, const char *input, const char *output) {
    device *d = NULL;
    int code = live_open(l, &d, input, output);
    if (code) return code;
    fprintf(stderr, "listening on %s, answering on %s; Ctrl-C ends\n", device_input_name(d), device_output_name(d));
    while (!stopped && code == 0) {
        live_work(l, d);
        live_alarms(l);
        live_meter(l);
        if (!device_alive(d)) code = complain(EXIT_FAIL, "device: the stream has stopped (unplugged?)");
        platform_sleep(LIVE_POLL_NS);
    }
    live_report(d);
    device_close(d);
    return code;
}

static void live_drain(loop *l, device *d) {
    while (!stopped && device_alive(d) && (sotto_state(l->voice) != SOTTO_IDLE || device_queued(d) > 0)) {
        live_work(l, d);
        platform_sleep(LIVE_POLL_NS);
    }
}

enum { STOPPED = -1 }; /* by a signal: no more lines, and no failure */

typedef struct live_voice { /* who says lines on what */
    loop *l;
    device *d;
} live_voice;

static int live_say_piece(loop *l, const char *text, void *user) {
    int code = sotto_say(l->voice, text);
    if (code != SOTTO_OK) return loop_refused(l, "say", text, code);
    live_drain(l, user);
    return stopped ? STOPPED : 0;
}

static int live_say_line(void *user, const char *text) {
    live_voice *v = user;
    return loop_say_pieces(v->l, text, live_say_piece, v->d);
}

int live_say(loop *l, const char *output, char **texts, int count) {
    device *d = NULL;
    int code = live_open(l, &d, "none", output);
    if (code) return code;
    live_voice v = {l, d};
    for (int i = 0; i < count && code == 0 && !stopped; i++) code = live_say_line(&v, texts[i]);
    if (count == 0) code = lines_each("say", NULL, live_say_line, &v);
    if (code == STOPPED) code = 0;
    device_close(d);
    return code;
}
