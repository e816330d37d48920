/* tools_date: the calendar and the local clock (see tools_date.h). All in integers; bound: no loops. */
#include "platform/tools/tools_date.h"

enum { DAY = 86400, ERA_DAYS = 146097, ERA_BEGIN = 719468 }; /* 400 years; days from 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Years begin in March here, so that the leap day is the last: day 153 * m / 5 of the year begins month m. */
int64_t date_days(int year, int month, int day) {
    int64_t y = (int64_t)year - (month < 3), era = floor_div(y, 400);
    int of_era = (int)(y - era * 400), m = month < 3 ? month + 9 : month - 3;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + (m * 153 + 2) / 5 + day - 1 - ERA_BEGIN;
}

date date_of(int64_t days) {
    int64_t era = floor_div(days + ERA_BEGIN, ERA_DAYS);
    int d = (int)(days + ERA_BEGIN - era * ERA_DAYS);                           /* of the era, 0..146096 */
    int y = (d - d / 1460 + d / 36524 - d / 146096) / 365;                      /* less the leap days before it */
    int of_year = d - (y * 365 + y / 4 - y / 100), m = (of_year * 5 + 2) / 153; /* 0 is March */
    return (date){(int)(era * 400) + y + (m >= 10), m < 10 ? m + 3 : m - 9, of_year - (m * 153 + 2) / 5 + 1};
}

int date_weekday(int64_t days) {
    return (int)(days + 4 - floor_div(days + 4, 7) * 7); /* 1970-01-01 was a Thursday */
}

static int64_t offset_at(const tools *t, int64_t unix_seconds) {
    return t->utc_offset ? t->utc_offset(t->user, unix_seconds) : 0;
}

local_time local_of(const tools *t, int64_t unix_seconds) {
    int64_t local = unix_seconds + offset_at(t, unix_seconds), days = floor_div(local, DAY);
    return (local_time){days, (int)(local - days * DAY) / 60};
}

/* The offsets a day before and a day after are the only ones that may hold: zones change their clocks months apart. */
int64_t local_moment(const tools *t, int64_t days, int minute) {
    int64_t local = days * DAY + minute * 60, before = offset_at(t, local - DAY), after = offset_at(t, local + DAY);
    if (offset_at(t, local - before) != before && offset_at(t, local - after) == after) return local - after;
    return local - before;
}
