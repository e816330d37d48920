/* tokenizer: text to tokens and back, from the tokenizer that a GGUF carries: SPM (`llama`) or byte-level BPE (`gpt2`).
 *
 * SPM (Kudo & Richardson 2018, as BPE by score): spaces become U+2581, the pair of neighbours whose union is the
 * best-scored piece is merged first, leftmost on ties; characters without a piece fall back to byte pieces, else to unknown.
 * BPE (Sennrich et al. 2016; bytes as characters, Radford et al. 2019): text is cut into words by the pre-tokenizer that
 * the file names (gpt-2, smollm, llama-bpe, qwen2; others are refused), then pairs merge by rank.
 * Merging is a plain scan: O(n²) in the bytes of one stretch, n <= max_text. Control tokens are recognised in text only when asked.
 * Not covered: Unicode normalisation, the strip attributes of added tokens, U+017F as an apostrophe suffix.
 */
#ifndef SOTTO_MODELS_LLM_TOKENIZER_H
#define SOTTO_MODELS_LLM_TOKENIZER_H
#include "models/gguf.h"
#include "runtime/base/arena.h"

#define TOK_NONE UINT32_MAX
enum { TOK_PIECE_MAX = 512 }; /* bytes of a piece; longer ones are refused at bind */
enum tok_kind { TOK_SPM, TOK_BPE };
enum tok_split { SPLIT_GPT2, SPLIT_SMOLLM, SPLIT_LLAMA3, SPLIT_QWEN2 };
enum tok_type { TYPE_NORMAL = 1, TYPE_UNKNOWN, TYPE_CONTROL, TYPE_USER, TYPE_UNUSED, TYPE_BYTE }; /* numbers of GGUF */
enum { TOK_SPECIAL = 1, TOK_NO_BOS = 2 };                                                         /* flags of tok_encode */

typedef struct tok_merge {          /* BPE: left and right make id */
    uint32_t left, right, id, rank; /* left TOK_NONE: empty slot */
} tok_merge;

typedef struct tok_symbol {     /* a stretch of text while pairs are merged; a list by `next` */
    uint32_t at, len, id, next; /* id: its piece or TOK_NONE */
    uint32_t pair;              /* piece that it would make with the next, or TOK_NONE */
    float score;                /* of that piece */
} tok_symbol;

typedef struct tokenizer {
    const gguf *file;
    enum tok_kind kind;
    enum tok_split split;
    uint32_t count;                           /* tokens */
    gguf_value pieces, scores, types, merges; /* in the file; scores, types, merges may have count 0 */
    uint32_t bos, eos, unknown;               /* TOK_NONE when there is none */
    int add_bos, space_prefix, whole_words;   /* whole_words: a word that is a piece is not merged (Llama 3) */
    uint32_t specials;                        /* control, unknown and user-defined tokens */
    /* state, filled at layout, never changed */
    uint32_t *offset;         /* [count] byte of each piece's string inside the file's array */
    uint32_t *slot;           /* [slots] piece by hash, TOK_NONE: empty */
    uint32_t slots;           /* power of two */
    uint32_t *special;        /* [specials] */
    tok_merge *merge;         /* [merge_slots] by hash of (left, right) */
    uint32_t merge_slots;     /* power of two, 0 for SPM */
    uint32_t byte_piece[256]; /* piece of a single byte, or TOK_NONE */
    /* scratch */
    char *text;         /* [3 * (max_text + 1)] text with spaces escaped */
    tok_symbol *symbol; /* [max_text + 1] */
    uint32_t max_text;  /* longest text in bytes */
} tokenizer;

/* Validates the tokenizer of `g` for a model of `vocab` tokens. 0 or ERR_MODEL. */
int tok_bind(tokenizer *t, const gguf *g, uint32_t vocab, sotto_error *err);
void tok_layout(tokenizer *t, arena *a);
void tok_scratch(tokenizer *t, arena *a, uint32_t max_text);

/* Tokens of text[0..len) into out[0..cap); returns their number, ERR_ARG when the text or its tokens are too many. */
int tok_encode(tokenizer *t, uint32_t *out, uint32_t cap, const char *text, size_t len, int flags);
/* Bytes of a token into out [TOK_PIECE_MAX]; returns their number: 0 for control and unknown tokens. May be part of a character. */
size_t tok_decode(const tokenizer *t, char *out, uint32_t id);
enum tok_type tok_type_of(const tokenizer *t, uint32_t id);
/* The token whose text is exactly this (control tokens too), or TOK_NONE. */
uint32_t tok_find(const tokenizer *t, const char *text, size_t len);

/* Streaming decode: whole characters only, the begun one is held. */
typedef struct tok_stream {
    char hold[4];
    uint32_t held;
} tok_stream;
/* Writes what became whole into out [TOK_PIECE_MAX + 4]; returns bytes. */
size_t tok_stream_put(tok_stream *s, const tokenizer *t, char *out, uint32_t id);

#endif
