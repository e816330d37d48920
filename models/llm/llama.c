/* llama: the forward pass and its memory (see llama.h). Weights are read once for a batch of tokens. */
#include "models/llm/llama.h"
#include "models/llm/llama_bind.h"
#include <assert.h>
#include <string.h>

static uint32_t most(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

void llama_layout(llama *l, arena *a, const llama_limits *limits) {
    const llama_config *c = &l->config;
    l->limits = *limits;
    l->layer = ARENA_ARRAY(a, llama_layer, c->layers);
    l->cache = ARENA_ARRAY(a, kvring, c->layers);
    rope_layout(&l->rope, a, c->rope_dim, c->rope_theta);
    for (uint32_t i = 0; i < c->layers; i++) {
        kvring ring;
        kvring_layout(&ring, a, limits->kv, c->kv_heads, c->head_dim, limits->sinks, limits->window, most(limits->undo, limits->batch - 1));
        if (l->cache) l->cache[i] = ring;
        if (l->layer) llama_find_layer(&l->layer[i], l, i);
    }
}

void llama_scratch(llama *l, arena *a) {
    const llama_config *c = &l->config;
    size_t b = l->limits.batch;
    uint32_t q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim, widest = most(most(c->dim, q), c->ffn);
    attention_layout(&l->attention, a, c->heads, c->head_dim, l->limits.sinks + l->limits.window);
    l->place = ARENA_ARRAY(a, attention_place, b);
    l->turn = (float *)arena_take(a, b, 2 * c->rope_dim * sizeof(float));
    quant_layout(&l->in.quant, a, l->limits.batch, widest);
    l->in.row = ARENA_ARRAY(a, float, widest);
    lora_scratch(&l->side, a, l->limits.batch);
    l->x = (float *)arena_take(a, b, c->dim * sizeof(float));
    l->h = (float *)arena_take(a, b, c->dim * sizeof(float));
    l->q = (float *)arena_take(a, b, q * sizeof(float));
    l->kk = (float *)arena_take(a, b, kv * sizeof(float));
    l->vv = (float *)arena_take(a, b, kv * sizeof(float));
    l->gate = (float *)arena_take(a, b, c->ffn * sizeof(float));
    l->up = (float *)arena_take(a, b, c->ffn * sizeof(float));
}

void llama_reset(llama *l) {
    for (uint32_t i = 0; i < l->config.layers; i++) kvring_reset(&l->cache[i]);
}

/* Where n new tokens will stand, each as if it were the last one; the same in every layer. */
static void find_places(llama *l, uint32_t n) {
    const kvring *ring = &l->cache[0];
    uint64_t rows = (uint64_t)ring->sinks + ring->window;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t total = ring->total + i + 1;
        uint32_t held = (uint32_t)(total < rows ? total : rows);
        attention_set(&l->place[i], l->turn + (size_t)i * 2 * l->rope.dim, &l->rope, ring, total, held - 1, 0, held);
    }
}

/* All rows enter the ring, whose spare rows keep what the first tokens still see; then each token attends to what it sees. */
static void attend(llama *l, kvring *ring, uint32_t n) {
    const llama_config *c = &l->config;
    const kernels *k = l->limits.k;
    size_t q = (size_t)c->heads * c->head_dim, kv = (size_t)c->kv_heads * c->head_dim;
    for (uint32_t i = 0; i < n; i++) attention_keep(k, &l->attention, &l->rope, &l->place[i], ring, l->kk + i * kv, l->vv + i * kv);
    for (uint32_t i = 0; i < n; i++) attention_run(k, &l->attention, &l->rope, &l->place[i], ring, l->q + i * q, l->q + i * q, c->heads);
}

/* y = matrix · x for n rows, quantising x first. */
static void project(llama *l, const matrix *m, float *y, const float *x, uint32_t n) {
    matrix_quantize(l->limits.k, &l->in, x, n, m->cols);
    matrix_run(l->limits.k, m, y, m->rows, &l->in);
}

