/* transcript: tokens become text and timed words (see transcript.h). */
#include "models/asr/transcript.h"
#include <string.h>

static const char MARK[] = "\xe2\x96\x81"; /* U+2581 */
enum { MARK_BYTES = 3 };

int transcript_bind(transcript *t, const gguf *g, uint32_t vocab, uint32_t frame_ms, sotto_error *err) {
    gguf_value v;
    if (gguf_find(g, "sotto.asr.tokens", &v) != 0 || v.type != GGUF_ARRAY || v.element != GGUF_STRING || v.count != vocab)
        return error_set(err, ERR_MODEL, "%s: sotto.asr.tokens: expected an array of %u strings", g->name, (unsigned)vocab);
    memset(t, 0, sizeof *t);
    t->pieces = v;
    t->vocab = vocab;
    t->frame_ms = frame_ms;
    return 0;
}

void transcript_layout(transcript *t, arena *a, uint32_t max_text) {
    const uint8_t *at = t->pieces.at;
    t->max_text = max_text;
    t->text = ARENA_ARRAY(a, char, max_text);
    t->word = ARENA_ARRAY(a, asr_word, max_text / 2);
    t->piece = ARENA_ARRAY(a, gguf_text, t->vocab);
    for (uint32_t i = 0; t->piece && i < t->vocab; i++) t->piece[i] = gguf_next_text(&at);
}

void transcript_reset(transcript *t) {
    t->len = t->words = t->settled = 0;
    t->text[0] = 0;
}

/* A piece without its mark; `begins` tells whether it had one. */
static gguf_text strip(gguf_text piece, int *begins) {
    *begins = piece.len >= MARK_BYTES && memcmp(piece.at, MARK, MARK_BYTES) == 0;
    if (*begins) return (gguf_text){piece.at + MARK_BYTES, piece.len - MARK_BYTES};
    return piece;
}

/* Adds bytes to the current word, opening it when there is none. 0 when they do not fit. */
static int add_bytes(transcript *t, gguf_text bytes, int *open, const ctc_token *token) {
    size_t gap = !*open && t->len > 0 ? 1 : 0;
    if (t->len + gap + bytes.len + 1 > t->max_text || (!*open && t->words >= t->max_text / 2)) return 0;
    if (!*open) {
        if (gap) t->text[t->len++] = ' ';
        t->word[t->words++] = (asr_word){token->first * t->frame_ms, 0, t->len, 0, 0};
        *open = 1;
    }
    memcpy(t->text + t->len, bytes.at, bytes.len);
    t->len += (uint32_t)bytes.len;
    return 1;
}

void transcript_write(transcript *t, const ctc_token *token, uint32_t count, uint32_t settled) {
    int open = 0, marked = 0;
    uint32_t pieces = 0, begin = 0; /* of the open word; where a lone mark stood */
    float sum = 0;
    transcript_reset(t);
    for (uint32_t i = 0; i < count; i++) {
        gguf_text bytes = strip(t->piece[token[i].id], &marked);
        if (marked) {
            open = 0;
            begin = token[i].first;
            if (i < settled) t->settled = t->len; /* the words before it are over */
        }
        if (bytes.len == 0) continue;
        ctc_token at = token[i];
        if (!open) {
            pieces = 0;
            sum = 0;
            if (i > 0 && strip(t->piece[token[i - 1].id], &marked).len == 0) at.first = begin;
        }
        if (!add_bytes(t, bytes, &open, &at)) break;
        asr_word *w = &t->word[t->words - 1];
        w->end_ms = (token[i].first + token[i].run) * t->frame_ms;
        w->len = t->len - w->at;
        w->confidence = (sum += token[i].p) / (float)++pieces;
    }
    t->text[t->len] = 0;
}
