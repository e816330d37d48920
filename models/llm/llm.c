/* llm: set-up, the queue of tokens, and what is fed into a turn (see llm.h); generation is in llm_step.c. */
#include "models/llm/llm_ahead.h"
#include <string.h>

static uint32_t control(const llm *m, const char *text) {
    uint32_t id = tok_find(&m->tok, text, strlen(text));
    return id != TOK_NONE && tok_type_of(&m->tok, id) == TYPE_CONTROL ? id : TOK_NONE;
}

int llm_bind(llm *m, const gguf *g, sotto_error *err) {
    gguf_value v;
    memset(m, 0, sizeof *m);
    int code = llama_bind(&m->model, g, err);
    if (!code && gguf_find(g, "sotto.llm.call_bias", &v) == 0) code = gguf_need_f32(g, "sotto.llm.call_bias", -20.0f, 20.0f, &m->call_bias, err);
    return code ? code : tok_bind(&m->tok, g, m->model.config.vocab, err);
}

int llm_has_turns(const llm *m) {
    static const char *const names[] = {"<|user|>", "<|call|>", "<|result|>", "<|say|>", "<|end|>"};
    const uint8_t *at = m->tok.pieces.at;
    uint32_t found = 0;
    for (uint32_t id = 0; id < m->tok.count; id++) {
        gguf_text piece = gguf_next_text(&at);
        if (tok_type_of(&m->tok, id) != TYPE_CONTROL) continue;
        for (uint32_t i = 0; i < 5; i++)
            if (piece.len == strlen(names[i]) && memcmp(piece.at, names[i], piece.len) == 0) found |= 1u << i;
    }
    return found == 31;
}

/* What conversations begin with is never evicted: its rows are sinks, taken from the window. */
static void keep_prefix(llm *m) {
    llama_limits *l = &m->model.limits;
    uint32_t rows = l->sinks + l->window;
    if (m->prefix <= l->sinks || !llm_header_fits(m)) return;
    l->sinks = m->prefix;
    l->window = rows - m->prefix;
    for (uint32_t i = 0; i < m->model.config.layers; i++) {
        m->model.cache[i].sinks = l->sinks;
        m->model.cache[i].window = l->window;
    }
}

int llm_header_fits(const llm *m) {
    return !m->limits.header || (m->prefix > 1 && m->prefix + LLM_LEAST_WINDOW <= m->model.limits.sinks + m->model.limits.window);
}

static uint32_t header_bytes(const char *header) {
    return header ? (uint32_t)strlen(header) : 0;
}

/* Rows of the snapshot. A header has two bytes a token and more; one of less is computed again for each conversation. */
static uint32_t start_rows(const char *header) {
    return 1 + (header ? header_bytes(header) / 2 + 2 : 0);
}

void llm_layout(llm *m, arena *a, const llm_limits *limits) {
    uint32_t undo = limits->ahead > limits->lookup ? limits->ahead : limits->lookup, vocab = m->model.config.vocab;
    llama_limits model = {.k = limits->k, .window = limits->window, .sinks = limits->sinks, .batch = limits->batch, .kv = limits->kv, .undo = undo};
    m->limits = *limits;
    llama_layout(&m->model, a, &model);
    lora_layout(&m->model.side, a, m->model.config.layers, limits->adapter_rank);
    llama_state_layout(&m->start, a, &m->model, limits->snapshot ? start_rows(limits->header) : 0);
    tok_layout(&m->tok, a);
    constrain_layout(&m->rule, a, &m->tok, &limits->tools, limits->constrain, limits->max_text);
    sampler_init(&m->pick, vocab, limits->temperature, limits->top_k, limits->top_p, limits->seed);
    m->pick.min_p = limits->min_p;
    m->pick.repeat = limits->repeat;
    m->ahead.room = limits->ahead;
    m->ahead.token = ARENA_ARRAY(a, uint32_t, undo + 1);
    m->queue_cap = 2 * limits->max_text + LLM_QUEUE_SPARE + header_bytes(limits->header);
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
    uint32_t header = header_bytes(m->limits.header);
    tok_scratch(&m->tok, a, header > m->limits.max_text ? header : m->limits.max_text);
    arena_rewind(a, mark);
    llama_scratch(&m->model, a);
    sampler_scratch(&m->pick, a);
    m->drafted = m->limits.lookup ? (float *)arena_take(a, m->limits.lookup + 1, m->model.config.vocab * sizeof(float)) : NULL;
}