/* The worn adapter's share of what matrix_run has just given for that part of layer w. */
static void adapt(llama *l, const llama_layer *w, enum lora_part part, float *y) {
    lora_run(l->limits.k, &l->side, (uint32_t)(w - l->layer), part, y, &l->in);
}

static void attention_block(llama *l, const llama_layer *w, kvring *ring, uint32_t n) {
    const kernels *k = l->limits.k;
    rmsnorm_run(k, &w->attn_norm, l->h, l->x, n);
    matrix_quantize(k, &l->in, l->h, n, l->config.dim);
    matrix_run(k, &w->q, l->q, w->q.rows, &l->in);
    adapt(l, w, LORA_Q, l->q);
    matrix_run(k, &w->k, l->kk, w->k.rows, &l->in);
    adapt(l, w, LORA_K, l->kk);
    matrix_run(k, &w->v, l->vv, w->v.rows, &l->in);
    adapt(l, w, LORA_V, l->vv);
    attend(l, ring, n);
    project(l, &w->o, l->h, l->q, n);
    adapt(l, w, LORA_O, l->h);
    add_run(l->x, l->h, n * l->config.dim);
}

static void feed_forward_block(llama *l, const llama_layer *w, uint32_t n) {
    const kernels *k = l->limits.k;
    size_t wide = (size_t)n * l->config.ffn;
    rmsnorm_run(k, &w->ffn_norm, l->h, l->x, n);
    matrix_quantize(k, &l->in, l->h, n, l->config.dim);
    matrix_run(k, &w->gate, l->gate, w->gate.rows, &l->in);
    adapt(l, w, LORA_GATE, l->gate);
    matrix_run(k, &w->up, l->up, w->up.rows, &l->in);
    adapt(l, w, LORA_UP, l->up);
    k->silu(l->gate, wide);
    k->mul_f32(l->gate, l->up, wide);
    project(l, &w->down, l->h, l->gate, n);
    adapt(l, w, LORA_DOWN, l->h);
    add_run(l->x, l->h, n * l->config.dim);
}

/* Tokens into the cache; l->x holds their last hidden rows. */
static void take_batch(llama *l, const uint32_t *tokens, uint32_t n) {
    uint32_t dim = l->config.dim;
    for (uint32_t i = 0; i < n; i++) {
        assert(tokens[i] < l->config.vocab);
        matrix_row(&l->embedding, l->x + (size_t)i * dim, tokens[i]);
    }
    find_places(l, n);
    for (uint32_t i = 0; i < l->config.layers; i++) {
        attention_block(l, &l->layer[i], &l->cache[i], n);
        feed_forward_block(l, &l->layer[i], n);
    }
}

/* Logits [n x vocab] of n hidden rows. */
static void score(llama *l, const float *x, uint32_t n, float *logits) {
    rmsnorm_run(l->limits.k, &l->output_norm, l->h, x, n);
    project(l, &l->output, logits, l->h, n);
}

void llama_eval(llama *l, const uint32_t *tokens, uint32_t n, float *logits) {
    while (n > l->limits.batch) {
        take_batch(l, tokens, l->limits.batch);
        tokens += l->limits.batch;
        n -= l->limits.batch;
    }
    take_batch(l, tokens, n);
    if (logits) score(l, l->x + (size_t)(n - 1) * l->config.dim, 1, logits);
}

void llama_eval_all(llama *l, const uint32_t *tokens, uint32_t n, float *logits) {
    assert(n >= 1 && n <= l->limits.batch);
    take_batch(l, tokens, n);
    score(l, l->x, n, logits);
}

int llama_rollback(llama *l, uint32_t rows) {
    int code = ERR_NONE; /* all rings hold the same rows: the first refusal comes before any change */
    for (uint32_t i = 0; !code && i < l->config.layers; i++) code = kvring_rollback(&l->cache[i], rows);
    return code;
}

uint64_t llama_total(const llama *l) {
    return l->cache[0].total;
}
