/* norm_numeric: tokens that start with a digit, a sign or a currency: phones, codes, fractions, money, measures, ranges.
 *
 * Readers are tried from the most to the least special; the plain number is last and always succeeds.
 */
#include "models/tts/norm.h"

/* Groups of a phone number from `at`: sizes into `group`, count returned, its end in *end. Separators - . or space. */
static int phone_groups(const norm *n, size_t at, size_t group[6], size_t *end) {
    int count = 0;
    while (count < 6) {
        int paren = norm_peek(n, at) == '(';
        size_t len = norm_digits_at(n, at + (size_t)paren);
        if (len == 0 || (paren && norm_peek(n, at + 1 + len) != ')')) break;
        group[count++] = len;
        at += len + 2 * (size_t)paren;
        *end = at;
        int c = norm_peek(n, at);
        if (c == '-' || c == '.' || c == ' ')
            at++;
        else if (!paren)
            break;
    }
    return count;
}

/* 555-1212, 415-555-1212, (415) 555-1212, +1 415 555 1212, 415.555.1212 */
static int read_phone(norm *n) {
    size_t group[6], end = n->at, at = n->at;
    int plus = norm_peek(n, at) == '+';
    int count = phone_groups(n, at + (size_t)plus, group, &end), first = 0;
    if (count >= 4 && group[0] <= 2 && (plus || group[0] == 1)) first = 1;
    int local = count == 2 && group[0] == 3 && group[1] == 4 && norm_peek(n, at + 3) == '-';
    int area = count == first + 3 && group[first] == 3 && group[first + 1] == 3 && group[first + 2] == 4;
    if (!local && !area && !(plus && count >= 2)) return 0;
    int spaced = norm_peek(n, at + 3) == ' ' && !first && norm_peek(n, at) != '(';
    if (spaced && !plus && count == 2) return 0;
    if (plus) norm_say(n, "plus"), at++;
    for (int i = 0; i < count; i++) {
        while (!norm_is_digit(norm_peek(n, at))) at++;
        int round = group[i] == 3 && norm_peek(n, at) != '0' && norm_match(n, at + 1, "00"); /* 800: eight hundred */
        if (round)
            norm_cardinal(n, norm_value(n, at, 3));
        else
            norm_digits(n, at, group[i]);
        at += group[i];
        if (i + 1 < count) norm_mark(n, ',');
    }
    n->at = end;
    size_t x = norm_skip_spaces(n, end);
    if (norm_peek(n, x) == 'x' && norm_is_digit(norm_peek(n, x + 1))) { /* 555-0100 x23 */
        norm_mark(n, ',');
        norm_say(n, "extension");
        norm_digits(n, x + 1, norm_digits_at(n, x + 1));
        n->at = x + 1 + norm_digits_at(n, x + 1);
    }
    return 1;
}

/* 1 000 000: groups of three after spaces, one of them 000 */
static int read_spaced(norm *n) {
    size_t first = norm_digits_at(n, n->at), at = n->at + first, zeros = 0;
    uint64_t value = norm_value(n, n->at, first);
    while (first <= 3 && norm_peek(n, at) == ' ' && norm_digits_at(n, at + 1) == 3 && value < NORM_HUGE / 1000) {
        uint64_t group = norm_value(n, at + 1, 3);
        value = value * 1000 + group;
        zeros += group == 0;
        at += 4;
    }
    if (zeros == 0 || norm_peek(n, n->at) == '0') return 0;
    norm_cardinal(n, value);
    n->at = at;
    return 1;
}

