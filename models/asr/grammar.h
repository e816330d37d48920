/* grammar: what may be said, as text a person writes, compiled to a compact graph for the matcher (models/asr/match.h).
 *
 *     # a comment, to the end of the line
 *     list   size  = small | medium | (large|big) : large        values; after a colon what is put out, else the words as said
 *     list   count = 1..99 | a dozen : 12                        a value that is a range is spoken as number words and put out as digits
 *     rule   ask   = can i (get|have) | i would like | give me
 *     intent order menu=main "One {size} {drink} coming up[ with {milk}]."
 *         [please] <ask> [a] {size} {drink} [with {milk}]
 *         ...                                                    one template a line, indented
 *     tool   timer_set "Timer set for {duration}."               as intent, and the tool of that name is called with the slots
 *
 * A template is Home Assistant's sentence syntax: `(a|b)` one of, `[a]` may be left out, `{list}` or `{list:slot}` a slot, `<rule>` that
 * rule's template, `(a;b;c)` all of them in any order, and `(...)*`, `(...)+` any number of times, or at least once. A group that
 * stands against a word makes words (`leak[ing]`, `batter(y|ies)`); `[s]`, `[es]` and `['s]` against anything is a plural or possessive.
 * Digits are spoken as a number, `1..59` as any of these numbers. `key=value` after an intent's name is a slot that is always there (quote a value with spaces). The quoted
 * text is the answer; a `{slot}` in it is the slot's value, and `[...]` in it is left out unless all of its slots were said. Indented
 * lines continue a list or rule. Letters may be of either case; other signs than ' are not allowed in words; - is a space.
 *
 * Compiled: the templates become one network whose arcs are words, slots' ends and empty steps; equal ends and equal beginnings are
 * merged until nothing changes (which keeps exactly the same sentences), words are spelt once each, and a word on an arc in one
 * pronunciation is a strand of phones. Nested at most GRAMMAR_DEPTH deep. Memory: one block of the caller's; nothing is allocated. The text is read
 * in place and must live as long as the grammar.
 */
#ifndef SOTTO_MODELS_ASR_GRAMMAR_H
#define SOTTO_MODELS_ASR_GRAMMAR_H
#include "runtime/base/arena.h"
#include "runtime/base/error.h"
#include <stdint.h>

enum {
    GRAMMAR_DEFS = 512,     /* lists and rules */
    GRAMMAR_SLOTS = 64,     /* names of slots */
    GRAMMAR_INTENTS = 256,  /* intent and tool blocks */
    GRAMMAR_DEPTH = 16,     /* groups and rules inside one another */
    GRAMMAR_ANY_ORDER = 6,  /* parts of (a;b;c) */
    GRAMMAR_LETTERS = 40,   /* of a word */
    GRAMMAR_PHONES = 40,    /* of a word */
    GRAMMAR_VARIANTS = 4,   /* pronunciations of a word that are used */
    GRAMMAR_NUMBER = 9999,  /* largest number of a range */
    GRAMMAR_STRANDS = 60000 /* also nodes and jumps */
};
#define GRAMMAR_TEXT (1u << 20)  /* bytes of text */
#define GRAMMAR_STEPS (1u << 20) /* arcs before merging */

/* Pronunciation `variant` (0, 1, ...) of a lower-case word as phone classes 1..39: their number, 0 when there is no such variant. */
typedef uint32_t (*grammar_spell)(void *user, const char *word, uint32_t len, uint32_t variant, uint8_t *phones, uint32_t room);

enum grammar_label { LABEL_EMPTY, LABEL_WORD, LABEL_OPEN, LABEL_SAID, LABEL_OUTPUT, LABEL_NUMBER, LABEL_INTENT };
/* An arc's label: its kind in the top 4 bits, below them: word · slot · 0 · place of the output in the text · 0 · intent */
#define GRAMMAR_LABEL(kind, value) ((uint32_t)(kind) << 28 | (uint32_t)(value))
#define GRAMMAR_KIND(label) ((label) >> 28)
#define GRAMMAR_VALUE(label) ((label)&0x0fffffffu)

typedef struct grammar_strand { /* one word in one pronunciation, from node to node */
    uint16_t from, to, pron;
} grammar_strand;

typedef struct grammar_jump { /* an arc without sound */
    uint16_t from, to;
    uint32_t label;
} grammar_jump;

typedef struct grammar_pron {
    uint32_t at; /* first phone */
    uint16_t word;
    uint16_t count; /* phones, >= 1 */
} grammar_pron;

typedef struct grammar_word {
    uint32_t at; /* first letter */
    uint32_t len;
} grammar_word;

typedef struct grammar {
    const char *name, *text; /* what messages call it; the caller's text [size] */
    uint32_t size;
    uint32_t def[GRAMMAR_DEFS], defs;                     /* where lists and rules begin, by kind and name */
    uint32_t slot[GRAMMAR_SLOTS], slots;                  /* where each name first stands */
    uint32_t intent[GRAMMAR_INTENTS], intents, templates; /* where the blocks begin; how many templates there are */
    uint32_t nodes, strands, jumps, prons, words, phones; /* node 0 is the start, node 1 the end */
    uint32_t states;                                      /* phones of all strands */
    uint32_t steps;                                       /* arcs before merging */
    size_t bytes, peak;                                   /* of the block: kept, and while compiling */
    grammar_strand *strand;                               /* [strands] by node of departure */
    grammar_jump *jump;                                   /* [jumps] each after all that lead to its node of departure */
    grammar_pron *pron;                                   /* [prons] */
    grammar_word *word;                                   /* [words] */
    uint8_t *phone;                                       /* [phones] classes 1..39 */
    char *letters;                                        /* of all words */
} grammar;

/* Compiles text [size] into `block` (ARENA_ALIGN aligned). Of the block the first g->bytes stay in use, the rest is free again. `name`,
 * `text` and the block must outlive g. 0; ERR_ARG with line, column and what was expected; ERR_MEM with the bytes needed. */
int grammar_compile(grammar *g, const char *name, const char *text, size_t size, grammar_spell spell, void *user, void *block, size_t bytes,
                    sotto_error *err);

/* ---- look-ups; texts lie in the grammar's text and do not end in NUL ---- */

typedef struct grammar_text {
    const char *at;
    uint32_t len;
} grammar_text;

grammar_text grammar_intent_name(const grammar *g, uint32_t intent);
int grammar_intent_is_tool(const grammar *g, uint32_t intent);
grammar_text grammar_intent_answer(const grammar *g, uint32_t intent);                                                  /* at NULL: there is none */
int grammar_intent_constant(const grammar *g, uint32_t intent, uint32_t index, grammar_text *key, grammar_text *value); /* 0 past the last */
grammar_text grammar_slot_name(const grammar *g, uint32_t slot);
grammar_text grammar_output(const grammar *g, uint32_t at);      /* of a LABEL_OUTPUT */
grammar_text grammar_word_text(const grammar *g, uint32_t word); /* a plural's s begins with ' and is written against the word before */
int grammar_number_value(const grammar *g, const uint16_t *words, uint32_t count, uint32_t *value); /* 1: number words */

/* A sentence at random, NUL-terminated and cut at cap; 1, or 0 when it did not come to an end (a loop). The same seed gives the same sentence. */
int grammar_sample(const grammar *g, uint64_t seed, char *out, size_t cap);

#endif
