/* eval_slices: subsets of what was measured, each with a name that tables, JSON and gates share.
 *
 *     all                       everything
 *     clean snr24 ... noisy     a condition; every noisy one together (when there are several)
 *     NAME                      a value of the manifest's column `set`
 *     COLUMN-VALUE              of any other column, spaces as "_": sex-f, accent-scotland; ages in bands: age-18-30; a column with over
 *                               SLICE_VALUES values is left out
 *     len-2-4                   seconds of sound
 */
#ifndef SOTTO_HOST_EVAL_SLICES_H
#define SOTTO_HOST_EVAL_SLICES_H
#include "platform/host/eval_figures.h"
#include "platform/host/eval_manifest.h"

enum { SLICE_NAME = 64, SLICE_VALUES = 40, SLICES_MOST = 512, CONDITIONS_MOST = 12 };

typedef struct condition {
    char name[16]; /* "clean", "snr12" */
    int clean;
    double snr; /* dB */
} condition;

typedef struct slice {
    char name[SLICE_NAME];
    uint32_t *index; /* [count] measures */
    uint32_t count;
} slice;

typedef struct slice_table {
    slice *at; /* [count] */
    uint32_t count;
} slice_table;

/* Measure c * rows + r is of row r under condition c. Without measures (NULL) there are no slices by condition and length. 0, or -1 when out of memory. */
int slices_build(slice_table *t, const manifest *m, const condition *c, uint32_t conditions, const measure *measures);
void slices_free(slice_table *t);
const slice *slices_find(const slice_table *t, const char *name); /* NULL: none */

#endif
