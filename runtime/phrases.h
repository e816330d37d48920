/* phrases: what a sotto_grammar holds. */
#ifndef SOTTO_PHRASES_H
#define SOTTO_PHRASES_H
#include "models/asr/grammar.h"
#include "runtime/sotto.h"

typedef struct phrases_body {
    grammar graph;
    sotto_error error;
    int open;
} phrases_body;

const phrases_body *phrases_of(const sotto_grammar *g);

#endif
