/* tools_when: durations, times of day and days in words (see tools_words.h). */
#include "platform/tools/tools_words.h"
#include <string.h>

typedef struct span_unit {
    const char *one, *many;
    double seconds;
} span_unit;

static const span_unit UNITS[] = {
    {"second", "seconds", 1}, {"minute", "minutes", 60}, {"hour", "hours", 3600}, {"day", "days", 86400}, {"week", "weeks", 604800}};
enum { UNIT_COUNT = 5 };

static int take_unit(words *w) {
    for (int i = 0; i < UNIT_COUNT; i++)
        if (words_take(w, UNITS[i].one) || words_take(w, UNITS[i].many)) return i;
    return -1;
}

/* "and a half", "and a quarter" of the unit before, when no unit of its own follows. */
static double trailing_part(words *w) {
    static const char *const said[] = {"and a half", "and a quarter", "and three quarters", "and half"};
    static const double part[] = {0.5, 0.25, 0.75, 0.5};
    int begin = w->at, i = words_take_any(w, said, 4), after = w->at;
    if (i < 0) return 0;
    (void)(words_take(w, "a") || words_take(w, "an"));
    if (take_unit(w) >= 0) {
        w->at = begin; /* "an hour and half a minute" */
        return 0;
    }
    w->at = after;
    return part[i];
}

/* One piece, "two and a half hours": its unit, or -1. `before` is the unit of the piece before, -1 for none. */
static int take_piece(words *w, int before, double *seconds) {
    double n = 1;
    int begin = w->at, number = words_number(w, &n) == 0;
    (void)(words_take(w, "of an") || words_take(w, "of a") || words_take(w, "an") || words_take(w, "a"));
    int unit = take_unit(w);
    if (unit < 0 && number && words_done(w) && (before < 0 || before > 0)) unit = before < 0 ? 1 : before - 1; /* "ten", "one minute thirty" */
    if (unit < 0) {
        w->at = begin;
        return -1;
    }
    *seconds += (n + trailing_part(w)) * UNITS[unit].seconds;
    return unit;
}

int words_duration(words *w, double *seconds) {
    int begin = w->at, unit = -1, pieces = 0;
    *seconds = 0;
    for (; !words_done(w); pieces++) {
        int here = w->at;
        if (pieces) words_take(w, "and");
        int next = take_piece(w, unit, seconds);
        if (next < 0) {
            w->at = here;
            break;
        }
        unit = next;
    }
    if (pieces) return 0;
    w->at = begin;
    return -1;
}

/* 1 am, 2 pm, 0 not said. */
static int take_half_day(words *w) {
    static const char *const said[] = {"am", "a m", "in the morning", "pm", "p m", "in the afternoon", "in the evening", "at night", "tonight"};
    int begin = w->at, i;
    words_take(w, "o'clock");
    i = words_take_any(w, said, 9);
    if (i < 0) {
        w->at = begin;
        words_take(w, "o'clock");
    }
    return i < 0 ? 0 : i < 3 ? 1 : 2;
}

static int finish_time(words *w, int hour, int minute, day_time *out) {
    int half = take_half_day(w);
    if (hour > 23 || minute > 59 || hour < 0 || minute < 0 || (half && (hour > 12 || hour == 0))) return -1;
    out->sure = half != 0 || hour > 12 || hour == 0;
    if (half || hour == 12) hour = hour % 12 + (half == 2 ? 12 : 0);
    out->minute = hour * 60 + minute;
    return 0;
}

/* "half past", "quarter to", "twenty five minutes past": minutes after (or, negative, before) the hour that follows. */
static int take_offset(words *w, int *minutes) {
    static const char *const past[] = {"past", "after"};
    static const char *const before[] = {"to", "before", "till", "until", "of"};
    int begin = w->at;
    words_take(w, "a");
    if (words_take(w, "half"))
        *minutes = 30;
    else if (words_take(w, "quarter"))
        *minutes = 15;
    else if (words_small(w, minutes)) {
        w->at = begin;
        return -1;
    }
    (void)(words_take(w, "minutes") || words_take(w, "minute"));
    if (words_take_any(w, past, 2) >= 0) return 0;
    if (words_take_any(w, before, 5) >= 0) {
        *minutes = -*minutes;
        return 0;
    }
    w->at = begin;
    return -1;
}

