/* phonemes: a clause of written English -> phone ids, as the acoustic model takes them.
 *
 *     SIL  w o r d  WB  w o r d  SP  w o r d  SIL          ids and symbols: models/tts/phoneset.h
 *
 * Text is normalised (normalize.h); each word is looked up among the caller's own pronunciations, the words that change with
 * their neighbours (a, the, to, for ...; heteronyms.h), then g2p. Words are parted by WB, or by a pause where a mark stands:
 * , ; : SP - . ! SIL - ? QUE when it rises (question.h), else SIL. The same pauses end a clause (SIL when nothing does). Phones given by hand are taken as they
 * stand, in ARPABET or IPA: {HH AH0 L OW1} or {h ə l ˈ o ʊ}.
 */
#ifndef SOTTO_MODELS_TTS_PHONEMES_H
#define SOTTO_MODELS_TTS_PHONEMES_H
#include "models/tts/g2p.h"
#include "models/tts/own_words.h"

enum { PHONEMES_TEXT = 2048 /* bytes of a normalised clause */, PHONEMES_CLAUSE = 1024 /* phones that a clause rarely exceeds */ };

/* Stands in a clause's text in front of a word: a place whose symbol the caller wants to know. No text from outside may hold it. */
#define PHONEMES_PLACE "{\x1F}"
enum { PHONEMES_PLACES = 48 };

typedef struct phonemes_places {      /* of a clause, in its order */
    uint16_t count;                   /* in */
    uint16_t pause[PHONEMES_PLACES];  /* in: ms of a pause that stands there, 0: none; a word boundary becomes a pause */
    uint16_t symbol[PHONEMES_PLACES]; /* out: the pause or boundary before the word behind it */
} phonemes_places;

typedef struct phonemes {
    const g2p *g; /* bound and laid out, owned by the caller */
    own_words own;
    phonemes_places *places; /* of the clause that is read next; NULL: none */
    char *text;              /* scratch [PHONEMES_TEXT] normalised clause */
    char *replaced;          /* scratch [PHONEMES_TEXT] clause with own words as phones */
} phonemes;

/* Takes the scratch text; none of it lives between calls. `g` must outlive `p`. */
void phonemes_layout(phonemes *p, arena *a, const g2p *g);

/* Own pronunciations (own_words.h), kept by the caller; `name` is what messages call them. 0, or ERR_ARG with name and line in `err` when a word or
 * a phone is not understood; `p` is then untouched. NULL or len 0 takes them away. */
int phonemes_override(phonemes *p, const char *name, const char *lines, size_t len, sotto_error *err);

/* A clause as it is said, own words as {phones}, into p->text. */
void phonemes_normalize(const phonemes *p, const char *text, size_t len);

/* Phones of a clause of UTF-8 into out[0..cap): their number, 0 when there is nothing to say. A word that does not fit is
 * left out with all that follow. `start` (NULL or [words_cap]) gets the index of each word's first phone (of a word without phones: of those
 * behind it), *words (NULL allowed) the number of words. The normalised text stays in p->text until the scratch is used again. */
size_t phonemes_clause(const phonemes *p, const char *text, size_t len, uint8_t *out, size_t cap, uint16_t *start, size_t words_cap, size_t *words);

/* The next word at or after *at of a normalised text, without the mark behind it: its bytes, 0 when there is none. *at moves behind it. */
size_t phonemes_word(const char **at, const char **word);

/* Id of an ARPABET symbol ("AH0", any case; a vowel without a digit counts as stressed), 0 when it is none. */
int phonemes_id(const char *name, size_t len);
/* ARPABET phones of a letter's name, A to Z. */
const char *phonemes_letter(char letter);
/* Phones of "HH AH0 L OW1" or of IPA: their number, -1 when something is not understood. */
int phonemes_parse(const char *text, size_t len, uint8_t *out, int cap);

#endif
