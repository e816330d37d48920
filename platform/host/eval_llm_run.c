/* eval_llm_run: see eval_llm.h. No tool runs: each is answered by the row's result or by a fixed one, so that a list gives the same every time and
 * nothing is switched on. Rows go through the whole runtime, from text to text; a conversation's rows share its cache. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/args.h"
#include "platform/host/eval_llm.h"
#include "platform/host/eval_numbers.h"
#include "platform/host/eval_words.h"
#include "platform/host/loop.h"
#include <stdlib.h>
#include <string.h>

enum { SAID_TEXT = 1 << 15 };

typedef struct worker {
    loop l; /* first: the runtime's hooks take a worker for its loop */
    const llm_task *t;
    int adapted;
    const llm_row *row;
    llm_measure *m;
    int called, answered; /* the model wrote a call; a tool was asked */
    char got[CALL_TEXT], result[LLM_REPLY_TEXT], reply[LLM_REPLY_TEXT];
    char said[SAID_TEXT]; /* what the user said and the tools answered in this conversation, one space between words */
    uint64_t first_piece;
} worker;

static const char *fixed_result(const char *tool) {
    static const char *const answers[][2] = {{"time", "10:42 am"}, {"date", "saturday november 21"}, {"timer_left", "3 minutes 20 seconds"},
                                             {"math", "42"},       {"convert", "12 kilometers"},     {"coin", "heads"},
                                             {"dice", "4"},        {"thermostat", "21 degrees"}};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(answers[i][0], tool) == 0) return answers[i][1];
    }
    return "ok";
}

static int eval_tool(void *user, const sotto_call *call, char *result, size_t cap) {
    worker *w = user;
    call_score s;
    w->answered = 1;
    calls_score(&s, w->row->accepted, call->name); /* by its tool */
    snprintf(result, cap, "%s", s.tool && w->row->result[0] ? w->row->result : fixed_result(call->name));
    return 0;
}

static void change(void *user, sotto_config *c) {
    worker *w = user;
    c->hooks.tool = eval_tool;
    c->hooks.log = NULL; /* a refused call is counted, not told */
    if (w->adapted) adapter_files_use(&w->t->o->adapters, c);
    tools_args_use(&w->t->o->tools, c);
    if (w->t->o->kernels) c->kernels = w->t->o->kernels;
    if (w->t->o->window) c->llm_window = (uint32_t)w->t->o->window;
    if (w->t->o->sinks) c->llm_sinks = (uint32_t)w->t->o->sinks;
}

static void keep(char *to, size_t cap, const char *text) {
    snprintf(to, cap, "%s", text);
}

/* Adds a text to what was said; the oldest half goes when there is no room, as it goes from the model's window. */
static void remember(worker *w, const char *text) {
    size_t n = strlen(w->said), len = strlen(text);
    if (len + 2 > SAID_TEXT / 2) return;
    if (n + len + 2 > SAID_TEXT) {
        const char *from = strchr(w->said + n / 2, ' ');
        memmove(w->said, from ? from + 1 : "", from ? strlen(from) : 1);
        n = strlen(w->said);
    }
    snprintf(w->said + n, SAID_TEXT - n, "%s%s", n ? " " : "", text);
}

static void seen(void *user, const sotto_event *e) {
    worker *w = user;
    if (e->type == SOTTO_EV_TOOL_CALL && !w->called) {
        w->called = 1;
        keep(w->got, sizeof w->got, e->text);
    }
    if (e->type == SOTTO_EV_TOOL_RESULT) keep(w->result, sizeof w->result, e->text);
    if (e->type == SOTTO_EV_REPLY && !w->first_piece) w->first_piece = e->time;
    if (e->type == SOTTO_EV_TURN_DONE) keep(w->reply, sizeof w->reply, e->text);
}

static int is_enumerated(const void *user, const char *tool, const char *key) {
    const worker *w = user;
    sotto_tool_info t;
    for (uint32_t i = 0; sotto_tool(w->l.voice, i, &t) == SOTTO_OK; i++) {
        if (strcmp(t.name, tool) != 0) continue;
        for (int k = 0; k < t.args; k++) {
            if (strcmp(t.arg[k].name, key) == 0) return t.arg[k].words != NULL;
        }
    }
    return 0;
}

static void judge_reply(const worker *w, llm_measure *m) {
    number_set told = {0}, said = {0};
    numbers_add(&told, w->reply, 0);
    numbers_add(&said, w->said, 1);
    m->replied = w->reply[0] != 0;
    m->numbered = told.count > 0;
    m->faithful_reply = numbers_within(&told, &said);
    m->words = (uint32_t)words_count(w->reply);
}

