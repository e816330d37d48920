/* The platform's tools, row by row: a call as the model writes it, the result it must give; then what needs a clock or a memory.
 * The clock stands at Saturday 2026-11-21 10:42:00 in the zone that main sets (UTC), unless a test moves it.
 */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/tools_clock.h"
#include "tests/tools_rows.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { START = 1795257720, DAY = 86400 };

typedef struct desk {
    tools t;
    int64_t now;
    int actions;
    char line[1100]; /* the last action */
} desk;

static int64_t desk_now(void *user) {
    return ((desk *)user)->now;
}

static void desk_action(void *user, const char *line) {
    desk *d = user;
    d->actions++;
    snprintf(d->line, sizeof d->line, "%s", line);
}

static void desk_start(desk *d) {
    memset(d, 0, sizeof *d);
    tools_init(&d->t, 42);
    tools_machine_clock(&d->t);
    d->t.unix_now = desk_now;
    d->t.action = desk_action;
    d->t.user = d;
    d->now = START;
}

/* "light|action=on|place=den" run; the result is left in `result`. */
static int run(desk *d, const char *call, char *result, size_t cap) {
    static char text[2048];
    sotto_call c = {0};
    snprintf(text, sizeof text, "%s", call);
    c.name = strtok(text, "|");
    for (char *pair; (pair = strtok(NULL, "|")) != NULL; c.count++) {
        char *equals = strchr(pair, '=');
        assert_non_null(equals);
        *equals = '\0';
        c.arg[c.count] = (sotto_tool_arg){pair, equals + 1};
    }
    return tools_run(&d->t, &c, result, cap);
}

static const char *said(desk *d, const char *call) {
    static char result[160];
    assert_int_equal(run(d, call, result, sizeof result), 0);
    return result;
}

static void every_row_gives_its_result(void **state) {
    (void)state;
    int rows = 0;
    for (const tool_case *c = TOOL_CASES; c->call; c++, rows++) {
        desk d;
        desk_start(&d);
        const char *got = said(&d, c->call);
        if (strcmp(got, c->result) != 0) fail_msg("%s: got \"%s\", expected \"%s\"", c->call, got, c->result);
    }
    assert_true(rows >= 150);
}

/* Durations, checked by how long the timer then has left. */
static void durations_are_understood(void **state) {
    (void)state;
    for (const duration_case *c = DURATION_CASES; c->said; c++) {
        desk d;
        char call[200];
        desk_start(&d);
        snprintf(call, sizeof call, "timer_set|duration=%s", c->said);
        const char *got = said(&d, call);
        if (strcmp(got, "ok") != 0) fail_msg("%s: got \"%s\"", c->said, got);
        if (d.t.timer[0].due != START + c->seconds) fail_msg("%s: %d s, expected %d", c->said, (int)(d.t.timer[0].due - START), c->seconds);
    }
}

/* Times of day, checked by the moment the alarm is set for, in minutes from today's midnight. */
static void times_of_day_are_understood(void **state) {
    (void)state;
    int64_t midnight = START - (10 * 60 + 42) * 60;
    for (const alarm_case *c = ALARM_CASES; c->time; c++) {
        desk d;
        char call[200];
        desk_start(&d);
        snprintf(call, sizeof call, "alarm_set|time=%s%s%s", c->time, c->day ? "|day=" : "", c->day ? c->day : "");
        const char *got = said(&d, call);
        if (strcmp(got, "ok") != 0) fail_msg("%s: got \"%s\"", call, got);
        int64_t minutes = (d.t.timer[0].due - midnight) / 60;
        if (minutes != c->minutes) fail_msg("%s: day %d %02d:%02d", call, (int)(minutes / 1440), (int)(minutes / 60 % 24), (int)(minutes % 60));
    }
}

