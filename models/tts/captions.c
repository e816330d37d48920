/* captions: see captions.h. Spoken words are compared by a 16-bit hash: the clause's normalised text does not live on. */
#include "models/tts/captions.h"
#include "models/tts/blank.h"
#include <string.h>

void captions_layout(captions *c, arena *a) {
    memset(c, 0, sizeof *c);
    c->phone = ARENA_ARRAY(a, uint16_t, CAPTIONS_WORDS);
    c->print = ARENA_ARRAY(a, uint16_t, CAPTIONS_WORDS);
}

void captions_reset(captions *c) {
    c->words = c->said = c->at = c->len = 0;
    c->open = 0;
}

/* FNV-1a, folded. */
static uint16_t print_of(const char *word, size_t len) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)word[i]) * 16777619u;
    return (uint16_t)(h ^ (h >> 16));
}

void captions_begin(captions *c, const phonemes *reader, const char *text, size_t len, size_t words, size_t phones) {
    const char *at = reader->text, *word;
    captions_reset(c);
    c->text = text;
    c->len = (uint32_t)len;
    c->phones = (uint32_t)phones;
    for (size_t n; c->words < words && (n = phonemes_word(&at, &word)) > 0;) c->print[c->words++] = print_of(word, n);
}

/* Spoken words of the first `end` bytes when they are the clause's first ones, else 0. */
static uint32_t words_until(const captions *c, const phonemes *reader, uint32_t end) {
    const char *at = reader->text, *word;
    uint32_t count = 0;
    phonemes_normalize(reader, c->text, end);
    for (size_t n; (n = phonemes_word(&at, &word)) > 0; count++)
        if (count == c->words || c->print[count] != print_of(word, n)) return 0;
    return count;
}

static uint32_t skip(const captions *c, uint32_t at, int blank) {
    while (at < c->len && is_blank(c->text[at]) == blank) at++;
    return at;
}

/* The written words of the next caption. */
static void take_written(captions *c, const phonemes *reader) {
    const uint32_t from = skip(c, c->at, 1);
    uint32_t end = from, count = 0;
    do {
        end = skip(c, skip(c, end, 1), 0);
        count = words_until(c, reader, end);
    } while (end < c->len && count <= c->said);
    c->next = count > c->said ? count : c->words;
    c->at = end;
    c->now.text = c->text + from;
    c->now.len = end - from;
}

/* The symbol that stands behind the open caption's last phone: a boundary or a pause, always there. */
static uint32_t symbol_after(const captions *c) {
    return c->next < c->words ? c->phone[c->next] - 1u : c->phones - 1;
}

caption_kind captions_next(captions *c, const phonemes *reader, const acoustic *voice, uint32_t made, caption *out) {
    uint32_t frame;
    if (c->open) {
        if (!acoustic_phone_start(voice, symbol_after(c), &frame) || frame > made) return CAPTION_NONE;
        c->now.end = frame;
        c->said = c->next;
        c->open = 0;
        *out = c->now;
        return CAPTION_END;
    }
    if (c->said >= c->words || !acoustic_phone_start(voice, c->phone[c->said], &frame) || frame >= made) return CAPTION_NONE;
    c->now.begin = frame;
    c->now.end = 0;
    take_written(c, reader);
    c->open = 1;
    *out = c->now;
    return CAPTION_BEGIN;
}
