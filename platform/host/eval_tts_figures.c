/* eval_tts_figures: see eval_tts.h. Word errors and their intervals are those of `sotto eval asr` (eval_figures.h); rates are ratios of sums over the
 * rows of a slice; what has no case is not measured (NAN). */
#include "platform/host/eval_stat.h"
#include "platform/host/eval_tts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const metric_row TTS_METRIC_TABLE[TTS_METRICS] = {
    {"rows", "texts"},
    {"seconds", "of sound made"},
    {"words", "that were held against what was heard"},
    {"wer", "word error rate of our recogniser on the sound made"},
    {"wer_low", "its 95 % interval"},
    {"wer_high", "its 95 % interval"},
    {"cer", "character error rate"},
    {"perfect", "share of texts heard without a wrong word"},
    {"recordings", "texts with a recording"},
    {"natural_wer", "word error rate on the recordings"},
    {"natural_low", "its 95 % interval"},
    {"natural_high", "its 95 % interval"},
    {"ratio", "wer of the texts with a recording / natural_wer"},
    {"rtf", "work of the voice / sound made"},
    {"rtf_cpu", "processor time meanwhile / sound made"},
    {"first_p50", "text complete to first samples, ms"},
    {"first_p95", "the same"},
    {"first_cpu_p50", "processor time between, ms: on a busy machine only this says anything"},
    {"first_cpu_p95", "the same"},
    {"wpm", "words a minute"},
    {"phones", "symbols that the acoustic model was given (phones, word borders, pauses), a second"},
    {"peak", "largest sample, dB below full scale"},
    {"level", "mean power over all sound, dB below full scale"},
    {"clipped", "share of samples at full scale"},
    {"macs", "million multiply-accumulates a second of sound, by the files' shapes"},
    {"model_bytes", "of both model files"},
    {"arena_bytes", "of the runtime's block"},
};

int tts_metric_find(const char *name, size_t len) {
    for (int i = 0; i < TTS_METRICS; i++) {
        if (strlen(TTS_METRIC_TABLE[i].name) == len && memcmp(TTS_METRIC_TABLE[i].name, name, len) == 0) return i;
    }
    return -1;
}

void tts_join_letters(char *text) {
    for (char *s = text; *s; s++) {
        int word = s == text || s[-1] == ' ';
        if (word && (*s == 'a' || *s == 'p') && s[1] == ' ' && s[2] == 'm' && (s[3] == ' ' || !s[3])) memmove(s + 1, s + 2, strlen(s + 2) + 1);
    }
}

static double decibel(double power) {
    return power > 0 ? 10 * log10(power) : (double)NAN;
}

static void put_words(tts_figures *f, const tts_report *r, const uint32_t *index, uint32_t n) {
    figures made, record;
    double both = 0, words = 0;
    figures_of(&made, r->made, index, n);
    figures_of(&record, r->record, index, n);
    f->of[TTS_WORDS] = made.of[METRIC_WORDS];
    f->of[TTS_WER] = made.of[METRIC_WER];
    f->of[TTS_WER_LOW] = made.of[METRIC_WER_LOW];
    f->of[TTS_WER_HIGH] = made.of[METRIC_WER_HIGH];
    f->of[TTS_CER] = made.of[METRIC_CER];
    f->of[TTS_PERFECT] = made.of[METRIC_PERFECT];
    f->of[TTS_NATURAL_WER] = record.of[METRIC_WER];
    f->of[TTS_NATURAL_LOW] = record.of[METRIC_WER_LOW];
    f->of[TTS_NATURAL_HIGH] = record.of[METRIC_WER_HIGH];
    f->of[TTS_RECORDINGS] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const measure *m = &r->made[index[i]];
        int has = r->record[index[i]].scored;
        f->of[TTS_RECORDINGS] += has;
        both += has ? m->text.word_errors : 0;
        words += has ? m->text.words : 0;
    }
    f->of[TTS_RATIO] = stat_ratio(stat_ratio(both, words), record.of[METRIC_WER]);
}

static void put_sums(tts_figures *f, const tts_report *r, const uint32_t *index, uint32_t n) {
    tts_measure t = {0};
    double silent = 0;
    for (uint32_t i = 0; i < n; i++) {
        const tts_measure *m = &r->m[index[i]];
        t.seconds += m->seconds, t.busy += m->busy, t.cpu += m->cpu, t.power += m->power * m->seconds, t.clipped += m->clipped;
        t.phones += m->phones, t.spoken += m->spoken;
        silent += m->spoken > 0 ? 0 : m->seconds; /* sound whose words nobody counted */
        if (m->peak > t.peak) t.peak = m->peak;
    }
    f->of[TTS_ROWS] = n;
    f->of[TTS_SECONDS] = t.seconds;
    f->of[TTS_RTF] = stat_ratio(t.busy, t.seconds);
    f->of[TTS_RTF_CPU] = stat_ratio(t.cpu, t.seconds);
    f->of[TTS_WPM] = stat_ratio(60 * t.spoken, t.seconds - silent);
    f->of[TTS_PHONES] = stat_ratio(t.phones, t.seconds);
    f->of[TTS_PEAK] = decibel(t.peak * t.peak);
    f->of[TTS_LEVEL] = decibel(stat_ratio(t.power, t.seconds));
    f->of[TTS_CLIPPED] = stat_ratio(t.clipped, t.seconds * SOTTO_RATE);
    f->of[TTS_MACS] = (r->cost.frame * r->cost.frame_rate + r->cost.phone * f->of[TTS_PHONES]) / 1e6;
}

/* Percentiles of one time over the rows that made sound; `room` takes n values. */
static void put_times(double *p50, double *p95, const tts_measure *m, size_t what, const uint32_t *index, uint32_t n, double *room) {
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        double x;
        memcpy(&x, (const char *)&m[index[i]] + what, sizeof x);
        if (x >= 0) room[k++] = x;
    }
    stat_sort(room, k);
    *p50 = stat_percentile(room, k, 0.5);
    *p95 = stat_percentile(room, k, 0.95);
}

void tts_figures_of(tts_figures *f, const tts_report *r, const uint32_t *index, uint32_t n) {
    double *room = malloc((n + 1) * sizeof *room), *of = f->of;
    for (int i = 0; i < TTS_METRICS; i++) of[i] = (double)NAN;
    put_words(f, r, index, n);
    put_sums(f, r, index, n);
    if (!room) return;
    put_times(&of[TTS_FIRST_P50], &of[TTS_FIRST_P95], r->m, offsetof(tts_measure, first_ms), index, n, room);
    put_times(&of[TTS_FIRST_CPU_P50], &of[TTS_FIRST_CPU_P95], r->m, offsetof(tts_measure, first_cpu_ms), index, n, room);
    free(room);
}
