/* sotto bench: a question many times over; p50/p95/p99 of every stage against its budget. Exit 3 when a p95 is over. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/loop.h"
#include "platform/host/remote_args.h"
#include "platform/host/show.h"

#define BENCH_QUESTION "tests/golden/questions/demo.wav"

typedef struct bench_options {
    const char *kernels;
    remote_args far;
} bench_options;

static void bench_change(void *user, sotto_config *c) {
    const bench_options *o = user;
    if (o->kernels) c->kernels = o->kernels;
    remote_args_use(&o->far, c);
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
        printf("{\"kernels\":\"%s\",\"turns\":%llu,", sotto_kernels(l->voice), (unsigned long long)s.turns);
        show_percentiles_json(stdout, &s, l->config.budget_ns);
        printf(",");
        show_rates_json(stdout, &s);
        printf("}\n");
    } else {
        printf("%s, %llu turns, kernels %s\n", question, (unsigned long long)s.turns, sotto_kernels(l->voice));
        show_percentiles(stdout, &s, l->config.budget_ns);
        show_rates(stdout, &s);
    }
    return bench_over(&s, l->config.budget_ns) ? complain(EXIT_OVER, "bench: a stage's p95 is over its budget") : EXIT_OK;
}

int command_bench(int argc, char **argv) {
    const char *folder = NULL, *question = BENCH_QUESTION;
    bench_options o = {.far = REMOTE_ARGS};
    unsigned long long turns = 30;
    int json = 0;
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--in", OPTION_TEXT, &question, "FILE", "the question (default: the demo's)"},
        {"--turns", OPTION_UINT, &turns, "N", "how often it is asked (default 30)"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        REMOTE_ROWS(o.far),
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {0},
    };
    command_line line = {
        .command = "bench", .about = "Times every stage of the loop over many turns and holds p95 against the budgets.", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (turns == 0) return complain(EXIT_USAGE, "bench: --turns 0: expected one or more");
    if ((code = remote_args_open(&o.far, "bench")) >= 0) return code;
    loop l;
    if ((code = loop_open(&l, folder, remote_args_want(&o.far, folder, PACK_ALL), bench_change, &o)) != 0) {
        remote_args_close(&o.far);
        return code;
    }
    remote_args_start(&o.far, &l);
    for (unsigned long long i = 0; i < turns && code == 0; i++) code = loop_file(&l, question);
    if (code == 0) code = bench_show(&l, question, json);
    loop_close(&l);
    remote_args_close(&o.far);
    return code;
}
