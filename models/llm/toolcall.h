/* toolcall: `name key=value words key2=...` as the model writes it, checked against the table of tools (runtime/README.md).
 *
 * An argument starts at a space followed by `name=` where name is an argument of that tool; all up to the next start is its
 * value. Text from a model is untrusted: whatever it is, the answer is a call or a code.
 */
#ifndef SOTTO_MODELS_LLM_TOOLCALL_H
#define SOTTO_MODELS_LLM_TOOLCALL_H
#include <stddef.h>
#include <stdint.h>

enum { TOOL_ARGS = 8, TOOL_TEXT = 256 };
enum toolcall_result {
    TOOLCALL_OK,
    TOOLCALL_EMPTY,
    TOOLCALL_LONG,
    TOOLCALL_UNKNOWN_TOOL,
    TOOLCALL_MALFORMED,
    TOOLCALL_DUPLICATE,
    TOOLCALL_MISSING,
    TOOLCALL_VALUE
};

typedef struct tool_arg_spec {
    const char *name;
    int optional;
    const char *words; /* values allowed, one space between; NULL: any text */
    int number;        /* of a text: every word is digits or a number word (toolcall_number_rest) */
} tool_arg_spec;

typedef struct tool_spec {
    const char *name;
    uint32_t args;
    tool_arg_spec arg[TOOL_ARGS];
    int fixed; /* 1: the same arguments have the same result whenever they are asked, and nothing else happens */
} tool_spec;

/* The tools that may be called: the caller's own, then the table. Names are unique. */
typedef struct tool_set {
    const tool_spec *own; /* [own_count] */
    uint32_t own_count;
    int only; /* 1: none of the table */
} tool_set;

typedef struct toolcall {
    const tool_spec *tool;
    uint32_t count;
    struct {
        const char *key, *value;
    } arg[TOOL_ARGS]; /* NUL-terminated, values inside text */
    char text[TOOL_TEXT];
} toolcall;

/* `out` is valid after TOOLCALL_OK only, and must not be copied (values point inside). text need not end in NUL. */
enum toolcall_result toolcall_parse(toolcall *out, const char *text, size_t len);
/* As toolcall_parse, with the caller's own tools as well; `set` and its strings outlive `out`. */
enum toolcall_result toolcall_parse_set(toolcall *out, const tool_set *set, const char *text, size_t len);
const char *toolcall_strerror(enum toolcall_result r); /* one short lower-case phrase */
const tool_spec *toolcall_table(uint32_t *count);
uint32_t tool_set_count(const tool_set *set);
const tool_spec *tool_set_at(const tool_set *set, uint32_t i); /* i < count */
/* A word of a number is digits (with . , : - between or before them) or one of: one, twenty, half, point, a ... Bytes that the shortest one
 * beginning with word[0..len) has more; -1: none. */
int toolcall_number_rest(const char *word, size_t len);
int toolcall_counts(const char *word, size_t len); /* 1: it is one that says how many, and nothing else: two, twenty, hundred, not `one` or `a` */

#endif
