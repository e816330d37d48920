/* tools_home: lights, switches, thermostat, volume, coin and dice. What is done is kept, and told to the action hook by tools_run. */
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_words.h"
#include "runtime/base/fmt.h"
#include <math.h>
#include <string.h>

enum { STEP = 20, DICE_MOST = 20, SIDES_MOST = 1000, COLDEST = 5, HOTTEST = 95 };

/* 1 when `word` is in the space-separated list. */
static int one_of(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *at = list; n && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0')) return 1;
    return 0;
}

static int clamp(double v, int low, int high) {
    return v < low ? low : v > high ? high : (int)floor(v + 0.5);
}

/* The device of this name, or a slot for it (the one taken longest ago when all are taken), lights half bright. */
static tools_device *device_of(tools *t, const char *what, const char *place) {
    char name[2 * TOOLS_NAME];
    tools_device *slot = NULL;
    fmt_put(name, sizeof name, "%s%s%s", what, *place ? " " : "", place);
    for (int i = TOOLS_DEVICES - 1; i >= 0; i--) {
        if (strcmp(t->device[i].name, name) == 0) return &t->device[i];
        if (!t->device[i].name[0]) slot = &t->device[i];
    }
    if (!slot) {
        slot = &t->device[t->next_device];
        t->next_device = (t->next_device + 1) % TOOLS_DEVICES;
    }
    *slot = (tools_device){.level = 50};
    memcpy(slot->name, name, sizeof name);
    return slot;
}

/* "thirty percent", "half", "maximum", and on a scale of ten "eight": 0..100. 0, or -1. `percent` tells whether that word was said. */
static int read_level(const char *text, int *out, int *percent) {
    static const char *const said[] = {"maximum", "max", "full", "all the way up", "half", "halfway", "minimum", "min", "off"};
    static const int value[] = {100, 100, 100, 100, 50, 50, 1, 1, 0};
    words w;
    double v;
    if (words_split(&w, text)) return -1;
    int i = words_take_any(&w, said, 9);
    *percent = 0;
    if (i >= 0 && words_done(&w)) {
        *out = value[i];
        return 0;
    }
    w.at = 0;
    if (words_number(&w, &v)) return -1;
    *percent = words_take(&w, "percent") || words_take(&w, "per cent");
    if (!words_done(&w) || v < 0 || v > 100) return -1;
    *out = clamp(v, 0, 100);
    return 0;
}

int job_light(job *j) {
    const char *action = job_arg(j, "action"), *said = job_arg(j, "level");
    int level = -1, percent;
    if (!one_of("on off dim brighten set", action)) return job_say(j, "error unknown action");
    if (*said && read_level(said, &level, &percent)) return job_say(j, "error bad number");
    tools_device *d = device_of(j->t, "light", job_arg(j, "place"));
    if (level >= 0)
        d->level = level;
    else if (strcmp(action, "dim") == 0)
        d->level = clamp(d->level - STEP, 1, 100);
    else if (strcmp(action, "brighten") == 0)
        d->level = clamp(d->level + STEP, 1, 100);
    fmt_put(d->state, sizeof d->state, "%s", strcmp(action, "off") == 0 || level == 0 ? "off" : "on");
    job_value(j, strcmp(d->state, "off") == 0 ? 0 : d->level);
    return job_ok(j);
}

int job_switch(job *j) {
    const char *action = job_arg(j, "action");
    if (!one_of("on off open close lock unlock start stop", action)) return job_say(j, "error unknown action");
    tools_device *d = device_of(j->t, job_arg(j, "device"), job_arg(j, "place"));
    fmt_put(d->state, sizeof d->state, "%s", action);
    return job_ok(j);
}

/* "twenty one degrees celsius": 0, or -1. */
static int read_degrees(const char *text, double *out) {
    words w;
    if (words_split(&w, text) || words_number(&w, out)) return -1;
    (void)(words_take(&w, "degrees") || words_take(&w, "degree"));
    (void)(words_take(&w, "celsius") || words_take(&w, "fahrenheit"));
    return words_done(&w) ? 0 : -1;
}

int job_thermostat(job *j) {
    const char *action = job_arg(j, "action"), *said = job_arg(j, "temp");
    double by = 1;
    if (!one_of("set up down", action)) return job_say(j, "error unknown action");
    int set = strcmp(action, "set") == 0;
    if ((set || *said) && read_degrees(said, &by)) return job_say(j, "error bad number");
    double to = set ? by : strcmp(action, "up") == 0 ? j->t->thermostat + by : j->t->thermostat - by;
    if (!(to >= COLDEST && to <= HOTTEST)) return job_say(j, "error not possible");
    j->t->thermostat = clamp(to, COLDEST, HOTTEST);
    job_value(j, j->t->thermostat);
    return job_say(j, "%d degrees", j->t->thermostat);
}

/* A bare number up to ten is on a scale of ten: "volume eight" is 80. */
static int read_volume(const char *text, int *out) {
    int percent;
    if (read_level(text, out, &percent)) return -1;
    words w;
    double v;
    words_split(&w, text);
    if (!percent && words_number(&w, &v) == 0 && v <= 10 && v >= 1) *out = clamp(v * 10, 0, 100);
    return 0;
}

int job_volume(job *j) {
    const char *action = job_arg(j, "action"), *said = job_arg(j, "level");
    int level = STEP / 2;
    tools *t = j->t;
    if (!one_of("up down set mute unmute", action)) return job_say(j, "error unknown action");
    int set = strcmp(action, "set") == 0;
    if ((set || *said) && read_volume(said, &level)) return job_say(j, "error bad number");
    if (set)
        t->volume = level;
    else if (strcmp(action, "up") == 0)
        t->volume = clamp(t->volume + level, 0, 100);
    else if (strcmp(action, "down") == 0)
        t->volume = clamp(t->volume - level, 0, 100);
    t->muted = strcmp(action, "mute") == 0;
    job_value(j, t->muted ? 0 : t->volume);
    return job_ok(j);
}

/* xorshift64* (Vigna 2016), scaled to 0..n-1 by the high half of a product. */
static uint32_t random_below(tools *t, uint32_t n) {
    uint64_t x = t->dice;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    t->dice = x;
    return (uint32_t)(((x * 0x2545f4914f6cdd1du) >> 32) * n >> 32);
}

int job_coin(job *j) {
    return job_say(j, random_below(j->t, 2) ? "heads" : "tails");
}

/* A whole number low..high from words; `otherwise` when nothing was said. 0, or -1. */
static int read_count(const char *text, int otherwise, int low, int high, int *out) {
    words w;
    double v = otherwise;
    if (words_split(&w, text)) return -1;
    words_take(&w, "d"); /* "a d twenty" */
    if (*text && (words_number(&w, &v) || !words_done(&w))) return -1;
    if (v < low || v > high || v != floor(v)) return -1;
    *out = (int)v;
    return 0;
}

int job_dice(job *j) {
    int count, sides, total = 0;
    if (read_count(job_arg(j, "count"), 1, 1, DICE_MOST, &count) || read_count(job_arg(j, "sides"), 6, 2, SIDES_MOST, &sides))
        return job_say(j, "error bad number");
    for (int i = 0; i < count; i++) total += 1 + (int)random_below(j->t, (uint32_t)sides);
    return job_say(j, "%d", total);
}
