/* remote_args: --llm-url and what goes with it, for the commands that think (run, think, bench). Nothing of it opens a socket unless --llm-url names one. */
#ifndef SOTTO_HOST_REMOTE_ARGS_H
#define SOTTO_HOST_REMOTE_ARGS_H
#include "platform/host/args.h"
#include "platform/host/loop.h"

typedef struct remote_args {
    const char *url, *model, *system, *format;
    unsigned long long timeout_ms, turns;
    char *text; /* of the system message, when it came from a file */
    remote *far;
} remote_args;

/* Defaults first: remote_args a = REMOTE_ARGS; then the rows are part of a command's table. */
#define REMOTE_ARGS                                                                                                                                  \
    { .timeout_ms = 2000, .turns = 6 }
#define REMOTE_ROWS(a)                                                                                                                               \
    {"--llm-url", OPTION_TEXT, &(a).url, "URL", "an OpenAI-compatible server thinks, the local model when it fails (key: $SOTTO_LLM_KEY)"},          \
        {"--llm-model", OPTION_TEXT, &(a).model, "NAME", "the model's name at that server"},                                                         \
        {"--llm-timeout", OPTION_UINT, &(a).timeout_ms, "MS", "longest wait for its first token and between tokens (default 2000)"},                 \
        {"--llm-system", OPTION_TEXT, &(a).system, "TEXT|FILE", "its system message (default: answer briefly, to be spoken)"},                       \
        {"--llm-history", OPTION_UINT, &(a).turns, "N", "turns before that are sent along, at most 16 (default 6)"}, {                               \
        "--llm-format", OPTION_TEXT, &(a).format, "NAME", "openai, or sotto: the server has this runtime's own llm.gguf"                             \
    }

/* Checks the options and makes the remote, if one is named. -1 to go on, else the exit code. */
int remote_args_open(remote_args *a, const char *command);
/* The models to open: the language model may be missing when a server is named. */
unsigned remote_args_want(const remote_args *a, const char *folder, unsigned want);
/* In the change of the configuration, before the runtime starts; and after it has. */
void remote_args_use(const remote_args *a, sotto_config *c);
void remote_args_start(const remote_args *a, loop *l);
void remote_args_close(remote_args *a);

#endif
