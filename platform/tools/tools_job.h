/* tools_job: what one call under way looks like to the functions that carry it out. Internal to tools*.c. */
#ifndef SOTTO_PLATFORM_TOOLS_JOB_H
#define SOTTO_PLATFORM_TOOLS_JOB_H
#include "platform/tools/tools.h"
#include <stdint.h>

typedef struct job {
    tools *t;
    const sotto_call *call;
    char *result; /* [cap] */
    size_t cap;
    int64_t now;   /* unix seconds */
    int has_value; /* a number worth telling in the action event */
    double value;
} job;

const char *job_arg(const job *j, const char *key); /* its words, "" when it was not given */
/* Writes the result; always 0, so that a function can end with it. */
int job_say(job *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
void job_value(job *j, double value);

/* One function a tool; 0 when the result is written. */
int job_time(job *j);
int job_date(job *j);
int job_timer_set(job *j);
int job_timer_cancel(job *j);
int job_timer_left(job *j);
int job_alarm_set(job *j);
int job_alarm_cancel(job *j);
int job_math(job *j);
int job_convert(job *j);
int job_coin(job *j);
int job_dice(job *j);
int job_light(job *j);
int job_switch(job *j);
int job_thermostat(job *j);
int job_order(job *j);
int job_volume(job *j);
int job_ok(job *j); /* repeat, stop: the runtime does it */

int64_t tools_now(const tools *t);

/* Offset from UTC in seconds of a named place at a time; -1 when the place is unknown. */
int place_offset(const char *place, int64_t now, int *seconds);

#endif