static void malformed_calls_are_errors(void **state) {
    (void)state;
    static const char *const bad[] = {
        "weather",           "time|city=rome",   "timer_set",       "timer_set|duration=", "convert|amount=ten|from=miles",
        "light|place=attic", "order|size=small", "coin|side=heads", "math|expression=two"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        desk d;
        char result[100] = "";
        desk_start(&d);
        assert_int_equal(run(&d, bad[i], result, sizeof result), -1);
        assert_memory_equal(result, "error ", 6);
        assert_int_equal(d.actions, 0);
    }
}

static void long_and_empty_values_never_crash(void **state) {
    (void)state;
    desk d;
    char big[2000], call[2100], result[100];
    desk_start(&d);
    memset(big, 'z', sizeof big);
    for (size_t i = 5; i < sizeof big; i += 6) big[i] = ' ';
    static const int lengths[] = {0, 1, 50, 150, 199, 200, 201, 500, 1500};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        snprintf(call, sizeof call, "math|expr=%.*s", lengths[i], big);
        run(&d, call, result, sizeof result);
        assert_memory_equal(result, "error ", 6);
        snprintf(call, sizeof call, "timer_set|duration=one minute|name=%.*s", lengths[i], big);
        run(&d, call, result, sizeof result);
        snprintf(call, sizeof call, "timer_left|name=%.*s", lengths[i], big);
        run(&d, call, result, sizeof result);
    }
    for (size_t cap = 1; cap < 12; cap++) { /* a small result buffer is kept */
        memset(result, '#', sizeof result);
        run(&d, "convert|amount=ten|from=miles|to=kilometers", result, cap);
        assert_true(strlen(result) < cap && result[cap] == '#');
    }
}

/* "add add add …" and the like end soon. */
static void deep_sums_end(void **state) {
    (void)state;
    static const char *const word[] = {"add",         "subtract", "square root of", "half of", "double",
                                       "two squared", "minus",    "five factorial", "two plus"};
    desk d;
    desk_start(&d);
    for (size_t i = 0; i < sizeof word / sizeof word[0]; i++) {
        char call[240] = "math|expr=", result[100];
        while (strlen(call) + strlen(word[i]) < 200) strcat(strcat(call, word[i]), " ");
        assert_int_equal(run(&d, call, result, sizeof result), 0);
        assert_true(result[0] != '\0');
    }
}

static void timers_run_down_and_go_off(void **state) {
    (void)state;
    desk d;
    char say[100];
    desk_start(&d);
    said(&d, "timer_set|duration=five minutes|name=pasta");
    said(&d, "timer_set|duration=ninety seconds");
    assert_string_equal(said(&d, "timer_left"), "1 minute 30 seconds");
    assert_string_equal(said(&d, "timer_left|name=the pasta timer"), "5 minutes");
    assert_string_equal(said(&d, "timer_left|name=rice"), "error no timer");
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 0);
    d.now += 89;
    assert_string_equal(said(&d, "timer_left"), "1 second");
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 0);
    d.now += 1;
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 1);
    assert_string_equal(say, "Your timer is done.");
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 0);
    d.now += 300;
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 1);
    assert_string_equal(say, "Your pasta timer is done.");
    assert_string_equal(said(&d, "timer_left"), "error no timer");
    assert_string_equal(said(&d, "timer_cancel"), "error no timer");
}

static void several_that_are_due_come_one_by_one_in_order(void **state) {
    (void)state;
    desk d;
    char say[100];
    desk_start(&d);
    said(&d, "timer_set|duration=two minutes|name=late");
    said(&d, "timer_set|duration=one minute|name=early");
    d.now += 1000;
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 1);
    assert_string_equal(say, "Your early timer is done.");
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 1);
    assert_string_equal(say, "Your late timer is done.");
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 0);
}

