/* llama_state: the rows that every conversation begins with, kept so that they are copied back and not computed again.
 *
 * A snapshot is the cache's first rows as they are stored (keys turned by their numbers, with their scales), so loading it gives the very bytes
 * that computing the same tokens after a reset gives (law 7). Bytes: kvring_bytes(kind, kv_heads, head_dim, rows) a layer.
 */
#ifndef SOTTO_MODELS_LLM_LLAMA_STATE_H
#define SOTTO_MODELS_LLM_LLAMA_STATE_H
#include "models/llm/llama.h"

typedef struct llama_state {
    uint32_t room, rows; /* rows it can hold; rows it holds, 0: none yet */
    uint8_t *bytes;      /* layer by layer: k, v [rows x kv_heads x head_dim], then k_scale, v_scale [rows x kv_heads] of KV_I8 */
} llama_state;

/* After llama_layout; room 0 takes nothing. */
void llama_state_layout(llama_state *s, arena *a, const llama *l, uint32_t room);
/* Keeps all rows of a cache that took at most `room` tokens and evicted none; 1, or 0 when it did not fit and nothing is kept. */
int llama_state_save(llama_state *s, const llama *l);
void llama_state_load(const llama_state *s, llama *l); /* the cache as it was when it was saved; rows must not be 0 */

#endif
