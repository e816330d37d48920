/* said: the words that the user said of late and that tools answered, so that a call's values can be held to them.
 *
 * One buffer of whole words, each once, the one said last at the end; what does not fit pushes the oldest words out. A word is kept as it
 * stands (lower case, without the punctuation around it), and so are its parts: `twenty-five` gives `twenty` and `five`, `5pm` gives
 * `5` and `pm`, `tomorrow's` gives `tomorrow`.
 * Beside them, which word followed which, as hashes in a ring: a value of several words must have been said in one piece. A figure that a
 * tool answered may be followed by any word ("83", then "plus a hundred").
 */
#ifndef SOTTO_MODELS_LLM_SAID_H
#define SOTTO_MODELS_LLM_SAID_H
#include "runtime/base/arena.h"

enum {
    SAID_WORD = 63, /* bytes of the longest word kept */
    SAID_SPARE = 512,
    SAID_PAIRS = 256 /* pairs of neighbours kept, the last ones */
};

typedef struct said {
    uint8_t *at; /* [cap] words, the oldest first: one byte of length, then the bytes */
    uint32_t cap, used;
    uint32_t turn;        /* where the words of this turn begin */
    const uint8_t *spell; /* [32] a bit for each byte that a word may hold */
    uint32_t *pair;       /* [SAID_PAIRS] hashes of two words, the second after the first; a ring */
    uint32_t pairs;       /* ever put into it */
} said;

void said_layout(said *s, arena *a, uint32_t max_text, const uint8_t *spell); /* room for one text of max_text bytes and SAID_SPARE more */
void said_reset(said *s);
void said_turn(said *s);                                 /* a new turn begins */
void said_hear(said *s, const char *text, size_t len);   /* these words were said */
void said_answer(said *s, const char *text, size_t len); /* these words a tool answered: any word may follow a figure */
void said_copy(said *s, const said *from);               /* of the same layout; the buffers stay each one's own */
/* Bytes that the shortest word beginning with word[0..len) has more; -1: none. number: of those that toolcall_number_rest takes.
 * before [before_len]: the word that it must have followed; NULL: any. */
int said_rest(const said *s, const char *word, size_t len, int number, const char *before, size_t before_len);
/* The same among the words of this turn, also inside them: digits of 10:42 are 10 and 42. */
int said_digits_rest(const said *s, const char *digits, size_t len);
int said_turn_rest(const said *s, const char *word, size_t len);

#endif
