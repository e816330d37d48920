/* toolcall: the table of tools and the parser (see toolcall.h). */
#include "models/llm/toolcall.h"
#include <string.h>

static const tool_spec tools[] = {
    {"time", 1, {{"place", 1, NULL, 0}}, 0},
    {"date", 1, {{"day", 1, "today tomorrow yesterday", 0}}, 0},
    {"timer_set", 2, {{"duration", 0, NULL, 0}, {"name", 1, NULL, 0}}, 0},
    {"timer_cancel", 1, {{"name", 1, NULL, 0}}, 0},
    {"timer_left", 1, {{"name", 1, NULL, 0}}, 0},
    {"alarm_set", 2, {{"time", 0, NULL, 0}, {"day", 1, NULL, 0}}, 0},
    {"alarm_cancel", 1, {{"time", 1, NULL, 0}}, 0},
    {"math", 1, {{"expr", 0, NULL, 0}}, 1},
    {"convert", 3, {{"amount", 0, NULL, 0}, {"from", 0, NULL, 0}, {"to", 0, NULL, 0}}, 1},
    {"coin", 0, {{NULL, 0, NULL, 0}}, 0},
    {"dice", 2, {{"count", 1, NULL, 0}, {"sides", 1, NULL, 0}}, 0},
    {"light", 4, {{"action", 0, "on off dim brighten set", 0}, {"place", 1, NULL, 0}, {"level", 1, NULL, 0}, {"color", 1, NULL, 0}}, 0},
    {"switch", 3, {{"device", 0, NULL, 0}, {"action", 0, "on off open close lock unlock start stop", 0}, {"place", 1, NULL, 0}}, 0},
    {"thermostat", 3, {{"action", 0, "set up down", 0}, {"temp", 1, NULL, 0}, {"place", 1, NULL, 0}}, 0},
    {"order",
     6,
     {{"drink", 0, NULL, 0}, {"size", 1, NULL, 0}, {"shots", 1, NULL, 0}, {"roast", 1, NULL, 0}, {"milk", 1, NULL, 0}, {"sugar", 1, NULL, 0}},
     0},
    {"volume", 2, {{"action", 0, "up down set mute unmute", 0}, {"level", 1, NULL, 0}}, 0},
    {"repeat", 0, {{NULL, 0, NULL, 0}}, 0},
    {"stop", 0, {{NULL, 0, NULL, 0}}, 0},
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

uint32_t tool_set_count(const tool_set *set) {
    return set->own_count + (set->only ? 0 : (uint32_t)(sizeof tools / sizeof tools[0]));
}

const tool_spec *tool_set_at(const tool_set *set, uint32_t i) {
    return i < set->own_count ? &set->own[i] : &tools[i - set->own_count];
}

static const tool_spec *tool_named(const tool_set *set, const char *name) {
    for (uint32_t i = 0; i < tool_set_count(set); i++)
        if (strcmp(tool_set_at(set, i)->name, name) == 0) return tool_set_at(set, i);
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

/* Bytes that digits lack: 0, or 1 when they stop at a sign; -1: no digits. */
static int digits_rest(const char *word, size_t len) {
    size_t seen = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = word[i] >= '0' && word[i] <= '9', sign = i == 0 && word[i] == '-';
        if (!digit && !sign && !(seen && strchr(".,:", word[i]) && word[i - 1] >= '0')) return -1;
        seen += (size_t)digit;
    }
    return len && seen && word[len - 1] >= '0' && word[len - 1] <= '9' ? 0 : 1;
}

static const char counts[] = "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
                             " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion";
static const char amounts[] = "one oh and a an half quarter quarters third thirds point minus negative dozen";

/* Bytes that the shortest of `words` beginning with word[0..len) has more, -1: none. */
static int listed_rest(const char *words, const char *word, size_t len) {
    int best = -1;
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        if (n >= len && memcmp(words, word, len) == 0 && (best < 0 || (int)(n - len) < best)) best = (int)(n - len);
    }
    return best;
}

int toolcall_counts(const char *word, size_t len) {
    return listed_rest(counts, word, len) == 0;
}

int toolcall_number_rest(const char *word, size_t len) {
    int rest = digits_rest(word, len), other;
    if (rest != 0 && (other = listed_rest(counts, word, len)) >= 0 && (rest < 0 || other < rest)) rest = other;
    if (rest != 0 && (other = listed_rest(amounts, word, len)) >= 0 && (rest < 0 || other < rest)) rest = other;
    return rest;
}

/* Every word of a number is one. */
static int all_numbers(const char *value) {
    for (size_t n; *value; value += n + (value[n] == ' ')) {
        n = strcspn(value, " ");
        if (n == 0 || toolcall_number_rest(value, n) != 0) return 0;
    }
    return 1;
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
    if (spec->number && !all_numbers(value)) return TOOLCALL_VALUE;
    out->arg[out->count].key = spec->name;
    out->arg[out->count++].value = value;
    return TOOLCALL_OK;
}

enum toolcall_result toolcall_parse(toolcall *out, const char *text, size_t len) {
    static const tool_set none = {NULL, 0, 0};
    return toolcall_parse_set(out, &none, text, len);
}

enum toolcall_result toolcall_parse_set(toolcall *out, const tool_set *set, const char *text, size_t len) {
    out->count = 0;
    enum toolcall_result r = copy_text(out, text, len);
    if (r != TOOLCALL_OK) return r;
    char *at = strchr(out->text, ' ');
    if (at) *at++ = 0;
    out->tool = tool_named(set, out->text);
    if (!out->tool) return TOOLCALL_UNKNOWN_TOOL;
    while (at) {
        r = take_arg(out, &at);
        if (r != TOOLCALL_OK) return r;
    }
    for (uint32_t i = 0; i < out->tool->args; i++)
        if (!out->tool->arg[i].optional && !value_of(out, out->tool->arg[i].name)) return TOOLCALL_MISSING;
    return TOOLCALL_OK;
}
