/* match: the search itself: tokens through the graph, one frame at a time (see match.h). match_path.c makes the result. */
#include "models/asr/match.h"
#include "runtime/base/mathx.h"
#include <string.h>

static uint32_t record_count(const grammar *g, uint32_t max_frames) {
    uint32_t want = 2 * g->nodes + g->strands + max_frames + 64;
    return want < MATCH_NONE ? want : MATCH_NONE - 1;
}

void match_layout(match *m, arena *a, const grammar *g, const match_limits *limits) {
    memset(m, 0, sizeof *m);
    m->g = g;
    m->limits = *limits;
    m->beam = (uint32_t)mathx_round_even(limits->beam * MATCH_UNIT);
    m->penalty = (uint32_t)mathx_round_even(limits->word_penalty * MATCH_UNIT);
    m->records = record_count(g, limits->max_frames);
    m->token = ARENA_ARRAY(a, match_token, g->states);
    m->alive = ARENA_ARRAY(a, uint16_t, g->strands);
    m->made_past = ARENA_ARRAY(a, uint16_t, g->strands);
    m->made = ARENA_ARRAY(a, uint16_t, g->strands);
    m->record = ARENA_ARRAY(a, match_record, m->records);
    m->marked = ARENA_ARRAY(a, uint8_t, m->records);
    m->cost = ARENA_ARRAY(a, uint8_t, (size_t)limits->max_frames * MATCH_CLASSES);
}

void match_scratch(match *m, arena *a) {
    m->node = ARENA_ARRAY(a, match_node, m->g->nodes);
    m->via = ARENA_ARRAY(a, uint16_t, m->g->nodes);
    m->back = ARENA_ARRAY(a, uint8_t, (size_t)m->limits.max_frames * (MATCH_PHONES / 2));
    m->sum = ARENA_ARRAY(a, uint32_t, 2 * MATCH_PHONES);
}

void match_reset(match *m) {
    m->frame_count = m->start = m->best = m->base = m->free_cost = m->spikes = m->strained = 0;
    m->over = 0;
    memset(m->token, 0xff, m->g->states * sizeof *m->token);
    memset(m->alive, 0xff, m->g->strands * sizeof *m->alive);
    memset(m->made, 0xff, m->g->strands * sizeof *m->made);
    memset(m->made_past, 0xff, m->g->strands * sizeof *m->made_past);
    for (uint32_t i = 0; i < m->records; i++) m->record[i] = (match_record){(uint16_t)(i + 1), MATCH_NONE};
    m->free_record = 0;
    m->free_count = m->records;
}

/* ---- the past of tokens ---- */

static void mark(match *m, uint32_t past) {
    for (; past != MATCH_NONE && !m->marked[past]; past = m->record[past].prev) m->marked[past] = 1;
}

/* Frees every record that no token's past holds. */
static void sweep(match *m) {
    memset(m->marked, 0, m->records);
    for (uint32_t i = 0; i < m->g->states; i++) {
        const match_token *t = &m->token[i];
        if (t->label != MATCH_NONE) mark(m, t->label_past);
        if (t->blank != MATCH_NONE) mark(m, t->blank_past);
    }
    for (uint32_t s = 0; s < m->g->strands; s++)
        if (m->made[s] != MATCH_NONE && !m->marked[m->made[s]]) m->made[s] = MATCH_NONE;
    m->free_count = 0;
    for (uint32_t i = m->records; i-- > 0;) {
        if (m->marked[i]) continue;
        m->record[i] = (match_record){(uint16_t)m->free_record, MATCH_NONE};
        m->free_record = i;
        m->free_count++;
    }
}

static void drop_above(match *m, uint32_t cost) {
    for (uint32_t i = 0; i < m->g->states; i++) {
        match_token *t = &m->token[i];
        if (t->label != MATCH_NONE && t->label > cost) t->label = MATCH_NONE;
        if (t->blank != MATCH_NONE && t->blank > cost) t->blank = MATCH_NONE;
    }
}

/* A frame makes at most two records a node: there must be as many. One token alone holds at most one record a frame, so narrowing ends. */
static void make_room(match *m) {
    uint32_t need = 2 * m->g->nodes < m->records / 2 ? 2 * m->g->nodes : m->records / 2, beam = m->beam;
    if (m->free_count >= need) return;
    sweep(m);
    if (m->free_count < need) m->strained++;
    while (m->free_count < need && beam > 0) {
        beam /= 2;
        drop_above(m, m->best + beam);
        sweep(m);
    }
}

