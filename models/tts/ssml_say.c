/* ssml_say: say-as: text turned into what the normaliser reads in the way that is asked for.
 *
 * Characters, digits and telephone numbers are spelt out byte by byte; a number, date, amount or measure is held until its element ends (or SSML_HELD is
 * full: then it is plain text) and written in the form whose reading is the right one: 1984 as a cardinal is 1,984, a date is a month's name and a day.
 */
#include "models/tts/phonemes.h"
#include "models/tts/ssml_inside.h"
#include "runtime/base/fmt.h"
#include <string.h>

static const char *const digit_word[10] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
static const char *const month_word[12] = {"January", "February", "March",     "April",   "May",      "June",
                                           "July",    "August",   "September", "October", "November", "December"};

static const struct {
    const char *name;
    uint8_t kind;
} kinds[] = {{"characters", SAY_SPELL},    {"spell-out", SAY_SPELL},   {"verbatim", SAY_SPELL},    {"letters", SAY_SPELL},   {"digits", SAY_DIGITS},
             {"telephone", SAY_TELEPHONE}, {"cardinal", SAY_CARDINAL}, {"number", SAY_CARDINAL},   {"ordinal", SAY_ORDINAL}, {"date", SAY_DATE},
             {"time", SAY_PLAIN},          {"unit", SAY_UNIT},         {"currency", SAY_CURRENCY}, {"fraction", SAY_PLAIN},  {"address", SAY_PLAIN}};

uint8_t ssml_say_kind_of(ssml_text name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ssml_is_name(name, kinds[i].name)) return kinds[i].kind;
    return SAY_PLAIN;
}

int ssml_say_known(ssml_text name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ssml_is_name(name, kinds[i].name)) return 1;
    return 0;
}

static const char *const date_order[] = {"", "mdy", "dmy", "ymd", "ydm", "md", "dm", "my", "ym", "d", "m", "y"};

