/* grammar_text: the lines of a grammar's text: comments, definitions and their index, where a message points (see grammar.h). */
#include "models/asr/grammar_parts.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <string.h>

int grammar_fail(grammar_place *p, uint32_t at, const char *expected, ...) {
    const grammar *g = p->g;
    uint32_t line = 1, column = 1;
    char what[128];
    va_list args;
    if (p->failed) return -1;
    for (uint32_t i = 0; i < at && i < g->size; i++) {
        column = g->text[i] == '\n' ? 1 : column + 1;
        line += g->text[i] == '\n';
    }
    va_start(args, expected);
    fmt_putv(what, sizeof what, expected, args);
    va_end(args);
    p->failed = 1;
    error_set(p->err, ERR_ARG, "%s: line %u, column %u: %s", g->name, (unsigned)line, (unsigned)column, what);
    return -1;
}

int grammar_is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static int is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int is_name(char c) {
    return grammar_is_letter(c) ? c != '\'' : (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static uint32_t next_line(const grammar *g, uint32_t at) {
    while (at < g->size && g->text[at] != '\n') at++;
    return at < g->size ? at + 1 : at;
}

/* A '#' begins a comment at the beginning of a line and after a space. */
static int is_comment(const grammar *g, uint32_t at) {
    return g->text[at] == '#' && (at == 0 || is_blank(g->text[at - 1]));
}

void grammar_space(grammar_place *p) {
    const grammar *g = p->g;
    while (p->at < p->end) {
        if (is_comment(g, p->at))
            p->at = next_line(g, p->at);
        else if (is_blank(g->text[p->at]) || g->text[p->at] == '-')
            p->at++;
        else
            break;
    }
    if (p->at > p->end) p->at = p->end;
}

uint32_t grammar_line_end(const grammar *g, uint32_t at) {
    int quoted = 0;
    for (; at < g->size && g->text[at] != '\n'; at++) {
        if (g->text[at] == '"') quoted = !quoted;
        if (!quoted && is_comment(g, at)) break;
    }
    return at;
}

/* Does the line at `at` begin a definition (and not continue one)? */
static int begins(const grammar *g, uint32_t at) {
    return at < g->size && !is_blank(g->text[at]) && g->text[at] != '#';
}

uint32_t grammar_body_end(const grammar *g, uint32_t line) {
    uint32_t at = next_line(g, line);
    while (at < g->size && !begins(g, at)) at = next_line(g, at);
    return at;
}

grammar_text grammar_name_at(const grammar *g, uint32_t at, uint32_t end) {
    uint32_t to = at;
    while (to < end && is_name(g->text[to])) to++;
    return (grammar_text){g->text + at, to - at};
}

static uint32_t past_blanks(const grammar *g, uint32_t at, uint32_t end) {
    while (at < end && (g->text[at] == ' ' || g->text[at] == '\t')) at++;
    return at;
}

/* Name of the definition whose line begins at `line`: behind its keyword. */
static grammar_text defined_name(const grammar *g, uint32_t line) {
    grammar_text keyword = grammar_name_at(g, line, g->size);
    return grammar_name_at(g, past_blanks(g, line + keyword.len, g->size), g->size);
}

static int order(const grammar *g, uint32_t line, char kind, grammar_text name) {
    grammar_text have = defined_name(g, line);
    if (g->text[line] != kind) return g->text[line] < kind ? -1 : 1;
    int c = memcmp(have.at, name.at, have.len < name.len ? have.len : name.len);
    return c ? c : have.len < name.len ? -1 : have.len > name.len;
}

/* Place of the first definition that does not come before the name. */
static uint32_t lower_bound(const grammar *g, char kind, grammar_text name) {
    uint32_t low = 0, high = g->defs;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (order(g, g->def[middle], kind, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int grammar_find(const grammar *g, char kind, grammar_text name, uint32_t *at) {
    uint32_t i = lower_bound(g, kind, name);
    if (i == g->defs || order(g, g->def[i], kind, name) != 0) return 0;
    *at = g->def[i];
    return 1;
}

static int add_definition(grammar_place *p, uint32_t line, grammar_text name) {
    grammar *g = p->g;
    uint32_t place = lower_bound(g, g->text[line], name), name_at = (uint32_t)(name.at - g->text);
    if (place < g->defs && order(g, g->def[place], g->text[line], name) == 0)
        return grammar_fail(p, name_at, "%.*s is defined a second time", (int)name.len, name.at);
    if (g->defs == GRAMMAR_DEFS) return grammar_fail(p, line, "more than %d lists and rules", GRAMMAR_DEFS);
    uint32_t sign = past_blanks(g, name_at + name.len, g->size);
    if (sign == g->size || g->text[sign] != '=') return grammar_fail(p, sign, "expected = after the name");
    memmove(g->def + place + 1, g->def + place, (g->defs - place) * sizeof g->def[0]);
    g->def[place] = line;
    g->defs++;
    return 0;
}

static int is_word(grammar_text t, const char *word) {
    return t.len == strlen(word) && memcmp(t.at, word, t.len) == 0;
}

static int add_line(grammar_place *p, uint32_t line) {
    grammar *g = p->g;
    grammar_text keyword = grammar_name_at(g, line, g->size), name = defined_name(g, line);
    int block = is_word(keyword, "intent") || is_word(keyword, "tool");
    if (!block && !is_word(keyword, "list") && !is_word(keyword, "rule"))
        return grammar_fail(p, line, "expected list, rule, intent or tool, or a line that is indented");
    if (name.len == 0) return grammar_fail(p, (uint32_t)(name.at - g->text), "expected a name");
    if (!block) return add_definition(p, line, name);
    if (g->intents == GRAMMAR_INTENTS) return grammar_fail(p, line, "more than %d intents", GRAMMAR_INTENTS);
    g->intent[g->intents++] = line;
    return 0;
}

int grammar_index(grammar_place *p) {
    grammar *g = p->g;
    for (uint32_t i = 0; i < g->size; i++)
        if (g->text[i] == 0 || (uint8_t)g->text[i] > 0x7e) return grammar_fail(p, i, "expected plain ASCII text");
    for (uint32_t at = 0; at < g->size; at = next_line(g, at)) {
        if (begins(g, at) && add_line(p, at) != 0) return -1;
        if (g->defs + g->intents == 0 && at < past_blanks(g, at, g->size) && grammar_line_end(g, at) > past_blanks(g, at, g->size) &&
            !is_blank(g->text[past_blanks(g, at, g->size)]))
            return grammar_fail(p, past_blanks(g, at, g->size), "this line belongs to nothing: expected list, rule, intent or tool first");
    }
    if (g->intents == 0) return grammar_fail(p, g->size, "expected an intent (intent NAME, then templates, indented)");
    return 0;
}

/* ---- an intent's line: keyword name key=value ... "answer" ---- */

static uint32_t after_name(const grammar *g, uint32_t intent) {
    grammar_text name = grammar_intent_name(g, intent);
    return (uint32_t)(name.at - g->text) + name.len;
}

grammar_text grammar_intent_name(const grammar *g, uint32_t intent) {
    return defined_name(g, g->intent[intent]);
}

int grammar_intent_is_tool(const grammar *g, uint32_t intent) {
    return g->text[g->intent[intent]] == 't';
}

/* A value of key=value: a name's signs, or anything in quotes. Moves *at past it. */
static grammar_text value_at(const grammar *g, uint32_t *at, uint32_t end) {
    uint32_t from = *at;
    if (from < end && g->text[from] == '"') {
        uint32_t to = ++from;
        while (to < end && g->text[to] != '"') to++;
        *at = to < end ? to + 1 : to;
        return (grammar_text){g->text + from, to - from};
    }
    grammar_text plain = grammar_name_at(g, from, end);
    *at = from + plain.len;
    return plain;
}

/* Reads the next key=value of the line at *at; 0 when something else follows. */
static int next_constant(const grammar *g, uint32_t *at, uint32_t end, grammar_text *key, grammar_text *value) {
    uint32_t from = past_blanks(g, *at, end);
    grammar_text k = grammar_name_at(g, from, end);
    uint32_t sign = from + k.len;
    *at = from;
    if (k.len == 0 || sign >= end || g->text[sign] != '=') return 0;
    *at = sign + 1;
    *key = k;
    *value = value_at(g, at, end);
    return 1;
}

int grammar_intent_constant(const grammar *g, uint32_t intent, uint32_t index, grammar_text *key, grammar_text *value) {
    uint32_t at = after_name(g, intent), end = grammar_line_end(g, at);
    for (uint32_t i = 0; next_constant(g, &at, end, key, value); i++)
        if (i == index) return 1;
    return 0;
}

grammar_text grammar_intent_answer(const grammar *g, uint32_t intent) {
    uint32_t at = after_name(g, intent), end = grammar_line_end(g, at);
    grammar_text key, value;
    while (next_constant(g, &at, end, &key, &value)) {}
    if (at >= end || g->text[at] != '"') return (grammar_text){NULL, 0};
    return value_at(g, &at, end);
}

grammar_text grammar_slot_name(const grammar *g, uint32_t slot) {
    return grammar_name_at(g, g->slot[slot], g->size);
}

grammar_text grammar_output(const grammar *g, uint32_t at) {
    uint32_t to = at;
    while (to < g->size && g->text[to] != '|' && g->text[to] != '\n' && !is_comment(g, to)) to++;
    while (to > at && is_blank(g->text[to - 1])) to--;
    return (grammar_text){g->text + at, to - at};
}

grammar_text grammar_word_text(const grammar *g, uint32_t word) {
    return (grammar_text){g->letters + g->word[word].at, g->word[word].len};
}
