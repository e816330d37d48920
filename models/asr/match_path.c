/* match_path: from the winning token to a result: its words, when each was said, its slots and how sure they are (see match.h).
 *
 * The frames are aligned to the winner's phones alone (Viterbi over a chain, 3 bits a phone and frame), which gives times; a stretch's gap is its cost
 * above the free phone loop's over the frames of it whose cheapest class is a phone.
 */
#include "models/asr/match.h"
#include "runtime/base/fmt.h"
#include "runtime/base/mathx.h"
#include <string.h>

/* confidence = 1 / (1 + exp(SLOPE * (gap - MIDDLE))). Chosen on dev sets: of 279 read sentences outside the coffee grammar two have a gap below 1.6, of
 * the orders understood aright 97 in 100 have one below 1.25, in noise too. */
static const float MIDDLE = 1.6f, SLOPE = 3.0f;

typedef struct match_path {
    uint32_t words, phones;
    uint16_t strand[MATCH_WORDS];
    uint16_t first[MATCH_WORDS + 1]; /* first phone of each word */
    uint8_t phone[MATCH_PHONES];
    uint16_t begin[MATCH_PHONES], end[MATCH_PHONES]; /* frames */
} match_path;

float match_confidence(float gap) {
    return mathx_sigmoid(SLOPE * (MIDDLE - gap));
}

/* ---- which strands ---- */

/* Strands of a token's past and the one it ends in, in order. 0 when there are too many words or phones. */
static int unroll(const match *m, const match_node *end, match_path *p) {
    const grammar *g = m->g;
    uint32_t count = 1;
    for (uint16_t r = end->past[0]; r != MATCH_NONE; r = m->record[r].prev) count++;
    if (end->strand[0] == MATCH_NONE || count > MATCH_WORDS) return 0;
    p->words = count;
    p->phones = 0;
    p->strand[--count] = end->strand[0];
    for (uint16_t r = end->past[0]; r != MATCH_NONE; r = m->record[r].prev) p->strand[--count] = m->record[r].strand;
    for (uint32_t w = 0; w < p->words; w++) {
        const grammar_pron *pron = &g->pron[g->strand[p->strand[w]].pron];
        p->first[w] = (uint16_t)p->phones;
        if (p->phones + pron->count > MATCH_PHONES) return 0;
        memcpy(p->phone + p->phones, g->phone + pron->at, pron->count);
        p->phones += pron->count;
    }
    p->first[p->words] = (uint16_t)p->phones;
    return 1;
}

/* ---- when ---- */

enum { SELF, FROM_BLANK, FROM_LABEL, BLANK_FROM_LABEL = 4 };
static const uint32_t FAR = 1u << 30;

/* One frame of the chain: sum[2i] phone i, sum[2i+1] the blank after it; `start` the blank before all. Writes where each came from. */
static void align_frame(const match_path *p, uint32_t *sum, const uint8_t *cost, uint32_t start, uint8_t *back) {
    memset(back, 0, MATCH_PHONES / 2);
    for (uint32_t i = p->phones; i-- > 0;) {
        uint32_t stay = sum[2 * i], blank = sum[2 * i + 1], before = i ? sum[2 * i - 1] : start, from = SELF;
        if (stay < blank) {
            blank = stay;
            from |= BLANK_FROM_LABEL;
        }
        if (before < stay) {
            stay = before;
            from = (from & BLANK_FROM_LABEL) | FROM_BLANK;
        }
        if (i && p->phone[i] != p->phone[i - 1] && sum[2 * i - 2] < stay) {
            stay = sum[2 * i - 2];
            from = (from & BLANK_FROM_LABEL) | FROM_LABEL;
        }
        sum[2 * i] = stay + cost[p->phone[i]];
        sum[2 * i + 1] = blank + cost[0];
        back[i / 2] = (uint8_t)(back[i / 2] | from << 4 * (i & 1));
    }
}

/* Walks back from the end of the chain and notes when each phone was heard. */
static void align_back(const match *m, match_path *p) {
    uint32_t i = p->phones - 1;
    int in_label = m->sum[2 * i] < m->sum[2 * i + 1];
    memset(p->end, 0, sizeof p->end);
    for (uint32_t t = m->frame_count; t-- > 0;) {
        uint32_t from = m->back[(size_t)t * (MATCH_PHONES / 2) + i / 2] >> 4 * (i & 1);
        if (!in_label) {
            in_label = (from & BLANK_FROM_LABEL) != 0;
            continue;
        }
        p->begin[i] = (uint16_t)t;
        if (p->end[i] == 0) p->end[i] = (uint16_t)(t + 1);
        if ((from & 3u) == SELF) continue;
        if (i == 0) return;
        i--;
        in_label = (from & 3u) == FROM_LABEL;
    }
}

