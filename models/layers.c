/* layers: the building blocks of every model; sums through the kernel table, so that all machines agree (law 3).
 *
 * Number rules: runtime/README.md. Everything elementwise is one multiply or add after the other in the written order.
 */
#include "models/layers.h"
#include "runtime/base/fmt.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { NAME_MAX_BYTES = 96, EXP_SLICE = 64 };

/* Looks up `prefix`.`part`. */
static int bind_part(const gguf *g, const char *prefix, const char *part, enum tensor_type type, uint32_t rows, uint32_t cols, const void **data,
                     sotto_error *err) {
    char name[NAME_MAX_BYTES];
    fmt_put(name, sizeof name, "%s.%s", prefix, part);
    return gguf_need_tensor(g, name, type, rows, cols, data, err);
}

/* The sum of a row, four bytes at a time: bytes plus 128 are added in lanes of 16 bits, which could hold 257 of them. Sets *low when one is
 * -128. */
static int32_t sum_row(const int8_t *row, uint32_t cols, int *low) {
    enum { ROUND = 32 };
    uint32_t c = 0, found = 0;
    int32_t sum = 0;
    while (c + 4 <= cols) {
        uint32_t even = 0, odd = 0, words = (cols - c) / 4 < ROUND ? (cols - c) / 4 : ROUND;
        for (uint32_t i = 0; i < words; i++, c += 4) {
            uint32_t w;
            memcpy(&w, row + c, sizeof w);
            w ^= 0x80808080u;
            even += w & 0x00ff00ffu;
            odd += w >> 8 & 0x00ff00ffu;
            found |= (w - 0x01010101u) & ~w; /* a top bit is set when a byte is 0 */
        }
        sum += (int32_t)((even & 0xffff) + (even >> 16) + (odd & 0xffff) + (odd >> 16)) - (int32_t)(words * 4 * 128);
    }
    for (; c < cols; c++) {
        sum += row[c];
        if (row[c] == -128) found = 0x80u;
    }
    *low = (found & 0x80808080u) != 0;
    return sum;
}

/* The unsigned-by-signed kernels trust the row sums, so they are checked here, once. */
static int check_rows(const linear_i8 *l, const gguf *g, const char *prefix, sotto_error *err) {
    for (uint32_t r = 0; r < l->rows; r++) {
        int low;
        int32_t sum = sum_row(l->w + (size_t)r * l->cols, l->cols, &low);
        if (low) return error_set(err, ERR_MODEL, "%s: tensor %s.weight: row %u holds -128, expected -127..127", g->name, prefix, r);
        if (sum != l->sum[r])
            return error_set(err, ERR_MODEL, "%s: tensor %s.rowsum: row %u says %d, expected %d", g->name, prefix, r, (int)l->sum[r], (int)sum);
    }
    return 0;
}

/* Is `prefix`.weight kept as floats? */
static int is_real(const gguf *g, const char *prefix) {
    char name[NAME_MAX_BYTES];
    gguf_tensor t;
    fmt_put(name, sizeof name, "%s.weight", prefix);
    return gguf_tensor_find(g, name, &t) == 0 && t.type == TENSOR_F32;
}

static int bind_real(linear_i8 *l, const gguf *g, const char *prefix, uint32_t rows, uint32_t cols, int with_bias, sotto_error *err) {
    const void *w, *bias = NULL;
    int code = bind_part(g, prefix, "weight", TENSOR_F32, rows, cols, &w, err);
    if (!code && with_bias) code = bind_part(g, prefix, "bias", TENSOR_F32, rows, 0, &bias, err);
    if (!code) *l = (linear_i8){.bias = bias, .rows = rows, .cols = cols, .real = w};
    return code;
}

int linear_bind(linear_i8 *l, const gguf *g, const char *prefix, uint32_t rows, uint32_t cols, int with_bias, sotto_error *err) {
    const void *w, *scale, *sum, *bias = NULL;
    if (is_real(g, prefix)) return bind_real(l, g, prefix, rows, cols, with_bias, err);
    int code = bind_part(g, prefix, "weight", TENSOR_I8, rows, cols, &w, err);
    if (!code) code = bind_part(g, prefix, "scale", TENSOR_F32, rows, 0, &scale, err);
    if (!code) code = bind_part(g, prefix, "rowsum", TENSOR_I32, rows, 0, &sum, err);
    if (!code && with_bias) code = bind_part(g, prefix, "bias", TENSOR_F32, rows, 0, &bias, err);
    if (code) return code;
    linear_i8 bound = {w, scale, sum, bias, rows, cols, NULL};
    code = check_rows(&bound, g, prefix, err);
    if (!code) *l = bound;
    return code;
}

void quant_layout(quant_scratch *s, arena *a, uint32_t rows, uint32_t cols) {
    s->q = arena_take(a, rows, cols);
    s->scale = ARENA_ARRAY(a, float, rows);
    s->rows = rows;
    s->cols = cols;
}

