/* eval_figures: see eval_figures.h. */
#include "platform/host/eval_figures.h"
#include "platform/host/eval_noise.h"
#include "platform/host/eval_stat.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1000 };

const metric_row METRIC_TABLE[METRICS] = {
    {"utterances", "sounds"},
    {"seconds", "of sound"},
    {"words", "said"},
    {"wer", "word error rate"},
    {"wer_low", "its 95 % interval"},
    {"wer_high", "its 95 % interval"},
    {"cer", "character error rate"},
    {"perfect", "share of sounds without a wrong word"},
    {"entities", "number, time and listed words said"},
    {"entity_error", "error rate over them"},
    {"accepted", "share of sounds with exactly the expected slots"},
    {"slot_precision", "right slots / slots heard"},
    {"slot_recall", "right slots / slots expected"},
    {"unstable", "words of partials changed or removed later, a second of sound"},
    {"rtf", "time / length of the sound"},
    {"rtf_cpu", "processor time / length of the sound: does not hang on what else runs"},
    {"work_ms", "work in the recogniser, ms a second of sound"},
    {"margin", "how many times faster than real time"},
    {"lag_p95", "most that the computing was behind the microphone in a sound, ms"},
    {"lag_max", "the same, of all"},
    {"tail_p50", "end of the sound to the final text, ms"},
    {"tail_p95", "the same"},
    {"tail_max", "the same"},
    {"macs", "millions of multiply-accumulates a second of speech"},
    {"model_bytes", "of the model file"},
    {"arena_bytes", "of the runtime's block"},
};

metric metric_find(const char *name, size_t len) {
    int i = 0;
    while (i < METRICS && (strlen(METRIC_TABLE[i].name) != len || memcmp(METRIC_TABLE[i].name, name, len) != 0)) i++;
    return (metric)i;
}

/* Percentiles of lag and tail; `room` takes n values. */
static void latencies(figures *f, const measure *m, const uint32_t *index, uint32_t n, double *room) {
    uint32_t tails = 0;
    for (uint32_t i = 0; i < n; i++) room[i] = m[index[i]].lag_ms;
    stat_sort(room, n);
    f->of[METRIC_LAG_P95] = stat_percentile(room, n, 0.95);
    f->of[METRIC_LAG_MAX] = stat_percentile(room, n, 1);
    for (uint32_t i = 0; i < n; i++) {
        if (m[index[i]].tail_ms >= 0) room[tails++] = m[index[i]].tail_ms;
    }
    stat_sort(room, tails);
    f->of[METRIC_TAIL_P50] = stat_percentile(room, tails, 0.5);
    f->of[METRIC_TAIL_P95] = stat_percentile(room, tails, 0.95);
    f->of[METRIC_TAIL_MAX] = stat_percentile(room, tails, 1);
}

/* One bootstrap draw: errors and words of as many utterances as have words, drawn with repetition. b (may be NULL) is drawn with a; the difference of
 * the rates. */
static double draw(const measure *a, const measure *b, const uint32_t *index, uint32_t n, uint64_t *state) {
    double words = 0, errors = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = index[i];
        if (!a[at].scored) continue;
        do at = index[noise_next(state) % n];
        while (!a[at].scored);
        words += a[at].text.words;
        errors += (double)a[at].text.word_errors - (b ? (double)b[at].text.word_errors : 0);
    }
    return words > 0 ? errors / words : 0;
}

static void interval(double *low, double *high, const measure *a, const measure *b, const uint32_t *index, uint32_t n) {
    uint64_t state = 1;
    double rate[DRAWS];
    for (int i = 0; i < DRAWS; i++) rate[i] = draw(a, b, index, n, &state);
    stat_sort(rate, DRAWS);
    *low = stat_percentile(rate, DRAWS, 0.025);
    *high = stat_percentile(rate, DRAWS, 0.975);
}

void figures_difference(double *low, double *high, const measure *a, const measure *b, const uint32_t *index, uint32_t n) {
    interval(low, high, a, b, index, n);
}

typedef struct totals {
    double seconds, wall, cpu, busy, unstable;
    double scored, words, word_errors, chars, char_errors, perfect, entities, entity_errors;
    double slotted, want, got, right, accepted;
} totals;

static totals add_up(const measure *m, const uint32_t *index, uint32_t n) {
    totals t = {0};
    for (uint32_t i = 0; i < n; i++) {
        const measure *x = &m[index[i]];
        t.seconds += x->seconds, t.wall += x->wall, t.cpu += x->cpu, t.busy += x->busy, t.unstable += x->unstable;
        t.scored += x->scored, t.words += x->text.words, t.word_errors += x->text.word_errors;
        t.chars += x->text.chars, t.char_errors += x->text.char_errors, t.perfect += x->scored && x->text.word_errors == 0;
        t.entities += x->text.entities, t.entity_errors += x->text.entity_errors;
        t.slotted += x->slotted, t.want += x->slots_want, t.got += x->slots_got, t.right += x->slots_right, t.accepted += x->accepted;
    }
    return t;
}

void figures_of(figures *f, const measure *m, const uint32_t *index, uint32_t n) {
    totals t = add_up(m, index, n);
    const double value[METRICS] = {
        [METRIC_UTTERANCES] = n,
        [METRIC_SECONDS] = t.seconds,
        [METRIC_WORDS] = t.words,
        [METRIC_WER] = stat_ratio(t.word_errors, t.words),
        [METRIC_CER] = stat_ratio(t.char_errors, t.chars),
        [METRIC_PERFECT] = stat_ratio(t.perfect, t.scored),
        [METRIC_ENTITIES] = t.entities,
        [METRIC_ENTITY_ERROR] = stat_ratio(t.entity_errors, t.entities),
        [METRIC_ACCEPTED] = stat_ratio(t.accepted, t.slotted),
        [METRIC_SLOT_PRECISION] = t.slotted > 0 ? stat_ratio(t.right, t.got) : (double)NAN,
        [METRIC_SLOT_RECALL] = stat_ratio(t.right, t.want),
        [METRIC_UNSTABLE] = stat_ratio(t.unstable, t.seconds),
        [METRIC_RTF] = stat_ratio(t.wall, t.seconds),
        [METRIC_RTF_CPU] = stat_ratio(t.cpu, t.seconds),
        [METRIC_WORK_MS] = stat_ratio(1000 * t.busy, t.seconds),
        [METRIC_MARGIN] = stat_ratio(t.seconds, t.wall),
    };
    memcpy(f->of, value, sizeof value);
    f->of[METRIC_WER_LOW] = f->of[METRIC_WER_HIGH] = (double)NAN;
    for (int i = METRIC_LAG_P95; i < METRICS; i++) f->of[i] = (double)NAN;
    if (t.words > 0) interval(&f->of[METRIC_WER_LOW], &f->of[METRIC_WER_HIGH], m, NULL, index, n);
    double *room = malloc((n + 1) * sizeof *room);
    if (room) latencies(f, m, index, n, room);
    free(room);
}
