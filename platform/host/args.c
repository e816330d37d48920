/* args: see args.h. Long options only, as `--name value` or `--name=value`; `--` ends them; a lone `-` is an operand. */
#include "platform/host/args.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int complain(int code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("sotto: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return code;
}

static void print_help(const command_line *c) {
    printf("usage: sotto %s [options]%s%s\n%s\n\n", c->command, c->operands ? " " : "", c->operands ? c->operands : "", c->about);
    for (const option_row *r = c->rows; r->name; r++) {
        char left[40];
        snprintf(left, sizeof left, "%s%s%s", r->name, r->value ? " " : "", r->value ? r->value : "");
        printf("  %-24s %s\n", left, r->help);
    }
    printf("  %-24s %s\n", "--help", "this text");
}

static const option_row *find_row(const command_line *c, const char *arg, size_t len) {
    for (const option_row *r = c->rows; r->name; r++) {
        if (strlen(r->name) == len && memcmp(r->name, arg, len) == 0) return r;
    }
    return NULL;
}

static int store_number(const option_row *r, const char *value) {
    char *end = NULL;
    errno = 0;
    if (r->kind == OPTION_REAL) {
        *(double *)r->to = strtod(value, &end);
        if (!isfinite(*(double *)r->to)) return -1;
    } else if (r->kind == OPTION_INT) {
        *(long long *)r->to = strtoll(value, &end, 10);
    } else {
        while (*value == ' ') value++;
        if (*value == '-') return -1;
        *(unsigned long long *)r->to = strtoull(value, &end, 10);
        if (*(unsigned long long *)r->to > UINT32_MAX) return -1;
    }
    return errno || end == value || *end ? -1 : 0;
}

static int store_item(const command_line *c, const option_row *r, const char *value) {
    option_list *list = r->to;
    if (list->count == OPTION_LIST_MAX) return complain(EXIT_USAGE, "%s: %s: expected at most %d of them", c->command, r->name, (int)OPTION_LIST_MAX);
    list->item[list->count++] = value;
    return -1;
}

static int store(const command_line *c, const option_row *r, const char *value) {
    if (r->kind == OPTION_TEXT) {
        *(const char **)r->to = value;
        return -1;
    }
    if (r->kind == OPTION_LIST) return store_item(c, r, value);
    if (store_number(r, value) == 0) return -1;
    const char *what = r->kind == OPTION_REAL ? "a number" : r->kind == OPTION_INT ? "a whole number" : "a whole number, 0 to 4294967295";
    return complain(EXIT_USAGE, "%s: %s %s: expected %s", c->command, r->name, value, what);
}

/* One option at argv[*i]; moves *i past its value. */
static int take_option(const command_line *c, int argc, char **argv, int *i) {
    const char *arg = argv[*i], *equal = strchr(arg, '=');
    const option_row *r = find_row(c, arg, equal ? (size_t)(equal - arg) : strlen(arg));
    if (!r) return complain(EXIT_USAGE, "%s: unknown option %s (see sotto %s --help)", c->command, arg, c->command);
    if (r->kind == OPTION_FLAG) {
        if (equal) return complain(EXIT_USAGE, "%s: %s takes no value", c->command, r->name);
        *(int *)r->to = 1;
        return -1;
    }
    if (equal) return store(c, r, equal + 1);
    if (*i + 1 >= argc) return complain(EXIT_USAGE, "%s: %s needs a value: %s", c->command, r->name, r->value);
    return store(c, r, argv[++*i]);
}

int args_parse(command_line *c, int argc, char **argv) {
    int options = 1;
    c->rest = argv;
    c->rest_count = 0;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (options && strcmp(arg, "--help") == 0) {
            print_help(c);
            return EXIT_OK;
        }
        if (options && strcmp(arg, "--") == 0) {
            options = 0;
            continue;
        }
        if (options && arg[0] == '-' && arg[1] == '-') {
            int code = take_option(c, argc, argv, &i);
            if (code >= 0) return code;
            continue;
        }
        if (options && arg[0] == '-' && arg[1])
            return complain(EXIT_USAGE, "%s: unknown option %s (see sotto %s --help)", c->command, arg, c->command);
        if (!c->operands) return complain(EXIT_USAGE, "%s: unexpected operand %s (see sotto %s --help)", c->command, arg, c->command);
        c->rest[c->rest_count++] = argv[i];
    }
    return -1;
}