/* 192.168.1.1 and 2.0.1: numbers joined by "dot" (addresses) or "point" (versions). */
static int read_dotted(norm *n) {
    size_t at = n->at;
    int dots = 0;
    norm_number x;
    if (norm_parse(n, at, &x) && x.commas) return 0; /* 1.234.567,89 */
    while (norm_digits_at(n, at) > 0) {
        at += norm_digits_at(n, at);
        if (norm_peek(n, at) != '.' || norm_digits_at(n, at + 1) == 0) break;
        at++, dots++;
    }
    if (dots < 2) return 0;
    while (n->at < at) {
        size_t len = norm_digits_at(n, n->at);
        if (dots == 3)
            norm_pairs(n, n->at, len);
        else
            norm_cardinal(n, norm_value(n, n->at, len));
        n->at += len;
        if (n->at < at) norm_say(n, dots == 3 ? "dot" : "point"), n->at++;
    }
    return 1;
}

/* 12-34-56 and longer: a code, digit by digit. */
static int read_code(norm *n) {
    size_t at = n->at + norm_digits_at(n, n->at);
    int parts = 1;
    while (norm_peek(n, at) == '-' && norm_digits_at(n, at + 1) > 0) at += 1 + norm_digits_at(n, at + 1), parts++;
    if (parts < 3) return 0;
    norm_digits(n, n->at, at - n->at);
    n->at = at;
    return 1;
}

/* 3:1, 16:9 (clock times were tried before) */
static int read_ratio(norm *n) {
    size_t a = norm_digits_at(n, n->at), b = norm_digits_at(n, n->at + a + 1);
    if (norm_peek(n, n->at + a) != ':' || a == 0 || b == 0) return 0;
    norm_cardinal(n, norm_value(n, n->at, a));
    norm_say(n, "to");
    norm_cardinal(n, norm_value(n, n->at + a + 1, b));
    n->at += a + b + 1;
    return 1;
}

/* 1/2, 2 1/2, 24/7, 9/11 */
static int read_fraction(norm *n) {
    size_t a = norm_digits_at(n, n->at), at = n->at + a, b, whole = 0;
    if (norm_peek(n, at) == ' ' && (b = norm_digits_at(n, at + 1)) > 0 && norm_peek(n, at + 1 + b) == '/') whole = a, a = b, at += 1 + b;
    b = norm_digits_at(n, at + 1);
    if (a == 0 || b == 0 || a > 9 || b > 9 || norm_peek(n, at) != '/' || norm_peek(n, at + 1 + b) == '/') return 0;
    uint64_t over = norm_value(n, at - a, a), under = norm_value(n, at + 1, b);
    if (whole) {
        norm_cardinal(n, norm_value(n, n->at, whole));
        norm_say(n, "and");
    }
    n->at = at + 1 + b;
    if ((over == 24 && under == 7) || (over == 9 && under == 11) || (over == under && (under == 50 || under == 20))) {
        norm_cardinal(n, over);
        norm_cardinal(n, under);
    } else if (!whole && over > 1 && (under == 10 || under == 100 || over == under) && over <= under) {
        norm_cardinal(n, over); /* 9/10 */
        norm_say(n, "out of");
        norm_cardinal(n, under);
    } else if (over == 1 && whole && under == 2)
        norm_say(n, "a half");
    else
        norm_fraction(n, over, under);
    norm_read_unit(n, !whole || norm_peek(n, n->at) == '"'); /* a 3 1/2" disk */
    return 1;
}

/* One of the single-character fractions at n->at; `after`: a whole number was said before. */
static int read_vulgar(norm *n, int after) {
    static const char *const name[] = {"half", "quarter", "three quarters", "third", "two thirds", "eighth"};
    int c = norm_peek(n, n->at);
    if (c < SYM_HALF || c > SYM_EIGHTH) return 0;
    int plural = c == SYM_THREE_QUARTERS || c == SYM_TWO_THIRDS;
    if (after) norm_say(n, "and");
    if (!plural) norm_say(n, after ? "a" : "one");
    norm_say(n, name[c - SYM_HALF]);
    n->at++;
    norm_read_unit(n, !after);
    return 1;
}

