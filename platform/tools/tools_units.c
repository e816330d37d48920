/* tools_units: conversion between units of one kind, value * factor + zero into the kind's base unit and back. */
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_words.h"
#include <math.h>
#include <string.h>

enum { LENGTH, MASS, VOLUME, TIME, TEMPERATURE, SPEED, DATA };

typedef struct unit {
    int kind;
    double factor, zero; /* base = value * factor + zero */
    const char *names;   /* "one|many|other names" */
} unit;

static const unit UNITS[] = {
    {LENGTH, 1, 0, "meter|meters|metre|metres"},
    {LENGTH, 1000, 0, "kilometer|kilometers|kilometre|kilometres|k|km"},
    {LENGTH, 0.01, 0, "centimeter|centimeters|centimetre|centimetres|cm"},
    {LENGTH, 0.001, 0, "millimeter|millimeters|millimetre|millimetres|mm"},
    {LENGTH, 1609.344, 0, "mile|miles"},
    {LENGTH, 1852, 0, "nautical mile|nautical miles"},
    {LENGTH, 0.9144, 0, "yard|yards"},
    {LENGTH, 0.3048, 0, "foot|feet"},
    {LENGTH, 0.0254, 0, "inch|inches"},
    {MASS, 1, 0, "kilogram|kilograms|kilo|kilos|kg"},
    {MASS, 0.001, 0, "gram|grams"},
    {MASS, 1e-6, 0, "milligram|milligrams"},
    {MASS, 0.45359237, 0, "pound|pounds|lb|lbs"},
    {MASS, 0.028349523125, 0, "ounce|ounces"},
    {MASS, 6.35029318, 0, "stone|stone|stones"},
    {MASS, 907.18474, 0, "ton|tons|short tons"},
    {MASS, 1000, 0, "tonne|tonnes|metric ton|metric tons"},
    {VOLUME, 1, 0, "liter|liters|litre|litres"},
    {VOLUME, 0.001, 0, "milliliter|milliliters|millilitre|millilitres|ml"},
    {VOLUME, 0.01, 0, "centiliter|centiliters"},
    {VOLUME, 3.785411784, 0, "gallon|gallons"},
    {VOLUME, 0.946352946, 0, "quart|quarts"},
    {VOLUME, 0.473176473, 0, "pint|pints"},
    {VOLUME, 0.2365882365, 0, "cup|cups"},
    {VOLUME, 0.01478676478125, 0, "tablespoon|tablespoons"},
    {VOLUME, 0.00492892159375, 0, "teaspoon|teaspoons"},
    {VOLUME, 0.0295735295625, 0, "fluid ounce|fluid ounces|ounce|ounces"},
    {TIME, 1, 0, "second|seconds"},
    {TIME, 0.001, 0, "millisecond|milliseconds"},
    {TIME, 60, 0, "minute|minutes"},
    {TIME, 3600, 0, "hour|hours"},
    {TIME, 86400, 0, "day|days"},
    {TIME, 604800, 0, "week|weeks"},
    {TIME, 2628000, 0, "month|months"}, /* a twelfth of 365 days */
    {TIME, 31536000, 0, "year|years"},
    {TIME, 315360000, 0, "decade|decades"},
    {TEMPERATURE, 1, 0, "celsius|celsius|centigrade|celcius"},
    {TEMPERATURE, 5.0 / 9, -160.0 / 9, "fahrenheit|fahrenheit"},
    {TEMPERATURE, 1, -273.15, "kelvin|kelvin|kelvins"},
    {SPEED, 1, 0, "meter per second|meters per second|metres per second|meters a second"},
    {SPEED, 1 / 3.6, 0, "kilometer per hour|kilometers per hour|kilometres per hour|kilometers an hour"},
    {SPEED, 0.44704, 0, "mile per hour|miles per hour|miles an hour|mph"},
    {SPEED, 1852 / 3600.0, 0, "knot|knots"},
    {SPEED, 0.3048, 0, "foot per second|feet per second"},
    {DATA, 1, 0, "byte|bytes"},
    {DATA, 0.125, 0, "bit|bits"},
    {DATA, 1e3, 0, "kilobyte|kilobytes"},
    {DATA, 1e6, 0, "megabyte|megabytes|megs"},
    {DATA, 1e9, 0, "gigabyte|gigabytes|gigs"},
    {DATA, 1e12, 0, "terabyte|terabytes"},
    {DATA, 125e3, 0, "megabit|megabits"},
    {DATA, 125e6, 0, "gigabit|gigabits"},
};
enum { UNIT_COUNT = sizeof UNITS / sizeof UNITS[0] };

/* 1 when `word` is one of the names between the bars. */
static int is_named(const unit *u, const char *word) {
    size_t n = strlen(word);
    for (const char *at = u->names; n && *at; at += strcspn(at, "|"), at += *at == '|')
        if (strncmp(at, word, n) == 0 && (at[n] == '|' || at[n] == '\0')) return 1;
    return 0;
}

/* "degrees celsius" and "a mile" without what stands before the unit. */
static const char *bare(const char *word) {
    static const char *const before[] = {"degrees ", "degree ", "of ", "an ", "a ", "the "};
    for (int i = 0; i < 6; i++)
        if (strncmp(word, before[i], strlen(before[i])) == 0) word += strlen(before[i]), i = -1;
    return word;
}

/* The pair of one kind that bears these names ("ounces" is a mass and a volume). */
static int find_pair(const char *from, const char *to, const unit **a, const unit **b) {
    for (*a = UNITS; *a < UNITS + UNIT_COUNT; (*a)++)
        for (*b = UNITS; *b < UNITS + UNIT_COUNT; (*b)++)
            if ((*a)->kind == (*b)->kind && is_named(*a, from) && is_named(*b, to)) return 0;
    return -1;
}

static int any_named(const char *word) {
    for (int i = 0; i < UNIT_COUNT; i++)
        if (is_named(&UNITS[i], word)) return 1;
    return 0;
}

/* "three quarters of a", "twelve degrees": a number and nothing that matters after it. */
static int read_amount(const char *text, double *out) {
    words w;
    if (words_split(&w, text) || words_number(&w, out)) return -1;
    words_take(&w, "of");
    (void)(words_take(&w, "a") || words_take(&w, "an") || words_take(&w, "degrees") || words_take(&w, "degree"));
    return words_done(&w) ? 0 : -1;
}

int job_convert(job *j) {
    double amount;
    const unit *a, *b;
    const char *from = bare(job_arg(j, "from")), *to = bare(job_arg(j, "to"));
    char number[48];
    if (read_amount(job_arg(j, "amount"), &amount)) return job_say(j, "error bad number");
    if (find_pair(from, to, &a, &b)) return job_say(j, any_named(from) && any_named(to) ? "error not possible" : "error unknown unit");
    double base = amount * a->factor + a->zero;
    if (a->kind == TEMPERATURE && base < -273.1500001) return job_say(j, "error not possible");
    double v = (base - b->zero) / b->factor;
    if (!(fabs(v) < 1e15)) return job_say(j, "error too large");
    words_print(v, number, sizeof number);
    const char *name = b->names, *many = strchr(b->names, '|') + 1;
    int one = strcmp(number, "1") == 0;
    return job_say(j, "%s %.*s", number, (int)strcspn(one ? name : many, "|"), one ? name : many);
}
