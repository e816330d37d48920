/* llm_step: one prompt batch or one token (see llm.h).
 *
 * A picked token waits in the queue; the next step takes it into the cache and picks from the logits that it gave. So the
 * first token after a prompt costs only the picking, and the last one of a turn rides with the next prompt.
 */
#include "models/llm/llm.h"
#include <string.h>

static const float never = -3.4e38f;

int llm_busy(const llm *m) {
    return m->state != LLM_WAIT_USER && m->state != LLM_WAIT_RESULT;
}

/* Up to `batch` queued tokens through the model; with the last of them come the logits. */
static uint32_t take_batch(llm *m) {
    uint32_t n = m->queued < m->limits.batch ? m->queued : m->limits.batch;
    int all = n == m->queued;
    llama_eval(&m->model, m->queue, n, all ? m->logits : NULL);
    memmove(m->queue, m->queue + n, (m->queued - n) * sizeof *m->queue);
    m->queued -= n;
    m->scored = all;
    m->turn_at = TOK_NONE;
    return n;
}

/* Control tokens that the turn format does not allow here are never picked. */
static void forbid(llm *m) {
    uint32_t keep = m->state == LLM_IN_CALL ? m->result : m->end;
    if (m->state == LLM_RAW) return;
    for (uint32_t i = 0; i < m->tok.specials; i++) {
        uint32_t id = m->tok.special[i];
        if (id != keep && tok_type_of(&m->tok, id) != TYPE_USER) m->logits[id] = never;
    }
}

/* Only a call or a reply can follow the user's text. */
static uint32_t pick_head(llm *m) {
    return m->logits[m->call] > m->logits[m->say] ? m->call : m->say;
}

static uint32_t pick(llm *m) {
    if (m->state == LLM_HEAD) return pick_head(m);
    forbid(m);
    return sampler_pick(&m->pick, m->logits);
}

static void give(llm_event *out, enum llm_event_type type, const char *text, size_t len) {
    out->type = type;
    out->text = text;
    out->len = len;
}

/* Text of a token, whole characters, the reply's leading space dropped. */
static size_t show(llm *m, uint32_t id) {
    size_t n = tok_stream_put(&m->stream, &m->tok, m->piece, id);
    if (n && !m->shown && m->state != LLM_RAW && m->piece[0] == ' ') memmove(m->piece, m->piece + 1, --n);
    if (n) m->shown = 1;
    m->piece[n] = 0;
    return n;
}

static void on_head(llm *m, uint32_t id) {
    m->state = id == m->call ? LLM_IN_CALL : LLM_IN_REPLY;
    m->produced = 0;
    m->call_len = 0;
}

/* A call too long for its buffer is closed; what the caller gets then is too long to parse as one. */
static uint32_t on_call(llm *m, uint32_t id, llm_event *out) {
    size_t n = id == m->result ? 0 : show(m, id), room = TOOL_TEXT - m->call_len;
    memcpy(m->call_text + m->call_len, m->piece, n < room ? n : room);
    m->call_len += (uint32_t)(n < room ? n : room);
    if (id != m->result && m->call_len < TOOL_TEXT && m->produced < m->limits.max_reply) return id;
    m->call_text[m->call_len] = 0;
    m->state = LLM_WAIT_RESULT;
    give(out, LLM_CALL, m->call_text, m->call_len);
    return m->result;
}

static uint32_t on_reply(llm *m, uint32_t id, llm_event *out) {
    uint32_t stop = m->state == LLM_RAW ? m->tok.eos : m->end;
    int full = m->produced > m->limits.max_reply;
    if (id == stop || full) {
        out->last = full && id != stop;
        if (m->state == LLM_RAW && stop == TOK_NONE) stop = id;
        m->state = LLM_WAIT_USER;
        give(out, LLM_END, "", 0);
        return stop;
    }
    size_t n = show(m, id);
    if (n) give(out, LLM_REPLY, m->piece, n);
    return id;
}

/* One token: what it means decides what enters the cache next. */
static void take_token(llm *m, llm_event *out) {
    uint32_t id = pick(m);
    give(out, LLM_TOKEN, "", 0);
    out->tokens = 1;
    m->scored = 0;
    m->prompt = 0;
    m->produced++;
    m->reply_tokens++;
    if (m->state == LLM_HEAD)
        on_head(m, id);
    else if (m->state == LLM_IN_CALL)
        id = on_call(m, id, out);
    else
        id = on_reply(m, id, out);
    out->token = id;
    m->queue[m->queued++] = id; /* the queue was empty */
}

int llm_step(llm *m, llm_event *out) {
    *out = (llm_event){LLM_IDLE, "", 0, 0, TOK_NONE, 0};
    if (!llm_busy(m)) return 0;
    if (!m->scored) {
        uint32_t n = take_batch(m);
        if (m->prompt) {
            m->prompt_tokens += n;
            out->type = LLM_PREFILL;
            out->tokens = n;
            out->last = m->scored;
            return 1;
        }
    }
    take_token(m, out);
    return 1;
}
