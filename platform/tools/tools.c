/* tools: the table of tools, the check of a call against it, and the action event. The work is in tools_*.c. */
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_words.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <string.h>

enum { VALUE_MAX = 200, EVENT_MAX = 1024 };

typedef struct tool_row {
    const char *name;
    int (*run)(job *j);
    const char *needs; /* argument names, space separated */
    const char *takes; /* optional ones */
    int acts;          /* tells the action hook when it went well */
} tool_row;

static const tool_row TOOLS[] = {
    {"time", job_time, "", "place", 0},
    {"date", job_date, "", "day", 0},
    {"timer_set", job_timer_set, "duration", "name", 1},
    {"timer_cancel", job_timer_cancel, "", "name", 1},
    {"timer_left", job_timer_left, "", "name", 0},
    {"alarm_set", job_alarm_set, "time", "day", 1},
    {"alarm_cancel", job_alarm_cancel, "", "time", 1},
    {"math", job_math, "expr", "", 0},
    {"convert", job_convert, "amount from to", "", 0},
    {"coin", job_coin, "", "", 0},
    {"dice", job_dice, "", "count sides", 0},
    {"light", job_light, "action", "place level color", 1},
    {"switch", job_switch, "device action", "place", 1},
    {"thermostat", job_thermostat, "action", "temp place", 1},
    {"order", job_order, "drink", "size shots roast milk sugar", 1},
    {"volume", job_volume, "action", "level", 1},
    {"repeat", job_ok, "", "", 0},
    {"stop", job_ok, "", "", 1},
};

void tools_init(tools *t, uint64_t seed) {
    *t = (tools){.dice = seed ? seed : 0x9e3779b97f4a7c15u, .volume = 50, .thermostat = 21};
}

const char *job_arg(const job *j, const char *key) {
    for (int i = 0; i < j->call->count; i++)
        if (strcmp(j->call->arg[i].key, key) == 0) return j->call->arg[i].value;
    return "";
}

int job_say(job *j, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fmt_putv(j->result, j->cap, format, args);
    va_end(args);
    return 0;
}

void job_value(job *j, double value) {
    j->has_value = 1;
    j->value = value;
}

int job_ok(job *j) {
    return job_say(j, "ok");
}

/* 1 when `word` is one of the space-separated words of `list`. */
static int listed(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *at = list; n && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0')) return 1;
    return 0;
}

static const tool_row *find_tool(const char *name) {
    for (size_t i = 0; i < sizeof TOOLS / sizeof TOOLS[0]; i++)
        if (strcmp(TOOLS[i].name, name) == 0) return &TOOLS[i];
    return NULL;
}

/* Every needed argument is there and not empty. */
static int complete(const tool_row *tool, const job *j) {
    for (const char *at = tool->needs; *at;) {
        char key[16];
        size_t n = strcspn(at, " ");
        fmt_put(key, sizeof key, "%.*s", (int)n, at);
        if (!job_arg(j, key)[0]) return 0;
        at += n + (at[n] == ' ');
    }
    return 1;
}

/* NULL, or what is wrong with the form of the call. */
static const char *malformed(const tool_row *tool, const job *j) {
    if (!tool) return "error unknown tool";
    if (j->call->count < 0 || j->call->count > SOTTO_TOOL_ARGS) return "error too many arguments";
    for (int i = 0; i < j->call->count; i++) {
        const sotto_tool_arg *a = &j->call->arg[i];
        if (!a->key || !a->value) return "error unknown argument";
        if (!listed(tool->needs, a->key) && !listed(tool->takes, a->key)) return "error unknown argument";
        if (strlen(a->value) > VALUE_MAX) return "error too long";
    }
    return complete(tool, j) ? NULL : "error missing argument";
}

/* `text` as the inside of a JSON string; control bytes become spaces. Returns the new length. */
static size_t put_json(char *out, size_t at, size_t cap, const char *text) {
    for (; *text && at + 2 < cap; text++) {
        if (*text == '"' || *text == '\\') out[at++] = '\\';
        out[at++] = (unsigned char)*text < 0x20 ? ' ' : *text;
    }
    out[at] = '\0';
    return at;
}

static size_t put_pair(char *out, size_t at, size_t cap, const char *key, const char *value) {
    static const char *const parts[] = {"\"", "\":\"", "\""};
    if (at > 1 && at + 1 < cap) out[at++] = ',';
    for (const char *p = parts[0]; *p && at + 1 < cap;) out[at++] = *p++;
    at = put_json(out, at, cap, key);
    for (const char *p = parts[1]; *p && at + 1 < cap;) out[at++] = *p++;
    at = put_json(out, at, cap, value);
    for (const char *p = parts[2]; *p && at + 1 < cap;) out[at++] = *p++;
    out[at] = '\0';
    return at;
}

/* A value with ten digits that count: amounts are 0, or 1 and more. */
static size_t put_value(char *out, size_t cap, double value) {
    int decimals = 9;
    for (double top = 10; decimals > 0 && value >= top; top *= 10) decimals--;
    size_t head = fmt_put(out, cap, ",\"value\":");
    fmt_put(out + head, cap - head, "%.*f", decimals, value);
    words_trim(out + head);
    return strlen(out);
}

/* {"tool":"light","action":"dim","place":"kitchen","value":30} */
static void tell_action(const job *j) {
    char line[EVENT_MAX] = "{";
    size_t room = sizeof line - 40, at = put_pair(line, 1, room, "tool", j->call->name);
    for (int i = 0; i < j->call->count; i++) at = put_pair(line, at, room, j->call->arg[i].key, j->call->arg[i].value);
    if (j->has_value) at += put_value(line + at, sizeof line - at - 2, j->value);
    memcpy(line + at, "}", 2);
    j->t->action(j->t->user, line);
}

int64_t tools_now(const tools *t) {
    return t->unix_now ? t->unix_now(t->user) : 0;
}

int tools_run(tools *t, const sotto_call *call, char *result, size_t cap) {
    job j = {.t = t, .call = call, .result = result, .cap = cap};
    if (cap == 0) return -1;
    result[0] = '\0';
    const tool_row *tool = call->name ? find_tool(call->name) : NULL;
    const char *wrong = malformed(tool, &j);
    if (wrong) {
        job_say(&j, "%s", wrong);
        return -1;
    }
    j.now = tools_now(t);
    tool->run(&j);
    if (tool->acts && t->action && strncmp(result, "error", 5) != 0) tell_action(&j);
    return 0;
}