/* May a bare four-digit number be a year here? Cues are the words around it. */
static int looks_like_year(const norm *n, const norm_number *x) {
    if (x->digits != 4 || x->commas || x->part_len || x->value < 1000 || x->value > 2099) return 0;
    if (norm_last_in(n, "in since year until till of from before after circa early late mid during copyright to spring summer autumn fall winter"))
        return 1;
    if (norm_last_in(n, "is equals are makes plus minus times about over under total number around nearly almost exactly by")) return 0;
    if (x->value < 1900) return 0;
    size_t at = norm_skip_spaces(n, x->end), len = norm_letters_at(n, at);
    int plural = len > 3 && norm_peek(n, at) >= 'a' && norm_peek(n, at + len - 1) == 's' && !norm_in_list(n->in + at, len, "this thus does always");
    return !(plural && at > x->end);
}

/* 1e6, 2.5e-3 */
static int read_power(norm *n, const norm_number *x) {
    size_t at = x->end + 1, minus = norm_peek(n, at) == '-', sign = minus || norm_peek(n, at) == '+';
    size_t digits = norm_digits_at(n, at + sign);
    if (norm_lower(norm_peek(n, x->end)) != 'e' || digits == 0 || digits > 3 || norm_is_letter(norm_peek(n, at + sign + digits))) return 0;
    norm_say_number(n, x);
    norm_say(n, minus ? "times ten to the minus" : "times ten to the");
    if (minus)
        norm_cardinal(n, norm_value(n, at + sign, digits));
    else
        norm_ordinal(n, norm_value(n, at + sign, digits));
    n->at = at + sign + digits;
    return 1;
}

/* Letters right after the digits: ordinal, decade, factor. 1 when the whole token was said. */
static int read_suffix(norm *n, const norm_number *x) {
    size_t at = x->end;
    int plain = x->part_len == 0 && x->digits > 0;
    if (plain && (norm_match_word(n, at, "st") || norm_match_word(n, at, "nd") || norm_match_word(n, at, "rd") || norm_match_word(n, at, "th"))) {
        norm_ordinal(n, x->value);
        n->at = at + 2;
        return 1;
    }
    if (plain && !x->commas && (x->value == 10 || x->value == 100 || x->value == 1000) && norm_match(n, at, "s of ")) {
        norm_say(n, x->value == 10 ? "tens" : x->value == 100 ? "hundreds" : "thousands");
        n->at = at + 1;
        return 1;
    }
    if (read_power(n, x)) return 1;
    size_t s = at + (norm_peek(n, at) == '\'');
    int decade = plain && !x->commas && x->value % 10 == 0 && norm_peek(n, s) == 's' && norm_match_word(n, s, "s");
    int cue = norm_last_in(n, "the early late mid since his her their my your our") || s > at || (x->whole > 0 && norm_peek(n, x->whole - 1) == '\'');
    if (decade && ((x->digits == 4 && x->value >= 1000 && x->value < 2100) || (x->digits == 2 && x->value >= 20 && cue))) {
        norm_decade(n, x->value);
        n->at = s + 1;
        return 1;
    }
    if (plain && (norm_match_word(n, at, "p") || norm_match_word(n, at, "i")) && x->digits == 4) { /* 1080p */
        norm_year(n, x->value);
        norm_spell(n, norm_peek(n, at));
        n->at = at + 1;
        return 1;
    }
    int factor = norm_peek(n, at) == 'x' && !norm_is_letter(norm_peek(n, at + 1)), sign = norm_peek(n, norm_skip_spaces(n, at + 1));
    if (!factor || sign == '+' || sign == '-' || sign == '=' || sign == '^') return 0; /* "2x + 1" is no factor */
    size_t other = norm_digits_at(n, at + 1);
    int screen = plain && !x->commas && x->digits >= 3 && x->digits <= 4 && other >= 3 && other <= 4;
    if (screen) /* 1920x1080 */
        norm_pairs(n, x->whole, x->whole_len);
    else
        norm_say_number(n, x);
    norm_say(n, other ? "by" : "times");
    n->at = at + 1;
    if (!screen) return 1;
    norm_pairs(n, n->at, other);
    n->at += other;
    return 1;
}

