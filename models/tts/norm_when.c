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
    int said = norm_match_word(n, clock, "o'clock") || norm_match_word(n, clock, "minutes") || norm_match_word(n, clock, "hours");
    if (norm_peek(n, end) == '-' && norm_is_digit(norm_peek(n, end + 1))) said = 1; /* 10:00-11:30 */
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
static int read_numeric_date(norm *n) {
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

/* "5 May 2021", "on 3 August": the day first; a small "may" or "march" is a verb. */
static int read_day_month(norm *n) {
    size_t digits = norm_digits_at(n, n->at), at = n->at + digits;
    uint64_t day = norm_value(n, n->at, digits);
    if (digits < 1 || digits > 2 || day < 1 || day > 31 || norm_peek(n, at) != ' ') return 0;
    size_t len = norm_letters_at(n, ++at);
    int month = norm_is_month(n, at, len);
    if (!month || !norm_capital(n, at)) return 0;
    n->at = at + len + (norm_peek(n, at + len) == '.' && norm_peek(n, at + len + 1) == ' ' && len < 5);
    say_day(n, (uint64_t)month, day);
    trailing_year(n);
    return 1;
}

/* "on 9/10", "by 5/1": month and day after a word that asks for a date. */
static int read_short_date(norm *n) {
    size_t a = norm_digits_at(n, n->at), b = norm_digits_at(n, n->at + a + 1);
    uint64_t month = norm_value(n, n->at, a), day = norm_value(n, n->at + a + 1, b);
    if (a == 0 || a > 2 || b == 0 || b > 2 || norm_peek(n, n->at + a) != '/' || norm_peek(n, n->at + a + 1 + b) == '/') return 0;
    if (month < 1 || month > 12 || day < 1 || day > 31 || !norm_last_in(n, "on by until till since before after due")) return 0;
    say_day(n, month, day);
    n->at += a + 1 + b;
    return 1;
}

int norm_read_date(norm *n) {
    return read_short_date(n) || read_numeric_date(n) || read_day_month(n);
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

static const char short_days[] = "mon tue tues wed thu thur thurs fri sat sun";
static const char day_names[] = "monday tuesday wednesday thursday friday saturday sunday";
static const char month_names[] = "january february march april may june july august september october november december";

int norm_read_day_hyphen(norm *n) {
    size_t at = n->at + 1, len = norm_letters_at(n, at);
    if (norm_peek(n, n->at) != '-' || len < 3) return 0;
    int day = norm_in_list(n->in + at, len, short_days) || norm_in_list(n->in + at, len, day_names);
    if (!(day && norm_last_in(n, day_names)) && !(norm_is_month(n, at, len) && norm_last_in(n, month_names))) return 0;
    norm_say(n, "to");
    n->at++;
    return 1;
}

/* "Jan-Mar": beside a hyphen and another month. */
static int read_short_month(norm *n, size_t len) {
    int month = norm_is_month(n, n->at, len), mark = norm_peek(n, n->at + len) == '-';
    int next = mark && norm_is_month(n, n->at + len + 1, norm_letters_at(n, n->at + len + 1));
    if (!month || len > 4 || !(next || (n->at > 0 && norm_peek(n, n->at - 1) == '-' && norm_last_in(n, "to")))) return 0;
    norm_say(n, month_name[month - 1]);
    n->at += len;
    return 1;
}

int norm_read_short_name(norm *n, size_t len) {
    static const char *const days[][2] = {{"mon", "monday"}, {"wed", "wednesday"}, {"sat", "saturday"}, {"sun", "sunday"}};
    int mark = norm_peek(n, n->at + len), said = 0;
    size_t at = norm_skip_spaces(n, n->at + len + (mark == ',' || mark == '-')), more = norm_letters_at(n, at);
    int cue = norm_is_digit(norm_peek(n, at)) || norm_is_month(n, at, more) || (mark == '-' && norm_in_list(n->in + at, more, short_days));
    int second = n->at > 0 && norm_peek(n, n->at - 1) == '-' && norm_last_in(n, "to");
    if (!norm_capital(n, n->at)) return 0;
    for (size_t i = 0; i < sizeof days / sizeof *days && (cue || second) && !said; i++) {
        if (!norm_in_list(n->in + n->at, len, days[i][0])) continue;
        norm_say(n, days[i][1]);
        n->at += len;
        said = 1;
    }
    if (!said && !read_short_month(n, len)) return 0;
    norm_read_day_hyphen(n);
    return 1;
}
