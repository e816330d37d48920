/* think: the language model's turns: prompt, tool call, result, reply; one batch or one token at a time.
 *
 * The runtime parses and checks each call and hands it to the platform. A call that cannot be understood or done is answered
 * by a spoken apology, which also goes into the cache, so that the model's history says what was said.
 */
#include "models/llm/toolcall.h"
#include "runtime/base/fmt.h"
#include "runtime/internal.h"
#include "runtime/own_tools.h"
#include <string.h>

static const char APOLOGY[] = "Sorry, I can't do that.";

void think_reset(sotto *s) {
    think_desk *d = &s->think;
    d->running = d->first = 0;
    d->prompt_tokens = d->prompt_ns = d->reply_tokens = d->reply_ns = d->ahead_ns = d->told = 0;
    if (d->local) llm_reset(&d->mind);
    remote_reset(s);
}

/* Says a fixed text as the reply, which the model's history keeps. */
static void think_say(sotto *s, const char *text) {
    llm_inject_say(&s->think.mind, text);
    turn_reply(s, text);
}

void think_done(sotto *s) {
    s->think.running = 0;
    replies_note_end(s, s->reply);
    remote_ended(s);
    turn_reply_done(s);
}

void think_fixed(sotto *s, const char *text) {
    turn_reply(s, text ? text : APOLOGY);
    think_done(s);
}

void think_begin(sotto *s, const char *text) {
    if (!remote_begin(s, text)) think_local(s, text);
}

/* A kept answer looks as the model's would, call and all. */
static void think_kept(sotto *s, const char *text, const reply_answer *a, uint64_t from) {
    if (a->call[0]) {
        event_raise(&s->events, SOTTO_EV_TOOL_CALL, turn_now(s), a->call);
        event_raise(&s->events, SOTTO_EV_TOOL_RESULT, turn_now(s), a->result);
    }
    turn_reply(s, a->reply);
    spans_set(&s->clock, SOTTO_KEPT, from, turn_now(s));
    think_done(s);
    early_tell(s, text, a->call[0] ? a->call : NULL, a->result, a->reply);
}

void think_local(sotto *s, const char *text) {
    uint64_t from = turn_now(s);
    reply_answer kept;
    if (!s->think.local || !s->think.mind.turns) {
        think_fixed(s, NULL);
        return;
    }
    if (replies_find(s, text, &kept)) {
        think_kept(s, text, &kept, from);
        return;
    }
    s->think.running = 1;
    s->think.first = 1;
    if (llm_feed_user(&s->think.mind, text) != 0) { /* longer than the model's prompt: nothing of it was taken */
        replies_drop_note(s);
        turn_reply(s, APOLOGY);
        think_done(s);
    }
    spans_set(&s->clock, SOTTO_PROMPT, from, turn_now(s));
}

int think_complete(sotto *s, const char *text) {
    uint64_t from = turn_now(s);
    int code = llm_raw_begin(&s->think.mind, text);
    if (code != 0) return code;
    s->think.running = 1;
    s->think.first = 1;
    spans_set(&s->clock, SOTTO_PROMPT, from, turn_now(s));
    return SOTTO_OK;
}

static int think_run_tool(sotto *s, const toolcall *parsed, char *result, size_t cap) {
    sotto_call call = {.name = parsed->tool->name, .count = (int)parsed->count};
    for (uint32_t i = 0; i < parsed->count; i++) call.arg[i] = (sotto_tool_arg){parsed->arg[i].key, parsed->arg[i].value};
    result[0] = 0;
    if (!s->config.hooks.tool) return -1;
    int code = s->config.hooks.tool(s->config.hooks.user, &call, result, cap);
    result[cap - 1] = 0;
    return code;
}

/* A call that could not be done is worth a line in the platform's log: the listener only hears the apology. */
static void think_log(const sotto *s, const char *call, const char *why) {
    char line[LINE_BYTES];
    if (!s->config.hooks.log) return;
    fmt_put(line, sizeof line, "tool call \"%s\": %s", call, why[0] ? why : "the platform could not do it");
    s->config.hooks.log(s->config.hooks.user, line);
}

