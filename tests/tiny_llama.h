/* tiny_llama: a GGUF of architecture `llama` in memory, of any head shape, with random F32 weights, as a test's fixture.
 *
 * Weights are drawn so that attention decides the logits: without that a test of the cache would tell nothing.
 */
#ifndef SOTTO_TESTS_TINY_LLAMA_H
#define SOTTO_TESTS_TINY_LLAMA_H
#include "tests/llm_file.h"
#include <math.h>

typedef struct tiny_shape {
    const char *name; /* for messages */
    uint32_t dim, layers, heads, kv_heads, head_dim, ffn, vocab;
} tiny_shape;

typedef struct tiny_writer {
    uint8_t *at; /* where the next byte of the head goes */
    uint8_t *data;
    uint64_t offset; /* of the next tensor in the data */
    uint64_t fields, tensors, seed;
} tiny_writer;

enum { TINY_ALIGN = 64, TINY_HEAD = 16384 };

static inline void tiny_field(tiny_writer *w, const char *key, const char *text, uint32_t number) {
    w->at += put_field(w->at, key, text, number);
    w->fields++;
}

static inline void tiny_real(tiny_writer *w, const char *key, float value) {
    w->at += put_string(w->at, key, strlen(key));
    w->at += put_u32(w->at, GGUF_F32);
    memcpy(w->at, &value, 4);
    w->at += 4;
    w->fields++;
}

/* `rows` 0: a vector of gains around 1. */
static inline void tiny_tensor(tiny_writer *w, const char *name, uint32_t rows, uint32_t cols, double spread) {
    float *x = (float *)(void *)(w->data + w->offset);
    uint64_t count = (uint64_t)cols * (rows ? rows : 1);
    w->at += put_string(w->at, name, strlen(name));
    w->at += put_u32(w->at, rows ? 2 : 1);
    w->at += put_u64(w->at, cols);
    if (rows) w->at += put_u64(w->at, rows);
    w->at += put_u32(w->at, 0); /* F32 */
    w->at += put_u64(w->at, w->offset);
    if (rows) spread *= sqrt(32.0 / cols); /* outputs as large for any width */
    for (uint64_t i = 0; i < count; i++) x[i] = (float)(random_unit(&w->seed) * spread + (rows ? 0 : 1));
    w->offset += (count * sizeof(float) + TINY_ALIGN - 1) / TINY_ALIGN * TINY_ALIGN;
    w->tensors++;
}

static inline void tiny_layer(tiny_writer *w, const tiny_shape *s, uint32_t layer) {
    uint32_t q = s->heads * s->head_dim, kv = s->kv_heads * s->head_dim;
    const struct {
        const char *name;
        uint32_t rows, cols;
        double spread;
    } part[] = {{"attn_norm", 0, s->dim, 0.2},     {"ffn_norm", 0, s->dim, 0.2},    {"attn_q", q, s->dim, 0.45},
                {"attn_k", kv, s->dim, 0.45},      {"attn_v", kv, s->dim, 0.35},    {"attn_output", s->dim, q, 0.35},
                {"ffn_gate", s->ffn, s->dim, 0.3}, {"ffn_up", s->ffn, s->dim, 0.3}, {"ffn_down", s->dim, s->ffn, 0.3}};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        char name[48];
        snprintf(name, sizeof name, "blk.%u.%s.weight", layer, part[i].name);
        tiny_tensor(w, name, part[i].rows, part[i].cols, part[i].spread);
    }
}

static inline void tiny_fields(tiny_writer *w, const tiny_shape *s) {
    tiny_field(w, "general.architecture", "llama", 0);
    tiny_field(w, "general.alignment", NULL, TINY_ALIGN);
    tiny_field(w, "llama.embedding_length", NULL, s->dim);
    tiny_field(w, "llama.block_count", NULL, s->layers);
    tiny_field(w, "llama.feed_forward_length", NULL, s->ffn);
    tiny_field(w, "llama.attention.head_count", NULL, s->heads);
    tiny_field(w, "llama.attention.head_count_kv", NULL, s->kv_heads);
    tiny_field(w, "llama.attention.key_length", NULL, s->head_dim);
    tiny_field(w, "llama.attention.value_length", NULL, s->head_dim);
    tiny_field(w, "llama.rope.dimension_count", NULL, s->head_dim);
    tiny_real(w, "llama.attention.layer_norm_rms_epsilon", 1e-5f);
    tiny_real(w, "llama.rope.freq_base", 10000.0f);
}

/* The file's bytes (free them); *size is their number. */
static inline uint8_t *tiny_llama(const tiny_shape *s, uint64_t seed, size_t *size) {
    uint64_t wide = (uint64_t)s->heads * s->head_dim + s->kv_heads * s->head_dim, room;
    room = 4 * (2 * (uint64_t)s->vocab * s->dim + s->layers * (uint64_t)s->dim * (2 * wide + 3 * s->ffn + 2) + s->dim) +
           (9 * s->layers + 3) * TINY_ALIGN;
    uint8_t *bytes = aligned_alloc(TINY_ALIGN, (TINY_HEAD + room + TINY_ALIGN) / TINY_ALIGN * TINY_ALIGN);
    tiny_writer w = {bytes + 24, bytes + TINY_HEAD, 0, 0, 0, seed};
    memset(bytes, 0, TINY_HEAD + room);
    tiny_fields(&w, s);
    uint8_t *filler = w.at; /* a string field between fields and tensors, so that the data begins where it was put */
    w.at += 8 + strlen("test.filler") + 4 + 8;
    uint8_t *tensors = w.at;
    tiny_tensor(&w, "token_embd.weight", s->vocab, s->dim, 1.0);
    tiny_tensor(&w, "output_norm.weight", 0, s->dim, 0.2);
    tiny_tensor(&w, "output.weight", s->vocab, s->dim, 0.3);
    for (uint32_t i = 0; i < s->layers; i++) tiny_layer(&w, s, i);
    size_t head = (size_t)(w.at - bytes), gap = TINY_HEAD - head;
    assert_true(head < TINY_HEAD && w.offset <= room);
    memmove(tensors + gap, tensors, (size_t)(w.at - tensors));
    memset(tensors, 'x', gap);
    filler += put_string(filler, "test.filler", strlen("test.filler"));
    filler += put_u32(filler, GGUF_STRING);
    put_u64(filler, gap);
    memcpy(bytes, "GGUF", 4);
    put_u32(bytes + 4, 3);
    put_u64(bytes + 8, w.tensors);
    put_u64(bytes + 16, w.fields + 1);
    *size = TINY_HEAD + w.offset;
    return bytes;
}

#endif
