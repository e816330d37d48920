/* tools: what the language model may ask the platform to do (table: runtime/README.md): clock, timers, sums, home, drinks.
 *
 * State is fixed-size; nothing is allocated, no stdio and no time zones of a C library: computers and firmware share these files. Times
 * come in from the caller, so tests own the clock.
 */
#ifndef SOTTO_PLATFORM_TOOLS_H
#define SOTTO_PLATFORM_TOOLS_H
#include "runtime/sotto.h"
#include <stddef.h>
#include <stdint.h>

enum { TOOLS_CLOCK_SET = 1577836800 }; /* 2020-01-01: a clock that was never set shows less */
enum { TOOLS_TIMERS = 16, TOOLS_NAME = 48, TOOLS_DEVICES = 32 };

typedef struct tools_timer {
    int kind;              /* 0 free, 1 timer, 2 alarm */
    int64_t due;           /* unix seconds when it goes off */
    int minute;            /* alarms: of the local day, as it was said; on a day that lacks it, it goes off later */
    int days;              /* alarms that come again: bit d set = weekday d (0 sunday); 0 = once */
    char name[TOOLS_NAME]; /* as said; "" when none */
} tools_timer;

typedef struct tools_device {  /* what was last done to a thing of the house */
    char name[2 * TOOLS_NAME]; /* "light kitchen", "fan office"; "" when free */
    char state[12];            /* the action: on, off, open … */
    int level;                 /* lights: 0..100 */
} tools_device;

typedef struct tools {
    int64_t (*unix_now)(void *user);                   /* unix seconds. NULL: 0. Below TOOLS_CLOCK_SET the date is not known: */
                                                       /* timers run, "time", "date" and alarms are "error not possible" */
    int (*utc_offset)(void *user, int64_t unix_time);  /* of the local clock: seconds east of UTC at this time. NULL: UTC */
    void (*action)(void *user, const char *json_line); /* an action event (light, switch, order ...); may be NULL */
    void *user;
    uint64_t dice; /* state of the coin's and dice's generator */
    tools_timer timer[TOOLS_TIMERS];
    int volume, muted; /* 0..100 */
    int thermostat;    /* degrees, of the scale the user speaks in */
    tools_device device[TOOLS_DEVICES];
    int next_device; /* slot that is reused when all are taken */
} tools;

void tools_init(tools *t, uint64_t seed); /* no clock, UTC, no action hook */
/* Runs a call. 0 with a result to answer from: the table's, or "error ..." for what cannot be done (no such timer, division by zero),
 * which the model puts into words. -1 with "error ..." for a malformed call: unknown tool or argument, one missing or too long. */
int tools_run(tools *t, const sotto_call *call, char *result, size_t cap);
/* The clock was moved forward by these seconds (back: less than 0): timers run on as they did, alarms keep their time. */
void tools_clock_moved(tools *t, int64_t seconds);
/* 1 and the sentence to speak when a timer or an alarm has gone off (one a call), else 0. */
int tools_poll(tools *t, char *say, size_t cap);

#endif
