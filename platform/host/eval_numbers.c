/* eval_numbers: see eval_numbers.h. A text is cut into words of letters and runs of digits; each number is read from those. */
#include "platform/host/eval_numbers.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct token {
    const char *at;
    size_t len; /* 0: the end */
    int digits; /* a figure, not a word */
    int apart;  /* a comma or another mark stands before it */
} token;

static int is_figure(const char *s) {
    return isdigit((unsigned char)s[0]) || ((s[0] == ',' || s[0] == '.') && isdigit((unsigned char)s[-1]) && isdigit((unsigned char)s[1]));
}

/* The word or figure at or behind s. A figure keeps its commas and its point. */
static token token_at(const char *s) {
    token t = {0};
    for (; *s && !isalnum((unsigned char)*s); s++) t.apart |= *s != ' ' && *s != '-';
    t.at = s;
    t.digits = isdigit((unsigned char)*s) != 0;
    while (s[t.len] && (t.digits ? is_figure(s + t.len) : isalpha((unsigned char)s[t.len]) || s[t.len] == '\'')) t.len++;
    return t;
}

static token token_next(const token *t) {
    return token_at(t->at + t->len);
}

static int is_word(const token *t, const char *word) {
    if (t->digits || strlen(word) != t->len) return 0;
    for (size_t i = 0; i < t->len; i++) {
        if (tolower((unsigned char)t->at[i]) != word[i]) return 0;
    }
    return 1;
}

/* 0 to 19, or 20, 30 ... 90; -1: another word. */
static int small(const token *t) {
    static const char *const ones[] = {"zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
                                       "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const tens[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    for (int i = 0; i < 20; i++) {
        if (is_word(t, ones[i])) return i;
    }
    for (int i = 0; i < 8; i++) {
        if (is_word(t, tens[i])) return 20 + 10 * i;
    }
    return -1;
}

/* Below a hundred; -1 and t unmoved when there is none. */
static double below_hundred(token *t) {
    int n = small(t);
    if (n < 0) return -1;
    *t = token_next(t);
    int one = n >= 20 && !t->apart ? small(t) : -1;
    if (one < 1 || one > 9) return n;
    *t = token_next(t);
    return n + one;
}

/* Below a thousand: "two hundred and five", "a hundred", "hundred". */
static double below_thousand(token *t) {
    token from = *t, rest;
    double n = below_hundred(t);
    if (n < 0 && is_word(t, "a")) *t = token_next(t);
    if (!is_word(t, "hundred")) {
        if (n < 0) *t = from;
        return n;
    }
    rest = token_next(t);
    *t = rest;
    if (is_word(&rest, "and")) rest = token_next(&rest);
    double more = rest.apart ? -1 : below_hundred(&rest);
    if (more >= 0) *t = rest;
    return (n < 0 ? 1 : n) * 100 + (more < 0 ? 0 : more);
}

static double decimals(token *t, double n) {
    token next = is_word(t, "point") ? token_next(t) : *t;
    if (!is_word(t, "point") || small(&next) < 0 || small(&next) > 9) return n;
    for (double unit = 0.1; small(&next) >= 0 && small(&next) <= 9; unit /= 10) {
        n += unit * small(&next);
        next = token_next(&next);
    }
    *t = next;
    return n;
}

static double in_words(token *t) {
    static const struct {
        const char *name;
        double of;
    } unit[] = {{"million", 1e6}, {"thousand", 1e3}};
    double sum = 0, n = below_thousand(t);
    token first = is_word(t, "a") ? token_next(t) : *t;
    if (n < 0 && (is_word(&first, unit[0].name) || is_word(&first, unit[1].name))) n = 1, *t = first;
    if (n < 0) return -1;
    for (size_t i = 0; i < 2; i++) {
        if (!is_word(t, unit[i].name)) continue;
        sum += n * unit[i].of;
        token rest = *t = token_next(t);
        if (is_word(&rest, "and")) rest = token_next(&rest);
        n = rest.apart ? -1 : below_thousand(&rest);
        if (n >= 0) *t = rest;
        if (n < 0) return sum;
    }
    return decimals(t, sum + n);
}

static double in_figures(token *t) {
    char copy[40];
    size_t n = 0;
    for (size_t i = 0; i < t->len && n < sizeof copy - 1; i++) {
        if (t->at[i] != ',') copy[n++] = t->at[i];
    }
    copy[n] = 0;
    *t = token_next(t);
    return strtod(copy, NULL);
}

void numbers_add(number_set *s, const char *text, int lone_one) {
    for (token t = token_at(text); t.len;) {
        token at = t;
        double n = t.digits ? in_figures(&t) : in_words(&t);
        if (n == 1 && !at.digits && !lone_one) n = -1;
        if (t.at == at.at) t = token_next(&t);
        if (n >= 0 && s->count < NUMBERS_MOST) s->at[s->count++] = n;
    }
}

int numbers_within(const number_set *a, const number_set *of) {
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t k = 0;
        while (k < of->count && fabs(of->at[k] - a->at[i]) > 1e-9 * (1 + fabs(a->at[i]))) k++;
        if (k == of->count) return 0;
    }
    return 1;
}
