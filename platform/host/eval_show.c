/* eval_show: the figures as tables for people: what was measured, then a row a slice; columns that nothing was measured for are left out. */
#include "platform/host/eval.h"
#include "platform/host/eval_table.h"
#include <math.h>
#include <string.h>

static const column QUALITY[] = {
    {"sounds", METRIC_UTTERANCES, 1, 7, 0},
    {"words", METRIC_WORDS, 1, 7, 0},
    {"WER %", METRIC_WER, 100, 7, 2},
    {"low", METRIC_WER_LOW, 100, 6, 1},
    {"high", METRIC_WER_HIGH, 100, 6, 1},
    {"CER %", METRIC_CER, 100, 7, 2},
    {"perfect %", METRIC_PERFECT, 100, 10, 1},
    {"entity %", METRIC_ENTITY_ERROR, 100, 9, 2},
    {"accepted %", METRIC_ACCEPTED, 100, 11, 2},
    {"slot P %", METRIC_SLOT_PRECISION, 100, 9, 2},
    {"slot R %", METRIC_SLOT_RECALL, 100, 9, 2},
};
static const column SPEED[] = {
    {"sound s", METRIC_SECONDS, 1, 9, 1},      {"RTF", METRIC_RTF, 1, 8, 4},
    {"CPU RTF", METRIC_RTF_CPU, 1, 9, 4},      {"margin", METRIC_MARGIN, 1, 8, 1},
    {"work ms/s", METRIC_WORK_MS, 1, 10, 2},   {"lag p95", METRIC_LAG_P95, 1, 8, 2},
    {"max", METRIC_LAG_MAX, 1, 8, 2},          {"tail p50", METRIC_TAIL_P50, 1, 9, 2},
    {"p95", METRIC_TAIL_P95, 1, 8, 2},         {"max", METRIC_TAIL_MAX, 1, 8, 2},
    {"unstable/s", METRIC_UNSTABLE, 1, 11, 3},
};
enum { QUALITY_COLUMNS = sizeof QUALITY / sizeof QUALITY[0], SPEED_COLUMNS = sizeof SPEED / sizeof SPEED[0] };

static void put_table(FILE *to, const slice_table *s, const figures *f, const column *c, int columns) {
    table_put(to, s, f[0].of, sizeof f[0] / sizeof f[0].of[0], c, columns);
}

static void put_model(FILE *to, const eval_model *m) {
    fprintf(to, "\n%s version %s, %.0f bytes, block %.0f bytes, kernels %s", m->file, m->version[0] ? m->version : "?", m->bytes, m->arena,
            m->kernels);
    if (!isnan(m->macs)) fprintf(to, ", %.2f M multiply-accumulates a second of speech", m->macs);
    fputc('\n', to);
}

static void put_difference(FILE *to, const eval_report *r) {
    static const column wer = {"", METRIC_WER, 100, 9, 2}, accepted = {"", METRIC_ACCEPTED, 100, 12, 2};
    fprintf(to, "\nfirst against second\n%-*s%9s%9s%9s%8s%8s%12s%12s\n", TABLE_NAME_WIDTH, "slice", "WER %", "WER %", "less", "low", "high",
            "accepted %", "accepted %");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        if (k > 0 && r->slices.at[k].count == r->slices.at[0].count) continue;
        const double *a = r->of[0][k].of, *b = r->of[1][k].of;
        fprintf(to, "%-*s", TABLE_NAME_WIDTH, r->slices.at[k].name);
        table_value(to, &wer, a[METRIC_WER]);
        table_value(to, &wer, b[METRIC_WER]);
        table_value(to, &wer, a[METRIC_WER] - b[METRIC_WER]);
        if (isnan(a[METRIC_WER]))
            fprintf(to, "%8s%8s", "-", "-");
        else
            fprintf(to, "%8.2f%8.2f", 100 * r->low[k], 100 * r->high[k]);
        table_value(to, &accepted, a[METRIC_ACCEPTED]);
        table_value(to, &accepted, b[METRIC_ACCEPTED]);
        fputc('\n', to);
    }
}

/* Every sound that was not heard as it was said. */
static void put_details(FILE *to, const eval_report *r) {
    const eval_task *t = r->task;
    fputc('\n', to);
    for (uint32_t i = 0; i < t->conditions * t->list.count; i++) {
        const measure *m = &r->model[0].measures[i];
        const manifest_row *row = &t->list.row[i % t->list.count];
        const reference *ref = &t->ref[i % t->list.count];
        if (!(m->scored && m->text.word_errors) && !(m->slotted && !m->accepted)) continue;
        fprintf(to, "%s (%s)\n", manifest_cell(&t->list, row, "file"), t->condition[i / t->list.count].name);
        fprintf(to, "    said   %s\n    heard  %s\n", ref->said ? ref->said : manifest_cell(&t->list, row, "text"), m->heard);
        if (m->slotted) fprintf(to, "    slots  %s\n", m->slots ? m->slots : "");
    }
}

void eval_show(FILE *to, const eval_report *r) {
    const eval_task *t = r->task;
    fprintf(to, "%s: %u sounds", t->o->manifest, t->list.count);
    if (t->conditions > 1 || !t->condition[0].clean)
        fprintf(to, " x %u conditions; noise: %s", t->conditions, t->o->babble ? "babble of six other sounds of the list" : t->o->noise);
    fputc('\n', to);
    for (uint32_t i = 0; i < r->models; i++) {
        put_model(to, &r->model[i]);
        put_table(to, &r->slices, r->of[i], QUALITY, QUALITY_COLUMNS);
        fputc('\n', to);
        put_table(to, &r->slices, r->of[i], SPEED, SPEED_COLUMNS);
    }
    if (r->models == 2) put_difference(to, r);
    if (t->o->details) put_details(to, r);
}
