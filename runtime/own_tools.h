/* own_tools: the caller's own tools (config.tools): their check, what the model is told of them, their fixed replies. */
#ifndef SOTTO_OWN_TOOLS_H
#define SOTTO_OWN_TOOLS_H
#include "models/llm/llm.h"
#include "runtime/sotto.h"

enum { OWN_TOOLS_MAX = 32, OWN_NAME_MAX = 31, OWN_WORDS_MAX = 255, OWN_SAY_MAX = 255, OWN_HEADER_MAX = 1023 };

/* 0, or ERR_ARG naming the tool, what is wrong with it and what was expected. */
int own_tools_check(const sotto_config *c, sotto_error *e);
/* `garage_door action=open/close place=; feed_cat amount=;<|end|>`: what every conversation begins with, "" without tools. Returns its bytes. */
size_t own_tools_header(const sotto_config *c, char *out, size_t cap);
/* The table for the model; what it points at is the configuration's. NULL when counting or without tools. */
const tool_spec *own_tools_layout(arena *a, const sotto_config *c);
/* 0, or a code and why: a model that cannot use them, or a header that leaves the cache no room. */
int own_tools_fit(const sotto_config *c, const llm *m, const char *header, sotto_error *e);
/* The tool's own reply to a call that was done: {argument} and {result} are filled in, [...] is left out unless all in it were given.
 * 1, or 0: it has none. */
int own_tools_say(const sotto_config *c, const toolcall *call, const char *result, char *out, size_t cap);

#endif
