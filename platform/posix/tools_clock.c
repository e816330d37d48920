/* tools_clock: time(NULL), and the offset of localtime_r, which knows the zone and its summer time. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/tools_clock.h"
#include "platform/tools/tools_date.h"
#include <time.h>

static int64_t machine_now(void *user) {
    (void)user;
    return (int64_t)time(NULL);
}

/* What the local clock shows, read as if it were UTC, less the moment: POSIX names no field for it. */
static int machine_offset(void *user, int64_t unix_time) {
    struct tm tm;
    time_t at = (time_t)unix_time;
    (void)user;
    if (!localtime_r(&at, &tm)) return 0;
    int64_t shown = date_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    return (int)(shown - unix_time);
}

void tools_machine_clock(tools *t) {
    t->unix_now = machine_now;
    t->utc_offset = machine_offset;
}
