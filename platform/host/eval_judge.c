/* eval_judge: what gates say to what was measured (eval_gates.h). */
#include "platform/host/args.h"
#include "platform/host/eval_gates.h"
#include <math.h>

static int judge_gate(FILE *to, const gate *g, const char *path, uint32_t models, gate_value value, const void *user) {
    double x;
    if (value(user, g, &x) != 0) return complain(EXIT_USAGE, "eval: %s: line %u: no slice \"%s\" was measured", path, g->line, g->slice);
    if (g->delta && models < 2) return complain(EXIT_USAGE, "eval: %s: line %u: %s: expected two models (--against)", path, g->line, g->name);
    if (isnan(x)) return complain(EXIT_USAGE, "eval: %s: line %u: %s was not measured here", path, g->line, g->name);
    int holds = gate_holds(g, x);
    fprintf(to, "%s  %s %s %.10g: %.6g\n", holds ? "pass" : "FAIL", g->name, g->op, g->limit, x);
    return holds ? 0 : EXIT_FAIL;
}

int gates_judge(FILE *to, const gate_list *g, const char *path, uint32_t models, gate_value value, const void *user) {
    uint32_t broken = 0;
    int unusable = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        int code = judge_gate(to, &g->at[i], path, models, value, user);
        broken += code == EXIT_FAIL;
        unusable |= code == EXIT_USAGE;
    }
    if (g->count && !unusable) fprintf(to, "%u of %u gates hold\n", g->count - broken, g->count);
    return unusable ? EXIT_USAGE : broken ? EXIT_FAIL : EXIT_OK;
}