/* Is the number that ends at n->at part of a name: letters right before its digits? */
static int is_named(const norm *n) {
    size_t at = n->at;
    while (at > 0 && norm_is_digit(norm_peek(n, at - 1))) at--;
    return at < n->at && at > 0 && norm_is_letter(norm_peek(n, at - 1));
}

/* After a number: "-5", "–10", "x 3", "+ 2" and the like join it to the next one; `measure`: it had a unit, so x is "by". */
static void read_join(norm *n, int measure) {
    size_t space = norm_peek(n, n->at) == ' ', at = n->at + space;
    int c = norm_peek(n, at);
    size_t next = norm_skip_spaces(n, at + 1), minus = 0;
    if (c == '*' && norm_peek(n, next) == '*') c = '^', next++; /* 2**3 */
    if (c == '^' && norm_peek(n, next) == '-') next++, minus = 1;
    int digit = norm_is_digit(norm_peek(n, next)) || (norm_peek(n, next) == '$' && norm_is_digit(norm_peek(n, next + 1)));
    if (!digit || (space && norm_peek(n, at + 1) != ' ' && c != '=')) return;
    if (!space && c == '-' && is_named(n)) return; /* i7-9700 */
    const char *word = NULL;
    if (c == '-' || c == SYM_DASH) word = space || norm_peek(n, norm_skip_spaces(n, next + norm_digits_at(n, next))) == '=' ? "minus" : "to";
    if (c == '+') word = "plus";
    if (c == SYM_TIMES || c == '*') word = "times";
    if (c == 'x' && (space || measure)) word = measure ? "by" : "times";
    if (c == SYM_DIVIDE || (c == '/' && space)) word = "divided by";
    if (c == '=') word = "equals";
    if (c == '<') word = "is less than";
    if (c == '>') word = "is greater than";
    if (c == SYM_AT_MOST) word = "is at most";
    if (c == SYM_AT_LEAST) word = "is at least";
    if (c == SYM_UNEQUAL) word = "is not equal to";
    if (c == '^') word = minus ? "to the power of minus" : "to the power of";
    if (!word) return;
    norm_say(n, norm_match_word(n, next, "50") && norm_match(n, n->at - 2, "50-") ? "" : word); /* fifty fifty */
    n->at = next;
}

/* 6'2" -> six foot two */
static int read_height(norm *n, const norm_number *x) {
    size_t gap = norm_peek(n, x->end + 1) == ' ', at = x->end + 1 + gap, inches = norm_digits_at(n, at);
    if (gap && norm_peek(n, at + inches) != '"') return 0;
    if (norm_peek(n, x->end) != '\'' || inches == 0 || inches > 2 || x->part_len || x->digits > 2) return 0;
    norm_cardinal(n, x->value);
    norm_say(n, "foot");
    norm_cardinal(n, norm_value(n, at, inches));
    n->at = at + inches;
    if (norm_peek(n, n->at) == '"') n->at++;
    return 1;
}

/* "MP3s" and "in '08". */
static int read_odd(norm *n, const norm_number *x) {
    int before = n->at > 0 ? norm_peek(n, n->at - 1) : ' ';
    if (x->part_len) return 0;
    int hyphen = before == '-' && n->at > 1 && norm_is_letter(norm_peek(n, n->at - 2)); /* omega-3s */
    if ((norm_is_letter(before) || hyphen) && norm_match_word(n, x->end, "s")) {
        norm_cardinal(n, x->value);
        if (n->n + 2 <= n->cap) n->out[n->n++] = 's';
        n->at = x->end + 1;
        return 1;
    }
    if (before != '\'' || x->digits != 2 || norm_peek(n, n->at) != '0' || norm_peek(n, x->end) == '\'') return 0;
    norm_say(n, "oh");
    norm_digits(n, n->at + 1, 1);
    n->at = x->end;
    return 1;
}

