/* lora: a low-rank adapter beside the decoder's matrices (Hu et al. 2021, "LoRA"): y += alpha/rank * B(A x).
 *
 * The file is the public adapter GGUF (general.type adapter, adapter.type lora, adapter.lora.alpha; for a matrix W the tensors
 * W.lora_a [rank x cols] and W.lora_b [rows x rank], F32, F16, Q8_0 or Q4_0), used in place. Any of a layer's seven matrices may have
 * one, each of a rank of its own. The base's weights are not touched, so putting an adapter on is a walk over names.
 * Memory: 7 pairs a layer that live on; scratch of batch x (rank + LORA_TILE) + LORA_TILE x rank floats. Rows are independent: any batch split gives the same bits.
 */
#ifndef SOTTO_MODELS_LLM_LORA_H
#define SOTTO_MODELS_LLM_LORA_H
#include "models/llm/matrix.h"

enum lora_part { LORA_Q, LORA_K, LORA_V, LORA_O, LORA_GATE, LORA_UP, LORA_DOWN, LORA_PARTS };
enum { LORA_MAX_RANK = 256, LORA_TILE = 32 /* rows of B at a time */ };

/* A checked file. It and the base's file outlive this. */
typedef struct lora {
    const gguf *file;
    const uint8_t *base; /* first byte of the base's file */
    uint32_t rank;       /* the greatest of its pairs, 1..LORA_MAX_RANK */
    uint32_t pairs;      /* matrices that it adapts, >= 1 */
    int named;           /* 1: it names the weights that it was made for, and the base's are these */
} lora;

typedef struct lora_pair {
    matrix a, b; /* [rank x cols], [rows x rank]; a.data NULL: this matrix has none */
    float scale; /* alpha / rank; 1 when the file gives no alpha, as llama.cpp has it */
} lora_pair;

typedef struct lora_side {
    uint32_t rank, layers; /* the greatest rank that fits; 0: there is no side path */
    lora_pair *pair;       /* [layers x LORA_PARTS] of the adapter worn */
    const lora *worn;      /* NULL: none */
    float *h;              /* [batch x rank] scale * A x; scratch */
    float *tile;           /* [LORA_TILE x rank] rows of B as floats, where the file has other types; scratch */
    float *part;           /* [batch x LORA_TILE] their share of y; scratch */
} lora_side;

/* Checks an adapter against its base: every tensor's name, shape, rank and values, and, when the file names them
 * (sotto.adapter.base_crc32: CRC-32 of all bytes behind the base's tensor list), the base's weights. Reads both files whole: once, at open.
 * 0 or ERR_MODEL; `x` is valid after 0 only. */
int lora_bind(lora *x, const gguf *g, const gguf *base, sotto_error *err);

void lora_layout(lora_side *s, arena *a, uint32_t layers, uint32_t rank); /* rank 0: takes nothing */
void lora_scratch(lora_side *s, arena *a, uint32_t batch);
/* Puts an adapter on (NULL: none). 0; ERR_ARG: its rank is greater than the side path's. */
int lora_wear(lora_side *s, const lora *x);
/* To be called after matrix_run of that part: y [in->count x rows] += scale * B(A x), x the input that matrix_run had. */
void lora_run(const kernels *k, const lora_side *s, uint32_t layer, enum lora_part part, float *y, const matrix_input *in);

/* Name of a part's matrix in a file, between "blk.N." and ".weight". */
const char *lora_part_name(enum lora_part part);

#endif
