/* tools_file: the parser (see tools_file.h); running is in tools_run.c. Texts are cut in place, a line at a time. */
#include "platform/host/tools_file.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 31, SAY_MAX = 255, WORDS_MAX = 255 };

typedef struct parser {
    tools_file *f;
    const char *name;
    unsigned row;
    char *line, *at; /* the line, the place in it */
    platform_error *e;
} parser;

static int wrong(const parser *p, const char *at, const char *what) {
    return platform_fail(p->e, "%s:%u:%zu: %s", p->name, p->row, (size_t)(at - p->line) + 1, what);
}

static void skip_spaces(parser *p) {
    p->at += strspn(p->at, " \t");
}

static int is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Bytes of the name here, 0: none. */
static size_t name_length(const char *at) {
    size_t n = 0;
    while (is_name(at[n])) n++;
    return at[0] >= 'a' && at[0] <= 'z' && n <= NAME_MAX_LEN ? n : 0;
}

static sotto_tool_info *tool_now(const parser *p) {
    return &p->f->tool[p->f->count - 1];
}

static own_command *command_now(const parser *p) {
    return &p->f->command[p->f->count - 1];
}

/* The comment and the spaces at the end go. A # counts at the start or after a space, not between quotes. */
static void cut_comment(char *line) {
    int quoted = 0;
    size_t n = 0;
    for (; line[n]; n++) {
        if (line[n] == '"' && (n == 0 || line[n - 1] != '\\')) quoted = !quoted;
        if (line[n] == '#' && !quoted && (n == 0 || line[n - 1] == ' ' || line[n - 1] == '\t')) break;
    }
    while (n && strchr(" \t\r", line[n - 1])) n--;
    line[n] = 0;
}

/* ---- tool NAME ---- */

static int take_tool(parser *p) {
    tools_file *f = p->f;
    if (strncmp(p->at, "tool", 4) != 0 || !strchr(" \t", p->at[4]) || !p->at[4])
        return wrong(p, p->at, "expected `tool NAME`, `only`, or a line that begins with spaces and belongs to the tool above");
    p->at += 4;
    skip_spaces(p);
    size_t n = name_length(p->at);
    if (!n || p->at[n]) return wrong(p, p->at, "expected a name of a-z, 0-9 and _, at most 31, and nothing behind it");
    for (uint32_t i = 0; i < f->count; i++)
        if (strcmp(f->tool[i].name, p->at) == 0) return wrong(p, p->at, "this tool is declared twice, expected another name");
    if (f->count == TOOLS_FILE_MAX) return wrong(p, p->at, "too many tools, expected at most 32");
    f->tool[f->count++] = (sotto_tool_info){.name = p->at, .own = 1};
    return 0;
}

/* ---- NAME[?] = ... ---- */

/* `open | close` becomes `open close` where it stands. */
static int take_words(parser *p, const char **words) {
    char *to = p->at, *from = p->at;
    *words = to;
    for (;;) {
        size_t n = 0;
        while (is_name(from[n]) || from[n] == '\'' || from[n] == '-') n++;
        if (n == 0) return wrong(p, from, "expected a word of a-z, 0-9, _ ' - (words are parted by |), or `text`, or `number`");
        if (from[n] && !strchr(" \t|", from[n])) return wrong(p, from + n, "expected a word of a-z, 0-9, _ ' -, then | or the line's end");
        char *next = from + n + strspn(from + n, " \t");
        if (*next && *next != '|') return wrong(p, next, "expected | between words: each is one word");
        int more = *next == '|';
        memmove(to, from, n);
        to += n;
        from = next + more;
        from += strspn(from, " \t");
        if (!more) break;
        *to++ = ' ';
    }
    *to = 0;
    return to - *words <= WORDS_MAX ? 0 : wrong(p, *words, "too many words, expected at most 255 bytes");
}

/* 1: the line is an argument's: a name, perhaps ?, then =. */
static int is_argument(const parser *p) {
    size_t n = name_length(p->at);
    n += p->at[n] == '?';
    return n && p->at[n + strspn(p->at + n, " \t")] == '=';
}

static int take_argument(parser *p) {
    sotto_tool_info *t = tool_now(p);
    char *name = p->at;
    size_t n = name_length(name);
    int optional = name[n] == '?';
    if (n == 6 && strncmp(name, "result", 6) == 0) return wrong(p, name, "`result` is what the command prints, expected another name");
    if (t->args == SOTTO_TOOL_ARGS) return wrong(p, name, "too many arguments, expected at most 8");
    for (int i = 0; i < t->args; i++)
        if (strlen(t->arg[i].name) == n && memcmp(t->arg[i].name, name, n) == 0)
            return wrong(p, name, "this argument is declared twice, expected another name");
    p->at = strchr(name, '=') + 1;
    skip_spaces(p);
    int i = t->args++;
    t->arg[i].optional = optional;
    t->arg[i].number = strcmp(p->at, "number") == 0;
    int code = t->arg[i].number || strcmp(p->at, "text") == 0 ? 0 : take_words(p, &t->arg[i].words);
    name[n] = 0;
    t->arg[i].name = name;
    return code;
}

/* ---- run, shell, say ---- */

/* Every {name} of a text is an argument of the tool, or {result} where that is known. */
static int check_names(const parser *p, const char *text, int result) {
    const sotto_tool_info *t = tool_now(p);
    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++) {
        size_t n = strcspn(at + 1, "}");
        if (!at[n + 1]) return wrong(p, at, "expected } behind the name");
        int known = result && n == 6 && strncmp(at + 1, "result", 6) == 0;
        for (int i = 0; i < t->args; i++) known |= strlen(t->arg[i].name) == n && memcmp(t->arg[i].name, at + 1, n) == 0;
        if (!known) return wrong(p, at, result ? "expected an argument declared above, or {result}" : "expected an argument declared above");
    }
    return 0;
}

