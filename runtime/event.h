/* event: a fixed queue of things that happened, each with its own copy of its text. */
#ifndef SOTTO_EVENT_H
#define SOTTO_EVENT_H
#include "runtime/base/arena.h"
#include "runtime/sotto.h"

enum { EVENT_SLOTS = 32, EVENT_MARGIN = 8 }; /* a unit of work raises fewer than EVENT_MARGIN events */

typedef struct event_queue {
    sotto_event slot[EVENT_SLOTS];
    sotto_word word[EVENT_SLOTS]; /* of events that have one of their own */
    char *text;                   /* [EVENT_SLOTS x text_bytes] */
    size_t text_bytes;            /* longest text with its NUL */
    uint32_t first, count;
} event_queue;

void event_layout(event_queue *q, arena *a, size_t text_bytes);
void event_reset(event_queue *q);
int event_room(const event_queue *q); /* 1 while a unit of work may run */
/* Copies text (NULL: empty; cut at a whole character when too long). The oldest event gives way when the queue is full. */
sotto_event *event_raise(event_queue *q, sotto_event_type type, uint64_t now, const char *text);
sotto_event *event_raise_word(event_queue *q, sotto_event_type type, uint64_t now, const char *text, uint64_t begin_ms, uint64_t end_ms);
int event_waits(const event_queue *q, sotto_event_type type); /* 1: one of this type was not taken yet */
int event_take(event_queue *q, sotto_event *out);

#endif
