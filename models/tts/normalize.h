/* normalize: written English -> the words that are said. Numbers, dates, times, money, units, abbreviations, addresses.
 *
 * No allocation and no state: a clause of UTF-8 in, plain ASCII out. The output has words of a-z and ', separated by one
 * space; a letter that is said by its name is upper case ("10:42 am" -> "ten forty two A M"); the marks , ; : . ! ? stay,
 * attached to the word before. `{...}` (phones given by hand) passes through unchanged.
 * Bound: input is taken in pieces of NORMALIZE_PIECE bytes cut at a space, so the stack use does not grow with it.
 */
#ifndef SOTTO_MODELS_TTS_NORMALIZE_H
#define SOTTO_MODELS_TTS_NORMALIZE_H
#include <stddef.h>

enum { NORMALIZE_PIECE = 512 };

/* Writes at most cap-1 characters and a NUL (cap 0: nothing); what does not fit is left out at a word's end.
 * Returns the characters written. Any bytes are accepted as input; `out` must not overlap `text`. */
size_t normalize_clause(char *out, size_t cap, const char *text, size_t len);

#endif