static void linear_real(const kernels *k, const linear_i8 *l, float *y, const float *x, uint32_t count) {
    for (; count > 0; count--, x += l->cols, y += l->rows) {
        for (uint32_t r = 0; r < l->rows; r++) y[r] = k->dot_f32(l->real + (size_t)r * l->cols, x, l->cols) + (l->bias ? l->bias[r] : 0.0f);
    }
}

/* Rows are taken in slices that the scratch holds; a row's result does not depend on the slice it is in. */
void linear_run(const kernels *k, const linear_i8 *l, float *y, const float *x, uint32_t count, quant_scratch *s) {
    assert(s->rows > 0 && l->cols <= s->cols);
    if (l->real) {
        linear_real(k, l, y, x, count);
        return;
    }
    for (uint32_t done = 0; done < count; done += s->rows) {
        uint32_t n = count - done < s->rows ? count - done : s->rows;
        const float *from = x + (size_t)done * l->cols;
        for (uint32_t i = 0; i < n; i++) s->scale[i] = k->quantize(s->q + (size_t)i * l->cols, from + (size_t)i * l->cols, l->cols);
        k->gemm_i8(y + (size_t)done * l->rows, l->rows, l->w, l->scale, l->sum, l->bias, s->q, s->scale, n, l->rows, l->cols);
    }
}

int norm_bind(norm *l, const gguf *g, const char *prefix, uint32_t n, float eps, int with_bias, sotto_error *err) {
    const void *gain, *bias = NULL;
    int code = bind_part(g, prefix, "weight", TENSOR_F32, n, 0, &gain, err);
    if (!code && with_bias) code = bind_part(g, prefix, "bias", TENSOR_F32, n, 0, &bias, err);
    if (!code) *l = (norm){gain, bias, n, eps};
    return code;
}

void layernorm_run(const kernels *k, const norm *l, float *y, const float *x, uint32_t count) {
    for (; count > 0; count--, x += l->n, y += l->n) k->layernorm(y, x, l->gain, l->bias, l->n, l->eps);
}

void rmsnorm_run(const kernels *k, const norm *l, float *y, const float *x, uint32_t count) {
    uint32_t n = l->n;
    for (; count > 0; count--, x += n, y += n) {
        float inverse = 1.0f / sqrtf(k->dot_f32(x, x, n) / (float)n + l->eps);
        for (uint32_t i = 0; i < n; i++) y[i] = (x[i] * inverse) * l->gain[i];
    }
}

static float largest(const float *x, uint32_t n) {
    float top = x[0];
    for (uint32_t i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    return top;
}

/* Σ exp(x - top) in the eight strided lanes of the number rules, a slice at a time so that x stays whole. */
static float exp_sum(const kernels *k, const float *x, uint32_t n, float top) {
    float part[EXP_SLICE], lane[8] = {0};
    for (uint32_t done = 0; done < n; done += EXP_SLICE) {
        uint32_t m = n - done < EXP_SLICE ? n - done : EXP_SLICE;
        for (uint32_t i = 0; i < m; i++) part[i] = x[done + i] - top;
        k->exp_f32(part, m);
        for (uint32_t i = 0; i < m; i++) lane[i & 7] += part[i];
    }
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

void log_softmax_run(const kernels *k, float *x, uint32_t n) {
    if (n == 0) return;
    float top = largest(x, n);
    float log_sum = mathx_log(exp_sum(k, x, n, top));
    for (uint32_t i = 0; i < n; i++) x[i] = (x[i] - top) - log_sum;
}

void add_run(float *y, const float *x, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) y[i] += x[i];
}

/* sigmoid(z) = 1 / (1 + exp(-z)), a slice at a time. */
void glu_run(const kernels *k, float *y, const float *x, uint32_t n) {
    float part[EXP_SLICE];
    for (uint32_t done = 0; done < n; done += EXP_SLICE) {
        const uint32_t m = n - done < EXP_SLICE ? n - done : EXP_SLICE;
        for (uint32_t i = 0; i < m; i++) part[i] = -x[n + done + i];
        k->exp_f32(part, m);
        for (uint32_t i = 0; i < m; i++) y[done + i] = x[done + i] * (1.0f / (1.0f + part[i]));
    }
}

void depthwise_step(const kernels *k, float *y, float *state, const float *x, const float *w, const float *bias, uint32_t channels, uint32_t kernel) {
    const float *frame[LAYERS_MAX_KERNEL];
    const size_t row = channels;
    assert(kernel >= 1 && kernel <= LAYERS_MAX_KERNEL);
    for (uint32_t t = 0; t + 1 < kernel; t++) frame[t] = state + t * row;
    frame[kernel - 1] = x;
    k->taps_f32(y, bias, w, frame, kernel, channels);
    if (kernel < 2) return;
    memmove(state, state + row, (kernel - 2) * row * sizeof *state);
    memcpy(state + (kernel - 2) * row, x, row * sizeof *state);
}
