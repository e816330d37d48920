/* remote: a language model behind an OpenAI-compatible server, as the runtime's hooks.remote. libcurl's multi interface: nothing here blocks.
 *
 * Each turn is one POST (one more after each tool call) answered as a stream of server-sent events, `data: {...}` a piece:
 *     openai  URL/v1/chat/completions with messages and tools
 *     sotto   URL/v1/completions with the turn format of runtime/README.md, for a server of our own llm.gguf
 * The last turns are sent along. What a server sends is untrusted: lines, replies and calls are bounded, text is UTF-8 or refused.
 * No socket is opened before the first turn. Without libcurl remote_none.c takes this module's place and remote_open says so.
 */
#ifndef SOTTO_PLATFORM_REMOTE_H
#define SOTTO_PLATFORM_REMOTE_H
#include "platform/platform.h"
#include "runtime/sotto.h"

enum { REMOTE_TURNS = 16 /* most turns that are kept to be sent along */ };

typedef enum remote_format { REMOTE_OPENAI, REMOTE_SOTTO } remote_format;

typedef struct remote_config { /* texts outlive the remote */
    const char *url;           /* http or https, with or without /v1 */
    const char *model;         /* its name at the server; NULL: not sent */
    const char *key;           /* sent as "Authorization: Bearer KEY"; NULL: none */
    const char *system;        /* text of the system message; NULL: none */
    remote_format format;
    uint32_t timeout_ms; /* for the first token, and between tokens; 1 or more */
    uint32_t turns;      /* of history sent along, at most REMOTE_TURNS */
    uint32_t max_tokens; /* of a reply */
    float temperature;
} remote_config;

typedef struct remote remote;

/* NULL with the reason: a bad URL or key, or no libcurl in this build. Opens no connection. */
remote *remote_open(const remote_config *c, platform_error *e);
void remote_close(remote *r); /* NULL: nothing */
const sotto_remote *remote_hooks(remote *r);
/* A tool that the model may call, in the runtime's order; its strings need not live on. */
void remote_offer(remote *r, const sotto_tool_info *tool);
int remote_waits(const remote *r);              /* 1 while an answer is on its way */
void remote_wait(remote *r, uint32_t limit_ms); /* until something comes or the limit; blocks */

#endif
