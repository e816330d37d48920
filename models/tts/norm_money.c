/* norm_money: amounts with a currency sign before or after them. */
#include "models/tts/norm.h"

typedef struct currency {
    char sign;
    const char *one, *many, *cent, *cents;
    const char *whose; /* said before its name, NULL: nothing */
} currency;

static const currency currencies[] = {
    {'$', "dollar", "dollars", "cent", "cents", NULL},      {SYM_EURO, "euro", "euros", "cent", "cents", NULL},
    {SYM_POUND, "pound", "pounds", "penny", "pence", NULL}, {SYM_YEN, "yen", "yen", "sen", "sen", NULL},
    {SYM_RUPEE, "rupee", "rupees", "paisa", "paise", NULL},
};

static const currency *currency_find(int c) {
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (c && currencies[i].sign == (char)c) return &currencies[i];
    return NULL;
}

/* "million", "K", "bn" after an amount; NULL when there is none, else *end is past it. */
static const char *magnitude(const norm *n, size_t at, size_t *end) {
    static const struct {
        const char *text, *word;
    } table[] = {{" thousand", "thousand"}, {" million", "million"}, {" billion", "billion"}, {" trillion", "trillion"},
                 {"k", "thousand"},         {"mm", "million"},       {"mn", "million"},       {"m", "million"},
                 {"bn", "billion"},         {"b", "billion"},        {"tn", "trillion"},      {"t", "trillion"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!norm_match_word(n, at, table[i].text)) continue;
        *end = at;
        while (norm_peek(n, *end) == ' ') ++*end;
        *end += norm_letters_at(n, *end);
        return table[i].word;
    }
    return NULL;
}

static void say_name(norm *n, const currency *c, int one) {
    if (c->whose) norm_say(n, c->whose);
    norm_say(n, one ? c->one : c->many);
}

/* "US" before "$": its length, and whose dollars they are. */
static size_t prefix_at(const norm *n, size_t at, const char **whose) {
    static const char *const table[][2] = {{"us", "U S"},       {"ca", "canadian"}, {"au", "australian"}, {"nz", "new zealand"},
                                           {"hk", "hong kong"}, {"c", "canadian"},  {"a", "australian"}};
    size_t len = norm_letters_at(n, at);
    *whose = NULL;
    if (len == 0 || len > 2 || norm_peek(n, at + len) != '$' || !norm_is_digit(norm_peek(n, at + len + 1)) || !norm_capital(n, at)) return 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (norm_in_list(n->in + at, len, table[i][0])) *whose = table[i][1];
    return *whose ? len : 0;
}

/* Whole and cents: "three dollars and fifty cents", "ninety nine cents", "one dollar". */
static void say_amount(norm *n, const currency *c, const norm_number *x) {
    uint64_t cents = norm_value(n, x->part, x->part_len);
    if (x->value > 0 || cents == 0) {
        norm_say_number(n, &(norm_number){x->end, x->whole, x->whole_len, 0, 0, x->value, x->digits, 1});
        say_name(n, c, x->value == 1);
        if (cents > 0) norm_say(n, "and");
    }
    if (cents == 0) return;
    norm_cardinal(n, cents);
    norm_say(n, cents == 1 ? c->cent : c->cents);
}

/* "$10-20", "$5M-$10M": the currency is said once, after the second amount. 1: the first one and "to" were said. */
static int say_range(norm *n, const currency *c, const norm_number *x, norm_number *y) {
    size_t end = x->end;
    const char *scale = magnitude(n, x->end, &end);
    int dash = norm_peek(n, end);
    if (dash != '-' && dash != SYM_DASH) return 0;
    size_t at = end + 1 + (norm_peek(n, end + 1) == (unsigned char)c->sign);
    if (!norm_is_digit(norm_peek(n, at)) || !norm_parse(n, at, y) || (!scale && x->part_len) || norm_peek(n, y->end) == '-') return 0;
    norm_say_number(n, x);
    if (scale) norm_say(n, scale);
    norm_say(n, "to");
    return 1;
}

/* An amount at x; `one`: in front of a noun ("a $20 bill"). */
static void say_money(norm *n, const currency *c, const norm_number *x, int one) {
    size_t end = x->end;
    const char *scale = magnitude(n, x->end, &end);
    n->at = end;
    one = one && norm_peek(n, end) == ' ' && norm_is_letter(norm_peek(n, end + 1)) && !x->part_len;
    if (one && !scale) {
        norm_say_number(n, x);
        say_name(n, c, 1);
        return;
    }
    if (!scale && (x->part_len == 0 || x->part_len == 2)) {
        say_amount(n, c, x);
        return;
    }
    norm_say_number(n, x);
    if (scale) norm_say(n, scale);
    say_name(n, c, one);
}

/* "/month", "-$20" after an amount. */
static void say_tail(norm *n) {
    norm_read_per(n);
    if (norm_peek(n, n->at) != '-') return;
    if (!norm_is_digit(norm_peek(n, n->at + 1)) && !currency_find(norm_peek(n, n->at + 1))) return;
    norm_say(n, "to");
    n->at++;
}

/* "3,50" beside a euro sign: the comma is the point. */
static void take_comma(const norm *n, norm_number *x) {
    int after = norm_peek(n, x->end + 3);
    if (x->commas || x->part_len || norm_peek(n, x->end) != ',' || norm_digits_at(n, x->end + 1) != 2 || after == ',' || norm_is_letter(after))
        return;
    x->part = x->end + 1;
    x->part_len = 2;
    x->end += 3;
}

/* $3.50, US$5, $2.5M, 20 EUR-sign, 50 cent-sign */
int norm_read_money(norm *n) {
    norm_number x;
    const char *whose;
    size_t at = n->at + prefix_at(n, n->at, &whose);
    const currency *c = currency_find(norm_peek(n, at));
    if (c) {
        at = norm_skip_spaces(n, at + 1);
        if (!norm_parse(n, at, &x)) return 0;
        if (c->sign == SYM_EURO) take_comma(n, &x);
        int one = norm_after_article(n);
        norm_number y;
        currency own = *c;
        own.whose = whose;
        if (say_range(n, c, &x, &y)) x = y;
        say_money(n, &own, &x, one);
        say_tail(n);
        return 1;
    }
    if (!norm_is_digit(norm_peek(n, at)) || !norm_parse(n, at, &x)) return 0;
    norm_number point = x;
    take_comma(n, &point);
    if (norm_peek(n, norm_skip_spaces(n, point.end)) == SYM_EURO) x = point;
    size_t sign = norm_skip_spaces(n, x.end);
    c = currency_find(norm_peek(n, sign));
    if (norm_peek(n, sign) == SYM_CENT) {
        norm_say_number(n, &x);
        norm_say(n, x.value == 1 ? "cent" : "cents");
        n->at = sign + 1;
        return 1;
    }
    if (!c || (sign > x.end && norm_is_digit(norm_peek(n, sign + 1))) || norm_is_digit(norm_peek(n, sign + 1))) return 0;
    say_amount(n, c, &x);
    n->at = sign + 1;
    return 1;
}
