/* phonemes: the walk over a normalised clause; see phonemes.h for the form of the output. */
#include "models/tts/phonemes.h"
#include "models/tts/heteronyms.h"
#include "models/tts/normalize.h"
#include "models/tts/phoneset.h"
#include "models/tts/question.h"
#include <string.h>

static const char *const letter_name[26] = {"EY1",
                                            "B IY1",
                                            "S IY1",
                                            "D IY1",
                                            "IY1",
                                            "EH1 F",
                                            "JH IY1",
                                            "EY1 CH",
                                            "AY1",
                                            "JH EY1",
                                            "K EY1",
                                            "EH1 L",
                                            "EH1 M",
                                            "EH1 N",
                                            "OW1",
                                            "P IY1",
                                            "K Y UW1",
                                            "AA1 R",
                                            "EH1 S",
                                            "T IY1",
                                            "Y UW1",
                                            "V IY1",
                                            "D AH1 B AH0 L Y UW0",
                                            "EH1 K S",
                                            "W AY1",
                                            "Z IY1"};

/* Words that are weak inside a phrase and strong at its end (or its beginning). */
static const struct function_word {
    const char *word, *weak, *strong;
    int at_start; /* also strong when first */
} function_words[] = {
    {"a", "AH0", "AH0", 0},         {"an", "AH0 N", "AH0 N", 0},      {"the", "DH AH0", "DH AH0", 0},   {"to", "T AH0", "T UW1", 0},
    {"for", "F ER0", "F AO1 R", 1}, {"and", "AH0 N D", "AE1 N D", 1}, {"can", "K AH0 N", "K AE1 N", 1},
};

enum { LONG_PAUSE = 200 /* ms */ };

typedef struct token { /* a word of the normalised text */
    const char *at;
    size_t len;      /* without its mark; 0: no more words */
    char mark;       /* the mark after it, 0: none */
    const char *end; /* where the next token is looked for */
} token;

typedef struct walk { /* where a clause has got to */
    const phonemes *p;
    uint8_t *out;
    size_t cap, n;
    size_t weak;     /* 1 + index of the vowel of a "the" or "to" just said, 0: none */
    uint8_t strong;  /* what it becomes before a vowel */
    uint16_t places; /* passed */
} walk;

void phonemes_layout(phonemes *p, arena *a, const g2p *g) {
    p->g = g;
    p->own = (own_words){NULL, 0};
    p->places = NULL;
    p->text = ARENA_ARRAY(a, char, PHONEMES_TEXT);
    p->replaced = ARENA_ARRAY(a, char, PHONEMES_TEXT);
}

int phonemes_override(phonemes *p, const char *name, const char *lines, size_t len, sotto_error *err) {
    const int code = lines ? own_words_check(name, lines, len, err) : 0;
    if (code == 0) p->own = (own_words){lines, lines ? len : 0};
    return code;
}

void phonemes_normalize(const phonemes *p, const char *text, size_t len) {
    const size_t n = p->own.lines && len <= PHONEMES_TEXT ? own_words_replace(&p->own, p->replaced, PHONEMES_TEXT, text, len) : 0;
    normalize_clause(p->text, PHONEMES_TEXT, n ? p->replaced : text, n ? n : len);
}

const char *phonemes_letter(char letter) {
    return letter_name[letter - 'A'];
}

/* A letter said by its name, with 's when that follows. */
static int letter_word(const char *word, size_t len, uint8_t *out, int cap) {
    const char *name = letter_name[word[0] - 'A'];
    int n = phonemes_parse(name, strlen(name), out, cap);
    return len > 1 ? n + forms_add_s(out, n, cap) : n;
}

static int function_word(const char *word, size_t len, const heteronym_context *c, uint8_t *out, int cap) {
    for (size_t i = 0; i < sizeof function_words / sizeof *function_words; i++) {
        const struct function_word *f = &function_words[i];
        if (strlen(f->word) != len || memcmp(f->word, word, len) != 0) continue;
        int strong = c->after_len == 0 || (f->at_start && c->before_len == 0);
        const char *said = strong ? f->strong : f->weak;
        return phonemes_parse(said, strlen(said), out, cap);
    }
    return 0;
}

static int say_word(const phonemes *p, const char *word, size_t len, const heteronym_context *c, uint8_t *out, int cap) {
    if (word[0] == '{') {
        int hand = len > 2 ? phonemes_parse(word + 1, len - 2, out, cap) : 0;
        return hand > 0 ? hand : 0;
    }
    int n = own_words_find(&p->own, word, len, out, cap);
    if (n > 0) return n;
    if (word[0] >= 'A' && word[0] <= 'Z') return letter_word(word, len, out, cap);
    n = function_word(word, len, c, out, cap);
    if (n > 0) return n;
    const char *reading = heteronyms_find(word, len, c);
    return reading ? phonemes_parse(reading, strlen(reading), out, cap) : g2p_word(p->g, word, len, out, cap);
}

static int is_mark(char c) {
    return c == ',' || c == ';' || c == ':' || c == '.' || c == '!' || c == '?';
}

