/* eval_table: figures as a table for people: a row a slice, columns that nothing was measured for are left out. */
#ifndef SOTTO_HOST_EVAL_TABLE_H
#define SOTTO_HOST_EVAL_TABLE_H
#include "platform/host/eval_slices.h"
#include <stdio.h>

enum { TABLE_NAME_WIDTH = 28 };

typedef struct column {
    const char *title;
    int what;     /* place of the figure */
    double scale; /* 100: as percent */
    int width, digits;
} column;

/* Figure `what` of slice k is of[k * stride + what], NAN: not measured. Slices that hold the same as the first are left out. */
void table_put(FILE *to, const slice_table *s, const double *of, size_t stride, const column *c, int columns);
void table_value(FILE *to, const column *c, double value); /* "-" for NAN */

#endif