/* `<s>` and the header wait in the queue, unless they can be had from the snapshot. */
static void llm_begin(llm *m) {
    if (!m->turns) return;
    if (m->tok.add_bos && m->tok.bos != TOK_NONE) m->queue[m->queued++] = m->tok.bos;
    if (m->limits.header) {
        const char *text = m->limits.header;
        int n = tok_encode(&m->tok, m->queue + m->queued, m->queue_cap - m->queued, text, strlen(text), TOK_SPECIAL | TOK_NO_BOS);
        m->queued += n > 0 ? (uint32_t)n : 0;
    }
    m->prefix = m->queued;
    keep_prefix(m);
    if (m->queued == 0 || m->start.room == 0) return;
    if (m->start.rows) {
        llama_state_load(&m->start, &m->model);
    } else {
        llama_eval(&m->model, m->queue, m->queued, NULL);
        llama_state_save(&m->start, &m->model);
    }
    recent_put(m, m->queue, m->queued);
    memset(m->queue, 0, m->queued * sizeof *m->queue);
    m->queued = 0;
}

void llm_restart(llm *m) {
    if (m->start.rows == 0) llama_reset(&m->model);
    sampler_reset(&m->pick);
    constrain_reset(&m->rule);
    ahead_clear(m);
    memset(&m->counts, 0, sizeof m->counts);
    memset(m->recent, 0, sizeof m->recent);
    m->taken = 0;
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
    llm_begin(m);
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
    uint32_t known;
    if (m->queued <= m->limits.max_text + LLM_QUEUE_SPARE / 2) return;
    while (m->queued) llm_take_batch(m, &known);
}

int llm_feed_user(llm *m, const char *text) {
    if (!m->turns || m->state != LLM_WAIT_USER) return ERR_STATE;
    make_room(m);
    uint32_t before = m->queued;
    int code = put_token(m, m->user);
    if (!code) code = put_text(m, text, TOK_NO_BOS, 4);
    code = finish(m, before, code, LLM_HEAD);
    if (code) return code;
    m->turn_at = before;
    constrain_user(&m->rule, text);
    return ERR_NONE;
}

int llm_feed_result(llm *m, const char *text) {
    uint32_t before = m->queued;
    if (m->state != LLM_WAIT_RESULT) return ERR_STATE;
    int code = put_text(m, text, TOK_NO_BOS, 4);
    if (!code) code = put_token(m, m->say);
    if (!code) constrain_result(&m->rule, text);
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

/* A raw text is the first of its conversation when nothing but what turns begin with came before; then it stands alone. */
int llm_raw_begin(llm *m, const char *text) {
    if (m->state != LLM_WAIT_USER) return ERR_STATE;
    ahead_drop(m);
    make_room(m);
    uint32_t before = m->queued;
    int first = llama_total(&m->model) + before == m->prefix;
    int code = put_text(m, text, TOK_SPECIAL | (first ? 0 : TOK_NO_BOS), 4);
    if (!code && m->queued == 0) code = ERR_ARG; /* nothing to go on from */
    if (!code && first && m->prefix) {
        llama_reset(&m->model);
        memmove(m->queue, m->queue + before, (m->queued - before) * sizeof *m->queue);
        m->queued -= before;
    }
    return finish(m, before, code, LLM_RAW);
}

static int put_part(llm *m, uint32_t mark, const char *text) {
    int code = put_token(m, mark);
    return code ? code : put_text(m, text, TOK_NO_BOS, 1);
}

int llm_tell(llm *m, const char *user, const char *call, const char *result, const char *reply) {
    if (!m->turns || m->state != LLM_WAIT_USER) return ERR_STATE;
    make_room(m);
    uint32_t before = m->queued;
    int code = put_part(m, m->user, user);
    if (!code && call) code = put_part(m, m->call, call);
    if (!code && call) code = put_part(m, m->result, result ? result : "");
    if (!code) code = put_part(m, m->say, reply);
    if (!code) code = put_token(m, m->end);
    if (code) m->queued = before;
    if (!code) constrain_user(&m->rule, user);
    if (!code) constrain_answer(&m->rule, 0);
    if (!code && result) constrain_result(&m->rule, result);
    return code;
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
