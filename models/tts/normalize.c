/* normalize: the loop over a clause's tokens. See normalize.h for the contract and norm.h for the readers. */
#include "models/tts/normalize.h"
#include "models/tts/norm.h"
#include <string.h>

/* {HH AH0 L OW1}: copied with its braces when it closes and fits. */
static int read_braces(norm *n) {
    if (norm_peek(n, n->at) != '{') return 0;
    const char *close = memchr(n->in + n->at, '}', n->len - n->at);
    if (!close) return 0;
    size_t len = (size_t)(close - (n->in + n->at)) + 1;
    if (n->n + len + 2 <= n->cap) {
        if (n->n) n->out[n->n++] = ' ';
        memcpy(n->out + n->n, n->in + n->at, len);
        n->n += len;
    }
    n->at += len;
    return 1;
}

/* A word stuck to digits, either way round ("mp3", "4K"), is read in parts: nothing to do but go on. */
static void read_token(norm *n) {
    if (norm_peek(n, n->at) == ' ') {
        n->at++;
        return;
    }
    if (read_braces(n) || norm_read_address(n) || norm_read_money(n) || norm_read_numeric(n) || norm_read_word(n) || norm_read_mark(n)) return;
    norm_read_symbol(n);
}

/* All letters capital, more than one word: capitals then carry no meaning. */
static int is_shouted(const norm *n) {
    size_t words = 0, longest = 0;
    for (size_t at = 0; at < n->len;) {
        size_t len = norm_letters_at(n, at);
        for (size_t i = 0; i < len; i++)
            if (n->in[at + i] >= 'a' && n->in[at + i] <= 'z') return 0;
        words += len > 0;
        longest = len > longest ? len : longest;
        at += len ? len : 1;
    }
    return words > 1 && longest > 3;
}

/* One piece of at most NORMALIZE_PIECE bytes. */
static void read_piece(norm *n, const char *text, size_t len) {
    char folded[NORMALIZE_PIECE];
    n->len = norm_fold(folded, text, len);
    n->in = folded;
    n->at = 0;
    n->shout = is_shouted(n);
    while (n->at < n->len) read_token(n);
}

/* Bytes of the next piece: all that is left, or up to the last space, or a whole number of characters. */
static size_t piece_length(const char *text, size_t len) {
    if (len <= NORMALIZE_PIECE) return len;
    size_t cut = NORMALIZE_PIECE;
    while (cut > 0 && text[cut] != ' ') cut--;
    if (cut > 0) return cut;
    cut = NORMALIZE_PIECE;
    while (cut > NORMALIZE_PIECE - 4 && ((unsigned char)text[cut] & 0xC0) == 0x80) cut--;
    return cut;
}

size_t normalize_clause(char *out, size_t cap, const char *text, size_t len) {
    norm n = {.out = out, .cap = cap};
    if (cap == 0) return 0;
    while (len > 0) {
        size_t piece = piece_length(text, len);
        read_piece(&n, text, piece);
        text += piece;
        len -= piece;
    }
    out[n.n] = 0;
    return n.n;
}
