/* eval_gates: thresholds in a text file, one a line, so that a new model can be refused:
 *
 *     # comment
 *     wer.speechocean <= 0.25
 *     accepted.snr12 >= 0.9
 *     rtf <= 0.02
 *     delta.wer <= 0.001          against the other model: first minus second
 *
 * METRIC[.SLICE] OP NUMBER: a metric of eval_figures.h, a slice of eval_slices.h ("all" when left out), OP one of <= >= < > ==, rates as fractions.
 */
#ifndef SOTTO_HOST_EVAL_GATES_H
#define SOTTO_HOST_EVAL_GATES_H
#include "platform/host/eval_figures.h"

enum { GATES_MOST = 256, GATE_SLICE = 64 };

typedef struct gate {
    char name[96]; /* as written */
    metric what;
    int delta; /* the difference between two models */
    char slice[GATE_SLICE];
    char op[3];
    double limit;
    uint32_t line;
} gate;

typedef struct gate_list {
    gate at[GATES_MOST];
    uint32_t count;
} gate_list;

/* Reads a file. -1: it cannot be read (*line 0), or a line is bad (*line tells which). */
int gates_read(gate_list *g, const char *path, uint32_t *line, platform_error *e);
int gates_parse(gate_list *g, const char *text, const char *name, uint32_t *line, platform_error *e);
int gate_holds(const gate *g, double value); /* NAN never holds */

#endif
