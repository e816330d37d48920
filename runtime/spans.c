/* spans: see spans.h. What a span measures is written beside its name in sotto.h. */
#include "runtime/spans.h"

void spans_layout(turn_clock *t, arena *a) {
    t->all = ARENA_ARRAY(a, histogram, SOTTO_SPANS);
}

void spans_reset(turn_clock *t) {
    for (int i = 0; i < SOTTO_SPANS; i++) {
        histogram_reset(&t->all[i]);
        t->last[i] = (sotto_span){0};
    }
    t->turns = 0;
    t->over_budget = 0;
    spans_begin_turn(t);
}

void spans_begin_turn(turn_clock *t) {
    for (int i = 0; i < SOTTO_SPANS; i++) span_reset(&t->now[i]);
}

void spans_set(turn_clock *t, sotto_span_id id, uint64_t begin, uint64_t end) {
    span_reset(&t->now[id]);
    span_work(&t->now[id], begin, end < begin ? begin : end);
}

/* The token span's budget is a time a token; all others are whole lengths. */
static uint64_t span_cost(const sotto_span *s, int id) {
    if (id == SOTTO_LLM_TOKENS) return s->steps ? s->busy / s->steps : 0;
    return s->end - s->begin;
}

int spans_end_turn(turn_clock *t, const uint64_t *budget_ns) {
    int worst = -1;
    for (int i = 0; i < SOTTO_SPANS; i++) {
        const span *from = &t->now[i];
        sotto_span *to = &t->last[i];
        *to = (sotto_span){.begin = from->begin, .end = from->end, .busy = from->busy, .steps = from->steps};
        if (from->begin == 0) continue;
        uint64_t cost = span_cost(to, i);
        histogram_add(&t->all[i], cost);
        to->over = budget_ns[i] && cost > budget_ns[i];
        if (to->over) worst = i;
    }
    t->turns++;
    if (worst >= 0) t->over_budget++;
    return worst;
}

void spans_percentiles(const turn_clock *t, sotto_percentiles *out) {
    for (int i = 0; i < SOTTO_SPANS; i++) {
        const histogram *h = &t->all[i];
        out[i] = (sotto_percentiles){.count = h->count,
                                     .p50 = histogram_percentile(h, 50),
                                     .p95 = histogram_percentile(h, 95),
                                     .p99 = histogram_percentile(h, 99),
                                     .max = h->count ? h->max : 0};
    }
}
