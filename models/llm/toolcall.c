/* toolcall: the table of tools and the parser (see toolcall.h). */
#include "models/llm/toolcall.h"
#include <string.h>

static const tool_spec tools[] = {
    {"time", 1, {{"place", 1, NULL}}},
    {"date", 1, {{"day", 1, "today tomorrow yesterday"}}},
    {"timer_set", 2, {{"duration", 0, NULL}, {"name", 1, NULL}}},
    {"timer_cancel", 1, {{"name", 1, NULL}}},
    {"timer_left", 1, {{"name", 1, NULL}}},
    {"alarm_set", 2, {{"time", 0, NULL}, {"day", 1, NULL}}},
    {"alarm_cancel", 1, {{"time", 1, NULL}}},
    {"math", 1, {{"expr", 0, NULL}}},
    {"convert", 3, {{"amount", 0, NULL}, {"from", 0, NULL}, {"to", 0, NULL}}},
    {"coin", 0, {{NULL, 0, NULL}}},
    {"dice", 2, {{"count", 1, NULL}, {"sides", 1, NULL}}},
    {"light", 4, {{"action", 0, "on off dim brighten set"}, {"place", 1, NULL}, {"level", 1, NULL}, {"color", 1, NULL}}},
    {"switch", 3, {{"device", 0, NULL}, {"action", 0, "on off open close lock unlock start stop"}, {"place", 1, NULL}}},
    {"thermostat", 3, {{"action", 0, "set up down"}, {"temp", 1, NULL}, {"place", 1, NULL}}},
    {"order", 6, {{"drink", 0, NULL}, {"size", 1, NULL}, {"shots", 1, NULL}, {"roast", 1, NULL}, {"milk", 1, NULL}, {"sugar", 1, NULL}}},
    {"volume", 2, {{"action", 0, "up down set mute unmute"}, {"level", 1, NULL}}},
    {"repeat", 0, {{NULL, 0, NULL}}},
    {"stop", 0, {{NULL, 0, NULL}}},
};

const tool_spec *toolcall_table(uint32_t *count) {
    *count = sizeof tools / sizeof tools[0];
    return tools;
}

const char *toolcall_strerror(enum toolcall_result r) {
    static const char *const text[] = {
        "ok", "empty call", "call too long", "unknown tool", "malformed argument", "argument given twice", "argument missing", "value not allowed"};
    return (size_t)r < sizeof text / sizeof text[0] ? text[r] : "unknown error";
}

static const tool_spec *tool_named(const char *name) {
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (strcmp(tools[i].name, name) == 0) return &tools[i];
    return NULL;
}

/* The argument whose `name=` stands at text, or NULL. */
static const tool_arg_spec *arg_at(const tool_spec *tool, const char *text) {
    for (uint32_t i = 0; i < tool->args; i++) {
        size_t n = strlen(tool->arg[i].name);
        if (strncmp(text, tool->arg[i].name, n) == 0 && text[n] == '=') return &tool->arg[i];
    }
    return NULL;
}

static const char *value_of(const toolcall *c, const char *key) {
    for (uint32_t i = 0; i < c->count; i++)
        if (strcmp(c->arg[i].key, key) == 0) return c->arg[i].value;
    return NULL;
}

/* Is `word` exactly one of the space-separated words? */
static int among(const char *words, const char *word) {
    size_t n = strlen(word);
    if (strchr(word, ' ')) return 0;
    for (const char *at = words; (at = strstr(at, word)) != NULL; at++)
        if (n && (at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0)) return 1;
    return 0;
}

/* Copies to out->text without spaces at either end. Control bytes are no part of a call. */
static enum toolcall_result copy_text(toolcall *out, const char *text, size_t len) {
    while (len && text[0] == ' ') text++, len--;
    while (len && text[len - 1] == ' ') len--;
    if (len == 0) return TOOLCALL_EMPTY;
    if (len >= TOOL_TEXT) return TOOLCALL_LONG;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ') return TOOLCALL_MALFORMED;
    memcpy(out->text, text, len);
    out->text[len] = 0;
    return TOOLCALL_OK;
}

/* One argument at *at, which is cut off behind its value; *at moves to the next one, or NULL. */
static enum toolcall_result take_arg(toolcall *out, char **at) {
    const tool_arg_spec *spec = arg_at(out->tool, *at);
    if (!spec) return TOOLCALL_MALFORMED;
    if (value_of(out, spec->name)) return TOOLCALL_DUPLICATE;
    char *value = *at + strlen(spec->name) + 1, *end = value;
    *at = NULL;
    while ((end = strchr(end, ' ')) != NULL && !arg_at(out->tool, end + 1)) end++;
    if (end) *end = 0, *at = end + 1;
    if (*value == 0 || *value == ' ') return TOOLCALL_MALFORMED;
    if (spec->words && !among(spec->words, value)) return TOOLCALL_VALUE;
    out->arg[out->count].key = spec->name;
    out->arg[out->count++].value = value;
    return TOOLCALL_OK;
}

enum toolcall_result toolcall_parse(toolcall *out, const char *text, size_t len) {
    out->count = 0;
    enum toolcall_result r = copy_text(out, text, len);
    if (r != TOOLCALL_OK) return r;
    char *at = strchr(out->text, ' ');
    if (at) *at++ = 0;
    out->tool = tool_named(out->text);
    if (!out->tool) return TOOLCALL_UNKNOWN_TOOL;
    while (at) {
        r = take_arg(out, &at);
        if (r != TOOLCALL_OK) return r;
    }
    for (uint32_t i = 0; i < out->tool->args; i++)
        if (!out->tool->arg[i].optional && !value_of(out, out->tool->arg[i].name)) return TOOLCALL_MISSING;
    return TOOLCALL_OK;
}
