/* eval_llm_json: everything that was measured as one JSON object:
 *
 *     {"lists": [..], "rows", "asr",
 *      "models": [{"file", "version", "bytes", "arena_bytes", "kernels", "slices": {NAME: {METRIC: number or null}}, "turns": [..]}],
 *      "difference": {NAME: {"exact", "low", "high"}}, "gates": [{"gate", "op", "limit", "value", "pass"}]}
 *
 * `turns` with --details only: where the row stands, what was said and heard, wanted and got, the tool's answer, the reply.
 */
#include "platform/host/eval_json.h"
#include "platform/host/eval_llm.h"
#include <math.h>

static cJSON *turn(const llm_task *t, const llm_measure *m, uint32_t i) {
    const llm_row *r = &t->row[i];
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "list", t->o->list[r->list]);
    json_number(one, "line", r->line);
    cJSON_AddStringToObject(one, "user", manifest_cell(&t->all, &t->all.row[i], "user"));
    if (t->heard) cJSON_AddStringToObject(one, "heard", r->user);
    cJSON_AddStringToObject(one, "wanted", r->accepted);
    cJSON_AddStringToObject(one, "got", m->got);
    cJSON_AddStringToObject(one, "result", m->result);
    cJSON_AddStringToObject(one, "reply", m->reply);
    cJSON_AddBoolToObject(one, "exact", m->call.exact);
    cJSON_AddBoolToObject(one, "tool", m->call.tool);
    if (m->call.calls) cJSON_AddBoolToObject(one, "faithful", m->faithful);
    if (m->numbered) cJSON_AddBoolToObject(one, "faithful_reply", m->faithful_reply);
    json_number(one, "tokens", m->tokens);
    json_number(one, "first_ms", m->first_ms < 0 ? (double)NAN : m->first_ms);
    json_number(one, "speech_ms", m->speech_ms < 0 ? (double)NAN : m->speech_ms);
    return one;
}

static void add_model(cJSON *to, const llm_report *r, uint32_t i) {
    const llm_model *m = &r->model[i];
    cJSON *one = json_model(to, m->file, m->version, m->bytes, m->arena, m->kernels);
    cJSON *slices = cJSON_AddObjectToObject(one, "slices");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        cJSON *s = cJSON_AddObjectToObject(slices, r->slices.at[k].name);
        for (int f = 0; f < LLM_METRICS; f++) json_number(s, LLM_METRIC_TABLE[f].name, r->of[i][k].of[f]);
    }
    if (!r->task->o->details) return;
    cJSON *turns = cJSON_AddArrayToObject(one, "turns");
    for (uint32_t k = 0; k < r->task->all.count; k++) cJSON_AddItemToArray(turns, turn(r->task, &m->measures[k], k));
}

static void add_difference(cJSON *to, const llm_report *r) {
    cJSON *all = cJSON_AddObjectToObject(to, "difference");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        cJSON *one = cJSON_AddObjectToObject(all, r->slices.at[k].name);
        json_number(one, "exact", r->of[0][k].of[LLM_EXACT] - r->of[1][k].of[LLM_EXACT]);
        json_number(one, "low", r->low[k]);
        json_number(one, "high", r->high[k]);
    }
}

int llm_write_json(const llm_report *r) {
    const llm_task *t = r->task;
    cJSON *all = cJSON_CreateObject(), *lists = cJSON_AddArrayToObject(all, "lists");
    for (int i = 0; i < t->o->lists; i++) cJSON_AddItemToArray(lists, cJSON_CreateString(t->o->list[i]));
    json_number(all, "rows", t->all.count);
    cJSON_AddBoolToObject(all, "asr", t->o->asr);
    cJSON *models = cJSON_AddArrayToObject(all, "models");
    for (uint32_t i = 0; i < r->models; i++) add_model(models, r, i);
    if (r->models == 2) add_difference(all, r);
    if (t->gates.count) json_gates(all, &t->gates, llm_gate_value, r);
    return json_write(all, t->o->json);
}
