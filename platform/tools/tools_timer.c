/* tools_timer: timers and alarms, a fixed number of both together. An alarm is kept as the moment it goes off next. */
#include "platform/tools/tools_date.h"
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_words.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { FREE, TIMER, ALARM };
enum { LONGEST = 31 * 86400 };

static tools_timer *free_slot(tools *t) {
    for (int i = 0; i < TOOLS_TIMERS; i++)
        if (t->timer[i].kind == FREE) return &t->timer[i];
    return NULL;
}

/* "pasta timer" and "the pasta" are called "pasta". */
static void plain_name(char out[TOOLS_NAME], const char *name) {
    if (strncmp(name, "the ", 4) == 0) name += 4;
    fmt_put(out, TOOLS_NAME, "%s", name);
    size_t n = strlen(out);
    if (n > 6 && strcmp(out + n - 6, " timer") == 0) out[n - 6] = '\0';
}

/* The timer with this name, or, when none is said, the one that goes off next. */
static tools_timer *find_timer(tools *t, const char *name) {
    char wanted[TOOLS_NAME];
    tools_timer *found = NULL;
    plain_name(wanted, name);
    for (int i = 0; i < TOOLS_TIMERS; i++) {
        tools_timer *x = &t->timer[i];
        if (x->kind != TIMER || (wanted[0] && strcmp(x->name, wanted) != 0)) continue;
        if (!found || x->due < found->due) found = x;
    }
    return found;
}

int job_timer_set(job *j) {
    words w;
    double seconds;
    if (words_split(&w, job_arg(j, "duration")) || words_duration(&w, &seconds)) return job_say(j, "error bad time");
    if (seconds < 1 || seconds > LONGEST) return job_say(j, "error bad time");
    tools_timer *x = free_slot(j->t);
    if (!x) return job_say(j, "error too many");
    *x = (tools_timer){.kind = TIMER, .due = j->now + (int64_t)(seconds + 0.5)};
    plain_name(x->name, job_arg(j, "name"));
    job_value(j, seconds);
    return job_ok(j);
}

int job_timer_cancel(job *j) {
    tools_timer *x = find_timer(j->t, job_arg(j, "name"));
    if (!x) return job_say(j, "error no timer");
    x->kind = FREE;
    return job_ok(j);
}

static size_t put_part(char *out, size_t cap, size_t at, int n, const char *unit) {
    if (n == 0) return at;
    return at + fmt_put(out + at, cap - at, "%s%d %s%s", at ? " " : "", n, unit, n == 1 ? "" : "s");
}

int job_timer_left(job *j) {
    char text[80];
    tools_timer *x = find_timer(j->t, job_arg(j, "name"));
    if (!x) return job_say(j, "error no timer");
    int left = x->due > j->now ? (int)(x->due - j->now) : 0;
    size_t at = put_part(text, sizeof text, 0, left / 86400, "day");
    at = put_part(text, sizeof text, at, left / 3600 % 24, "hour");
    at = put_part(text, sizeof text, at, left / 60 % 60, "minute");
    if (left < 3600) at = put_part(text, sizeof text, at, left % 60, "second");
    return job_say(j, "%s", at ? text : "0 seconds");
}

typedef struct search { /* for the moment of an alarm */
    const tools *t;
    int64_t now;
    int from, mask; /* no fewer days ahead; bits of the weekdays that count */
} search;

/* First moment after now at this minute of the day; -1 when no day of the next nine will do. */
static int64_t next_moment(const search *s, int minute) {
    int64_t today = local_of(s->t, s->now).days;
    for (int64_t day = today + s->from; day <= today + s->from + 8; day++) {
        int64_t at = local_moment(s->t, day, minute);
        if (at > s->now && (s->mask >> date_weekday(day) & 1)) return at;
    }
    return -1;
}

/* A bare "seven thirty": the half of the day that was said with the day, else morning hours for another day, else whichever comes first. */
static int64_t resolve(const search *s, const day_time *time, const day_words *day, int *minute) {
    int early = time->minute, late = time->minute + 720;
    if (time->sure)
        *minute = early;
    else if (day->half)
        *minute = day->half == 1 ? early : late;
    else if (day->day != DAY_NONE && day->day != DAY_TODAY)
        *minute = early >= 300 ? early : late;
    else
        *minute = next_moment(s, early) < next_moment(s, late) ? early : late;
    return next_moment(s, *minute);
}

