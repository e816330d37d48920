/* conformer: the encoder block as a list of layer calls (see conformer.h). Every row is quantised by itself, so a frame's
 * numbers do not depend on how many frames a call brings, only on which frames its chunk holds (law 2). */
#include "models/asr/conformer.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { NAME_BYTES = 64 };
static const float LAYERNORM_EPS = 1e-5f;

typedef struct binding { /* what binding a block's parts needs again and again */
    const gguf *g;
    sotto_error *err;
    uint32_t index, dim;
} binding;

static int bind_linear(const binding *b, linear_i8 *l, const char *part, uint32_t rows, uint32_t cols) {
    char name[NAME_BYTES];
    fmt_put(name, sizeof name, "blk.%u.%s", (unsigned)b->index, part);
    return linear_bind(l, b->g, name, rows, cols, 1, b->err);
}

static int bind_norm(const binding *b, norm *n, const char *part) {
    char name[NAME_BYTES];
    fmt_put(name, sizeof name, "blk.%u.%s", (unsigned)b->index, part);
    return norm_bind(n, b->g, name, b->dim, LAYERNORM_EPS, 1, b->err);
}

static int bind_floats(const binding *b, const float **out, const char *part, uint32_t rows, uint32_t cols) {
    char name[NAME_BYTES];
    const void *data = NULL;
    fmt_put(name, sizeof name, "blk.%u.%s", (unsigned)b->index, part);
    int code = gguf_need_tensor(b->g, name, TENSOR_F32, rows, cols, &data, b->err);
    if (!code) *out = data;
    return code;
}

int conformer_bind(conformer_block *c, const gguf *g, const asr_shape *s, uint32_t index, sotto_error *err) {
    binding b = {g, err, index, s->dim};
    uint32_t d = s->dim;
    memset(c, 0, sizeof *c);
    int code = bind_norm(&b, &c->first.in, "ff1.norm");
    if (!code) code = bind_linear(&b, &c->first.up, "ff1.up", s->ff, d);
    if (!code) code = bind_linear(&b, &c->first.down, "ff1.down", d, s->ff);
    if (!code) code = bind_norm(&b, &c->attend, "att.norm");
    if (!code) code = bind_linear(&b, &c->qkv, "att.qkv", 3 * d, d);
    if (!code) code = bind_linear(&b, &c->mix, "att.out", d, d);
    if (!code) code = bind_norm(&b, &c->convolve, "conv.norm");
    if (!code) code = bind_linear(&b, &c->gate, "conv.up", 2 * d, d);
    if (!code) code = bind_floats(&b, &c->tap, "conv.depth.weight", s->kernel, d);
    if (!code) code = bind_floats(&b, &c->tap_bias, "conv.depth.bias", d, 0);
    if (!code) code = bind_norm(&b, &c->mid, "conv.mid");
    if (!code) code = bind_linear(&b, &c->join, "conv.down", d, d);
    if (!code) code = bind_norm(&b, &c->second.in, "ff2.norm");
    if (!code) code = bind_linear(&b, &c->second.up, "ff2.up", s->ff, d);
    if (!code) code = bind_linear(&b, &c->second.down, "ff2.down", d, s->ff);
    if (!code) code = bind_norm(&b, &c->out, "norm");
    return code;
}

void conformer_layout(conformer_block *b, arena *a, const asr_shape *s, enum kv_kind kind) {
    kvring_layout(&b->past, a, kind, s->heads, s->dim / s->heads, 0, s->left + s->chunk, 0);
    b->frames = ARENA_ARRAY(a, float, (size_t)(s->kernel - 1) * s->dim);
}

void conformer_reset(conformer_block *b, const asr_shape *s) {
    kvring_reset(&b->past);
    memset(b->frames, 0, sizeof(float) * (s->kernel - 1) * s->dim);
}

static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

void conformer_desk_layout(conformer_desk *d, arena *a, const asr_shape *s, const kernels *k) {
    d->k = k;
    rope_layout(&d->rope, a, s->dim / s->heads, s->theta);
}

