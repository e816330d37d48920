/* kernels_bench: times every kernel of every table beside the reference. Best of 40 rounds of about half a millisecond of
 * the thread's own time (other programs may share the core), operands in cache. The unit is GMAC/s for products (1 GMAC = 2 GOP) and Gvalue/s for elementwise kernels.
 */
#ifndef SOTTO_TESTS_KERNELS_BENCH_H
#define SOTTO_TESTS_KERNELS_BENCH_H
#include "models/kernels/kernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_ROWS = 1536, BENCH_COLS = 576, BENCH_COUNT = 16, BENCH_ROUNDS = 40 };

static struct {
    _Alignas(64) int8_t w[BENCH_ROWS * BENCH_COLS], q[BENCH_COUNT * BENCH_COLS]; /* as tensors lie in a file */
    uint8_t blocks[BENCH_ROWS * BENCH_COLS / KERNEL_QBLOCK * KERNEL_Q8_0_BYTES];
    float y[BENCH_COUNT * BENCH_ROWS], x[BENCH_COUNT * BENCH_COLS], scale[BENCH_ROWS], qs[BENCH_COUNT];
    int32_t rowsum[BENCH_ROWS];
    volatile float sink;
} bench;

enum bench_kind {
    BENCH_GEMM_I8,
    BENCH_Q8_0,
    BENCH_Q4_0,
    BENCH_QUANTIZE,
    BENCH_DOT_I8,
    BENCH_DOT,
    BENCH_SUM,
    BENCH_AXPY,
    BENCH_AXPY_I8,
    BENCH_DOT_MIXED,
    BENCH_SILU,
    BENCH_EXP
};

typedef struct bench_case {
    const char *name;
    enum bench_kind kind;
    size_t count, rows, cols; /* vectors: cols values */
} bench_case;

static double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_once(const kernels *k, const bench_case *c) {
    size_t n = c->cols;
    switch (c->kind) {
    case BENCH_GEMM_I8:
        k->gemm_i8(bench.y, c->rows, bench.w, bench.scale, bench.rowsum, bench.scale, bench.q, bench.qs, c->count, c->rows, n);
        break;
    case BENCH_Q8_0:
        k->gemm_q8_0(bench.y, c->rows, bench.blocks, bench.q, bench.qs, c->count, c->rows, n);
        break;
    case BENCH_Q4_0:
        k->gemm_q4_0(bench.y, c->rows, bench.blocks, bench.q, bench.qs, c->count, c->rows, n);
        break;
    case BENCH_QUANTIZE:
        bench.sink = k->quantize(bench.q, bench.x, n);
        break;
    case BENCH_DOT_I8:
        bench.sink = (float)k->dot_i8(bench.w, bench.w + n, n);
        break;
    case BENCH_DOT:
        bench.sink = k->dot_f32(bench.x, bench.x + n, n);
        break;
    case BENCH_SUM:
        bench.sink = k->sum_f32(bench.x, n);
        break;
    case BENCH_AXPY:
        k->axpy_f32(bench.y, 1e-9f, bench.x, n);
        break;
    case BENCH_AXPY_I8:
        k->axpy_i8(bench.y, 1e-9f, bench.q, n);
        break;
    case BENCH_DOT_MIXED:
        bench.sink = k->dot_f32_i8(bench.x, bench.w, n);
        break;
    case BENCH_SILU:
        k->silu(bench.y, n);
        break;
    case BENCH_EXP:
        k->exp_f32(bench.y, n);
        break;
    }
}

/* Seconds of one call. */
static double bench_time(const kernels *k, const bench_case *c) {
    double best = 1e9;
    size_t calls = 1;
    for (int round = 0; round < BENCH_ROUNDS;) {
        memset(bench.y, 0, sizeof(float) * c->cols);
        double start = bench_now();
        for (size_t i = 0; i < calls; i++) bench_once(k, c);
        double t = bench_now() - start;
        if (t < 0.0004) {
            calls = t < 1e-6 ? calls * 64 : (size_t)((double)calls * (0.0006 / t)) + 1;
            continue;
        }
        best = t / (double)calls < best ? t / (double)calls : best;
        round++;
    }
    return best;
}

static void bench_fill(void) {
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof bench.w; i++) bench.w[i] = (int8_t)((seed = seed * 1664525u + 1013904223u) >> 25);
    for (size_t i = 0; i < sizeof bench.q; i++) bench.q[i] = (int8_t)((int)(i * 37 % 255) - 127);
    for (size_t i = 0; i < sizeof bench.blocks; i++) bench.blocks[i] = i % KERNEL_Q8_0_BYTES == 1 ? 0x1c : (uint8_t)(i * 29);
    for (size_t i = 0; i < sizeof bench.x / sizeof bench.x[0]; i++) bench.x[i] = (float)((int)(i * 37 % 255) - 127) / 64.0f;
    for (size_t i = 0; i < BENCH_ROWS; i++) bench.scale[i] = 0.01f;
    for (size_t i = 0; i < BENCH_COUNT; i++) bench.qs[i] = 0.01f;
}

