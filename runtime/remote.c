/* remote: the language model's turns when a server answers them, and how the local model takes over.
 *
 *     begin ─▶ poll: BEGUN ─▶ PIECE … ─▶ DONE            the platform (hooks.remote) talks to the server and never blocks
 *                       └──▶ CALL ─▶ result ─▶ PIECE … ─▶ DONE
 *
 * A piece is given out once its clause is whole, so that a connection that breaks never leaves half a clause behind. Whatever goes wrong:
 *     nothing was given out, no tool run     the local model answers the question; without one, the apology
 *     nothing was given out, a tool was run  its result is said: run again by the local model, it would act twice
 *     some clauses were given out            the reply ends with them, and SOTTO_EV_OVERLOAD says so
 * and one line goes to hooks.log. Spans are those of whoever answered; the wait for a server that failed counts as `prompt`.
 */
#include "runtime/base/fmt.h"
#include "runtime/internal.h"
#include "runtime/own_tools.h"
#include <string.h>

enum { CALLS_MAX = 4 }; /* tools that a server may run in one turn */

void remote_layout(remote_desk *d, arena *a, const sotto_config *c) {
    uint32_t room = c->hooks.remote ? c->max_text : 0;
    d->question = ARENA_ARRAY(a, char, room);
    d->held = ARENA_ARRAY(a, char, room);
}

void remote_reset(sotto *s) {
    remote_desk *d = &s->remote;
    d->far = s->config.hooks.remote;
    d->running = 0;
    d->turns = d->fallbacks = d->cuts = 0;
    if (d->far) d->far->end(d->far->user, NULL);
}

void remote_ended(sotto *s) {
    remote_desk *d = &s->remote;
    d->running = 0;
    if (d->far) d->far->end(d->far->user, s->reply);
}

static void remote_log(const sotto *s, const char *line) {
    if (s->config.hooks.log) s->config.hooks.log(s->config.hooks.user, line);
}

/* Gives out the first n bytes of what is held. The newline lets speech begin without the character after the clause. */
static void remote_release(sotto *s, size_t n) {
    remote_desk *d = &s->remote;
    char next = d->held[n];
    if (n == 0) return;
    d->held[n] = 0;
    turn_reply(s, d->held);
    if (s->speak.present && !s->config.whole_reply) speak_text(s, "\n");
    d->held[n] = next;
    d->held_len -= n;
    memmove(d->held, d->held + n, d->held_len);
}

/* The turn goes on without the server. */
static void remote_give_up(sotto *s) {
    remote_desk *d = &s->remote;
    d->fallbacks++;
    for (int i = SOTTO_LLM_PREFILL; i <= SOTTO_LLM_TOKENS; i++) span_reset(&s->clock.now[i]);
    if (d->calls == 0)
        think_local(s, d->question);
    else
        think_fixed(s, strncmp(d->result, "error", 5) == 0 ? NULL : strcmp(d->result, "ok") == 0 ? "Done." : d->result);
    spans_set(&s->clock, SOTTO_PROMPT, d->asked_ns, turn_now(s));
}

static void remote_cut(sotto *s, const char *line) {
    s->remote.cuts++;
    event_raise(&s->events, SOTTO_EV_OVERLOAD, turn_now(s), line);
    think_done(s);
}

static const char *remote_instead(const sotto *s) {
    if (s->reply_len) return "the reply ends with what was said";
    if (s->remote.calls) return "the tool's result is said";
    return s->think.local ? "the local model answers" : "there is no local model, the apology is said";
}

static void remote_failed(sotto *s, const char *why) {
    char line[LINE_BYTES];
    s->remote.running = 0;
    s->remote.far->cancel(s->remote.far->user);
    fmt_put(line, sizeof line, "%.*s; %s", LINE_BYTES - 64, why, remote_instead(s));
    remote_log(s, line);
    if (s->reply_len)
        remote_cut(s, line);
    else
        remote_give_up(s);
}

int remote_begin(sotto *s, const char *text) {
    remote_desk *d = &s->remote;
    uint64_t from = turn_now(s);
    if (!d->far) return 0;
    memcpy(d->question, text, strlen(text) + 1); /* below max_text: stream_text, or the recogniser */
    d->held_len = 0;
    d->calls = 0;
    d->tokens = 0;
    d->result[0] = d->call[0] = 0;
    clause_reset(&d->cutter);
    d->running = 1;
    d->asked_ns = from;
    if (d->far->begin(d->far->user, text) != 0) {
        remote_failed(s, "remote: the platform could not ask");
        return 1;
    }
    d->sent_ns = turn_now(s);
    d->begun_ns = 0;
    spans_set(&s->clock, SOTTO_PROMPT, from, d->sent_ns);
    return 1;
}

