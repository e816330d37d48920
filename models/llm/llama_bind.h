/* llama_bind: shared between llama.c and llama_bind.c only. */
#ifndef SOTTO_MODELS_LLM_LLAMA_BIND_H
#define SOTTO_MODELS_LLM_LLAMA_BIND_H
#include "models/llm/llama.h"

/* Points layer `index` at the file; llama_bind has validated it. */
void llama_find_layer(llama_layer *y, const llama *l, uint32_t index);

#endif
