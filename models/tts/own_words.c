/* own_words: see own_words.h. */
#include "models/tts/own_words.h"
#include "models/tts/phonemes.h"
#include "models/tts/phoneset.h"
#include "models/tts/blank.h"
#include <string.h>

typedef struct span {
    const char *at;
    size_t len;
} span;

static int is_same(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        char x = a[i] >= 'A' && a[i] <= 'Z' ? (char)(a[i] + 32) : a[i], y = b[i] >= 'A' && b[i] <= 'Z' ? (char)(b[i] + 32) : b[i];
        if (x != y) return 0;
    }
    return 1;
}

/* The word at the begin of a text; what is behind it is left in `rest`. */
static span first_word(span *rest) {
    size_t at = 0, end;
    while (at < rest->len && is_blank(rest->at[at])) at++;
    for (end = at; end < rest->len && !is_blank(rest->at[end]);) end++;
    const span word = {rest->at + at, end - at};
    rest->at += end;
    rest->len -= end;
    return word;
}

/* One line: its word and the phones' text, comment and blanks cut. Returns the line's length with its end. A # inside a word ("C#") is a letter. */
static size_t line_at(const char *lines, size_t len, span *word, span *said) {
    const char *stop = memchr(lines, '\n', len);
    const size_t size = stop ? (size_t)(stop - lines) : len;
    size_t end = 0;
    while (end < size && !(lines[end] == '#' && (end == 0 || is_blank(lines[end - 1])))) end++;
    *said = (span){lines, end};
    *word = first_word(said);
    while (said->len > 0 && is_blank(said->at[said->len - 1])) said->len--;
    while (said->len > 0 && is_blank(*said->at)) said->at++, said->len--;
    return size + (stop != NULL);
}

int own_words_check(const char *name, const char *lines, size_t len, sotto_error *err) {
    uint8_t phones[G2P_WORD];
    unsigned number = 0;
    for (size_t at = 0; at < len;) {
        span word, said;
        number++;
        at += line_at(lines + at, len - at, &word, &said);
        if (word.len == 0) continue;
        const int n = phonemes_parse(said.at, said.len, phones, G2P_WORD);
        if (n > 0) continue;
        if (n == 0)
            return error_set(err, ERR_ARG, "%s:%u: expected phones behind \"%.*s\", as in: sotto S OW1 T OW0", name, number, (int)word.len, word.at);
        span bad = first_word(&said);
        while (said.len > 0 && phonemes_parse(bad.at, bad.len, phones, G2P_WORD) > 0) bad = first_word(&said);
        return error_set(err, ERR_ARG, "%s:%u: \"%.*s\" is no phone: expected ARPABET (S OW1 T OW0) or IPA", name, number, (int)bad.len, bad.at);
    }
    return 0;
}

static int find_exact(const own_words *o, const char *word, size_t len, uint8_t *out, int cap) {
    for (size_t at = 0; len > 0 && at < o->len;) {
        span have, said;
        at += line_at(o->lines + at, o->len - at, &have, &said);
        if (have.len == len && is_same(have.at, word, len)) return phonemes_parse(said.at, said.len, out, cap);
    }
    return 0;
}

/* Bytes of a possessive ending: 's, ' after an s, the same with a curly apostrophe; 0: none. */
static size_t possessive(const char *word, size_t len) {
    const size_t s = len > 1 && (word[len - 1] == 's' || word[len - 1] == 'S');
    const char *end = word + len - s;
    size_t mark = 0;
    if (len > s + 1 && end[-1] == '\'') mark = 1;
    if (len > s + 3 && memcmp(end - 3, "\xE2\x80\x99", 3) == 0) mark = 3;
    if (!mark) return 0;
    return s || end[-1 - (int)mark] == 's' ? mark + s : 0;
}

int own_words_find(const own_words *o, const char *word, size_t len, uint8_t *out, int cap) {
    if (!o->lines) return 0;
    int n = find_exact(o, word, len, out, cap);
    const size_t ending = n > 0 ? 0 : possessive(word, len);
    if (!ending) return n;
    n = find_exact(o, word, len - ending, out, cap);
    return n > 0 && word[len - 1] != '\'' && (unsigned char)word[len - 1] < 0x80 ? n + forms_add_s(out, n, cap) : n;
}

/* {HH AH0 L OW1} with tabs for spaces: the normaliser may cut a text at spaces. 0 when it does not fit. */
static size_t write_phones(char *out, size_t cap, const uint8_t *phones, int n) {
    size_t m = 0;
    for (int i = 0; i < n; i++) {
        const char *name = phoneset_name[phones[i]];
        const size_t len = strlen(name);
        if (m + len + 2 > cap) return 0;
        out[m++] = i ? '\t' : '{';
        memcpy(out + m, name, len);
        m += len;
    }
    out[m++] = '}';
    return m;
}

/* Bytes of marks in front of a token (quotes, brackets), and of those behind it. */
static size_t marks_before(const char *text, size_t len) {
    size_t n = 0;
    while (n < len && (strchr("\"'([", text[n]) || (n + 2 < len && memcmp(text + n, "\xE2\x80", 2) == 0))) n += (unsigned char)text[n] < 0x80 ? 1 : 3;
    return n < len ? n : 0;
}

static size_t marks_behind(const char *text, size_t len) {
    size_t n = 0;
    for (;;) {
        const char *end = text + len - n;
        if (n + 1 < len && strchr("\"'.,;:!?)]", end[-1]))
            n++;
        else if (n + 3 < len && memcmp(end - 3, "\xE2\x80", 2) == 0)
            n += 3;
        else
            return n;
    }
}

/* A token as {phones} with its marks; 0 when it is not there or does not fit. */
static size_t replace(const own_words *o, char *out, size_t cap, const char *text, size_t len) {
    uint8_t phones[G2P_WORD];
    const size_t before = marks_before(text, len);
    size_t behind = marks_behind(text + before, len - before);
    int n = own_words_find(o, text + before, len - before, phones, G2P_WORD);
    if (n > 0)
        behind = 0; /* the marks belong to it: "etc." */
    else if (behind)
        n = own_words_find(o, text + before, len - before - behind, phones, G2P_WORD);
    const size_t body = n > 0 && before < cap ? write_phones(out + before, cap - before, phones, n) : 0;
    if (!body || before + body + behind > cap) return 0;
    memcpy(out, text, before);
    memcpy(out + before + body, text + len - behind, behind);
    return before + body + behind;
}

size_t own_words_replace(const own_words *o, char *out, size_t cap, const char *text, size_t len) {
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t size = 0, braced = text[at] == '{';
        while (at + size < len && (braced ? text[at + size] != '}' : !is_blank(text[at + size]) && text[at + size] != '{')) size++;
        const size_t left = len - at - size, made = braced || !size ? 0 : replace(o, out + n, cap - n > left ? cap - n - left : 0, text + at, size);
        if (!size || (braced && at + size < len)) size++;
        if (!made) memcpy(out + n, text + at, size);
        n += made ? made : size;
        at += size;
    }
    return n;
}
