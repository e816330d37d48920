/* ctc: best path and prefix beam search in fixed memory (see ctc.h). */
#include "models/asr/ctc.h"
#include "models/layers.h"
#include "runtime/base/mathx.h"
#include <string.h>

static const float NEVER = -1e30f;  /* log 0 */
static const float HOPELESS = 9.0f; /* classes less likely than e^-9 of the best extend nothing */

static void paths_layout(ctc_path *p, arena *a, uint32_t count, uint32_t most) {
    for (uint32_t i = 0; i < count; i++) {
        ctc_token *t = ARENA_ARRAY(a, ctc_token, most);
        if (p) p[i].token = t;
    }
}

void ctc_layout(ctc *c, arena *a, uint32_t vocab, uint32_t beam, uint32_t most, const ngram *lm) {
    memset(c, 0, sizeof *c);
    c->lm = lm && lm->slot ? lm : NULL;
    c->vocab = vocab;
    c->beam = beam;
    c->most = most;
    c->path = ARENA_ARRAY(a, ctc_path, beam);
    paths_layout(c->path, a, beam, most);
    if (beam == 1) return;
    c->spare = ARENA_ARRAY(a, ctc_path, beam);
    paths_layout(c->spare, a, beam, most);
}

void ctc_scratch(ctc *c, arena *a) {
    if (c->beam > 1) c->next = ARENA_ARRAY(a, ctc_candidate, (size_t)c->beam * (1 + CTC_CHOICES));
}

void ctc_reset(ctc *c) {
    c->frames = c->last = 0;
    c->paths = 1;
    c->path[0].count = 0;
    c->path[0].blank = 0;
    c->path[0].label = NEVER;
}

/* log(e^a + e^b) */
static float log_add(float a, float b) {
    float high = a > b ? a : b, low = a > b ? b : a;
    return low <= NEVER ? high : high + mathx_log(1.0f + mathx_exp(low - high));
}

static float total(const ctc_candidate *c) {
    return log_add(c->blank, c->label);
}

static void start_token(ctc_path *p, uint32_t most, uint32_t frame, uint32_t id, float probability) {
    if (p->count < most) p->token[p->count++] = (ctc_token){frame, (uint16_t)id, 1, probability};
}

static void prolong_token(ctc_path *p, uint32_t frame, float probability) {
    ctc_token *t = &p->token[p->count - 1];
    uint32_t run = frame - t->first + 1;
    t->run = (uint16_t)(run > UINT16_MAX ? UINT16_MAX : run);
    if (probability > t->p) t->p = probability;
}

static void push_best(ctc *c, const float *log_p) {
    uint32_t best = 0;
    ctc_path *p = &c->path[0];
    for (uint32_t i = 1; i < c->vocab; i++)
        if (log_p[i] > log_p[best]) best = i;
    if (best != 0 && best != c->last)
        start_token(p, c->most, c->frames, best, mathx_exp(log_p[best]));
    else if (best != 0 && p->count > 0 && p->token[p->count - 1].id == best)
        prolong_token(p, c->frames, mathx_exp(log_p[best]));
    c->last = best;
}

/* The likeliest non-blank classes in falling order, ties by class number. */
static uint32_t choices(const float *log_p, uint32_t vocab, uint32_t *out) {
    uint32_t count = 0;
    for (uint32_t i = 1; i < vocab; i++) {
        uint32_t at = count;
        while (at > 0 && log_p[i] > log_p[out[at - 1]]) at--;
        if (at >= CTC_CHOICES) continue;
        uint32_t keep = count < CTC_CHOICES ? count : CTC_CHOICES - 1;
        memmove(out + at + 1, out + at, (keep - at) * sizeof *out);
        out[at] = i;
        if (count < CTC_CHOICES) count++;
    }
    float top = count > 0 && log_p[out[0]] > log_p[0] ? log_p[out[0]] : log_p[0];
    while (count > 0 && log_p[out[count - 1]] < top - HOPELESS) count--;
    return count;
}

/* Path that equals path `from` with `id` added, or c->paths. */
static uint32_t twin(const ctc *c, uint32_t from, uint32_t id) {
    const ctc_path *p = &c->path[from];
    for (uint32_t i = 0; i < c->paths; i++) {
        const ctc_path *q = &c->path[i];
        uint32_t n = 0;
        if (q->count != p->count + 1 || q->token[p->count].id != id) continue;
        while (n < p->count && p->token[n].id == q->token[n].id) n++;
        if (n == p->count) return i;
    }
    return c->paths;
}

/* Path i goes on without a new token: a blank, or its last token once more. */
static void candidate_stay(const ctc *c, uint32_t i, const float *log_p) {
    const ctc_path *p = &c->path[i];
    ctc_candidate *s = &c->next[i];
    float both = log_add(p->blank, p->label);
    *s = (ctc_candidate){i, 0, p->count < c->most ? both + log_p[0] : both, NEVER, 0}; /* a full path lets any sound pass */
    if (p->count == 0 || p->count == c->most) return;
    float again = log_p[p->token[p->count - 1].id];
    s->label = p->label + again;
    s->p = mathx_exp(again);
}

