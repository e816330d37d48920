/* vocab: checks and reads the phone trie and the spellings (see vocab.h). */
#include "models/asr/vocab.h"
#include <string.h>

static int refuse(const gguf *g, const char *what, sotto_error *err) {
    return error_set(err, ERR_MODEL, "%s: %s", g->name, what);
}

/* The node after the siblings that begin at `at`. */
static uint32_t after_siblings(const vocab *x, uint32_t at) {
    while (at < x->nodes && !vocab_last(x->node[at])) at++;
    return at < x->nodes ? at + 1 : x->nodes;
}

/* A tree in breadth-first order and nothing else: each phone's children are the next siblings that no one has claimed. */
static int check_nodes(const vocab *x, const gguf *g, sotto_error *err) {
    uint32_t free = after_siblings(x, 0);
    if (!vocab_last(x->node[x->nodes - 1])) return refuse(g, "tensor lex.node: the last siblings have no end", err);
    for (uint32_t i = 0; i < x->nodes; i++) {
        uint32_t n = x->node[i], link = vocab_link(n);
        if (vocab_class(n) == VOCAB_END) {
            if (link >= x->words) return refuse(g, "tensor lex.node: a word end names no word", err);
            continue;
        }
        if (vocab_class(n) == 0 || vocab_class(n) >= x->classes) return refuse(g, "tensor lex.node: expected phone classes", err);
        if (link != free || link <= i || link >= x->nodes) return refuse(g, "tensor lex.node: expected a tree in breadth-first order", err);
        free = after_siblings(x, free);
    }
    if (free != x->nodes) return refuse(g, "tensor lex.node: siblings without a parent", err);
    return 0;
}

/* Every word from every block stays inside the text and inside VOCAB_WORD. */
static int check_text(const vocab *x, const gguf *g, sotto_error *err) {
    uint32_t at = 0, before = 0;
    for (uint32_t w = 0; w < x->words; w++) {
        if (w % VOCAB_BLOCK == 0) {
            if (x->block[w / VOCAB_BLOCK] != at) return refuse(g, "tensor lex.block: expected where each 16th word begins", err);
            before = 0;
        }
        if (x->bytes - at < 2) return refuse(g, "tensor lex.text: ends before its words do", err);
        uint32_t shared = x->text[at], rest = x->text[at + 1];
        if (shared > before || shared + rest == 0 || shared + rest >= VOCAB_WORD)
            return refuse(g, "tensor lex.text: expected words of 1 to 63 bytes", err);
        if (x->bytes - at - 2 < rest) return refuse(g, "tensor lex.text: ends before its words do", err);
        before = shared + rest;
        at += 2 + rest;
    }
    return 0;
}

static int length_of(const gguf *g, const char *name, uint64_t most, uint32_t *out, sotto_error *err) {
    gguf_tensor t;
    if (gguf_tensor_find(g, name, &t) != 0 || t.shape[0] < 1 || t.shape[0] > most)
        return error_set(err, ERR_MODEL, "%s: tensor %s: expected 1 to %u values", g->name, name, (unsigned)most);
    *out = (uint32_t)t.shape[0];
    return 0;
}

int vocab_bind(vocab *x, const gguf *g, uint32_t classes, sotto_error *err) {
    const void *node = NULL, *text = NULL, *block = NULL;
    memset(x, 0, sizeof *x);
    x->classes = classes;
    int code = gguf_need_u32(g, "sotto.asr.words", 1, VOCAB_MOST_WORDS, &x->words, err);
    if (!code) code = length_of(g, "lex.node", VOCAB_MOST_NODES, &x->nodes, err);
    if (!code) code = length_of(g, "lex.text", VOCAB_MOST_WORDS * VOCAB_WORD, &x->bytes, err);
    if (!code) code = gguf_need_tensor(g, "lex.node", TENSOR_I32, x->nodes, 0, &node, err);
    if (!code) code = gguf_need_tensor(g, "lex.text", TENSOR_I8, x->bytes, 0, &text, err);
    if (!code) code = gguf_need_tensor(g, "lex.block", TENSOR_I32, (x->words + VOCAB_BLOCK - 1) / VOCAB_BLOCK, 0, &block, err);
    if (code) return code;
    x->node = node;
    x->text = text;
    x->block = block;
    code = check_nodes(x, g, err);
    return code ? code : check_text(x, g, err);
}

