/* eval_slices: see eval_slices.h. */
#include "platform/host/eval_slices.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct builder {
    slice_table *t;
    uint32_t total; /* measures */
    int failed;
} builder;

static void add(builder *b, const char *name, uint32_t measure_at) {
    slice *s = NULL;
    for (uint32_t i = 0; i < b->t->count && !s; i++) {
        if (strcmp(b->t->at[i].name, name) == 0) s = &b->t->at[i];
    }
    if (!s) {
        if (b->t->count == SLICES_MOST) return;
        s = &b->t->at[b->t->count];
        s->index = malloc(b->total * sizeof *s->index);
        if (!s->index) {
            b->failed = 1;
            return;
        }
        snprintf(s->name, sizeof s->name, "%s", name);
        b->t->count++;
    }
    s->index[s->count++] = measure_at;
}

static const char *band(double x, const double *edge, const char *const *name, int n) {
    int i = 0;
    while (i < n && x >= edge[i]) i++;
    return name[i];
}

static const char *age_band(double age) {
    static const double edge[] = {13, 18, 31, 51};
    static const char *const name[] = {"0-12", "13-17", "18-30", "31-50", "51-"};
    return band(age, edge, name, 4);
}

static const char *length_band(double seconds) {
    static const double edge[] = {2, 4, 8, 16};
    static const char *const name[] = {"len-0-2", "len-2-4", "len-4-8", "len-8-16", "len-16-"};
    return band(seconds, edge, name, 4);
}

/* The name of a value's slice; "" when it has none. */
static void value_name(char *out, const char *column, const char *value) {
    char *end;
    double number = strtod(value, &end);
    out[0] = 0;
    if (!value[0]) return;
    if (strcmp(column, "set") == 0)
        snprintf(out, SLICE_NAME, "%s", value);
    else if (strcmp(column, "age") == 0 && end != value && !*end)
        snprintf(out, SLICE_NAME, "age-%s", age_band(number));
    else
        snprintf(out, SLICE_NAME, "%s-%s", column, strcmp(value, "-") == 0 ? "none" : value);
    for (char *s = out; *s; s++) {
        if (*s == ' ' || *s == '.') *s = '_'; /* a gate splits at both */
    }
}

static int too_many_values(const manifest *m, uint32_t column) {
    const char *seen[SLICE_VALUES];
    uint32_t n = 0;
    for (uint32_t r = 0; r < m->count; r++) {
        uint32_t i = 0;
        while (i < n && strcmp(seen[i], m->row[r].cell[column]) != 0) i++;
        if (i < n) continue;
        if (n == SLICE_VALUES) return 1;
        seen[n++] = m->row[r].cell[column];
    }
    return 0;
}

static int is_sliced(const manifest *m, uint32_t column) {
    static const char *const not [] = {"file", "text", "spoken", "slots", "user", "call", "result", "dialogue"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++) {
        if (strcmp(m->column[column], not [i]) == 0) return 0;
    }
    return strcmp(m->column[column], "age") == 0 || !too_many_values(m, column);
}

static void by_condition(builder *b, const condition *c, uint32_t conditions, uint32_t rows) {
    for (uint32_t i = 0; i < b->total; i++) add(b, c[i / rows].name, i);
    uint32_t noisy = 0;
    for (uint32_t i = 0; i < conditions; i++) noisy += !c[i].clean;
    for (uint32_t i = 0; i < b->total && noisy > 1; i++) {
        if (!c[i / rows].clean) add(b, "noisy", i);
    }
}

static void by_column(builder *b, const manifest *m, uint32_t column) {
    char name[SLICE_NAME];
    if (!is_sliced(m, column)) return;
    for (uint32_t i = 0; i < b->total; i++) {
        value_name(name, m->column[column], m->row[i % m->count].cell[column]);
        if (name[0]) add(b, name, i);
    }
}

static int by_slice_name(const void *a, const void *b) {
    return strcmp(((const slice *)a)->name, ((const slice *)b)->name);
}

int slices_build(slice_table *t, const manifest *m, const condition *c, uint32_t conditions, const measure *measures) {
    builder b = {.t = t, .total = conditions * m->count};
    t->count = 0;
    t->at = calloc(SLICES_MOST, sizeof *t->at);
    if (!t->at) return -1;
    for (uint32_t i = 0; i < b.total; i++) add(&b, "all", i);
    if (measures) by_condition(&b, c, conditions, m->count);
    uint32_t from = t->count;
    for (uint32_t i = 0; i < m->columns; i++) {
        by_column(&b, m, i);
        qsort(t->at + from, t->count - from, sizeof *t->at, by_slice_name);
        from = t->count;
    }
    for (uint32_t i = 0; measures && i < b.total; i++) add(&b, length_band(measures[i].seconds), i);
    qsort(t->at + from, t->count - from, sizeof *t->at, by_slice_name);
    return b.failed ? -1 : 0;
}

void slices_free(slice_table *t) {
    for (uint32_t i = 0; i < t->count; i++) free(t->at[i].index);
    free(t->at);
    memset(t, 0, sizeof *t);
}

const slice *slices_find(const slice_table *t, const char *name) {
    for (uint32_t i = 0; i < t->count; i++) {
        if (strcmp(t->at[i].name, name) == 0) return &t->at[i];
    }
    return NULL;
}