static void align(const match *m, match_path *p) {
    uint32_t start = 0;
    for (uint32_t i = 0; i < 2 * p->phones; i++) m->sum[i] = FAR;
    for (uint32_t t = 0; t < m->frame_count; t++) {
        const uint8_t *cost = m->cost + (size_t)t * MATCH_CLASSES;
        align_frame(p, m->sum, cost, start, m->back + (size_t)t * (MATCH_PHONES / 2));
        start += cost[0];
    }
    align_back(m, p);
}

/* ---- how sure ---- */

static uint32_t cheapest_class(const uint8_t *cost) {
    uint32_t best = 0;
    for (uint32_t c = 1; c < MATCH_CLASSES; c++)
        if (cost[c] < cost[best]) best = c;
    return best;
}

/* Natural log a frame with a phone that the free loop is better by, over frames begin..end, in which the path says phones first..last - 1. */
static float path_gap(const match *m, const match_path *p, uint32_t first, uint32_t last, uint32_t begin, uint32_t end) {
    uint32_t over = 0, spikes = 0, i = first;
    for (uint32_t t = begin; t < end; t++) {
        const uint8_t *cost = m->cost + (size_t)t * MATCH_CLASSES;
        uint32_t best = cheapest_class(cost);
        while (i < last && t >= p->end[i]) i++;
        over += (uint32_t)(cost[i < last && t >= p->begin[i] ? p->phone[i] : 0] - cost[best]);
        spikes += best != 0;
    }
    return (float)over / (float)(MATCH_UNIT * (spikes ? spikes : 1));
}

static float words_gap(const match *m, const match_path *p, uint32_t first, uint32_t last) {
    uint32_t a = p->first[first], b = p->first[last];
    return path_gap(m, p, a, b, p->begin[a], p->end[b - 1]);
}

static uint32_t frame_time(const match *m, uint32_t frame) {
    return (uint32_t)mathx_round_even((float)frame * m->limits.frame_ms);
}

/* ---- the result ---- */

/* Appends a word; a plural's 's goes against the word before. Returns the bytes used. */
static uint32_t put_word(char *out, uint32_t used, grammar_text word) {
    int joined = word.len == 2 && word.at[0] == '\'' && word.at[1] == 's';
    if (used + word.len + 2 > MATCH_TEXT) return used;
    if (joined) word = (grammar_text){word.at + 1, 1};
    if (used > 0 && !joined) out[used++] = ' ';
    memcpy(out + used, word.at, word.len);
    return used + word.len;
}

static grammar_text strand_word(const match *m, uint16_t strand) {
    return grammar_word_text(m->g, m->g->pron[m->g->strand[strand].pron].word);
}

static void put_words(const match *m, const match_path *p, match_result *r) {
    uint32_t used = 0;
    for (uint32_t w = 0; w < p->words; w++) {
        uint32_t before = used, begin = frame_time(m, p->begin[p->first[w]]), end = frame_time(m, p->end[p->first[w + 1] - 1]);
        float sure = match_confidence(words_gap(m, p, w, w + 1));
        used = put_word(r->said, used, strand_word(m, p->strand[w]));
        uint32_t at = before + (before > 0 && r->said[before] == ' ');
        if (before > 0 && at == before && r->words > 0) { /* joined to the word before */
            r->word[r->words - 1].len += used - before;
            r->word[r->words - 1].end_ms = end;
            continue;
        }
        r->word[r->words++] = (match_word){at, used - at, begin, end, sure};
    }
    r->said[used] = 0;
}

static void put_slot(match_result *r, grammar_text name, const char *value, uint32_t len, match_slot times) {
    if (r->slots == MATCH_SLOTS || r->values_len + len + 1 > MATCH_TEXT) return;
    char *to = r->values + r->values_len;
    memcpy(to, value, len);
    to[len] = 0;
    r->values_len += len + 1;
    r->slot[r->slots++] = (match_slot){name, to, times.begin_ms, times.end_ms, times.confidence};
}

