/* spawn: runs a command of the user's and takes the first line that it prints. */
#ifndef SOTTO_PLATFORM_SPAWN_H
#define SOTTO_PLATFORM_SPAWN_H
#include "platform/platform.h"

/* Runs argv[0] (sought in PATH when it has no /) with the arguments argv[1..], NULL at the end, and `more` ("NAME=value", NULL at the end) on top of
 * the environment; no shell, stdin empty, stderr ours. Waits at most timeout_ms, then ends its whole process group. 0: it ended with exit
 * status 0, and `line` holds its first line without the newline, control bytes as spaces, cut at cap-1 bytes. -1: anything else, `e` says what. */
int spawn_line(char *const argv[], char *const more[], int timeout_ms, char *line, size_t cap, platform_error *e);

#endif
