/* norm_text: UTF-8 folded to single bytes, scanning of the folded text, and the writer of words.
 *
 * Folding never grows the text: every multi-byte character becomes at most as many bytes. Unknown characters become a
 * space, so they separate words and are never said. The writer drops a word that does not fit whole.
 */
#include "models/tts/norm.h"
#include "models/tts/norm_fold_table.h"
#include "runtime/base/utf8.h"
#include <string.h>

typedef struct fold_entry {
    uint32_t code;
    char text[4]; /* at most as long as the character's UTF-8 */
} fold_entry;

static const fold_entry fold_table[] = {
    {0xA2, {SYM_CENT}},
    {0xA3, {SYM_POUND}},
    {0xA5, {SYM_YEN}},
    {0xA7, {SYM_SECTION}},
    {0xB0, {SYM_DEGREE}},
    {0xB1, {SYM_PLUS_MINUS}},
    {0xB2, {SYM_SQUARED}},
    {0xB3, {SYM_CUBED}},
    {0xB4, "'"},
    {0xB5, {SYM_MICRO}},
    {0xB7, "*"},
    {0xBA, {SYM_DEGREE}},
    {0xBC, {SYM_QUARTER}},
    {0xBD, {SYM_HALF}},
    {0xBE, {SYM_THREE_QUARTERS}},
    {0xC6, "AE"},
    {0xD7, {SYM_TIMES}},
    {0xDF, "ss"},
    {0xE6, "ae"},
    {0xF7, {SYM_DIVIDE}},
    {0xDE, "Th"},
    {0xFE, "th"},
    {0x152, "OE"},
    {0x153, "oe"},
    {0x3A9, {SYM_OHM}},
    {0x3BC, {SYM_MICRO}},
    {0x3C0, {SYM_PI}},
    {0x2010, "-"},
    {0x2011, "-"},
    {0x2012, "-"},
    {0x2013, "-"},
    {0x2014, {SYM_DASH}},
    {0x2015, {SYM_DASH}},
    {0x2018, "'"},
    {0x2019, "'"},
    {0x201A, "'"},
    {0x201B, "'"},
    {0x201C, "\""},
    {0x201D, "\""},
    {0x201E, "\""},
    {0x2026, "..."},
    {0x2032, "'"},
    {0x2033, "\""},
    {0x2044, "/"},
    {0x20AC, {SYM_EURO}},
    {0x2126, {SYM_OHM}},
    {0x2103, {SYM_DEGREE, 'C'}},
    {0x2109, {SYM_DEGREE, 'F'}},
    {0x2153, {SYM_THIRD}},
    {0x2154, {SYM_TWO_THIRDS}},
    {0x215B, {SYM_EIGHTH}},
    {0x2212, "-"},
    {0x2215, "/"},
    {0x20B9, {SYM_RUPEE}},
    {0x2116, "#"},
    {0x2192, {SYM_ARROW}},
    {0x21D2, {SYM_ARROW}},
    {0x27A1, {SYM_ARROW}},
    {0x221A, {SYM_ROOT}},
    {0x2248, {SYM_APPROX}},
    {0x2260, {SYM_UNEQUAL}},
    {0x2264, {SYM_AT_MOST}},
    {0x2265, {SYM_AT_LEAST}},
    {0x22C5, "*"},
    {0xFB01, "fi"},
    {0xFB02, "fl"},
    {0xFF01, "!"},
    {0xFF0C, ","},
    {0xFF1F, "?"},
    {0x3002, "."},
    {0x3001, ","},
};

/* 1 for characters that vanish: combining marks, zero-width ones, signs without a reading, the byte-order mark. */
static int fold_is_silent(uint32_t c) {
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || c == 0xAD || c == 0xFEFF || c == 0x2060 || c == 0xA9 || c == 0xAE ||
           c == 0x2122 || (c >= 0xFE00 && c <= 0xFE0F);
}

/* Writes the folded form of a code point above ASCII; returns its bytes (0..3). */
static size_t fold_code(char *out, uint32_t c) {
    if (fold_is_silent(c)) return 0;
    for (size_t i = 0; i < sizeof fold_table / sizeof *fold_table; i++) {
        if (fold_table[i].code != c) continue;
        size_t n = 0;
        while (n < sizeof fold_table[i].text && fold_table[i].text[n]) out[n] = fold_table[i].text[n], n++;
        return n;
    }
    if (c >= 0x2074 && c <= 0x2079) { /* raised digits */
        out[0] = '^';
        out[1] = (char)(c - 0x2070 + '0');
        return 2;
    }
    *out = ' ';
    if (c >= 0x2080 && c <= 0x2089) *out = (char)(c - 0x2080 + '0'); /* lowered digits */
    if (c >= 0xC0 && c <= 0x17F) *out = norm_latin[c - 0xC0];
    if (c >= 0x1E00 && c <= 0x1EFF) *out = norm_latin_more[c - 0x1E00];
    return 1;
}