static void slots_run_out_cleanly(void **state) {
    (void)state;
    desk d;
    desk_start(&d);
    for (int i = 0; i < TOOLS_TIMERS; i++) assert_string_equal(said(&d, "timer_set|duration=ten minutes"), "ok");
    assert_string_equal(said(&d, "timer_set|duration=ten minutes"), "error too many");
    assert_string_equal(said(&d, "alarm_set|time=noon"), "error too many");
    assert_string_equal(said(&d, "timer_cancel"), "ok");
    assert_string_equal(said(&d, "alarm_set|time=noon"), "ok");
}

static void alarms_ring_cancel_and_come_again(void **state) {
    (void)state;
    desk d;
    char say[100];
    desk_start(&d);
    said(&d, "alarm_set|time=seven thirty|day=every day");
    d.now = d.t.timer[0].due;
    assert_int_equal(tools_poll(&d.t, say, sizeof say), 1);
    assert_true(strstr(say, ":30") != NULL && strstr(say, "alarm") != NULL);
    assert_int_equal(d.t.timer[0].due, d.now + DAY);
    assert_string_equal(said(&d, "alarm_cancel|time=eight"), "error no alarm");
    assert_string_equal(said(&d, "alarm_cancel|time=half past seven"), "ok");
    said(&d, "alarm_set|time=six am");
    said(&d, "alarm_set|time=nine pm");
    assert_string_equal(said(&d, "alarm_cancel|time=six pm"), "error no alarm");
    assert_string_equal(said(&d, "alarm_cancel"), "ok");
    assert_string_equal(said(&d, "alarm_cancel"), "error no alarm");
}

static void actions_are_told_as_json(void **state) {
    (void)state;
    desk d;
    desk_start(&d);
    said(&d, "light|action=dim|place=bed\"room\\|level=thirty percent");
    assert_string_equal(d.line, "{\"tool\":\"light\",\"action\":\"dim\",\"place\":\"bed\\\"room\\\\\",\"level\":\"thirty percent\",\"value\":30}");
    said(&d, "switch|device=fan|action=off|place=office");
    assert_string_equal(d.line, "{\"tool\":\"switch\",\"device\":\"fan\",\"action\":\"off\",\"place\":\"office\"}");
    said(&d, "order|drink=latte|size=large|milk=soy milk");
    assert_string_equal(d.line, "{\"tool\":\"order\",\"drink\":\"latte\",\"size\":\"large\",\"milk\":\"soy milk\"}");
    assert_int_equal(d.actions, 3);
    said(&d, "order|drink=petrol");
    said(&d, "time");
    said(&d, "timer_cancel");
    assert_int_equal(d.actions, 3); /* what failed or changes nothing is not told */
    char long_call[400], line[32] = "switch|action=on|device=";
    snprintf(long_call, sizeof long_call, "%s%0195d", line, 7);
    said(&d, long_call);
    assert_true(d.line[strlen(d.line) - 1] == '}');
    d.t.action = NULL;
    assert_string_equal(said(&d, "light|action=on"), "ok");
}

static void the_house_is_remembered(void **state) {
    (void)state;
    desk d;
    desk_start(&d);
    said(&d, "light|action=set|place=den|level=eighty");
    said(&d, "light|action=dim|place=den");
    assert_non_null(strstr(d.line, "\"value\":60"));
    said(&d, "light|action=off|place=den");
    assert_non_null(strstr(d.line, "\"value\":0"));
    assert_string_equal(said(&d, "thermostat|action=set|temp=sixty eight degrees"), "68 degrees");
    assert_string_equal(said(&d, "thermostat|action=up"), "69 degrees");
    assert_string_equal(said(&d, "thermostat|action=down|temp=three degrees"), "66 degrees");
    said(&d, "volume|action=set|level=eight");
    assert_int_equal(d.t.volume, 80);
    said(&d, "volume|action=up|level=thirty percent");
    assert_int_equal(d.t.volume, 100);
    said(&d, "volume|action=mute");
    assert_true(d.t.muted && d.t.volume == 100);
    said(&d, "volume|action=unmute");
    assert_false(d.t.muted);
    for (int i = 0; i < 3 * TOOLS_DEVICES; i++) { /* more things than are remembered */
        char call[80];
        snprintf(call, sizeof call, "switch|device=thing %d|action=on", i);
        assert_string_equal(said(&d, call), "ok");
    }
}

