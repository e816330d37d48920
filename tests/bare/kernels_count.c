/* kernels_count: runs each kernel once at the sizes of the nano pack, in a function of its own, so that count_plugin.c can tell
 * what it costs (tests/check/cost.sh). Prints a line for each: function, kernel and size, values, and what a value is.
 *
 * The argument of the emulated command line names the kernel table, as kernels_select does.
 */
#include "models/kernels/kernels.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WIDE = 576, MOST = 8, ROWS = 256, TAPS = 9, BINS = 257, COMMAND = 64 };

static int8_t w[WIDE * 192], q[MOST * WIDE];
static uint8_t blocks[512 * 192 / KERNEL_QBLOCK * KERNEL_Q8_0_BYTES];
static float x[MOST * WIDE], y[MOST * WIDE], scale[WIDE], bias[WIDE], qs[MOST], tone[2 * BINS], hiss[2 * BINS];
static int32_t rowsum[WIDE];
static uint32_t turn[160];
static volatile float sink;

#define COUNTED static __attribute__((noinline, noclone)) void

COUNTED count_gemm_i8(const kernels *k) {
    k->gemm_i8(y, 192, w, scale, rowsum, bias, q, qs, 1, 192, 192);
}
COUNTED count_gemm_i8_4(const kernels *k) {
    k->gemm_i8(y, 288, w, scale, rowsum, bias, q, qs, 4, 288, 128);
}
COUNTED count_gemm_i8_8(const kernels *k) {
    k->gemm_i8(y, 576, w, scale, rowsum, bias, q, qs, 8, 576, 144);
}
COUNTED count_gemm_q8_0(const kernels *k) {
    k->gemm_q8_0(y, 512, blocks, q, qs, 1, 512, 192);
}
COUNTED count_gemm_q8_0_8(const kernels *k) {
    k->gemm_q8_0(y, 512, blocks, q, qs, 8, 512, 192);
}
COUNTED count_gemm_q4_0(const kernels *k) {
    k->gemm_q4_0(y, 512, blocks, q, qs, 1, 512, 192);
}
COUNTED count_scores_i8(const kernels *k) {
    k->scores_i8(y, ROWS, w, x, q, qs, 3, ROWS, 32);
}
COUNTED count_mix_i8(const kernels *k) {
    k->mix_i8(y, x, ROWS, w, 3, ROWS, 32);
}
COUNTED count_scores_f32(const kernels *k) {
    k->scores_f32(y, 40, x, hiss, 1, 40, 36);
}
COUNTED count_mix_f32(const kernels *k) {
    k->mix_f32(y, hiss, 40, x, 1, 40, 36);
}
COUNTED count_exp_down(const kernels *k) {
    sink = k->exp_down(y, ROWS);
}
COUNTED count_quantize(const kernels *k) {
    sink = k->quantize(q, x, 192);
}
COUNTED count_dot_i8(const kernels *k) {
    sink = (float)k->dot_i8(w, q, 192);
}
COUNTED count_dot_f32(const kernels *k) {
    sink = k->dot_f32(x, x, 192);
}
COUNTED count_sum_f32(const kernels *k) {
    sink = k->sum_f32(x, 192);
}
COUNTED count_dot_f32_i8(const kernels *k) {
    sink = k->dot_f32_i8(x, w, 192);
}
COUNTED count_axpy_f32(const kernels *k) {
    k->axpy_f32(y, 0.5f, x, 192);
}
COUNTED count_axpy_i8(const kernels *k) {
    k->axpy_i8(y, 0.5f, w, 192);
}
COUNTED count_silu(const kernels *k) {
    k->silu(y, WIDE);
}
COUNTED count_exp_f32(const kernels *k) {
    k->exp_f32(y, 64);
}
COUNTED count_mul_f32(const kernels *k) {
    k->mul_f32(y, x, 512);
}
COUNTED count_layernorm(const kernels *k) {
    k->layernorm(y, x, scale, bias, 144, 1e-5f);
}
COUNTED count_taps_f32(const kernels *k) {
    const float *at[TAPS];
    for (size_t i = 0; i < TAPS; i++) at[i] = x + i * 128;
    k->taps_f32(y, bias, hiss, at, 4, 128);
}
COUNTED count_filter(const kernels *k) {
    const kernel_filter f = {x, x + 129, x + 300, 2, 4};
    k->filter(tone, hiss, &f, BINS);
}
COUNTED count_pulses(const kernels *k) {
    const kernel_pulses p = {{120, 130}, {1, 1}, 1.0f / 160, 7900};
    k->pulses(y, turn, &p, 0, 160);
}

typedef struct counted {
    const char *name, *what, *unit;
    void (*run)(const kernels *k);
    unsigned values;
} counted;

