/* tok_index: look-ups shared between tokenizer.c and tok_encode.c only. */
#ifndef SOTTO_MODELS_LLM_TOK_INDEX_H
#define SOTTO_MODELS_LLM_TOK_INDEX_H
#include "models/llm/tokenizer.h"

gguf_text tok_piece(const tokenizer *t, uint32_t id);
uint32_t tok_lookup(const tokenizer *t, const char *text, size_t len);            /* plain pieces only: no control, unknown or byte piece */
const tok_merge *tok_merge_of(const tokenizer *t, uint32_t left, uint32_t right); /* NULL: no such merge */

#endif
