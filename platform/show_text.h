/* show_text: events and stage tables as lines of text, through a callback: the command prints them with stdio, the firmware on its console.
 *
 * No heap, no stdio; a line is made on the stack, at most SHOW_LINE bytes at a time.
 */
#ifndef SOTTO_PLATFORM_SHOW_TEXT_H
#define SOTTO_PLATFORM_SHOW_TEXT_H
#include "runtime/sotto.h"

enum { SHOW_LINE = 160 };

typedef struct show_out {
    void (*put)(void *user, const char *bytes, size_t count);
    void *user;
    int colour;           /* 1: for a terminal */
    const char *unit;     /* what a millionth of a span's numbers is: "ms", "virtual ms" */
    int counts;           /* 1: also in instructions, where the clock counts them: */
    unsigned count_shift; /* an instruction is 2^count_shift of the clock's ns */
} show_out;

/* Text of any length, then a formatted line (runtime/base/fmt.h). */
void show_put(const show_out *o, const char *text);
void show_putf(const show_out *o, const char *format, ...);
void show_text_event(const show_out *o, const sotto_event *e);
/* DESIGN §6: each span with its time, its budget and whether it held. */
void show_text_stages(const show_out *o, const sotto_statistics *s, const uint64_t *budget_ns);
/* How far the sound was ahead of the loudspeaker, and how much of it was kept. */
void show_text_pace(const show_out *o, int64_t margin_ns, const sotto_statistics *s);
/* What a second of sound and a token cost, in instructions. */
void show_text_counts(const show_out *o, const sotto_statistics *s);
/* The time a span is judged by: time a token for SOTTO_LLM_TOKENS, else its length. ns */
uint64_t show_span_cost(const sotto_span *s, int id);
extern const char *const show_event_name[];

#endif
