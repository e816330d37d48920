/* tools_args: the options that say what the model may call (run, think): --tools, --constrain, --calls. */
#ifndef SOTTO_HOST_TOOLS_ARGS_H
#define SOTTO_HOST_TOOLS_ARGS_H
#include "platform/host/args.h"
#include "platform/host/tools_file.h"

struct loop;

typedef struct tools_args {
    const char *path, *kind;
    int calls;
    tools_file file;
    int open;
    char call[4096]; /* --calls: this turn's call as the inside of a JSON object; "" none */
} tools_args;

#define TOOLS_ROWS(a)                                                                                                                                \
    {"--tools", OPTION_TEXT, &(a).path, "FILE", "tools of your own: their arguments and the commands that they run"}, {                              \
        "--constrain", OPTION_TEXT, &(a).kind, "KIND",                                                                                               \
            "what the model may write: none; valid: calls of known tools; said: and with words that were said; all (default): replies' numbers too"  \
    }
#define CALLS_ROW(a)                                                                                                                                 \
    { "--calls", OPTION_FLAG, &(a).calls, NULL, "a line of JSON a turn, no more: the call with its arguments, its result, the reply" }

/* Reads the file and checks the kind. -1 to go on, else the exit code; complains itself. */
int tools_args_open(tools_args *a, const char *command);
void tools_args_use(const tools_args *a, sotto_config *c);
void tools_args_start(tools_args *a, struct loop *l); /* own tools are answered by their commands, and calls kept for --calls */
void tools_args_turn(tools_args *a, struct loop *l);  /* --calls: prints the turn that ended */
void tools_args_close(tools_args *a);
/* For the loop: 1 and the tool's code when the call is of an own tool. */
int tools_args_call(tools_args *a, const sotto_call *call, char *result, size_t cap, int *code);
void tools_args_note(tools_args *a, const sotto_call *call, const char *result, int code);

#endif
