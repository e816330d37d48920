/* tools_date: the calendar and the local clock, without the C library's time zones. Internal to tools_*.c.
 *
 * Days are counted from 1970-01-01 in the proleptic Gregorian calendar, for any year an int holds. The zone is the hook utc_offset.
 */
#ifndef SOTTO_PLATFORM_TOOLS_DATE_H
#define SOTTO_PLATFORM_TOOLS_DATE_H
#include "platform/tools/tools.h"
#include <stdint.h>

typedef struct date {
    int year, month, day; /* 1..12, 1..31 */
} date;

int64_t date_days(int year, int month, int day); /* days from 1970-01-01 to this date */
date date_of(int64_t days);
int date_weekday(int64_t days); /* 0 sunday */

typedef struct local_time {
    int64_t days; /* the date, as date_days */
    int minute;   /* of the day, 0..1439 */
} local_time;

local_time local_of(const tools *t, int64_t unix_seconds);
/* When the local clock shows this minute of this day. Twice (clocks go back): the first of the two. Never (clocks go forward): the
 * moment as far after the change as the clock would have shown, half past two becoming half past three. */
int64_t local_moment(const tools *t, int64_t days, int minute);

#endif
