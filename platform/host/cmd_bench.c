/* sotto bench: a question many times over; p50/p95/p99 of every stage against its budget. Exit 3 when a p95 is over. */
#include "platform/host/adapter_file.h"
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/early_args.h"
#include "platform/host/loop.h"
#include "platform/host/remote_args.h"
#include "platform/host/show.h"

#define BENCH_TTFT_NS 5000000u /* turn over -> first token, with the model listening ahead */
#define BENCH_QUESTION "tests/golden/questions/demo.wav"

typedef struct bench_options {
    const char *kernels;
    remote_args far;
    early_args early;
    adapter_files adapters;
    unsigned long long prompts;
} bench_options;

static void bench_change(void *user, sotto_config *c) {
    bench_options *o = user;
    adapter_files_use(&o->adapters, c);
    if (o->kernels) c->kernels = o->kernels;
    remote_args_use(&o->far, c);
    early_args_use(&o->early, c);
    c->prompt_ms = o->prompts > UINT32_MAX ? UINT32_MAX : (uint32_t)o->prompts;
    if (c->speculate) c->budget_ns[SOTTO_LLM_TTFT] = BENCH_TTFT_NS;
}

static int bench_over(const sotto_statistics *s, const uint64_t *budget_ns) {
    for (int i = 0; i < SOTTO_SPANS; i++) {
        if (budget_ns[i] && s->all[i].p95 > budget_ns[i]) return 1;
    }
    return 0;
}

static int bench_show(loop *l, const char *question, int json) {
    sotto_statistics s;
    sotto_stats(l->voice, &s);
    if (s.turns == 0) return complain(EXIT_FAIL, "bench: %s: no turn was heard (expected a spoken question)", question);
    if (json) {
        printf("{\"kernels\":\"%s\",\"turns\":%llu,\"llm\":", sotto_kernels(l->voice), (unsigned long long)s.turns);
        show_json_text(stdout, s.llm_version);
        printf(",");
        show_percentiles_json(stdout, &s, l->config.budget_ns);
        printf(",");
        show_rates_json(stdout, &s);
        printf("}\n");
    } else {
        printf("%s, %llu turns, kernels %s, llm %s\n", question, (unsigned long long)s.turns, sotto_kernels(l->voice), s.llm_version);
        show_percentiles(stdout, &s, l->config.budget_ns);
        show_rates(stdout, &s);
    }
    return bench_over(&s, l->config.budget_ns) ? complain(EXIT_OVER, "bench: a stage's p95 is over its budget") : EXIT_OK;
}

int command_bench(int argc, char **argv) {
    const char *folder = NULL, *question = BENCH_QUESTION;
    bench_options o = {.far = REMOTE_ARGS, .early = EARLY_ARGS};
    unsigned long long turns = 30;
    int json = 0;
    o.early.replies = 0;
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--in", OPTION_TEXT, &question, "FILE", "the question (default: the demo's); FILE operands in its place are asked in turn"},
        {"--turns", OPTION_UINT, &turns, "N", "how often each is asked (default 30)"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        ADAPTER_ROW(o.adapters),
        EARLY_ROWS(o.early),
        REMOTE_ROWS(o.far),
        {"--prompts", OPTION_UINT, &o.prompts, "MS", "sound of short replies that is kept (default 0: each is spoken anew)"},
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {0},
    };
    command_line line = {
        .command = "bench",
        .about = "Times every stage of the loop over many turns and holds p95 against the budgets. Answers are not kept unless --replies asks.",
        .operands = "[FILE ...]",
        .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (turns == 0) return complain(EXIT_USAGE, "bench: --turns 0: expected one or more");
    if ((code = adapter_files_open(&o.adapters, "bench", 1)) >= 0) return code;
    if ((code = remote_args_open(&o.far, "bench")) >= 0) {
        adapter_files_close(&o.adapters);
        return code;
    }
    loop l;
    if ((code = loop_open(&l, folder, remote_args_want(&o.far, folder, PACK_ALL), bench_change, &o)) != 0) {
        remote_args_close(&o.far);
        adapter_files_close(&o.adapters);
        return code;
    }
    remote_args_start(&o.far, &l);
    for (unsigned long long i = 0; i < turns && code == 0; i++) {
        if (line.rest_count == 0) code = loop_file(&l, question);
        for (int j = 0; j < line.rest_count && code == 0; j++) code = loop_file(&l, line.rest[j]);
    }
    if (line.rest_count > 1) question = "all questions";
    if (line.rest_count == 1) question = line.rest[0];
    if (code == 0) code = bench_show(&l, question, json);
    loop_close(&l);
    remote_args_close(&o.far);
    adapter_files_close(&o.adapters);
    return code;
}
