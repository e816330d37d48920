/* lines: see lines.h. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/lines.h"
#include "platform/host/args.h"
#include "runtime/base/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int one_line(const char *command, char *line, size_t n, int (*each)(void *user, const char *text), void *user) {
    if (strlen(line) != n) return complain(EXIT_FAIL, "%s: standard input: a line holds a zero byte (expected text)", command);
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) line[--n] = 0;
    return n > 0 ? each(user, line) : 0;
}

int lines_each(const char *command, const char *prompt, int (*each)(void *user, const char *text), void *user) {
    char *line = NULL;
    size_t room = 0;
    int code = 0, asked = prompt && isatty(STDIN_FILENO);
    while (code == 0) {
        if (asked) fputs(prompt, stdout), fflush(stdout);
        ssize_t n = getline(&line, &room, stdin);
        if (n < 0) break;
        code = one_line(command, line, (size_t)n, each, user);
    }
    int why = errno;
    if (code == 0 && ferror(stdin) && why != EINTR) code = complain(EXIT_FAIL, "%s: standard input: cannot be read: %s", command, strerror(why));
    free(line);
    return code;
}

char *lines_all(const char *command) {
    char *text = NULL;
    size_t room = 0;
    ssize_t n = getdelim(&text, &room, 0, stdin);
    const int why = errno, more = n > 0 && text[n - 1] == 0;
    if (n > 0 && !more) return text;
    if (more)
        complain(EXIT_FAIL, "%s: standard input: holds a zero byte (expected text)", command);
    else if (ferror(stdin))
        complain(EXIT_FAIL, "%s: standard input: cannot be read: %s", command, strerror(why));
    else
        complain(EXIT_FAIL, "%s: standard input: is empty (expected SSML)", command);
    free(text);
    return NULL;
}

size_t lines_piece(const char *text, size_t room) {
    size_t len = strlen(text), sentence = 0, word = 0;
    if (len <= room) return len;
    for (size_t i = 1; i < room; i++) {
        if (text[i] != ' ') continue;
        word = i;
        if (strchr(".!?;", text[i - 1])) sentence = i;
    }
    return sentence ? sentence : word ? word : utf8_whole(text, room);
}
