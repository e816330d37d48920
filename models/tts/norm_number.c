/* norm_number: numbers to words. Short scale, American reading (no "and"); above 10^15 digit by digit. */
#include "models/tts/norm.h"

static const char *const small[] = {"zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
                                    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const small_th[] = {"zeroth",     "first",     "second",    "third",       "fourth",     "fifth",     "sixth",
                                       "seventh",    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",   "thirteenth",
                                       "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"};
static const char *const tens[] = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
static const char *const tens_th[] = {"", "", "twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"};
static const char *const decades[] = {"", "tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"};

static const struct scale {
    uint64_t value;
    const char *name, *name_th;
} scales[] = {
    {UINT64_C(1000000000000), "trillion", "trillionth"},
    {UINT64_C(1000000000), "billion", "billionth"},
    {UINT64_C(1000000), "million", "millionth"},
    {UINT64_C(1000), "thousand", "thousandth"},
};

/* 0..99; `th`: as an ordinal. */
static void below_hundred(norm *n, unsigned v, int th) {
    if (v < 20) {
        norm_say(n, th ? small_th[v] : small[v]);
        return;
    }
    norm_say(n, th && v % 10 == 0 ? tens_th[v / 10] : tens[v / 10]);
    if (v % 10) norm_say(n, th ? small_th[v % 10] : small[v % 10]);
}

/* 1..999 */
static void below_thousand(norm *n, unsigned v, int th) {
    if (v >= 100) {
        norm_say(n, small[v / 100]);
        norm_say(n, th && v % 100 == 0 ? "hundredth" : "hundred");
        v %= 100;
        if (v == 0) return;
    }
    below_hundred(n, v, th);
}

static void say_whole(norm *n, uint64_t value, int th) {
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        if (value < scales[i].value) continue;
        below_thousand(n, (unsigned)(value / scales[i].value % 1000), 0);
        value %= scales[i].value;
        norm_say(n, th && value == 0 ? scales[i].name_th : scales[i].name);
        if (value == 0) return;
    }
    below_thousand(n, (unsigned)value, th);
}

void norm_cardinal(norm *n, uint64_t value) {
    say_whole(n, value < NORM_HUGE ? value : NORM_HUGE - 1, 0);
}

void norm_ordinal(norm *n, uint64_t value) {
    say_whole(n, value < NORM_HUGE ? value : NORM_HUGE - 1, 1);
}

/* 1984 nineteen eighty four, 1905 nineteen oh five, 1900 nineteen hundred, 2005 two thousand five, 2026 twenty twenty six. */
void norm_year(norm *n, uint64_t year) {
    unsigned high = (unsigned)(year / 100), low = (unsigned)(year % 100);
    if (year < 1000 || year > 9999 || (high % 10 == 0 && low < 10)) {
        norm_cardinal(n, year);
        return;
    }
    below_hundred(n, high, 0);
    if (low == 0) norm_say(n, "hundred");
    if (low > 0 && low < 10) norm_say(n, "oh");
    if (low > 0) below_hundred(n, low, 0);
}

/* 1990 -> nineteen nineties, 90 -> nineties, 1900 -> nineteen hundreds, 2000 -> two thousands. */
void norm_decade(norm *n, uint64_t year) {
    unsigned high = (unsigned)(year / 100), ten = (unsigned)(year % 100 / 10);
    if (year % 1000 == 0 && year > 0) {
        norm_cardinal(n, year / 1000);
        norm_say(n, "thousands");
        return;
    }
    if (high > 0) below_hundred(n, high % 100, 0);
    norm_say(n, ten ? decades[ten] : "hundreds");
}

void norm_digits(norm *n, size_t at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        int c = norm_peek(n, at + i);
        if (norm_is_digit(c)) norm_say(n, small[c - '0']);
    }
}

void norm_pairs(norm *n, size_t at, size_t len) {
    unsigned v = (unsigned)norm_value(n, at, len), high = v / 100, low = v % 100;
    if (len > 4 || (len > 1 && norm_peek(n, at) == '0')) {
        norm_digits(n, at, len);
        return;
    }
    if (len < 3 || (low == 0 && high % 10 == 0) || (low == 0 && len == 3)) {
        norm_cardinal(n, v);
        return;
    }
    below_hundred(n, high, 0);
    if (low < 10) norm_say(n, low ? "oh" : "hundred");
    if (low > 0) below_hundred(n, low, 0);
}

/* Length of digits with correct thousands separators ("1,234,567"), 0 when there are none. */
static size_t grouped(const norm *n, size_t at) {
    size_t first = norm_digits_at(n, at), i = at + first;
    if (first == 0 || first > 3) return 0;
    while (norm_peek(n, i) == ',' && norm_digits_at(n, i + 1) == 3) i += 4;
    return i > at + first ? i - at : 0;
}

/* Length of the whole part of a European number ("1.234.567,89": dots in groups of three, then a comma and one or two digits), 0 when it is none. */
static size_t european(const norm *n, size_t at) {
    size_t first = norm_digits_at(n, at), i = at + first;
    if (first == 0 || first > 3) return 0;
    while (norm_peek(n, i) == '.' && norm_digits_at(n, i + 1) == 3) i += 4;
    size_t cents = norm_digits_at(n, i + 1);
    return i > at + first && norm_peek(n, i) == ',' && (cents == 1 || cents == 2) ? i - at : 0;
}

int norm_parse(const norm *n, size_t at, norm_number *x) {
    size_t dots = european(n, at), commas = dots ? dots : grouped(n, at);
    x->whole = at;
    x->commas = commas > 0;
    x->whole_len = commas ? commas : norm_digits_at(n, at);
    x->end = at + x->whole_len;
    x->value = norm_value(n, at, x->whole_len);
    x->digits = x->whole_len;
    for (size_t i = 0; i < x->whole_len; i++) x->digits -= !norm_is_digit(norm_peek(n, at + i));
    x->part = x->end + 1;
    x->part_len = dots || norm_peek(n, x->end) == '.' ? norm_digits_at(n, x->part) : 0;
    if (x->part_len) x->end = x->part + x->part_len;
    return x->whole_len + x->part_len > 0;
}

void norm_say_number(norm *n, const norm_number *x) {
    int zeros = x->digits > 1 && norm_peek(n, x->whole) == '0';
    if (x->whole_len == 0 && x->part_len > 0)
        norm_say(n, "point");
    else if (zeros || x->digits > 15 || (x->digits >= 10 && !x->commas && x->value % 1000))
        norm_digits(n, x->whole, x->whole_len);
    else
        norm_cardinal(n, x->value);
    if (x->part_len == 0) return;
    if (x->whole_len > 0) norm_say(n, "point");
    norm_digits(n, x->part, x->part_len);
}

void norm_fraction(norm *n, uint64_t over, uint64_t under) {
    norm_cardinal(n, over);
    if (under == 2)
        norm_say(n, over == 1 ? "half" : "halves");
    else if (under == 4)
        norm_say(n, over == 1 ? "quarter" : "quarters");
    else if (under > 2 && (under <= 20 || under == 100 || under == 1000)) {
        norm_ordinal(n, under);
        if (over != 1 && n->n + 2 <= n->cap) n->out[n->n++] = 's';
    } else {
        norm_say(n, "over");
        norm_cardinal(n, under);
    }
}
