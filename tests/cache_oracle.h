/* cache_oracle: a Llama decoder in double with a plain list of cached rows: what the ring, the packed rows and the kernels
 * have to equal (law 4). It shares nothing with models/ but the reader of the file.
 *
 * Rows are kept as they were computed, without position; each token turns all of them afresh by their place in the list. When
 * the list is full, the row after the sinks is taken out and the rest moves up. A list that never fills up is the plain causal
 * decoder: fed with the cached text alone it is "recompute everything".
 */
#ifndef SOTTO_TESTS_CACHE_ORACLE_H
#define SOTTO_TESTS_CACHE_ORACLE_H
#include "tests/tiny_llama.h"
#include <math.h>

enum { ORACLE_LAYERS = 3, ORACLE_ROWS = 64, ORACLE_WIDE = 64 };

typedef struct oracle {
    tiny_shape s;
    uint32_t sinks, window; /* window 0: nothing is ever taken out */
    uint32_t gap;           /* 0; else rows after the sinks are turned as if this many more lay between: a wrong law, to be caught */
    uint32_t rows;
    const float *embedding, *output, *norm;
    struct {
        const float *an, *fn, *q, *k, *v, *o, *gate, *up, *down;
        double key[ORACLE_ROWS][ORACLE_WIDE], value[ORACLE_ROWS][ORACLE_WIDE];
    } layer[ORACLE_LAYERS];
    double c[2 * ORACLE_ROWS][ORACLE_WIDE / 2], n[2 * ORACLE_ROWS][ORACLE_WIDE / 2]; /* cos and sin of place and pair */
} oracle;

static inline const float *oracle_tensor(const gguf *g, int layer, const char *name) {
    char full[64];
    gguf_tensor t;
    if (layer < 0)
        snprintf(full, sizeof full, "%s.weight", name);
    else
        snprintf(full, sizeof full, "blk.%d.%s.weight", layer, name);
    assert_int_equal(gguf_tensor_find(g, full, &t), 0);
    return t.data;
}

static inline void oracle_open(oracle *o, const gguf *g, const tiny_shape *s, uint32_t sinks, uint32_t window) {
    memset(o, 0, sizeof *o);
    o->s = *s, o->sinks = sinks, o->window = window;
    assert_true(sinks + window <= ORACLE_ROWS && s->layers <= ORACLE_LAYERS && s->heads * s->head_dim <= ORACLE_WIDE);
    assert_true(s->dim <= ORACLE_WIDE && s->ffn <= ORACLE_WIDE);
    o->embedding = oracle_tensor(g, -1, "token_embd"), o->output = oracle_tensor(g, -1, "output"), o->norm = oracle_tensor(g, -1, "output_norm");
    for (int i = 0; i < (int)s->layers; i++) {
        o->layer[i].an = oracle_tensor(g, i, "attn_norm"), o->layer[i].fn = oracle_tensor(g, i, "ffn_norm");
        o->layer[i].q = oracle_tensor(g, i, "attn_q"), o->layer[i].k = oracle_tensor(g, i, "attn_k");
        o->layer[i].v = oracle_tensor(g, i, "attn_v"), o->layer[i].o = oracle_tensor(g, i, "attn_output");
        o->layer[i].gate = oracle_tensor(g, i, "ffn_gate"), o->layer[i].up = oracle_tensor(g, i, "ffn_up");
        o->layer[i].down = oracle_tensor(g, i, "ffn_down");
    }
    for (uint32_t p = 0; p < 2 * ORACLE_ROWS; p++)
        for (uint32_t i = 0; i < s->head_dim / 2; i++) {
            double a = p * pow(10000.0, -2.0 * i / s->head_dim);
            o->c[p][i] = cos(a), o->n[p][i] = sin(a);
        }
}

static inline void oracle_times(double *y, const float *w, const double *x, uint32_t rows, uint32_t cols) {
    for (uint32_t r = 0; r < rows; r++) {
        y[r] = 0;
        for (uint32_t c = 0; c < cols; c++) y[r] += (double)w[r * cols + c] * x[c];
    }
}

static inline void oracle_norm(double *y, const double *x, const float *gain, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += x[i] * x[i];
    for (uint32_t i = 0; i < n; i++) y[i] = x[i] / sqrt(sum / n + 1e-5) * gain[i];
}

