/* lora: the side path of the decoder's matrices (see lora.h). A x runs through the same kernels as the base, so a Q8_0 A reads the int8
 * activations that are there already; B's rows are as short as the rank and meet A x in the 8-lane dot.
 */
#include "models/llm/lora.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { NAME = 64 };

const char *lora_part_name(enum lora_part part) {
    static const char *const name[LORA_PARTS] = {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"};
    return name[part];
}

void lora_layout(lora_side *s, arena *a, uint32_t layers, uint32_t rank) {
    *s = (lora_side){.rank = rank, .layers = layers};
    if (rank) s->pair = (lora_pair *)arena_take(a, (size_t)layers * LORA_PARTS, sizeof(lora_pair));
}

void lora_scratch(lora_side *s, arena *a, uint32_t batch) {
    if (!s->rank) return;
    s->h = (float *)arena_take(a, (size_t)batch * s->rank, sizeof(float));
    s->tile = (float *)arena_take(a, (size_t)LORA_TILE * s->rank, sizeof(float));
    s->part = (float *)arena_take(a, (size_t)LORA_TILE * batch, sizeof(float));
}

/* A tensor that lora_bind has checked; data NULL: not in the file. */
static matrix half_of(const gguf *g, uint32_t layer, enum lora_part part, char half) {
    char name[NAME];
    gguf_tensor t;
    fmt_put(name, sizeof name, "blk.%u.%s.weight.lora_%c", (unsigned)layer, lora_part_name(part), half);
    if (gguf_tensor_find(g, name, &t) != 0) return (matrix){0};
    return (matrix){t.data, t.type, (uint32_t)t.shape[1], (uint32_t)t.shape[0]};
}

int lora_wear(lora_side *s, const lora *x) {
    if (x && x->rank > s->rank) return ERR_ARG;
    s->worn = x;
    if (!x) return ERR_NONE;
    float alpha = gguf_f32_or(x->file, "adapter.lora.alpha", 0.0f);
    for (uint32_t i = 0; i < s->layers * LORA_PARTS; i++) {
        lora_pair *p = &s->pair[i];
        p->a = half_of(x->file, i / LORA_PARTS, (enum lora_part)(i % LORA_PARTS), 'a');
        p->b = half_of(x->file, i / LORA_PARTS, (enum lora_part)(i % LORA_PARTS), 'b');
        p->scale = alpha != 0.0f && p->a.rows ? alpha / (float)p->a.rows : 1.0f;
    }
    return ERR_NONE;
}

/* `rows` rows of B from row r on as floats, in place where the file has them so. */
static const float *rows_of(const kernels *k, const lora_side *s, const matrix *b, uint32_t r, uint32_t rows) {
    if (b->type == TENSOR_F32) return (const float *)b->data + (size_t)r * b->cols;
    if (b->type == TENSOR_F16)
        k->widen_f16(s->tile, (const uint16_t *)b->data + (size_t)r * b->cols, (size_t)rows * b->cols);
    else
        for (uint32_t i = 0; i < rows; i++) matrix_row(b, s->tile + (size_t)i * b->cols, r + i);
    return s->tile;
}

void lora_run(const kernels *k, const lora_side *s, uint32_t layer, enum lora_part part, float *y, const matrix_input *in) {
    const lora_pair *p = s->worn ? &s->pair[layer * LORA_PARTS + (uint32_t)part] : NULL;
    if (!p || !p->a.data) return;
    uint32_t rank = p->a.rows, rows = p->b.rows;
    matrix_run(k, &p->a, s->h, rank, in);
    for (size_t i = 0; i < (size_t)in->count * rank; i++) s->h[i] *= p->scale;
    for (uint32_t r = 0; r < rows; r += LORA_TILE) {
        uint32_t n = rows - r < LORA_TILE ? rows - r : LORA_TILE;
        k->scores_f32(s->part, LORA_TILE, rows_of(k, s, &p->b, r, n), s->h, in->count, n, rank);
        for (uint32_t i = 0; i < in->count; i++) k->axpy_f32(y + (size_t)i * rows + r, 1.0f, s->part + (size_t)i * LORA_TILE, n);
    }
}