/* The record for having gone through a strand after `past`. */
static uint16_t through(match *m, uint16_t strand, uint16_t past) {
    if (strand == MATCH_NONE) return MATCH_NONE;
    if (m->made[strand] != MATCH_NONE && m->made_past[strand] == past) return m->made[strand];
    if (m->free_count == 0) { /* cannot be while make_room finds enough; a graph of that many equal ways is given up */
        m->over = 1;
        return past;
    }
    uint16_t r = (uint16_t)m->free_record;
    m->free_record = m->record[r].prev;
    m->free_count--;
    m->record[r] = (match_record){past, strand};
    m->made[strand] = r;
    m->made_past[strand] = past;
    return r;
}

/* ---- nodes: where strands end and begin ---- */

static void node_offer(match_node *n, uint32_t cost, uint16_t past, uint16_t strand, uint8_t phone) {
    int place = -1;
    if (cost < n->cost[0]) {
        if (phone != n->phone[0]) {
            n->cost[1] = n->cost[0];
            n->past[1] = n->past[0];
            n->strand[1] = n->strand[0];
            n->phone[1] = n->phone[0];
        }
        place = 0;
    } else if (phone != n->phone[0] && cost < n->cost[1]) {
        place = 1;
    }
    if (place < 0) return;
    n->cost[place] = (uint16_t)cost;
    n->past[place] = past;
    n->strand[place] = strand;
    n->phone[place] = phone;
}

/* Every node's cheapest ways, from the tokens as they are. */
static void fill_nodes(match *m) {
    const grammar *g = m->g;
    const match_token *t = m->token;
    for (uint32_t i = 0; i < g->nodes; i++) m->node[i] = (match_node){{MATCH_NONE, MATCH_NONE}, {0}, {0}, {0}};
    if (m->start - m->best < MATCH_NONE) node_offer(&m->node[0], m->start - m->best, MATCH_NONE, MATCH_NONE, 0);
    for (uint32_t s = 0; s < g->strands; s++) {
        const grammar_pron *p = &g->pron[g->strand[s].pron];
        const match_token *last = t + p->count - 1;
        match_node *n = &m->node[g->strand[s].to];
        t += p->count;
        if (m->alive[s] == MATCH_NONE) continue;
        if (last->blank != MATCH_NONE) node_offer(n, last->blank - m->best, last->blank_past, (uint16_t)s, 0);
        if (last->label != MATCH_NONE) node_offer(n, last->label - m->best, last->label_past, (uint16_t)s, g->phone[p->at + p->count - 1]);
    }
    for (uint32_t i = 0; i < g->jumps; i++) {
        const match_node *from = &m->node[g->jump[i].from];
        if (GRAMMAR_KIND(g->jump[i].label) == LABEL_INTENT) continue;
        for (int k = 0; k < 2 && from->cost[k] != MATCH_NONE; k++)
            node_offer(&m->node[g->jump[i].to], from->cost[k], from->past[k], from->strand[k], from->phone[k]);
    }
}

/* ---- one frame ---- */

typedef struct match_frame {
    const uint8_t *cost; /* [MATCH_CLASSES] */
    uint32_t limit;      /* tokens above it are dropped */
    uint32_t best;       /* cheapest so far */
} match_frame;

static uint16_t settle(match_frame *f, uint32_t cost) {
    if (cost > f->limit) return MATCH_NONE;
    if (cost < f->best) f->best = cost;
    return (uint16_t)cost;
}

/* One phone's two tokens; `entry` (MATCH_NONE: none) and its past come from what is before it. Costs in t still carry m->best. */
static void run_phone(const match *m, match_frame *f, match_token *t, uint8_t phone, uint32_t entry, uint16_t past) {
    uint32_t stay = t->label == MATCH_NONE ? MATCH_NONE : t->label - m->best, quiet = t->blank == MATCH_NONE ? MATCH_NONE : t->blank - m->best;
    uint16_t stay_past = t->label_past;
    if (stay < quiet) {
        quiet = stay;
        t->blank_past = stay_past;
    }
    if (entry < stay) {
        stay = entry;
        t->label_past = past;
    }
    t->label = stay == MATCH_NONE ? MATCH_NONE : settle(f, stay + f->cost[phone]);
    t->blank = quiet == MATCH_NONE ? MATCH_NONE : settle(f, quiet + f->cost[0]);
}

/* The cheaper of the two ways from one phone into the next. */
static uint32_t from_phone(const match *m, const match_token *t, int different, uint16_t *past) {
    uint32_t cost = t->blank;
    *past = t->blank_past;
    if (different && t->label < cost) {
        cost = t->label;
        *past = t->label_past;
    }
    return cost == MATCH_NONE ? MATCH_NONE : cost - m->best;
}

