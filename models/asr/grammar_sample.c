/* grammar_sample: a sentence of a grammar by a random walk, to see what a grammar allows (see grammar.h). */
#include "models/asr/grammar.h"
#include <string.h>

enum { STEPS = 400 };

/* xorshift64* (Vigna 2016), scaled to 0..n-1. */
static uint32_t below(uint64_t *state, uint32_t n) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (uint32_t)(((x * 0x2545f4914f6cdd1du) >> 32) * n >> 32);
}

static size_t put(char *out, size_t used, size_t cap, grammar_text t) {
    int joined = t.len == 2 && t.at[0] == '\'' && t.at[1] == 's';
    if (used + t.len + 2 > cap) return used;
    if (joined) t = (grammar_text){t.at + 1, 1};
    if (used && !joined) out[used++] = ' ';
    memcpy(out + used, t.at, t.len);
    return used + t.len;
}

/* Picks one of the arcs that leave `node`, jumps first: its number, jumps counted before strands. */
static uint32_t pick(const grammar *g, uint32_t node, uint64_t *state) {
    uint32_t seen = 0, chosen = 0;
    for (uint32_t i = 0; i < g->jumps; i++)
        if (g->jump[i].from == node && below(state, ++seen) == 0) chosen = i;
    for (uint32_t i = 0; i < g->strands; i++) {
        int again = i > 0 && g->strand[i].from == g->strand[i - 1].from && g->strand[i].to == g->strand[i - 1].to &&
                    g->pron[g->strand[i].pron].word == g->pron[g->strand[i - 1].pron].word; /* the word in another pronunciation */
        if (g->strand[i].from == node && !again && below(state, ++seen) == 0) chosen = g->jumps + i;
    }
    return chosen;
}

int grammar_sample(const grammar *g, uint64_t seed, char *out, size_t cap) {
    uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15u;
    uint32_t node = 0;
    size_t used = 0;
    out[0] = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t arc = pick(g, node, &state);
        if (arc < g->jumps) {
            if (GRAMMAR_KIND(g->jump[arc].label) == LABEL_INTENT) return 1;
            node = g->jump[arc].to;
        } else {
            const grammar_strand *s = &g->strand[arc - g->jumps];
            used = put(out, used, cap, grammar_word_text(g, g->pron[s->pron].word));
            node = s->to;
        }
        out[used] = 0;
    }
    return 0;
}
