/* layers: the few building blocks every model is a list of. Row = one frame or token, values contiguous.
 *
 * Nothing here owns memory: weights point into the model file, scratch comes from the caller.
 */
#ifndef SOTTO_MODELS_LAYERS_H
#define SOTTO_MODELS_LAYERS_H
#include "models/gguf.h"
#include "models/kernels/kernels.h"
#include "runtime/base/arena.h"

typedef struct linear_i8 { /* y = W x + b, W int8 [rows x cols] with a float scale per row (I8 of runtime/README.md) */
    const int8_t *w;       /* NULL: `real` is the weight */
    const float *scale;
    const int32_t *sum;
    const float *bias; /* NULL: none */
    uint32_t rows, cols;
    const float *real; /* [rows x cols] of a file that keeps its weights as F32, to measure what int8 costs; else NULL */
} linear_i8;

typedef struct norm { /* LayerNorm (bias set) or RMSNorm (bias NULL) over n values */
    const float *gain, *bias;
    uint32_t n;
    float eps;
} norm;

enum { LAYERS_MAX_KERNEL = 64 };

typedef struct quant_scratch { /* where activations are quantised: rows*cols int8 and rows scales */
    int8_t *q;
    float *scale;
    uint32_t rows, cols; /* largest this scratch holds */
} quant_scratch;

/* Binds `prefix`.weight/.scale/.rowsum(/.bias); a weight of type F32 has no scale and no row sums and is computed with in float. Row sums are
 * verified against the weights. 0, or ERR_MODEL. */
int linear_bind(linear_i8 *l, const gguf *g, const char *prefix, uint32_t rows, uint32_t cols, int with_bias, sotto_error *err);
/* y [count x rows] = layer(x [count x cols]); y must not overlap x. */
void linear_run(const kernels *k, const linear_i8 *l, float *y, const float *x, uint32_t count, quant_scratch *s);
void quant_layout(quant_scratch *s, arena *a, uint32_t rows, uint32_t cols);

/* Binds `prefix`.weight and, when with_bias, `prefix`.bias (F32 [n]). */
int norm_bind(norm *l, const gguf *g, const char *prefix, uint32_t n, float eps, int with_bias, sotto_error *err);
/* y = LayerNorm(x) for count rows (biased variance, Ba et al. 2016); y may be x. */
void layernorm_run(const kernels *k, const norm *l, float *y, const float *x, uint32_t count);
/* y = x / sqrt(mean(x²)+eps) * gain (Zhang & Sennrich 2019); y may be x. */
void rmsnorm_run(const kernels *k, const norm *l, float *y, const float *x, uint32_t count);

void log_softmax_run(const kernels *k, float *x, uint32_t n);         /* in place */
void add_run(float *y, const float *x, uint32_t n);                   /* y += x */
void glu_run(const kernels *k, float *y, const float *x, uint32_t n); /* y[n] = x[0..n) * sigmoid(x[n..2n)) (Dauphin 2017) */

/* One step of a causal depthwise convolution over time: y[c] = bias[c] + Σ_k w[k*channels+c] * frame(t-K+1+k)[c].
 * `state` holds the last K-1 frames [(K-1) x channels], oldest first, and is moved on by x. w is F32 [kernel x channels].
 * kernel is 1..LAYERS_MAX_KERNEL; y must not overlap x or state. */
void depthwise_step(const kernels *k, float *y, float *state, const float *x, const float *w, const float *bias, uint32_t channels, uint32_t kernel);

#endif
