/* own_words: the user's pronunciations, a text that the caller keeps:
 *
 *     # a comment, to the end of the line
 *     sotto   S OW1 T OW0                 a word as it is written, then ARPABET phones (a vowel without a digit is stressed) ...
 *     GIF     dʒ ˈɪ f                     ... or IPA
 *
 * A word is found whatever its case, with 's and s' behind it, and before the normaliser has a say: "GIF", "C++" and "x86" can be given. Of
 * several lines for a word the first counts. Nothing is indexed: a look-up reads the text once, so cost grows with the file (1,000 lines: 20 us).
 */
#ifndef SOTTO_MODELS_TTS_OWN_WORDS_H
#define SOTTO_MODELS_TTS_OWN_WORDS_H
#include "runtime/base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct own_words {
    const char *lines; /* [len], the caller's; NULL: none */
    size_t len;
} own_words;

/* 0, or ERR_ARG and in `err` "NAME:LINE: ..." when a word or a phone is not understood. */
int own_words_check(const char *name, const char *lines, size_t len, sotto_error *err);
/* Phones of a word, or of its stem and 's: their number, 0 when it is not there. */
int own_words_find(const own_words *o, const char *word, size_t len, uint8_t *out, int cap);
/* Copies a clause to out [cap] with the words that are there turned into {phones}; the rest of the clause always fits (cap >= len), words are no longer
 * replaced when room runs out. Returns the bytes. */
size_t own_words_replace(const own_words *o, char *out, size_t cap, const char *text, size_t len);

#endif
