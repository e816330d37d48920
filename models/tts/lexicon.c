/* lexicon: see lexicon.h for the packed form. The reader never passes the end of the stream: past it, bits are 0. */
#include "models/tts/lexicon.h"
#include <string.h>

enum { PREFIX_BITS = 4, LEXICON_SAID = 64 /* most phones of an entry */ };

typedef struct reader { /* one pass over the stream */
    const lexicon *l;
    uint32_t at;                /* next bit */
    uint8_t word[LEXICON_WORD]; /* letters of the entry last read */
    int count;                  /* of them */
    uint8_t said[LEXICON_SAID]; /* its phones */
    int phones;                 /* of them */
} reader;

/* The 25 bits from here on, and up to 7 more, from the top; zeros beyond the end. */
static uint32_t bits_ahead(const reader *r) {
    const uint32_t byte = r->at >> 3, size = r->l->size;
    uint32_t v = 0;
    const uint8_t *b = r->l->bits + byte;
    if (byte + 4 <= size)
        v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    else
        for (uint32_t i = 0; i < 4; i++) v = v << 8 | (byte + i < size ? b[i] : 0);
    return v << (r->at & 7);
}

static void pass_bits(reader *r, uint32_t n) {
    const uint32_t end = r->l->size * 8;
    if (r->at < end) r->at = end - r->at < n ? end : r->at + n;
}

