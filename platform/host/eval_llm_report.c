/* eval_llm_report: figures of every slice for every model, the difference of two, and what gates say to them. */
#include "platform/host/args.h"
#include "platform/host/eval_llm.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int figures_of_model(llm_report *r, uint32_t i) {
    const llm_model *m = &r->model[i];
    r->of[i] = calloc(r->slices.count, sizeof *r->of[i]);
    if (!r->of[i]) return -1;
    for (uint32_t k = 0; k < r->slices.count; k++) llm_figures_of(&r->of[i][k], r->task, m->measures, r->slices.at[k].index, r->slices.at[k].count);
    r->of[i][0].of[LLM_BYTES] = m->bytes; /* of the model, not of the rows: in the slice of everything */
    r->of[i][0].of[LLM_ARENA] = m->arena;
    return 0;
}

int llm_report_build(llm_report *r) {
    int bad = slices_build(&r->slices, &r->task->all, NULL, 1, NULL) != 0;
    r->low = calloc(r->slices.count, sizeof *r->low);
    r->high = calloc(r->slices.count, sizeof *r->high);
    bad |= !r->low || !r->high;
    for (uint32_t i = 0; i < r->models && !bad; i++) bad = figures_of_model(r, i) != 0;
    for (uint32_t k = 0; k < r->slices.count && r->models == 2 && !bad; k++) {
        const slice *s = &r->slices.at[k];
        llm_interval(&r->low[k], &r->high[k], r->model[0].measures, r->model[1].measures, s->index, s->count);
    }
    return bad ? complain(EXIT_FAIL, "eval: out of memory") : 0;
}

void llm_report_free(llm_report *r) {
    for (int i = 0; i < 2; i++) {
        free(r->of[i]);
        llm_model_free(r->task, &r->model[i]);
    }
    free(r->low);
    free(r->high);
    slices_free(&r->slices);
}

int llm_gate_value(const void *report, const gate *g, double *value) {
    const llm_report *r = report;
    const slice *s = slices_find(&r->slices, g->slice);
    if (!s) return -1;
    size_t at = (size_t)(s - r->slices.at);
    *value = r->of[0][at].of[g->what];
    if (g->delta) *value = r->models == 2 ? *value - r->of[1][at].of[g->what] : (double)NAN;
    return 0;
}

int llm_judge(FILE *to, const llm_report *r) {
    return gates_judge(to, &r->task->gates, r->task->o->gates, r->models, llm_gate_value, r);
}
