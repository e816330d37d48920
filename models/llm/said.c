/* said: see said.h. Letters are kept in lower case (ASCII), other bytes as they are. */
#include "models/llm/said.h"
#include "models/llm/toolcall.h"
#include <string.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || (c & 0x80);
}

void said_layout(said *s, arena *a, uint32_t max_text, const uint8_t *spell) {
    s->cap = max_text + SAID_SPARE;
    s->at = ARENA_ARRAY(a, uint8_t, s->cap);
    s->spell = spell;
}

void said_reset(said *s) {
    memset(s->at, 0, s->cap);
    s->used = s->turn = 0;
}

void said_turn(said *s) {
    s->turn = s->used;
}

/* Takes the word at `from` out; `turn` goes on marking the same place between words. */
static void drop(said *s, uint32_t from) {
    uint32_t n = 1u + s->at[from];
    memmove(s->at + from, s->at + from + n, s->used - from - n);
    s->used -= n;
    if (s->turn > from) s->turn -= n;
}

static int keeps(const said *s, const char *word, size_t len) {
    if (len == 0 || len > SAID_WORD) return 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t b = (uint8_t)lower(word[i]);
        if (b <= ' ' || b == '=' || b == 0x7f || !(s->spell[b / 8] >> b % 8 & 1)) return 0;
    }
    return 1;
}

static void add(said *s, const char *word, size_t len) {
    char text[SAID_WORD];
    if (!keeps(s, word, len)) return;
    for (size_t i = 0; i < len; i++) text[i] = lower(word[i]);
    for (uint32_t i = 0; i < s->used; i += 1u + s->at[i]) {
        if (s->at[i] != len || memcmp(s->at + i + 1, text, len) != 0) continue;
        drop(s, i);
        break;
    }
    while (s->used + len + 1 > s->cap) drop(s, 0);
    s->at[s->used] = (uint8_t)len;
    memcpy(s->at + s->used + 1, text, len);
    s->used += (uint32_t)len + 1;
}

/* Runs of letters and runs of digits, when there are several of them in the word. */
static void add_parts(said *s, const char *word, size_t len) {
    for (size_t i = 0, n; i < len; i += n) {
        int letters = is_letter(word[i]), digits = is_digit(word[i]);
        for (n = 1; (letters || digits) && i + n < len; n++) {
            char c = word[i + n];
            int joint = digits && i + n + 1 < len && strchr(".,:", c) && is_digit(word[i + n + 1]);
            if (letters ? !is_letter(c) : !is_digit(c) && !joint) break;
        }
        if ((letters || digits) && n < len) add(s, word + i, n);
    }
}

static void hear_word(said *s, const char *word, size_t len) {
    while (len && strchr(".,!?;:\"()[]", word[len - 1])) len--;
    while (len && strchr("\"([", word[0])) word++, len--;
    if (len > 2 && word[len - 2] == '\'' && lower(word[len - 1]) == 's') add(s, word, len - 2);
    if (len > 2 && word[len - 1] == '\'') add(s, word, len - 1);
    add_parts(s, word, len);
    add(s, word, len);
}

void said_hear(said *s, const char *text, size_t len) {
    for (size_t i = 0, n; i < len; i += n + 1) {
        for (n = 0; i + n < len && (uint8_t)text[i + n] > ' ';) n++;
        if (n) hear_word(s, text + i, n);
    }
}

static int starts(const uint8_t *have, const char *word, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (have[i] != (uint8_t)word[i]) return 0;
    return 1;
}

static int rest_from(const said *s, uint32_t from, const char *word, size_t len, int number) {
    int best = -1;
    for (uint32_t i = from; i < s->used; i += 1u + s->at[i]) {
        int more = (int)s->at[i] - (int)len;
        if (more < 0 || (best >= 0 && more >= best) || !starts(s->at + i + 1, word, len)) continue;
        if (number && toolcall_number_rest((const char *)s->at + i + 1, s->at[i]) != 0) continue;
        best = more;
    }
    return best;
}

int said_rest(const said *s, const char *word, size_t len, int number) {
    return rest_from(s, 0, word, len, number);
}

int said_turn_rest(const said *s, const char *word, size_t len) {
    return rest_from(s, s->turn, word, len, 0);
}

int said_digits_rest(const said *s, const char *digits, size_t len) {
    int best = -1;
    for (uint32_t i = s->turn; i < s->used; i += 1u + s->at[i]) {
        const uint8_t *word = s->at + i + 1;
        for (uint32_t from = 0, n; from < s->at[i]; from += n + 1) {
            for (n = 0; from + n < s->at[i] && is_digit((char)word[from + n]);) n++;
            if (n >= len && n && (best < 0 || (int)(n - len) < best) && starts(word + from, digits, len)) best = (int)(n - len);
        }
    }
    return best;
}