/* One symbol; -1 when no code fits. */
static int next_symbol(reader *r, const lexicon_code *c) {
    uint32_t ahead = bits_ahead(r);
    int code = 0, first = 0, index = 0;
    for (int length = 1; length <= LEXICON_CODE; length++, ahead <<= 1) {
        code |= (int)(ahead >> 31);
        int count = c->count[length];
        if (code - first < count) {
            pass_bits(r, (uint32_t)length);
            return c->symbol[index + code - first];
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -1;
}

/* Symbols up to the end mark into out[from..cap): the new count, -1 when the stream is broken. */
static int next_run(reader *r, const lexicon_code *c, uint8_t *out, int from, int cap) {
    for (;;) {
        int symbol = next_symbol(r, c);
        if (symbol < 0) return -1;
        if (symbol == 0) return from;
        if (from == cap) return -1;
        out[from++] = (uint8_t)symbol;
    }
}

/* Reads one entry over the one before; 0, or -1 when the stream is broken. */
static int next_entry(reader *r) {
    const int same = (int)(bits_ahead(r) >> (32 - PREFIX_BITS));
    pass_bits(r, PREFIX_BITS);
    if (same > r->count) return -1;
    int letters = next_run(r, &r->l->letter, r->word, same, LEXICON_WORD);
    if (letters < 1) return -1;
    r->count = letters;
    r->phones = next_run(r, &r->l->phone, r->said, 0, LEXICON_SAID);
    return r->phones < 1 ? -1 : 0;
}

static void start_block(reader *r, const lexicon *l, uint32_t block) {
    r->l = l;
    r->at = (uint32_t)l->index[block];
    r->count = 0;
}

/* Words in the order of the file: <0, 0, >0. */
static int word_order(const uint8_t *a, int a_len, const uint8_t *b, int b_len) {
    int order = memcmp(a, b, (size_t)(a_len < b_len ? a_len : b_len));
    return order ? order : a_len - b_len;
}

/* Builds the tables from code lengths; 0, or -1 when they are no complete prefix code. */
static int code_build(lexicon_code *c, const int8_t *length, int symbols) {
    int left = 1, n = 0;
    memset(c, 0, sizeof *c);
    for (int s = 0; s < symbols; s++) {
        if (length[s] < 1 || length[s] > LEXICON_CODE) return -1;
        c->count[length[s]]++;
    }
    for (int bits = 1; bits <= LEXICON_CODE; bits++) {
        left = left * 2 - c->count[bits];
        if (left < 0) return -1;
        for (int s = 0; s < symbols; s++)
            if (length[s] == bits) c->symbol[n++] = (uint8_t)s;
    }
    return left == 0 ? 0 : -1;
}

/* Decodes every entry once: blocks start where the index says, words rise, nothing runs past the end. */
static int check_entries(const lexicon *l) {
    reader r;
    uint8_t last[LEXICON_WORD];
    int last_len = 0;
    start_block(&r, l, 0);
    for (uint32_t i = 0; i < l->entries; i++) {
        if (i % l->block == 0) {
            if (r.at != (uint32_t)l->index[i / l->block]) return -1;
            r.count = 0;
        }
        if (next_entry(&r) || word_order(last, last_len, r.word, r.count) >= 0) return -1;
        for (int p = 0; p < r.phones; p++)
            if (r.said[p] < 5) return -1; /* pauses are no phones of a word */
        memcpy(last, r.word, (size_t)r.count);
        last_len = r.count;
    }
    return r.at <= l->size * 8 && r.at + 8 > l->size * 8 ? 0 : -1;
}

int lexicon_bind(lexicon *l, const gguf *file, sotto_error *err) {
    lexicon x = {0};
    gguf_tensor bits;
    const void *index, *letters, *phones;
    int code = gguf_need_u32(file, "sotto.g2p.entries", 1, 1u << 20, &x.entries, err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.block", 1, 256, &x.block, err);
    if (code) return code;
    x.blocks = (x.entries + x.block - 1) / x.block;
    if (gguf_tensor_find(file, "lexicon.bits", &bits) || bits.type != TENSOR_I8 || bits.dims != 1 || bits.bytes < 1 || bits.bytes > (1u << 24))
        return error_set(err, ERR_MODEL, "%s: tensor lexicon.bits: expected I8 [1 .. 2^24]", file->name);
    x.bits = bits.data;
    x.size = (uint32_t)bits.bytes;
    code = gguf_need_tensor(file, "lexicon.index", TENSOR_I32, x.blocks, 0, &index, err);
    if (!code) code = gguf_need_tensor(file, "lexicon.letter_len", TENSOR_I8, LEXICON_LETTERS, 0, &letters, err);
    if (!code) code = gguf_need_tensor(file, "lexicon.phone_len", TENSOR_I8, LEXICON_PHONES, 0, &phones, err);
    if (code) return code;
    x.index = index;
    if (code_build(&x.letter, letters, LEXICON_LETTERS))
        return error_set(err, ERR_MODEL, "%s: lexicon.letter_len: expected a complete prefix code", file->name);
    if (code_build(&x.phone, phones, LEXICON_PHONES))
        return error_set(err, ERR_MODEL, "%s: lexicon.phone_len: expected a complete prefix code", file->name);
    if (x.index[0] != 0 || check_entries(&x))
        return error_set(err, ERR_MODEL, "%s: lexicon.bits: expected %u sorted entries that fill it", file->name, x.entries);
    *l = x;
    return 0;
}

/* The last block whose first word is not above the word. */
static uint32_t find_block(const lexicon *l, const uint8_t *letters, int count, reader *r) {
    uint32_t low = 0, high = l->blocks;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        start_block(r, l, middle);
        next_entry(r);
        if (word_order(r->word, r->count, letters, count) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int lexicon_find(const lexicon *l, const uint8_t *letters, int count, uint8_t *phones, int cap) {
    reader r;
    if (count < 1 || count > LEXICON_WORD) return 0;
    uint32_t block = find_block(l, letters, count, &r), left = l->entries - block * l->block;
    start_block(&r, l, block);
    for (uint32_t i = 0; i < left && i < l->block; i++) {
        if (next_entry(&r)) return 0;
        int order = word_order(r.word, r.count, letters, count);
        if (order > 0) return 0;
        if (order < 0) continue;
        int n = r.phones < cap ? r.phones : cap;
        memcpy(phones, r.said, (size_t)n);
        return n;
    }
    return 0;
}
