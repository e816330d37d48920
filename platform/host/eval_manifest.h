/* eval_manifest: a tab-separated list of sound files with what is said in them. The first line names the columns; `file` and `text` must be there,
 * any other column (set, split, speaker, sex, age, accent, ...) is a way to slice the figures. Nothing is quoted; a row may leave its last cells out. */
#ifndef SOTTO_HOST_EVAL_MANIFEST_H
#define SOTTO_HOST_EVAL_MANIFEST_H
#include "platform/platform.h"

enum { MANIFEST_COLUMNS = 24, MANIFEST_PATH = 4096 };

typedef struct manifest_row {
    const char *cell[MANIFEST_COLUMNS]; /* "" where the row has none */
    uint32_t line;                      /* in the file, from 1 */
} manifest_row;

typedef struct manifest {
    char *bytes; /* the file, cut into cells */
    char folder[MANIFEST_PATH];
    const char *column[MANIFEST_COLUMNS];
    uint32_t columns;
    manifest_row *row; /* [count] */
    uint32_t count;
} manifest;

typedef struct manifest_kind {
    const char *mark;     /* how the line of column names begins, which may then be missing, and "#" begins a comment; NULL: it is the first line */
    const char *plain[4]; /* columns of a list without that line, NULL after the last */
    const char *need[2];  /* columns that must be there ... */
    const char *row_need[2]; /* ... and cells that may not be empty; NULL after the last */
} manifest_kind;

/* Reads a list of another kind than sounds with their texts; else as manifest_read. */
int manifest_read_kind(manifest *m, const char *path, const manifest_kind *k, platform_error *e);
/* Reads a whole manifest. -1: unreadable, no such columns, a row with too many cells; the line is named. */
int manifest_read(manifest *m, const char *path, platform_error *e);
void manifest_close(manifest *m);
int manifest_column(const manifest *m, const char *name);                              /* its number, or -1 */
const char *manifest_cell(const manifest *m, const manifest_row *r, const char *name); /* "" when there is none */
/* Keeps the rows whose `column` is one of the comma-separated `values`. -1 when there is no such column. */
int manifest_keep(manifest *m, const char *column, const char *values, platform_error *e);
/* A row's sound file: relative to the manifest's folder, or, where it is not there, to the folder above. -1: does not fit. */
int manifest_path(const manifest *m, const manifest_row *r, char *out, size_t cap);

#endif