/* What the token model adds to path p for `id`. */
static float prior(const ctc *c, const ctc_path *p, uint32_t id) {
    uint16_t context[NGRAM_MAX_ORDER];
    uint32_t count = 0, most = c->lm ? c->lm->order - 1 : 0;
    if (!c->lm) return 0;
    if (p->count < most) context[count++] = 0;
    for (uint32_t i = p->count < most ? 0 : p->count - most; i < p->count; i++) context[count++] = p->token[i].id;
    return c->lm->weight * ngram_score(c->lm, context, count, id) + c->lm->bonus;
}

/* What the list of known words takes from path p for `id`. */
static float unknown(const ctc *c, const ctc_path *p, uint32_t id) {
    uint16_t ids[CTC_WORD];
    uint32_t count = p->count < CTC_WORD ? p->count : CTC_WORD;
    if (!c->known) return 0;
    for (uint32_t i = 0; i < count; i++) ids[i] = p->token[p->count - count + i].id;
    return wordlist_score(c->known, ids, count, id);
}

/* Path i with `id` added; joins the stay of an equal path when there is one. Returns the new number of candidates. */
static uint32_t candidate_extend(const ctc *c, uint32_t i, uint32_t id, const float *log_p, uint32_t count) {
    const ctc_path *p = &c->path[i];
    int same = p->count > 0 && p->token[p->count - 1].id == id;
    float score = (same ? p->blank : log_add(p->blank, p->label)) + log_p[id];
    if (p->count == c->most || score <= NEVER) return count;
    score += prior(c, p, id) + unknown(c, p, id);
    uint32_t equal = twin(c, i, id);
    if (equal < c->paths) {
        c->next[equal].label = log_add(c->next[equal].label, score);
        return count;
    }
    c->next[count] = (ctc_candidate){i, id, NEVER, score, mathx_exp(log_p[id])};
    return count + 1;
}

/* The best candidate left, marked as used; `count` when there is none. */
static uint32_t take_best(ctc_candidate *next, uint32_t count) {
    uint32_t best = count;
    float high = NEVER;
    for (uint32_t i = 0; i < count; i++) {
        float t = total(&next[i]);
        if (t > high) {
            high = t;
            best = i;
        }
    }
    return best;
}

static void build(const ctc *c, ctc_path *to, const ctc_candidate *from) {
    const ctc_path *p = &c->path[from->from];
    memcpy(to->token, p->token, sizeof *p->token * p->count);
    to->count = p->count;
    to->blank = from->blank;
    to->label = from->label;
    if (from->id)
        start_token(to, c->most, c->frames, from->id, from->p);
    else if (from->label > from->blank && to->count > 0)
        prolong_token(to, c->frames, from->p);
}

static void push_beam(ctc *c, const float *log_p) {
    uint32_t choice[CTC_CHOICES + 1], n = choices(log_p, c->vocab, choice), count = c->paths, kept = 0;
    for (uint32_t i = 0; i < c->paths; i++) candidate_stay(c, i, log_p);
    for (uint32_t i = 0; i < c->paths; i++)
        for (uint32_t j = 0; j < n; j++) count = candidate_extend(c, i, choice[j], log_p, count);
    for (; kept < c->beam; kept++) {
        uint32_t best = take_best(c->next, count);
        if (best == count) break;
        build(c, &c->spare[kept], &c->next[best]);
        c->next[best].blank = c->next[best].label = NEVER;
    }
    ctc_path *swap = c->path;
    c->path = c->spare;
    c->spare = swap;
    c->paths = kept;
    float top = log_add(c->path[0].blank, c->path[0].label); /* kept near zero, however long the sound */
    for (uint32_t i = 0; i < kept; i++) {
        c->path[i].blank = c->path[i].blank <= NEVER ? NEVER : c->path[i].blank - top;
        c->path[i].label = c->path[i].label <= NEVER ? NEVER : c->path[i].label - top;
    }
}

void ctc_push(ctc *c, const kernels *k, float *score) {
    log_softmax_run(k, score, c->vocab);
    if (c->beam == 1)
        push_best(c, score);
    else
        push_beam(c, score);
    c->frames++;
}

const ctc_token *ctc_tokens(const ctc *c, uint32_t *count) {
    *count = c->path[0].count;
    return c->path[0].token;
}

uint32_t ctc_settled(const ctc *c) {
    uint32_t n = c->path[0].count;
    for (uint32_t i = 1; i < c->paths; i++) {
        uint32_t same = 0;
        while (same < n && same < c->path[i].count && c->path[i].token[same].id == c->path[0].token[same].id) same++;
        n = same;
    }
    return n;
}

uint32_t ctc_quiet_frames(const ctc *c) {
    const ctc_path *p = &c->path[0];
    if (p->count == 0) return c->frames;
    return c->frames - (p->token[p->count - 1].first + p->token[p->count - 1].run);
}
