/* eval_llm_show: the figures of `sotto eval llm` as tables for people, and the rows that went wrong. */
#include "platform/host/eval_llm.h"
#include "platform/host/eval_table.h"
#include <math.h>
#include <string.h>

static const column QUALITY[] = {
    {"rows", LLM_ROWS, 1, 7, 0},
    {"exact %", LLM_EXACT, 100, 9, 2},
    {"low", LLM_EXACT_LOW, 100, 7, 1},
    {"high", LLM_EXACT_HIGH, 100, 7, 1},
    {"calls %", LLM_EXACT_CALLS, 100, 9, 2},
    {"tool %", LLM_TOOL, 100, 9, 2},
    {"reach %", LLM_REACH, 100, 9, 2},
    {"slot P %", LLM_SLOT_PRECISION, 100, 9, 2},
    {"slot R %", LLM_SLOT_RECALL, 100, 9, 2},
    {"F1 %", LLM_SLOT_F1, 100, 8, 2},
    {"none %", LLM_REJECTION, 100, 8, 2},
    {"lost %", LLM_FALSE_REJECTION, 100, 8, 2},
    {"refused %", LLM_MALFORMED, 100, 10, 2},
    {"changed %", LLM_CHANGED, 100, 10, 2},
    {"WER %", LLM_HEARD_WER, 100, 7, 2},
    {"heard %", LLM_HEARD_PERFECT, 100, 9, 2},
};
static const column TALK[] = {
    {"faith call %", LLM_FAITHFUL_CALLS, 100, 13, 2},
    {"reply %", LLM_FAITHFUL_REPLIES, 100, 9, 2},
    {"words", LLM_REPLY_WORDS, 1, 7, 2},
    {"p95", LLM_REPLY_WORDS_P95, 1, 5, 0},
    {"tokens", LLM_TOKENS, 1, 8, 2},
    {"decode/s", LLM_DECODE, 1, 10, 0},
    {"prefill/s", LLM_PREFILL, 1, 10, 0},
    {"first p50", LLM_FIRST_P50, 1, 10, 2},
    {"p95", LLM_FIRST_P95, 1, 8, 2},
    {"speech p50", LLM_SPEECH_P50, 1, 11, 2},
    {"p95", LLM_SPEECH_P95, 1, 8, 2},
};
enum { QUALITY_COLUMNS = sizeof QUALITY / sizeof QUALITY[0], TALK_COLUMNS = sizeof TALK / sizeof TALK[0] };

static void put_tables(FILE *to, const llm_report *r, uint32_t i) {
    const llm_model *m = &r->model[i];
    const double *of = r->of[i][0].of;
    fprintf(to, "\n%s version %s, %.0f bytes, block %.0f bytes, kernels %s\n", m->file, m->version[0] ? m->version : "?", m->bytes, m->arena,
            m->kernels);
    table_put(to, &r->slices, of, LLM_METRICS, QUALITY, QUALITY_COLUMNS);
    fputc('\n', to);
    table_put(to, &r->slices, of, LLM_METRICS, TALK, TALK_COLUMNS);
}

static void put_difference(FILE *to, const llm_report *r) {
    static const column exact = {"", LLM_EXACT, 100, 9, 2}, f1 = {"", LLM_SLOT_F1, 100, 9, 2};
    fprintf(to, "\nfirst against second\n%-*s%9s%9s%9s%8s%8s%9s%9s\n", TABLE_NAME_WIDTH, "slice", "exact %", "exact %", "more", "low", "high", "F1 %",
            "F1 %");
    for (uint32_t k = 0; k < r->slices.count; k++) {
        const double *a = r->of[0][k].of, *b = r->of[1][k].of;
        if (k > 0 && r->slices.at[k].count == r->slices.at[0].count) continue;
        fprintf(to, "%-*s", TABLE_NAME_WIDTH, r->slices.at[k].name);
        table_value(to, &exact, a[LLM_EXACT]);
        table_value(to, &exact, b[LLM_EXACT]);
        table_value(to, &exact, a[LLM_EXACT] - b[LLM_EXACT]);
        fprintf(to, "%8.2f%8.2f", 100 * r->low[k], 100 * r->high[k]);
        table_value(to, &f1, a[LLM_SLOT_F1]);
        table_value(to, &f1, b[LLM_SLOT_F1]);
        fputc('\n', to);
    }
}

/* Every row (or with --errors those that went wrong), with what was wrong about it. */
static void put_rows(FILE *to, const llm_report *r, int only_wrong) {
    const llm_task *t = r->task;
    fputc('\n', to);
    for (uint32_t i = 0; i < t->all.count; i++) {
        const llm_measure *m = &r->model[0].measures[i];
        const llm_row *row = &t->row[i];
        int invented = m->call.calls && !m->faithful, numbers = m->numbered && !m->faithful_reply;
        if (only_wrong && m->call.exact && !invented && !numbers) continue;
        fprintf(to, "%s:%u: %s%s%s%s\n", t->o->list[row->list], row->line,
                m->call.exact  ? "right"
                : m->call.tool ? "wrong slots"
                               : "wrong tool",
                m->malformed ? ", refused" : "", invented ? ", a value that nobody said" : "", numbers ? ", a number that nobody said" : "");
        if (t->heard) fprintf(to, "    said    %s\n", manifest_cell(&t->list[row->list], &t->all.row[i], "user"));
        fprintf(to, "    %s    %s\n    wanted  %s\n    got     %s\n    reply   %s\n", t->heard ? "heard" : "user ", row->user, row->accepted, m->got,
                m->reply);
    }
}

void llm_show(FILE *to, const llm_report *r) {
    const llm_task *t = r->task;
    for (int i = 0; i < t->o->lists; i++) fprintf(to, "%s%s: %u rows", i ? "; " : "", t->o->list[i], t->list[i].count);
    fprintf(to, "%s\n", t->o->asr ? ", as they were heard" : "");
    for (uint32_t i = 0; i < r->models; i++) put_tables(to, r, i);
    if (r->models == 2) put_difference(to, r);
    if (t->o->errors || t->o->details) put_rows(to, r, !t->o->details);
}
