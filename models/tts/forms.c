/* forms: see forms.h. The rules and their order are those of models/train/g2p_forms.py, which chooses the lexicon by them. */
#include "models/tts/forms.h"
#include <string.h>

enum { CH = 6, D = 7, F = 9, JH = 12, K = 13, L = 14, NG = 17, P = 18, S = 20, SH = 21, T = 22, TH = 23, Z = 27, ZH = 28, IH0 = 56, IY0 = 59 };
enum { SHORTEST = 3 /* letters left after the cut */, APOSTROPHE = 27 };

typedef enum form_sound { SAME, ADD_S, CUT_S, ADD_D, ADD_ING, ADD_LY } form_sound;

typedef struct form {
    char cut[4], put[3]; /* ending of the word, ending of the lexicon's word */
    uint8_t sound;       /* what its sound needs: a form_sound */
} form;

static const form rules[] = {{"'s", "", ADD_S},   {"'s", "s", SAME}, {"ies", "y", ADD_S}, {"s", "", ADD_S},     {"s", "'s", SAME},
                             {"ied", "y", ADD_D}, {"ed", "", ADD_D}, {"ed", "e", ADD_D},  {"ing", "", ADD_ING}, {"ing", "e", ADD_ING},
                             {"ly", "", ADD_LY},  {"", "'s", CUT_S}, {"", "s", CUT_S}};

static int is_hiss(int p) {
    return p == S || p == Z || p == SH || p == ZH || p == CH || p == JH;
}

static int is_dull(int p) {
    return p == P || p == T || p == K || p == F || p == TH;
}

int forms_add_s(uint8_t *phones, int n, int cap) {
    int last = phones[n - 1], hiss = is_hiss(last);
    if (n + 1 + hiss > cap) return 0;
    if (hiss) phones[n] = IH0;
    phones[n + hiss] = is_dull(last) ? S : Z;
    return 1 + hiss;
}

/* Phones left without the ending that forms_add_s gives; 0 when they do not end so. */
static int without_s(const uint8_t *phones, int n) {
    for (int more = 2; more > 0; more--) {
        uint8_t said[3];
        if (n <= more) continue;
        said[0] = phones[n - more - 1];
        if (forms_add_s(said, 1, 3) == more && !memcmp(said + 1, phones + n - more, (size_t)more)) return n - more;
    }
    return 0;
}

/* The sound with its ending changed: its phones, 0 when that cannot be. */
static int change_sound(form_sound sound, uint8_t *phones, int n) {
    int last = phones[n - 1], tail = n;
    if (sound == SAME) return n;
    if (sound == CUT_S) return without_s(phones, n);
    if (n + 2 > FORMS_PHONES) return 0;
    if (sound == ADD_S) return n + forms_add_s(phones, n, FORMS_PHONES);
    if (sound == ADD_D) {
        if (last == T || last == D) phones[tail++] = IH0;
        phones[tail++] = last != T && (is_dull(last) || last == S || last == SH || last == CH) ? T : D;
    } else if (sound == ADD_ING) {
        phones[tail++] = IH0;
        phones[tail++] = NG;
    } else {
        if (last != L) phones[tail++] = L;
        phones[tail++] = IY0;
    }
    return tail;
}

static uint8_t letter_id(char c) {
    return c == '\'' ? APOSTROPHE : (uint8_t)(c - 'a' + 1);
}

/* A plain s is an ending after most letters only. */
static int fits(const form *f, const uint8_t *letters, int stem) {
    if (stem < SHORTEST) return 0;
    int last = letters[stem - 1], plain = !strcmp(f->cut, "s") || !strcmp(f->put, "s");
    return !plain || (last != letter_id('s') && last != letter_id('u') && last != APOSTROPHE);
}

/* Letters of the word that the rule asks for: their number, 0 when the rule does not fit. */
static int form_letters(const form *f, const uint8_t *letters, int count, uint8_t *kin) {
    int cut = (int)strlen(f->cut), put = (int)strlen(f->put), stem = count - cut;
    if (stem + put > LEXICON_WORD || !fits(f, letters, stem)) return 0;
    for (int i = 0; i < cut; i++)
        if (letters[stem + i] != letter_id(f->cut[i])) return 0;
    memcpy(kin, letters, (size_t)stem);
    for (int i = 0; i < put; i++) kin[stem + i] = letter_id(f->put[i]);
    return stem + put;
}

int forms_find(const lexicon *l, const uint8_t *letters, int count, uint8_t *phones, int cap) {
    uint8_t kin[LEXICON_WORD], said[FORMS_PHONES];
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        int size = form_letters(&rules[i], letters, count, kin);
        int n = size > 0 ? lexicon_find(l, kin, size, said, FORMS_PHONES) : 0;
        if (n > 0) n = change_sound((form_sound)rules[i].sound, said, n);
        if (n < 1) continue;
        n = n < cap ? n : cap;
        memcpy(phones, said, (size_t)n);
        return n;
    }
    return 0;
}
