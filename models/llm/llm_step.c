/* llm_step: one prompt batch or one token (see llm.h).
 *
 * A picked token waits in the queue; the next step takes it into the cache and picks from the logits that it gave. So the
 * first token after a prompt costs only the picking, and the last one of a turn rides with the next prompt.
 */
#include "models/llm/llm_ahead.h"
#include <string.h>

static const float never = -3.4e38f;

int llm_busy(const llm *m) {
    return m->state != LLM_WAIT_USER && m->state != LLM_WAIT_RESULT;
}

static void unqueue(llm *m, uint32_t n) {
    recent_put(m, m->queue, n);
    memmove(m->queue, m->queue + n, (m->queued - n) * sizeof *m->queue);
    m->queued -= n;
}

/* With the last token of the queue come the logits, unless nobody will pick from them. */
uint32_t llm_take_batch(llm *m, uint32_t *known) {
    uint32_t n = *known = ahead_take(m);
    unqueue(m, n);
    m->turn_at = TOK_NONE;
    m->scored = llm_busy(m);
    if (m->queued == 0) return n;
    if (n == 0 && ahead_lookup(m)) {
        unqueue(m, 1);
        return 1;
    }
    uint32_t more = m->queued < m->limits.batch ? m->queued : m->limits.batch;
    m->scored = more == m->queued && llm_busy(m);
    llama_eval(&m->model, m->queue, more, m->scored ? m->logits : NULL);
    unqueue(m, more);
    return n + more;
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
    return m->logits[m->call] + m->call_bias > m->logits[m->say] && constrain_can_call(&m->rule) ? m->call : m->say;
}

/* The constraint follows what is picked. */
static void picked(llm *m, uint32_t id) {
    if (m->state == LLM_HEAD) constrain_answer(&m->rule, id == m->call);
    if (m->state == LLM_IN_CALL) constrain_take_call(&m->rule, id, m->result);
    if (m->state == LLM_IN_REPLY) constrain_take_reply(&m->rule, id, m->end);
}

uint32_t llm_pick_fresh(llm *m) {
    uint32_t id, vocab = m->model.config.vocab;
    int greedy = m->pick.temperature <= 0 && m->pick.repeat <= 1;
    if (m->state == LLM_HEAD) {
        id = pick_head(m);
    } else {
        forbid(m);
        if (m->state == LLM_IN_CALL) constrain_mask_call(&m->rule, m->logits, vocab, m->result, greedy);
        if (m->state == LLM_IN_REPLY) constrain_mask_reply(&m->rule, m->logits, vocab, m->end, greedy);
        id = sampler_pick(&m->pick, m->logits);
    }
    picked(m, id);
    return id;
}

static uint32_t pick(llm *m, uint32_t *known) {
    uint32_t id = ahead_next(m);
    *known = id != TOK_NONE;
    if (id == TOK_NONE) return llm_pick_fresh(m);
    if (m->state != LLM_HEAD) sampler_took(&m->pick, id);
    picked(m, id);
    return id;
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
    if (id != m->result && m->call_len < TOOL_TEXT && (m->limits.constrain || m->produced < m->limits.max_reply)) return id;
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
    uint32_t id = pick(m, &out->known);
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
    *out = (llm_event){.type = LLM_IDLE, .text = "", .token = TOK_NONE};
    if (!llm_busy(m)) return 0;
    if (!m->scored) {
        uint32_t known, n = llm_take_batch(m, &known);
        if (m->prompt) {
            m->prompt_tokens += n;
            out->type = LLM_PREFILL;
            out->tokens = n;
            out->known = known;
            out->last = m->scored;
            return 1;
        }
    }
    take_token(m, out);
    return 1;
}
