/* grammar_parts: what the grammar's compiler shares between its files: text and its places, the network before it is merged.
 *
 * The same parse runs twice: first with net->arc NULL, which only counts, then into arrays of exactly that size.
 */
#ifndef SOTTO_MODELS_ASR_GRAMMAR_PARTS_H
#define SOTTO_MODELS_ASR_GRAMMAR_PARTS_H
#include "models/asr/grammar.h"

enum { NODE_START, NODE_END, NODE_FIRST };

typedef struct grammar_arc {
    uint32_t from, to, label;
} grammar_arc;

typedef struct grammar_net {
    grammar_arc *arc; /* [arcs], NULL: only count */
    uint32_t arcs, nodes;
    uint32_t *slot; /* [slots] hash table of words: number + 1 */
    uint32_t slots; /* a power of two */
    grammar_word *word;
    char *letters;
    uint32_t words, used;              /* distinct words, letters of them */
    uint32_t made_words, made_letters; /* while counting: that are not in the text as they stand */
} grammar_net;

typedef struct grammar_place { /* where the parser is */
    grammar *g;
    grammar_net *net;
    sotto_error *err;
    uint32_t at, end; /* in the text */
    uint32_t depth;
    int in_list;
    int failed;
} grammar_place;

/* text */
int grammar_fail(grammar_place *p, uint32_t at, const char *expected, ...); /* line and column of `at`; sets p->failed, returns -1 */
int grammar_index(grammar_place *p);                                        /* finds definitions and intents */
void grammar_space(grammar_place *p);                                       /* past spaces, newlines and comments */
grammar_text grammar_name_at(const grammar *g, uint32_t at, uint32_t end);
int grammar_find(const grammar *g, char kind, grammar_text name, uint32_t *at); /* 'l'ist or 'r'ule: 1, and where its line begins */
uint32_t grammar_body_end(const grammar *g, uint32_t line);                     /* of a definition with its indented lines */
uint32_t grammar_line_end(const grammar *g, uint32_t at);                       /* without a comment */
int grammar_is_letter(char c);

/* network */
uint32_t grammar_node(grammar_place *p);
void grammar_step(grammar_place *p, uint32_t from, uint32_t to, uint32_t label);
void grammar_say(grammar_place *p, uint32_t from, uint32_t to, const char *word, uint32_t len, int in_text);
void grammar_range(grammar_place *p, uint32_t from, uint32_t to, uint32_t low, uint32_t high);

/* alternatives at p->at up to p->end or what ends them; 1: can be said without a word */
int grammar_template(grammar_place *p, uint32_t from, uint32_t to);
/* whole text into the network */
void grammar_parse(grammar_place *p);

/* Merges what is equal. node [nodes], first [nodes + 1], table [slots] (a power of two above 2 * nodes) are scratch. */
void grammar_reduce(grammar_net *net, uint32_t *node, uint32_t *first, uint32_t *table, uint32_t slots);
void grammar_sort(grammar_arc *arc, uint32_t count); /* by from, label, to */

#endif
