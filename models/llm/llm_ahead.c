/* llm_ahead: rows taken into the cache and tokens picked before the turn comes to them (see llm.h).
 *
 * One list serves both ways of being early: tokens whose rows lie in the cache behind the turn's own, in order, and the model's picks after
 * them. When the turn takes a token it is compared with the list's next; the first that differs takes all later rows back, which is exact
 * (llama_rollback). So whether and what was expected cannot be told from what the turn does, only from when. The sampler runs on a copy; a
 * pick that the turn takes over moves the turn's own sampler as picking would have. Bound: limits.ahead rows.
 */
#include "models/llm/llm_ahead.h"
#include <assert.h>
#include <string.h>

enum { LOOKUP_LEAST = 2 /* tokens that must agree before what followed them is tried */, LOOKUP_FEW = 3 };

void ahead_clear(llm *m) {
    llm_ahead *a = &m->ahead;
    a->count = a->said = a->rows = a->read = 0;
    a->whole = a->scored = a->over = 0;
}

static void take_back(llm *m, uint32_t rows) {
    int code = llama_rollback(&m->model, rows);
    assert(code == 0);
    (void)code;
}

void ahead_drop(llm *m) {
    take_back(m, m->ahead.rows - m->ahead.read);
    ahead_clear(m);
}

uint32_t ahead_next(llm *m) {
    const llm_ahead *a = &m->ahead;
    if (a->read == a->count || a->read < a->said) return TOK_NONE;
    m->counts.picks_used += a->said > 0;
    return a->token[a->read];
}

uint32_t ahead_take(llm *m) {
    llm_ahead *a = &m->ahead;
    uint32_t n = 0;
    while (n < m->queued && a->read + n < a->rows && m->queue[n] == a->token[a->read + n]) n++;
    uint32_t at = a->read + n;
    int all = n > 0 && n == m->queued, picked = at < a->count && at >= a->said, scored = at == a->rows && a->scored;
    if (all && llm_busy(m) && !picked && !scored) { /* what followed these tokens is not known: the last is done again */
        n--;
        all = 0;
    }
    if (a->said) m->counts.ahead_used += n;
    a->read += n;
    if (!all) ahead_drop(m);
    return n;
}

/* ---- the expected text ---- */

/* Its tokens, behind the queue, which has room for a text between turns. Returns their number or a code. */
static int encode(llm *m, const char *text) {
    uint32_t *out = m->queue + m->queued, room = m->queue_cap - m->queued;
    if (room < 2) return ERR_ARG;
    room = room - 1 < m->limits.max_text ? room - 1 : m->limits.max_text;
    int n = tok_encode(&m->tok, out + 1, room, text, strlen(text), TOK_NO_BOS);
    out[0] = m->user;
    return n < 0 ? ERR_ARG : n + 1;
}

int llm_expect(llm *m, const char *text, int whole) {
    llm_ahead *a = &m->ahead;
    if (!m->turns || m->state != LLM_WAIT_USER || a->room == 0) return ERR_STATE;
    if (a->read || !a->said) ahead_drop(m); /* left over from a turn that ended otherwise */
    int code = encode(m, text);
    if (code < 0) return code;
    uint32_t n = (uint32_t)code, same = 0;
    const uint32_t *token = m->queue + m->queued;
    if (n > a->room) n = a->room, whole = 0;
    while (same < n && same < a->said && token[same] == a->token[same]) same++;
    a->whole = whole;
    if (same == n && n == a->said) return ERR_NONE;
    constrain_copy(&m->rule, text);
    if (a->rows > same) take_back(m, a->rows - same);
    if (a->rows > same) a->rows = same;
    memcpy(a->token, token, n * sizeof *token);
    a->count = a->said = n;
    a->scored = a->over = 0;
    return ERR_NONE;
}

void llm_forget(llm *m) {
    if (m->state == LLM_WAIT_USER) ahead_drop(m);
}

static uint32_t take_said(llm *m) {
    llm_ahead *a = &m->ahead;
    uint32_t n = a->said - a->rows < m->limits.batch ? a->said - a->rows : m->limits.batch;
    int last = a->rows + n == a->said && a->whole;
    llama_eval(&m->model, a->token + a->rows, n, last ? m->logits : NULL);
    a->rows += n;
    a->scored = last;
    a->state = LLM_HEAD;
    a->pick = m->pick;
    m->counts.ahead_rows += n;
    return n;
}

