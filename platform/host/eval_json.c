/* eval_json: everything that was measured as one JSON object:
 *
 *     {"manifest", "sounds", "skipped", "conditions": [..],
 *      "models": [{"file", "version", "bytes", "arena_bytes", "kernels", "macs", "slices": {NAME: {METRIC: number or null}}, "utterances": [..]}],
 *      "difference": {NAME: {"wer", "low", "high"}}, "gates": [{"gate", "limit", "value", "pass"}]}
 *
 * `utterances` with --details only: file, condition, said, heard and the counts of each sound.
 */
#include "platform/host/eval_json.h"
#include "platform/host/args.h"
#include "platform/host/eval.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_number(cJSON *to, const char *name, double value) {
    if (isnan(value))
        cJSON_AddNullToObject(to, name);
    else
        cJSON_AddNumberToObject(to, name, value);
}

static void add_slices(cJSON *to, const eval_report *r, uint32_t model) {
    cJSON *all = cJSON_AddObjectToObject(to, "slices");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        cJSON *one = cJSON_AddObjectToObject(all, r->slices.at[k].name);
        for (int i = 0; i < METRICS; i++) json_number(one, METRIC_TABLE[i].name, r->of[model][k].of[i]);
    }
}

static cJSON *utterance(const eval_report *r, const measure *m, uint32_t i) {
    const eval_task *t = r->task;
    const reference *ref = &t->ref[i % t->list.count];
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "file", manifest_cell(&t->list, &t->list.row[i % t->list.count], "file"));
    cJSON_AddStringToObject(one, "condition", t->condition[i / t->list.count].name);
    cJSON_AddStringToObject(one, "said", ref->said ? ref->said : manifest_cell(&t->list, &t->list.row[i % t->list.count], "text"));
    cJSON_AddStringToObject(one, "heard", m->heard);
    json_number(one, "seconds", m->seconds);
    json_number(one, "wall_s", m->wall);
    json_number(one, "cpu_s", m->cpu);
    json_number(one, "busy_s", m->busy);
    json_number(one, "lag_ms", m->lag_ms);
    json_number(one, "tail_ms", m->tail_ms < 0 ? (double)NAN : m->tail_ms);
    json_number(one, "unstable", m->unstable);
    if (m->scored) {
        json_number(one, "words", m->text.words);
        json_number(one, "word_errors", m->text.word_errors);
        json_number(one, "chars", m->text.chars);
        json_number(one, "char_errors", m->text.char_errors);
        json_number(one, "entities", m->text.entities);
        json_number(one, "entity_errors", m->text.entity_errors);
    }
    if (m->slotted) {
        cJSON_AddStringToObject(one, "slots", m->slots ? m->slots : "");
        cJSON_AddBoolToObject(one, "accepted", (int)m->accepted);
    }
    return one;
}

cJSON *json_model(cJSON *to, const char *file, const char *version, double bytes, double arena, const char *kernels) {
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(to, one);
    cJSON_AddStringToObject(one, "file", file);
    cJSON_AddStringToObject(one, "version", version);
    json_number(one, "bytes", bytes);
    json_number(one, "arena_bytes", arena);
    cJSON_AddStringToObject(one, "kernels", kernels);
    return one;
}

static void add_model(cJSON *to, const eval_report *r, uint32_t i) {
    const eval_model *m = &r->model[i];
    cJSON *one = json_model(to, m->file, m->version, m->bytes, m->arena, m->kernels);
    json_number(one, "macs", m->macs);
    add_slices(one, r, i);
    if (!r->task->o->details) return;
    cJSON *all = cJSON_AddArrayToObject(one, "utterances");
    for (uint32_t k = 0; k < r->task->conditions * r->task->list.count; k++) cJSON_AddItemToArray(all, utterance(r, &m->measures[k], k));
}

static void add_difference(cJSON *to, const eval_report *r) {
    cJSON *all = cJSON_AddObjectToObject(to, "difference");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        cJSON *one = cJSON_AddObjectToObject(all, r->slices.at[k].name);
        json_number(one, "wer", r->of[0][k].of[METRIC_WER] - r->of[1][k].of[METRIC_WER]);
        json_number(one, "low", r->low[k]);
        json_number(one, "high", r->high[k]);
    }
}

static int value_of(const void *report, const gate *g, double *value) {
    return eval_gate_value(report, g, value);
}

void json_gates(cJSON *to, const gate_list *g, gate_value value, const void *user) {
    cJSON *all = cJSON_AddArrayToObject(to, "gates");
    for (uint32_t i = 0; i < g->count; i++) {
        const gate *x = &g->at[i];
        double number;
        if (value(user, x, &number) != 0) continue;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(all, one);
        cJSON_AddStringToObject(one, "gate", x->name);
        cJSON_AddStringToObject(one, "op", x->op);
        json_number(one, "limit", x->limit);
        json_number(one, "value", number);
        cJSON_AddBoolToObject(one, "pass", gate_holds(x, number));
    }
}

static cJSON *everything(const eval_report *r) {
    const eval_task *t = r->task;
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "manifest", t->o->manifest);
    json_number(all, "sounds", t->list.count);
    json_number(all, "skipped", t->skipped);
    cJSON *conditions = cJSON_AddArrayToObject(all, "conditions");
    for (uint32_t i = 0; i < t->conditions; i++) cJSON_AddItemToArray(conditions, cJSON_CreateString(t->condition[i].name));
    cJSON *models = cJSON_AddArrayToObject(all, "models");
    for (uint32_t i = 0; i < r->models; i++) add_model(models, r, i);
    if (r->models == 2) add_difference(all, r);
    if (t->gates.count) json_gates(all, &t->gates, value_of, r);
    return all;
}

static int write_text(const char *path, const char *text) {
    int standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdout : fopen(path, "w");
    if (!f) return complain(EXIT_FAIL, "eval: %s: cannot be written: %s", path, strerror(errno));
    int bad = fputs(text, f) < 0 || fputc('\n', f) < 0 || fflush(f) != 0;
    if (!standard) bad |= fclose(f) != 0;
    return bad ? complain(EXIT_FAIL, "eval: %s: cannot be written: %s", path, strerror(errno)) : 0;
}

int json_write(cJSON *all, const char *path) {
    char *text = cJSON_PrintUnformatted(all);
    int code = text ? write_text(path, text) : complain(EXIT_FAIL, "eval: out of memory");
    cJSON_free(text);
    cJSON_Delete(all);
    return code;
}

int eval_write_json(const eval_report *r) {
    return json_write(everything(r), r->task->o->json);
}
