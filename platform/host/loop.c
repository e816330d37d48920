/* loop: see loop.h. */
#include "platform/host/loop.h"
#include "platform/host/args.h"
#include "platform/host/lines.h"
#include "platform/host/show.h"
#include "platform/host/tools_args.h"
#include "platform/posix/tools_clock.h"
#include "runtime/base/utf8.h"
#include <stdlib.h>
#include <string.h>

uint64_t loop_now(void *user) {
    const loop *l = user;
    return platform_now() + l->ahead;
}

static int loop_tool(void *user, const sotto_call *call, char *result, size_t cap) {
    loop *l = user;
    int code;
    if (!l->own || !tools_args_call(l->own, call, result, cap, &code)) code = tools_run(&l->tools, call, result, cap);
    if (l->own) tools_args_note(l->own, call, result, code);
    return code;
}

static void loop_log(void *user, const char *line) {
    (void)user;
    platform_log(line);
}

static int loop_start(loop *l) {
    sotto_memory_report m;
    if (sotto_plan(&l->config, &m) != SOTTO_OK) return complain(EXIT_FAIL, "%s", m.error);
    l->block = aligned_alloc(SOTTO_ALIGN, (m.bytes + SOTTO_ALIGN - 1) / SOTTO_ALIGN * SOTTO_ALIGN);
    if (!l->block) return complain(EXIT_FAIL, "%zu bytes for the runtime: out of memory", m.bytes);
    int code = sotto_init(l->block, m.bytes, &l->config, &l->voice);
    return code == SOTTO_OK ? 0 : complain(EXIT_FAIL, "start: %s", sotto_strerror(code));
}

static int loop_configure(loop *l, void (*change)(void *user, sotto_config *c), void *user) {
    pack_config(&l->models, &l->config);
    l->config.hooks = (sotto_hooks){.now = loop_now, .tool = loop_tool, .log = loop_log, .user = l};
    if (change) change(user, &l->config);
    tools_init(&l->tools, loop_now(l));
    tools_machine_clock(&l->tools);
    int code = loop_start(l);
    if (code) loop_close(l);
    return code;
}

int loop_open(loop *l, const char *folder, unsigned want, void (*change)(void *user, sotto_config *c), void *user) {
    memset(l, 0, sizeof *l);
    if (pack_open(&l->models, folder, want) != 0) return EXIT_FAIL;
    return loop_configure(l, change, user);
}

int loop_open_with(loop *l, const char *folder, unsigned want, enum pack_model which, const char *path, void (*change)(void *user, sotto_config *c),
                   void *user) {
    memset(l, 0, sizeof *l);
    if (pack_open(&l->models, folder, path ? want & ~(1u << which) : want) != 0) return EXIT_FAIL;
    if (path && pack_open_model(&l->models, which, path) != 0) {
        pack_close(&l->models);
        return EXIT_FAIL;
    }
    return loop_configure(l, change, user);
}

int loop_open_model(loop *l, const char *folder, const char *model, void (*change)(void *user, sotto_config *c), void *user) {
    return loop_open_with(l, folder, PACK_THINK, PACK_LLM, model, change, user);
}

void loop_close(loop *l) {
    free(l->block);
    l->block = NULL;
    l->voice = NULL;
    pack_close(&l->models);
}

static void keep_text(char *to, const char *text) {
    size_t len = strlen(text);
    if (len >= LOOP_TEXT) len = LOOP_TEXT - 1;
    memcpy(to, text, len);
    to[len] = 0;
}

static void loop_trace_turn(loop *l) {
    sotto_statistics s;
    sotto_stats(l->voice, &s);
    for (int i = 0; i < SOTTO_SPANS; i++) {
        const sotto_span *x = &s.turn[i];
        if (x->begin) trace_span(&l->trace, (uint32_t)i, sotto_span_name((sotto_span_id)i), x->begin, x->end, NULL);
    }
}

