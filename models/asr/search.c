/* search: beam search over the lexicon, one frame at a time (see search.h). */
#include "models/asr/search.h"
#include "runtime/base/mathx.h"
#include <string.h>

static const float NEVER = -1e30f; /* ln 0 */
static const float WIDTH = 14.0f;  /* what scores less than e^-14 of the best goes no further */
static const float LOST = 6.0f;    /* a word whose last phone was cut off pays e^-6 */
static const float NOISE = 25.0f;  /* one that never became a word pays e^-25 */
enum {
    ROOT = 0x7fffffff, /* node: between words */
    CUT = 8            /* frames of quiet up to which a sound counts as cut off */
};

void search_layout(search *s, arena *a, const vocab *lex, const ngram *lm, uint32_t classes, uint32_t beam, uint32_t most) {
    memset(s, 0, sizeof *s);
    s->lex = lex;
    s->lm = lm;
    s->classes = classes;
    s->beam = beam;
    s->most = most;
    s->pool_size = 1 + most + beam * 8;
    s->hyp = ARENA_ARRAY(a, search_hyp, beam);
    s->spare = ARENA_ARRAY(a, search_hyp, beam);
    s->pool = ARENA_ARRAY(a, search_word, s->pool_size);
    for (s->slots = 64; s->slots < beam * SEARCH_BRANCH * 3 / 2; s->slots *= 2) {}
}

void search_scratch(search *s, arena *a) {
    s->next = ARENA_ARRAY(a, search_hyp, (size_t)s->beam * SEARCH_BRANCH);
    s->slot = ARENA_ARRAY(a, uint16_t, s->slots);
    s->order = ARENA_ARRAY(a, uint16_t, s->beam);
}

void search_reset(search *s) {
    uint16_t start = (uint16_t)(s->lex->words + 1);
    s->frames = s->heard = s->ended = 0;
    s->hyps = 1;
    s->hyp[0] = (search_hyp){.label = NEVER, .node = ROOT, .one = start, .two = start};
    memset(s->pool, 0, sizeof *s->pool * s->pool_size);
    s->pool_next = s->sweep = 1;
}

/* ln(e^a + e^b) */
static float log_add(float a, float b) {
    float high = a > b ? a : b, low = a > b ? b : a;
    return low - high < -20.0f ? high : high + mathx_log(1.0f + mathx_exp(low - high));
}

/* ---- what words are worth ---- */

static float prior(const search *s, const search_hyp *h, uint32_t word) {
    const uint16_t context[2] = {h->two, h->one};
    uint32_t first = h->one == s->lex->words + 1; /* the start stands once */
    return s->lm->weight * ngram_score(s->lm, context + first, 2 - first, word);
}

/* What the biasing phrases add to `word` after the words of h; a phrase's first word is paid for with its second. */
static float bias(const search *s, const search_hyp *h, uint32_t word) {
    float most = 0;
    for (uint32_t i = 0; i < s->phrases; i++) {
        const search_phrase *p = &s->phrase[i];
        float add = p->words == 1 && p->word[0] == word ? p->weight : 0;
        for (uint32_t k = 1; k < p->words; k++)
            if (p->word[k] == word && p->word[k - 1] == h->one && (k < 2 || p->word[k - 2] == h->two)) add = k == 1 ? 2 * p->weight : p->weight;
        if (add > most) most = add;
    }
    return most;
}

/* Look-ahead of an extra word: what it will cost, so that it is not cut off for being unknown. */
static float extra_ahead(const search *s, uint32_t extra) {
    const search_hyp none = {.one = UINT16_MAX, .two = UINT16_MAX};
    return s->lm->weight * (NGRAM_UNKNOWN * -0.0625f) + bias(s, &none, s->lex->words + 2 + extra);
}

/* ---- candidates ---- */

static uint32_t place(const search *s, const search_hyp *c) {
    uint64_t h = c->node * 0x9E3779B97F4A7C15u + ((uint64_t)c->one << 32 | (uint64_t)c->two << 16 | (uint64_t)c->run << 8 | c->phone);
    h *= 0xD6E8FEB86659FD93u;
    return (uint32_t)(h >> 40) & (s->slots - 1);
}

