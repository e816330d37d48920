/* matrix: see matrix.h. Q8_0: 32 int8 with an f16 scale; Q4_0: an f16 scale and 16 bytes, low nibbles first, value - 8. */
#include "models/llm/matrix.h"
#include "runtime/base/mathx.h"
#include <math.h>
#include <string.h>

static const char *type_name(enum tensor_type type) {
    switch (type) {
    case TENSOR_F32:
        return "F32";
    case TENSOR_F16:
        return "F16";
    case TENSOR_Q8_0:
        return "Q8_0";
    case TENSOR_Q4_0:
        return "Q4_0";
    default:
        return NULL;
    }
}

int matrix_find(matrix *m, const gguf *g, const char *name, uint32_t rows, uint32_t cols, sotto_error *err) {
    gguf_tensor t;
    if (gguf_tensor_find(g, name, &t) != 0)
        return error_set(err, ERR_MODEL, "%s: tensor %s is missing, expected %u x %u", g->name, name, (unsigned)rows, (unsigned)cols);
    if (t.dims > 2 || t.shape[0] != cols || t.shape[1] != rows)
        return error_set(err, ERR_MODEL, "%s: tensor %s is %llu x %llu, expected %u x %u", g->name, name, (unsigned long long)t.shape[1],
                         (unsigned long long)t.shape[0], (unsigned)rows, (unsigned)cols);
    if (!type_name(t.type))
        return error_set(err, ERR_MODEL, "%s: tensor %s has type %d, expected F32, F16, Q8_0 or Q4_0", g->name, name, (int)t.type);
    *m = (matrix){t.data, t.type, rows, cols};
    return ERR_NONE;
}

/* Little-endian f16 at any address. */
static uint16_t half_at(const uint8_t *p) {
    return (uint16_t)(p[0] | p[1] << 8);
}

static int half_finite(uint16_t h) {
    return (h & 0x7c00) != 0x7c00;
}

/* Floats of the matrix lie `step` bytes apart. */
static int halves_finite(const uint8_t *p, uint64_t count, size_t step) {
    for (uint64_t i = 0; i < count; i++, p += step)
        if (!half_finite(half_at(p))) return 0;
    return 1;
}

static int all_finite(const matrix *m) {
    uint64_t values = (uint64_t)m->rows * m->cols;
    if (m->type == TENSOR_F16) return halves_finite(m->data, values, 2);
    if (m->type == TENSOR_Q8_0) return halves_finite(m->data, values / KERNEL_QBLOCK, KERNEL_Q8_0_BYTES);
    if (m->type == TENSOR_Q4_0) return halves_finite(m->data, values / KERNEL_QBLOCK, KERNEL_Q4_0_BYTES);
    for (uint64_t i = 0; i < values; i++)
        if (!(fabsf(((const float *)m->data)[i]) <= 3.4e38f)) return 0;
    return 1;
}

int matrix_bind(matrix *m, const gguf *g, const char *name, uint32_t rows, uint32_t cols, sotto_error *err) {
    matrix found;
    int code = matrix_find(&found, g, name, rows, cols, err);
    if (code != ERR_NONE) return code;
    if (!all_finite(&found)) return error_set(err, ERR_MODEL, "%s: tensor %s holds NaN or infinity, expected finite values", g->name, name);
    *m = found;
    return ERR_NONE;
}

void matrix_quantize(const kernels *k, matrix_input *in, const float *x, uint32_t count, uint32_t cols) {
    in->x = x;
    in->count = count;
    for (uint32_t i = 0; i < count; i++) in->quant.scale[i] = k->quantize(in->quant.q + (size_t)i * cols, x + (size_t)i * cols, cols);
}

static void widen_f16(float *restrict y, const uint8_t *restrict h, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) { /* exact for finite values: the exponent is shifted in place, then rescaled */
        uint32_t bits = (uint32_t)(half_at(h + 2 * i) & 0x8000u) << 16 | (uint32_t)(half_at(h + 2 * i) & 0x7fffu) << 13;
        float f;
        memcpy(&f, &bits, sizeof f);
        y[i] = f * 0x1p112f;
    }
}

static void run_float(const kernels *k, const matrix *m, float *y, uint32_t stride, const matrix_input *in) {
    if (m->type == TENSOR_F32) k->scores_f32(y, stride, m->data, in->x, in->count, m->rows, m->cols);
    for (uint32_t r = 0; m->type == TENSOR_F16 && r < m->rows; r++) {
        k->widen_f16(in->row, (const uint16_t *)m->data + (size_t)r * m->cols, m->cols);
        for (uint32_t i = 0; i < in->count; i++) y[(size_t)i * stride + r] = k->dot_f32(in->row, in->x + (size_t)i * m->cols, m->cols);
    }
}

void matrix_run(const kernels *k, const matrix *m, float *y, uint32_t stride, const matrix_input *in) {
    const quant_scratch *q = &in->quant;
    if (m->type == TENSOR_Q8_0)
        k->gemm_q8_0(y, stride, m->data, q->q, q->scale, in->count, m->rows, m->cols);
    else if (m->type == TENSOR_Q4_0)
        k->gemm_q4_0(y, stride, m->data, q->q, q->scale, in->count, m->rows, m->cols);
    else
        run_float(k, m, y, stride, in);
}

static void row_q8_0(float *y, const uint8_t *w, uint32_t cols) {
    for (uint32_t c = 0; c < cols; c++) {
        const uint8_t *block = w + (size_t)(c / KERNEL_QBLOCK) * KERNEL_Q8_0_BYTES;
        y[c] = (float)(int8_t)block[2 + c % KERNEL_QBLOCK] * mathx_f16_to_f32(half_at(block));
    }
}

static void row_q4_0(float *y, const uint8_t *w, uint32_t cols) {
    for (uint32_t c = 0; c < cols; c++) {
        const uint8_t *block = w + (size_t)(c / KERNEL_QBLOCK) * KERNEL_Q4_0_BYTES;
        uint8_t pair = block[2 + c % 16];
        int value = (c % KERNEL_QBLOCK < 16 ? pair & 15 : pair >> 4) - 8;
        y[c] = (float)value * mathx_f16_to_f32(half_at(block));
    }
}

void matrix_row(const matrix *m, float *y, uint32_t r) {
    const uint8_t *w = (const uint8_t *)m->data + (size_t)r * (size_t)tensor_row_bytes(m->type, m->cols);
    if (m->type == TENSOR_F32) memcpy(y, w, (size_t)m->cols * sizeof(float));
    if (m->type == TENSOR_F16) widen_f16(y, w, m->cols);
    if (m->type == TENSOR_Q8_0) row_q8_0(y, w, m->cols);
    if (m->type == TENSOR_Q4_0) row_q4_0(y, w, m->cols);
}
