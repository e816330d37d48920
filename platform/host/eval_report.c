/* eval_report: figures of every slice for every model, and the difference of two; what gates say to them. */
#include "platform/host/args.h"
#include "platform/host/eval.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Figures that belong to the model, not to the sounds, stand in the slice of everything. */
static void add_model_figures(figures *f, const eval_model *m) {
    f->of[METRIC_MACS] = m->macs;
    f->of[METRIC_MODEL_BYTES] = m->bytes;
    f->of[METRIC_ARENA_BYTES] = m->arena;
}

int eval_report_build(eval_report *r) {
    const eval_task *t = r->task;
    int bad = slices_build(&r->slices, &t->list, t->condition, t->conditions, r->model[0].measures) != 0;
    r->low = calloc(r->slices.count, sizeof *r->low);
    r->high = calloc(r->slices.count, sizeof *r->high);
    bad |= !r->low || !r->high;
    for (uint32_t i = 0; i < r->models && !bad; i++) {
        r->of[i] = calloc(r->slices.count, sizeof *r->of[i]);
        bad = !r->of[i];
        for (uint32_t k = 0; k < r->slices.count && !bad; k++)
            figures_of(&r->of[i][k], r->model[i].measures, r->slices.at[k].index, r->slices.at[k].count);
        if (!bad) add_model_figures(&r->of[i][0], &r->model[i]);
    }
    for (uint32_t k = 0; k < r->slices.count && r->models == 2 && !bad; k++) {
        const slice *s = &r->slices.at[k];
        figures_difference(&r->low[k], &r->high[k], r->model[0].measures, r->model[1].measures, s->index, s->count);
    }
    return bad ? complain(EXIT_FAIL, "eval: out of memory") : 0;
}

void eval_report_free(eval_report *r) {
    for (int i = 0; i < 2; i++) {
        free(r->of[i]);
        eval_model_free(r->task, &r->model[i]);
    }
    free(r->low);
    free(r->high);
    slices_free(&r->slices);
}

int eval_gate_value(const eval_report *r, const gate *g, double *value) {
    const slice *s = slices_find(&r->slices, g->slice);
    if (!s) return -1;
    size_t at = (size_t)(s - r->slices.at);
    *value = r->of[0][at].of[g->what];
    if (g->delta) *value = r->models == 2 ? *value - r->of[1][at].of[g->what] : (double)NAN;
    return 0;
}

static int value_of(const void *user, const gate *g, double *value) {
    return eval_gate_value(user, g, value);
}

int eval_judge(FILE *to, const eval_report *r) {
    return gates_judge(to, &r->task->gates, r->task->o->gates, r->models, value_of, r);
}
