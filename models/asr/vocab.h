/* vocab: the recogniser's words as a phone trie with their spelling, in place in the model file.
 *
 * A node is 32 bits: 0..5 phone class 1..39 (VOCAB_END: the end of a word), 6 last of its siblings, 7..14 look-ahead (16 times -ln p of
 * the likeliest word below), 15..31 first child, or the word when it is an end. Nodes stand in breadth-first order, so a child comes after
 * its parent and siblings stand together; the root's children begin at node 0. The words are sorted by bytes and front-coded: a byte of
 * prefix shared with the word before (0 for every 16th), a byte of length, the rest.
 * Extra words of a turn (names, say) stand beside the trie as chains of phones: see vocab_extra.
 */
#ifndef SOTTO_MODELS_ASR_VOCAB_H
#define SOTTO_MODELS_ASR_VOCAB_H
#include "models/gguf.h"

enum {
    VOCAB_END = 63,          /* class of a node that ends a word */
    VOCAB_NONE = 0x7fffffff, /* no word */
    VOCAB_MOST_WORDS = 32768,
    VOCAB_MOST_NODES = 131071,
    VOCAB_WORD = 64,        /* bytes of a word at most, the NUL included */
    VOCAB_DEPTH = 40,       /* phones of a word at most */
    VOCAB_BLOCK = 16,       /* words from one full spelling to the next */
    VOCAB_EXTRAS = 32,      /* extra words */
    VOCAB_EXTRA_PHONES = 24 /* of one extra word */
};

typedef struct vocab_word { /* an extra word */
    uint8_t phone[VOCAB_EXTRA_PHONES];
    uint8_t phones;
    char text[VOCAB_WORD];
} vocab_word;

typedef struct vocab {
    const uint32_t *node;  /* [nodes] */
    const uint8_t *text;   /* [bytes] */
    const uint32_t *block; /* [words/16, rounded up] offsets into text */
    uint32_t nodes, words, bytes, classes;
    vocab_word *extra; /* [VOCAB_EXTRAS], the caller's; word j of them has the number words + 2 + j (see ngram.h for the two between) */
    uint32_t extras;
} vocab;

/* Binds and checks all of `lex.*`: every child, word and spelling. classes: of the CTC. 0, or ERR_MODEL with what was expected. */
int vocab_bind(vocab *x, const gguf *g, uint32_t classes, sotto_error *err);

/* The spelling of a word [VOCAB_WORD], NUL-terminated; returns its length. word: one that there is. */
uint32_t vocab_text(const vocab *x, uint32_t word, char *out);
/* The number of a word of `len` bytes, or VOCAB_NONE when it is not known. */
uint32_t vocab_find(const vocab *x, const char *word, uint32_t len);
/* Phones of pronunciation `variant` of a word, at most `room`; returns how many there are, 0 when there is no such variant. */
uint32_t vocab_spell(const vocab *x, uint32_t word, uint32_t variant, uint8_t *phone, uint32_t room);
/* Adds a word with its phones; returns its number, or VOCAB_NONE when it does not fit. */
uint32_t vocab_extra(vocab *x, const char *word, uint32_t len, const uint8_t *phone, uint32_t phones);

static inline uint32_t vocab_class(uint32_t node) {
    return node & 63u;
}
static inline int vocab_last(uint32_t node) {
    return (int)(node >> 6 & 1u);
}
static inline float vocab_ahead(uint32_t node) { /* ln p, <= 0 */
    return (float)(node >> 7 & 255u) * -0.0625f;
}
static inline uint32_t vocab_link(uint32_t node) {
    return node >> 15;
}

#endif