/* The word at or after `at` in the NUL-terminated normalised text. */
static token next_token(const char *at) {
    token t = {at, 0, 0, at};
    while (*t.at == ' ') t.at++;
    const char *close = *t.at == '{' ? strchr(t.at, '}') : NULL;
    const char *end = close ? close + 1 : t.at;
    while (*end && *end != ' ') end++;
    t.end = end;
    if (end > t.at && is_mark(end[-1])) t.mark = *--end;
    t.len = (size_t)(end - t.at);
    return t;
}

static int ends_sentence(char mark) {
    return mark == '.' || mark == '!' || mark == '?';
}

/* The pause for the mark after a token; `head` is where its sentence begins. */
static uint8_t pause_of(const token *t, const char *head) {
    if (!ends_sentence(t->mark)) return t->mark ? PHONE_SP : PHONE_WB;
    return t->mark == '?' && question_rises(head, (size_t)(t->at + t->len - head)) ? PHONE_QUE : PHONE_SIL;
}

/* "the" and "to" before a vowel: the vowel is known only once the next word is said. */
static void settle_weak(walk *w, uint8_t first) {
    if (w->weak && phoneset_is_vowel(first)) w->out[w->weak - 1] = w->strong;
    w->weak = 0;
}

static void note_weak(walk *w, const token *t) {
    int the = t->len == 3 && memcmp(t->at, "the", 3) == 0, to = t->len == 2 && memcmp(t->at, "to", 2) == 0;
    if ((!the && !to) || t->mark || phonemes_id("AH0", 3) != w->out[w->n - 1]) return;
    w->weak = w->n;
    w->strong = (uint8_t)(the ? phonemes_id("IY0", 3) : phonemes_id("UW1", 3));
}

/* Says one word after the separator `gap` (WB or the pause of the mark before); 0 when it does not fit. *said: its phones. */
static int add_word(walk *w, const token *t, const heteronym_context *c, uint8_t gap, int *said) {
    uint8_t phones[G2P_WORD];
    int n = say_word(w->p, t->at, t->len, c, phones, G2P_WORD);
    *said = n > 0 ? n : 0;
    if (n <= 0) return 1;
    if (w->n + 1 + (size_t)n + 1 > w->cap) return 0;
    settle_weak(w, gap == PHONE_WB ? phones[0] : 0);
    w->out[w->n++] = gap;
    memcpy(w->out + w->n, phones, (size_t)n);
    w->n += (size_t)n;
    note_weak(w, t);
    return 1;
}

/* A place on the way: its pause stands there, and its symbol is the next one. */
static void note_place(walk *w, uint8_t *gap) {
    phonemes_places *places = w->p->places;
    if (!places || w->places == places->count) return;
    const uint16_t ms = places->pause[w->places];
    places->symbol[w->places++] = (uint16_t)w->n;
    if (ms && *gap == PHONE_WB) *gap = ms < LONG_PAUSE ? PHONE_SP : PHONE_SIL;
}

/* The next token that is no place; those on the way are noted (w NULL: passed over). */
static token next_said(walk *w, const char *at, uint8_t *gap) {
    token t = next_token(at);
    for (; t.len == sizeof PHONEMES_PLACE - 1 && memcmp(t.at, PHONEMES_PLACE, t.len) == 0; t = next_token(t.end)) {
        if (w) note_place(w, gap);
        if (w && t.mark && *gap == PHONE_WB) *gap = PHONE_SP;
    }
    return t;
}

size_t phonemes_word(const char **at, const char **word) {
    token t = next_said(NULL, *at, NULL);
    *at = t.end;
    *word = t.at;
    return t.len;
}

size_t phonemes_clause(const phonemes *p, const char *text, size_t len, uint8_t *out, size_t cap, uint16_t *start, size_t words_cap, size_t *words) {
    walk w = {p, out, cap, 0, 0, 0, 0};
    size_t count = 0;
    uint8_t gap = PHONE_SIL;
    const char *head = p->text;
    token before = {0}, before2 = {0}, t;
    phonemes_normalize(p, text, len);
    for (t = next_said(&w, p->text, &gap); t.len > 0; before2 = before, before = t, t = next_said(&w, t.end, &gap)) {
        token after = next_said(NULL, t.end, NULL), after2 = next_said(NULL, after.end, NULL);
        heteronym_context c = {.before = before.at, .after = after.at, .before2 = before2.at, .after2 = after2.at, .text = p->text};
        c.before_len = before.mark ? 0 : before.len;
        c.after_len = t.mark ? 0 : after.len;
        c.before2_len = before.mark || before2.mark ? 0 : before2.len;
        c.after2_len = t.mark || after.mark ? 0 : after2.len;
        int said;
        if (!add_word(&w, &t, &c, gap, &said)) break;
        if (count < words_cap && start) start[count] = (uint16_t)(said ? w.n - (size_t)said : w.n + 1);
        count++;
        if (said || t.mark) gap = pause_of(&t, head);
        if (ends_sentence(t.mark)) head = t.end;
    }
    if (words) *words = start && count > words_cap ? words_cap : count;
    for (; p->places && w.places < p->places->count; w.places++) p->places->symbol[w.places] = (uint16_t)w.n;
    if (w.n == 0) return 0;
    out[w.n++] = gap == PHONE_WB ? PHONE_SIL : gap;
    return w.n;
}