/* The first byte of an answer: all before it was the request and the prompt at the server. */
static void remote_begun(sotto *s) {
    remote_desk *d = &s->remote;
    if (d->begun_ns) return;
    d->begun_ns = d->last_ns = turn_now(s);
    spans_set(&s->clock, SOTTO_LLM_PREFILL, d->sent_ns, d->begun_ns);
}

static void remote_clock(sotto *s, uint32_t tokens) {
    remote_desk *d = &s->remote;
    uint64_t now = turn_now(s);
    span *rate = &s->clock.now[SOTTO_LLM_TOKENS];
    remote_begun(s);
    if (d->tokens == 0) spans_set(&s->clock, SOTTO_LLM_FIRST, d->begun_ns, now);
    if (d->tokens == 0 && s->judged_ns) spans_set(&s->clock, SOTTO_LLM_TTFT, s->judged_ns, now);
    span_work(rate, d->last_ns, now);
    rate->steps += tokens > 1 ? tokens - 1 : 0;
    d->tokens += tokens;
    d->last_ns = now;
}

static void remote_piece(sotto *s, const sotto_remote_news *news) {
    remote_desk *d = &s->remote;
    size_t whole = 0;
    remote_clock(s, news->tokens);
    for (const char *p = news->text; *p; p++) {
        if (*p == ' ' && d->held_len == 0 && s->reply_len == 0) continue;
        if (s->reply_len + d->held_len + 2 > s->config.max_text) {
            char line[96];
            fmt_put(line, sizeof line, "remote: a reply longer than expected, at most %u bytes", (unsigned)s->config.max_text - 1);
            remote_release(s, whole);
            remote_failed(s, line);
            return;
        }
        d->held[d->held_len++] = *p;
        if (clause_push(&d->cutter, *p)) whole = d->held_len - (d->cutter.len - d->cutter.done);
    }
    remote_release(s, whole);
}

/* The user's own tool may have a fixed reply: it is said, and the server is not needed any more. */
static int remote_fixed(sotto *s, const char *text) {
    remote_desk *d = &s->remote;
    toolcall parsed;
    char say[2 * LINE_BYTES];
    if (toolcall_parse_set(&parsed, &s->think.tools, text, strlen(text)) != TOOLCALL_OK) return 0;
    if (!own_tools_say(&s->config, &parsed, d->result, say, sizeof say)) return 0;
    d->held_len = 0;
    d->turns++;
    d->far->cancel(d->far->user);
    think_fixed(s, say);
    early_tell(s, d->question, text, d->result, s->reply);
    return 1;
}

static void remote_call(sotto *s, const char *text) {
    remote_desk *d = &s->remote;
    char answer[LINE_BYTES];
    if (++d->calls > CALLS_MAX) {
        remote_failed(s, "remote: more than 4 tool calls in one turn");
        return;
    }
    remote_begun(s);
    fmt_put(d->call, sizeof d->call, "%s", text);
    enum think_tool_end end = think_tool(s, text, strlen(text), d->result, sizeof d->result);
    if (end == TOOL_FAILED && strncmp(d->result, "error", 5) != 0) {
        fmt_put(answer, sizeof answer, "error %s", d->result);
        memcpy(d->result, answer, sizeof answer);
    }
    if (end == TOOL_DONE && remote_fixed(s, d->call)) return;
    d->far->result(d->far->user, end == TOOL_REPEAT ? s->last_reply : d->result);
}

static void remote_done(sotto *s) {
    remote_desk *d = &s->remote;
    size_t blank = 0;
    while (blank < d->held_len && d->held[blank] == ' ') blank++;
    if (s->reply_len == 0 && blank == d->held_len) {
        remote_failed(s, "remote: an empty reply, expected text");
        return;
    }
    remote_release(s, d->held_len);
    d->turns++;
    think_done(s);
    early_tell(s, d->question, d->call[0] ? d->call : NULL, d->result, s->reply); /* the local model may have to go on from here */
}

int remote_step(sotto *s) {
    remote_desk *d = &s->remote;
    sotto_remote_news news = {.kind = SOTTO_REMOTE_WAIT, .text = ""};
    d->far->poll(d->far->user, &news);
    switch (news.kind) {
    case SOTTO_REMOTE_BEGUN:
        remote_begun(s);
        return 1;
    case SOTTO_REMOTE_PIECE:
        remote_piece(s, &news);
        return 1;
    case SOTTO_REMOTE_CALL:
        remote_call(s, news.text);
        return 1;
    case SOTTO_REMOTE_DONE:
        remote_done(s);
        return 1;
    case SOTTO_REMOTE_FAILED:
        remote_failed(s, news.text);
        return 1;
    default:
        return 0;
    }
}