static search search_of(const job *j, const day_words *d) {
    search s = {.t = j->t, .now = j->now, .from = d->day == DAY_TOMORROW ? 1 : 0, .mask = d->mask ? d->mask : 0x7f};
    if (d->day < 0) return s;
    s.mask = 1 << d->day;
    s.from = d->next && d->day == date_weekday(local_of(j->t, j->now).days) ? 1 : 0;
    return s;
}

static int read_day(const char *text, day_words *d) {
    words w;
    *d = (day_words){DAY_NONE, 0, 0, 0};
    if (words_split(&w, text)) return -1;
    if (words_done(&w)) return 0;
    return words_day(&w, d) || !words_done(&w) || d->day == DAY_YESTERDAY ? -1 : 0;
}

static int read_time(const char *text, day_time *out) {
    words w;
    return words_split(&w, text) || words_day_time(&w, out) ? -1 : 0;
}

/* Midnight; a night lasts until six. */
static int64_t today_ends(const job *j, const day_words *day) {
    return local_moment(j->t, local_of(j->t, j->now).days + 1, day->half == 2 ? 360 : 0);
}

int job_alarm_set(job *j) {
    day_time time;
    day_words day;
    int minute;
    if (read_time(job_arg(j, "time"), &time)) return job_say(j, "error bad time");
    if (read_day(job_arg(j, "day"), &day)) return job_say(j, "error unknown day");
    if (j->now < TOOLS_CLOCK_SET) return job_say(j, "error not possible");
    search s = search_of(j, &day);
    int64_t due = resolve(&s, &time, &day, &minute);
    if (due < 0 || (day.day == DAY_TODAY && due > today_ends(j, &day))) return job_say(j, "error bad time");
    tools_timer *x = free_slot(j->t);
    if (!x) return job_say(j, "error too many");
    *x = (tools_timer){.kind = ALARM, .due = due, .minute = minute, .days = day.mask};
    job_value(j, (double)due);
    return job_ok(j);
}

/* 1 when the alarm was set for the time said; without am or pm either half of the day is meant. */
static int at_time(const tools_timer *x, const day_time *time) {
    return time->sure ? x->minute == time->minute : x->minute % 720 == time->minute;
}

int job_alarm_cancel(job *j) {
    const char *said = job_arg(j, "time");
    day_time time;
    int ended = 0;
    if (*said && read_time(said, &time)) return job_say(j, "error bad time");
    for (int i = 0; i < TOOLS_TIMERS; i++) {
        tools_timer *x = &j->t->timer[i];
        if (x->kind != ALARM || (*said && !at_time(x, &time))) continue;
        x->kind = FREE;
        ended++;
    }
    return job_say(j, ended ? "ok" : "error no alarm");
}

void tools_clock_moved(tools *t, int64_t seconds) {
    for (int i = 0; i < TOOLS_TIMERS; i++)
        if (t->timer[i].kind == TIMER) t->timer[i].due += seconds;
}

static void say_due(const tools *t, const tools_timer *x, char *say, size_t cap) {
    int minute = local_of(t, x->due).minute;
    if (x->kind == ALARM)
        fmt_put(say, cap, "It's %d:%.2d %s. This is your alarm.", (minute / 60 + 11) % 12 + 1, minute % 60, minute < 720 ? "am" : "pm");
    else if (x->name[0])
        fmt_put(say, cap, "Your %s timer is done.", x->name);
    else
        fmt_put(say, cap, "Your timer is done.");
}

int tools_poll(tools *t, char *say, size_t cap) {
    int64_t now = tools_now(t);
    tools_timer *first = NULL;
    for (int i = 0; i < TOOLS_TIMERS; i++) {
        tools_timer *x = &t->timer[i];
        if (x->kind != FREE && x->due <= now && (!first || x->due < first->due)) first = x;
    }
    if (!first) return 0;
    say_due(t, first, say, cap);
    int64_t again = first->days ? next_moment(&(search){t, now, 0, first->days}, first->minute) : -1;
    if (again < 0)
        first->kind = FREE;
    else
        first->due = again;
    return 1;
}