static int same_place(const search_hyp *a, const search_hyp *b) {
    return a->node == b->node && a->one == b->one && a->two == b->two && a->phone == b->phone && a->run == b->run;
}

/* Adds a candidate, or joins it to the one at its place; the likelier of the two gives the history. */
static void offer(search *s, search_hyp *c) {
    uint32_t at = place(s, c);
    c->score = log_add(c->blank, c->label);
    for (; s->slot[at]; at = (at + 1) & (s->slots - 1)) {
        search_hyp *o = &s->next[s->slot[at] - 1];
        if (!same_place(o, c)) continue;
        float blank = log_add(o->blank, c->blank), label = log_add(o->label, c->label);
        if (c->score > o->score) *o = *c;
        o->blank = blank;
        o->label = label;
        o->score = log_add(blank, label);
        return;
    }
    if (s->count == s->beam * SEARCH_BRANCH) return;
    s->next[s->count++] = *c;
    s->slot[at] = (uint16_t)s->count;
}

/* h goes on without a new phone: a blank, or its last phone once more. */
static void offer_stay(search *s, const search_hyp *h, const float *log_p, float best) {
    search_hyp c = *h;
    float again = h->phone ? log_p[h->phone] : NEVER;
    c.blank = h->score + log_p[0];
    c.label = h->phone ? h->label + again : NEVER;
    c.fresh = 0;
    if (h->node != ROOT) {
        if (c.begin < UINT16_MAX) c.begin++;
        c.path += (log_p[0] > again ? log_p[0] : again) - best;
    }
    offer(s, &c);
}

/* c has just heard the last phone of `word`: a hypothesis between words. */
static void offer_word(search *s, const search_hyp *c, uint32_t word) {
    search_hyp w = *c;
    if (s->pool[c->said].depth >= s->most) return;
    w.label += prior(s, c, word) + s->lm->bonus + bias(s, c, word) - c->ahead;
    w.ahead = 0;
    w.node = ROOT;
    w.two = c->one;
    w.one = (uint16_t)word;
    w.run = (uint8_t)(c->one != word ? 0 : c->run < UINT8_MAX ? c->run + 1 : c->run);
    w.fresh = 1;
    offer(s, &w);
}

/* h hears a new phone and stands at `node`. Returns 0 when that is hopeless, else *out is the candidate offered. */
static int offer_phone(search *s, const search_hyp *h, uint32_t node, uint32_t phone, float ahead, const float *log_p, float best, search_hyp *out) {
    float score = (phone == h->phone ? h->blank : h->score) + log_p[phone];
    if (score + ahead - h->ahead < best - WIDTH) return 0;
    *out = *h;
    out->blank = NEVER;
    out->label = score + ahead - h->ahead;
    out->ahead = ahead;
    out->path = (h->node == ROOT ? 0 : h->path) + log_p[phone] - best;
    out->begin = (uint16_t)(h->node == ROOT ? 0 : h->begin < UINT16_MAX ? h->begin + 1 : h->begin);
    out->phones = (uint8_t)(h->node == ROOT ? 1 : h->phones < UINT8_MAX ? h->phones + 1 : h->phones);
    out->node = node;
    out->phone = (uint8_t)phone;
    out->fresh = 0;
    offer(s, out);
    return 1;
}

/* The siblings that begin at `at`: phones extend h, and each end below one of them closes a word. */
static void offer_siblings(search *s, const search_hyp *h, uint32_t at, const float *log_p, float best) {
    for (;; at++) {
        uint32_t n = s->lex->node[at];
        search_hyp c;
        if (vocab_class(n) != VOCAB_END && offer_phone(s, h, at, vocab_class(n), s->lm->weight * vocab_ahead(n), log_p, best, &c))
            for (uint32_t e = vocab_link(n);; e++) {
                if (vocab_class(s->lex->node[e]) == VOCAB_END) offer_word(s, &c, vocab_link(s->lex->node[e]));
                if (vocab_last(s->lex->node[e])) break;
            }
        if (vocab_last(n)) break;
    }
}

