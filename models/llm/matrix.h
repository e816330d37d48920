/* matrix: a weight matrix of a foreign GGUF, used in place: F32, F16, Q8_0 or Q4_0, each tensor on its own.
 *
 * F32 and F16 rows meet float activations in the 8-lane dot; Q8_0 and Q4_0 rows meet int8 activations, quantised once
 * per row by the caller of matrix_run and shared by all matrices that read it (rules: runtime/README.md).
 */
#ifndef SOTTO_MODELS_LLM_MATRIX_H
#define SOTTO_MODELS_LLM_MATRIX_H
#include "models/gguf.h"
#include "models/kernels/kernels.h"
#include "models/layers.h"

typedef struct matrix {
    const void *data; /* [rows x cols] of type, in the file */
    enum tensor_type type;
    uint32_t rows, cols;
} matrix;

typedef struct matrix_input { /* count activation rows, twice: as floats and as int8 with a scale a row */
    const float *x;           /* [count x cols] */
    quant_scratch quant;
    float *row; /* [cols] one widened F16 row */
    uint32_t count;
} matrix_input;

/* Finds tensor `name` of rows x cols without looking at its data. 0, or ERR_MODEL naming file, tensor and expectation. */
int matrix_find(matrix *m, const gguf *g, const char *name, uint32_t rows, uint32_t cols, sotto_error *err);
/* As matrix_find, and every float in it (F32 and F16 values, block scales) is finite. */
int matrix_bind(matrix *m, const gguf *g, const char *name, uint32_t rows, uint32_t cols, sotto_error *err);
/* in->x [count x cols] is quantised into in->quant. */
void matrix_quantize(const kernels *k, matrix_input *in, const float *x, uint32_t count, uint32_t cols);
/* y[i*stride + r] = row r of m · row i of in. */
void matrix_run(const kernels *k, const matrix *m, float *y, uint32_t stride, const matrix_input *in);
/* y [cols] = row r as floats. */
void matrix_row(const matrix *m, float *y, uint32_t r);

#endif
