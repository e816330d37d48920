/* phrases: a grammar behind the public, opaque sotto_grammar. Words are spelt by the recogniser's lexicon, those that it lacks by letter-to-sound.
 *
 * The letter-to-sound network's scratch lies at the end of the block while the grammar is compiled, and is given back with the rest.
 */
#include "runtime/phrases.h"
#include "models/asr/vocab.h"
#include "runtime/model.h"
#include "runtime/spell.h"
#include <string.h>

enum { CLASSES = 40 };

_Static_assert(sizeof(phrases_body) <= sizeof(sotto_grammar), "a grammar fits in its public body");

typedef struct speller {
    vocab words;
    g2p letters;
    spell_book book;
} speller;

static uint32_t phrases_spell(void *user, const char *word, uint32_t len, uint32_t variant, uint8_t *phones, uint32_t room) {
    speller *s = user;
    uint32_t number = vocab_find(&s->words, word, len);
    if (number != VOCAB_NONE) return vocab_spell(&s->words, number, variant, phones, room);
    return variant == 0 ? spell_word(&s->book, word, len, phones, room) : 0;
}

/* Binds what spells; its scratch is taken off the end of the block. Returns what is left of the block through *bytes. */
static int phrases_speller(speller *s, const sotto_model *asr, const sotto_model *letters, void *block, size_t *bytes, sotto_error *err) {
    arena a;
    memset(s, 0, sizeof *s);
    const gguf *file = model_file(asr, err, "asr");
    if (!file || vocab_bind(&s->words, file, CLASSES, err) != 0) return err->code;
    if (!letters) return 0;
    file = model_file(letters, err, "g2p");
    if (!file || g2p_bind(&s->letters, file, err) != 0) return err->code;
    arena_begin(&a, NULL, 0);
    g2p_layout(&s->letters, &a, kernels_select(NULL));
    size_t need = (a.peak + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN, have = *bytes / ARENA_ALIGN * ARENA_ALIGN;
    if (!block || need > have) return error_set(err, ERR_MEM, "grammar: needs a block of more than %zu bytes, this one has %zu", need, *bytes);
    arena_begin(&a, (uint8_t *)block + (have - need), need);
    g2p_layout(&s->letters, &a, kernels_select(NULL));
    spell_init(&s->book, &s->letters, model_file(asr, err, "asr"));
    *bytes = have - need;
    return 0;
}

int sotto_grammar_open(sotto_grammar *g, const char *name, const char *text, size_t size, const sotto_model *asr, const sotto_model *g2p_model,
                       void *block, size_t bytes) {
    speller s;
    if (!g || !name || !text || !asr || (uintptr_t)block % SOTTO_ALIGN) return SOTTO_EARG;
    phrases_body *body = (phrases_body *)g->opaque;
    memset(body, 0, sizeof *body);
    int code = phrases_speller(&s, asr, g2p_model, block, &bytes, &body->error);
    if (code == 0) code = grammar_compile(&body->graph, name, text, size, phrases_spell, &s, block, bytes, &body->error);
    body->open = code == 0;
    return code;
}

const char *sotto_grammar_error(const sotto_grammar *g) {
    return phrases_of(g)->error.text;
}

const phrases_body *phrases_of(const sotto_grammar *g) {
    return (const phrases_body *)g->opaque;
}

void sotto_grammar_size(const sotto_grammar *g, sotto_grammar_report *out) {
    const phrases_body *body = phrases_of(g);
    const grammar *x = &body->graph;
    memset(out, 0, sizeof *out);
    if (!body->open) return;
    *out = (sotto_grammar_report){.bytes = x->bytes,
                                  .intents = x->intents,
                                  .templates = x->templates,
                                  .slots = x->slots,
                                  .words = x->words,
                                  .nodes = x->nodes,
                                  .arcs = x->strands + x->jumps,
                                  .states = x->states};
}

int sotto_grammar_sample(const sotto_grammar *g, uint64_t seed, char *out, size_t cap) {
    const phrases_body *body = phrases_of(g);
    if (!body->open || !out || cap == 0) return SOTTO_EARG;
    return grammar_sample(&body->graph, seed, out, cap) ? SOTTO_OK : SOTTO_AGAIN;
}
