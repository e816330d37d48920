/* The tools' calendar and local clock against the C library's, and alarms across the nights in which clocks are moved.
 * Zone files are the machine's; where there are none, the tests that need them are skipped. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/tools_clock.h"
#include "platform/tools/tools_date.h"
#include "platform/tools/tools_power.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOUR = 3600, DAY = 86400 };

static int64_t at; /* what the clock shows */

static int64_t shown(void *user) {
    (void)user;
    return at;
}

static void start(tools *t, const char *zone) {
    setenv("TZ", zone, 1);
    tzset();
    tools_init(t, 1);
    tools_machine_clock(t);
    t->unix_now = shown;
}

static void need_zones(void) {
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (!f) skip();
    fclose(f);
}

static void days_and_dates_are_gmtime_s(void **state) {
    (void)state;
    for (int64_t days = -1000000; days < 4000000; days += 1 + (days & 6)) {
        time_t seconds = (time_t)(days * DAY);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        date d = date_of(days);
        if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday || date_weekday(days) != tm.tm_wday ||
            date_days(d.year, d.month, d.day) != days)
            fail_msg("day %lld: %d-%d-%d", (long long)days, d.year, d.month, d.day);
    }
}

/* Every half hour of three years, both ways; a moment in a doubled hour goes back to the first of the two. */
static void local_clock_is_localtime_s(void **state) {
    (void)state;
    static const char *const zones[] = {"UTC",          "Europe/Berlin",    "America/New_York", "Australia/Lord_Howe",
                                        "Asia/Kolkata", "Pacific/Auckland", "Africa/Casablanca"};
    need_zones();
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        tools t;
        start(&t, zones[z]);
        int64_t doubled = 0;
        for (int64_t now = 1767225600; now < 1767225600 + 3 * 365 * (int64_t)DAY; now += HOUR / 2) {
            time_t moment = (time_t)now;
            struct tm tm;
            localtime_r(&moment, &tm);
            local_time l = local_of(&t, now);
            assert_int_equal(l.minute, tm.tm_hour * 60 + tm.tm_min);
            assert_int_equal(date_weekday(l.days), tm.tm_wday);
            assert_int_equal(date_of(l.days).day, tm.tm_mday);
            int64_t back = local_moment(&t, l.days, l.minute);
            if (back != now) doubled++;
            if (back != now && (back > now || local_of(&t, back).minute != l.minute))
                fail_msg("%s %lld: %lld", zones[z], (long long)now, (long long)back);
        }
        int changes = z == 1 || z == 2 || z == 5 ? 2 : z == 3 ? 1 : 0; /* half hours seen twice, a year */
        if (z < 6) assert_int_equal(doubled, 3 * changes);
    }
}

static const char *call(tools *t, const char *name, const char *time, const char *day) {
    static char result[80];
    sotto_call c = {.name = name, .count = day ? 2 : time ? 1 : 0, .arg = {{"time", time}, {"day", day}}};
    assert_int_equal(tools_run(t, &c, result, sizeof result), 0);
    return result;
}

typedef struct night {
    const char *zone;
    int64_t evening; /* nine in the evening before */
    const char *said;
    int hours, minutes; /* from then to when it goes off */
    const char *rings;
} night;

/* Clocks go forward and back in Berlin (2027-03-28, 2027-10-31) and New York (2027-03-14, 2027-11-07). */
static const night NIGHTS[] = {
    {"Europe/Berlin", 1806177600, "seven am", 9, 0, "It's 7:00 am. This is your alarm."},
    {"Europe/Berlin", 1806177600, "two thirty am", 5, 30, "It's 3:30 am. This is your alarm."}, /* no such time that night */
    {"Europe/Berlin", 1806177600, "three thirty am", 5, 30, "It's 3:30 am. This is your alarm."},
    {"Europe/Berlin", 1824922800, "seven am", 11, 0, "It's 7:00 am. This is your alarm."},
    {"Europe/Berlin", 1824922800, "two thirty am", 5, 30, "It's 2:30 am. This is your alarm."}, /* twice: the first */
    {"Europe/Berlin", 1824922800, "three thirty am", 7, 30, "It's 3:30 am. This is your alarm."},
    {"America/New_York", 1804989600, "seven am", 9, 0, "It's 7:00 am. This is your alarm."},
    {"America/New_York", 1804989600, "two fifteen am", 5, 15, "It's 3:15 am. This is your alarm."},
    {"America/New_York", 1825549200, "seven am", 11, 0, "It's 7:00 am. This is your alarm."},
    {"America/New_York", 1825549200, "one fifteen am", 4, 15, "It's 1:15 am. This is your alarm."},
};

static void alarms_keep_the_clock_s_time_over_its_changes(void **state) {
    (void)state;
    need_zones();
    for (size_t i = 0; i < sizeof NIGHTS / sizeof NIGHTS[0]; i++) {
        const night *n = &NIGHTS[i];
        tools t;
        char say[80] = "";
        start(&t, n->zone);
        at = n->evening;
        assert_string_equal(call(&t, "time", NULL, NULL), "9:00 pm");
        assert_string_equal(call(&t, "alarm_set", n->said, "tomorrow"), "ok");
        if (t.timer[0].due - at != n->hours * HOUR + n->minutes * 60)
            fail_msg("%s, %s: after %lld minutes", n->zone, n->said, (long long)(t.timer[0].due - at) / 60);
        at = t.timer[0].due - 1;
        assert_int_equal(tools_poll(&t, say, sizeof say), 0);
        at++;
        assert_int_equal(tools_poll(&t, say, sizeof say), 1);
        assert_string_equal(say, n->rings);
    }
}

