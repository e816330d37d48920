/* early_args: the switches of what is done before it is asked, for the commands that think (run, think, bench). */
#ifndef SOTTO_HOST_EARLY_ARGS_H
#define SOTTO_HOST_EARLY_ARGS_H
#include "platform/host/args.h"
#include "runtime/sotto.h"

typedef struct early_args {
    int no_snapshot, no_speculate, whole_reply;
    unsigned long long lookup, replies;
} early_args;

/* Defaults first: early_args a = EARLY_ARGS; then the rows are part of a command's table. */
#define EARLY_ARGS                                                                                                                                   \
    { .replies = 16 }
#define EARLY_ROWS(a)                                                                                                                                \
    {"--no-speculate", OPTION_FLAG, &(a).no_speculate, NULL, "the language model waits until the turn is over"},                                     \
        {"--no-snapshot", OPTION_FLAG, &(a).no_snapshot, NULL, "what every conversation begins with is computed each time"},                         \
        {"--whole-reply", OPTION_FLAG, &(a).whole_reply, NULL, "speech waits for the whole reply"},                                                  \
        {"--lookup", OPTION_UINT, &(a).lookup, "N", "tokens tried at once by prompt lookup, at most 7 (default 0: off)"}, {                          \
        "--replies", OPTION_UINT, &(a).replies, "N", "answers kept for questions without time and context (0: off)"                                  \
    }

static inline void early_args_use(const early_args *a, sotto_config *c) {
    c->snapshot = !a->no_snapshot;
    c->speculate = !a->no_speculate;
    c->whole_reply = (uint32_t)a->whole_reply;
    c->lookup = a->lookup > UINT32_MAX ? UINT32_MAX : (uint32_t)a->lookup;
    c->replies = a->replies > UINT32_MAX ? UINT32_MAX : (uint32_t)a->replies;
}

#endif
