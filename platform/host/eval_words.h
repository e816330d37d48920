/* eval_words: a reference text as the recogniser would write it: lower-case words, apostrophes inside them, numbers and times in words.
 *
 * The same rules as `normalise` of models/train/asr_words.py, which made the training texts: a reference is never held against a spelling that the
 * recogniser was not taught. Text that the rules cannot spell out with certainty (foreign letters, numbers over six digits) is refused, not guessed.
 */
#ifndef SOTTO_HOST_EVAL_WORDS_H
#define SOTTO_HOST_EVAL_WORDS_H
#include <stddef.h>

/* Writes the words, one space between them, and a NUL. 0, or -1 when the text cannot be spelt out, holds no word, or does not fit in cap bytes. */
int words_normalise(const char *text, char *out, size_t cap);
char *words_spelt(const char *text); /* the same in memory of its own, to be freed; NULL when it cannot be spelt out */
/* Next word of a normalised text: its start, its bytes in *len; NULL at the end. `*at` moves past it. */
const char *words_next(const char **at, size_t *len);
size_t words_count(const char *text);

#endif
