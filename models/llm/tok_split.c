/* tok_split: where the next word ends, as these expressions say (leftmost alternative first):
 *
 *   gpt-2      's|'t|'re|'ve|'m|'ll|'d| ?L+| ?N+| ?O+|\s+(?!\S)|\s+          (O: neither space, letter nor number)
 *   smollm     numbers one by one first, then gpt-2 between them
 *   llama-bpe  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\nLN]?L+|N{1,3}| ?O+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *   qwen2      as llama-bpe with N alone
 */
#include "models/llm/tok_split.h"
#include "models/llm/unicode_class.h"
#include "runtime/base/utf8.h"

typedef struct peek { /* one character */
    uint32_t code;
    size_t bytes; /* 0: end of text */
    enum unicode_class kind;
} peek;

static peek look(const char *text, size_t at, size_t len) {
    peek p = {0, 0, UNICODE_OTHER};
    if (at >= len) return p;
    p.bytes = utf8_decode(text + at, len - at, &p.code);
    p.kind = unicode_class_of(p.code);
    return p;
}

static int is_line(peek p) {
    return p.bytes && (p.code == '\r' || p.code == '\n');
}

/* Bytes of an apostrophe suffix, 0 when there is none. */
static size_t suffix(const char *text, size_t len, int any_case) {
    int fold = any_case ? 0x20 : 0;
    if (len < 2 || text[0] != '\'') return 0;
    int a = text[1] | fold, b = len > 2 ? text[2] | fold : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
    return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* End of the run of `kind` that starts at `at`, at most `most` characters. */
static size_t run_of(const char *text, size_t at, size_t len, enum unicode_class kind, uint32_t most) {
    for (peek p; most-- && (p = look(text, at, len)).bytes && p.kind == kind;) at += p.bytes;
    return at;
}

/* White space: all of it before the end, else all but its last character, unless that is all there is. */
static size_t spaces(const char *text, size_t len) {
    size_t at = 0, last = 0;
    for (peek p; (p = look(text, at, len)).bytes && p.kind == UNICODE_SPACE; at += p.bytes) last = at;
    return at == len || last == 0 ? at : last;
}

static size_t word_gpt2(const char *text, size_t len) {
    size_t n = suffix(text, len, 0), from = text[0] == ' ';
    if (n) return n;
    peek p = look(text, from, len);
    if (p.bytes && p.kind != UNICODE_SPACE) return run_of(text, from, len, p.kind, UINT32_MAX);
    return spaces(text, len);
}

static size_t word_smollm(const char *text, size_t len) {
    size_t end = 0;
    peek p = look(text, 0, len);
    if (p.kind == UNICODE_NUMBER) return p.bytes;
    while ((p = look(text, end, len)).bytes && p.kind != UNICODE_NUMBER) end += p.bytes;
    return word_gpt2(text, end);
}

/* `\s*[\r\n]+`: up to the last line end of the run of white space, 0 when it has none. */
static size_t lines(const char *text, size_t len) {
    size_t at = 0, end = 0;
    for (peek p; (p = look(text, at, len)).bytes && p.kind == UNICODE_SPACE;) {
        at += p.bytes;
        if (is_line(p)) end = at;
    }
    return end;
}

static size_t word_llama3(const char *text, size_t len, uint32_t digits) {
    size_t n = suffix(text, len, 1);
    if (n) return n;
    peek p = look(text, 0, len);
    if (p.kind == UNICODE_NUMBER) return run_of(text, 0, len, UNICODE_NUMBER, digits);
    size_t from = p.kind == UNICODE_LETTER || is_line(p) ? 0 : p.bytes;
    if (look(text, from, len).kind == UNICODE_LETTER) return run_of(text, from, len, UNICODE_LETTER, UINT32_MAX);
    from = text[0] == ' ';
    peek q = look(text, from, len);
    if (q.bytes && q.kind == UNICODE_OTHER) {
        size_t at = run_of(text, from, len, UNICODE_OTHER, UINT32_MAX);
        while (is_line(look(text, at, len))) at++;
        return at;
    }
    n = lines(text, len);
    return n ? n : spaces(text, len);
}

size_t tok_word(enum tok_split split, const char *text, size_t len) {
    switch (split) {
    case SPLIT_SMOLLM:
        return word_smollm(text, len);
    case SPLIT_LLAMA3:
        return word_llama3(text, len, 3);
    case SPLIT_QWEN2:
        return word_llama3(text, len, 1);
    default:
        return word_gpt2(text, len);
    }
}