static inline void oracle_turn(const oracle *o, double *y, const double *x, uint32_t row) {
    uint32_t p = row + (row >= o->sinks ? o->gap : 0);
    for (uint32_t i = 0; i < o->s.head_dim / 2; i++) {
        y[2 * i] = x[2 * i] * o->c[p][i] - x[2 * i + 1] * o->n[p][i];
        y[2 * i + 1] = x[2 * i] * o->n[p][i] + x[2 * i + 1] * o->c[p][i];
    }
}

/* out [heads x head_dim]: the newest row's query over all rows. */
static inline void oracle_attend(const oracle *o, uint32_t layer, double *out, const double *query) {
    uint32_t hd = o->s.head_dim;
    for (uint32_t h = 0; h < o->s.heads; h++) {
        uint32_t head = h / (o->s.heads / o->s.kv_heads) * hd;
        double q[ORACLE_WIDE], k[ORACLE_WIDE], sum = 0, *y = out + h * hd;
        oracle_turn(o, q, query + h * hd, o->rows - 1);
        memset(y, 0, hd * sizeof *y);
        for (uint32_t r = 0; r < o->rows; r++) {
            double dot = 0;
            oracle_turn(o, k, o->layer[layer].key[r] + head, r);
            for (uint32_t i = 0; i < hd; i++) dot += q[i] * k[i];
            double weight = exp(dot / sqrt(hd));
            sum += weight;
            for (uint32_t i = 0; i < hd; i++) y[i] += weight * o->layer[layer].value[r][head + i];
        }
        for (uint32_t i = 0; i < hd; i++) y[i] /= sum;
    }
}

static inline void oracle_layer(oracle *o, uint32_t i, double *x) {
    uint32_t d = o->s.dim, q = o->s.heads * o->s.head_dim, kv = o->s.kv_heads * o->s.head_dim;
    double h[ORACLE_WIDE], query[ORACLE_WIDE], mixed[ORACLE_WIDE], y[ORACLE_WIDE], up[ORACLE_WIDE];
    oracle_norm(h, x, o->layer[i].an, d);
    oracle_times(query, o->layer[i].q, h, q, d);
    oracle_times(o->layer[i].key[o->rows - 1], o->layer[i].k, h, kv, d);
    oracle_times(o->layer[i].value[o->rows - 1], o->layer[i].v, h, kv, d);
    oracle_attend(o, i, mixed, query);
    oracle_times(y, o->layer[i].o, mixed, d, q);
    for (uint32_t j = 0; j < d; j++) x[j] += y[j];
    oracle_norm(h, x, o->layer[i].fn, d);
    oracle_times(y, o->layer[i].gate, h, o->s.ffn, d);
    oracle_times(up, o->layer[i].up, h, o->s.ffn, d);
    for (uint32_t j = 0; j < o->s.ffn; j++) up[j] *= y[j] / (1 + exp(-y[j]));
    oracle_times(y, o->layer[i].down, up, d, o->s.ffn);
    for (uint32_t j = 0; j < d; j++) x[j] += y[j];
}

/* Takes a token; logits [vocab] when not NULL. */
static inline void oracle_token(oracle *o, uint32_t token, double *logits) {
    double x[ORACLE_WIDE], h[ORACLE_WIDE];
    if (o->window > 0 && o->rows == o->sinks + o->window) {
        size_t bytes = (o->rows - o->sinks - 1) * sizeof o->layer[0].key[0];
        for (uint32_t i = 0; i < o->s.layers; i++) {
            memmove(o->layer[i].key[o->sinks], o->layer[i].key[o->sinks + 1], bytes);
            memmove(o->layer[i].value[o->sinks], o->layer[i].value[o->sinks + 1], bytes);
        }
        o->rows--;
    }
    assert_true(o->rows < ORACLE_ROWS);
    o->rows++;
    for (uint32_t j = 0; j < o->s.dim; j++) x[j] = o->embedding[token * o->s.dim + j];
    for (uint32_t i = 0; i < o->s.layers; i++) oracle_layer(o, i, x);
    if (!logits) return;
    oracle_norm(h, x, o->norm, o->s.dim);
    oracle_times(logits, o->output, h, o->s.vocab, o->s.dim);
}

#endif
