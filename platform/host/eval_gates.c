/* eval_gates: see eval_gates.h. */
#include "platform/host/eval_gates.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_metric(const char *name, size_t len) {
    metric m = metric_find(name, len);
    return m == METRICS ? -1 : (int)m;
}

/* METRIC[.SLICE], in front of it perhaps "delta.". */
static int parse_name(metric_finder find, gate *g, platform_error *e) {
    const char *at = g->name;
    g->delta = strncmp(at, "delta.", 6) == 0;
    if (g->delta) at += 6;
    size_t len = strcspn(at, ".");
    g->what = find(at, len);
    if (g->what < 0) return platform_fail(e, "unknown metric \"%.*s\"", (int)len, at);
    snprintf(g->slice, sizeof g->slice, "%s", at[len] ? at + len + 1 : "all");
    return g->slice[0] ? 0 : platform_fail(e, "%s: names no slice after the point", g->name);
}

static int parse_gate(metric_finder find, gate *g, const char *text, platform_error *e) {
    static const char *const ops[] = {"<=", ">=", "==", "<", ">"};
    char op[8], number[40], more[8];
    size_t i = 0;
    int n = sscanf(text, "%95s %7s %39s %7s", g->name, op, number, more);
    if (n != 3) return platform_fail(e, "expected METRIC[.SLICE] OP NUMBER");
    while (i < sizeof ops / sizeof ops[0] && strcmp(ops[i], op) != 0) i++;
    if (i == sizeof ops / sizeof ops[0]) return platform_fail(e, "\"%s\": expected <= >= < > or ==", op);
    memcpy(g->op, ops[i], strlen(ops[i]) + 1);
    char *end;
    g->limit = strtod(number, &end);
    if (*end || !isfinite(g->limit)) return platform_fail(e, "\"%s\": expected a number", number);
    return parse_name(find, g, e);
}

static int parse_line(gate_list *g, metric_finder find, const char *text, size_t len, uint32_t line, platform_error *e) {
    char copy[256];
    const char *comment = memchr(text, '#', len);
    if (comment) len = (size_t)(comment - text);
    if (len >= sizeof copy) return platform_fail(e, "is longer than %zu bytes", sizeof copy - 1);
    memcpy(copy, text, len);
    copy[len] = 0;
    if (strspn(copy, " \t\r") == len) return 0;
    if (g->count == GATES_MOST) return platform_fail(e, "more than %d gates", GATES_MOST);
    gate *x = &g->at[g->count];
    *x = (gate){.line = line};
    if (parse_gate(find, x, copy, e) != 0) return -1;
    g->count++;
    return 0;
}

static int parse_text(gate_list *g, metric_finder find, const char *text, const char *name, uint32_t *line, platform_error *e) {
    platform_error why;
    g->count = 0;
    for (*line = 1; *text; ++*line) {
        size_t len = strcspn(text, "\n");
        if (parse_line(g, find, text, len, *line, &why) != 0) return platform_fail(e, "%s: line %u: %s", name, *line, why.text);
        text += len + (text[len] == '\n');
    }
    return g->count ? 0 : platform_fail(e, "%s: line %u: names no gate", name, *line);
}

int gates_parse(gate_list *g, const char *text, const char *name, uint32_t *line, platform_error *e) {
    return parse_text(g, find_metric, text, name, line, e);
}

int gates_read_by(gate_list *g, const char *path, metric_finder find, uint32_t *line, platform_error *e) {
    *line = 0;
    char *text = file_text(path, e);
    int code = text ? parse_text(g, find, text, path, line, e) : -1;
    free(text);
    return code;
}

int gates_read(gate_list *g, const char *path, uint32_t *line, platform_error *e) {
    return gates_read_by(g, path, find_metric, line, e);
}

int gate_holds(const gate *g, double value) {
    if (isnan(value)) return 0;
    if (g->op[0] == '=') return value == g->limit;
    if (g->op[0] == '<') return g->op[1] ? value <= g->limit : value < g->limit;
    return g->op[1] ? value >= g->limit : value > g->limit;
}