static const counted all[] = {
    {"count_gemm_i8", "gemm_i8 192x192 of 1 row", "MAC", count_gemm_i8, 192 * 192},
    {"count_gemm_i8_4", "gemm_i8 288x128 of 4 rows", "MAC", count_gemm_i8_4, 4 * 288 * 128},
    {"count_gemm_i8_8", "gemm_i8 576x144 of 8 rows", "MAC", count_gemm_i8_8, 8 * 576 * 144},
    {"count_gemm_q8_0", "gemm_q8_0 512x192 of 1 row", "MAC", count_gemm_q8_0, 512 * 192},
    {"count_gemm_q8_0_8", "gemm_q8_0 512x192 of 8 rows", "MAC", count_gemm_q8_0_8, 8 * 512 * 192},
    {"count_gemm_q4_0", "gemm_q4_0 512x192 of 1 row", "MAC", count_gemm_q4_0, 512 * 192},
    {"count_scores_i8", "scores_i8 256x32 of 3 rows", "MAC", count_scores_i8, 3 * ROWS * 32},
    {"count_mix_i8", "mix_i8 256x32 of 3 rows", "MAC", count_mix_i8, 3 * ROWS * 32},
    {"count_scores_f32", "scores_f32 40x36 of 1 row", "MAC", count_scores_f32, 40 * 36},
    {"count_mix_f32", "mix_f32 40x36 of 1 row", "MAC", count_mix_f32, 40 * 36},
    {"count_dot_i8", "dot_i8 192", "MAC", count_dot_i8, 192},
    {"count_dot_f32", "dot_f32 192", "MAC", count_dot_f32, 192},
    {"count_dot_f32_i8", "dot_f32_i8 192", "MAC", count_dot_f32_i8, 192},
    {"count_axpy_f32", "axpy_f32 192", "MAC", count_axpy_f32, 192},
    {"count_axpy_i8", "axpy_i8 192", "MAC", count_axpy_i8, 192},
    {"count_taps_f32", "taps_f32 4 taps of 128", "MAC", count_taps_f32, 4 * 128},
    {"count_sum_f32", "sum_f32 192", "value", count_sum_f32, 192},
    {"count_mul_f32", "mul_f32 512", "value", count_mul_f32, 512},
    {"count_quantize", "quantize 192", "value", count_quantize, 192},
    {"count_layernorm", "layernorm 144", "value", count_layernorm, 144},
    {"count_silu", "silu 576", "value", count_silu, WIDE},
    {"count_exp_f32", "exp_f32 64", "value", count_exp_f32, 64},
    {"count_exp_down", "exp_down 256", "value", count_exp_down, ROWS},
    {"count_filter", "filter 257 bins", "bin", count_filter, BINS},
    {"count_pulses", "pulses 160", "sample", count_pulses, 160},
};

static void fill(void) {
    for (size_t i = 0; i < sizeof w; i++) w[i] = (int8_t)(i * 37 % 255 - 127);
    for (size_t i = 0; i < sizeof q; i++) q[i] = (int8_t)(i * 53 % 255 - 127);
    for (size_t i = 0; i < sizeof blocks; i++) blocks[i] = (uint8_t)(i * 29);
    for (size_t i = 0; i < sizeof blocks; i += KERNEL_Q8_0_BYTES) blocks[i] = 0x34, blocks[i + 1] = 0x1c;
    for (size_t i = 0; i < MOST * WIDE; i++) x[i] = (float)(i * 31 % 97) * 0.05f - 2.4f;
    for (size_t i = 0; i < WIDE; i++) scale[i] = 0.01f, bias[i] = 0.25f;
    for (size_t i = 0; i < MOST; i++) qs[i] = 0.02f;
    for (size_t i = 0; i < 2 * BINS; i++) tone[i] = x[i + 7], hiss[i] = x[i + 11];
    for (size_t i = 0; i < 160; i++) turn[i] = (uint32_t)i * 33554432u;
}

/* The emulator's command line: the program's name, then the table's. */
static const kernels *table_asked(char *line, int bytes) {
    uint32_t block[2] = {(uint32_t)(uintptr_t)line, (uint32_t)bytes};
    register uint32_t call __asm__("r0") = 0x15; /* SYS_GET_CMDLINE */
    register uint32_t *with __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(call) : "r"(with) : "memory");
    char *name = strchr(line, ' ');
    return kernels_select(name ? name + 1 : NULL);
}

int main(void) {
    char line[COMMAND] = "";
    const kernels *k = table_asked(line, sizeof line);
    if (!k) return 2;
    printf("table %s\n", k->name);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const counted *c = &all[i];
        fill();
        memcpy(y, x, sizeof y);
        c->run(k);
        printf("kernel %s %u %s %s\n", c->name, c->values, c->unit, c->what);
    }
    return 0;
}