/* A daily alarm at a time that one night lacks rings later in it, and the night after at its own time again; one that a night has twice rings once. */
static void daily_alarms_come_back_to_their_time(void **state) {
    (void)state;
    static const int64_t evening[] = {1806177600, 1824922800};
    static const int hours[][3] = {{11, 48, 48}, {11, 50, 48}}; /* half hours from ring to ring */
    need_zones();
    for (int i = 0; i < 2; i++) {
        tools t;
        char say[80];
        start(&t, "Europe/Berlin");
        at = evening[i];
        call(&t, "alarm_set", "two thirty am", "every day");
        for (int ring = 0; ring < 3; ring++) {
            int expected = i == 0 && ring == 1 ? 46 : hours[i][ring];
            assert_int_equal(t.timer[0].due - at, expected * HOUR / 2);
            at = t.timer[0].due;
            assert_int_equal(tools_poll(&t, say, sizeof say), 1);
            assert_int_equal(tools_poll(&t, say, sizeof say), 0);
        }
        assert_string_equal(call(&t, "alarm_cancel", "two thirty am", NULL), "ok");
    }
}

static void a_clock_that_was_never_set_runs_timers_only(void **state) {
    (void)state;
    tools t;
    char say[80], result[80];
    tools_init(&t, 1);
    t.unix_now = shown;
    at = 100;
    assert_string_equal(call(&t, "time", NULL, NULL), "error not possible");
    assert_string_equal(call(&t, "date", NULL, NULL), "error not possible");
    assert_string_equal(call(&t, "alarm_set", "noon", NULL), "error not possible");
    sotto_call c = {.name = "timer_set", .count = 1, .arg = {{"duration", "two minutes"}}};
    assert_int_equal(tools_run(&t, &c, result, sizeof result), 0);
    assert_string_equal(result, "ok");
    at = 219;
    assert_int_equal(tools_poll(&t, say, sizeof say), 0);
    at = 220;
    assert_int_equal(tools_poll(&t, say, sizeof say), 1);
    assert_int_equal(tools_run(&t, &c, result, sizeof result), 0); /* two minutes, and after one the clock is set */
    at = 1795257720;
    tools_clock_moved(&t, at - 280);
    at += 59;
    assert_int_equal(tools_poll(&t, say, sizeof say), 0);
    at++;
    assert_int_equal(tools_poll(&t, say, sizeof say), 1);
    t.unix_now = NULL;
    t.utc_offset = NULL;
    assert_string_equal(call(&t, "time", NULL, NULL), "error not possible");
    t.unix_now = shown;
    at = 1795257720;
    assert_string_equal(call(&t, "time", NULL, NULL), "10:42 am"); /* UTC */
}

/* Within some units of the last place of the C library's. */
static void near(double got, double want, int units, const char *what, double a, double b) {
    if (got == want || (isnan(got) && isnan(want))) return;
    if (isfinite(want) && fabs(got - want) <= units * (nextafter(fabs(want), INFINITY) - fabs(want))) return;
    fail_msg("%s %.17g %.17g: %.17g, expected %.17g", what, a, b, got, want);
}

static void same(double got, double want, const char *what, double a, double b) {
    near(got, want, 2, what, a, b);
}

/* cbrt itself is off by up to four units, where there is no wider type. */
static void root_of(double v) {
    near(power_cube_root(v), (double)cbrtl(v), sizeof(long double) > sizeof(double) ? 2 : 6, "cube root", v, 0);
}

static void powers_are_pow_s(void **state) {
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int base = -40; base <= 40; base++)
        for (int n = -20; n <= 40; n++) {
            double want = pow(base, n);
            same(power_of(base, n), want, "power", base, n);
            if (n >= 0 && fabs(want) < 9007199254740992.0) assert_true(power_of(base, n) == want);
        }
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        double base = (double)(x % 100000) / 1000, n = (double)(int64_t)((x >> 32) % 20001 - 10000) / 700, big = 1 + base / 1e7;
        if (pow(base, n) < 1e200 && pow(base, n) > 1e-200) same(power_of(base, n), pow(base, n), "power", base, n);
        same(power_of(big, n * 1e5), pow(big, n * 1e5), "power", big, n * 1e5);
        root_of(base);
        root_of(-big * 1e300);
    }
    for (int i = -100000; i <= 100000; i += 7) assert_true(power_cube_root((double)i * i * i) == i);
    static const double odd[][2] = {{0, 0},     {0, -1},      {0, 0.5},   {-8, 1.0 / 3}, {1, 1e300}, {-1, 1e300},
                                    {2, 1e300}, {0.5, 1e300}, {1e300, 2}, {1e300, -2},   {1e-300, 2}};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        same(power_of(odd[i][0], odd[i][1]), pow(odd[i][0], odd[i][1]), "power", odd[i][0], odd[i][1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_dates_are_gmtime_s),
        cmocka_unit_test(local_clock_is_localtime_s),
        cmocka_unit_test(alarms_keep_the_clock_s_time_over_its_changes),
        cmocka_unit_test(daily_alarms_come_back_to_their_time),
        cmocka_unit_test(a_clock_that_was_never_set_runs_timers_only),
        cmocka_unit_test(powers_are_pow_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
