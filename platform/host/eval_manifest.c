/* eval_manifest: see eval_manifest.h. The bytes are read once and cut in place; rows point into them. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/eval_manifest.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cuts a line at its tabs; the number of cells, most + 1 when there are more. */
static uint32_t cut_cells(char *line, const char **cell, uint32_t most) {
    uint32_t n = 0;
    for (char *at = line;; at++) {
        if (n == most) return most + 1;
        cell[n++] = at;
        at += strcspn(at, "\t");
        if (!*at) return n;
        *at = 0;
    }
}

/* The line at *at without its end, NULL past the last; moves on. */
static char *next_line(char **at) {
    char *line = *at;
    if (!*line) return NULL;
    size_t len = strcspn(line, "\n");
    *at = line + len + (line[len] == '\n');
    line[len] = 0;
    if (len && line[len - 1] == '\r') line[len - 1] = 0;
    return line;
}

static const manifest_kind SOUNDS = {.need = {"file", "text"}, .row_need = {"file"}};

static int check_header(const manifest *m, uint32_t line, const manifest_kind *k, const char *path, platform_error *e) {
    if (m->columns > MANIFEST_COLUMNS) return platform_fail(e, "%s: line %u: more than %d columns", path, line, MANIFEST_COLUMNS);
    if (manifest_column(m, k->need[0]) >= 0 && manifest_column(m, k->need[1]) >= 0) return 0;
    return platform_fail(e, "%s: line %u: expected tab-separated names of columns with \"%s\" and \"%s\" among them", path, line, k->need[0],
                         k->need[1]);
}

static int read_row(manifest *m, char *line, uint32_t number, const manifest_kind *k, const char *path, platform_error *e) {
    manifest_row r = {.line = number};
    uint32_t n = cut_cells(line, r.cell, m->columns);
    if (n > m->columns) return platform_fail(e, "%s: line %u: more cells than the %u columns", path, number, m->columns);
    for (; n < m->columns; n++) r.cell[n] = "";
    for (int i = 0; i < 2 && k->row_need[i]; i++) {
        if (!manifest_cell(m, &r, k->row_need[i])[0]) return platform_fail(e, "%s: line %u: names no %s", path, number, k->row_need[i]);
    }
    m->row[m->count++] = r;
    return 0;
}

/* The line of names, without its mark; returns 1 when this was one. */
static int take_header(manifest *m, char *line, uint32_t number, const manifest_kind *k) {
    size_t skip = k->mark ? strlen(k->mark) : 0;
    if (k->mark ? strncmp(line, k->mark, skip) != 0 || m->count > 0 : number > 1) return 0;
    m->columns = cut_cells(line + skip + strspn(line + skip, k->mark ? " \t" : ""), m->column, MANIFEST_COLUMNS);
    return 1;
}

static int read_line(manifest *m, char *line, uint32_t number, const manifest_kind *k, const char *path, platform_error *e) {
    if (take_header(m, line, number, k)) return check_header(m, number, k, path, e);
    if (!line[0] || (k->mark && line[0] == '#')) return 0;
    return read_row(m, line, number, k, path, e);
}

static int read_rows(manifest *m, const char *path, const manifest_kind *k, platform_error *e) {
    size_t lines = 1;
    for (const char *s = m->bytes; *s; s++) lines += *s == '\n';
    m->row = malloc(lines * sizeof *m->row);
    if (!m->row) return platform_fail(e, "%s: %zu lines: out of memory", path, lines);
    while (m->columns < 4 && k->plain[m->columns]) m->column[m->columns] = k->plain[m->columns], m->columns++;
    char *at = m->bytes;
    uint32_t number = 0;
    for (char *line; (line = next_line(&at)) != NULL;) {
        if (read_line(m, line, ++number, k, path, e) != 0) return -1;
    }
    if (!number && !k->mark) return check_header(m, 1, k, path, e);
    return m->count ? 0 : platform_fail(e, "%s: lists no %s", path, k->mark ? "row" : "sound file");
}

int manifest_read(manifest *m, const char *path, platform_error *e) {
    return manifest_read_kind(m, path, &SOUNDS, e);
}

int manifest_read_kind(manifest *m, const char *path, const manifest_kind *k, platform_error *e) {
    memset(m, 0, sizeof *m);
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) : 0;
    if (folder >= sizeof m->folder) return platform_fail(e, "manifest: a path of %zu bytes", strlen(path));
    memcpy(m->folder, slash ? path : ".", slash ? folder : 1);
    m->bytes = file_text(path, e);
    if (m->bytes && read_rows(m, path, k, e) == 0) return 0;
    manifest_close(m);
    return -1;
}

void manifest_close(manifest *m) {
    free(m->bytes);
    free(m->row);
    memset(m, 0, sizeof *m);
}

int manifest_column(const manifest *m, const char *name) {
    for (uint32_t i = 0; i < m->columns; i++) {
        if (strcmp(m->column[i], name) == 0) return (int)i;
    }
    return -1;
}

const char *manifest_cell(const manifest *m, const manifest_row *r, const char *name) {
    int i = manifest_column(m, name);
    return i < 0 ? "" : r->cell[i];
}

static int is_listed(const char *list, const char *value) {
    size_t n = strlen(value);
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");
        if (len == n && memcmp(at, value, n) == 0) return 1;
        at += len;
        if (!*at) return 0;
    }
}

int manifest_keep(manifest *m, const char *column, const char *values, platform_error *e) {
    int at = manifest_column(m, column);
    if (at < 0) return platform_fail(e, "manifest: has no column \"%s\"", column);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        if (is_listed(values, m->row[i].cell[at])) m->row[kept++] = m->row[i];
    }
    m->count = kept;
    return kept ? 0 : platform_fail(e, "manifest: no row has %s %s", column, values);
}

int manifest_path(const manifest *m, const manifest_row *r, char *out, size_t cap) {
    const char *file = manifest_cell(m, r, "file");
    char above[MANIFEST_PATH];
    int n = file[0] == '/' ? snprintf(out, cap, "%s", file) : snprintf(out, cap, "%s/%s", m->folder, file);
    if (n < 0 || (size_t)n >= cap) return -1;
    if (file[0] == '/' || access(out, F_OK) == 0) return 0;
    n = snprintf(above, sizeof above, "%s/../%s", m->folder, file);
    if (n > 0 && (size_t)n < sizeof above && (size_t)n < cap && access(above, F_OK) == 0) memcpy(out, above, (size_t)n + 1);
    return 0;
}
