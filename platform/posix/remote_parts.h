/* remote_parts: what the files of `remote` share: the event stream, the answer it makes, the request, the turns that are kept. */
#ifndef SOTTO_PLATFORM_REMOTE_PARTS_H
#define SOTTO_PLATFORM_REMOTE_PARTS_H
#include "platform/posix/remote.h"
#include <cjson/cJSON.h>

enum {
    REMOTE_LINE = 16384,     /* longest line of an event stream, bytes */
    REMOTE_REPLY = 8192,     /* longest answer */
    REMOTE_KEPT = 1024,      /* of a text that is kept as history */
    REMOTE_CALLS = 4,        /* tool calls in one answer */
    REMOTE_ARGUMENTS = 1024, /* JSON of a call's arguments */
    REMOTE_TEXT = 512        /* a call as the turn format writes it, or a result */
};

typedef struct remote_call {
    char id[64], name[64], arguments[REMOTE_ARGUMENTS];
} remote_call;

typedef struct remote_answer { /* of one request, as far as it came */
    char text[REMOTE_REPLY];
    size_t len;
    uint32_t tokens; /* pieces of text */
    remote_call call[REMOTE_CALLS];
    uint32_t calls;
    int finished; /* the server gave a reason why the answer ends */
    int closed;   /* [DONE] */
} remote_answer;

/* One event's data. 0, or -1 with what is wrong with it. */
int remote_answer_take(remote_answer *a, const char *data, size_t len, platform_error *e);
/* Call i as `name key=value ...`; what is no such call becomes one that the runtime refuses by name. */
void remote_answer_call(const remote_answer *a, uint32_t i, char *out, size_t cap);

typedef struct remote_stream { /* bytes as they come -> lines -> data */
    char line[REMOTE_LINE];
    size_t len;
} remote_stream;

/* 0, or -1 with what was expected. */
int remote_stream_take(remote_stream *s, remote_answer *to, const char *bytes, size_t count, platform_error *e);

typedef struct remote_turn {
    char user[REMOTE_KEPT], reply[REMOTE_KEPT];
    char calls[2 * REMOTE_TEXT]; /* `<|call|>...<|result|>...` of it */
} remote_turn;

typedef struct remote_history { /* a ring */
    remote_turn turn[REMOTE_TURNS];
    uint32_t first, count, limit;
    remote_turn now; /* the turn that runs */
} remote_history;

void remote_history_begin(remote_history *h, const char *user);
void remote_history_called(remote_history *h, const char *call, const char *result); /* of the turn that runs */
void remote_history_end(remote_history *h, const char *reply);                       /* NULL: forget all */
const remote_turn *remote_history_at(const remote_history *h, uint32_t i);           /* 0: the oldest */
void remote_copy(char *to, size_t cap, const char *text); /* whole characters; control bytes become spaces, `<|` becomes `<` */

/* The body of a request as JSON, to be freed by cJSON_free; NULL without memory. */
cJSON *remote_tool_json(const sotto_tool_info *tool);
char *remote_chat_body(const remote_config *c, const remote_history *h, const cJSON *tools, const cJSON *rounds);
/* rounds: an array of messages that follow the user's: its calls and their results */
void remote_round_calls(cJSON *rounds, const remote_answer *a);
void remote_round_result(cJSON *rounds, const remote_call *call, const char *result);
/* The turn format: header, kept turns, this one, and `after`. */
char *remote_sotto_body(const remote_config *c, const remote_history *h, const char *header, const char *after);
/* Adds one of the user's own tools to the header. */
void remote_sotto_offer(char *header, size_t cap, const sotto_tool_info *tool);

#endif
