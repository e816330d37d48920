/* grammar: text to graph: count, parse into arrays of that size, merge, spell, and lay what stays at the beginning of the block (see grammar.h). */
#include "models/asr/grammar_parts.h"
#include <string.h>

typedef struct grammar_desk { /* of one compilation; its arrays lie at the end of the block */
    grammar *g;
    grammar_net net;
    uint32_t *node, *first, *table, table_slots;
    uint32_t *seen; /* [words + 1] first pronunciation of each word */
    grammar_spell spell;
    void *user;
    sotto_error *err;
} grammar_desk;

/* ---- the network grows ---- */

uint32_t grammar_node(grammar_place *p) {
    return p->net->nodes++;
}

void grammar_step(grammar_place *p, uint32_t from, uint32_t to, uint32_t label) {
    grammar_net *net = p->net;
    if (p->failed) return;
    if (net->arcs == GRAMMAR_STEPS || net->nodes > GRAMMAR_STEPS) {
        grammar_fail(p, p->at, "the templates take more than %u arcs before merging", (unsigned)GRAMMAR_STEPS);
        return;
    }
    if (net->arc) net->arc[net->arcs] = (grammar_arc){from, to, label};
    net->arcs++;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint32_t hash_word(const char *word, uint32_t len) {
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < len; i++) h = (h ^ (uint8_t)lower(word[i])) * 16777619u;
    return (h ^ h >> 15) * 0x85EBCA6Bu;
}

static int word_equal(const grammar_net *net, uint32_t w, const char *word, uint32_t len) {
    const char *have = net->letters + net->word[w].at;
    if (net->word[w].len != len) return 0;
    for (uint32_t i = 0; i < len; i++)
        if (have[i] != lower(word[i])) return 0;
    return 1;
}

static uint32_t number_of_word(grammar_net *net, const char *word, uint32_t len) {
    uint32_t at = hash_word(word, len) & (net->slots - 1);
    for (; net->slot[at]; at = (at + 1) & (net->slots - 1))
        if (word_equal(net, net->slot[at] - 1, word, len)) return net->slot[at] - 1;
    net->word[net->words] = (grammar_word){net->used, len};
    for (uint32_t i = 0; i < len; i++) net->letters[net->used++] = lower(word[i]);
    net->slot[at] = ++net->words;
    return net->words - 1;
}

void grammar_say(grammar_place *p, uint32_t from, uint32_t to, const char *word, uint32_t len, int in_text) {
    grammar_net *net = p->net;
    uint32_t number = 0;
    if (p->failed) return;
    if (net->arc) {
        number = number_of_word(net, word, len);
    } else if (!in_text) {
        net->made_words++;
        net->made_letters += len;
    }
    grammar_step(p, from, to, GRAMMAR_LABEL(LABEL_WORD, number));
}

/* ---- memory ---- */

static uint32_t power_above(uint32_t n) {
    uint32_t p = 16;
    while (p < n) p *= 2;
    return p;
}

/* Words that stand in the text as runs of letters. */
static uint32_t runs_of_letters(const grammar *g) {
    uint32_t runs = 0;
    for (uint32_t i = 0; i < g->size; i++) runs += grammar_is_letter(g->text[i]) && (i == 0 || !grammar_is_letter(g->text[i - 1]));
    return runs;
}

/* Room for the network of a counted text. */
static void desk_layout(grammar_desk *d, arena *a, const grammar_net *count) {
    uint32_t words = runs_of_letters(d->g) + count->made_words;
    grammar_net *net = &d->net;
    memset(net, 0, sizeof *net);
    net->arc = ARENA_ARRAY(a, grammar_arc, count->arcs);
    net->slots = power_above(2 * words);
    net->slot = ARENA_ARRAY(a, uint32_t, net->slots);
    net->word = ARENA_ARRAY(a, grammar_word, words);
    net->letters = ARENA_ARRAY(a, char, d->g->size + count->made_letters);
    d->node = ARENA_ARRAY(a, uint32_t, count->nodes);
    d->first = ARENA_ARRAY(a, uint32_t, count->nodes + 1);
    d->table_slots = power_above(2 * count->nodes);
    d->table = ARENA_ARRAY(a, uint32_t, d->table_slots);
    d->seen = ARENA_ARRAY(a, uint32_t, words + 1);
}