/* A slot is over: words first..last - 1 of the path. */
static void close_slot(const match *m, const match_path *p, match_result *r, uint32_t slot, uint32_t label, uint32_t first, uint32_t last) {
    char said[MATCH_TEXT];
    uint16_t words[MATCH_WORDS];
    uint32_t used = 0, number;
    match_slot times = {.begin_ms = frame_time(m, p->begin[p->first[first]]),
                        .end_ms = frame_time(m, p->end[p->first[last] - 1]),
                        .confidence = match_confidence(words_gap(m, p, first, last))};
    for (uint32_t w = first; w < last; w++) {
        words[w - first] = m->g->pron[m->g->strand[p->strand[w]].pron].word;
        used = put_word(said, used, strand_word(m, p->strand[w]));
    }
    grammar_text value = {said, used};
    if (GRAMMAR_KIND(label) == LABEL_OUTPUT) value = grammar_output(m->g, GRAMMAR_VALUE(label));
    if (GRAMMAR_KIND(label) == LABEL_NUMBER && grammar_number_value(m->g, words, last - first, &number))
        value = (grammar_text){said, (uint32_t)fmt_put(said, sizeof said, "%u", (unsigned)number)};
    put_slot(r, grammar_slot_name(m->g, slot), value.at, value.len, times);
}

typedef struct slot_walk {
    uint32_t open, slot, first; /* 1: inside a slot; which; its first word */
} slot_walk;

static void walk_jump(const match *m, const match_path *p, match_result *r, slot_walk *s, uint32_t label, uint32_t word) {
    uint32_t kind = GRAMMAR_KIND(label);
    if (kind == LABEL_OPEN) *s = (slot_walk){1, GRAMMAR_VALUE(label), word};
    if ((kind == LABEL_SAID || kind == LABEL_OUTPUT || kind == LABEL_NUMBER) && s->open && word > s->first) {
        close_slot(m, p, r, s->slot, label, s->first, word);
        s->open = 0;
    }
}

/* The jumps that lead from one node to another: what they open and close before word `word`. They are in order, so one pass finds the way. */
static void walk_jumps(const match *m, const match_path *p, match_result *r, slot_walk *s, uint32_t from, uint32_t to, uint32_t word) {
    const grammar *g = m->g;
    uint16_t way[64];
    uint32_t steps = 0;
    if (from == to) return;
    memset(m->via, 0xff, g->nodes * sizeof *m->via);
    for (uint32_t i = 0; i < g->jumps; i++) {
        const grammar_jump *j = &g->jump[i];
        if ((j->from == from || m->via[j->from] != MATCH_NONE) && m->via[j->to] == MATCH_NONE && j->to != from) m->via[j->to] = (uint16_t)i;
    }
    for (uint32_t n = to; n != from && steps < 64 && m->via[n] != MATCH_NONE; n = g->jump[m->via[n]].from) way[steps++] = m->via[n];
    while (steps-- > 0) walk_jump(m, p, r, s, g->jump[way[steps]].label, word);
}

static void put_slots(const match *m, const match_path *p, match_result *r, uint32_t end) {
    const grammar *g = m->g;
    slot_walk s = {0};
    grammar_text key, value;
    uint32_t at = 0; /* the start node */
    for (uint32_t w = 0; w < p->words; w++) {
        walk_jumps(m, p, r, &s, at, g->strand[p->strand[w]].from, w);
        at = g->strand[p->strand[w]].to;
    }
    walk_jumps(m, p, r, &s, at, end, p->words);
    for (uint32_t i = 0; grammar_intent_constant(g, r->intent, i, &key, &value); i++)
        put_slot(r, key, value.at, value.len, (match_slot){.confidence = 1.0f});
}

int match_finish(match *m, match_result *r) {
    match_path p;
    uint32_t jump, second;
    memset(r, 0, sizeof *r);
    if (m->over || m->frame_count == 0 || !match_winner(m, &jump, &second)) return 0;
    const grammar_jump *last = &m->g->jump[jump];
    uint32_t cost = m->node[last->from].cost[0];
    if (!unroll(m, &m->node[last->from], &p)) return 0;
    align(m, &p);
    r->intent = GRAMMAR_VALUE(last->label);
    r->cost = m->base + m->best + cost;
    r->margin = (float)(second - cost) / MATCH_UNIT;
    r->gap = path_gap(m, &p, 0, p.phones, 0, m->frame_count);
    r->confidence = match_confidence(r->gap);
    r->begin_ms = frame_time(m, p.begin[0]);
    r->end_ms = frame_time(m, p.end[p.phones - 1]);
    put_words(m, &p, r);
    put_slots(m, &p, r, last->from);
    return 1;
}
