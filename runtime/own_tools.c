/* own_tools: see own_tools.h. */
#include "runtime/own_tools.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { LEAST_WINDOW = 64 /* rows of the cache that a header must leave */ };

/* ---- the check ---- */

static int refuse(sotto_error *e, const sotto_tool_info *t, const char *what, const char *which, const char *expected) {
    return error_set(e, ERR_ARG, "config.tools: %s: %s%s%s%s: expected %s", t->name ? t->name : "?", what, which ? " \"" : "", which ? which : "",
                     which ? "\"" : "", expected);
}

static int good_name(const char *name) {
    size_t n = 0;
    if (!name || name[0] < 'a' || name[0] > 'z') return 0;
    for (; name[n]; n++)
        if (!((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9') || name[n] == '_')) return 0;
    return n <= OWN_NAME_MAX;
}

/* Words with one space between, each of letters, digits, _ ' - */
static int good_words(const char *words) {
    size_t n = strlen(words);
    if (n == 0 || n > OWN_WORDS_MAX || words[0] == ' ' || words[n - 1] == ' ' || strstr(words, "  ")) return 0;
    for (size_t i = 0; i < n; i++) {
        char c = words[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("_'- ", c))) return 0;
    }
    return 1;
}

static int check_arg(const sotto_tool_info *t, int i, sotto_error *e) {
    const char *name = t->arg[i].name;
    if (!good_name(name) || strcmp(name, "result") == 0)
        return refuse(e, t, "argument", name ? name : "?", "a name of a-z, 0-9 and _, at most 31, not `result`");
    for (int k = 0; k < i; k++)
        if (strcmp(t->arg[k].name, name) == 0) return refuse(e, t, "argument", name, "each name once");
    if (t->arg[i].words && !good_words(t->arg[i].words)) return refuse(e, t, "words of", name, "words of a-z, 0-9, _ ' -, at most 255 bytes");
    return 0;
}

static int check_tool(const sotto_config *c, uint32_t at, sotto_error *e) {
    const sotto_tool_info *t = &c->tools[at];
    uint32_t built_in;
    const tool_spec *table = toolcall_table(&built_in);
    if (!good_name(t->name)) return refuse(e, t, "the tool's name", NULL, "a-z, 0-9 and _, at most 31");
    for (uint32_t i = 0; i < built_in; i++)
        if (strcmp(table[i].name, t->name) == 0) return refuse(e, t, "is a built-in tool", NULL, "another name");
    for (uint32_t i = 0; i < at; i++)
        if (strcmp(c->tools[i].name, t->name) == 0) return refuse(e, t, "is there twice", NULL, "each name once");
    if (t->args < 0 || t->args > TOOL_ARGS) return refuse(e, t, "too many arguments", NULL, "at most 8");
    if (t->say && strlen(t->say) > OWN_SAY_MAX) return refuse(e, t, "its reply is too long", NULL, "at most 255 bytes");
    int code = 0;
    for (int i = 0; i < t->args && !code; i++) code = check_arg(t, i, e);
    return code;
}

int own_tools_check(const sotto_config *c, sotto_error *e) {
    char header[OWN_HEADER_MAX + 1];
    if (!c->tool_count) return 0;
    if (!c->tools || c->tool_count > OWN_TOOLS_MAX) return error_set(e, ERR_ARG, "config.tools: expected a table of at most %d tools", OWN_TOOLS_MAX);
    for (uint32_t i = 0; i < c->tool_count; i++) {
        int code = check_tool(c, i, e);
        if (code) return code;
    }
    if (own_tools_header(c, header, sizeof header) >= OWN_HEADER_MAX)
        return error_set(e, ERR_ARG, "config.tools: names and words: expected less than %d bytes in all", OWN_HEADER_MAX);
    return 0;
}

/* ---- what the model gets ---- */

static size_t put(char *out, size_t used, size_t cap, const char *text) {
    return used + fmt_put(out + used, cap - used, "%s", text);
}

size_t own_tools_header(const sotto_config *c, char *out, size_t cap) {
    size_t used = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < c->tool_count; i++) {
        const sotto_tool_info *t = &c->tools[i];
        used = put(out, used, cap, i ? " " : "");
        used = put(out, used, cap, t->name);
        for (int k = 0; k < t->args; k++) {
            used = put(out, used, cap, " ");
            used = put(out, used, cap, t->arg[k].name);
            used = put(out, used, cap, "=");
            size_t words = used;
            used = put(out, used, cap, t->arg[k].words ? t->arg[k].words : "");
            for (; words < used; words++)
                if (out[words] == ' ') out[words] = '/';
        }
        used = put(out, used, cap, ";");
    }
    return c->tool_count ? put(out, used, cap, "<|end|>") : 0;
}

const tool_spec *own_tools_layout(arena *a, const sotto_config *c) {
    tool_spec *out = ARENA_ARRAY(a, tool_spec, c->tool_count);
    for (uint32_t i = 0; out && i < c->tool_count; i++) {
        const sotto_tool_info *t = &c->tools[i];
        out[i].name = t->name;
        out[i].args = (uint32_t)t->args;
        for (int k = 0; k < t->args; k++)
            out[i].arg[k] =
                (tool_arg_spec){.name = t->arg[k].name, .optional = t->arg[k].optional, .words = t->arg[k].words, .number = t->arg[k].number};
    }
    return out;
}

int own_tools_fit(const sotto_config *c, const llm *m, const char *header, sotto_error *e) {
    const char *file = m->model.file->name;
    uint32_t rows = c->llm_window + c->llm_sinks, least = (uint32_t)strlen(header) / 2 + 2;
    if (!c->tool_count) return 0;
    if (!llm_has_turns(m))
        return error_set(e, ERR_MODEL, "%s: config.tools: expected a model with the tokens <|user|> <|call|> <|result|> <|say|> <|end|>", file);
    if (least + LEAST_WINDOW <= rows) return 0;
    return error_set(e, ERR_ARG, "config.tools: their names take about %u rows of the cache: expected at most %d (a larger llm_window)",
                     (unsigned)least, (int)rows - LEAST_WINDOW);
}

/* ---- replies ---- */

/* Value of the argument or of `result`; NULL: it was not given. */
static const char *value_of(const toolcall *call, const char *name, size_t len, const char *result) {
    for (uint32_t i = 0; i < call->count; i++)
        if (strlen(call->arg[i].key) == len && memcmp(call->arg[i].key, name, len) == 0) return call->arg[i].value;
    return len == 6 && memcmp(name, "result", 6) == 0 ? result : NULL;
}

typedef struct filling {
    const toolcall *call;
    const char *result;
    char *out;
    size_t used, cap;
} filling;

/* From *at up to the end or a closing bracket; 0 when something in it was not given. */
static int fill(filling *f, const char **at, int inside) {
    int whole = 1;
    while (**at && !(inside && **at == ']')) {
        const char *from = (*at)++, *close = *from == '{' ? strchr(from, '}') : NULL;
        if (close) {
            const char *value = value_of(f->call, from + 1, (size_t)(close - from - 1), f->result);
            whole &= value != NULL;
            f->used += fmt_put(f->out + f->used, f->cap - f->used, "%s", value ? value : "");
            *at = close + 1;
        } else if (*from == '[' && !inside) {
            size_t before = f->used;
            if (!fill(f, at, 1)) f->out[f->used = before] = 0;
            *at += **at == ']';
        } else {
            f->used += fmt_put(f->out + f->used, f->cap - f->used, "%c", *from);
        }
    }
    return whole;
}

int own_tools_say(const sotto_config *c, const toolcall *call, const char *result, char *out, size_t cap) {
    filling f = {call, result, out, 0, cap};
    out[0] = 0;
    for (uint32_t i = 0; i < c->tool_count; i++) {
        if (strcmp(c->tools[i].name, call->tool->name) != 0 || !c->tools[i].say) continue;
        const char *at = c->tools[i].say;
        fill(&f, &at, 0);
        return 1;
    }
    return 0;
}
