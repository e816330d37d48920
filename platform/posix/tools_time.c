/* tools_time: the time here and elsewhere, and the date. Local time is the machine's (localtime_r). */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/tools_job.h"
#include "platform/posix/tools_words.h"
#include <string.h>
#include <time.h>

static int say_time(job *j, const struct tm *tm) {
    return job_say(j, "%d:%02d %s", (tm->tm_hour + 11) % 12 + 1, tm->tm_min, tm->tm_hour < 12 ? "am" : "pm");
}

int job_time(job *j) {
    const char *place = job_arg(j, "place");
    struct tm tm;
    int offset;
    time_t now = (time_t)j->now;
    if (!*place || strcmp(place, "here") == 0) {
        localtime_r(&now, &tm);
        return say_time(j, &tm);
    }
    if (place_offset(place, j->now, &offset)) return job_say(j, "error unknown place");
    now += offset;
    gmtime_r(&now, &tm);
    return say_time(j, &tm);
}

/* Days from today to the day meant. */
static int days_ahead(const day_words *d, int weekday) {
    if (d->day == DAY_TOMORROW) return 1;
    if (d->day == DAY_YESTERDAY) return -1;
    if (d->day < 0) return 0;
    int ahead = (d->day - weekday + 7) % 7;
    return ahead == 0 && d->next ? 7 : ahead;
}

int job_date(job *j) {
    static const char *const days[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    words w;
    day_words d = {DAY_TODAY, 0, 0, 0};
    struct tm tm;
    time_t now = (time_t)j->now;
    if (words_split(&w, job_arg(j, "day"))) return job_say(j, "error unknown day");
    if (!words_done(&w) && (words_day(&w, &d) || d.mask || !words_done(&w))) return job_say(j, "error unknown day");
    localtime_r(&now, &tm);
    tm.tm_mday += days_ahead(&d, tm.tm_wday);
    tm.tm_hour = 12; /* away from the hours that summer time moves */
    tm.tm_isdst = -1;
    if (mktime(&tm) == (time_t)-1) return job_say(j, "error unknown day");
    return job_say(j, "%s %s %d", days[tm.tm_wday], months[tm.tm_mon], tm.tm_mday);
}
