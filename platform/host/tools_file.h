/* tools_file: tools of the user's own, declared in a text file (runtime/README.md, "Your own tools").
 *
 *     # a comment, from the line's start or after a space
 *     only                                 the built-in tools may not be called; may be left out
 *     tool garage_door
 *         action = open | close
 *         place? = text
 *         run ./garage.sh {action} {place}
 *         say "The garage door is {action}."
 *
 * An argument: a list of words, `text` (words that the user said) or `number`; `?`: it may be left out. `run`: the command and its arguments, each
 * passed as it is, never through a shell; "..." holds spaces together, an argument that is {name} alone is left out with its value. `shell`: the
 * line goes to /bin/sh, which finds the values in SOTTO_ARG_NAME. Without either the tool's result is "ok". `say`: the reply.
 */
#ifndef SOTTO_HOST_TOOLS_FILE_H
#define SOTTO_HOST_TOOLS_FILE_H
#include "platform/platform.h"
#include "runtime/sotto.h"

enum { TOOLS_FILE_MAX = 32, TOOLS_FILE_ARGV = 24, TOOLS_FILE_TIMEOUT_MS = 5000 };

typedef struct own_command {
    char *argv[TOOLS_FILE_ARGV + 1]; /* with {name} in it; NULL at the end */
    int argc;                        /* 0: none */
    char *shell;                     /* a line for /bin/sh, or NULL */
} own_command;

typedef struct tools_file {
    char *text; /* the file's, owned; all texts point into it */
    char folder[256];
    sotto_tool_info tool[TOOLS_FILE_MAX]; /* for sotto_config.tools */
    uint32_t count;
    int only; /* for sotto_config.tools_only */
    own_command command[TOOLS_FILE_MAX];
} tools_file;

/* Reads a file, or its text (NUL-terminated, changed, kept). 0, or -1 and "file:line:column: ..., expected ...". */
int tools_file_open(tools_file *f, const char *path, platform_error *e);
int tools_file_parse(tools_file *f, const char *name, char *text, platform_error *e);
void tools_file_close(tools_file *f);

/* 1: the call is of one of these tools. */
int tools_file_has(const tools_file *f, const sotto_call *call);
/* Runs its command: 0 and the first line that it printed ("ok" when there is none), or -1 and why: as sotto_hooks.tool. Waits up to 5 s. */
int tools_file_run(const tools_file *f, const sotto_call *call, char *result, size_t cap);
/* The words of `run` with the values in place, in `pool`; *argc entries. 0, or -1 and why. */
int tools_file_fill(const own_command *c, const sotto_call *call, char **argv, char *pool, size_t cap, platform_error *e);

#endif
