/* grammar_common: a grammar in a block of its own for the tests, and all sentences it allows. Letters are phones: a is class 1. */
#ifndef SOTTO_TESTS_GRAMMAR_COMMON_H
#define SOTTO_TESTS_GRAMMAR_COMMON_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "models/asr/grammar.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 20 };

/* "zz..." has no pronunciation, a word with q has a second one with k for q. */
static inline uint32_t spell_letters(void *user, const char *word, uint32_t len, uint32_t variant, uint8_t *phones, uint32_t room) {
    uint32_t n = 0;
    (void)user;
    if ((len > 1 && word[0] == 'z' && word[1] == 'z') || variant > 1 || (variant == 1 && !memchr(word, 'q', len))) return 0;
    for (uint32_t i = 0; i < len && n < room; i++) {
        char c = variant == 1 && word[i] == 'q' ? 'k' : word[i];
        if (c >= 'a' && c <= 'z') phones[n++] = (uint8_t)(c - 'a' + 1);
    }
    return n;
}

static inline void *grammar_block(size_t bytes) {
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

/* Compiles or fails the test; free the returned block. */
static inline void *grammar_make(grammar *g, const char *text) {
    sotto_error err = {0};
    void *block = grammar_block(BLOCK);
    int code = grammar_compile(g, "test", text, strlen(text), spell_letters, NULL, block, BLOCK, &err);
    if (code != 0) fail_msg("%s", err.text);
    return block;
}

/* Calls each(user, path of strands, count) for every way from node to the end of an intent, at most `most` words deep. */
typedef struct grammar_walk {
    const grammar *g;
    uint32_t most, count;
    uint16_t strand[64];
    void (*each)(void *user, const struct grammar_walk *w, uint32_t intent);
    void *user;
} grammar_walk;

static inline void grammar_walk_from(grammar_walk *w, uint32_t node) {
    const grammar *g = w->g;
    for (uint32_t i = 0; i < g->jumps; i++) {
        const grammar_jump *j = &g->jump[i];
        if (j->from != node) continue;
        if (GRAMMAR_KIND(j->label) == LABEL_INTENT)
            w->each(w->user, w, GRAMMAR_VALUE(j->label));
        else
            grammar_walk_from(w, j->to);
    }
    for (uint32_t s = 0; s < g->strands && w->count < w->most; s++) {
        if (g->strand[s].from != node) continue;
        w->strand[w->count++] = (uint16_t)s;
        grammar_walk_from(w, g->strand[s].to);
        w->count--;
    }
}

#endif
