/* tok_encode: special tokens are cut out of the text first, then each stretch between them is merged (see tokenizer.h). */
#include "models/llm/tok_index.h"
#include "models/llm/tok_split.h"
#include "runtime/base/utf8.h"
#include <string.h>

static const float no_pair = -3.4e38f;

typedef struct output { /* tokens so far; `full` once one did not fit */
    uint32_t *ids, count, cap;
    int full;
} output;

static void put(output *o, uint32_t id) {
    if (id == TOK_NONE) return;
    if (o->count < o->cap)
        o->ids[o->count++] = id;
    else
        o->full = 1;
}

/* What symbol s and the one after it would make. */
static void pair_up(const tokenizer *t, const char *text, tok_symbol *s) {
    s->pair = TOK_NONE;
    s->score = no_pair;
    if (s->next == TOK_NONE) return;
    const tok_symbol *next = &t->symbol[s->next];
    if (t->kind == TOK_BPE) {
        const tok_merge *m = s->id == TOK_NONE || next->id == TOK_NONE ? NULL : tok_merge_of(t, s->id, next->id);
        if (m) s->pair = m->id, s->score = -(float)m->rank;
        return;
    }
    s->pair = tok_lookup(t, text + s->at, s->len + next->len);
    if (s->pair == TOK_NONE) return;
    s->score = 0;
    if (t->scores.count) memcpy(&s->score, t->scores.at + (size_t)s->pair * 4, sizeof s->score);
}

/* Merges the best pair, leftmost on ties, until none is left. Symbols 0..n-1 form the list. */
static void merge_all(const tokenizer *t, const char *text, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) t->symbol[i].next = i + 1 < n ? i + 1 : TOK_NONE;
    for (uint32_t i = 0; i < n; i++) pair_up(t, text, &t->symbol[i]);
    for (;;) {
        tok_symbol *best = NULL, *before = NULL, *last = NULL;
        for (uint32_t i = 0; i != TOK_NONE; i = t->symbol[i].next) {
            tok_symbol *s = &t->symbol[i];
            if (s->pair != TOK_NONE && (!best || s->score > best->score)) best = s, before = last;
            last = s;
        }
        if (!best) return;
        const tok_symbol *gone = &t->symbol[best->next];
        best->len += gone->len;
        best->next = gone->next;
        best->id = best->pair;
        pair_up(t, text, best);
        if (before) pair_up(t, text, before);
    }
}

/* A character without a piece: its bytes, or one unknown token when the file has no byte pieces. */
static void put_bytes(const tokenizer *t, output *o, const char *text, uint32_t len) {
    uint32_t known = 0;
    for (uint32_t i = 0; i < len; i++) known += t->byte_piece[(uint8_t)text[i]] != TOK_NONE;
    for (uint32_t i = 0; known == len && i < len; i++) put(o, t->byte_piece[(uint8_t)text[i]]);
    if (known < len) put(o, t->unknown);
}

static void put_symbols(const tokenizer *t, output *o, const char *text) {
    for (uint32_t i = 0; i != TOK_NONE; i = t->symbol[i].next) {
        const tok_symbol *s = &t->symbol[i];
        if (s->id != TOK_NONE)
            put(o, s->id);
        else
            put_bytes(t, o, text + s->at, s->len);
    }
}

/* Length of a character by its first byte alone, as SPM does, within what is left. */
static uint32_t char_bytes(const char *text, size_t left) {
    uint8_t first = (uint8_t)*text;
    uint32_t n = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return n < left ? n : (uint32_t)left;
}

static void encode_spm(tokenizer *t, output *o, const char *text, size_t len, int prefix) {
    size_t n = 0;
    uint32_t symbols = 0;
    if (prefix) memcpy(t->text, "\xe2\x96\x81", 3), n = 3;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ')
            memcpy(t->text + n, "\xe2\x96\x81", 3), n += 3;
        else
            t->text[n++] = text[i];
    }
    for (size_t at = 0; at < n; symbols++) {
        tok_symbol *s = &t->symbol[symbols];
        s->at = (uint32_t)at;
        s->len = char_bytes(t->text + at, n - at);
        s->id = tok_lookup(t, t->text + at, s->len);
        at += s->len;
    }
    merge_all(t, t->text, symbols);
    put_symbols(t, o, t->text);
}

/* A word that is a piece as it stands (Llama 3); its bytes must be written in the alphabet of the pieces first. */
static uint32_t whole_word(tokenizer *t, const char *text, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t id = t->byte_piece[(uint8_t)text[i]];
        if (id == TOK_NONE) return TOK_NONE;
        gguf_text p = tok_piece(t, id);
        memcpy(t->text + n, p.at, p.len); /* at most two bytes each */
        n += p.len;
    }
    return tok_lookup(t, t->text, n);
}

static void encode_bpe(tokenizer *t, output *o, const char *text, size_t len) {
    while (len) {
        size_t n = tok_word(t->split, text, len);
        uint32_t whole = t->whole_words ? whole_word(t, text, n) : TOK_NONE;
        if (whole != TOK_NONE) put(o, whole);
        for (uint32_t i = 0; whole == TOK_NONE && i < n; i++)
            t->symbol[i] = (tok_symbol){i, 1, t->byte_piece[(uint8_t)text[i]], TOK_NONE, TOK_NONE, no_pair};
        if (whole == TOK_NONE) {
            merge_all(t, text, (uint32_t)n);
            put_symbols(t, o, text);
        }
        text += n;
        len -= n;
    }
}

/* The longest special token that starts here, or TOK_NONE. User-defined ones always count, the others only when asked. */
static uint32_t special_at(const tokenizer *t, const char *text, size_t len, int flags, size_t *bytes) {
    uint32_t found = TOK_NONE;
    *bytes = 0;
    for (uint32_t i = 0; i < t->specials; i++) {
        gguf_text p = tok_piece(t, t->special[i]);
        if (p.len == 0 || p.len > len || p.len <= *bytes || p.at[0] != text[0] || memcmp(p.at, text, p.len) != 0) continue;
        if (!(flags & TOK_SPECIAL) && tok_type_of(t, t->special[i]) != TYPE_USER) continue;
        found = t->special[i];
        *bytes = p.len;
    }
    return found;
}

static void encode_stretch(tokenizer *t, output *o, const char *text, size_t len, int after_special) {
    if (len == 0) return;
    if (t->kind == TOK_SPM)
        encode_spm(t, o, text, len, t->space_prefix && after_special);
    else
        encode_bpe(t, o, text, len);
}

int tok_encode(tokenizer *t, uint32_t *out, uint32_t cap, const char *text, size_t len, int flags) {
    output o = {out, 0, cap, 0};
    size_t from = 0;
    int after_special = 1; /* the start counts as one */
    if (len > t->max_text) return ERR_ARG;
    if (t->add_bos && !(flags & TOK_NO_BOS)) put(&o, t->bos);
    for (size_t at = 0; at < len;) {
        size_t bytes;
        uint32_t id = special_at(t, text + at, len - at, flags, &bytes);
        if (id == TOK_NONE) {
            at++;
            continue;
        }
        encode_stretch(t, &o, text + from, at - from, after_special);
        put(&o, id);
        after_special = 1;
        from = at += bytes;
    }
    encode_stretch(t, &o, text + from, len - from, after_special);
    return o.full ? ERR_ARG : (int)o.count;
}