/* Phone k of extra word j. */
static void offer_extra(search *s, const search_hyp *h, uint32_t j, uint32_t k, const float *log_p, float best) {
    const vocab_word *e = &s->lex->extra[j];
    search_hyp c;
    if (k >= e->phones) return;
    if (offer_phone(s, h, s->lex->nodes + j * VOCAB_EXTRA_PHONES + k, e->phone[k], extra_ahead(s, j), log_p, best, &c) && k + 1u == e->phones)
        offer_word(s, &c, s->lex->words + 2 + j);
}

static void offer_next(search *s, const search_hyp *h, const float *log_p, float best) {
    if (h->node == ROOT) {
        offer_siblings(s, h, 0, log_p, best);
        for (uint32_t j = 0; j < s->lex->extras; j++) offer_extra(s, h, j, 0, log_p, best);
    } else if (h->node < s->lex->nodes) {
        offer_siblings(s, h, vocab_link(s->lex->node[h->node]), log_p, best);
    } else {
        uint32_t at = h->node - s->lex->nodes;
        offer_extra(s, h, at / VOCAB_EXTRA_PHONES, at % VOCAB_EXTRA_PHONES + 1, log_p, best);
    }
}

/* ---- the best of them ---- */

/* Candidate a is worse than b; ties: the one offered later is. */
static int worse(const search *s, uint32_t a, uint32_t b) {
    float x = s->next[a].score, y = s->next[b].score;
    return x < y || (x == y && a > b);
}

static void sift(const search *s, uint32_t at, uint32_t size) {
    uint16_t *heap = s->order, moved = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < size; at = child) {
        if (child + 1 < size && worse(s, heap[child + 1], heap[child])) child++;
        if (!worse(s, heap[child], moved)) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* s->order: the best candidates, best first. Returns how many. A heap with the worst on top (heapsort, Williams 1964). */
static uint32_t choose(search *s) {
    uint32_t size = s->count < s->beam ? s->count : s->beam;
    for (uint32_t i = 0; i < size; i++) s->order[i] = (uint16_t)i;
    for (uint32_t i = size / 2; i-- > 0;) sift(s, i, size);
    for (uint32_t i = size; i < s->count; i++)
        if (worse(s, s->order[0], i)) {
            s->order[0] = (uint16_t)i;
            sift(s, 0, size);
        }
    for (uint32_t left = size; left > 1; left--) {
        uint16_t worst = s->order[0];
        s->order[0] = s->order[left - 1];
        sift(s, 0, left - 1);
        s->order[left - 1] = worst;
    }
    return size;
}

/* ---- words said ---- */

static void mark(search *s, const search_hyp *h, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t w = h[i].said; w && s->pool[w].mark != s->sweep; w = s->pool[w].before) s->pool[w].mark = s->sweep;
}

/* A free place in the pool; when its end is reached what no hypothesis needs is free again. 0: none. */
static uint32_t pool_take(search *s, uint32_t built) {
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (; s->pool_next < s->pool_size; s->pool_next++)
            if (s->pool[s->pool_next].mark != s->sweep) return s->pool_next++;
        s->sweep++;
        s->pool_next = 1;
        mark(s, s->hyp, s->hyps);
        mark(s, s->spare, built);
    }
    return 0;
}

/* Candidate c becomes hypothesis *out, number `built`; a word that it has just said gets its place. 0: no place. */
static int settle(search *s, const search_hyp *c, search_hyp *out, uint32_t built) {
    *out = *c;
    if (!c->fresh) return 1;
    uint32_t w = pool_take(s, built);
    if (!w) return 0;
    float sure = mathx_exp(c->path / (float)c->phones);
    s->pool[w] = (search_word){.before = c->said,
                               .begin = s->frames > c->begin ? s->frames - c->begin : 0,
                               .end = s->ended ? s->frames : s->frames + 1,
                               .word = c->one,
                               .depth = (uint16_t)(s->pool[c->said].depth + 1),
                               .mark = s->sweep,
                               .confidence = sure < 1 ? sure : 1};
    out->said = w;
    out->fresh = out->phones = 0;
    out->begin = 0;
    out->path = 0;
    return 1;
}

