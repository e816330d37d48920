/* convstack: see the header. Cost a row: 2*width*hidden int8 and kernel*width float multiply-adds a block; memory span*width floats. */
#include "models/tts/convstack.h"
#include "runtime/base/fmt.h"
#include <assert.h>
#include <string.h>

enum { NAME = 64 };
static const float EPS = 1e-5f;

static int read_u32(const gguf *g, const char *key, const char *field, uint32_t low, uint32_t high, uint32_t *out, sotto_error *err) {
    char name[NAME];
    fmt_put(name, sizeof name, "%s.%s", key, field);
    return gguf_need_u32(g, name, low, high, out, err);
}

static int bind_shape(convblock *b, const gguf *g, const char *key, uint32_t index, sotto_error *err) {
    char field[NAME];
    int code = read_u32(g, key, "kernel", 1, CONVSTACK_MAX_KERNEL, &b->kernel, err);
    fmt_put(field, sizeof field, "%u.dilation", (unsigned)index);
    if (!code) code = read_u32(g, key, field, 1, CONVSTACK_MAX_DILATION, &b->dilation, err);
    if (code) return code;
    b->span = (b->kernel - 1) * b->dilation + 1;
    fmt_put(field, sizeof field, "%u.ahead", (unsigned)index);
    return read_u32(g, key, field, 0, b->span - 1, &b->ahead, err);
}

static int bind_tensors(convblock *b, const gguf *g, const char *tensor, uint32_t index, uint32_t width, uint32_t hidden, sotto_error *err) {
    char name[NAME];
    const void *depth = NULL, *bias = NULL;
    fmt_put(name, sizeof name, "%s.%u.depth.weight", tensor, (unsigned)index);
    int code = gguf_need_tensor(g, name, TENSOR_F32, b->kernel, width, &depth, err);
    fmt_put(name, sizeof name, "%s.%u.depth.bias", tensor, (unsigned)index);
    if (!code) code = gguf_need_tensor(g, name, TENSOR_F32, width, 0, &bias, err);
    fmt_put(name, sizeof name, "%s.%u.norm", tensor, (unsigned)index);
    if (!code) code = norm_bind(&b->before, g, name, width, EPS, 1, err);
    fmt_put(name, sizeof name, "%s.%u.up", tensor, (unsigned)index);
    if (!code) code = linear_bind(&b->up, g, name, hidden, width, 1, err);
    fmt_put(name, sizeof name, "%s.%u.down", tensor, (unsigned)index);
    if (!code) code = linear_bind(&b->down, g, name, width, hidden, 1, err);
    b->depth = depth;
    b->depth_bias = bias;
    return code;
}

int convstack_bind(convstack *s, const gguf *g, const char *key, const char *tensor, uint32_t width, sotto_error *err) {
    memset(s, 0, sizeof *s);
    s->width = width;
    int code = read_u32(g, key, "blocks", 1, CONVSTACK_MAX_BLOCKS, &s->count, err);
    if (!code) code = read_u32(g, key, "hidden", 1, CONVSTACK_MAX_HIDDEN, &s->hidden, err);
    for (uint32_t i = 0; !code && i < s->count; i++) {
        code = bind_shape(&s->block[i], g, key, i, err);
        if (!code) code = bind_tensors(&s->block[i], g, tensor, i, width, s->hidden, err);
    }
    return code;
}

void convstack_layout(convstack *s, arena *a, const kernels *k, uint32_t group) {
    s->k = k;
    s->group = group;
    for (uint32_t i = 0; i < s->count; i++) s->block[i].ring = ARENA_ARRAY(a, float, (size_t)s->block[i].span * s->width);
    s->row = ARENA_ARRAY(a, float, (size_t)group * s->width);
    s->mid = ARENA_ARRAY(a, float, (size_t)group * s->hidden);
    quant_layout(&s->quant, a, group, s->hidden > s->width ? s->hidden : s->width);
}

void convstack_reset(convstack *s) {
    for (uint32_t i = 0; i < s->count; i++) {
        convblock *b = &s->block[i];
        memset(b->ring, 0, (size_t)b->span * s->width * sizeof *b->ring);
        b->at = 0;
        b->owed = b->ahead;
    }
    s->flushing = s->flushed = 0;
    s->any = 0;
}

uint32_t convstack_ahead(const convstack *s) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < s->count; i++) total += s->block[i].ahead;
    return total;
}

/* y = bias + sum of taps over the block's window, oldest tap first. After the write, ring row `at` is the oldest. */
static void depthwise(const kernels *k, const convblock *b, float *y, uint32_t width) {
    const float *x[CONVSTACK_MAX_KERNEL];
    uint32_t row = b->at;
    for (uint32_t t = 0; t < b->kernel; t++) {
        x[t] = b->ring + (size_t)row * width;
        row += b->dilation;
        if (row >= b->span) row -= b->span;
    }
    k->taps_f32(y, b->depth_bias, b->depth, x, b->kernel, width);
}

/* One row (NULL: zeros) into a block's ring; 1, its convolution in `y` and the row that it belongs to in `keep`; 0 while the block
 * waits for its future. */
static int block_take(convstack *s, convblock *b, float *y, float *keep, const float *x) {
    const uint32_t width = s->width, back = b->ahead + 1; /* rows behind `at` */
    float *slot = b->ring + (size_t)b->at * width;
    if (x)
        memcpy(slot, x, width * sizeof *slot);
    else
        memset(slot, 0, width * sizeof *slot);
    b->at = b->at + 1 == b->span ? 0 : b->at + 1;
    if (b->owed) {
        b->owed--;
        return 0;
    }
    depthwise(s->k, b, y, width);
    memcpy(keep, b->ring + (size_t)(b->at >= back ? b->at - back : b->at + b->span - back) * width, width * sizeof *keep);
    return 1;
}

/* Rows through a block; returns how many came out. y is filled behind what has been read of x, so it may be x. */
static uint32_t block_run(convstack *s, convblock *b, float *y, const float *x, uint32_t count) {
    const uint32_t width = s->width;
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += (uint32_t)block_take(s, b, s->row + (size_t)n * width, y + (size_t)n * width, x ? x + (size_t)i * width : NULL);
    if (n == 0) return 0;
    layernorm_run(s->k, &b->before, s->row, s->row, n);
    linear_run(s->k, &b->up, s->mid, s->row, n, &s->quant);
    s->k->silu(s->mid, (size_t)n * s->hidden);
    linear_run(s->k, &b->down, s->row, s->mid, n, &s->quant);
    s->k->axpy_f32(y, 1.0f, s->row, (size_t)n * width);
    return n;
}

/* Rows through blocks first.. ; y holds what came out of the last. */
static uint32_t run_from(convstack *s, uint32_t first, float *y, const float *x, uint32_t count) {
    for (uint32_t i = first; i < s->count && count; i++) {
        count = block_run(s, &s->block[i], y, x, count);
        x = y;
    }
    return count;
}

uint32_t convstack_run(convstack *s, float *y, const float *x, uint32_t count) {
    assert(s->flushing == 0 && s->flushed == 0 && count <= s->group);
    s->any |= count > 0;
    return run_from(s, 0, y, x, count);
}

int convstack_push(convstack *s, float *y, const float *x) {
    return (int)convstack_run(s, y, x, 1);
}

int convstack_flush(convstack *s, float *y) {
    while (s->any && s->flushing < s->count) {
        if (s->flushed == s->block[s->flushing].ahead) {
            s->flushing++;
            s->flushed = 0;
            continue;
        }
        s->flushed++;
        if (run_from(s, s->flushing, y, NULL, 1)) return 1;
    }
    return 0;
}
