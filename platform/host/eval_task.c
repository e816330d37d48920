/* eval_task: see eval.h: the manifest's rows with their references spelt as the recogniser spells, the conditions, the noise. */
#include "platform/host/args.h"
#include "platform/host/eval.h"
#include "platform/host/eval_words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int add_condition(eval_task *t, const char *name, size_t len) {
    condition c = {0};
    char text[16], *end;
    if (len == 0 || len >= sizeof text - 3 || t->conditions == CONDITIONS_MOST) return -1;
    memcpy(text, name, len);
    text[len] = 0;
    c.clean = strcmp(text, "clean") == 0;
    if (!c.clean) c.snr = strtod(text, &end);
    if (!c.clean && (*end || !(fabs(c.snr) <= 100))) return -1;
    snprintf(c.name, sizeof c.name, "%s%.12s", c.clean ? "" : "snr", text);
    t->condition[t->conditions++] = c;
    return 0;
}

/* "clean,24,18,12,6" */
static int read_conditions(eval_task *t) {
    const char *at = t->o->snr ? t->o->snr : t->o->noise || t->o->babble ? "clean,24,18,12,6" : "clean";
    if (t->o->snr && !t->o->noise && !t->o->babble) return complain(EXIT_USAGE, "eval: --snr goes with --noise or --babble");
    if (t->o->noise && t->o->babble) return complain(EXIT_USAGE, "eval: --noise and --babble: expected one of them");
    for (;; at++) {
        size_t len = strcspn(at, ",");
        if (add_condition(t, at, len) != 0)
            return complain(EXIT_USAGE, "eval: --snr %s: expected up to %d levels in dB or \"clean\", with commas between", t->o->snr,
                            CONDITIONS_MOST);
        at += len;
        if (!*at) return 0;
    }
}

/* A text that is a JSON object is the expected slots; else words, with slots perhaps in a column of their own. */
static int read_reference(reference *r, const manifest *m, const manifest_row *row) {
    platform_error e;
    const char *text = manifest_cell(m, row, "text"), *slots = manifest_cell(m, row, "slots");
    int json = text[0] == '{';
    memset(r, 0, sizeof *r);
    if (!json) r->said = words_spelt(text);
    if (json) slots = text;
    r->slotted = slots[0] != 0;
    if (r->slotted && slots_parse(&r->want, slots, &e) != 0)
        return complain(EXIT_FAIL, "%s: line %u: %s", manifest_cell(m, row, "file"), row->line, e.text);
    return 0;
}

static int read_references(eval_task *t) {
    manifest *m = &t->list;
    uint32_t kept = 0;
    t->ref = calloc(m->count, sizeof *t->ref);
    if (!t->ref) return complain(EXIT_FAIL, "eval: out of memory");
    for (uint32_t i = 0; i < m->count && (!t->o->limit || kept < t->o->limit); i++) {
        reference *r = &t->ref[kept];
        int code = read_reference(r, m, &m->row[i]);
        if (code) return code;
        if (r->slotted && slot_values_add(&t->values, &r->want) != 0) return complain(EXIT_FAIL, "eval: out of memory");
        if (r->said || r->slotted)
            m->row[kept++] = m->row[i];
        else
            t->skipped++;
    }
    m->count = kept;
    slot_values_sort(&t->values);
    if (kept == 0) return complain(EXIT_FAIL, "eval: %s: no row has a text that can be spelt out in words", t->o->manifest);
    if (t->skipped) complain(0, "eval: %u rows are left out: no text, or one that cannot be spelt out in words", t->skipped);
    return 0;
}

static int read_manifest(eval_task *t) {
    platform_error e;
    int code = manifest_read(&t->list, t->o->manifest, &e);
    if (code == 0 && t->o->set) code = manifest_keep(&t->list, "set", t->o->set, &e);
    if (code == 0 && t->o->split) code = manifest_keep(&t->list, "split", t->o->split, &e);
    return code == 0 ? read_references(t) : complain(EXIT_FAIL, "eval: %s", e.text);
}

static int read_gates(eval_task *t) {
    platform_error e;
    uint32_t line;
    if (!t->o->gates || gates_read(&t->gates, t->o->gates, &line, &e) == 0) return 0;
    return complain(line ? EXIT_USAGE : EXIT_FAIL, "eval: %s", e.text);
}

int eval_task_open(eval_task *t, const eval_options *o) {
    platform_error e;
    memset(t, 0, sizeof *t);
    t->o = o;
    int code = read_conditions(t);
    if (!code) code = read_gates(t);
    if (!code && entities_open(&t->entities, o->entities, &e) != 0) code = complain(EXIT_FAIL, "eval: %s", e.text);
    if (!code && o->noise && noise_open(&t->noise, o->noise, &e) != 0) code = complain(EXIT_FAIL, "eval: %s", e.text);
    if (!code) code = read_manifest(t);
    if (code) eval_task_close(t);
    return code;
}

void eval_task_close(eval_task *t) {
    for (uint32_t i = 0; t->ref && i < t->list.count; i++) free(t->ref[i].said);
    free(t->ref);
    slot_values_free(&t->values);
    entities_close(&t->entities);
    noise_close(&t->noise);
    manifest_close(&t->list);
}