static void build(search *s) {
    uint32_t count = choose(s), kept = 0;
    float top = count ? s->next[s->order[0]].score : 0; /* kept near zero, however long the sound */
    for (uint32_t i = 0; i < count; i++) {
        search_hyp *h = &s->spare[kept];
        const search_hyp *c = &s->next[s->order[i]];
        if (c->score < top - WIDTH) break;
        if (!settle(s, c, h, kept)) continue;
        h->score -= top;
        h->blank = h->blank <= NEVER / 2 ? NEVER : h->blank - top;
        h->label = h->label <= NEVER / 2 ? NEVER : h->label - top;
        kept++;
    }
    search_hyp *swap = s->hyp;
    s->hyp = s->spare;
    s->spare = swap;
    s->hyps = kept;
}

static void clear(search *s) {
    s->count = 0;
    memset(s->slot, 0, sizeof *s->slot * s->slots);
}

void search_push(search *s, const float *log_p) {
    uint32_t best = 0;
    if (s->ended) return;
    for (uint32_t i = 1; i < s->classes; i++)
        if (log_p[i] > log_p[best]) best = i;
    clear(s);
    for (uint32_t i = 0; i < s->hyps; i++) offer_stay(s, &s->hyp[i], log_p, log_p[best]);
    for (uint32_t i = 0; i < s->hyps; i++) offer_next(s, &s->hyp[i], log_p, log_p[best]);
    build(s);
    s->frames++;
    if (best) s->heard = s->frames;
}

/* Hypotheses inside a word close it when one phone is missing, or leave it out; the sentence end is scored. */
void search_finish(search *s) {
    static const float silence[SEARCH_CLASSES] = {0};
    uint32_t end = s->lex->words;
    if (s->ended) return;
    s->ended = 1;
    clear(s);
    for (uint32_t i = 0; i < s->hyps; i++) {
        search_hyp h = s->hyp[i];
        h.blank = NEVER;
        h.label = h.score;
        h.phone = 0;
        if (h.node != ROOT) {
            h.score -= LOST;
            if (s->frames - s->heard <= CUT) offer_next(s, &h, silence, 0);
            h.label -= NOISE + h.ahead;
            h.node = ROOT;
            h.ahead = 0;
        }
        offer(s, &h);
    }
    for (uint32_t i = 0; i < s->count; i++) {
        search_hyp *c = &s->next[i];
        c->score = c->node == ROOT ? c->score + prior(s, c, end) : NEVER;
    }
    build(s);
    if (s->hyps > 1) s->hyps = 1;
}

static uint32_t deeper(const search *s, uint32_t a, uint32_t b) {
    return s->pool[a].depth >= s->pool[b].depth ? a : b;
}

uint32_t search_settled(const search *s) {
    uint32_t common = s->hyps ? s->hyp[0].said : 0;
    for (uint32_t i = 1; i < s->hyps; i++)
        for (uint32_t other = s->hyp[i].said; common != other;) {
            if (deeper(s, common, other) == common)
                common = s->pool[common].before;
            else
                other = s->pool[other].before;
        }
    return s->pool[common].depth;
}

uint32_t search_words(const search *s, const search_word **out, uint32_t room) {
    uint32_t w = s->hyps ? s->hyp[0].said : 0, count = s->pool[w].depth;
    for (uint32_t i = count; i-- > 0; w = s->pool[w].before)
        if (i < room) out[i] = &s->pool[w];
    return count < room ? count : room;
}

uint32_t search_quiet_frames(const search *s) {
    return s->frames - s->heard;
}

float search_ending(const search *s) {
    const search_hyp *h = &s->hyp[0];
    if (s->hyps == 0 || h->node != ROOT || !h->said || s->lm->weight <= 0) return NEVER;
    return prior(s, h, s->lex->words) / s->lm->weight;
}

int search_bias(search *s, const uint16_t *word, uint32_t words, float weight) {
    if (s->phrases == SEARCH_PHRASES || words == 0 || words > SEARCH_PHRASE) return -1;
    search_phrase *p = &s->phrase[s->phrases++];
    memcpy(p->word, word, sizeof *word * words);
    p->words = words;
    p->weight = weight;
    return 0;
}

void search_unbias(search *s) {
    s->phrases = 0;
}
