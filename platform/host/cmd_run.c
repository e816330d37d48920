/* sotto run: the whole loop, on a file with a virtual clock or live on the machine's devices. */
#include "platform/host/adapter_file.h"
#include "platform/host/args.h"
#include "platform/host/bias_file.h"
#include "platform/host/commands.h"
#include "platform/host/early_args.h"
#include "platform/host/grammar_file.h"
#include "platform/host/live.h"
#include "platform/host/loop.h"
#include "platform/host/remote_args.h"
#include "platform/host/show.h"
#include "platform/host/style_args.h"
#include "platform/host/tools_args.h"

typedef struct run_options {
    const char *in, *out, *trace, *input, *output, *kernels, *grammar, *bias;
    unsigned long long endpoint_ms, short_ms, long_ms, budget_ms;
    int barge_in, words;
    grammar_file *commands;
    remote_args far;
    early_args early;
    adapter_files adapters;
    tools_args own;
    style_args style;
} run_options;

static void run_change(void *user, sotto_config *c) {
    run_options *o = user;
    grammar_file_use(o->commands, o->grammar, c);
    remote_args_use(&o->far, c);
    early_args_use(&o->early, c);
    adapter_files_use(&o->adapters, c);
    tools_args_use(&o->own, c);
    style_args_use(&o->style, c);
    loop_waits(c, (uint32_t)o->short_ms, (uint32_t)o->endpoint_ms, (uint32_t)o->long_ms);
    if (o->budget_ms) c->budget_ns[SOTTO_FIRST_AUDIO] = o->budget_ms * 1000000u;
    if (o->kernels) c->kernels = o->kernels;
    c->barge_in = (uint32_t)o->barge_in;
    c->captions = (uint32_t)o->words;
}

static int run_file(loop *l, const run_options *o) {
    wav_writer out;
    platform_error e;
    if (o->out) {
        if (wav_create(&out, o->out, SOTTO_RATE, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
        l->out = &out;
    }
    int code = loop_file(l, o->in);
    if (!o->out) return code;
    uint64_t samples = out.samples;
    if (wav_finish(&out, &e) != 0 && !l->failed) return complain(EXIT_FAIL, "%s", e.text);
    if (code == 0 && l->show.to && !l->show.json) printf("wrote %s: %.2f s\n", o->out, (double)samples / SOTTO_RATE);
    return code;
}

static int run_all(loop *l, const run_options *o) {
    platform_error e;
    if (o->trace && trace_open(&l->trace, o->trace, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
    int code = o->in ? run_file(l, o) : live_talk(l, o->input, o->output);
    if (o->trace && trace_close(&l->trace, &e) != 0) code = complain(EXIT_FAIL, "%s", e.text);
    if (code == 0 && o->in && l->turns == 0) complain(0, "%s: no speech was found", o->in);
    if (code == 0 && l->over) code = EXIT_OVER;
    return code;
}

static void run_close(run_options *o) {
    tools_args_close(&o->own);
    remote_args_close(&o->far);
    adapter_files_close(&o->adapters);
    grammar_file_close(o->commands);
    style_args_close(&o->style);
}

/* Reads the files that the options name: -1 to go on, else the exit code. */
static int run_open(run_options *o) {
    int code = adapter_files_open(&o->adapters, "run", 1);
    if (code < 0) code = style_args_open(&o->style, "run");
    if (code < 0) code = remote_args_open(&o->far, "run");
    if (code < 0) code = tools_args_open(&o->own, "run");
    if (code >= 0) run_close(o);
    return code;
}

int command_run(int argc, char **argv) {
    const char *folder = NULL;
    int json = 0, gate = 0;
    grammar_file commands = {0};
    run_options o = {.commands = &commands, .far = REMOTE_ARGS, .early = EARLY_ARGS, .style = STYLE_ARGS};
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--in", OPTION_TEXT, &o.in, "FILE", "a sound file in place of the microphone (-: stdin)"},
        {"--out", OPTION_TEXT, &o.out, "FILE", "with --in: WAV for the reply (-: stdout)"},
        {"--input", OPTION_TEXT, &o.input, "NAME", "microphone: an index or a part of its name (sotto devices)"},
        {"--output", OPTION_TEXT, &o.output, "NAME", "loudspeaker, likewise"},
        {"--grammar", OPTION_TEXT, &o.grammar, "FILE", "sentences to answer at once, without the language model"},
        {"--bias", OPTION_TEXT, &o.bias, "FILE", "phrases that are likelier than others, a line each: words, then a weight (4)"},
        {"--barge-in", OPTION_FLAG, &o.barge_in, NULL, "speech interrupts a reply (use a headset: there is no echo canceller)"},
        {"--endpoint", OPTION_UINT, &o.endpoint_ms, "MS", "silence that ends a turn"},
        {"--endpoint-short", OPTION_UINT, &o.short_ms, "MS", "... when the text so far is complete"},
        {"--endpoint-long", OPTION_UINT, &o.long_ms, "MS", "... when the text so far wants more"},
        {"--budget", OPTION_UINT, &o.budget_ms, "MS", "first-audio budget with the endpoint wait"},
        {"--gate", OPTION_FLAG, &gate, NULL, "exit 3 when a turn was over a budget"},
        {"--trace", OPTION_TEXT, &o.trace, "FILE", "Chrome/Perfetto trace"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        STYLE_ROWS(o.style),
        ADAPTER_ROW(o.adapters),
        TOOLS_ROWS(o.own),
        EARLY_ROWS(o.early),
        REMOTE_ROWS(o.far),
        {"--words", OPTION_FLAG, &o.words, NULL, "events for the reply's words, with their times (s)"},
        {"--json", OPTION_FLAG, &json, NULL, "events and turns as JSON Lines"},
        {0},
    };
    command_line line = {.command = "run", .about = "The whole voice loop: listen, think, speak.", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (o.out && !o.in) return complain(EXIT_USAGE, "run: --out goes with --in (live replies go to the loudspeaker)");
    if ((code = run_open(&o)) >= 0) return code;
    loop l;
    if ((code = loop_open(&l, folder, remote_args_want(&o.far, folder, PACK_ALL), run_change, &o)) != 0) {
        run_close(&o);
        return code;
    }
    tools_args_start(&o.own, &l);
    remote_args_start(&o.far, &l);
    l.show = (loop_output){.to = o.out && o.out[0] == '-' && !o.out[1] ? stderr : stdout, .json = json, .turns = 1};
    code = bias_file_apply(l.voice, o.bias);
    if (code == EXIT_OK) code = run_all(&l, &o);
    if (code == EXIT_OVER && !gate) code = EXIT_OK;
    loop_close(&l);
    run_close(&o);
    return code;
}