static void loop_turn_done(loop *l) {
    sotto_statistics s;
    sotto_stats(l->voice, &s);
    l->turns++;
    for (int i = 0; i < SOTTO_SPANS; i++) l->over += s.turn[i].over;
    loop_trace_turn(l);
    if (!l->show.to || !l->show.turns) return;
    if (l->show.json)
        show_turn_json(l->show.to, &s, l->config.budget_ns, l->transcript, l->reply);
    else
        show_stages(l->show.to, &s, l->config.budget_ns);
}

static int loop_shown(const loop *l, sotto_event_type type) {
    if (!l->show.to) return 0;
    if (!l->show.quiet) return l->show.json || (type != SOTTO_EV_REPLY && type != SOTTO_EV_WORD);
    return type == SOTTO_EV_FINAL || type == SOTTO_EV_TURN_DONE || type == SOTTO_EV_INTENT || (type == SOTTO_EV_WORD_END && l->show.json);
}

void loop_events(loop *l) {
    sotto_event e;
    while (sotto_next_event(l->voice, &e) == SOTTO_OK) {
        if (l->seen) l->seen(l->seen_user, &e);
        if (e.type == SOTTO_EV_FINAL) keep_text(l->transcript, e.text);
        if (e.type == SOTTO_EV_TURN_DONE) keep_text(l->reply, e.text);
        if (loop_shown(l, e.type)) (l->show.json ? show_event_json : show_event)(l->show.to, &e);
        if (e.type != SOTTO_EV_REPLY && e.type != SOTTO_EV_PARTIAL) trace_mark(&l->trace, 100, e.text[0] ? e.text : "event", e.time, NULL);
        if (e.type == SOTTO_EV_TURN_DONE) loop_turn_done(l);
    }
}

static void loop_pull(loop *l) {
    int16_t pcm[LOOP_BLOCK];
    size_t n;
    platform_error e;
    while ((n = sotto_pull_audio(l->voice, pcm, LOOP_BLOCK)) > 0) {
        if (!l->out || l->failed) continue;
        if (wav_write(l->out, pcm, n, &e) != 0) l->failed = complain(1, "%s", e.text);
    }
}

enum { LOOP_POLL_MS = 10 };

/* Nothing can be done before a server answers: 1 after a while of waiting, 0 when there is none to wait for. */
static int loop_await(loop *l) {
    if (!l->far || !remote_waits(l->far)) return 0;
    remote_wait(l->far, LOOP_POLL_MS);
    return 1;
}

void loop_run(loop *l) {
    int more;
    do {
        more = sotto_step(l->voice, 1) == SOTTO_AGAIN;
        loop_events(l);
        loop_pull(l);
        if (!more) more = loop_await(l);
    } while (more && !l->failed);
}

/* The virtual clock jumps to the moment when the block's last sample is at the microphone. */
static void loop_wait_until(loop *l, uint64_t moment) {
    uint64_t now = loop_now(l);
    if (!l->live && moment > now) l->ahead += moment - now;
}

int loop_sound(loop *l, loop_source more, void *user) {
    platform_error e;
    int16_t pcm[LOOP_BLOCK];
    long n;
    uint64_t moment = loop_now(l);
    l->behind_ns = 0;
    while ((n = more(user, pcm, LOOP_BLOCK, &e)) > 0 && !l->failed) {
        moment += (uint64_t)n * 1000000000u / SOTTO_RATE;
        loop_wait_until(l, moment);
        for (size_t at = 0; at < (size_t)n; at += sotto_push_audio(l->voice, pcm + at, (size_t)n - at)) loop_run(l);
        loop_run(l);
        uint64_t now = loop_now(l);
        l->last_sample_ns = moment;
        if (now > moment && now - moment > l->behind_ns) l->behind_ns = now - moment;
        if (sotto_state(l->voice) == SOTTO_IDLE && now > moment) moment = now; /* the speaker waits for the reply */
    }
    if (n < 0) return complain(EXIT_FAIL, "%s", e.text);
    sotto_end_input(l->voice);
    loop_run(l);
    return l->failed ? EXIT_FAIL : EXIT_OK;
}

