/* eval_tts_show: the figures of `sotto eval tts` as tables for people, and everything as one JSON object for programs:
 *
 *     {"list", "rows", "tts_version", "vocoder_version", "kernels", "slices": {NAME: {METRIC: number or null}}, "texts": [..],
 *      "gates": [{"gate", "op", "limit", "value", "pass"}]}
 *
 * `texts` with --details only: where the row stands, what was said and heard, its errors and times.
 */
#include "platform/host/eval_json.h"
#include "platform/host/eval_table.h"
#include "platform/host/eval_tts.h"
#include <math.h>

static const column HEARD[] = {
    {"texts", TTS_ROWS, 1, 7, 0},           {"words", TTS_WORDS, 1, 8, 0},          {"WER %", TTS_WER, 100, 8, 2},
    {"low", TTS_WER_LOW, 100, 7, 1},        {"high", TTS_WER_HIGH, 100, 7, 1},      {"CER %", TTS_CER, 100, 8, 2},
    {"perfect %", TTS_PERFECT, 100, 11, 1}, {"recorded", TTS_RECORDINGS, 1, 10, 0}, {"WER %", TTS_NATURAL_WER, 100, 8, 2},
    {"low", TTS_NATURAL_LOW, 100, 7, 1},    {"high", TTS_NATURAL_HIGH, 100, 7, 1},  {"ratio", TTS_RATIO, 1, 8, 2},
};
static const column SOUND[] = {
    {"seconds", TTS_SECONDS, 1, 9, 1}, {"words/min", TTS_WPM, 1, 11, 0},        {"phones/s", TTS_PHONES, 1, 10, 2},
    {"peak dB", TTS_PEAK, 1, 9, 2},    {"level", TTS_LEVEL, 1, 8, 2},           {"clipped %", TTS_CLIPPED, 100, 11, 4},
    {"RTF", TTS_RTF, 1, 9, 4},         {"CPU", TTS_RTF_CPU, 1, 9, 4},           {"first p50", TTS_FIRST_P50, 1, 11, 2},
    {"p95", TTS_FIRST_P95, 1, 8, 2},   {"CPU p50", TTS_FIRST_CPU_P50, 1, 9, 2}, {"p95", TTS_FIRST_CPU_P95, 1, 8, 2},
    {"MMAC/s", TTS_MACS, 1, 9, 2},
};
enum { HEARD_COLUMNS = sizeof HEARD / sizeof HEARD[0], SOUND_COLUMNS = sizeof SOUND / sizeof SOUND[0] };

static void put_rows(FILE *to, const tts_report *r) {
    const tts_task *t = r->task;
    fputc('\n', to);
    for (uint32_t i = 0; i < t->list.count; i++) {
        const tts_measure *m = &r->m[i];
        const measure *made = &r->made[i], *record = &r->record[i];
        fprintf(to, "%s:%u: %u of %u words wrong, %.2f s, first sound after %.2f ms\n    text      %s\n    heard     %s\n", t->o->list,
                t->list.row[i].line, made->text.word_errors, made->text.words, m->seconds, m->first_ms,
                manifest_cell(&t->list, &t->list.row[i], "text"), made->heard);
        if (record->heard) fprintf(to, "    recording %s\n", record->heard);
    }
}

void tts_show(FILE *to, const tts_report *r) {
    fprintf(to, "%s: %u texts; tts version %s, vocoder %s, %.0f bytes, block %.0f bytes, kernels %s\n", r->task->o->list, r->task->list.count,
            r->version[0], r->version[1], r->bytes, r->arena, r->kernels);
    table_put(to, &r->slices, r->of[0].of, TTS_METRICS, HEARD, HEARD_COLUMNS);
    fputc('\n', to);
    table_put(to, &r->slices, r->of[0].of, TTS_METRICS, SOUND, SOUND_COLUMNS);
    if (r->task->o->details) put_rows(to, r);
}

static cJSON *row_json(const tts_report *r, uint32_t i) {
    const manifest *l = &r->task->list;
    const tts_measure *m = &r->m[i];
    cJSON *one = cJSON_CreateObject();
    json_number(one, "line", l->row[i].line);
    cJSON_AddStringToObject(one, "text", manifest_cell(l, &l->row[i], "text"));
    cJSON_AddStringToObject(one, "heard", r->made[i].heard);
    json_number(one, "words", r->made[i].text.words);
    json_number(one, "errors", r->made[i].text.word_errors);
    if (r->record[i].heard) {
        cJSON_AddStringToObject(one, "recording", r->record[i].heard);
        json_number(one, "recording_errors", r->record[i].text.word_errors);
    }
    json_number(one, "seconds", m->seconds);
    json_number(one, "first_ms", m->first_ms < 0 ? (double)NAN : m->first_ms);
    json_number(one, "first_cpu_ms", m->first_cpu_ms < 0 ? (double)NAN : m->first_cpu_ms);
    json_number(one, "busy_ms", 1e3 * m->busy);
    return one;
}

int tts_write_json(const tts_report *r) {
    const tts_task *t = r->task;
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "list", t->o->list);
    json_number(all, "rows", t->list.count);
    cJSON_AddStringToObject(all, "tts_version", r->version[0]);
    cJSON_AddStringToObject(all, "vocoder_version", r->version[1]);
    cJSON_AddStringToObject(all, "kernels", r->kernels);
    cJSON *slices = cJSON_AddObjectToObject(all, "slices");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        cJSON *s = cJSON_AddObjectToObject(slices, r->slices.at[k].name);
        for (int f = 0; f < TTS_METRICS; f++) json_number(s, TTS_METRIC_TABLE[f].name, r->of[k].of[f]);
    }
    if (t->o->details) {
        cJSON *texts = cJSON_AddArrayToObject(all, "texts");
        for (uint32_t k = 0; k < t->list.count; k++) cJSON_AddItemToArray(texts, row_json(r, k));
    }
    if (t->gates.count) json_gates(all, &t->gates, tts_gate_value, r);
    return json_write(all, t->o->json);
}
