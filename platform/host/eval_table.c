/* eval_table: see eval_table.h. */
#include "platform/host/eval_table.h"
#include <math.h>

void table_value(FILE *to, const column *c, double value) {
    if (isnan(value))
        fprintf(to, "%*s", c->width, "-");
    else
        fprintf(to, "%*.*f", c->width, c->digits, value * c->scale);
}

/* Nothing was measured: no figure, or a count of nothing, in every slice. */
static int is_empty(const double *of, size_t stride, uint32_t n, const column *c) {
    uint32_t i = 0;
    for (; i < n; i++) {
        double value = of[i * stride + (size_t)c->what];
        if (!isnan(value) && !(c->digits == 0 && value == 0)) return 0;
    }
    return 1;
}

void table_put(FILE *to, const slice_table *s, const double *of, size_t stride, const column *c, int columns) {
    fprintf(to, "%-*s", TABLE_NAME_WIDTH, "slice");
    for (int i = 0; i < columns; i++) {
        if (!is_empty(of, stride, s->count, &c[i])) fprintf(to, "%*s", c[i].width, c[i].title);
    }
    fputc('\n', to);
    for (uint32_t k = 0; k < s->count; k++) {
        if (k > 0 && s->at[k].count == s->at[0].count) continue;
        fprintf(to, "%-*s", TABLE_NAME_WIDTH, s->at[k].name);
        for (int i = 0; i < columns; i++) {
            if (!is_empty(of, stride, s->count, &c[i])) table_value(to, &c[i], of[k * stride + (size_t)c[i].what]);
        }
        fputc('\n', to);
    }
}