/* Chance follows the seed, and is fair: 6000 rolls, each face within five deviations of a thousand. */
static void chance_is_seeded_and_fair(void **state) {
    (void)state;
    desk a, b;
    int face[7] = {0}, heads = 0;
    desk_start(&a);
    desk_start(&b);
    for (int i = 0; i < 6000; i++) {
        char first[160];
        snprintf(first, sizeof first, "%s", said(&a, "dice"));
        assert_string_equal(said(&b, "dice"), first);
        assert_in_range(atoi(first), 1, 6);
        face[atoi(first)]++;
        heads += strcmp(said(&a, "coin"), "heads") == 0;
        said(&b, "coin");
    }
    for (int i = 1; i <= 6; i++) assert_in_range(face[i], 1000 - 145, 1000 + 145);
    assert_in_range(heads, 3000 - 194, 3000 + 194);
    for (int i = 0; i < 200; i++) {
        assert_in_range(atoi(said(&a, "dice|count=five|sides=ten")), 5, 50);
        assert_in_range(atoi(said(&a, "dice|sides=d twenty")), 1, 20);
    }
}

/* Summer time of the places against the C library's own zone files, hour by hour around the changes; skipped where there are none. */
static void places_agree_with_the_zone_files(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"london", "Europe/London"},      {"berlin", "Europe/Berlin"},      {"new york", "America/New_York"}, {"los angeles", "America/Los_Angeles"},
        {"sydney", "Australia/Sydney"},   {"auckland", "Pacific/Auckland"}, {"tokyo", "Asia/Tokyo"},          {"mumbai", "Asia/Kolkata"},
        {"santiago", "America/Santiago"}, {"cairo", "Africa/Cairo"},        {"athens", "Europe/Athens"},      {"newfoundland", "America/St_Johns"}};
    FILE *f = fopen("/usr/share/zoneinfo/Europe/London", "rb");
    if (!f) skip();
    fclose(f);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        desk d;
        desk_start(&d);
        for (int hour = 0; hour < 3 * 366 * 24; hour += 1 + (hour % 7 == 0)) {
            char call[80], want[16];
            struct tm tm;
            d.now = 1735689600 + (int64_t)hour * 3600; /* 2025 to 2027 */
            time_t now = (time_t)d.now;
            setenv("TZ", pairs[i][1], 1);
            tzset();
            localtime_r(&now, &tm);
            strftime(want, sizeof want, "%I:%M ", &tm);
            strcat(want, tm.tm_hour < 12 ? "am" : "pm");
            snprintf(call, sizeof call, "time|place=%s", pairs[i][0]);
            const char *got = said(&d, call);
            if (strcmp(got, want + (want[0] == '0')) != 0)
                fail_msg("%s at %lld: %s, the zone file says %s", pairs[i][0], (long long)d.now, got, want);
        }
    }
    setenv("TZ", "UTC", 1);
    tzset();
}

int main(void) {
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_gives_its_result),
        cmocka_unit_test(durations_are_understood),
        cmocka_unit_test(times_of_day_are_understood),
        cmocka_unit_test(malformed_calls_are_errors),
        cmocka_unit_test(long_and_empty_values_never_crash),
        cmocka_unit_test(deep_sums_end),
        cmocka_unit_test(timers_run_down_and_go_off),
        cmocka_unit_test(several_that_are_due_come_one_by_one_in_order),
        cmocka_unit_test(slots_run_out_cleanly),
        cmocka_unit_test(alarms_ring_cancel_and_come_again),
        cmocka_unit_test(actions_are_told_as_json),
        cmocka_unit_test(the_house_is_remembered),
        cmocka_unit_test(chance_is_seeded_and_fair),
        cmocka_unit_test(places_agree_with_the_zone_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