uint32_t vocab_text(const vocab *x, uint32_t word, char *out) {
    uint32_t len = 0;
    if (word >= x->words) {
        const char *extra = x->extra[word - x->words - 2].text;
        len = (uint32_t)strlen(extra);
        memcpy(out, extra, len + 1);
        return len;
    }
    const uint8_t *at = x->text + x->block[word / VOCAB_BLOCK];
    for (uint32_t w = word / VOCAB_BLOCK * VOCAB_BLOCK;; w++) {
        memcpy(out + at[0], at + 2, at[1]);
        len = (uint32_t)at[0] + at[1];
        if (w == word) break;
        at += 2 + at[1];
    }
    out[len] = 0;
    return len;
}

/* Order of bytes, a prefix before what it begins. */
static int compare(const char *a, uint32_t na, const char *b, uint32_t nb) {
    int c = memcmp(a, b, na < nb ? na : nb);
    return c ? c : (na > nb) - (na < nb);
}

uint32_t vocab_find(const vocab *x, const char *word, uint32_t len) {
    char text[VOCAB_WORD];
    uint32_t low = 0, high = x->words;
    for (uint32_t j = 0; j < x->extras; j++)
        if (compare(x->extra[j].text, (uint32_t)strlen(x->extra[j].text), word, len) == 0) return x->words + 2 + j;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int c = compare(text, vocab_text(x, mid, text), word, len);
        if (c == 0) return mid;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return VOCAB_NONE;
}

/* Walks the trie depth first; stops at the `variant`th end of the word. */
static uint32_t walk(const vocab *x, uint32_t word, uint32_t variant, uint32_t *path) {
    uint32_t depth = 1;
    path[0] = 0;
    while (depth > 0) {
        uint32_t n = x->node[path[depth - 1]];
        if (vocab_class(n) == VOCAB_END) {
            if (vocab_link(n) == word && variant-- == 0) return depth - 1;
        } else if (depth < VOCAB_DEPTH) {
            path[depth++] = vocab_link(n);
            continue;
        }
        while (depth > 0 && vocab_last(x->node[path[depth - 1]])) depth--;
        if (depth > 0) path[depth - 1]++;
    }
    return 0;
}

uint32_t vocab_spell(const vocab *x, uint32_t word, uint32_t variant, uint8_t *phone, uint32_t room) {
    uint32_t path[VOCAB_DEPTH], count = 0;
    if (word < x->words) {
        count = walk(x, word, variant, path);
        for (uint32_t i = 0; i < count && i < room; i++) phone[i] = (uint8_t)vocab_class(x->node[path[i]]);
    } else if (variant == 0 && word >= x->words + 2 && word - x->words - 2 < x->extras) {
        const vocab_word *e = &x->extra[word - x->words - 2];
        count = e->phones;
        for (uint32_t i = 0; i < count && i < room; i++) phone[i] = e->phone[i];
    }
    return count;
}

uint32_t vocab_extra(vocab *x, const char *word, uint32_t len, const uint8_t *phone, uint32_t phones) {
    if (x->extras >= VOCAB_EXTRAS || len == 0 || len >= VOCAB_WORD || phones == 0 || phones > VOCAB_EXTRA_PHONES) return VOCAB_NONE;
    vocab_word *e = &x->extra[x->extras];
    memcpy(e->text, word, len);
    e->text[len] = 0;
    memcpy(e->phone, phone, phones);
    e->phones = (uint8_t)phones;
    return x->words + 2 + x->extras++;
}
