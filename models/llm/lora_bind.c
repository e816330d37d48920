/* lora_bind: what an adapter file says is checked here once, name by name, against the base that it is opened for (law 6). */
#include "models/llm/llama.h"
#include "models/llm/lora.h"
#include "runtime/base/crc32.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { NAME = GGUF_MAX_TENSOR_NAME + 1, SHOWN = 60 };

typedef struct place { /* what a tensor's name means */
    uint32_t layer;
    enum lora_part part;
    char half; /* 'a' or 'b' */
} place;

static int need_word(const gguf *g, const char *key, const char *want, sotto_error *err) {
    gguf_text t;
    int code = gguf_need_text(g, key, &t, err);
    if (code) return code;
    if (t.len == strlen(want) && memcmp(t.at, want, t.len) == 0) return ERR_NONE;
    return error_set(err, ERR_MODEL, "%s: key %s: is \"%.*s\", expected \"%s\"", g->name, key, (int)(t.len < SHOWN ? t.len : SHOWN), t.at, want);
}

static int read_head(const gguf *g, sotto_error *err) {
    gguf_value v;
    float alpha;
    int code = need_word(g, "general.type", "adapter", err);
    if (!code) code = need_word(g, "adapter.type", "lora", err);
    if (!code) code = gguf_need_arch(g, "llama", err);
    if (!code && gguf_find(g, "adapter.lora.alpha", &v) == 0) code = gguf_need_f32(g, "adapter.lora.alpha", 0.0f, 65536.0f, &alpha, err);
    return code;
}

/* `named`: the file says which weights it was made for, and they are the base's. */
static int check_base(const gguf *g, const gguf *base, int *named, sotto_error *err) {
    gguf_value v;
    uint32_t want;
    *named = gguf_find(g, "sotto.adapter.base_crc32", &v) == 0;
    if (!*named) return ERR_NONE;
    int code = gguf_need_u32(g, "sotto.adapter.base_crc32", 0, UINT32_MAX, &want, err);
    if (code) return code;
    uint32_t got = crc32_of(base->data + base->data_at, base->size - base->data_at);
    if (got == want) return ERR_NONE;
    return error_set(err, ERR_MODEL, "%s: was made for weights with CRC-32 %x, those of %s have %x", g->name, (unsigned)want, base->name,
                     (unsigned)got);
}

/* "blk.N.PART.weight.lora_a", N without leading zeros. 0, or -1: another name. */
static int read_name(gguf_text name, uint32_t layers, place *out) {
    char want[NAME];
    uint64_t n = 0;
    size_t at = 4;
    if (name.len < 8 || memcmp(name.at, "blk.", 4) != 0) return -1;
    for (; at < name.len && at < 10 && name.at[at] >= '0' && name.at[at] <= '9'; at++) n = n * 10 + (uint64_t)(name.at[at] - '0');
    if (n >= layers) return -1;
    for (int i = 0; i < 2 * LORA_PARTS; i++) {
        *out = (place){(uint32_t)n, (enum lora_part)(i / 2), "ab"[i % 2]};
        size_t len = fmt_put(want, sizeof want, "blk.%u.%s.weight.lora_%c", (unsigned)n, lora_part_name(out->part), out->half);
        if (len == name.len && memcmp(want, name.at, len) == 0) return 0;
    }
    return -1;
}

static void part_shape(const llama_config *c, enum lora_part part, uint32_t *rows, uint32_t *cols) {
    uint32_t q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    const uint32_t shape[LORA_PARTS][2] = {{q, c->dim},      {kv, c->dim},     {kv, c->dim},    {c->dim, q},
                                           {c->ffn, c->dim}, {c->ffn, c->dim}, {c->dim, c->ffn}};
    *rows = shape[part][0];
    *cols = shape[part][1];
}

/* A and B of one matrix; the rank is what A says. */
static int check_pair(const gguf *g, const llama_config *c, const place *at, uint64_t rank, sotto_error *err) {
    char name[NAME];
    matrix m;
    uint32_t rows, cols;
    part_shape(c, at->part, &rows, &cols);
    fmt_put(name, sizeof name, "blk.%u.%s.weight.lora_a", (unsigned)at->layer, lora_part_name(at->part));
    if (rank < 1 || rank > LORA_MAX_RANK)
        return error_set(err, ERR_MODEL, "%s: tensor %s: rank %llu, expected 1..%d", g->name, name, (unsigned long long)rank, (int)LORA_MAX_RANK);
    int code = matrix_bind(&m, g, name, (uint32_t)rank, cols, err);
    name[strlen(name) - 1] = 'b';
    return code ? code : matrix_bind(&m, g, name, rows, (uint32_t)rank, err);
}

/* A's partner is asked for by check_pair; a B alone is seen here. */
static int check_tensor(lora *x, const llama_config *c, const gguf_tensor *t, sotto_error *err) {
    const gguf *g = x->file;
    char other[NAME];
    gguf_tensor a;
    place at;
    int shown = t->name.len > SHOWN ? SHOWN : (int)t->name.len;
    if (read_name(t->name, c->layers, &at) != 0)
        return error_set(err, ERR_MODEL, "%s: tensor %.*s: is not supported, expected blk.0..%u.{attn,ffn}_*.weight.lora_a or .lora_b", g->name,
                         shown, t->name.at, (unsigned)(c->layers - 1));
    if (at.half == 'a') {
        x->pairs++;
        if (t->shape[1] <= LORA_MAX_RANK && t->shape[1] > x->rank) x->rank = (uint32_t)t->shape[1];
        return check_pair(g, c, &at, t->shape[1], err);
    }
    fmt_put(other, sizeof other, "blk.%u.%s.weight.lora_a", (unsigned)at.layer, lora_part_name(at.part));
    return gguf_tensor_find(g, other, &a) == 0 ? ERR_NONE : error_set(err, ERR_MODEL, "%s: tensor %s: is not in the file", g->name, other);
}

int lora_bind(lora *x, const gguf *g, const gguf *base, sotto_error *err) {
    llama model;
    lora found = {.file = g, .base = base->data};
    int code = read_head(g, err);
    if (!code) code = llama_bind(&model, base, err);
    for (uint64_t i = 0; !code && i < g->tensors; i++) {
        gguf_tensor t;
        if (gguf_tensor_at(g, i, &t) == 0) code = check_tensor(&found, &model.config, &t, err);
    }
    if (!code && !found.pairs) code = error_set(err, ERR_MODEL, "%s: holds no tensor, expected blk.N.*.weight.lora_a and .lora_b", g->name);
    if (!code) code = check_base(g, base, &found.named, err);
    if (!code) *x = found;
    return code;
}
