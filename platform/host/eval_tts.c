/* eval_tts: see eval_tts.h. */
#include "platform/host/eval_tts.h"
#include "platform/host/args.h"
#include "platform/host/eval_words.h"
#include "platform/host/pack.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const manifest_kind TEXTS = {.mark = "#columns", .plain = {"text"}, .need = {"text", "text"}, .row_need = {"text"}};

static int fail_memory(void) {
    return complain(EXIT_FAIL, "eval: out of memory");
}

static int read_gates(tts_task *t) {
    platform_error e;
    uint32_t line;
    if (!t->o->gates || gates_read_by(&t->gates, t->o->gates, tts_metric_find, &line, &e) == 0) return 0;
    return complain(line ? EXIT_USAGE : EXIT_FAIL, "eval: %s", e.text);
}

/* "one way | another" */
static int read_ways(const tts_task *t, tts_row *row, const manifest_row *r) {
    const char *spoken = manifest_cell(&t->list, r, "spoken");
    if (!spoken[0]) {
        row->way[0] = words_spelt(manifest_cell(&t->list, r, "text"));
        if (row->way[0]) tts_join_letters(row->way[0]);
        return 0;
    }
    for (int n = 0; *spoken; n++) {
        char one[1024];
        size_t len = strcspn(spoken, "|");
        if (n == TTS_WAYS) return complain(EXIT_FAIL, "eval: %s: line %u: more than %d ways to say it", t->o->list, r->line, TTS_WAYS);
        snprintf(one, sizeof one, "%.*s", (int)len, spoken);
        if (len >= sizeof one || !(row->way[n] = words_spelt(one)))
            return complain(EXIT_FAIL, "eval: %s: line %u: spoken: \"%s\": expected words", t->o->list, r->line, one);
        tts_join_letters(row->way[n]);
        spoken += len + (spoken[len] == '|');
    }
    return 0;
}

static int read_list(tts_task *t) {
    platform_error e;
    uint32_t plain = 0;
    if (manifest_read_kind(&t->list, t->o->list, &TEXTS, &e) != 0) return complain(EXIT_FAIL, "eval: %s", e.text);
    if (t->o->limit && t->list.count > t->o->limit) t->list.count = (uint32_t)t->o->limit;
    t->row = calloc(t->list.count, sizeof *t->row);
    if (!t->row) return fail_memory();
    for (uint32_t i = 0; i < t->list.count; i++) {
        int code = read_ways(t, &t->row[i], &t->list.row[i]);
        if (code) return code;
        plain += t->row[i].way[0] != NULL;
    }
    if (plain < t->list.count)
        complain(0, "eval: %u texts cannot be spelt out in words: they are spoken, but not held against what was heard", t->list.count - plain);
    return 0;
}

static int task_open(tts_task *t, const tts_options *o) {
    platform_error e;
    memset(t, 0, sizeof *t);
    t->o = o;
    int code = read_gates(t);
    if (!code && entities_open(&t->entities, NULL, &e) != 0) code = complain(EXIT_FAIL, "eval: %s", e.text);
    return code ? code : read_list(t);
}

static void task_close(tts_task *t) {
    for (uint32_t i = 0; t->row && i < t->list.count; i++) {
        for (int k = 0; k < TTS_WAYS; k++) free(t->row[i].way[k]);
    }
    free(t->row);
    entities_close(&t->entities);
    manifest_close(&t->list);
}

static int report_open(tts_report *r, const tts_task *t) {
    uint32_t n = t->list.count;
    memset(r, 0, sizeof *r);
    r->task = t;
    r->m = calloc(n, sizeof *r->m);
    r->made = calloc(n, sizeof *r->made);
    r->record = calloc(n, sizeof *r->record);
    return r->m && r->made && r->record ? 0 : fail_memory();
}

static void report_close(tts_report *r) {
    for (uint32_t i = 0; i < r->task->list.count; i++) {
        if (r->made) free(r->made[i].heard);
        if (r->record) free(r->record[i].heard);
    }
    free(r->m);
    free(r->made);
    free(r->record);
    free(r->of);
    slices_free(&r->slices);
}

static int report_build(tts_report *r) {
    if (slices_build(&r->slices, &r->task->list, NULL, 1, NULL) != 0) return fail_memory();
    r->of = calloc(r->slices.count, sizeof *r->of);
    if (!r->of) return fail_memory();
    for (uint32_t k = 0; k < r->slices.count; k++) tts_figures_of(&r->of[k], r, r->slices.at[k].index, r->slices.at[k].count);
    r->of[0].of[TTS_BYTES] = r->bytes; /* of the models, not of the rows: in the slice of everything */
    r->of[0].of[TTS_ARENA] = r->arena;
    return 0;
}

int tts_gate_value(const void *report, const gate *g, double *value) {
    const tts_report *r = report;
    const slice *s = slices_find(&r->slices, g->slice);
    if (!s) return -1;
    *value = r->of[s - r->slices.at].of[g->what];
    return 0;
}

static int report_out(const tts_report *r) {
    const tts_task *t = r->task;
    int to_stdout = t->o->json && strcmp(t->o->json, "-") == 0;
    FILE *people = to_stdout ? stderr : stdout;
    if (!to_stdout) tts_show(stdout, r);
    int code = t->o->json ? tts_write_json(r) : 0;
    if (!to_stdout && t->gates.count) fputc('\n', people);
    int judged = gates_judge(people, &t->gates, t->o->gates, 1, tts_gate_value, r);
    return code ? code : judged;
}

static int measure_all(const tts_options *o) {
    tts_task t;
    tts_report r;
    int code = task_open(&t, o);
    if (!code) {
        code = report_open(&r, &t);
        if (!code) code = tts_run(&r);
        if (!code) code = report_build(&r);
        if (!code) code = report_out(&r);
        report_close(&r);
    }
    task_close(&t);
    return code;
}

int command_eval_tts(int argc, char **argv) {
    tts_options o = {.style = STYLE_ARGS};
    const option_row rows[] = {
        {"--limit", OPTION_UINT, &o.limit, "N", "the first N rows"},
        {"--pack", OPTION_TEXT, &o.pack, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        STYLE_ROWS(o.style),
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table: ref, avx2, avx512vnni, ..."},
        {"--wavs", OPTION_TEXT, &o.wavs, "DIR", "keep the sounds there, a file a row: 001.wav ..."},
        {"--gates", OPTION_TEXT, &o.gates, "FILE", "thresholds: exit 1 when one is broken"},
        {"--json", OPTION_TEXT, &o.json, "FILE|-", "everything as one JSON object"},
        {"--details", OPTION_FLAG, &o.details, NULL, "every text: what was said and what was heard"},
        {0},
    };
    command_line line = {
        .command = "eval tts",
        .about =
            "Text to speech over a list: word errors of our own recogniser on it and on recordings, time to the first sound, speed, level, cost; "
            "by slice. LIST is tab-separated, a text a line; a line \"#columns text ...\" names more: spoken (the words that are said, \" | \" "
            "between several ways), file (a recording of it), and any to slice by.",
        .operands = "LIST",
        .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count != 1) return complain(EXIT_USAGE, "eval tts: expected one list");
    if ((code = style_args_open(&o.style, "eval tts")) >= 0) return code;
    o.list = line.rest[0];
    code = measure_all(&o);
    style_args_close(&o.style);
    return code;
}
