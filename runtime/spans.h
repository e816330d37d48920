/* spans: the stage clock of a turn, its budgets and its percentiles over all turns (law 5). */
#ifndef SOTTO_SPANS_H
#define SOTTO_SPANS_H
#include "runtime/base/arena.h"
#include "runtime/base/clock.h"
#include "runtime/sotto.h"

typedef struct turn_clock {
    span now[SOTTO_SPANS];        /* of the turn that runs */
    sotto_span last[SOTTO_SPANS]; /* of the turn that ended last */
    histogram *all;               /* [SOTTO_SPANS] */
    uint64_t turns, over_budget;
} turn_clock;

void spans_layout(turn_clock *t, arena *a);
void spans_reset(turn_clock *t);
void spans_begin_turn(turn_clock *t);
/* Ends the turn: fills `last`, adds to the histograms, marks what is over its budget. Returns the worst offender's id or -1. */
int spans_end_turn(turn_clock *t, const uint64_t *budget_ns);
void spans_percentiles(const turn_clock *t, sotto_percentiles *out); /* [SOTTO_SPANS] */

/* A span that is one stretch: begin..end. */
void spans_set(turn_clock *t, sotto_span_id id, uint64_t begin, uint64_t end);

#endif
