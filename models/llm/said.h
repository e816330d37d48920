/* said: the words that the user said of late and that tools answered, so that a call's values can be held to them.
 *
 * One buffer of whole words, each once, the one said last at the end; what does not fit pushes the oldest words out. A word is kept as it
 * stands (lower case, without the punctuation around it), and so are its parts: `twenty-five` gives `twenty` and `five`, `5pm` gives
 * `5` and `pm`, `tomorrow's` gives `tomorrow`.
 */
#ifndef SOTTO_MODELS_LLM_SAID_H
#define SOTTO_MODELS_LLM_SAID_H
#include "runtime/base/arena.h"

enum { SAID_WORD = 63 /* bytes of the longest word kept */, SAID_SPARE = 512 };

typedef struct said {
    uint8_t *at; /* [cap] words, the oldest first: one byte of length, then the bytes */
    uint32_t cap, used;
    uint32_t turn;        /* where the words of this turn begin */
    const uint8_t *spell; /* [32] a bit for each byte that a word may hold */
} said;

void said_layout(said *s, arena *a, uint32_t max_text, const uint8_t *spell); /* room for one text of max_text bytes and SAID_SPARE more */
void said_reset(said *s);
void said_turn(said *s);                                   /* a new turn begins */
void said_hear(said *s, const char *text, size_t len);     /* these words were said */
int said_rest(const said *s, const char *word, size_t len, /* bytes that the shortest word beginning with word[0..len) has more, -1: none; */
              int number);                                 /* number: of those that toolcall_number_rest takes */
/* The same among the words of this turn, also inside them: digits of 10:42 are 10 and 42. */
int said_digits_rest(const said *s, const char *digits, size_t len);
int said_turn_rest(const said *s, const char *word, size_t len);

#endif
