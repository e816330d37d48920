/* sotto: the command. A table of sub-commands; each parses its own options. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "runtime/sotto.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

typedef struct command_row {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} command_row;

static const command_row COMMANDS[] = {
    {"run", "the whole loop: live, or --in question.wav --out reply.wav", command_run},
    {"hear", "speech to text", command_hear},
    {"think", "text to text, with tools", command_think},
    {"say", "text to speech", command_say},
    {"grammar", "checks, samples and imports command grammars", command_grammar},
    {"plan", "memory by stage, flash size, KV cache estimate", command_plan},
    {"inspect", "what is in a GGUF file", command_inspect},
    {"bench", "percentiles of every stage against its budget", command_bench},
    {"eval", "quality and speed over a list of sounds, with gates", command_eval},
    {"pack", "verifies a pack of models, or writes its manifest", command_pack},
    {"devices", "audio devices", command_devices},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0] };

static void print_usage(FILE *to) {
    fprintf(to, "sotto %s: a voice runtime in fixed memory\nusage: sotto COMMAND [options]\n\n", sotto_version());
    for (int i = 0; i < COMMAND_COUNT; i++) fprintf(to, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].about);
    fprintf(to, "\n`sotto COMMAND --help` lists its options. Exit codes: 0 ok, 1 failed, 2 usage, 3 over budget.\n");
}

/* A closed standard stream would be the next file that is opened. Held here the wrong way round instead, every use of it fails and is told. */
static void hold_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) return;
    }
}

/* What the command printed must have arrived, or it has failed. */
static int finish(int code) {
    int failed = fflush(stdout) != 0, why = errno;
    if (!failed && !ferror(stdout)) return code;
    return complain(EXIT_FAIL, "standard output: cannot be written%s%s", failed ? ": " : "", failed ? strerror(why) : "");
}

int main(int argc, char **argv) {
    hold_streams();
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return finish(EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("sotto %s\n", sotto_version());
        return finish(EXIT_OK);
    }
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], COMMANDS[i].name) == 0) return finish(COMMANDS[i].run(argc - 1, argv + 1));
    }
    return complain(EXIT_USAGE, "unknown command %s (see sotto --help)", argv[1]);
}
