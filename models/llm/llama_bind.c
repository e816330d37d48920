/* llama_bind: what a `llama` GGUF says is checked here once, field by field (law 6); the layers are found again at layout.
 *
 * Names follow the GGUF standard of the ggml project: token_embd, blk.N.{attn_norm,attn_q,attn_k,attn_v,attn_output,
 * ffn_norm,ffn_gate,ffn_up,ffn_down}, output_norm, output.
 */
#include "models/llm/llama.h"
#include "models/llm/llama_bind.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { NAME = 64, MAX_DIM = 16384, MAX_FFN = 65536, MAX_HEADS = 256, MAX_LAYERS = 256, MAX_VOCAB = 1 << 20, MAX_HEAD_DIM = 512 };

static int ends_with(gguf_text t, const char *end) {
    size_t n = strlen(end);
    return t.len >= n && memcmp(t.at + t.len - n, end, n) == 0;
}

/* Tensors that would change the sum but are not done here must not be passed over in silence. */
static int refuse_extras(const gguf *g, sotto_error *err) {
    for (uint64_t i = 0; i < g->tensors; i++) {
        gguf_tensor t;
        if (gguf_tensor_at(g, i, &t) != 0) continue;
        int shown = t.name.len > 60 ? 60 : (int)t.name.len;
        if (ends_with(t.name, ".bias"))
            return error_set(err, ERR_MODEL, "%s: tensor %.*s: biases are not supported, expected weights only", g->name, shown, t.name.at);
        if (ends_with(t.name, "rope_freqs.weight"))
            return error_set(err, ERR_MODEL, "%s: tensor %.*s: per-frequency RoPE factors are not supported", g->name, shown, t.name.at);
    }
    return ERR_NONE;
}

static int refuse_scaling(const gguf *g, sotto_error *err) {
    gguf_text type = gguf_text_or(g, "llama.rope.scaling.type", "none");
    int shown = type.len > 40 ? 40 : (int)type.len;
    if (!(type.len == 4 && memcmp(type.at, "none", 4) == 0))
        return error_set(err, ERR_MODEL, "%s: llama.rope.scaling.type is %.*s, expected none", g->name, shown, type.at);
    if (gguf_f32_or(g, "llama.rope.scale_linear", 1.0f) != 1.0f)
        return error_set(err, ERR_MODEL, "%s: llama.rope.scale_linear is set, expected 1", g->name);
    if (gguf_u32_or(g, "llama.expert_count", 0) != 0)
        return error_set(err, ERR_MODEL, "%s: llama.expert_count is set, experts are not supported", g->name);
    return ERR_NONE;
}

static int read_heads(const gguf *g, llama_config *c, sotto_error *err) {
    const char *p = g->name;
    c->kv_heads = gguf_u32_or(g, "llama.attention.head_count_kv", c->heads);
    if (c->kv_heads == 0 || c->heads % c->kv_heads != 0)
        return error_set(err, ERR_MODEL, "%s: llama.attention.head_count_kv is %u, expected a divisor of %u", p, (unsigned)c->kv_heads,
                         (unsigned)c->heads);
    c->head_dim = gguf_u32_or(g, "llama.attention.key_length", c->dim / c->heads);
    if (c->head_dim < 2 || c->head_dim > MAX_HEAD_DIM || c->head_dim % 2)
        return error_set(err, ERR_MODEL, "%s: head size is %u, expected an even number 2..%d", p, (unsigned)c->head_dim, (int)MAX_HEAD_DIM);
    if (gguf_u32_or(g, "llama.attention.value_length", c->head_dim) != c->head_dim)
        return error_set(err, ERR_MODEL, "%s: llama.attention.value_length differs from the key length %u", p, (unsigned)c->head_dim);
    c->rope_dim = gguf_u32_or(g, "llama.rope.dimension_count", c->head_dim);
    if (c->rope_dim < 2 || c->rope_dim > c->head_dim || c->rope_dim % 2)
        return error_set(err, ERR_MODEL, "%s: llama.rope.dimension_count is %u, expected an even number 2..%u", p, (unsigned)c->rope_dim,
                         (unsigned)c->head_dim);
    return ERR_NONE;
}

static int read_rope(const gguf *g, llama_config *c, sotto_error *err) {
    gguf_value v;
    c->rope_theta = 10000.0f;
    if (gguf_find(g, "llama.rope.freq_base", &v) == 0) return gguf_need_f32(g, "llama.rope.freq_base", 1.0f, 1e9f, &c->rope_theta, err);
    return ERR_NONE;
}