enum think_tool_end think_tool(sotto *s, const char *text, size_t len, char *result, size_t cap) {
    toolcall parsed;
    event_raise(&s->events, SOTTO_EV_TOOL_CALL, turn_now(s), text);
    enum toolcall_result code = toolcall_parse_set(&parsed, &s->think.tools, text, len);
    int failed = code != TOOLCALL_OK;
    if (failed)
        fmt_put(result, cap, "%s", toolcall_strerror(code));
    else
        failed = think_run_tool(s, &parsed, result, cap);
    if (failed) think_log(s, text, result);
    event_raise(&s->events, SOTTO_EV_TOOL_RESULT, turn_now(s), result);
    if (failed) return TOOL_FAILED;
    return strcmp(parsed.tool->name, "repeat") == 0 && s->last_reply[0] ? TOOL_REPEAT : TOOL_DONE;
}

static void think_call(sotto *s, const char *text, size_t len) {
    char result[LINE_BYTES], say[2 * LINE_BYTES];
    toolcall parsed;
    enum think_tool_end end = think_tool(s, text, len, result, sizeof result);
    replies_note_call(s, text, result, end != TOOL_DONE);
    if (end == TOOL_REPEAT)
        think_say(s, s->last_reply);
    else if (end == TOOL_DONE && toolcall_parse_set(&parsed, &s->think.tools, text, len) == TOOLCALL_OK &&
             own_tools_say(&s->config, &parsed, result, say, sizeof say))
        think_say(s, say);
    else if (end == TOOL_FAILED || llm_feed_result(&s->think.mind, result) != 0)
        think_say(s, APOLOGY);
}

static void think_prefilled(sotto *s, const llm_event *e, uint64_t from, uint64_t to) {
    s->think.prompt_tokens += e->tokens - e->known; /* the others were counted when they were taken early */
    s->think.prompt_ns += to - from;
    span_work(&s->clock.now[SOTTO_LLM_PREFILL], from, to);
}

static void think_generated(sotto *s, uint64_t from, uint64_t to) {
    s->think.reply_tokens++;
    s->think.reply_ns += to - from;
    if (s->think.first) spans_set(&s->clock, SOTTO_LLM_FIRST, s->clock.now[SOTTO_LLM_PREFILL].end, to);
    if (s->think.first && s->judged_ns) spans_set(&s->clock, SOTTO_LLM_TTFT, s->judged_ns, to);
    s->think.first = 0;
    span_work(&s->clock.now[SOTTO_LLM_TOKENS], from, to);
}

int think_step(sotto *s) {
    think_desk *d = &s->think;
    llm_event e;
    if (s->remote.running) return remote_step(s);
    if (!d->running) return 0;
    if (!llm_busy(&d->mind)) { /* an injected reply: nothing is left to generate */
        think_done(s);
        return 1;
    }
    uint64_t from = turn_now(s);
    llm_step(&d->mind, &e);
    uint64_t to = turn_now(s);
    if (e.type == LLM_PREFILL)
        think_prefilled(s, &e, from, to);
    else
        think_generated(s, from, to);
    if (e.type == LLM_REPLY) turn_reply(s, e.text);
    if (e.type == LLM_CALL) think_call(s, e.text, e.len);
    if (e.type == LLM_END && e.last) replies_drop_note(s);
    if (e.type == LLM_END) think_done(s);
    return 1;
}

void think_stop(sotto *s) {
    if (s->think.running || s->remote.running) remote_ended(s);
    replies_drop_note(s);
    if (!s->think.running) return;
    s->think.running = 0;
    llm_cancel(&s->think.mind);
}

int sotto_tool(const sotto *s, uint32_t index, sotto_tool_info *out) {
    if (index >= tool_set_count(&s->think.tools)) return SOTTO_AGAIN;
    const tool_spec *tool = tool_set_at(&s->think.tools, index);
    *out = (sotto_tool_info){.name = tool->name, .own = index < s->think.tools.own_count, .args = (int)tool->args};
    if (out->own) out->say = s->config.tools[index].say;
    for (int i = 0; i < out->args; i++) {
        const tool_arg_spec *a = &tool->arg[i];
        out->arg[i].name = a->name;
        out->arg[i].optional = a->optional;
        out->arg[i].words = a->words;
        out->arg[i].number = a->number;
    }
    return SOTTO_OK;
}