static int too_small(const grammar_desk *d, size_t need, size_t have) {
    return error_set(d->err, ERR_MEM, "%s: needs a block of %zu bytes, this one has %zu", d->g->name, need, have);
}

/* ---- spelling ---- */

/* A plural or possessive: s, z, or a vowel and z. Numbers as in the recogniser's table of phones (AH 3, IH 17, S 29, Z 38). */
static uint32_t spell_plural(uint32_t variant, uint8_t *phones) {
    static const uint8_t said[4][2] = {{38}, {29}, {17, 38}, {3, 38}};
    if (variant > 3) return 0;
    memcpy(phones, said[variant], 2);
    return variant < 2 ? 1 : 2;
}

static uint32_t spell(const grammar_desk *d, uint32_t word, uint32_t variant, uint8_t *phones) {
    const grammar_word *w = &d->net.word[word];
    const char *letters = d->net.letters + w->at;
    if (w->len == 2 && letters[0] == '\'' && letters[1] == 's') return spell_plural(variant, phones);
    return d->spell(d->user, letters, w->len, variant, phones, GRAMMAR_PHONES);
}

/* Walks over the pronunciations of every word that is said; counts them in g, and keeps them when there is room. */
static int spell_words(grammar_desk *d) {
    grammar *g = d->g;
    uint8_t phones[GRAMMAR_PHONES];
    g->prons = g->phones = 0;
    for (uint32_t w = 0; w < d->net.words; w++) {
        uint32_t variant = 0, n;
        d->seen[w] = g->prons;
        for (; variant < GRAMMAR_VARIANTS && (n = spell(d, w, variant, phones)) > 0; variant++) {
            if (n > GRAMMAR_PHONES) n = GRAMMAR_PHONES;
            if (g->pron) {
                g->pron[g->prons] = (grammar_pron){g->phones, (uint16_t)w, (uint16_t)n};
                memcpy(g->phone + g->phones, phones, n);
            }
            g->prons++;
            g->phones += n;
        }
        if (variant == 0)
            return error_set(d->err, ERR_ARG, "%s: the word \"%.*s\" has no known pronunciation", g->name, (int)d->net.word[w].len,
                             d->net.letters + d->net.word[w].at);
    }
    d->seen[d->net.words] = g->prons;
    return 0;
}

/* ---- the graph ---- */

static void count_graph(const grammar_desk *d) {
    grammar *g = d->g;
    g->strands = g->jumps = 0;
    for (uint32_t i = 0; i < d->net.arcs; i++) {
        uint32_t label = d->net.arc[i].label, w = GRAMMAR_VALUE(label);
        if (GRAMMAR_KIND(label) == LABEL_WORD)
            g->strands += d->seen[w + 1] - d->seen[w];
        else
            g->jumps++;
    }
}

static void keep_strands(const grammar_desk *d) {
    grammar *g = d->g;
    uint32_t at = 0;
    g->states = 0;
    for (uint32_t i = 0; i < d->net.arcs; i++) {
        const grammar_arc *a = &d->net.arc[i];
        uint32_t w = GRAMMAR_VALUE(a->label);
        if (GRAMMAR_KIND(a->label) != LABEL_WORD) continue;
        for (uint32_t p = d->seen[w]; p < d->seen[w + 1]; p++) {
            g->strand[at++] = (grammar_strand){(uint16_t)a->from, (uint16_t)a->to, (uint16_t)p};
            g->states += g->pron[p].count;
        }
    }
}