static void run_strand(match *m, match_frame *f, uint32_t s, match_token *t) {
    const grammar *g = m->g;
    const grammar_pron *p = &g->pron[g->strand[s].pron];
    const match_node *from = &m->node[g->strand[s].from];
    const uint8_t *phone = g->phone + p->at;
    uint32_t alive = MATCH_NONE, entry;
    uint16_t past = MATCH_NONE;
    int way = from->phone[0] == phone[0];
    if (m->alive[s] == MATCH_NONE && from->cost[way] == MATCH_NONE) return;
    for (uint32_t i = p->count; i-- > 1;) {
        entry = from_phone(m, &t[i - 1], phone[i - 1] != phone[i], &past);
        run_phone(m, f, &t[i], phone[i], entry, past);
    }
    entry = from->cost[way] == MATCH_NONE ? MATCH_NONE : from->cost[way] + m->penalty;
    if (entry < MATCH_NONE && (t->label == MATCH_NONE || entry < t->label - m->best) && entry + f->cost[phone[0]] <= f->limit)
        past = through(m, from->strand[way], from->past[way]);
    run_phone(m, f, t, phone[0], entry < MATCH_NONE ? entry : MATCH_NONE, past);
    for (uint32_t i = 0; i < p->count; i++) {
        if (t[i].label < alive) alive = t[i].label;
        if (t[i].blank < alive) alive = t[i].blank;
    }
    m->alive[s] = (uint16_t)alive;
}

/* Costs of a frame's classes; returns the cheapest class. */
static uint32_t quantize(const match *m, uint8_t *cost, const float *log_p) {
    uint32_t cheapest = 0;
    for (uint32_t c = 0; c < MATCH_CLASSES; c++) {
        float x = (c == 0 ? m->limits.blank_cost - log_p[c] : -log_p[c]) * MATCH_UNIT;
        cost[c] = x >= 255.0f ? 255 : x > 0.0f ? (uint8_t)mathx_round_even(x) : 0;
        if (cost[c] < cost[cheapest]) cheapest = c;
    }
    return cheapest;
}

void match_push(match *m, const float *log_p) {
    if (m->frame_count == m->limits.max_frames) {
        m->over = 1;
        return;
    }
    uint8_t *cost = m->cost + (size_t)m->frame_count++ * MATCH_CLASSES;
    uint32_t cheapest = quantize(m, cost, log_p), limit = m->beam + cost[cheapest];
    match_frame f = {.cost = cost, .limit = limit < MATCH_NONE ? limit : MATCH_NONE - 1, .best = UINT32_MAX};
    match_token *t = m->token;
    m->free_cost += cost[cheapest];
    m->spikes += cheapest != 0;
    make_room(m);
    fill_nodes(m);
    for (uint32_t s = 0; s < m->g->strands; s++) {
        run_strand(m, &f, s, t);
        t += m->g->pron[m->g->strand[s].pron].count;
    }
    m->start = m->start - m->best + cost[0];
    m->base += m->best;
    m->best = f.best < m->start ? f.best : m->start;
}

int match_winner(match *m, uint32_t *jump, uint32_t *second) {
    const grammar *g = m->g;
    uint32_t best = MATCH_NONE, at = 0;
    fill_nodes(m);
    for (uint32_t i = 0; i < g->jumps; i++) {
        if (GRAMMAR_KIND(g->jump[i].label) != LABEL_INTENT || m->node[g->jump[i].from].cost[0] >= best) continue;
        best = m->node[g->jump[i].from].cost[0];
        at = i;
    }
    *jump = at;
    *second = MATCH_NONE;
    if (best == MATCH_NONE) return 0;
    grammar_text name = grammar_intent_name(g, GRAMMAR_VALUE(g->jump[at].label));
    for (uint32_t i = 0; i < g->jumps; i++) {
        if (GRAMMAR_KIND(g->jump[i].label) != LABEL_INTENT || m->node[g->jump[i].from].cost[0] >= *second) continue;
        grammar_text other = grammar_intent_name(g, GRAMMAR_VALUE(g->jump[i].label));
        if (other.len != name.len || memcmp(other.at, name.at, name.len) != 0) *second = m->node[g->jump[i].from].cost[0];
    }
    return 1;
}

float match_so_far(match *m, int *complete) {
    uint32_t jump, second;
    *complete = !m->over && match_winner(m, &jump, &second) && m->node[m->g->jump[jump].from].cost[0] == 0;
    if (m->over || m->spikes == 0) return 0;
    return match_confidence((float)(m->base + m->best - m->free_cost) / (float)(MATCH_UNIT * m->spikes));
}
