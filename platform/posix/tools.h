/* tools: what the language model may ask the platform to do (table: runtime/README.md): clock, timers, sums, home, drinks.
 *
 * State is fixed-size; nothing is allocated. Times come in from the caller, so tests own the clock.
 */
#ifndef SOTTO_PLATFORM_TOOLS_H
#define SOTTO_PLATFORM_TOOLS_H
#include "runtime/sotto.h"
#include <stddef.h>
#include <stdint.h>

enum { TOOLS_TIMERS = 16, TOOLS_NAME = 48 };

typedef struct tools_timer {
    int kind;              /* 0 free, 1 timer, 2 alarm */
    int64_t due;           /* unix seconds when it goes off */
    char name[TOOLS_NAME]; /* as said; "" when none */
} tools_timer;

typedef struct tools {
    int64_t (*unix_now)(void *user);                     /* unix seconds; local time is localtime_r's. Default: time(NULL) */
    void (*action)(void *user, const char *json_line);   /* an action event (light, switch, order ...); may be NULL */
    void *user;
    uint64_t dice;                                       /* state of the coin's and dice's generator */
    tools_timer timer[TOOLS_TIMERS];
    int volume, muted;                                   /* 0..100 */
    int thermostat;                                      /* degrees */
} tools;

void tools_init(tools *t, uint64_t seed); /* the machine's clock, no action hook */
/* Runs a call (its argument names were checked by the runtime). 0, or -1 with result "error ..." when it cannot be done. */
int tools_run(tools *t, const sotto_call *call, char *result, size_t cap);
/* 1 and the sentence to speak when a timer or an alarm has gone off (one a call), else 0. */
int tools_poll(tools *t, char *say, size_t cap);

#endif