void loop_one_utterance(sotto_config *c) {
    c->endpoint_ms = c->endpoint_short_ms = c->endpoint_long_ms = 1500;
    c->max_speech_ms = 0;
}

void loop_waits(sotto_config *c, uint32_t shortest, uint32_t normal, uint32_t longest) {
    if (shortest) c->endpoint_short_ms = shortest;
    if (longest) c->endpoint_long_ms = longest;
    if (normal) c->endpoint_ms = normal;
    if (!normal && c->endpoint_ms < c->endpoint_short_ms) c->endpoint_ms = c->endpoint_short_ms;
    if (!normal && c->endpoint_ms > c->endpoint_long_ms) c->endpoint_ms = c->endpoint_long_ms;
    if (!shortest && c->endpoint_short_ms > c->endpoint_ms) c->endpoint_short_ms = c->endpoint_ms;
    if (!longest && c->endpoint_long_ms < c->endpoint_ms) c->endpoint_long_ms = c->endpoint_ms;
}

static long file_source(void *user, int16_t *pcm, size_t room, platform_error *e) {
    return wav_read_int16(user, pcm, room, e);
}

int loop_file(loop *l, const char *path) {
    wav_reader in;
    platform_error e;
    if (wav_open(&in, path, SOTTO_RATE, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
    int code = loop_sound(l, file_source, &in);
    if (in.bad) complain(0, "%s: %llu samples were not numbers or out of range and were replaced", path, (unsigned long long)in.bad);
    if (in.cut) complain(0, "%s: is shorter than its header says; all of it was read", path);
    wav_close(&in);
    return code;
}

int loop_refused(const loop *l, const char *what, const char *text, int code) {
    if (code != SOTTO_EARG) return complain(EXIT_FAIL, "%s: %s", what, sotto_strerror(code));
    const size_t len = strlen(text);
    if (len > 0 && len < l->config.max_text && utf8_valid(text, len)) return EXIT_FAIL; /* the runtime's log said why */
    return complain(EXIT_FAIL, "%s: a text of %zu bytes: expected UTF-8 of 1 to %u bytes", what, strlen(text), l->config.max_text - 1);
}

int loop_ask(loop *l, const char *text) {
    int code = sotto_ask(l->voice, text);
    if (code != SOTTO_OK) return loop_refused(l, "think", text, code);
    loop_run(l);
    return l->failed ? EXIT_FAIL : EXIT_OK;
}

int loop_complete(loop *l, const char *text) {
    int code = sotto_complete(l->voice, text);
    if (code != SOTTO_OK) return loop_refused(l, "think", text, code);
    loop_run(l);
    return l->failed ? EXIT_FAIL : EXIT_OK;
}

int loop_is_markup(const char *text) {
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3; /* byte-order mark */
    text += strspn(text, " \t\r\n");
    return strncmp(text, "<speak", 6) == 0 || strncmp(text, "<?xml", 5) == 0;
}

int loop_say_pieces(loop *l, const char *text, int (*one)(loop *l, const char *text, void *user), void *user) {
    char piece[LOOP_TEXT];
    size_t room = l->config.max_text - 1 < LOOP_TEXT - 1 ? l->config.max_text - 1 : LOOP_TEXT - 1, n;
    int code = 0;
    if (l->config.ssml || loop_is_markup(text)) return one(l, text, user);
    do {
        n = lines_piece(text, room);
        memcpy(piece, text, n);
        piece[n] = 0;
        text += n;
        code = one(l, piece, user);
    } while (code == 0 && text[strspn(text, " ")]);
    return code;
}

static int say_piece(loop *l, const char *text, void *user) {
    (void)user;
    int code = sotto_say(l->voice, text);
    if (code != SOTTO_OK) return loop_refused(l, "say", text, code);
    loop_run(l);
    return l->failed ? EXIT_FAIL : EXIT_OK;
}

int loop_say(loop *l, const char *text) {
    return loop_say_pieces(l, text, say_piece, NULL);
}