void conformer_desk_scratch(conformer_desk *d, arena *a, const asr_shape *s) {
    uint32_t wide = larger(s->ff, 3 * s->dim), rows = s->left + s->chunk;
    attention_layout(&d->attention, a, s->heads, s->dim / s->heads, rows);
    d->place = ARENA_ARRAY(a, attention_place, s->chunk);
    d->turn = (float *)arena_take(a, s->chunk, 2 * (s->dim / s->heads) * sizeof(float));
    quant_layout(&d->quant, a, s->chunk, larger(wide, s->bands / 8 * s->channels));
    d->wide = ARENA_ARRAY(a, float, (size_t)s->chunk *wide);
    d->row = ARENA_ARRAY(a, float, (size_t)s->chunk * s->dim);
    d->line = ARENA_ARRAY(a, float, s->dim);
}

/* x += 0.5 * down(silu(up(norm(x)))) */
static void feed(const conformer_feed *f, conformer_desk *d, float *x, uint32_t n) {
    size_t values = (size_t)n * f->in.n;
    layernorm_run(d->k, &f->in, d->row, x, n);
    linear_run(d->k, &f->up, d->wide, d->row, n, &d->quant);
    d->k->silu(d->wide, (size_t)n * f->up.rows);
    linear_run(d->k, &f->down, d->row, d->wide, n, &d->quant);
    d->k->axpy_f32(x, 0.5f, d->row, values);
}

/* All rows of the chunk go into the ring first: they see one another. */
static void attend(conformer_block *b, conformer_desk *d, const asr_shape *s, float *x, uint32_t n) {
    uint32_t dim = s->dim, rows = s->left + s->chunk;
    uint64_t total = b->past.total + n;
    uint32_t len = total < rows ? (uint32_t)total : rows, own = len - n, first = own > s->left ? own - s->left : 0;
    layernorm_run(d->k, &b->attend, d->row, x, n);
    linear_run(d->k, &b->qkv, d->wide, d->row, n, &d->quant);
    for (uint32_t i = 0; i < n; i++) {
        const float *row = d->wide + (size_t)i * 3 * dim;
        attention_set(&d->place[i], d->turn + (size_t)i * 2 * d->rope.dim, &d->rope, &b->past, total, own + i, first, len);
        attention_keep(d->k, &d->attention, &d->rope, &d->place[i], &b->past, row + dim, row + 2 * dim);
    }
    for (uint32_t i = 0; i < n; i++)
        attention_run(d->k, &d->attention, &d->rope, &d->place[i], &b->past, d->row + (size_t)i * dim, d->wide + (size_t)i * 3 * dim, s->heads);
    linear_run(d->k, &b->mix, d->wide, d->row, n, &d->quant);
    d->k->axpy_f32(x, 1.0f, d->wide, (size_t)n * dim);
}

static void convolve(conformer_block *b, conformer_desk *d, const asr_shape *s, float *x, uint32_t n) {
    uint32_t dim = s->dim;
    layernorm_run(d->k, &b->convolve, d->row, x, n);
    linear_run(d->k, &b->gate, d->wide, d->row, n, &d->quant);
    for (uint32_t i = 0; i < n; i++) {
        glu_run(d->k, d->line, d->wide + (size_t)i * 2 * dim, dim);
        depthwise_step(d->k, d->row + (size_t)i * dim, b->frames, d->line, b->tap, b->tap_bias, dim, s->kernel);
    }
    layernorm_run(d->k, &b->mid, d->row, d->row, n);
    d->k->silu(d->row, (size_t)n * dim);
    linear_run(d->k, &b->join, d->wide, d->row, n, &d->quant);
    d->k->axpy_f32(x, 1.0f, d->wide, (size_t)n * dim);
}

void conformer_run(conformer_block *b, conformer_desk *d, const asr_shape *s, float *x, uint32_t n) {
    feed(&b->first, d, x, n);
    attend(b, d, s, x, n);
    convolve(b, d, s, x, n);
    feed(&b->second, d, x, n);
    layernorm_run(d->k, &b->out, x, x, n);
}