static int read_config(const gguf *g, llama_config *c, sotto_error *err) {
    gguf_tensor t;
    int code = gguf_need_arch(g, "llama", err);
    if (!code) code = gguf_need_u32(g, "llama.embedding_length", 2, MAX_DIM, &c->dim, err);
    if (!code) code = gguf_need_u32(g, "llama.block_count", 1, MAX_LAYERS, &c->layers, err);
    if (!code) code = gguf_need_u32(g, "llama.feed_forward_length", 1, MAX_FFN, &c->ffn, err);
    if (!code) code = gguf_need_u32(g, "llama.attention.head_count", 1, MAX_HEADS, &c->heads, err);
    if (!code) code = gguf_need_f32(g, "llama.attention.layer_norm_rms_epsilon", 0.0f, 1.0f, &c->eps, err);
    if (!code) code = read_heads(g, c, err);
    if (!code) code = read_rope(g, c, err);
    if (!code) code = refuse_scaling(g, err);
    if (code) return code;
    if (gguf_tensor_find(g, "token_embd.weight", &t) != 0 || t.dims != 2 || t.shape[1] < 1 || t.shape[1] > MAX_VOCAB)
        return error_set(err, ERR_MODEL, "%s: tensor token_embd.weight: expected vocabulary x %u, 1..%d tokens", g->name, (unsigned)c->dim,
                         (int)MAX_VOCAB);
    c->vocab = (uint32_t)t.shape[1];
    return ERR_NONE;
}

typedef int (*matrix_getter)(matrix *m, const gguf *g, const char *name, uint32_t rows, uint32_t cols, sotto_error *err);

static int layer_get(llama_layer *y, const gguf *g, const llama_config *c, uint32_t i, matrix_getter get, sotto_error *err) {
    uint32_t q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    const struct {
        const char *name;
        matrix *m;
        uint32_t rows, cols;
    } part[] = {{"attn_q", &y->q, q, c->dim},          {"attn_k", &y->k, kv, c->dim},          {"attn_v", &y->v, kv, c->dim},
                {"attn_output", &y->o, c->dim, q},     {"ffn_gate", &y->gate, c->ffn, c->dim}, {"ffn_up", &y->up, c->ffn, c->dim},
                {"ffn_down", &y->down, c->dim, c->ffn}};
    char name[NAME];
    for (size_t p = 0; p < sizeof part / sizeof part[0]; p++) {
        fmt_put(name, sizeof name, "blk.%u.%s.weight", (unsigned)i, part[p].name);
        int code = get(part[p].m, g, name, part[p].rows, part[p].cols, err);
        if (code) return code;
    }
    fmt_put(name, sizeof name, "blk.%u.attn_norm", (unsigned)i);
    int code = norm_bind(&y->attn_norm, g, name, c->dim, c->eps, 0, err);
    fmt_put(name, sizeof name, "blk.%u.ffn_norm", (unsigned)i);
    return code ? code : norm_bind(&y->ffn_norm, g, name, c->dim, c->eps, 0, err);
}

void llama_find_layer(llama_layer *y, const llama *l, uint32_t index) {
    layer_get(y, l->file, &l->config, index, matrix_find, NULL);
}

static int bind_ends(llama *l, const gguf *g, sotto_error *err) {
    const llama_config *c = &l->config;
    gguf_tensor t;
    int code = matrix_bind(&l->embedding, g, "token_embd.weight", c->vocab, c->dim, err);
    if (code) return code;
    l->output = l->embedding;
    if (gguf_tensor_find(g, "output.weight", &t) == 0) code = matrix_bind(&l->output, g, "output.weight", c->vocab, c->dim, err);
    return code ? code : norm_bind(&l->output_norm, g, "output_norm", c->dim, c->eps, 0, err);
}

int llama_bind(llama *l, const gguf *g, sotto_error *err) {
    llama_layer probe;
    memset(l, 0, sizeof *l);
    l->file = g;
    int code = read_config(g, &l->config, err);
    if (!code) code = refuse_extras(g, err);
    if (!code) code = bind_ends(l, g, err);
    for (uint32_t i = 0; !code && i < l->config.layers; i++) code = layer_get(&probe, g, &l->config, i, matrix_bind, err);
    return code;
}
