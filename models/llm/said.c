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
    s->pair = ARENA_ARRAY(a, uint32_t, SAID_PAIRS);
    s->spell = spell;
}

void said_reset(said *s) {
    memset(s->at, 0, s->cap);
    memset(s->pair, 0, SAID_PAIRS * sizeof *s->pair);
    s->used = s->turn = s->pairs = 0;
}

void said_copy(said *s, const said *from) {
    memcpy(s->at, from->at, from->used);
    memcpy(s->pair, from->pair, SAID_PAIRS * sizeof *s->pair);
    s->used = from->used;
    s->turn = from->turn;
    s->pairs = from->pairs;
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

/* Bytes of the run of letters or of digits (with what joins them: 10:42) at the beginning; 1 for anything else. */
static size_t part_of(const char *word, size_t len) {
    int letters = is_letter(word[0]), digits = is_digit(word[0]);
    size_t n = 1;
    for (; (letters || digits) && n < len; n++) {
        char c = word[n];
        int joint = digits && n + 1 < len && strchr(".,:", c) && is_digit(word[n + 1]);
        if (letters ? !is_letter(c) : !is_digit(c) && !joint) break;
    }
    return n;
}

/* Runs of letters and runs of digits, when there are several of them in the word. */
static void add_parts(said *s, const char *word, size_t len) {
    for (size_t i = 0, n; i < len; i += n) {
        n = part_of(word + i, len - i);
        if ((is_letter(word[i]) || is_digit(word[i])) && n < len) add(s, word + i, n);
    }
}

/* ---- which word followed which ---- */

static uint32_t hash_word(const char *word, size_t len) { /* FNV-1a */
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)lower(word[i])) * 16777619u;
    return h;
}

enum { ANY = 0 }; /* in place of the second word's hash */

static uint32_t hash_pair(uint32_t first, uint32_t second) {
    uint32_t h = (first ^ second * 2654435761u) * 2246822519u;
    return (h ^ h >> 15) | 1u; /* never 0, which an empty place is */
}

static int paired(const said *s, uint32_t first, uint32_t second) {
    uint32_t a = hash_pair(first, second), b = hash_pair(first, ANY);
    for (uint32_t i = 0; i < SAID_PAIRS; i++)
        if (s->pair[i] == a || s->pair[i] == b) return 1;
    return 0;
}

static void put_pair(said *s, uint32_t first, uint32_t second) {
    s->pair[s->pairs++ % SAID_PAIRS] = hash_pair(first, second);
}

typedef struct ends { /* how a word may be written where it ends, or begins */
    uint32_t hash[3], count;
} ends;

static void end_with(ends *e, const char *word, size_t len) {
    if (len) e->hash[e->count++] = hash_word(word, len);
}

/* Parts of one word follow each other too; the first may begin it, the last may end it. */
static void pair_parts(said *s, const char *word, size_t len, ends *first, ends *last) {
    uint32_t before = 0;
    size_t from = 0, n = 0;
    for (size_t i = 0; i < len; i += n) {
        n = part_of(word + i, len - i);
        if (!is_letter(word[i]) && !is_digit(word[i])) continue;
        if (n == len) return;
        uint32_t h = hash_word(word + i, n);
        if (before)
            put_pair(s, before, h);
        else
            end_with(first, word + i, n);
        before = h;
        from = i;
    }
    if (before) end_with(last, word + from, part_of(word + from, len - from));
}

static size_t without_s(const char *word, size_t len) {
    if (len > 2 && word[len - 2] == '\'' && lower(word[len - 1]) == 's') return len - 2;
    return len > 2 && word[len - 1] == '\'' ? len - 1 : 0;
}

static void hear_word(said *s, const char *word, size_t len, ends *before, int answer) {
    ends first = {.count = 0}, last = {.count = 0};
    while (len && strchr(".,!?;:\"()[]", word[len - 1])) len--;
    while (len && strchr("\"([", word[0])) word++, len--;
    if (!len) return;
    size_t bare = without_s(word, len);
    if (bare) add(s, word, bare);
    add_parts(s, word, len);
    add(s, word, len);
    end_with(&first, word, len);
    end_with(&last, word, len);
    end_with(&first, word, bare);
    end_with(&last, word, bare);
    pair_parts(s, word, len, &first, &last);
    for (uint32_t i = 0; i < before->count; i++)
        for (uint32_t j = 0; j < first.count; j++) put_pair(s, before->hash[i], first.hash[j]);
    if (answer && is_digit(word[0])) put_pair(s, hash_word(word, len), ANY);
    *before = last;
}

static void hear_text(said *s, const char *text, size_t len, int answer) {
    ends before = {.count = 0};
    for (size_t i = 0, n; i < len; i += n + 1) {
        for (n = 0; i + n < len && (uint8_t)text[i + n] > ' ';) n++;
        if (n) hear_word(s, text + i, n, &before, answer);
    }
}

void said_hear(said *s, const char *text, size_t len) {
    hear_text(s, text, len, 0);
}

void said_answer(said *s, const char *text, size_t len) {
    hear_text(s, text, len, 1);
}

/* ---- what may be written ---- */

static int starts(const uint8_t *have, const char *word, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (have[i] != (uint8_t)word[i]) return 0;
    return 1;
}

typedef struct wanted {
    const char *word; /* [len] what it begins with */
    size_t len;
    int number; /* only a number's words */
    int after;  /* only words that followed the one of hash `before` */
    uint32_t before;
} wanted;

static int fits(const said *s, const wanted *w, const uint8_t *word, size_t len) {
    if (!starts(word, w->word, w->len)) return 0;
    if (w->number && toolcall_number_rest((const char *)word, len) != 0) return 0;
    return !w->after || paired(s, w->before, hash_word((const char *)word, len));
}

static int rest_from(const said *s, uint32_t from, const wanted *w) {
    int best = -1;
    for (uint32_t i = from; i < s->used; i += 1u + s->at[i]) {
        int more = (int)s->at[i] - (int)w->len;
        if (more >= 0 && (best < 0 || more < best) && fits(s, w, s->at + i + 1, s->at[i])) best = more;
    }
    return best;
}

int said_rest(const said *s, const char *word, size_t len, int number, const char *before, size_t before_len) {
    wanted w = {word, len, number, before != NULL, before ? hash_word(before, before_len) : 0};
    return rest_from(s, 0, &w);
}

int said_turn_rest(const said *s, const char *word, size_t len) {
    wanted w = {.word = word, .len = len};
    return rest_from(s, s->turn, &w);
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
