/* llm: set-up, the queue of tokens, and what is fed into a turn (see llm.h); generation is in llm_step.c. */
#include "models/llm/llm.h"
#include <string.h>

static uint32_t control(const llm *m, const char *text) {
    uint32_t id = tok_find(&m->tok, text, strlen(text));
    return id != TOK_NONE && tok_type_of(&m->tok, id) == TYPE_CONTROL ? id : TOK_NONE;
}

int llm_bind(llm *m, const gguf *g, sotto_error *err) {
    memset(m, 0, sizeof *m);
    int code = llama_bind(&m->model, g, err);
    return code ? code : tok_bind(&m->tok, g, m->model.config.vocab, err);
}

void llm_layout(llm *m, arena *a, const llm_limits *limits) {
    llama_limits model = {limits->k, limits->window, limits->sinks, limits->batch, limits->kv, 0};
    uint32_t vocab = m->model.config.vocab;
    m->limits = *limits;
    llama_layout(&m->model, a, &model);
    tok_layout(&m->tok, a);
    sampler_init(&m->pick, vocab, limits->temperature, limits->top_k, limits->top_p, limits->seed);
    m->pick.min_p = limits->min_p;
    m->pick.repeat = limits->repeat;
    m->queue_cap = 2 * limits->max_text + LLM_QUEUE_SPARE;
    m->queue = ARENA_ARRAY(a, uint32_t, m->queue_cap);
    m->logits = ARENA_ARRAY(a, float, vocab);
    if (!a->base || a->failed) return;
    m->user = control(m, "<|user|>");
    m->call = control(m, "<|call|>");
    m->result = control(m, "<|result|>");
    m->say = control(m, "<|say|>");
    m->end = control(m, "<|end|>");
    m->turns = m->user != TOK_NONE && m->call != TOK_NONE && m->result != TOK_NONE && m->say != TOK_NONE && m->end != TOK_NONE;
}

void llm_scratch(llm *m, arena *a) {
    size_t mark = arena_mark(a); /* a text is cut into tokens before any of them goes through the model: the two share */
    tok_scratch(&m->tok, a, m->limits.max_text);
    arena_rewind(a, mark);
    llama_scratch(&m->model, a);
    sampler_scratch(&m->pick, a);
}

void llm_reset(llm *m) {
    llama_reset(&m->model);
    sampler_reset(&m->pick);
    m->state = LLM_WAIT_USER;
    m->queued = 0;
    m->turn_at = TOK_NONE;
    m->prompt = m->scored = 0;
    m->produced = 0;
    m->shown = 0;
    memset(&m->stream, 0, sizeof m->stream);
    memset(m->queue, 0, m->queue_cap * sizeof *m->queue);
    memset(m->logits, 0, m->model.config.vocab * sizeof *m->logits);
    memset(m->piece, 0, sizeof m->piece);
    memset(m->call_text, 0, sizeof m->call_text);
    m->call_len = 0;
    m->prompt_tokens = m->reply_tokens = 0;
}

/* ---- the queue ---- */

static int put_token(llm *m, uint32_t id) {
    if (m->queued == m->queue_cap) return ERR_ARG;
    m->queue[m->queued++] = id;
    return ERR_NONE;
}

/* At most max_text tokens, and `after` places must stay free behind them. */
static int put_text(llm *m, const char *text, int flags, uint32_t after) {
    uint32_t room = m->queue_cap - m->queued;
    if (room <= after) return ERR_ARG;
    room = room - after < m->limits.max_text ? room - after : m->limits.max_text;
    int n = tok_encode(&m->tok, m->queue + m->queued, room, text, strlen(text), flags);
    if (n < 0) return ERR_ARG;
    m->queued += (uint32_t)n;
    return ERR_NONE;
}

/* Either the whole change or none of it. */
static int finish(llm *m, uint32_t before, int code, enum llm_state next) {
    if (code) {
        m->queued = before;
        return code;
    }
    m->state = next;
    m->prompt = 1;
    m->scored = 0;
    m->produced = 0;
    m->shown = 0;
    m->stream.held = 0;
    return ERR_NONE;
}

/* Between turns the queue may hold what closed the last one. When the next text would not fit behind it (turns cancelled in
 * the middle of their prompts, one after the other) it goes through the model now, as one longer piece of work. */
static void make_room(llm *m) {
    if (m->queued <= m->limits.max_text + LLM_QUEUE_SPARE / 2) return;
    llama_eval(&m->model, m->queue, m->queued, NULL);
    m->queued = 0;
}

int llm_feed_user(llm *m, const char *text) {
    if (!m->turns || m->state != LLM_WAIT_USER) return ERR_STATE;
    make_room(m);
    uint32_t before = m->queued;
    int first = llama_total(&m->model) == 0 && before == 0, code = ERR_NONE;
    if (first && m->tok.add_bos && m->tok.bos != TOK_NONE) code = put_token(m, m->tok.bos);
    if (!code) code = put_token(m, m->user);
    if (!code) code = put_text(m, text, TOK_NO_BOS, 4);
    code = finish(m, before, code, LLM_HEAD);
    if (!code) m->turn_at = before;
    return code;
}

int llm_feed_result(llm *m, const char *text) {
    uint32_t before = m->queued;
    if (m->state != LLM_WAIT_RESULT) return ERR_STATE;
    int code = put_text(m, text, TOK_NO_BOS, 4);
    if (!code) code = put_token(m, m->say);
    return finish(m, before, code, LLM_IN_REPLY);
}

int llm_inject_say(llm *m, const char *text) {
    uint32_t before = m->queued;
    if (m->state != LLM_WAIT_RESULT && m->state != LLM_HEAD) return ERR_STATE;
    int code = put_token(m, m->say);
    if (!code) code = put_text(m, text, TOK_NO_BOS, 1);
    if (!code) code = put_token(m, m->end);
    code = finish(m, before, code, LLM_WAIT_USER);
    if (!code) m->turn_at = TOK_NONE;
    return code;
}

int llm_raw_begin(llm *m, const char *text) {
    if (m->state != LLM_WAIT_USER) return ERR_STATE;
    make_room(m);
    uint32_t before = m->queued;
    int first = llama_total(&m->model) == 0 && before == 0;
    int code = put_text(m, text, TOK_SPECIAL | (first ? 0 : TOK_NO_BOS), 4);
    if (!code && m->queued == 0) code = ERR_ARG; /* nothing to go on from */
    return finish(m, before, code, LLM_RAW);
}

/* What closes the turn from here. A turn wholly in the queue has left no trace and is taken back. The 4 spare places of
 * every text make room for these tokens. */
void llm_cancel(llm *m) {
    enum llm_state state = m->state;
    if (state == LLM_WAIT_USER) return;
    m->state = LLM_WAIT_USER;
    m->scored = 0;
    if (m->turn_at != TOK_NONE) {
        m->queued = m->turn_at;
        m->turn_at = TOK_NONE;
        return;
    }
    if (state == LLM_RAW) return;
    if (state == LLM_IN_CALL) put_token(m, m->result);
    if (state != LLM_IN_REPLY) put_token(m, m->say);
    put_token(m, m->end);
}