/* Bytes of a closed {...} at `at`, 0 when there is none: phones given by hand keep their form. */
static size_t raw_length(const char *text, size_t at, size_t len) {
    const char *close = text[at] == '{' ? memchr(text + at, '}', len - at) : NULL;
    return close ? (size_t)(close - (text + at)) + 1 : 0;
}

size_t norm_fold(char *out, const char *text, size_t len) {
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        unsigned char c = (unsigned char)text[at];
        size_t raw = raw_length(text, at, len);
        if (raw > 0) {
            memcpy(out + n, text + at, raw);
            n += raw;
            at += raw;
            continue;
        }
        if (c < 0x80) {
            out[n++] = c < ' ' || c == 0x7F ? ' ' : c == '`' ? '\'' : (char)c;
            at++;
            continue;
        }
        uint32_t code;
        at += utf8_decode(text + at, len - at, &code);
        n += fold_code(out + n, code);
    }
    return n;
}

int norm_peek(const norm *n, size_t at) {
    return at < n->len ? (unsigned char)n->in[at] : 0;
}

int norm_is_digit(int c) {
    return c >= '0' && c <= '9';
}

int norm_lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int norm_is_letter(int c) {
    return norm_lower(c) >= 'a' && norm_lower(c) <= 'z';
}

size_t norm_digits_at(const norm *n, size_t at) {
    size_t i = at;
    while (norm_is_digit(norm_peek(n, i))) i++;
    return i - at;
}

size_t norm_letters_at(const norm *n, size_t at) {
    size_t i = at;
    while (norm_is_letter(norm_peek(n, i)) || (i > at && norm_peek(n, i) == '\'' && norm_is_letter(norm_peek(n, i + 1)))) i++;
    return i - at;
}

int norm_match(const norm *n, size_t at, const char *lower) {
    for (; *lower; lower++, at++)
        if (norm_lower(norm_peek(n, at)) != *lower) return 0;
    return 1;
}

int norm_match_word(const norm *n, size_t at, const char *lower) {
    if (!norm_match(n, at, lower)) return 0;
    int next = norm_peek(n, at + strlen(lower));
    return !norm_is_letter(next) && !norm_is_digit(next);
}

size_t norm_skip_spaces(const norm *n, size_t at) {
    while (norm_peek(n, at) == ' ') at++;
    return at;
}

uint64_t norm_value(const norm *n, size_t at, size_t digits) {
    uint64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        int c = norm_peek(n, at + i);
        if (norm_is_digit(c)) value = value * 10 + (uint64_t)(c - '0');
        if (value > NORM_HUGE) value = NORM_HUGE;
    }
    return value;
}

/* Appends a word of `len` bytes after a space; nothing when it does not fit. */
static void write_word(norm *n, const char *word, size_t len, int lower) {
    size_t gap = n->n > 0;
    if (len == 0 || n->n + gap + len + 1 > n->cap) return;
    if (gap) n->out[n->n++] = ' ';
    for (size_t i = 0; i < len; i++) n->out[n->n++] = lower ? (char)norm_lower((unsigned char)word[i]) : word[i];
}

void norm_say(norm *n, const char *words) {
    while (*words) {
        size_t len = strcspn(words, " ");
        write_word(n, words, len, 0);
        words += len;
        while (*words == ' ') words++;
    }
}

void norm_say_text(norm *n, const char *text, size_t len) {
    write_word(n, text, len, 1);
}

void norm_spell(norm *n, int c) {
    char letter = (char)(norm_is_letter(c) && c >= 'a' ? c - 32 : c);
    if (norm_is_digit(c)) norm_cardinal(n, (uint64_t)(c - '0'));
    if (norm_is_letter(c)) write_word(n, &letter, 1, 0);
}

void norm_spell_text(norm *n, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) norm_spell(n, (unsigned char)text[i]);
}

/* How much a mark separates; of two marks in a row the stronger stays. */
static int mark_rank(int c) {
    static const char order[] = ",:;.!?";
    const char *at = c ? strchr(order, c) : NULL;
    return at ? (int)(at - order) + 1 : 0;
}

void norm_mark(norm *n, char mark) {
    if (n->n == 0) return;
    int last = mark_rank((unsigned char)n->out[n->n - 1]);
    if (last == 0 && n->n + 2 <= n->cap) n->out[n->n++] = mark;
    if (last > 0 && mark_rank(mark) > last) n->out[n->n - 1] = mark;
}

int norm_in_list(const char *word, size_t len, const char *list) {
    while (*list) {
        size_t size = strcspn(list, " "), i = 0;
        while (i < size && i < len && norm_lower((unsigned char)word[i]) == list[i]) i++;
        if (size == len && i == len) return 1;
        list += size + (list[size] == ' ');
    }
    return 0;
}

int norm_last_in(const norm *n, const char *list) {
    size_t end = n->n, at = end;
    if (end == 0 || mark_rank((unsigned char)n->out[end - 1]) > 0) return 0;
    while (at > 0 && n->out[at - 1] != ' ') at--;
    return norm_in_list(n->out + at, end - at, list);
}

int norm_after_article(const norm *n) {
    return norm_last_in(n, "a an") && n->out[n->n - 1] != 'A';
}
