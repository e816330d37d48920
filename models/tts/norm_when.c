/* norm_when: clock times and dates. American order (month, day, year); a first part above 12 is taken for the day. */
#include "models/tts/norm.h"

static const char *const month_name[12] = {"january", "february", "march",     "april",   "may",      "june",
                                           "july",    "august",   "september", "october", "november", "december"};
static const char *const month_short[12] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep sept", "oct", "nov", "dec"};

int norm_is_month(const norm *n, size_t at, size_t len) {
    for (int i = 0; i < 12; i++)
        if (norm_in_list(n->in + at, len, month_name[i]) || norm_in_list(n->in + at, len, month_short[i])) return i + 1;
    return 0;
}

/* "am", "a.m.", "p.m" after optional spaces: its letter and its end; 0 when there is none. */
static int half_of_day(const norm *n, size_t at, size_t *end) {
    size_t i = norm_skip_spaces(n, at);
    int letter = norm_lower(norm_peek(n, i));
    if (letter != 'a' && letter != 'p') return 0;
    size_t j = i + 1 + (norm_peek(n, i + 1) == '.');
    if (norm_lower(norm_peek(n, j)) != 'm' || norm_is_letter(norm_peek(n, j + 1)) || norm_is_digit(norm_peek(n, j + 1))) return 0;
    int dotted = norm_peek(n, i + 1) == '.' && norm_peek(n, j + 1) == '.';
    *end = j + 1 + (size_t)dotted;
    return letter;
}

static void say_half(norm *n, int letter, size_t end) {
    norm_spell(n, letter);
    norm_spell(n, 'm');
    n->at = end;
    if (norm_peek(n, end - 1) == '.' && norm_skip_spaces(n, end) >= n->len) norm_mark(n, '.');
}

/* Hour and minute; on the hour "o'clock" unless a.m. or p.m. follows. */
static void say_clock(norm *n, uint64_t hour, uint64_t minute, int half) {
    norm_cardinal(n, hour);
    if (minute == 0 && !half) norm_say(n, hour >= 1 && hour <= 12 ? "o'clock" : "hundred");
    if (minute > 0 && minute < 10) norm_say(n, "oh");
    if (minute > 0) norm_cardinal(n, minute);
}

/* 10:42, 10:42:05, 9:05 am, 5pm */
int norm_read_time(norm *n) {
    size_t digits = norm_digits_at(n, n->at), end = n->at + digits, after;
    uint64_t hour = norm_value(n, n->at, digits);
    if (digits == 0 || digits > 2 || hour > 24) return 0;
    if (norm_peek(n, end) != ':') {
        int half = hour >= 1 && hour <= 12 ? half_of_day(n, end, &after) : 0;
        if (!half) return 0;
        norm_cardinal(n, hour);
        say_half(n, half, after);
        return 1;
    }
    uint64_t minute = norm_value(n, end + 1, 2), second = 0;
    if (norm_digits_at(n, end + 1) != 2 || minute > 59) return 0;
    end += 3;
    if (norm_peek(n, end) == ':' && norm_digits_at(n, end + 1) == 2) second = norm_value(n, end + 1, 2), end += 3;
    int half = half_of_day(n, end, &after);
    size_t clock = norm_skip_spaces(n, end);
    int said = norm_match_word(n, clock, "o'clock");
    say_clock(n, hour, minute, half || said);
    if (second > 0) {
        norm_say(n, "and");
        norm_cardinal(n, second);
        norm_say(n, second == 1 ? "second" : "seconds");
    }
    n->at = end;
    if (half) say_half(n, half, after);
    return 1;
}

static void say_day(norm *n, uint64_t month, uint64_t day) {
    norm_say(n, month_name[month - 1]);
    norm_ordinal(n, day);
}

/* Year of a date: four digits as they stand, two digits in this or the last century. */
static uint64_t full_year(uint64_t year, size_t digits) {
    return digits == 2 ? year + (year < 50 ? 2000 : 1900) : year;
}

/* 2026-11-21, 11/21/2026, 21.11.2026, 11/21/26 */
int norm_read_date(norm *n) {
    size_t a = norm_digits_at(n, n->at), at_b = n->at + a + 1, b = norm_digits_at(n, at_b), at_c = at_b + b + 1, c = norm_digits_at(n, at_c);
    int mark = norm_peek(n, n->at + a);
    if (!a || !b || !c || (mark != '/' && mark != '-' && mark != '.') || norm_peek(n, at_b + b) != mark) return 0;
    uint64_t x = norm_value(n, n->at, a), y = norm_value(n, at_b, b), z = norm_value(n, at_c, c), swap;
    if (a == 4 && b <= 2 && c <= 2) { /* year first */
        swap = x, x = y, y = z, z = swap;
    } else if (a > 2 || b > 2 || (c != 4 && (c != 2 || mark != '/')))
        return 0;
    else
        z = full_year(z, c);
    if (x > 12) swap = x, x = y, y = swap;
    if (x < 1 || x > 12 || y < 1 || y > 31 || z < 1000) return 0;
    say_day(n, x, y);
    norm_year(n, z);
    n->at = at_c + c;
    return 1;
}

/* A year of four digits (also after a comma) that follows a date; says it and moves on. */
static void trailing_year(norm *n) {
    size_t at = n->at;
    int comma = norm_peek(n, at) == ',';
    at = norm_skip_spaces(n, at + (size_t)comma);
    if (at == n->at || norm_digits_at(n, at) != 4 || norm_peek(n, at) == '0') return;
    int next = norm_peek(n, at + 4);
    if (norm_is_letter(next) || next == ':' || ((next == '.' || next == ',') && norm_is_digit(norm_peek(n, at + 5)))) return;
    if (comma) norm_mark(n, ',');
    norm_year(n, norm_value(n, at, 4));
    n->at = at + 4;
}

/* "Nov. 21, 2026", "november 21st", "May 2026"; the name alone only when it is written out (norm_word reads that). */
int norm_read_month(norm *n) {
    size_t len = norm_letters_at(n, n->at);
    int month = norm_is_month(n, n->at, len);
    if (!month) return 0;
    size_t at = n->at + len;
    at = norm_skip_spaces(n, at + (norm_peek(n, at) == '.'));
    size_t digits = norm_digits_at(n, at);
    uint64_t value = norm_value(n, at, digits);
    int next = norm_peek(n, at + digits);
    if (at == n->at + len || digits == 0 || next == ':' || next == '%' || next == '/') return 0;
    if (digits == 4 && value >= 1000) {
        norm_say(n, month_name[month - 1]);
        n->at = at + 4;
        norm_year(n, value);
        return 1;
    }
    if (digits > 2 || value < 1 || value > 31 || (next == '.' && norm_is_digit(norm_peek(n, at + digits + 1)))) return 0;
    say_day(n, (uint64_t)month, value);
    n->at = at + digits;
    if (norm_match_word(n, n->at, "st") || norm_match_word(n, n->at, "nd") || norm_match_word(n, n->at, "rd") || norm_match_word(n, n->at, "th"))
        n->at += 2;
    if (norm_peek(n, n->at) == '-' && (digits = norm_digits_at(n, n->at + 1)) > 0 && digits <= 2) { /* June 5-10 */
        norm_say(n, "to");
        norm_ordinal(n, norm_value(n, n->at + 1, digits));
        n->at += 1 + digits;
    }
    trailing_year(n);
    return 1;
}
