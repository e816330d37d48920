/* bias_file: see bias_file.h. */
#include "platform/host/bias_file.h"
#include "platform/host/args.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 };

/* A number at the end of the line is the weight and is cut off. */
static float take_weight(char *line) {
    char *last = strrchr(line, ' '), *end;
    if (!last || !isdigit((unsigned char)last[1])) return 4.0f;
    float weight = strtof(last + 1, &end);
    if (*end) return 4.0f;
    *last = 0;
    return weight;
}

/* Cuts the comment and the blanks at the end; lower case. */
static void trim_line(char *line) {
    line[strcspn(line, "#\r\n")] = 0;
    size_t len = strlen(line);
    while (len > 0 && isspace((unsigned char)line[len - 1])) line[--len] = 0;
    for (char *c = line; *c; c++) *c = (char)(*c == '\t' ? ' ' : tolower((unsigned char)*c));
}

int bias_file_apply(sotto *s, const char *path) {
    char line[LINE_BYTES];
    int code = EXIT_OK;
    if (!path) return EXIT_OK;
    FILE *in = fopen(path, "r");
    if (!in) return complain(EXIT_USAGE, "%s: cannot be opened", path);
    for (unsigned number = 1; code == EXIT_OK && fgets(line, sizeof line, in); number++) {
        trim_line(line);
        if (!line[0]) continue;
        float weight = take_weight(line);
        if (sotto_bias(s, line, weight) != SOTTO_OK)
            code = complain(EXIT_USAGE, "%s:%u: \"%s\": expected at most 8 words that can be said, a weight of 0 to 20, and 32 phrases in all", path,
                            number, line);
    }
    fclose(in);
    return code;
}
