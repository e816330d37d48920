/* tok_split: the pre-tokenizers of byte-level BPE, by hand instead of by regular expression. */
#ifndef SOTTO_MODELS_LLM_TOK_SPLIT_H
#define SOTTO_MODELS_LLM_TOK_SPLIT_H
#include "models/llm/tokenizer.h"

/* Bytes of the first word of text[0..len), len >= 1; always >= 1. */
size_t tok_word(enum tok_split split, const char *text, size_t len);

#endif