/* Where the turn will be after this pick; 1: there it waits for someone, or ends. */
static int move_on(const llm *m, enum llm_state *state, uint32_t id) {
    if (*state == LLM_HEAD) {
        *state = id == m->call ? LLM_IN_CALL : LLM_IN_REPLY;
        return 0;
    }
    return id == (*state == LLM_IN_CALL ? m->result : *state == LLM_RAW ? m->tok.eos : m->end);
}

/* The pick that the turn will make from these logits, put at the end of the list. The turn's own place and sampler stay what they are. */
static uint32_t pick_ahead(llm *m, float *logits) {
    llm_ahead *a = &m->ahead;
    enum llm_state state = m->state;
    sampler pick = m->pick;
    float *own = m->logits;
    m->state = a->state;
    m->pick = a->pick;
    m->logits = logits;
    constrain_ahead(&m->rule, 1);
    uint32_t id = llm_pick_fresh(m);
    constrain_ahead(&m->rule, 0);
    a->pick = m->pick;
    m->state = state;
    m->pick = pick;
    m->logits = own;
    a->over = move_on(m, &a->state, id);
    a->token[a->count++] = id;
    m->counts.ahead_picks += a->said > 0;
    return id;
}

uint32_t llm_ahead_step(llm *m) {
    llm_ahead *a = &m->ahead;
    uint32_t known;
    if (llm_busy(m)) return 0;
    if (m->state == LLM_WAIT_USER && m->queued) return llm_take_batch(m, &known);
    if (m->state != LLM_WAIT_USER || a->read || !a->said) return 0;
    if (a->whole && a->count == a->said && a->rows == a->said && !a->scored) { /* it was not known then that this is all */
        take_back(m, 1);
        a->rows--;
    }
    if (a->rows < a->said) return take_said(m);
    if (!a->whole || a->over) return 0;
    if (!a->scored) {
        llama_eval(&m->model, a->token + a->rows++, 1, m->logits);
        m->counts.ahead_rows++;
    }
    a->scored = 0;
    pick_ahead(m, m->logits);
    a->over |= a->rows == a->room;
    return 1;
}

/* ---- prompt lookup ---- */

void recent_put(llm *m, const uint32_t *token, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) m->recent[m->taken++ % LLM_RECENT] = token[i];
}

/* The token `back` places before the newest that the cache will have, which is `last`. */
static uint32_t recent_at(const llm *m, uint32_t last, uint32_t back) {
    return back ? m->recent[(m->taken - back) % LLM_RECENT] : last;
}

/* What followed the newest tokens when they last stood together: the longest such stretch counts, the latest on ties. Up to LOOKUP_FEW tokens are
 * tried, which cost about one (kernels work on four rows at a time); more where the stretch is long. Returns how many. */
static uint32_t look_up(const llm *m, uint32_t last, uint32_t *out, uint32_t most) {
    uint32_t held = m->taken < LLM_RECENT ? m->taken : LLM_RECENT, best = 0, best_back = 0, n = 0;
    for (uint32_t back = 1; back < held; back++) {
        uint32_t same = 0;
        while (same <= most && back + same <= held && recent_at(m, last, back + same) == recent_at(m, last, same)) same++;
        if (same > best) best = same, best_back = back;
    }
    if (best < LOOKUP_LEAST) return 0;
    if (best <= LOOKUP_FEW && most > LOOKUP_FEW) most = LOOKUP_FEW;
    for (uint32_t back = best_back; n < most && back > 0;) out[n++] = recent_at(m, last, --back);
    return n;
}

int ahead_lookup(llm *m) {
    llm_ahead *a = &m->ahead;
    uint32_t token[LLM_LOOKUP_MAX + 1] = {m->queue[0]}, n = 1, vocab = m->model.config.vocab;
    if (m->limits.lookup == 0 || m->prompt || m->queued != 1 || !llm_busy(m)) return 0;
    n += look_up(m, token[0], token + 1, m->limits.lookup);
    if (n == 1) return 0;
    llama_eval_all(&m->model, token, n, m->drafted);
    ahead_clear(m);
    constrain_copy(&m->rule, NULL);
    a->state = m->state;
    a->pick = m->pick;
    for (int agreed = 1; agreed && !a->over;) {
        uint32_t at = a->rows, id = pick_ahead(m, m->drafted + (size_t)at * vocab);
        agreed = at + 1 < n && id == token[at + 1];
        a->rows += (uint32_t)agreed;
    }
    take_back(m, n - 1 - a->rows);
    m->counts.drafted += n - 1;
    m->counts.accepted += a->rows;
    return 1;
}
