/* sotto grammar: checks a command grammar and tells its size, prints sentences of it, or imports Home Assistant's templates. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/grammar_file.h"
#include "platform/host/import_home.h"
#include "platform/host/pack.h"
#include <string.h>

static int import_all(const command_line *line) {
    import_home x = {0};
    int code = 0;
    for (int i = 0; i < line->rest_count && code == 0; i++) code = import_add(&x, line->rest[i]);
    if (code == 0) {
        import_write(&x, stdout);
        import_report(&x, stderr);
    }
    import_free(&x);
    return code ? EXIT_FAIL : EXIT_OK;
}

/* Bytes that a runtime takes more for hearing by this grammar. */
static size_t runtime_bytes(const pack *p, const sotto_grammar *g) {
    sotto_config c;
    sotto_memory_report with, without;
    pack_config(p, &c);
    c.g2p = NULL;
    if (sotto_plan(&c, &without) != SOTTO_OK) return 0;
    c.grammar = g;
    return sotto_plan(&c, &with) == SOTTO_OK ? with.bytes - without.bytes : 0;
}

static void print_sizes(const pack *p, const grammar_file *f) {
    sotto_grammar_report r;
    sotto_grammar_size(&f->grammar, &r);
    printf("%s: %u intents, %u templates, %u slots, %u words\n", f->name, r.intents, r.templates, r.slots, r.words);
    printf("graph: %u nodes, %u arcs, %u states (phones), %zu bytes; a runtime takes %zu bytes more for it\n", r.nodes, r.arcs, r.states, r.bytes,
           runtime_bytes(p, &f->grammar));
}

static void print_samples(const grammar_file *f, unsigned long long count, unsigned long long seed) {
    char sentence[1024];
    for (unsigned long long i = 0; i < count; i++)
        if (sotto_grammar_sample(&f->grammar, seed + i, sentence, sizeof sentence) == SOTTO_OK) puts(sentence);
}

int command_grammar(int argc, char **argv) {
    const char *folder = NULL;
    int import = 0;
    unsigned long long samples = 0, seed = 1;
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack: its recogniser and letter-to-sound spell the words"},
        PACK_NO_CHECK_ROW,
        {"--sample", OPTION_UINT, &samples, "N", "print N random sentences"},
        {"--seed", OPTION_UINT, &seed, "N", "of the first of them"},
        {"--import", OPTION_FLAG, &import, NULL, "FILE ... are Home Assistant's YAML or folders of it: prints a grammar"},
        {0},
    };
    command_line line = {.command = "grammar",
                         .about = "Command grammars: checks FILE and tells its size, its mistakes and words that cannot be said.",
                         .operands = "FILE ...",
                         .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count == 0) return complain(EXIT_USAGE, "grammar: expected a grammar's file");
    if (import) return import_all(&line);
    pack p;
    if (pack_open(&p, folder, PACK_HEAR | 1 << PACK_G2P) != 0) return EXIT_FAIL;
    code = EXIT_OK;
    for (int i = 0; i < line.rest_count && code == EXIT_OK; i++) {
        grammar_file f;
        if (grammar_file_open(&f, line.rest[i], &p.model[PACK_ASR], &p.model[PACK_G2P]) != 0) {
            code = EXIT_FAIL;
            break;
        }
        if (samples)
            print_samples(&f, samples, seed);
        else
            print_sizes(&p, &f);
        grammar_file_close(&f);
    }
    pack_close(&p);
    return code;
}
