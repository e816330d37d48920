/* sotto eval: how well the models do, on lists of sounds with what is said in them, of requests with the calls they want, or of texts to be
 * spoken; with gates that refuse a model. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/eval.h"
#include "platform/host/eval_llm.h"
#include "platform/host/eval_tts.h"
#include "platform/host/pack.h"
#include <string.h>

static int eval_report_out(const eval_report *r) {
    const eval_options *o = r->task->o;
    int to_stdout = o->json && strcmp(o->json, "-") == 0;
    FILE *people = to_stdout ? stderr : stdout;
    if (!to_stdout) eval_show(stdout, r);
    int code = o->json ? eval_write_json(r) : 0;
    if (!to_stdout && r->task->gates.count) fputc('\n', people);
    int judged = eval_judge(people, r);
    return code ? code : judged;
}

static int eval_measure(const eval_task *t) {
    eval_report r = {.task = t, .models = t->o->against ? 2 : 1};
    int code = eval_run(t, t->o->model, &r.model[0]);
    if (!code && t->o->against) code = eval_run(t, t->o->against, &r.model[1]);
    if (!code) code = eval_report_build(&r);
    if (!code) code = eval_report_out(&r);
    eval_report_free(&r);
    return code;
}

static int eval_asr(int argc, char **argv) {
    eval_options o = {.jobs = 1, .accept = -1};
    const option_row rows[] = {
        {"--set", OPTION_TEXT, &o.set, "NAME,..", "rows of these sets"},
        {"--split", OPTION_TEXT, &o.split, "NAME,..", "rows of these splits"},
        {"--limit", OPTION_UINT, &o.limit, "N", "the first N rows of them"},
        {"--pack", OPTION_TEXT, &o.pack, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--model", OPTION_TEXT, &o.model, "FILE", "this recogniser instead of the pack's"},
        {"--against", OPTION_TEXT, &o.against, "FILE", "a second recogniser beside it, and the difference"},
        {"--beam", OPTION_UINT, &o.beam, "N", "width of the beam search"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table: ref, avx2, avx512vnni, ..."},
        {"--noise", OPTION_TEXT, &o.noise, "FILE|DIR", "mix in this noise, the same for a sound every time"},
        {"--babble", OPTION_FLAG, &o.babble, NULL, "mix in six other sounds of the list"},
        {"--snr", OPTION_TEXT, &o.snr, "DB,..", "levels of noise, \"clean\" for none (default clean,24,18,12,6)"},
        {"--grammar", OPTION_TEXT, &o.grammar, "FILE", "commands: slots are those of its intents"},
        {"--accept", OPTION_REAL, &o.accept, "P", "how sure a command must be, 0 to 1 (default 0.5)"},
        {"--bias", OPTION_TEXT, &o.bias, "FILE", "phrases that are likelier than others, a line each: words, then a weight (4)"},
        {"--entities", OPTION_TEXT, &o.entities, "FILE", "words that count as entities beside numbers and times"},
        {"--gates", OPTION_TEXT, &o.gates, "FILE", "thresholds: exit 1 when one is broken"},
        {"--json", OPTION_TEXT, &o.json, "FILE|-", "everything as one JSON object"},
        {"--details", OPTION_FLAG, &o.details, NULL, "every sound: what was said and what was heard"},
        {"--jobs", OPTION_UINT, &o.jobs, "N", "sounds at once (default 1: times are measured best so)"},
        {0},
    };
    command_line line = {
        .command = "eval asr",
        .about = "Speech to text against a list: error rates, slots, times; by slice. MANIFEST is tab-separated with a header line: file, "
                 "text, and any of set split speaker sex age accent slots ...",
        .operands = "MANIFEST",
        .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count != 1) return complain(EXIT_USAGE, "eval asr: expected one manifest");
    o.manifest = line.rest[0];
    eval_task t;
    if ((code = eval_task_open(&t, &o)) != 0) return code;
    code = eval_measure(&t);
    eval_task_close(&t);
    return code;
}

static int llm_report_out(const llm_report *r) {
    const llm_options *o = r->task->o;
    int to_stdout = o->json && strcmp(o->json, "-") == 0;
    FILE *people = to_stdout ? stderr : stdout;
    if (!to_stdout) llm_show(stdout, r);
    int code = o->json ? llm_write_json(r) : 0;
    if (!to_stdout && r->task->gates.count) fputc('\n', people);
    int judged = llm_judge(people, r);
    return code ? code : judged;
}

static int llm_measure_all(const llm_task *t) {
    llm_report r = {.task = t, .models = t->o->against ? 2 : 1};
    int code = llm_run(t, t->o->model, 1, &r.model[0]);
    if (!code && t->o->against) code = llm_run(t, t->o->against, 0, &r.model[1]);
    if (!code) code = llm_report_build(&r);
    if (!code) code = llm_report_out(&r);
    llm_report_free(&r);
    return code;
}

static int eval_llm(int argc, char **argv) {
    llm_options o = {.jobs = 1};
    const option_row rows[] = {
        {"--limit", OPTION_UINT, &o.limit, "N", "the first N rows of each list"},
        {"--asr", OPTION_FLAG, &o.asr, NULL, "the rows' sounds (column file) through the recogniser: the model gets what was heard"},
        {"--jobs", OPTION_UINT, &o.jobs, "N", "sounds at once (default 1)"},
        {"--bias", OPTION_TEXT, &o.bias, "FILE", "with --asr: phrases that are likelier than others, a line each: words, then a weight (4)"},
        {"--pack", OPTION_TEXT, &o.pack, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--model", OPTION_TEXT, &o.model, "FILE", "this language model instead of the pack's"},
        {"--against", OPTION_TEXT, &o.against, "FILE", "a second language model beside it, and the difference"},
        ADAPTER_ROW(o.adapters),
        TOOLS_ROWS(o.tools),
        {"--window", OPTION_UINT, &o.window, "N", "rows of the KV window"},
        {"--sinks", OPTION_UINT, &o.sinks, "N", "rows kept for ever"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table: ref, avx2, avx512vnni, ..."},
        {"--gates", OPTION_TEXT, &o.gates, "FILE", "thresholds: exit 1 when one is broken"},
        {"--json", OPTION_TEXT, &o.json, "FILE|-", "everything as one JSON object"},
        {"--errors", OPTION_FLAG, &o.errors, NULL, "the rows that went wrong: wanted, got, reply"},
        {"--details", OPTION_FLAG, &o.details, NULL, "every row"},
        {0},
    };
    command_line line = {
        .command = "eval llm",
        .about = "Calls and replies against lists: exact calls, slots, requests out of scope, faithfulness, length, speed; by slice. LIST is "
                 "tab-separated: user, call (\"-\": no tool, \" | \" between several that are right); a line \"#columns user call ...\" names more: "
                 "result dialogue file, and any to slice by.",
        .operands = "LIST ...",
        .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count < 1 || line.rest_count > LLM_LISTS) return complain(EXIT_USAGE, "eval llm: expected 1 to %d lists", LLM_LISTS);
    o.list = line.rest;
    o.lists = line.rest_count;
    llm_task t;
    if ((code = tools_args_open(&o.tools, "eval llm")) >= 0) return code;
    code = adapter_files_open(&o.adapters, "eval llm", 1);
    if (code >= 0) {
        tools_args_close(&o.tools);
        return code;
    }
    if ((code = llm_task_open(&t, &o)) == 0) {
        code = llm_measure_all(&t);
        llm_task_close(&t);
    }
    adapter_files_close(&o.adapters);
    tools_args_close(&o.tools);
    return code;
}

int command_eval(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "asr") == 0) return eval_asr(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "llm") == 0) return eval_llm(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "tts") == 0) return command_eval_tts(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("usage: sotto eval asr MANIFEST [options]\n       sotto eval llm LIST ... [options]\n       sotto eval tts LIST [options]\n"
               "Quality and speed of a model over lists, with gates. `sotto eval asr --help` and so on list the options.\n");
        return EXIT_OK;
    }
    return complain(EXIT_USAGE, "eval: %s: expected what to evaluate: asr, llm or tts", argc > 1 ? argv[1] : "nothing");
}