/* The plain number with what follows it. */
static int read_number(norm *n) {
    norm_number x;
    if (!norm_parse(n, n->at, &x)) return 0;
    if (read_suffix(n, &x)) {
        read_join(n, 0);
        return 1;
    }
    if (read_height(n, &x)) return 1;
    size_t begin = n->at;
    if (norm_read_name_number(n, &x) || read_odd(n, &x)) return 1;
    n->at = x.end;
    int measure = 0, joined = begin > 1 && norm_peek(n, begin - 1) == '-' && norm_is_letter(norm_peek(n, begin - 2)) && norm_peek(n, x.end) == ' ';
    int noun = norm_after_article(n); /* a 60W bulb */
    if (norm_peek(n, x.end) >= SYM_HALF && norm_peek(n, x.end) <= SYM_EIGHTH && !x.part_len) {
        norm_cardinal(n, x.value);
        return read_vulgar(n, 1);
    }
    int hot = (norm_peek(n, x.end) == 'F' || norm_peek(n, x.end) == 'C') && x.digits <= 3 &&
              !norm_last_in(n, "apartment suite unit room seat gate row") && !norm_is_letter(norm_peek(n, x.end + 1));
    if (looks_like_year(n, &x) && !norm_is_letter(norm_peek(n, x.end)))
        norm_year(n, x.value);
    else if (x.part_len == 2 && norm_peek(n, x.part) != '0' && norm_last_in(n, "version python ios android firmware release")) {
        norm_cardinal(n, x.value); /* Python 3.11 */
        norm_say(n, "point");
        norm_cardinal(n, norm_value(n, x.part, 2));
    } else
        norm_say_number(n, &x);
    if (hot) {
        norm_say(n, norm_peek(n, x.end) == 'F' ? "degrees fahrenheit" : "degrees celsius");
        n->at++;
    } else
        measure = !joined && norm_read_unit(n, noun || (x.value == 1 && !x.part_len && x.digits > 0));
    read_join(n, measure);
    return n->at > begin;
}

/* A sign before a number: minus, plus, plus or minus, about, number. Only at the start of a token. */
static int read_sign(norm *n) {
    int c = norm_peek(n, n->at), before = n->at ? norm_peek(n, n->at - 1) : ' ';
    int next = norm_peek(n, n->at + 1), after = norm_peek(n, n->at + 2);
    int number = norm_is_digit(next) || (next == '.' && norm_is_digit(after)) || (next == '$' && norm_is_digit(after));
    const char *word = c == '-'              ? "minus"
                       : c == '+'            ? "plus"
                       : c == SYM_PLUS_MINUS ? "plus or minus"
                       : c == '~'            ? "about"
                       : c == '#'            ? "number"
                       : c == '<'            ? "less than"
                       : c == '>'            ? "greater than"
                       : c == SYM_AT_MOST    ? "at most"
                       : c == SYM_AT_LEAST   ? "at least"
                                             : NULL;
    if (c == '<' || c == '>') number = number && n->n == 0; /* elsewhere it relates two things */
    if (!word || !number || norm_is_letter(before) || norm_is_digit(before)) return 0;
    norm_say(n, word);
    n->at++;
    return 1;
}

int norm_read_numeric(norm *n) {
    int c = norm_peek(n, n->at);
    if ((c == '(' || c == '+') && read_phone(n)) return 1;
    if (read_sign(n)) return 1;
    if (c == '.' && norm_is_digit(norm_peek(n, n->at + 1)) && !(n->at && norm_is_letter(norm_peek(n, n->at - 1)))) return read_number(n);
    if (read_vulgar(n, 0)) return 1;
    if (!norm_is_digit(c)) return 0;
    if (norm_read_date(n) || read_spaced(n) || read_phone(n) || read_dotted(n) || read_code(n)) return 1;
    if (norm_read_time(n) || read_ratio(n)) {
        read_join(n, 0);
        return 1;
    }
    return read_fraction(n) || read_number(n);
}
