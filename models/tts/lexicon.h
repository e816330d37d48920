/* lexicon: pronunciations of the words that letter-to-sound would get wrong, packed to about 8 bytes each.
 *
 * Words are sorted by letter ids (a..z 1..26, ' 27) in blocks; one bit stream, most significant bit first. An entry is the
 * number of letters shared with the word before (4 bits, 0 at a block's head), the other letters and an end mark, the phones
 * and an end mark, in two canonical Huffman codes (Huffman 1952) of at most 15 bits whose symbol 0 is the end mark.
 * Cost of a look-up: log2(blocks) word decodes and at most one block. The file is decoded once whole at bind.
 */
#ifndef SOTTO_MODELS_TTS_LEXICON_H
#define SOTTO_MODELS_TTS_LEXICON_H
#include "models/gguf.h"

enum { LEXICON_LETTERS = 28, LEXICON_PHONES = 74, LEXICON_WORD = 40 /* longest word, letters */, LEXICON_CODE = 15 /* longest code, bits */ };

typedef struct lexicon_code {        /* canonical Huffman code */
    uint8_t count[LEXICON_CODE + 1]; /* codes of each length */
    uint8_t symbol[LEXICON_PHONES];  /* by length, then by number */
} lexicon_code;

typedef struct lexicon {
    const uint8_t *bits;                   /* bit stream, size bytes */
    const int32_t *index;                  /* bit where block b starts [blocks] */
    uint32_t size, blocks, entries, block; /* bytes, blocks, words, words a block */
    lexicon_code letter, phone;
} lexicon;

/* Binds and checks `lexicon.*` of a g2p file. 0, or ERR_MODEL naming file, tensor and expectation. */
int lexicon_bind(lexicon *l, const gguf *file, sotto_error *err);

/* Phones of a word given as letter ids 1..27: their number, 0 when the word is not there. At most cap are written. */
int lexicon_find(const lexicon *l, const uint8_t *letters, int count, uint8_t *phones, int cap);

#endif
