/* eval_words: see eval_words.h. One pass a rule, in the order of asr_words.py, between two buffers that hold the text at its longest:
 * "777777" grows most, to 66 characters, so 16 bytes for each one are enough. */
#include "platform/host/eval_words.h"
#include <stdlib.h>
#include <string.h>

enum { SHORT_FORMS = 14 };

typedef struct text_out {
    char *to;
    size_t n, room; /* bytes written; bytes there are, without the NUL */
    int full;
} text_out;

static const char *const ONES[] = {"zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
                                   "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const TENS[] = {"zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
static const char *const SHORT[SHORT_FORMS][2] = {{"mr.", "mister"}, {"mrs.", "missus"},    {"dr.", "doctor"}, {"st.", "saint"},  {"no.", "number"},
                                                  {"&", "and"},      {"%", "percent"},      {"a.m.", "a m"},   {"p.m.", "p m"},   {"am.", "am"},
                                                  {"pm.", "pm"},     {"etc.", "et cetera"}, {"vs.", "versus"}, {"co.", "company"}};

static void put(text_out *o, const char *text, size_t len) {
    if (len > o->room - o->n) {
        o->full = 1;
        return;
    }
    memcpy(o->to + o->n, text, len);
    o->n += len;
}

static void put_text(text_out *o, const char *text) {
    put(o, text, strlen(text));
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static int is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int is_word(char c) { /* \w; letters beyond ASCII are refused at the end anyway */
    return is_digit(c) || is_letter(c) || c == '_' || (c & 0x80);
}

/* Words of 0 <= n < 1,000,000. */
static void put_number(text_out *o, unsigned n) {
    if (n >= 1000) {
        put_number(o, n / 1000);
        put_text(o, " thousand");
    } else if (n >= 100) {
        put_text(o, ONES[n / 100]);
        put_text(o, " hundred");
    } else if (n >= 20) {
        put_text(o, TENS[n / 10]);
    } else {
        put_text(o, ONES[n]);
        return;
    }
    unsigned rest = n >= 1000 ? n % 1000 : n >= 100 ? n % 100 : n % 10;
    if (!rest) return;
    put_text(o, " ");
    put_number(o, rest);
}

/* Lower case; curly and back quotes are apostrophes, long and double dashes separate, other marks beyond ASCII become ones within it. */
static void pass_lower(text_out *o, const char *s) {
    static const char *const mark[][2] = {{"\xe2\x80\x99", "'"},  {"`", "'"},           {"\xe2\x80\x94", " "}, {"--", " "}, {"\xe2\x80\x9c", "\""},
                                          {"\xe2\x80\x9d", "\""}, {"\xe2\x80\xa6", ";"}};
    enum { MARKS = sizeof mark / sizeof mark[0] };
    while (*s) {
        size_t i = 0;
        while (i < MARKS && strncmp(s, mark[i][0], strlen(mark[i][0])) != 0) i++;
        if (i < MARKS) {
            put_text(o, mark[i][1]);
            s += strlen(mark[i][0]);
        } else {
            char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
            put(o, &c, 1);
            s++;
        }
    }
}

static void put_short(text_out *o, const char *word, size_t len) {
    for (size_t i = 0; i < SHORT_FORMS; i++) {
        if (strlen(SHORT[i][0]) != len || memcmp(SHORT[i][0], word, len) != 0) continue;
        put_text(o, SHORT[i][1]);
        return;
    }
    put(o, word, len);
}

/* One space between words; short forms spelt out. */
static void pass_short(text_out *o, const char *s) {
    for (;;) {
        while (is_space(*s)) s++;
        const char *word = s;
        while (*s && !is_space(*s)) s++;
        if (s == word) return;
        if (o->n > 0) put_text(o, " ");
        put_short(o, word, (size_t)(s - word));
    }
}

/* Bytes of a clock time h:mm or hh:mm at s, 0 when there is none. */
static size_t clock_at(const char *start, const char *s) {
    size_t hour = is_digit(s[0]) + (is_digit(s[0]) && is_digit(s[1]));
    if (!hour || (s > start && is_word(s[-1])) || s[hour] != ':') return 0;
    const char *minute = s + hour + 1;
    return is_digit(minute[0]) && is_digit(minute[1]) && !is_word(minute[2]) ? hour + 3 : 0;
}

static void pass_clock(text_out *o, const char *text) {
    for (const char *s = text; *s;) {
        size_t len = clock_at(text, s);
        if (!len) {
            put(o, s++, 1);
            continue;
        }
        unsigned hour = (unsigned)strtoul(s, NULL, 10), minute = (unsigned)strtoul(s + len - 2, NULL, 10);
        put_text(o, " ");
        put_number(o, hour);
        if (minute) put_text(o, minute < 10 ? " o " : " ");
        if (minute) put_number(o, minute);
        put_text(o, " ");
        s += len;
    }
}

/* 12,345 is 12345 (the first comma of a number only, as in training). */
static void pass_commas(text_out *o, const char *s) {
    while (*s) {
        if (is_digit(s[0]) && s[1] == ',' && is_digit(s[2]) && is_digit(s[3]) && is_digit(s[4]) && !is_word(s[5])) {
            put(o, s, 1);
            put(o, s + 2, 3);
            s += 5;
        } else {
            put(o, s++, 1);
        }
    }
}

static void put_year(text_out *o, unsigned year) {
    unsigned high = year / 100, low = year % 100;
    put_number(o, high);
    put_text(o, low == 0 ? " hundred" : low < 10 ? " o " : " ");
    if (low) put_number(o, low);
}

static void pass_digits(text_out *o, const char *s) {
    while (*s) {
        size_t len = 0;
        while (is_digit(s[len])) len++;
        if (len == 0) {
            put(o, s++, 1);
            continue;
        }
        put_text(o, " ");
        if (len > 6)
            put_text(o, "#"); /* refused at the end */
        else if (len == 4 && (s[0] == '1' || s[0] == '2') && memcmp(s + 1, "000", 3) != 0)
            put_year(o, (unsigned)strtoul(s, NULL, 10));
        else {
            char digits[8] = "";
            memcpy(digits, s, len);
            put_number(o, (unsigned)strtoul(digits, NULL, 10));
        }
        put_text(o, " ");
        s += len;
    }
}

static void pass_punctuation(text_out *o, const char *s) {
    for (; *s; s++) put(o, strchr(".,!?;:\"()[]_*-", *s) ? " " : s, 1);
}

/* An apostrophe not between letters is a quotation mark. */
static void pass_quotes(text_out *o, const char *text) {
    for (const char *s = text; *s; s++) {
        int inside = s > text && is_letter(s[-1]) && is_letter(s[1]);
        put(o, *s == '\'' && !inside ? " " : s, 1);
    }
}

static void pass_spaces(text_out *o, const char *s) {
    size_t len;
    for (const char *word; (word = words_next(&s, &len)) != NULL;) {
        if (o->n > 0) put_text(o, " ");
        put(o, word, len);
    }
}

int words_normalise(const char *text, char *out, size_t cap) {
    static void (*const pass[])(text_out *, const char *) = {pass_lower,  pass_short,       pass_clock,  pass_commas,
                                                             pass_digits, pass_punctuation, pass_quotes, pass_spaces};
    size_t room = 16 * strlen(text) + 64;
    char *from = malloc(room), *to = malloc(room);
    int bad = !from || !to;
    if (!bad) memcpy(from, text, strlen(text) + 1);
    for (size_t i = 0; !bad && i < sizeof pass / sizeof pass[0]; i++) {
        text_out o = {to, 0, room - 1, 0};
        pass[i](&o, from);
        to[o.n] = 0;
        bad = o.full;
        char *swap = from;
        from = to;
        to = swap;
    }
    size_t n = bad ? 0 : strlen(from);
    bad |= n == 0 || n >= cap || strspn(from, "abcdefghijklmnopqrstuvwxyz' ") != n;
    if (!bad) memcpy(out, from, n + 1);
    free(from);
    free(to);
    return bad ? -1 : 0;
}

char *words_spelt(const char *text) {
    size_t room = 16 * strlen(text) + 64;
    char *out = malloc(room);
    if (out && words_normalise(text, out, room) == 0) return out;
    free(out);
    return NULL;
}

const char *words_next(const char **at, size_t *len) {
    const char *s = *at;
    while (is_space(*s)) s++;
    const char *word = s;
    while (*s && !is_space(*s)) s++;
    *at = s;
    *len = (size_t)(s - word);
    return s > word ? word : NULL;
}

size_t words_count(const char *text) {
    size_t n = 0, len;
    while (words_next(&text, &len)) n++;
    return n;
}
