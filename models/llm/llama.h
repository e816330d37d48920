/* llama: decoder of the Llama family (Touvron et al. 2023) from any GGUF of architecture `llama`.
 *
 * Per layer: x += Wo·attention(RMSNorm(x)); x += Wdown·(silu(Wgate·h) * Wup·h), h = RMSNorm(x). GQA, RoPE on
 * interleaved pairs by cache position, tied or own output matrix, F32/F16/Q8_0/Q4_0 tensors in any mixture.
 * The cache holds `sinks` + `window` rows (law 4), so the text has no end. Every token of a batch is appended and
 * attended in order: any split of a text into batches gives the same bits.
 * Not done, refused by name: biases, RoPE scaling (also rope_freqs.weight), experts, other tensor types.
 */
#ifndef SOTTO_MODELS_LLM_LLAMA_H
#define SOTTO_MODELS_LLM_LLAMA_H
#include "models/attention.h"
#include "models/llm/lora.h"

typedef struct llama_config {
    uint32_t vocab, dim, layers, heads, kv_heads, head_dim, ffn;
    uint32_t rope_dim; /* elements of a head that are turned, <= head_dim */
    float rope_theta, eps;
} llama_config;

typedef struct llama_layer {
    norm attn_norm, ffn_norm;
    matrix q, k, v, o, gate, up, down;
} llama_layer;

typedef struct llama_limits {
    const kernels *k;
    uint32_t window, sinks; /* rows of the cache, window >= 1 */
    uint32_t batch;         /* tokens that share one pass over the weights, >= 1 */
    enum kv_kind kv;
    uint32_t undo; /* rows that llama_rollback can take back even when they evicted others; 0: none */
} llama_limits;

typedef struct llama {
    llama_config config;
    const gguf *file; /* weights are read in place */
    llama_limits limits;
    matrix embedding, output; /* [vocab x dim]; output is the embedding when the file has none */
    norm output_norm;
    llama_layer *layer; /* [layers] */
    kvring *cache;      /* [layers] */
    rope_table rope;
    lora_side side; /* of an adapter; lora_layout after llama_layout gives it room, else there is none */
    /* scratch, dead between calls */
    attention_scratch attention;
    attention_place *place; /* [batch] */
    float *turn;            /* [batch x 2 x rope_dim] */
    matrix_input in;        /* batch x max(dim, heads*head_dim, ffn) */
    float *x, *h;           /* [batch x dim] */
    float *q;               /* [batch x heads*head_dim] */
    float *kk, *vv;         /* [batch x kv_heads*head_dim] */
    float *gate, *up;       /* [batch x ffn] */
} llama;

/* Validates config and every tensor. `l` is valid after 0 only; `g` must outlive it. 0 or ERR_MODEL. */
int llama_bind(llama *l, const gguf *g, sotto_error *err);
void llama_layout(llama *l, arena *a, const llama_limits *limits); /* state that lives on */
void llama_scratch(llama *l, arena *a);                            /* what a call needs only while it runs; after llama_layout */
void llama_reset(llama *l);
/* Takes n >= 1 tokens (< vocab) into the cache; logits [vocab] of the last one when not NULL. */
void llama_eval(llama *l, const uint32_t *tokens, uint32_t n, float *logits);
/* As llama_eval for one batch (1 <= n <= limits.batch), with the logits of every token: logits [n x vocab]. */
void llama_eval_all(llama *l, const uint32_t *tokens, uint32_t n, float *logits);
/* Takes the last `rows` tokens back; the cache is then bit for bit what it was before them, evicted rows too. 0; ERR_STATE, nothing
 * changed, when rows that would count again are overwritten: never for rows <= limits.undo of the highest total reached. */
int llama_rollback(llama *l, uint32_t rows);
uint64_t llama_total(const llama *l); /* tokens ever taken */

#endif