static const bench_case bench_cases[] = {
    {"gemm_i8", BENCH_GEMM_I8, 1, 144, 144}, {"gemm_i8", BENCH_GEMM_I8, 1, 576, 144},  {"gemm_i8", BENCH_GEMM_I8, 1, 144, 576},
    {"gemm_i8", BENCH_GEMM_I8, 2, 576, 144}, {"gemm_i8", BENCH_GEMM_I8, 4, 144, 144},  {"gemm_i8", BENCH_GEMM_I8, 4, 576, 144},
    {"gemm_i8", BENCH_GEMM_I8, 4, 144, 576}, {"gemm_i8", BENCH_GEMM_I8, 16, 576, 144}, {"gemm_i8", BENCH_GEMM_I8, 16, 144, 576},
    {"gemm_q8_0", BENCH_Q8_0, 1, 192, 192},  {"gemm_q8_0", BENCH_Q8_0, 1, 512, 192},   {"gemm_q8_0", BENCH_Q8_0, 1, 192, 512},
    {"gemm_q8_0", BENCH_Q8_0, 1, 1500, 192}, {"gemm_q8_0", BENCH_Q8_0, 4, 512, 192},   {"gemm_q8_0", BENCH_Q8_0, 16, 512, 192},
    {"gemm_q4_0", BENCH_Q4_0, 1, 512, 192},  {"gemm_q4_0", BENCH_Q4_0, 16, 512, 192},  {"quantize", BENCH_QUANTIZE, 1, 1, 192},
    {"quantize", BENCH_QUANTIZE, 1, 1, 576}, {"dot_i8", BENCH_DOT_I8, 1, 1, 64},       {"dot_i8", BENCH_DOT_I8, 1, 1, 576},
    {"dot_f32", BENCH_DOT, 1, 1, 64},        {"sum_f32", BENCH_SUM, 1, 1, 192},        {"dot_f32_i8", BENCH_DOT_MIXED, 1, 1, 64},
    {"axpy_f32", BENCH_AXPY, 1, 1, 64},      {"axpy_i8", BENCH_AXPY_I8, 1, 1, 64},     {"silu", BENCH_SILU, 1, 1, 512},
    {"exp_f32", BENCH_EXP, 1, 1, 256},
};

static void bench_line(const bench_case *c, const char *only) {
    int usable = 0;
    double ref = 0, work = (double)(c->count * c->rows * c->cols);
    const kernels *k;
    char shape[32];
    snprintf(shape, sizeof shape, "%zu x %zu x %zu", c->count, c->rows, c->cols);
    printf("%-10s %-15s", c->name, shape);
    for (size_t i = 0; (k = kernels_list(i, &usable)) != NULL; i++) {
        if (!usable || (only && i && strcmp(only, k->name) != 0)) continue;
        double t = bench_time(k, c);
        if (i == 0) ref = t;
        printf("  %12s %7.2f G/s", k->name, work / t * 1e-9);
        if (i) printf(" %6.1fx", ref / t);
    }
    printf("\n");
}

/* A token of a Llama of 6 layers, d = 192, feed-forward 512, vocabulary 1500: all its matrices once, no attention. */
static void bench_token(const kernels *k) {
    static const bench_case parts[] = {
        {"q", BENCH_Q8_0, 1, 192, 192},    {"k and v", BENCH_Q8_0, 1, 128, 192},
        {"o", BENCH_Q8_0, 1, 192, 192},    {"gate and up", BENCH_Q8_0, 1, 1024, 192},
        {"down", BENCH_Q8_0, 1, 192, 512},
    };
    const bench_case head = {"head", BENCH_Q8_0, 1, 1500, 192};
    double layer = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) layer += bench_time(k, &parts[i]);
    double token = 6 * layer + bench_time(k, &head);
    printf("token of a 6-layer d=192 Llama, matrices alone: %s %.1f us, at most %.0f tokens/s\n", k->name, token * 1e6, 1 / token);
}

static int bench_run(const char *only) {
    int usable = 0;
    const kernels *k;
    bench_fill();
    printf("activations x rows x columns; products: GMAC/s, others: Gvalue/s; ratio to ref\n");
    for (size_t i = 0; i < sizeof bench_cases / sizeof bench_cases[0]; i++) bench_line(&bench_cases[i], only);
    for (size_t i = 0; (k = kernels_list(i, &usable)) != NULL; i++)
        if (usable && (!only || strcmp(only, k->name) == 0)) bench_token(k);
    return 0;
}

#endif