/* Jumps so that each comes after those into its node of departure (Kahn 1962). node: in-degrees, table: nodes that are free. */
static int keep_jumps(const grammar_desk *d) {
    grammar *g = d->g;
    uint32_t *into = d->node, *ready = d->table, waiting = 0, at = 0;
    memset(into, 0, d->net.nodes * sizeof *into);
    for (uint32_t i = 0; i < d->net.arcs; i++)
        if (GRAMMAR_KIND(d->net.arc[i].label) != LABEL_WORD) into[d->net.arc[i].to]++;
    for (uint32_t n = 0; n < d->net.nodes; n++)
        if (into[n] == 0) ready[waiting++] = n;
    for (uint32_t done = 0; done < waiting; done++) {
        for (uint32_t i = d->first[ready[done]]; i < d->first[ready[done] + 1]; i++) {
            const grammar_arc *a = &d->net.arc[i];
            if (GRAMMAR_KIND(a->label) == LABEL_WORD) continue;
            g->jump[at++] = (grammar_jump){(uint16_t)a->from, (uint16_t)a->to, a->label};
            if (--into[a->to] == 0) ready[waiting++] = a->to;
        }
    }
    if (at != g->jumps) return error_set(d->err, ERR_ARG, "%s: a part that is repeated can be empty (expected a word in it)", g->name);
    return 0;
}

static void keep_layout(grammar *g, arena *a, const grammar_net *net) {
    g->nodes = net->nodes;
    g->words = net->words;
    g->strand = ARENA_ARRAY(a, grammar_strand, g->strands);
    g->jump = ARENA_ARRAY(a, grammar_jump, g->jumps);
    g->pron = ARENA_ARRAY(a, grammar_pron, g->prons);
    g->word = ARENA_ARRAY(a, grammar_word, g->words);
    g->phone = ARENA_ARRAY(a, uint8_t, g->phones);
    g->letters = ARENA_ARRAY(a, char, net->used);
}

static int build(grammar_desk *d, void *block, size_t work) {
    grammar *g = d->g;
    arena kept;
    int code = spell_words(d);
    if (code != 0) return code;
    count_graph(d);
    if (g->strands > GRAMMAR_STRANDS || g->jumps > GRAMMAR_STRANDS || d->net.nodes > GRAMMAR_STRANDS || g->prons > GRAMMAR_STRANDS)
        return error_set(d->err, ERR_ARG, "%s: %u words in the graph, %u empty arcs, %u nodes: expected at most %d of each", g->name,
                         (unsigned)g->strands, (unsigned)g->jumps, (unsigned)d->net.nodes, GRAMMAR_STRANDS);
    arena_begin(&kept, NULL, 0);
    keep_layout(g, &kept, &d->net);
    g->bytes = kept.peak;
    if (kept.peak > work) return too_small(d, kept.peak + (g->peak - work), g->peak);
    arena_begin(&kept, block, work);
    keep_layout(g, &kept, &d->net);
    spell_words(d);
    memcpy(g->word, d->net.word, g->words * sizeof *g->word);
    memcpy(g->letters, d->net.letters, d->net.used);
    keep_strands(d);
    return keep_jumps(d);
}

static int compile(grammar_desk *d, grammar_place *p, void *block, size_t bytes) {
    grammar *g = d->g;
    grammar_net count = {0};
    arena a;
    p->net = &count;
    if (grammar_index(p) != 0) return ERR_ARG;
    grammar_parse(p);
    if (p->failed) return ERR_ARG;
    g->steps = count.arcs;
    arena_begin(&a, NULL, 0);
    desk_layout(d, &a, &count);
    size_t work = (a.peak + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN, have = bytes / ARENA_ALIGN * ARENA_ALIGN;
    if (!block || work > have) return too_small(d, work + work / 2, block ? bytes : 0);
    g->peak = have;
    arena_begin(&a, (uint8_t *)block + (have - work), work);
    desk_layout(d, &a, &count);
    p->net = &d->net;
    grammar_parse(p);
    grammar_reduce(&d->net, d->node, d->first, d->table, d->table_slots);
    return build(d, block, have - work);
}

int grammar_compile(grammar *g, const char *name, const char *text, size_t size, grammar_spell spell_word, void *user, void *block, size_t bytes,
                    sotto_error *err) {
    grammar_desk d = {.g = g, .spell = spell_word, .user = user, .err = err};
    grammar_place p = {.g = g, .err = err, .end = (uint32_t)size};
    memset(g, 0, sizeof *g);
    g->name = name;
    g->text = text;
    if (size > GRAMMAR_TEXT) return error_set(err, ERR_ARG, "%s: %zu bytes of text, expected at most %u", name, size, (unsigned)GRAMMAR_TEXT);
    g->size = (uint32_t)size;
    return compile(&d, &p, block, bytes);
}
