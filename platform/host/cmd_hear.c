/* sotto hear: speech to text, from files or stdin; partials as they come, words with times in --json. */
#include "platform/host/args.h"
#include "platform/host/bias_file.h"
#include "platform/host/commands.h"
#include "platform/host/grammar_file.h"
#include "platform/host/loop.h"
#include "platform/host/show.h"

typedef struct hear_options {
    unsigned long long beam, endpoint_ms, short_ms, long_ms;
    const char *kernels, *grammar, *bias;
    double accept;
    int whole;
    grammar_file *commands;
} hear_options;

static void hear_change(void *user, sotto_config *c) {
    const hear_options *o = user;
    grammar_file_use(o->commands, o->grammar, c);
    if (o->accept >= 0) c->grammar_accept = (float)o->accept;
    if (o->beam) c->beam = (uint32_t)o->beam;
    if (o->kernels) c->kernels = o->kernels;
    loop_waits(c, (uint32_t)o->short_ms, (uint32_t)o->endpoint_ms, (uint32_t)o->long_ms);
    if (o->whole) loop_one_utterance(c);
}

int command_hear(int argc, char **argv) {
    const char *folder = NULL;
    int json = 0, finals = 0;
    grammar_file commands = {0};
    hear_options o = {.accept = -1, .commands = &commands};
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--beam", OPTION_UINT, &o.beam, "N", "hypotheses of the search, 1 to 512"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table: ref, avx2, avx512vnni, ..."},
        {"--endpoint", OPTION_UINT, &o.endpoint_ms, "MS", "silence that ends a turn"},
        {"--endpoint-short", OPTION_UINT, &o.short_ms, "MS", "... when the text so far is complete"},
        {"--endpoint-long", OPTION_UINT, &o.long_ms, "MS", "... when the text so far wants more"},
        {"--grammar", OPTION_TEXT, &o.grammar, "FILE", "sentences to hear as commands: prints intents with their slots"},
        {"--bias", OPTION_TEXT, &o.bias, "FILE", "phrases that are likelier than others, a line each: words, then a weight (4)"},
        {"--accept", OPTION_REAL, &o.accept, "P", "how sure a command must be, 0 to 1 (default 0.5)"},
        {"--utterance", OPTION_FLAG, &o.whole, NULL, "each file is one utterance: only 1.5 s of silence ends it"},
        {"--final", OPTION_FLAG, &finals, NULL, "only final transcripts"},
        {"--json", OPTION_FLAG, &json, NULL, "JSON Lines, with word times and confidences"},
        {0},
    };
    command_line line = {
        .command = "hear", .about = "Speech to text. FILE is anything libsndfile reads; - is stdin.", .operands = "FILE ...", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count == 0) return complain(EXIT_USAGE, "hear: expected a sound file (or - for stdin)");
    loop l;
    unsigned parts = o.bias ? PACK_HEAR | PACK_SAY : o.grammar ? PACK_HEAR | 1 << PACK_G2P : PACK_HEAR; /* new words are spelt by g2p */
    if ((code = loop_open(&l, folder, parts, hear_change, &o)) != 0) {
        grammar_file_close(&commands);
        return code;
    }
    l.show = (loop_output){.to = stdout, .json = json, .quiet = finals};
    for (int i = 0; i < line.rest_count && code == 0; i++) {
        if (json) {
            printf("{\"file\":");
            show_json_text(stdout, line.rest[i]);
            printf(",\"time_ms\":%.3f}\n", (double)loop_now(&l) / 1e6); /* when its first sample comes */
        } else if (line.rest_count > 1) {
            printf("== %s\n", line.rest[i]);
        }
        code = bias_file_apply(l.voice, o.bias);
        if (code == EXIT_OK) code = loop_file(&l, line.rest[i]);
        fflush(stdout);
        sotto_reset(l.voice);
    }
    loop_close(&l);
    grammar_file_close(&commands);
    return code;
}
