/* eval_calls: a call as the model wrote it held against the calls that a list accepts, by tool and slots, and against what was said.
 *
 *     light action=on place=kitchen | light place=kitchen action=on        calls accepted, any one of them; order of slots does not count
 *     -                                                                   no tool
 *
 * A slot is `key=words up to the next key=`; it is right when key, value and tool are.
 */
#ifndef SOTTO_HOST_EVAL_CALLS_H
#define SOTTO_HOST_EVAL_CALLS_H
#include <stddef.h>
#include <stdint.h>

enum { CALL_SLOTS = 16, CALL_TEXT = 512, CALL_TOOL = 48 };

typedef struct eval_call {
    char text[CALL_TEXT]; /* cut at the slots */
    const char *tool;     /* "-": none */
    struct {
        const char *key, *value;
    } slot[CALL_SLOTS];
    uint32_t count;
} eval_call;

typedef struct call_score {
    int wants, calls;          /* the list wants a tool; the model called one */
    int tool, exact;           /* the right tool (or rightly none); and all slots exactly */
    uint32_t want, got, right; /* slots */
} call_score;

/* Reads a call; values point into *c, which must not be copied. 0, or -1 when it is no call or too long. */
int call_read(eval_call *c, const char *text, size_t len);
/* 0 when every one of the accepted calls can be read. */
int calls_check(const char *accepted);
/* The tool of the first accepted call, "-" for none. */
void calls_tool(const char *accepted, char *out, size_t cap);
/* `got` against the accepted call that it meets best. What cannot be read is a call of no known tool. */
void calls_score(call_score *s, const char *accepted, const char *got);
/* Whether an argument of a tool has only a few values, which need not be said ("it's dark": on). */
typedef int (*call_enumerated)(const void *user, const char *tool, const char *key);
/* Every word of every free value stands in `said`: words with single spaces. */
int calls_in_reach(const char *accepted, const char *said, call_enumerated enumerated, const void *user); /* one of them is */
int call_is_faithful(const char *call, const char *said, call_enumerated enumerated, const void *user);

#endif
