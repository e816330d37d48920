/* eval_llm_list: see eval_llm.h. Every list is read whole; a manifest of all of them, with the union of their columns, is what slices are made of. */
#include "platform/host/args.h"
#include "platform/host/eval_llm.h"
#include <stdlib.h>
#include <string.h>

static const manifest_kind ROWS = {.mark = "#columns", .plain = {"user", "call"}, .need = {"user", "call"}, .row_need = {"user", "call"}};

static int fail_row(const llm_task *t, int list, uint32_t line, const char *why) {
    return complain(EXIT_FAIL, "eval: %s: line %u: %s", t->o->list[list], line, why);
}

/* The column of that name, added when it is new; -1: no room. */
static int column_of(manifest *all, const char *name) {
    int at = manifest_column(all, name);
    if (at >= 0) return at;
    if (all->columns == MANIFEST_COLUMNS) return -1;
    all->column[all->columns] = name;
    return (int)all->columns++;
}

static int check_row(const llm_task *t, int list, const manifest_row *r) {
    const manifest *m = &t->list[list];
    const char *call = manifest_cell(m, r, "call");
    if (calls_check(call) != 0)
        return fail_row(t, list, r->line, "the call cannot be read: expected \"tool key=value ...\" or \"-\", \" | \" between several");
    if (t->o->asr && !manifest_cell(m, r, "file")[0]) return fail_row(t, list, r->line, "names no file: --asr hears a sound for every row");
    return 0;
}

/* Cells of one row in the columns of all lists. */
static int spread_row(llm_task *t, int list, const manifest_row *r, manifest_row *to) {
    const manifest *m = &t->list[list];
    for (uint32_t i = 0; i < m->columns; i++) {
        int at = column_of(&t->all, m->column[i]);
        if (at < 0) return complain(EXIT_FAIL, "eval: %s: more than %d columns in all lists", t->o->list[list], MANIFEST_COLUMNS);
        to->cell[at] = r->cell[i];
    }
    to->line = r->line;
    return 0;
}

static const char *short_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the lists do not say themselves: the tool by the call, the list's name when there are several. */
static void add_columns(llm_task *t, uint32_t at, int list) {
    const llm_row *r = &t->row[at];
    int tool = manifest_column(&t->list[list], "tool") < 0 ? column_of(&t->all, "tool") : -1;
    int name = t->o->lists > 1 ? column_of(&t->all, "list") : -1;
    if (tool >= 0) {
        calls_tool(r->accepted, t->tool[at], sizeof t->tool[at]);
        if (t->tool[at][0] == '-') strcpy(t->tool[at], "none");
        t->all.row[at].cell[tool] = t->tool[at];
    }
    if (name >= 0) t->all.row[at].cell[name] = short_name(t->o->list[list]);
}

static int add_row(llm_task *t, int list, const manifest_row *r, const char **dialogue) {
    const manifest *m = &t->list[list];
    uint32_t at = t->all.count;
    int code = check_row(t, list, r);
    if (!code) code = spread_row(t, list, r, &t->all.row[at]);
    if (code) return code;
    const char *turns_of = manifest_cell(m, r, "dialogue");
    t->row[at] = (llm_row){.user = manifest_cell(m, r, "user"),
                           .accepted = manifest_cell(m, r, "call"),
                           .result = manifest_cell(m, r, "result"),
                           .follows = turns_of[0] && strcmp(turns_of, *dialogue) == 0,
                           .list = (uint32_t)list,
                           .line = r->line};
    *dialogue = turns_of;
    t->all.count++;
    add_columns(t, at, list);
    return 0;
}

/* Cells that a row's list has no column for. */
static void fill_cells(manifest *all) {
    for (uint32_t i = 0; i < all->count; i++) {
        for (uint32_t c = 0; c < all->columns; c++) {
            if (!all->row[i].cell[c]) all->row[i].cell[c] = "";
        }
    }
}

static int read_lists(llm_task *t) {
    platform_error e;
    uint32_t rows = 0;
    for (int i = 0; i < t->o->lists; i++) {
        if (manifest_read_kind(&t->list[i], t->o->list[i], &ROWS, &e) != 0) return complain(EXIT_FAIL, "eval: %s", e.text);
        if (t->o->limit && t->list[i].count > t->o->limit) t->list[i].count = (uint32_t)t->o->limit;
        rows += t->list[i].count;
    }
    t->all.row = calloc(rows, sizeof *t->all.row);
    t->row = calloc(rows, sizeof *t->row);
    t->tool = calloc(rows, sizeof *t->tool);
    return t->all.row && t->row && t->tool ? 0 : complain(EXIT_FAIL, "eval: out of memory");
}

static int read_gates(llm_task *t) {
    platform_error e;
    uint32_t line;
    if (!t->o->gates || gates_read_by(&t->gates, t->o->gates, llm_metric_find, &line, &e) == 0) return 0;
    return complain(line ? EXIT_USAGE : EXIT_FAIL, "eval: %s", e.text);
}

int llm_task_open(llm_task *t, llm_options *o) {
    memset(t, 0, sizeof *t);
    t->o = o;
    int code = read_gates(t);
    if (!code) code = read_lists(t);
    for (int i = 0; i < o->lists && !code; i++) {
        const char *dialogue = "";
        for (uint32_t k = 0; k < t->list[i].count && !code; k++) code = add_row(t, i, &t->list[i].row[k], &dialogue);
    }
    fill_cells(&t->all);
    if (!code && o->asr) code = llm_hear(t);
    if (code) llm_task_close(t);
    return code;
}

void llm_task_close(llm_task *t) {
    for (uint32_t i = 0; t->heard && i < t->all.count; i++) free(t->heard[i]);
    free(t->heard);
    free(t->all.row);
    free(t->row);
    free(t->tool);
    for (int i = 0; i < t->o->lists; i++) manifest_close(&t->list[i]);
}
