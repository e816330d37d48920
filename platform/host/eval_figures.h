/* eval_figures: what is counted of one sound, and the figures of many of them.
 *
 * Rates are ratios of sums (word error rate = all word errors / all words), not means of ratios. The interval of the word error rate is the 2.5th
 * to 97.5th percentile over 1,000 bootstrap draws of whole utterances (Bisani & Ney 2004), from a fixed seed.
 */
#ifndef SOTTO_HOST_EVAL_FIGURES_H
#define SOTTO_HOST_EVAL_FIGURES_H
#include "platform/host/eval_score.h"

typedef struct measure { /* one sound under one condition */
    int scored;          /* its reference has words */
    score text;
    int slotted; /* its reference has slots */
    uint32_t slots_want, slots_got, slots_right, accepted;
    double seconds;         /* of sound */
    double wall, cpu, busy; /* seconds from first sample to result; of processor time meanwhile; of work in the recogniser */
    double tail_ms;         /* turn over (end of the sound) -> final text; negative: there was none */
    double lag_ms;          /* most that the computing was behind the microphone */
    uint32_t unstable;      /* words of partials that were changed or removed later */
    char *heard;            /* what was heard, NULL before it was */
    char *slots;            /* slots heard, as name=value pairs */
} measure;

typedef enum metric {
    METRIC_UTTERANCES,
    METRIC_SECONDS,
    METRIC_WORDS,
    METRIC_WER,
    METRIC_WER_LOW,
    METRIC_WER_HIGH,
    METRIC_CER,
    METRIC_PERFECT,
    METRIC_ENTITIES,
    METRIC_ENTITY_ERROR,
    METRIC_ACCEPTED,
    METRIC_SLOT_PRECISION,
    METRIC_SLOT_RECALL,
    METRIC_UNSTABLE,
    METRIC_RTF,
    METRIC_RTF_CPU,
    METRIC_WORK_MS,
    METRIC_MARGIN,
    METRIC_LAG_P95,
    METRIC_LAG_MAX,
    METRIC_TAIL_P50,
    METRIC_TAIL_P95,
    METRIC_TAIL_MAX,
    METRIC_MACS,
    METRIC_MODEL_BYTES,
    METRIC_ARENA_BYTES,
    METRICS
} metric;

typedef struct metric_row {
    const char *name; /* in gates and JSON */
    const char *help;
} metric_row;

extern const metric_row METRIC_TABLE[METRICS];

typedef struct figures {
    double of[METRICS]; /* NAN: not measured */
} figures;

metric metric_find(const char *name, size_t len); /* METRICS: no such */
/* The figures of the `n` measures m[index[i]]. Those of the model (macs and after) are left NAN. */
void figures_of(figures *f, const measure *m, const uint32_t *index, uint32_t n);
/* Bootstrap interval of the difference in word error rate a - b over the same utterances, in pairs. */
void figures_difference(double *low, double *high, const measure *a, const measure *b, const uint32_t *index, uint32_t n);

#endif
