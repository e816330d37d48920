/* phone_parse: phones written by hand, ARPABET names or IPA letters, to ids.
 *
 * In IPA a stress mark counts for the next vowel, a vowel without one is unstressed; length marks, ties and dots are skipped.
 */
#include "models/tts/phonemes.h"
#include "models/tts/phoneset.h"
#include "runtime/base/utf8.h"
#include <string.h>

enum { IPA_SYMBOL = 8 /* bytes of the longest */ };

/* Longest symbols first, so that the first match is the right one. */
static const struct ipa {
    const char text[IPA_SYMBOL + 1];
    const char phones[8]; /* one or two ARPABET names */
} ipa_table[] = {
    {"tʃ", "CH"}, {"t͡ʃ", "CH"}, {"dʒ", "JH"}, {"d͡ʒ", "JH"}, {"aɪ", "AY"}, {"aʊ", "AW"}, {"eɪ", "EY"}, {"oʊ", "OW"}, {"əʊ", "OW"}, {"ɔɪ", "OY"},
    {"ɜr", "ER"}, {"ər", "ER"}, {"ɜː", "ER"}, {"ɝ", "ER"},  {"ɚ", "ER"},  {"ɜ", "ER"},  {"ɑ", "AA"},  {"ɒ", "AA"},  {"æ", "AE"},  {"ʌ", "AH"},
    {"ə", "AH"},  {"ɐ", "AH"},  {"ɔ", "AO"},  {"ɛ", "EH"},  {"ɪ", "IH"},  {"i", "IY"},  {"ʊ", "UH"},  {"u", "UW"},  {"e", "EY"},  {"o", "OW"},
    {"a", "AA"},  {"ð", "DH"},  {"θ", "TH"},  {"ʃ", "SH"},  {"ʒ", "ZH"},  {"ŋ", "NG"},  {"ɹ", "R"},   {"r", "R"},   {"ɾ", "D"},   {"ɡ", "G"},
    {"g", "G"},   {"j", "Y"},   {"b", "B"},   {"d", "D"},   {"f", "F"},   {"h", "HH"},  {"k", "K"},   {"l", "L"},   {"ɫ", "L"},   {"m", "M"},
    {"n", "N"},   {"p", "P"},   {"s", "S"},   {"t", "T"},   {"v", "V"},   {"w", "W"},   {"z", "Z"},
};

static int upper(int c) {
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

int phonemes_id(const char *name, size_t len) {
    for (int id = PHONE_FIRST_CONSONANT; len > 0 && len <= 3 && id < PHONE_COUNT; id++) {
        const char *have = phoneset_name[id];
        size_t i = 0, size = strlen(have);
        while (i < len && have[i] == upper((unsigned char)name[i])) i++;
        if (i < len) continue;
        if (size == len) return id;
        if (size == len + 1 && have[len] == '0') return id + 1; /* no digit: stressed */
    }
    return 0;
}

/* ARPABET names between spaces; -1 when one is unknown. */
static int parse_names(const char *text, size_t len, uint8_t *out, int cap) {
    int n = 0;
    for (size_t at = 0; at < len;) {
        size_t size = 0;
        while (at + size < len && text[at + size] != ' ' && text[at + size] != '\t') size++;
        int id = size ? phonemes_id(text + at, size) : 0;
        if (size && !id) return -1;
        if (id && n < cap) out[n++] = (uint8_t)id;
        at += size + !size;
    }
    return n;
}

static const struct ipa *ipa_at(const char *text, size_t len) {
    for (size_t i = 0; i < sizeof ipa_table / sizeof *ipa_table; i++) {
        size_t size = strlen(ipa_table[i].text);
        if (size <= len && memcmp(text, ipa_table[i].text, size) == 0) return &ipa_table[i];
    }
    return NULL;
}

/* Stress that a code point announces (1, 2), 0 for one that is skipped, -1 for any other. */
static int ipa_mark(uint32_t code) {
    if (code == 0x2C8 || code == '\'') return 1;
    if (code == 0x2CC) return 2;
    return code == ' ' || code == '.' || code == 0x2D0 || code == 0x2D1 || code == 0x361 || code == '/' || code == '-' ? 0 : -1;
}

static int parse_ipa(const char *text, size_t len, uint8_t *out, int cap) {
    int n = 0, stress = 0;
    for (size_t at = 0; at < len;) {
        const struct ipa *sound = ipa_at(text + at, len - at);
        if (sound) {
            int id = phonemes_id(sound->phones, strlen(sound->phones));
            if (phoneset_is_vowel((unsigned)id)) id += stress - 1, stress = 0;
            if (n < cap) out[n++] = (uint8_t)id;
            at += strlen(sound->text);
            continue;
        }
        uint32_t code;
        at += utf8_decode(text + at, len - at, &code);
        int mark = ipa_mark(code);
        if (mark < 0) return -1;
        if (mark > 0) stress = mark;
    }
    return n;
}

int phonemes_parse(const char *text, size_t len, uint8_t *out, int cap) {
    int n = parse_names(text, len, out, cap);
    return n >= 0 ? n : parse_ipa(text, len, out, cap);
}
