/* tools_file: runs a tool's command (see tools_file.h). */
#include "platform/host/tools_file.h"
#include "platform/posix/spawn.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { POOL = 8192, VARIABLE = 400 };

static const own_command *command_of(const tools_file *f, const sotto_call *call) {
    for (uint32_t i = 0; i < f->count; i++)
        if (strcmp(f->tool[i].name, call->name) == 0) return &f->command[i];
    return NULL;
}

int tools_file_has(const tools_file *f, const sotto_call *call) {
    return command_of(f, call) != NULL;
}

static const char *value_of(const sotto_call *call, const char *name, size_t len) {
    for (int i = 0; i < call->count; i++)
        if (strlen(call->arg[i].key) == len && memcmp(call->arg[i].key, name, len) == 0) return call->arg[i].value;
    return NULL;
}

typedef struct pool {
    char *at;
    size_t used, cap;
} pool;

static int put(pool *p, const char *text, size_t n) {
    if (n >= p->cap - p->used) return -1;
    memcpy(p->at + p->used, text, n);
    p->used += n;
    p->at[p->used] = 0;
    return 0;
}

/* One word with its values; *left: it was {name} alone and has none. */
static int fill_word(pool *p, const char *word, const sotto_call *call, int *left) {
    size_t whole = strlen(word);
    *left = 0;
    while (*word) {
        size_t n = strcspn(word, "{"), name = word[n] ? strcspn(word + n + 1, "}") : 0;
        const char *value = word[n] ? value_of(call, word + n + 1, name) : NULL;
        if (word[n] && n == 0 && name + 2 == whole) *left = value == NULL;
        if (put(p, word, n) != 0 || (value && put(p, value, strlen(value)) != 0)) return -1;
        word += n + (word[n] ? name + 2 : 0);
    }
    return 0;
}

/* What was said must not turn into an option. */
static int is_option(const char *word, const char *filled) {
    return word[0] == '{' && filled[0] == '-' && !isdigit((unsigned char)filled[1]);
}

int tools_file_fill(const own_command *c, const sotto_call *call, char **argv, char *bytes, size_t cap, platform_error *e) {
    pool p = {bytes, 0, cap};
    int n = 0, left;
    for (int i = 0; i < c->argc; i++) {
        char *from = p.at + p.used;
        if (p.used == cap) return platform_fail(e, "%s: its arguments are too long", call->name);
        *from = 0;
        if (fill_word(&p, c->argv[i], call, &left) != 0) return platform_fail(e, "%s: its arguments are too long", call->name);
        if (left) continue;
        if (is_option(c->argv[i], from)) return platform_fail(e, "%s: the value \"%s\" begins with -", call->name, from);
        p.used++;
        argv[n++] = from;
    }
    argv[n] = NULL;
    return 0;
}

/* SOTTO_TOOL and a SOTTO_ARG_NAME for each argument that was given. */
static void fill_environment(const sotto_call *call, char (*variable)[VARIABLE], char **more) {
    int n = 0;
    snprintf(variable[n], VARIABLE, "SOTTO_TOOL=%s", call->name);
    more[n] = variable[n];
    for (int i = 0; i < call->count && i < SOTTO_TOOL_ARGS; i++) {
        n++;
        snprintf(variable[n], VARIABLE, "SOTTO_ARG_%s=%s", call->arg[i].key, call->arg[i].value);
        for (char *c = variable[n]; *c != '='; c++) *c = (char)toupper((unsigned char)*c);
        more[n] = variable[n];
    }
    more[n + 1] = NULL;
}

/* A command with a / that does not begin with one is in the file's folder. */
static char *program(const tools_file *f, char *name, char *path, size_t cap) {
    if (!strchr(name, '/') || name[0] == '/' || !f->folder[0]) return name;
    snprintf(path, cap, "%s/%s", f->folder, name);
    return path;
}

int tools_file_run(const tools_file *f, const sotto_call *call, char *result, size_t cap) {
    const own_command *c = command_of(f, call);
    char bytes[POOL], variable[SOTTO_TOOL_ARGS + 1][VARIABLE], *more[SOTTO_TOOL_ARGS + 2], *argv[TOOLS_FILE_ARGV + 4], path[512];
    char sh[] = "/bin/sh", option[] = "-c";
    platform_error e = {""};
    if (!c) return -1;
    result[0] = 0;
    int code = 0;
    fill_environment(call, variable, more);
    if (c->shell) {
        char *line[] = {sh, option, c->shell, NULL};
        code = spawn_line(line, more, TOOLS_FILE_TIMEOUT_MS, result, cap, &e);
    } else if (c->argc) {
        code = tools_file_fill(c, call, argv, bytes, sizeof bytes, &e);
        if (code == 0) argv[0] = program(f, argv[0], path, sizeof path);
        if (code == 0) code = spawn_line(argv, more, TOOLS_FILE_TIMEOUT_MS, result, cap, &e);
    }
    if (code != 0) snprintf(result, cap, "error %s", e.text);
    if (code == 0 && !result[0]) snprintf(result, cap, "ok");
    return code;
}
