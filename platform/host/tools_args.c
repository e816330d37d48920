/* tools_args: see tools_args.h. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/tools_args.h"
#include "platform/host/loop.h"
#include "platform/host/show.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t flags;
} KINDS[] = {{"none", 0},
             {"valid", SOTTO_VALID_CALLS},
             {"said", SOTTO_VALID_CALLS | SOTTO_SAID_VALUES},
             {"all", SOTTO_VALID_CALLS | SOTTO_SAID_VALUES | SOTTO_SAID_NUMBERS}};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static int kind_of(const char *name) {
    int i = 0;
    while (i < KIND_COUNT && strcmp(KINDS[i].name, name) != 0) i++;
    return i;
}

int tools_args_open(tools_args *a, const char *command) {
    platform_error e;
    if (a->kind && kind_of(a->kind) == KIND_COUNT)
        return complain(EXIT_USAGE, "%s: --constrain %s: expected none, valid, said or all", command, a->kind);
    if (!a->path) return -1;
    if (tools_file_open(&a->file, a->path, &e) != 0) return complain(EXIT_USAGE, "%s", e.text);
    a->open = 1;
    return -1;
}

void tools_args_use(const tools_args *a, sotto_config *c) {
    if (a->kind) c->constrain = KINDS[kind_of(a->kind)].flags;
    if (a->calls) c->replies = 0; /* a kept answer does not call again */
    if (!a->open) return;
    c->tools = a->file.tool;
    c->tool_count = a->file.count;
    c->tools_only = (uint32_t)a->file.only;
}

void tools_args_start(tools_args *a, struct loop *l) {
    l->own = a;
}

void tools_args_close(tools_args *a) {
    if (a->open) tools_file_close(&a->file);
    a->open = 0;
}

int tools_args_call(tools_args *a, const sotto_call *call, char *result, size_t cap, int *code) {
    if (!a->open || !tools_file_has(&a->file, call)) return 0;
    *code = tools_file_run(&a->file, call, result, cap);
    return 1;
}

void tools_args_note(tools_args *a, const sotto_call *call, const char *result, int code) {
    if (!a->calls) return;
    FILE *to = fmemopen(a->call, sizeof a->call - 1, "w");
    if (!to) return;
    fprintf(to, "\"tool\":");
    show_json_text(to, call->name);
    fprintf(to, ",\"arguments\":{");
    for (int i = 0; i < call->count; i++) {
        if (i) fputc(',', to);
        show_json_text(to, call->arg[i].key);
        fputc(':', to);
        show_json_text(to, call->arg[i].value);
    }
    fprintf(to, "},\"%s\":", code ? "error" : "result");
    show_json_text(to, result);
    if (fclose(to) != 0) a->call[0] = 0;
}

void tools_args_turn(tools_args *a, struct loop *l) {
    if (!a->calls) return;
    printf("{%s,\"reply\":", a->call[0] ? a->call : "\"tool\":null");
    show_json_text(stdout, l->reply);
    printf("}\n");
    fflush(stdout);
    memset(a->call, 0, sizeof a->call);
}
