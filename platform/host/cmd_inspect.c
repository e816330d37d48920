/* sotto inspect: what is in a GGUF file, after validating it whole; what is in a pack. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/pack_tool.h"
#include "platform/host/show.h"
#include "platform/platform.h"
#include "runtime/sotto.h"
#include <stdio.h>
#include <sys/stat.h>

static int is_folder(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static int inspect_file(const char *path, int json) {
    file_map map;
    platform_error e;
    sotto_model m;
    char line[512];
    if (file_map_open(&map, path, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
    int code = EXIT_OK;
    if (sotto_model_open(&m, path, map.data, map.size) != SOTTO_OK) {
        code = complain(EXIT_FAIL, "%s", sotto_model_error(&m));
    } else {
        if (json)
            printf("{\"file\":"), show_json_text(stdout, path), printf(",\"bytes\":%zu,\"lines\":[", map.size);
        else
            printf("%s: valid, %zu bytes\n", path, map.size);
        for (size_t i = 0; sotto_model_line(&m, i, line, sizeof line) == SOTTO_OK; i++) {
            if (json)
                printf("%s", i ? "," : ""), show_json_text(stdout, line);
            else
                printf("  %s\n", line);
        }
        if (json) printf("]}\n");
    }
    file_map_close(&map);
    return code;
}

int command_inspect(int argc, char **argv) {
    int json = 0;
    const option_row rows[] = {{"--json", OPTION_FLAG, &json, NULL, "one JSON object a file"}, {0}};
    command_line line = {.command = "inspect",
                         .about = "Validates GGUF files and lists their metadata and tensors; of a pack's folder its files, versions and CRCs.",
                         .operands = "FILE|DIR ...",
                         .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count == 0) return complain(EXIT_USAGE, "inspect: expected a GGUF file");
    code = EXIT_OK;
    for (int i = 0; i < line.rest_count; i++) {
        if ((is_folder(line.rest[i]) ? pack_inspect : inspect_file)(line.rest[i], json) != EXIT_OK) code = EXIT_FAIL;
    }
    return code;
}
