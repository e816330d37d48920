/* eval_gates: thresholds in a text file, one a line, so that a new model can be refused:
 *
 *     # comment
 *     wer.speechocean <= 0.25
 *     accepted.snr12 >= 0.9
 *     rtf <= 0.02
 *     delta.wer <= 0.001          against the other model: first minus second
 *
 * METRIC[.SLICE] OP NUMBER: a metric of eval_figures.h (of eval_llm.h for the language model), a slice of eval_slices.h ("all" when left out), OP one of <= >= < > ==, rates as fractions.
 */
#ifndef SOTTO_HOST_EVAL_GATES_H
#define SOTTO_HOST_EVAL_GATES_H
#include "platform/host/eval_figures.h"
#include <stdio.h>

enum { GATES_MOST = 256, GATE_SLICE = 64 };

typedef struct gate {
    char name[96]; /* as written */
    int what;      /* row of the table of metrics that it was read by */
    int delta;     /* the difference between two models */
    char slice[GATE_SLICE];
    char op[3];
    double limit;
    uint32_t line;
} gate;

typedef struct gate_list {
    gate at[GATES_MOST];
    uint32_t count;
} gate_list;

typedef int (*metric_finder)(const char *name, size_t len); /* number of a metric, -1: no such */

/* Reads a file. -1: it cannot be read (*line 0), or a line is bad (*line tells which). */
int gates_read(gate_list *g, const char *path, uint32_t *line, platform_error *e);
/* As gates_read, for another table of metrics. */
int gates_read_by(gate_list *g, const char *path, metric_finder find, uint32_t *line, platform_error *e);
int gates_parse(gate_list *g, const char *text, const char *name, uint32_t *line, platform_error *e);
int gate_holds(const gate *g, double value); /* NAN never holds */

/* What a gate looks at; NAN when it was not measured. -1: no such slice. */
typedef int (*gate_value)(const void *user, const gate *g, double *value);
/* Prints every gate of the file `path`; EXIT_FAIL when one is broken, EXIT_USAGE when one names what was not measured. */
int gates_judge(FILE *to, const gate_list *g, const char *path, uint32_t models, gate_value value, const void *user);

#endif
