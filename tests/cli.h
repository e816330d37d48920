/* cli: what the command's tests share: a folder of their own, the command found beside the test, shell lines with what they must say. */
#ifndef SOTTO_TESTS_CLI_H
#define SOTTO_TESTS_CLI_H
#define _XOPEN_SOURCE 700 /* mkdtemp, readlink; include this header first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/sotto-cli-XXXXXX";
static char sotto_path[256];
static char output[65536];

/* Runs a shell line in which $S is the command and $T the test's folder, both streams into `output`; the exit code, -1 when it crashed. */
static int run(const char *args) {
    char line[2048];
    snprintf(line, sizeof line, "S=%s; T=%s; { %s ; } 2>&1", sotto_path, folder, args);
    FILE *p = popen(line, "r");
    size_t n = fread(output, 1, sizeof output - 1, p);
    output[n] = 0;
    int status = pclose(p);
    return WIFEXITED(status) && WEXITSTATUS(status) < 126 ? WEXITSTATUS(status) : -1;
}

static void expect(const char *args, int code, const char *said) {
    int got = run(args);
    if (got != code || !strstr(output, said)) fail_msg("%s: exit %d (expected %d), expected \"%s\" in: %.400s", args, got, code, said, output);
}

static int find_command(void **state) {
    (void)state;
    ssize_t n = readlink("/proc/self/exe", sotto_path, sizeof sotto_path - 16);
    if (n < 0 || !mkdtemp(folder)) return -1;
    sotto_path[n] = 0;
    *strstr(sotto_path, "/tests/") = 0; /* build/tests/test_... -> build/sotto */
    strcat(sotto_path, "/sotto");
    return access(sotto_path, X_OK);
}

static int clean(void **state) {
    char line[300];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}

#endif