static double ms_between(uint64_t from, uint64_t to) {
    return from && to > from ? (double)(to - from) / 1e6 : -1;
}

static void judge_times(const worker *w, llm_measure *m, const sotto_statistics *before, const sotto_statistics *after) {
    const sotto_span *span = after->turn;
    uint64_t from = span[SOTTO_PROMPT].begin;
    m->first_ms = ms_between(from, span[SOTTO_LLM_FIRST].end);
    m->speech_ms = ms_between(from, w->first_piece);
    m->tokens = (uint32_t)(after->reply_tokens - before->reply_tokens);
    m->made_tokens = m->tokens;
    m->made_s = (double)(after->reply_ns - before->reply_ns) / 1e9;
    m->prompt_tokens = (double)(after->prompt_tokens - before->prompt_tokens);
    m->picks = (double)(after->call_picks - before->call_picks + after->say_picks - before->say_picks);
    m->changed = (double)(after->call_changed - before->call_changed + after->say_changed - before->say_changed);
    m->prompt_s = (double)(after->prompt_ns - before->prompt_ns) / 1e9;
}

/* One turn. What was heard as nothing is no turn: the runtime does not ask the model then. */
static int ask(worker *w) {
    sotto_statistics before, after;
    w->called = w->answered = 0;
    w->result[0] = w->reply[0] = 0;
    w->first_piece = 0;
    keep(w->got, sizeof w->got, "-");
    remember(w, w->row->user);
    sotto_stats(w->l.voice, &before);
    int code = w->row->user[0] ? loop_ask(&w->l, w->row->user) : 0;
    if (code) return complain(code, "eval: %s: line %u: was not taken", w->t->o->list[w->row->list], w->row->line);
    sotto_stats(w->l.voice, &after);
    w->m->first_ms = w->m->speech_ms = -1;
    if (w->row->user[0]) judge_times(w, w->m, &before, &after);
    return 0;
}

static int run_row(worker *w) {
    llm_measure *m = w->m;
    if (!w->row->follows) {
        sotto_reset(w->l.voice);
        w->said[0] = 0;
    }
    int code = ask(w);
    if (code) return code;
    calls_score(&m->call, w->row->accepted, w->got);
    m->reach = calls_in_reach(w->row->accepted, w->said, is_enumerated, w);
    m->malformed = w->called && !w->answered;
    m->faithful = w->called && call_is_faithful(w->got, w->said, is_enumerated, w);
    if (w->answered) remember(w, w->result);
    judge_reply(w, m);
    m->got = strdup(w->got);
    m->reply = strdup(w->reply);
    m->result = strdup(w->result);
    return m->got && m->reply && m->result ? 0 : complain(EXIT_FAIL, "eval: out of memory");
}

static void tell_model(const worker *w, llm_model *out) {
    sotto_memory_report memory;
    sotto_statistics s;
    const loop *l = &w->l;
    sotto_memory(l->voice, &memory);
    snprintf(out->file, sizeof out->file, "%s", l->models.name[PACK_LLM]);
    sotto_stats(l->voice, &s);
    snprintf(out->version, sizeof out->version, "%s", s.llm_version);
    snprintf(out->kernels, sizeof out->kernels, "%s", sotto_kernels(l->voice));
    out->bytes = (double)l->models.size[PACK_LLM];
    out->arena = (double)memory.bytes;
}

static int run_rows(worker *w, llm_model *out) {
    int code = 0;
    for (uint32_t i = 0; i < w->t->all.count && !code; i++) {
        w->row = &w->t->row[i];
        w->m = &out->measures[i];
        code = run_row(w);
    }
    return code;
}

int llm_run(const llm_task *t, const char *model, int adapted, llm_model *out) {
    worker *w = calloc(1, sizeof *w);
    memset(out, 0, sizeof *out);
    out->measures = calloc(t->all.count, sizeof *out->measures);
    if (!w || !out->measures) {
        free(w);
        llm_model_free(t, out);
        return complain(EXIT_FAIL, "eval: out of memory");
    }
    w->t = t;
    w->adapted = adapted;
    int code = loop_open_model(&w->l, t->o->pack, model, change, w);
    if (!code) {
        w->l.seen = seen;
        w->l.seen_user = w;
        tell_model(w, out);
        code = run_rows(w, out);
        loop_close(&w->l);
    }
    free(w);
    if (code) llm_model_free(t, out);
    return code;
}

void llm_model_free(const llm_task *t, llm_model *m) {
    for (uint32_t i = 0; m->measures && i < t->all.count; i++) {
        free(m->measures[i].got);
        free(m->measures[i].reply);
        free(m->measures[i].result);
    }
    free(m->measures);
    m->measures = NULL;
}
