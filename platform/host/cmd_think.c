/* sotto think: text to text, with tools. A line is a turn; the conversation goes on from line to line. */
#include "platform/host/adapter_file.h"
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/early_args.h"
#include "platform/host/lines.h"
#include "platform/host/loop.h"
#include "platform/host/remote_args.h"
#include "platform/host/show.h"
#include "platform/host/tools_args.h"
#include <string.h>

typedef struct think_options {
    double temperature, top_p, min_p, repeat;
    unsigned long long top_k, seed, window, sinks, max;
    const char *kernels, *kv;
    remote_args far;
    early_args early;
    adapter_files adapters;
    tools_args own;
} think_options;

typedef struct think_task {
    loop *l;
    think_options *o;
    int raw;
} think_task;

static void think_change(void *user, sotto_config *c) {
    think_options *o = user;
    remote_args_use(&o->far, c);
    early_args_use(&o->early, c);
    adapter_files_use(&o->adapters, c);
    tools_args_use(&o->own, c);
    c->temperature = (float)o->temperature;
    if (o->top_p != 0) c->top_p = (float)o->top_p;
    if (o->min_p != 0) c->min_p = (float)o->min_p;
    if (o->repeat != 0) c->repeat_penalty = (float)o->repeat;
    if (o->top_k) c->top_k = (uint32_t)o->top_k;
    if (o->seed) c->seed = o->seed;
    if (o->window) c->llm_window = (uint32_t)o->window;
    if (o->sinks) c->llm_sinks = (uint32_t)o->sinks;
    if (o->max) c->max_reply = (uint32_t)o->max;
    if (o->kernels) c->kernels = o->kernels;
    if (o->kv) c->llm_kv = strcmp(o->kv, "f32") == 0 ? SOTTO_KV_F32 : strcmp(o->kv, "f16") == 0 ? SOTTO_KV_F16 : SOTTO_KV_I8;
}

static int think_open(loop *l, const char *folder, const char *model, think_options *o) {
    unsigned want = model ? PACK_THINK : remote_args_want(&o->far, folder, PACK_THINK);
    int code = loop_open_with(l, folder, want, PACK_LLM, model, think_change, o);
    if (code != 0) return code;
    tools_args_start(&o->own, l);
    remote_args_start(&o->far, l);
    return code;
}

static int think_text(void *user, const char *text) {
    think_task *t = user;
    int code = adapter_files_turn(&t->o->adapters, t->l->voice);
    if (code == 0) code = t->raw ? loop_complete(t->l, text) : loop_ask(t->l, text);
    if (code == 0) tools_args_turn(&t->o->own, t->l);
    fflush(stdout);
    return code;
}

/* What does not go together: -1, or the exit code after a line that says so. */
static int think_conflict(const think_options *o, int raw, int json, int stages) {
    if (o->kv && strcmp(o->kv, "i8") && strcmp(o->kv, "f16") && strcmp(o->kv, "f32"))
        return complain(EXIT_USAGE, "think: --kv %s: expected i8, f16 or f32", o->kv);
    if (raw && o->far.url) return complain(EXIT_USAGE, "think: --raw is the local model's, --llm-url asks a server");
    if (o->own.calls && (raw || json || stages)) return complain(EXIT_USAGE, "think: --calls goes without --raw, --json and --stages");
    return -1;
}

static void think_close_files(think_options *o) {
    adapter_files_close(&o->adapters);
    tools_args_close(&o->own);
    remote_args_close(&o->far);
}

/* -1, or an exit code with nothing left open. */
static int think_open_files(think_options *o) {
    int code = remote_args_open(&o->far, "think");
    if (code < 0) code = tools_args_open(&o->own, "think");
    if (code < 0) code = adapter_files_open(&o->adapters, "think", OPTION_LIST_MAX);
    if (code >= 0) think_close_files(o);
    return code;
}

int command_think(int argc, char **argv) {
    const char *folder = NULL, *model = NULL;
    int json = 0, stages = 0, fresh = 0, raw = 0;
    think_options o = {.far = REMOTE_ARGS, .early = EARLY_ARGS};
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--model", OPTION_TEXT, &model, "FILE", "another language model: any GGUF of the llama family"},
        {"--raw", OPTION_FLAG, &raw, NULL, "plain completion of the text, no turns, no tools"},
        {"--max", OPTION_UINT, &o.max, "N", "tokens after which a reply is ended"},
        {"--temperature", OPTION_REAL, &o.temperature, "T", "sampling temperature (0: greedy)"},
        {"--top-k", OPTION_UINT, &o.top_k, "N", "keep the N likeliest tokens"},
        {"--top-p", OPTION_REAL, &o.top_p, "P", "keep the likeliest tokens that sum to P"},
        {"--min-p", OPTION_REAL, &o.min_p, "P", "drop tokens less likely than P times the likeliest"},
        {"--repeat-penalty", OPTION_REAL, &o.repeat, "R", "above 1: recent tokens are less likely"},
        {"--seed", OPTION_UINT, &o.seed, "N", "of the sampler"},
        {"--window", OPTION_UINT, &o.window, "N", "rows of the KV window"},
        {"--sinks", OPTION_UINT, &o.sinks, "N", "rows kept for ever"},
        {"--kv", OPTION_TEXT, &o.kv, "KIND", "i8, f16 or f32 cache"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        ADAPTER_TURNS_ROW(o.adapters),
        TOOLS_ROWS(o.own),
        CALLS_ROW(o.own),
        EARLY_ROWS(o.early),
        REMOTE_ROWS(o.far),
        {"--fresh", OPTION_FLAG, &fresh, NULL, "each TEXT is a conversation of its own"},
        {"--stages", OPTION_FLAG, &stages, NULL, "stage table after every turn"},
        {"--json", OPTION_FLAG, &json, NULL, "JSON Lines"},
        {0},
    };
    command_line line = {.command = "think",
                         .about = "Text to text. Each TEXT is a turn of one conversation; without any, lines of stdin are.",
                         .operands = "[TEXT ...]",
                         .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if ((code = think_conflict(&o, raw, json, stages)) >= 0 || (code = think_open_files(&o)) >= 0) return code;
    loop l;
    if ((code = think_open(&l, folder, model, &o)) != 0) {
        think_close_files(&o);
        return code;
    }
    think_task task = {&l, &o, raw};
    l.show = (loop_output){.to = o.own.calls ? NULL : stdout, .json = json, .turns = json || stages};
    for (int i = 0; i < line.rest_count && code == 0; i++) {
        code = think_text(&task, line.rest[i]);
        if (fresh) sotto_reset(l.voice);
    }
    if (line.rest_count == 0) code = lines_each("think", "> ", think_text, &task);
    loop_close(&l);
    think_close_files(&o);
    return code;
}