uint8_t ssml_say_format(ssml_text format) {
    for (uint8_t i = 1; i < sizeof date_order / sizeof *date_order; i++)
        if (ssml_is_name(format, date_order[i])) return i;
    return 0;
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int is_letter(char c) {
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static void say_letter(ssml *x, char ch) {
    char text[32];
    fmt_put(text, sizeof text, "{%s}", phonemes_letter((char)(ch & ~32)));
    ssml_emit_word(x, text);
}

static void say_sign(ssml *x, char ch) {
    static const struct {
        char sign;
        const char *word;
    } table[] = {
        {'.', "dot"},          {'-', "dash"}, {'@', "at"},      {'/', "slash"},  {'_', "underscore"}, {'#', "hash"},  {'+', "plus"},
        {'*', "star"},         {'&', "and"},  {'%', "percent"}, {'=', "equals"}, {',', "comma"},      {':', "colon"}, {'!', "exclamation mark"},
        {'?', "question mark"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].sign == ch) {
            ssml_emit_word(x, table[i].word);
            return;
        }
    ssml_emit(x, ch);
}

/* The separators of a telephone number are short pauses. */
static void say_dialled(ssml *x, char ch) {
    if (is_digit(ch))
        ssml_emit_word(x, digit_word[ch - '0']);
    else if (ch == '+')
        ssml_emit_word(x, "plus");
    else if (is_letter(ch))
        say_letter(x, ch);
    else if (strchr("-. )/", ch))
        x->held_len = 1; /* a separator waits for the digit behind it */
    else if (ch != '(')
        ssml_emit(x, ch);
}

void ssml_say_byte(ssml *x, char ch) {
    switch (x->say) {
    case SAY_TELEPHONE:
        if (is_digit(ch) && x->held_len) {
            if (x->held[0]) ssml_emit_text(x, ", ", 2);
            x->held_len = 0;
        }
        if (is_digit(ch)) x->held[0] = 1;
        say_dialled(x, ch);
        return;
    case SAY_SPELL:
    case SAY_DIGITS:
        if (is_digit(ch))
            ssml_emit_word(x, digit_word[ch - '0']);
        else if (x->say == SAY_SPELL && is_letter(ch))
            say_letter(x, ch);
        else if (x->say == SAY_SPELL)
            say_sign(x, ch);
        else if (is_letter(ch) || (unsigned char)ch >= 0x80)
            ssml_emit(x, ch);
        else
            x->gap = 1;
        return;
    default:
        break;
    }
    if (x->held_len < SSML_HELD) {
        x->held[x->held_len++] = ch;
        return;
    }
    ssml_emit_text(x, x->held, x->held_len); /* too long for what it claims to be */
    x->held_len = 0;
    x->say = SAY_PLAIN;
    ssml_emit(x, ch);
}

/* The held digits without separators: their number; *begin, *end: where the number stands. 0 when there is none or it is no whole one. */
static size_t digits_of(const ssml *x, char out[SSML_HELD], size_t *begin, size_t *end) {
    size_t n = 0, i = 0;
    while (i < x->held_len && !is_digit(x->held[i])) i++;
    *begin = i;
    for (; i < x->held_len && (is_digit(x->held[i]) || (x->held[i] == ',' && i + 1 < x->held_len && is_digit(x->held[i + 1]))); i++)
        if (is_digit(x->held[i])) out[n++] = x->held[i];
    *end = i;
    return n;
}

static void say_cardinal(ssml *x) {
    char digits[SSML_HELD];
    size_t begin, end, n = digits_of(x, digits, &begin, &end), zeros = 0;
    while (zeros + 1 < n && digits[zeros] == '0') zeros++;
    if (n - zeros > 15) n = 0; /* read digit by digit as it stands */
    if (begin && x->held[begin - 1] == '-')
        ssml_emit_word(x, "minus"), ssml_emit_text(x, x->held, begin - 1);
    else
        ssml_emit_text(x, x->held, begin);
    for (size_t i = zeros; i < n; i++) {
        ssml_emit(x, digits[i]);
        if ((n - 1 - i) % 3 == 0 && i + 1 < n) ssml_emit(x, ',');
    }
    if (!n) end = begin;
    ssml_emit_text(x, x->held + end, x->held_len - end);
}

static void say_ordinal(ssml *x) {
    char digits[SSML_HELD];
    size_t begin, end;
    const size_t n = digits_of(x, digits, &begin, &end);
    const int teen = n > 1 && digits[n - 2] == '1', last = n ? digits[n - 1] : 0;
    ssml_emit_text(x, x->held, begin);
    ssml_emit_text(x, digits, n);
    const int bare = n && (end == x->held_len || !is_letter(x->held[end]));
    if (bare) ssml_emit_text(x, !teen && last == '1' ? "st" : !teen && last == '2' ? "nd" : !teen && last == '3' ? "rd" : "th", 2);
    ssml_emit_text(x, x->held + end, x->held_len - end);
}

/* Numbers between separators, at most three; 0 when there are others. */
static size_t date_parts(const ssml *x, unsigned part[3], size_t width[3]) {
    size_t n = 0;
    for (size_t i = 0; i < x->held_len;) {
        if (!is_digit(x->held[i])) {
            if (!strchr("/-. ", x->held[i])) return 0;
            i++;
            continue;
        }
        if (n == 3) return 0;
        part[n] = 0;
        width[n] = 0;
        for (; i < x->held_len && is_digit(x->held[i]); i++, width[n]++)
            part[n] = part[n] < 100000 ? part[n] * 10 + (unsigned)(x->held[i] - '0') : part[n];
        n++;
    }
    return n;
}

/* By its format; without one, or when it does not fit, as the normaliser reads it. */
static int say_date(ssml *x) {
    const char *order = date_order[x->format];
    unsigned part[3] = {0}, day = 0, month = 0, year = 0;
    size_t width[3] = {0}, year_width = 0;
    char text[64];
    if (!*order || date_parts(x, part, width) != strlen(order)) return 0;
    for (size_t i = 0; order[i]; i++) {
        if (order[i] == 'd') day = part[i];
        if (order[i] == 'm') month = part[i];
        if (order[i] == 'y') year = part[i], year_width = width[i];
    }
    if (strchr(order, 'm') && (month < 1 || month > 12)) return 0;
    if (strchr(order, 'd') && (day < 1 || day > 31)) return 0;
    if (year_width == 2) year += year < 50 ? 2000 : 1900;
    size_t n = month ? fmt_put(text, sizeof text, "%s ", month_word[month - 1]) : 0;
    if (day)
        n += fmt_put(text + n, sizeof text - n,
                     month                        ? "%u "
                     : day % 10 == 1 && day != 11 ? "%ust"
                     : day % 10 == 2 && day != 12 ? "%und"
                     : day % 10 == 3 && day != 13 ? "%urd"
                                                  : "%uth",
                     day);
    if (year_width) n += fmt_put(text + n, sizeof text - n, "%u", year);
    while (n && text[n - 1] == ' ') n--;
    ssml_emit_text(x, text, n);
    return 1;
}

/* "5 in" -> "5in": a unit that is a word elsewhere is one only right behind its number. */
static void say_unit(ssml *x) {
    for (size_t i = 0; i < x->held_len; i++) {
        const int joins = x->held[i] == ' ' && i > 0 && is_digit(x->held[i - 1]) && i + 1 < x->held_len && is_letter(x->held[i + 1]);
        if (!joins) ssml_emit(x, x->held[i]);
    }
}

/* "USD 12.50", "12.50 EUR" -> the sign before the number. */
static void say_currency(ssml *x) {
    static const char *const codes[][2] = {{"USD", "$"}, {"EUR", "\xE2\x82\xAC"}, {"GBP", "\xC2\xA3"}, {"JPY", "\xC2\xA5"}};
    for (size_t i = 0; i + 3 <= x->held_len; i++)
        for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
            if (memcmp(x->held + i, codes[c][0], 3) != 0) continue;
            ssml_emit_text(x, codes[c][1], strlen(codes[c][1]));
            for (size_t j = 0; j < x->held_len; j++)
                if ((j < i || j >= i + 3) && x->held[j] != ' ') ssml_emit(x, x->held[j]);
            return;
        }
    ssml_emit_text(x, x->held, x->held_len);
}

void ssml_say_end(ssml *x) {
    const int held = x->held_len && x->say >= SAY_CARDINAL;
    while (held && x->held_len && (x->held[x->held_len - 1] == ' ' || x->held[x->held_len - 1] == '\n')) x->held_len--;
    if (held && x->say == SAY_CARDINAL) say_cardinal(x);
    if (held && x->say == SAY_ORDINAL) say_ordinal(x);
    if (held && x->say == SAY_DATE && !say_date(x)) ssml_emit_text(x, x->held, x->held_len);
    if (held && x->say == SAY_UNIT) say_unit(x);
    if (held && x->say == SAY_CURRENCY) say_currency(x);
    x->held_len = 0;
    x->held[0] = 0;
}
