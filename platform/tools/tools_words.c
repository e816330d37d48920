/* tools_words: splitting, phrases and numbers (see tools_words.h). Bound: WORDS_MAX words, each read at most a few times. */
#include "platform/tools/tools_words.h"
#include "runtime/base/fmt.h"
#include <math.h>
#include <string.h>

static int digit(char c) {
    return c >= '0' && c <= '9';
}

/* One character of the input as it is kept: 0 dropped, ' ' a break. A dot or comma stays only inside a number (the comma is dropped). */
static char kept(const char *text, size_t i) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
    if (c == '\t' || c == '\n' || c == '-') return ' ';
    if (c == '.') return digit(text[i + 1]) && i > 0 && digit(text[i - 1]) ? c : 0;
    return c == ',' || c == '?' || c == '!' ? 0 : c;
}

int words_split(words *w, const char *text) {
    size_t len = strlen(text), out = 0;
    int inside = 0;
    w->count = w->at = w->no_and = 0;
    if (len >= WORDS_TEXT) return -1;
    for (size_t i = 0; i < len; i++) {
        char c = kept(text, i);
        int percent = c == '%';
        if (c == 0) continue;
        if (c == ' ' || percent) {
            w->text[out++] = '\0';
            inside = 0;
        }
        if (c == ' ') continue;
        if (!inside) {
            if (w->count == WORDS_MAX) return -1;
            w->word[w->count++] = percent ? "percent" : w->text + out;
        }
        inside = !percent;
        if (!percent) w->text[out++] = c;
    }
    w->text[out] = '\0';
    return 0;
}

int words_done(const words *w) {
    return w->at >= w->count;
}

int words_next_is(const words *w, const char *one) {
    return w->at < w->count && strcmp(w->word[w->at], one) == 0;
}

int words_take(words *w, const char *phrase) {
    int at = w->at;
    while (*phrase) {
        size_t n = strcspn(phrase, " ");
        if (at >= w->count || strlen(w->word[at]) != n || memcmp(w->word[at], phrase, n) != 0) return 0;
        at++;
        phrase += n + (phrase[n] == ' ');
    }
    w->at = at;
    return 1;
}

int words_take_any(words *w, const char *const *phrases, int count) {
    for (int i = 0; i < count; i++)
        if (words_take(w, phrases[i])) return i;
    return -1;
}

typedef struct named_value {
    const char *word;
    double value;
} named_value;

