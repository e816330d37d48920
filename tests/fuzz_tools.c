/* libFuzzer target: the bytes as a file of own tools; what is taken is bounded, and its commands fill with any value. */
#include "platform/host/tools_file.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void fill_one(const sotto_tool_info *t, const own_command *c, const uint8_t *bytes, size_t size) {
    char value[256], pool[512], *argv[TOOLS_FILE_ARGV + 1];
    sotto_call call = {.name = t->name};
    platform_error e;
    size_t n = size < 255 ? size : 255;
    memcpy(value, bytes, n);
    value[n] = 0;
    for (int i = 0; i < t->args; i++)
        if (size % 3 || !t->arg[i].optional) call.arg[call.count++] = (sotto_tool_arg){t->arg[i].name, value};
    if (tools_file_fill(c, &call, argv, pool, sizeof pool, &e) != 0) return;
    for (int i = 0; argv[i]; i++)
        if (argv[i] < pool || argv[i] + strlen(argv[i]) >= pool + sizeof pool) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static tools_file f;
    platform_error e = {""};
    char *text = malloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = 0;
    if (tools_file_parse(&f, "fuzz", text, &e) != 0) {
        if (strncmp(e.text, "fuzz:", 5) != 0) abort(); /* a refusal says where */
    } else {
        if (f.count == 0 || f.count > TOOLS_FILE_MAX) abort();
        for (uint32_t i = 0; i < f.count; i++) {
            if (f.tool[i].args > SOTTO_TOOL_ARGS || f.command[i].argc > TOOLS_FILE_ARGV) abort();
            fill_one(&f.tool[i], &f.command[i], bytes, size);
        }
    }
    free(text);
    return 0;
}