/* "..." in place, \" and \\ undone; *text is its inside, and p->at goes behind it. */
static int take_quoted(parser *p, char **text) {
    char *from = p->at + 1, *to = from;
    *text = from;
    for (; *from != '"'; *to++ = *from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\')) from++;
        if (!*from) return wrong(p, p->at, "expected a \" at the end");
    }
    p->at = from + 1;
    *to = 0;
    return 0;
}

static int take_say(parser *p) {
    char *text;
    sotto_tool_info *t = tool_now(p);
    if (t->say) return wrong(p, p->at, "this tool has a reply, expected one");
    if (*p->at != '"') return wrong(p, p->at, "expected the reply between \"");
    if (take_quoted(p, &text) != 0) return -1;
    skip_spaces(p);
    if (*p->at) return wrong(p, p->at, "expected nothing behind the reply");
    if (!*text || strlen(text) > SAY_MAX) return wrong(p, text, "expected a reply of 1 to 255 bytes");
    t->say = text;
    return check_names(p, text, 1);
}

static int has_command(const parser *p) {
    return command_now(p)->argc || command_now(p)->shell;
}

static int take_run(parser *p) {
    own_command *c = command_now(p);
    if (has_command(p)) return wrong(p, p->at, "this tool has a command, expected one");
    if (!*p->at) return wrong(p, p->at, "expected a command");
    while (*p->at) {
        char *word = p->at;
        if (c->argc == TOOLS_FILE_ARGV) return wrong(p, word, "too many words, expected at most 24");
        if (*word == '"') {
            if (take_quoted(p, &word) != 0) return -1;
            if (*p->at && !strchr(" \t", *p->at)) return wrong(p, p->at, "expected a space behind the \"");
        } else {
            p->at += strcspn(word, " \t");
        }
        int last = !*p->at;
        *p->at = 0;
        p->at += !last;
        skip_spaces(p);
        if (check_names(p, word, 0) != 0) return -1;
        c->argv[c->argc++] = word;
    }
    if (strchr(c->argv[0], '{') || !c->argv[0][0]) return wrong(p, c->argv[0], "expected a command that does not depend on an argument");
    return 0;
}

/* A {name} in a shell's line is a mistake; ${NAME} and awk's {...} are not. */
static int take_shell(parser *p) {
    const sotto_tool_info *t = tool_now(p);
    if (has_command(p)) return wrong(p, p->at, "this tool has a command, expected one");
    if (!*p->at) return wrong(p, p->at, "expected a line for the shell");
    for (const char *at = p->at; (at = strchr(at, '{')) != NULL; at++) {
        size_t n = strcspn(at + 1, "}");
        for (int i = 0; i < t->args && at[-1] != '$'; i++)
            if (strlen(t->arg[i].name) == n && memcmp(t->arg[i].name, at + 1, n) == 0)
                return wrong(p, at, "values do not get into a shell's line, expected $SOTTO_ARG_NAME");
    }
    command_now(p)->shell = p->at;
    return 0;
}

/* 1 and the place moved on: the line begins with this word. */
static int keyword(parser *p, const char *word) {
    size_t n = strlen(word);
    if (strncmp(p->at, word, n) != 0 || (p->at[n] && !strchr(" \t", p->at[n]))) return 0;
    p->at += n;
    skip_spaces(p);
    return 1;
}

static int take_line(parser *p) {
    int inside = *p->line == ' ' || *p->line == '\t';
    p->at = p->line;
    cut_comment(p->line);
    skip_spaces(p);
    if (!*p->at) return 0;
    if (!inside && strcmp(p->at, "only") == 0) {
        p->f->only = 1;
        return 0;
    }
    if (!inside) return take_tool(p);
    if (!p->f->count) return wrong(p, p->at, "expected `tool NAME` first");
    if (is_argument(p)) return take_argument(p);
    if (keyword(p, "run")) return take_run(p);
    if (keyword(p, "shell")) return take_shell(p);
    if (keyword(p, "say")) return take_say(p);
    return wrong(p, p->at, "expected `NAME = words`, `run`, `shell` or `say`");
}

int tools_file_parse(tools_file *f, const char *name, char *text, platform_error *e) {
    const char *slash = strrchr(name, '/');
    memset(f, 0, sizeof *f);
    if (slash && (size_t)(slash - name) >= sizeof f->folder)
        return platform_fail(e, "%s: its folder's name is too long, expected at most 255 bytes", name);
    if (slash) memcpy(f->folder, name, (size_t)(slash - name));
    parser p = {.f = f, .name = name, .line = text, .e = e};
    for (char *next = text; next; p.line = next) {
        next = strchr(p.line, '\n');
        if (next) *next++ = 0;
        p.row++;
        if (take_line(&p) != 0) return -1;
    }
    return f->count ? 0 : platform_fail(e, "%s: no tool is declared, expected `tool NAME`", name);
}

int tools_file_open(tools_file *f, const char *path, platform_error *e) {
    char *text = file_text(path, e);
    memset(f, 0, sizeof *f);
    if (!text) return -1;
    int code = tools_file_parse(f, path, text, e);
    f->text = text;
    if (code != 0) tools_file_close(f);
    return code;
}

void tools_file_close(tools_file *f) {
    free(f->text);
    memset(f, 0, sizeof *f);
}