/* "7:30" and "730 pm" as typed. */
static int take_typed(words *w, int *hour, int *minute) {
    const char *t = words_done(w) ? "" : w->word[w->at];
    int h = 0, m = 0, n = 0;
    for (; n < 2 && *t >= '0' && *t <= '9'; n++) h = h * 10 + (*t++ - '0');
    if (n == 0 || *t != ':' || strlen(t) != 3) return -1;
    for (t++; *t >= '0' && *t <= '9'; t++) m = m * 10 + (*t - '0');
    if (*t) return -1;
    *hour = h;
    *minute = m;
    w->at++;
    return 0;
}

/* The minutes after a spoken hour: "thirty", "oh five", "o five", "hundred hours" or nothing. */
static int take_minutes(words *w) {
    int minute = 0, begin = w->at;
    if (words_take(w, "oh") || words_take(w, "o") || words_take(w, "zero")) {
        if (words_small(w, &minute) == 0 && minute < 10) return minute;
        w->at = begin;
        return 0;
    }
    if (words_take(w, "hundred")) {
        words_take(w, "hours");
        return 0;
    }
    return words_small(w, &minute) == 0 ? minute : 0;
}

int words_day_time(words *w, day_time *out) {
    static const char *const fixed[] = {"noon", "midday", "twelve noon", "midnight", "twelve midnight"};
    int begin = w->at, hour, minute = 0, offset, name = words_take_any(w, fixed, 5);
    if (name >= 0) {
        *out = (day_time){name < 3 ? 720 : 0, 1};
        return 0;
    }
    if (take_typed(w, &hour, &minute) == 0) {
        if (finish_time(w, hour, minute, out) == 0) return 0;
    } else if (take_offset(w, &offset) == 0) {
        name = words_take_any(w, fixed, 5);
        if (name >= 0) *out = (day_time){((name < 3 ? 720 : 0) + offset + 1440) % 1440, 1};
        if (name >= 0) return 0;
        if (words_small(w, &hour) == 0 && finish_time(w, hour, 0, out) == 0) {
            int day = out->sure ? 1440 : 720;
            out->minute = (out->minute + offset + day) % day;
            return 0;
        }
    } else if (words_small(w, &hour) == 0 && finish_time(w, hour, take_minutes(w), out) == 0) {
        return 0;
    }
    w->at = begin;
    return -1;
}

static int take_weekday(words *w) {
    static const char *const names[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    static const char *const plural[] = {"sundays", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays"};
    int day = words_take_any(w, names, 7);
    return day >= 0 ? day : words_take_any(w, plural, 7);
}

static int take_part_of_day(words *w) {
    static const char *const said[] = {"morning", "mornings", "afternoon", "evening", "evenings", "night"};
    int i = words_take_any(w, said, 6);
    return i < 0 ? 0 : i < 2 ? 1 : 2;
}

/* "every day", "every friday", "weekdays", "the weekend": bits, 0 when none of these. */
static int take_mask(words *w) {
    static const char *const said[] = {"every weekday", "every day", "everyday", "daily", "weekdays", "every weekend", "weekends", "weekend"};
    static const int mask[] = {0x3e, 0x7f, 0x7f, 0x7f, 0x3e, 0x41, 0x41, 0x41};
    int begin = w->at, i = words_take_any(w, said, 8);
    if (i >= 0) return mask[i];
    if (!words_take(w, "every")) return 0;
    int day = take_weekday(w);
    if (day >= 0) return 1 << day;
    if (words_next_is(w, "morning") || words_next_is(w, "evening") || words_next_is(w, "night")) return 0x7f;
    w->at = begin;
    return 0;
}

int words_day(words *w, day_words *out) {
    static const char *const said[] = {"today", "tonight", "this", "tomorrow", "yesterday"};
    static const int days[] = {DAY_TODAY, DAY_TODAY, DAY_TODAY, DAY_TOMORROW, DAY_YESTERDAY};
    int begin = w->at;
    *out = (day_words){DAY_NONE, 0, 0, 0};
    (void)(words_take(w, "on") || words_take(w, "for"));
    words_take(w, "the");
    int tonight = words_next_is(w, "tonight");
    out->mask = take_mask(w);
    if (!out->mask) {
        int i = words_take_any(w, said, 5);
        if (i >= 0) out->day = days[i];
        out->next = i < 0 && words_take(w, "next");
        if (i < 0) out->day = take_weekday(w);
        if (i < 0 && out->day < 0) {
            w->at = begin;
            return -1;
        }
    }
    out->half = take_part_of_day(w);
    if (tonight) out->half = 2;
    return 0;
}
