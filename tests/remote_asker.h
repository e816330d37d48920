/* remote_asker: a runtime that asks a server, with everything that comes of it; what the tests of --llm-url share. */
#ifndef SOTTO_TESTS_REMOTE_ASKER_H
#define SOTTO_TESTS_REMOTE_ASKER_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "platform/posix/remote.h"
#include "tests/voice.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 400 };

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

static uint32_t asker_timeout = TIMEOUT_MS;

/* Milliseconds more that a turn may take in an emulator (tests/emulate.sh), which computes the reply and its speech 20 times slower. */
static inline uint64_t asker_patience(void) {
    return getenv("SOTTO_EMULATOR") ? 20000 : 0;
}

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
    remote_config r = {.url = url, .key = "secret", .system = "Be brief.", .timeout_ms = asker_timeout, .turns = 2, .max_tokens = 96};
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
