/* event: see event.h. A ring of slots; taking an event keeps its text until the slot is used again. */
#include "runtime/event.h"
#include "runtime/base/utf8.h"
#include <string.h>

void event_layout(event_queue *q, arena *a, size_t text_bytes) {
    q->text_bytes = text_bytes;
    q->text = ARENA_ARRAY(a, char, EVENT_SLOTS *text_bytes);
}

void event_reset(event_queue *q) {
    q->first = 0;
    q->count = 0;
}

int event_room(const event_queue *q) {
    return q->count + EVENT_MARGIN < EVENT_SLOTS;
}

sotto_event *event_raise(event_queue *q, sotto_event_type type, uint64_t now, const char *text) {
    if (q->count == EVENT_SLOTS) {
        q->first = (q->first + 1) % EVENT_SLOTS;
        q->count--;
    }
    uint32_t at = (q->first + q->count++) % EVENT_SLOTS;
    char *copy = q->text + at * q->text_bytes;
    size_t len = text ? strlen(text) : 0;
    if (len >= q->text_bytes) len = utf8_whole(text, q->text_bytes - 1);
    if (len) memcpy(copy, text, len);
    copy[len] = 0;
    q->slot[at] = (sotto_event){.type = type, .time = now, .text = copy};
    return &q->slot[at];
}

sotto_event *event_raise_word(event_queue *q, sotto_event_type type, uint64_t now, const char *text, uint64_t begin_ms, uint64_t end_ms) {
    sotto_event *e = event_raise(q, type, now, text);
    sotto_word *w = &q->word[e - q->slot];
    *w = (sotto_word){.begin_ms = begin_ms, .end_ms = end_ms, .len = (uint32_t)strlen(e->text), .confidence = 1.0f};
    e->words = w;
    e->word_count = 1;
    return e;
}

int event_waits(const event_queue *q, sotto_event_type type) {
    for (uint32_t i = 0; i < q->count; i++) {
        if (q->slot[(q->first + i) % EVENT_SLOTS].type == type) return 1;
    }
    return 0;
}

int event_take(event_queue *q, sotto_event *out) {
    if (q->count == 0) return SOTTO_AGAIN;
    *out = q->slot[q->first];
    q->first = (q->first + 1) % EVENT_SLOTS;
    q->count--;
    return SOTTO_OK;
}
