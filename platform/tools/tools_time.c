/* tools_time: the time here and elsewhere, and the date. */
#include "platform/tools/tools_date.h"
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_words.h"
#include <string.h>

int job_time(job *j) {
    const char *place = job_arg(j, "place");
    int offset, minute, here = !*place || strcmp(place, "here") == 0;
    if (!here && place_offset(place, j->now, &offset)) return job_say(j, "error unknown place");
    if (j->now < TOOLS_CLOCK_SET) return job_say(j, "error not possible");
    minute = here ? local_of(j->t, j->now).minute : (int)((j->now + offset) / 60 % 1440);
    return job_say(j, "%d:%.2d %s", (minute / 60 + 11) % 12 + 1, minute % 60, minute < 720 ? "am" : "pm");
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
    static const char *const names[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    words w;
    day_words d = {DAY_TODAY, 0, 0, 0};
    if (words_split(&w, job_arg(j, "day"))) return job_say(j, "error unknown day");
    if (!words_done(&w) && (words_day(&w, &d) || d.mask || !words_done(&w))) return job_say(j, "error unknown day");
    if (j->now < TOOLS_CLOCK_SET) return job_say(j, "error not possible");
    int64_t days = local_of(j->t, j->now).days;
    days += days_ahead(&d, date_weekday(days));
    date is = date_of(days);
    return job_say(j, "%s %s %d", names[date_weekday(days)], months[is.month - 1], is.day);
}