static const named_value SMALL[] = {
    {"zero", 0},     {"oh", 0},       {"one", 1},        {"two", 2},       {"three", 3},     {"four", 4},    {"five", 5},      {"six", 6},
    {"seven", 7},    {"eight", 8},    {"nine", 9},       {"ten", 10},      {"eleven", 11},   {"twelve", 12}, {"thirteen", 13}, {"fourteen", 14},
    {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20}, {"thirty", 30},   {"forty", 40},
    {"fifty", 50},   {"sixty", 60},   {"seventy", 70},   {"eighty", 80},   {"ninety", 90},
};
static const named_value SCALE[] = {{"dozen", 12}, {"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}};
static const named_value PART[] = {{"half", 2},   {"halves", 2},  {"third", 3}, {"thirds", 3}, {"quarter", 4}, {"quarters", 4},
                                   {"fourth", 4}, {"fourths", 4}, {"fifth", 5}, {"fifths", 5}, {"tenth", 10},  {"tenths", 10}};

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The value of word `at`, -1 when it is not in the table. */
static double value_of(const words *w, int at, const named_value *table, int count) {
    if (at >= w->count) return -1;
    for (int i = 0; i < count; i++)
        if (strcmp(w->word[at], table[i].word) == 0) return table[i].value;
    return -1;
}

static double small_at(const words *w, int at) {
    return value_of(w, at, SMALL, COUNT(SMALL));
}

static double part_at(const words *w, int at) {
    return value_of(w, at, PART, COUNT(PART));
}

/* "12", "3.5": -1 when word `at` is no such number. */
static double digits_at(const words *w, int at) {
    double v = 0, place = 0;
    if (at >= w->count || !digit(w->word[at][0]) || strlen(w->word[at]) > 15) return -1;
    for (const char *c = w->word[at]; *c; c++) {
        if (*c == '.' && place == 0) {
            place = 1;
            continue;
        }
        if (!digit(*c)) return -1;
        v = v * 10 + (*c - '0');
        place *= 10;
    }
    return place > 1 ? v / place : v;
}

int words_small(words *w, int *out) {
    double v = small_at(w, w->at), typed = digits_at(w, w->at);
    if (typed >= 0 && typed < 100 && typed == floor(typed)) {
        *out = (int)typed;
        w->at++;
        return 0;
    }
    if (v < 0 || words_next_is(w, "oh")) return -1;
    double ones = v >= 20 ? small_at(w, w->at + 1) : -1;
    int joined = ones >= 1 && ones < 10;
    w->at += 1 + joined;
    *out = (int)(v + (joined ? ones : 0));
    return 0;
}

typedef struct cardinal { /* a whole number as it grows word by word */
    double total;         /* thousands and up that are complete */
    double group;         /* what has come since, -1 nothing */
    double last;          /* value of the last small word, -1 after hundred */
    double scale;         /* the last scale taken: only smaller ones may follow */
    int hundreds;
} cardinal;

/* Adds a small word when it fits: "twenty" "five", "two hundred" "five", "two" "fifty" (250), "one" "oh" "five". */
static int add_small(cardinal *c, double v) {
    if (c->group < 0)
        c->group = v;
    else if (c->last >= 20 && v >= 1 && v < 10)
        c->group += v;
    else if (c->last < 0 && c->hundreds && v >= 1)
        c->group += v;
    else if (!c->hundreds && c->group >= 1 && c->group < 100 && v >= 10 && c->total == 0) {
        c->group = c->group * 100 + v;
        c->hundreds = 1;
    } else
        return -1;
    c->last = v;
    return 0;
}

static int add_scale(cardinal *c, double scale) {
    if (scale >= c->scale) return -1;
    if (c->group < 0 && c->total > 0) return -1;
    c->total += (c->group < 0 ? 1 : c->group) * scale;
    c->scale = scale;
    c->group = -1;
    c->last = -1;
    c->hundreds = 0;
    return 0;
}

/* One word of a cardinal; -1 when it does not belong to it. */
static int cardinal_word(words *w, cardinal *c) {
    double v = small_at(w, w->at), scale = value_of(w, w->at, SCALE, COUNT(SCALE)), typed = digits_at(w, w->at);
    if (typed >= 0 && c->group < 0 && (c->total == 0 || typed < c->scale)) {
        c->group = typed;
        c->last = 1;
        c->hundreds = 1;
        return 0;
    }
    if (words_next_is(w, "oh") && c->group >= 1 && c->group < 100 && !c->hundreds && small_at(w, w->at + 1) > 0) { /* "one oh five" */
        c->group *= 100;
        c->last = -1;
        c->hundreds = 1;
        return 0;
    }
    if (v >= 0) return add_small(c, v);
    if (scale > 0) return add_scale(c, scale);
    if (words_next_is(w, "hundred") && c->group < 100 && !(c->hundreds && c->last < 0)) {
        c->group = (c->group < 0 ? 1 : c->group) * 100;
        c->last = -1;
        c->hundreds = 1;
        return 0;
    }
    return -1;
}

/* "and" inside a number: after hundred or a scale, before a small word that fits. */
static int and_belongs(const words *w, const cardinal *c) {
    if (w->no_and || !words_next_is(w, "and")) return 0;
    return (c->last < 0 && (c->hundreds || c->total > 0)) && (small_at(w, w->at + 1) >= 1 || digits_at(w, w->at + 1) >= 1);
}

static int take_cardinal(words *w, double *out) {
    cardinal c = {0, -1, -1, 1e18, 0};
    int begin = w->at;
    if (words_next_is(w, "a") || words_next_is(w, "an")) { /* only before a scale: "a hundred" */
        w->at++;
        if (!words_next_is(w, "hundred") && value_of(w, w->at, SCALE, COUNT(SCALE)) < 0) {
            w->at = begin;
            return -1;
        }
    }
    for (int first = w->at; w->at < w->count; w->at++) {
        int joined = w->at > first && and_belongs(w, &c);
        w->at += joined;
        if (cardinal_word(w, &c) == 0) continue;
        w->at -= joined;
        break;
    }
    if (c.group < 0 && c.total == 0) {
        w->at = begin;
        return -1;
    }
    *out = c.total + (c.group < 0 ? 0 : c.group);
    return 0;
}

/* "point one four", "point twenty five": the digits after the point. */
static double take_decimals(words *w) {
    double sum = 0, place = 1;
    int begin = w->at, v;
    if (!words_take(w, "point")) return 0;
    for (int n = 0; n < 9; n++) {
        if (words_take(w, "oh"))
            v = 0;
        else if (words_small(w, &v))
            break;
        place /= v >= 10 ? 100 : 10;
        sum += v * place;
    }
    if (place == 1) w->at = begin;
    return sum;
}

/* "a half", "one third", "three quarters", "half a": -1 when there is no fraction here. */
static int take_fraction(words *w, double *out) {
    int begin = w->at, top = 1;
    if (part_at(w, w->at) < 0 && !words_take(w, "a") && words_small(w, &top)) return -1;
    double part = part_at(w, w->at);
    if (part < 0) {
        w->at = begin;
        return -1;
    }
    w->at++;
    *out = top / part;
    return 0;
}

/* "and a half" after a number or a unit. */
static double take_and_fraction(words *w) {
    double v;
    int begin = w->at;
    if (!w->no_and && words_take(w, "and") && take_fraction(w, &v) == 0) return v;
    w->at = begin;
    return 0;
}

static int take_unsigned(words *w, double *out) {
    if (words_take(w, "a couple of") || words_take(w, "a couple") || words_take(w, "couple of"))
        *out = 2;
    else if (take_fraction(w, out) == 0)
        return 0;
    else if (words_next_is(w, "point")) {
        *out = take_decimals(w);
        return *out > 0 ? 0 : -1;
    } else if (take_cardinal(w, out) == 0)
        *out += take_decimals(w);
    else if (words_take(w, "a") || words_take(w, "an"))
        *out = 1;
    else
        return -1;
    *out += take_and_fraction(w);
    static const char *const scales[] = {"million", "billion", "thousand", "hundred"}; /* "two point five million" */
    static const double by[] = {1e6, 1e9, 1e3, 100};
    int scale = words_take_any(w, scales, 4);
    if (scale >= 0) *out *= by[scale];
    return 0;
}

int words_number(words *w, double *out) {
    int begin = w->at, minus = words_take(w, "minus") || words_take(w, "negative");
    if (take_unsigned(w, out)) {
        w->at = begin;
        return -1;
    }
    if (minus) *out = -*out;
    return 0;
}

void words_trim(char *number) {
    char *end = number + strlen(number);
    if (!strchr(number, '.')) return;
    while (end[-1] == '0') *--end = '\0';
    if (end[-1] == '.') *--end = '\0';
}

void words_print(double value, char *out, size_t cap) {
    static const double below[] = {0.1, 0.01, 0.001, 0.0001};
    double size = fabs(value);
    int digits = 2;
    while (digits < 6 && size > 0 && size < below[digits - 2]) digits++; /* at least two digits that count */
    char text[64];
    fmt_put(text, sizeof text, "%.*f", digits, size);
    words_trim(text);
    fmt_put(out, cap, "%s%s", value < 0 && strcmp(text, "0") != 0 ? "minus " : "", text);
}
