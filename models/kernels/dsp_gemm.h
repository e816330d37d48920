/* dsp_gemm: int8 matrices on the DSP instructions of ARMv7E-M. SXTB16 makes two int16 of bytes 0 and 2 of a word (or, rotated, of 1 and 3),
 * SMLAD adds two products of such pairs to a core register, exactly: a word of four weights costs a load, two SXTB16 and two SMLAD.
 *
 * Activations are unpacked once for all rows, up to four side by side, into a tile on the stack; with four of them an unpacked weight
 * is used four times: 13 instructions for 16 products. Integer sums lie in y until a row is done. The loops over rows are functions in
 * assembly: GCC 12 neither loads several activations at once (LDM) nor finds room for all in registers.
 */
#ifndef SOTTO_MODELS_KERNELS_DSP_GEMM_H
#define SOTTO_MODELS_KERNELS_DSP_GEMM_H
#include "models/kernels/dsp_float.h"
#include "models/kernels/tables.h"
#include <string.h>

/* A tile holds 144 columns of four activations, 576 of one: 1152 bytes of stack. */
enum { GROUP = 4, ABREAST = 4, TILE_WORDS = 288 };

typedef struct dsp_rows { /* what a function in assembly is given; it moves w, y and rows on */
    const int8_t *w;      /* at the tile's first column */
    const uint32_t *x;
    uint32_t groups;
    float *y;
    uint32_t stride, skip; /* bytes from one activation's sums to the next; from the end of a row's tile to the next row's */
    uint32_t rows;
    uint32_t first; /* sums begin at 0, else with what is in y */
} dsp_rows;

/* Registers: r0-r3 sums, r4-r7 activations, r8 and r9 weights, r10 and r11 places in the rows, r12 the activations', lr the groups left.
 * With rows at multiples of four bytes two words are loaded at once, the second into a register that the function has left. */
#define DSP_WEIGHTS(p)                                                                                                                               \
    "ldr r8, [" p "], #4\n"                                                                                                                          \
    "sxtb16 r9, r8\n"                                                                                                                                \
    "sxtb16 r8, r8, ror #8\n"
#define DSP_WORDS(p, second) "ldrd r8, " second ", [" p "], #8\n"
#define DSP_PAIRS(w)                                                                                                                                 \
    "sxtb16 r9, " w "\n"                                                                                                                             \
    "sxtb16 " w ", " w ", ror #8\n"
#define DSP_MORE(sum, even, odd) DSP_MORE_OF("r8", sum, even, odd)
#define DSP_MORE_OF(w, sum, even, odd)                                                                                                               \
    "smlad " sum ", r9, " even ", " sum "\n"                                                                                                         \
    "smlad " sum ", " w ", " odd ", " sum "\n"
#define DSP_BEGIN(sum, even, odd)                                                                                                                    \
    "smuad " sum ", r9, " even "\n"                                                                                                                  \
    "smlad " sum ", r8, " odd ", " sum "\n"
#define DSP_LOAD "ldm r12!, {r4-r7}\n"
#define DSP_LOAD_TWO "ldm r12!, {r4, r5}\n"
#define DSP_FOUR(to) DSP_WEIGHTS("r10") DSP_LOAD to("r0", "r4", "r5") to("r1", "r6", "r7") DSP_LOAD to("r2", "r4", "r5") to("r3", "r6", "r7")
#define DSP_FOUR_OF(w)                                                                                                                               \
    DSP_PAIRS(w)                                                                                                                                     \
    DSP_LOAD DSP_MORE_OF(w, "r0", "r4", "r5") DSP_MORE_OF(w, "r1", "r6", "r7") DSP_LOAD DSP_MORE_OF(w, "r2", "r4", "r5")                             \
        DSP_MORE_OF(w, "r3", "r6", "r7")
#define DSP_FOUR_TWICE DSP_WORDS("r10", "r11") DSP_FOUR_OF("r8") DSP_FOUR_OF("r11")
#define DSP_THREE(to) DSP_WEIGHTS("r10") "ldm r12!, {r3-r7, r11}\n" to("r0", "r3", "r4") to("r1", "r5", "r6") to("r2", "r7", "r11")
#define DSP_TWO(to) DSP_WEIGHTS("r10") DSP_LOAD to("r0", "r4", "r5") to("r1", "r6", "r7")
#define DSP_TWO_OF(w) DSP_PAIRS(w) DSP_LOAD DSP_MORE_OF(w, "r0", "r4", "r5") DSP_MORE_OF(w, "r1", "r6", "r7")
#define DSP_TWO_TWICE DSP_WORDS("r10", "r11") DSP_TWO_OF("r8") DSP_TWO_OF("r11")
/* One activation, two rows: eight columns, and four. */
#define DSP_ROWS(to)                                                                                                                                 \
    DSP_LOAD DSP_WEIGHTS("r10") to("r0", "r4", "r5") DSP_WEIGHTS("r10") DSP_MORE("r0", "r6", "r7") DSP_WEIGHTS("r11") to("r1", "r4", "r5")           \
        DSP_WEIGHTS("r11") DSP_MORE("r1", "r6", "r7")
#define DSP_ROWS_END(to) DSP_LOAD_TWO DSP_WEIGHTS("r10") to("r0", "r4", "r5") DSP_WEIGHTS("r11") to("r1", "r4", "r5")
#define DSP_ROW_OF(sum, to) DSP_PAIRS("r8") to(sum, "r4", "r5") DSP_PAIRS("r2") DSP_MORE_OF("r2", sum, "r6", "r7")
#define DSP_ROWS_TWICE(to) DSP_LOAD DSP_WORDS("r10", "r2") DSP_ROW_OF("r0", to) DSP_WORDS("r11", "r2") DSP_ROW_OF("r1", to)

/* Sums of one row for four, three, two activations, and of two rows for one: r4 at y, r5 bytes to the next activation's. */
#define DSP_Y                                                                                                                                        \
    "ldr r9, [sp]\n"                                                                                                                                 \
    "ldrd r4, r5, [r9, #12]\n"                                                                                                                       \
    "add r6, r4, r5, lsl #1\n"
#define DSP_GET_FOUR "ldr r0, [r4]\n ldr r1, [r4, r5]\n ldr r2, [r6]\n ldr r3, [r6, r5]\n"
#define DSP_PUT_FOUR "str r1, [r4, r5]\n str r2, [r6]\n str r3, [r6, r5]\n str r0, [r4], #4\n"
#define DSP_GET_THREE "ldr r0, [r4]\n ldr r1, [r4, r5]\n ldr r2, [r6]\n"
#define DSP_PUT_THREE "str r1, [r4, r5]\n str r2, [r6]\n str r0, [r4], #4\n"
#define DSP_GET_TWO "ldr r0, [r4]\n ldr r1, [r4, r5]\n"
#define DSP_PUT_TWO "str r1, [r4, r5]\n str r0, [r4], #4\n"
#define DSP_GET_ROWS "ldr r0, [r4]\n ldr r1, [r4, #4]\n"
#define DSP_PUT_ROWS "str r0, [r4], #4\n str r1, [r4], #4\n"
/* A pair's second row ends where the next pair begins, less what lies beyond the tile. */
#define DSP_NEXT "add r10, r7\n"
#define DSP_NEXT_ROWS "add r10, r11, r7\n"
#define DSP_OTHER "ldr r7, [r9, #20]\n add r11, r10, r7\n add r11, r11, lr, lsl #2\n"

/* A function: for every row (or two), sums += groups of weights times activations; `many` in a round, then one by one. */
#define DSP_FUNCTION(name, other, get, put, next, many, one)                                                                                         \
    __attribute__((naked, noinline)) static void name(dsp_rows *job __attribute__((unused))) {                                                       \
        __asm__("push {r0, r4-r11, lr}\n"                                                                                                            \
                "1: " DSP_Y "ldm r9, {r10, r12, lr}\n" other "ldr r7, [r9, #28]\n"                                                                   \
                "movs r0, #0\n"                                                                                                                      \
                "mov r1, r0\n"                                                                                                                       \
                "mov r2, r0\n"                                                                                                                       \
                "mov r3, r0\n"                                                                                                                       \
                "cbnz r7, 2f\n" get "2: subs lr, #4\n"                                                                                               \
                "blt 4f\n"                                                                                                                           \
                "3:\n" many "subs lr, #4\n"                                                                                                          \
                "bge 3b\n"                                                                                                                           \
                "4: adds lr, #4\n"                                                                                                                   \
                "beq 6f\n"                                                                                                                           \
                "5:\n" one "subs lr, #1\n"                                                                                                           \
                "bne 5b\n"                                                                                                                           \
                "6: " DSP_Y put "str r4, [r9, #12]\n"                                                                                                \
                "ldrd r7, r5, [r9, #20]\n" next "str r10, [r9]\n"                                                                                    \
                "subs r5, #1\n"                                                                                                                      \
                "str r5, [r9, #24]\n"                                                                                                                \
                "bne 1b\n"                                                                                                                           \
                "pop {r0, r4-r11, pc}\n");                                                                                                           \
    }

#define DSP_FOUR_TIMES(body) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE)
DSP_FUNCTION(rows_four, "", DSP_GET_FOUR, DSP_PUT_FOUR, DSP_NEXT, DSP_FOUR_TIMES(DSP_FOUR), DSP_FOUR(DSP_MORE))
DSP_FUNCTION(rows_four_aligned, "", DSP_GET_FOUR, DSP_PUT_FOUR, DSP_NEXT, DSP_FOUR_TWICE DSP_FOUR_TWICE, DSP_FOUR(DSP_MORE))
DSP_FUNCTION(rows_three, "", DSP_GET_THREE, DSP_PUT_THREE, DSP_NEXT, DSP_FOUR_TIMES(DSP_THREE), DSP_THREE(DSP_MORE))
DSP_FUNCTION(rows_two, "", DSP_GET_TWO, DSP_PUT_TWO, DSP_NEXT, DSP_FOUR_TIMES(DSP_TWO), DSP_TWO(DSP_MORE))
DSP_FUNCTION(rows_two_aligned, "", DSP_GET_TWO, DSP_PUT_TWO, DSP_NEXT, DSP_TWO_TWICE DSP_TWO_TWICE, DSP_TWO(DSP_MORE))
DSP_FUNCTION(row_pairs, DSP_OTHER, DSP_GET_ROWS, DSP_PUT_ROWS, DSP_NEXT_ROWS, DSP_ROWS(DSP_MORE) DSP_ROWS(DSP_MORE), DSP_ROWS_END(DSP_MORE))
DSP_FUNCTION(row_pairs_aligned, DSP_OTHER, DSP_GET_ROWS, DSP_PUT_ROWS, DSP_NEXT_ROWS, DSP_ROWS_TWICE(DSP_MORE) DSP_ROWS_TWICE(DSP_MORE),
             DSP_ROWS_END(DSP_MORE))

static inline uint32_t word_at(const void *p) {
    uint32_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

static inline uint32_t even_pair(uint32_t w) {
    __asm__("sxtb16 %0, %1" : "=r"(w) : "r"(w));
    return w;
}

static inline uint32_t odd_pair(uint32_t w) {
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(w) : "r"(w));
    return w;
}

static inline int32_t more_pairs(uint32_t a, uint32_t b, int32_t sum) {
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

static int32_t dsp_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t sum = 0;
    size_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        uint32_t x = word_at(a + i), y = word_at(b + i);
        sum = more_pairs(odd_pair(x), odd_pair(y), more_pairs(even_pair(x), even_pair(y), sum));
    }
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* n groups of M activations, `cols` bytes apart, side by side as the functions above read them; of every group only the bytes of `keep`. */
static void unpack(uint32_t *x, const int8_t *q, size_t cols, size_t n, uint32_t keep, size_t M) {
    for (size_t m = 0; m < M; m++) {
        const int8_t *from = q + m * cols;
        uint32_t *to = x + 2 * m;
        for (size_t g = 0; g < n; g++, from += GROUP, to += 2 * M) {
            uint32_t w = word_at(from) & keep;
            to[0] = even_pair(w);
            to[1] = odd_pair(w);
        }
    }
}

typedef struct dsp_job { /* what a gemm_i8 call is about: M activations of it */
    float *y;
    size_t y_stride; /* floats from one activation's results to the next */
    const int8_t *w, *q;
    const float *scale, *bias, *qs;
    size_t rows, cols;
} dsp_job;

/* A last row without a partner, for one activation. */
static void row_alone(const dsp_job *j) {
    const size_t r = j->rows - 1;
    int32_t sum = dsp_dot_i8(j->w + r * j->cols, j->q, j->cols);
    memcpy(j->y + r, &sum, sizeof sum);
}

static void tile_run(const dsp_job *j, const uint32_t *x, size_t col, size_t groups, int first, size_t M) {
    dsp_rows t = {
        .w = j->w + col, .x = x, .groups = (uint32_t)groups, .y = j->y, .rows = (uint32_t)(M == 1 ? j->rows / 2 : j->rows), .first = (uint32_t)first};
    t.stride = (uint32_t)(j->y_stride * sizeof(float));
    t.skip = (uint32_t)(j->cols - groups * GROUP);
    const int aligned = (((uintptr_t)j->w | j->cols) & 3) == 0; /* then so are all rows, and there is no rest */
    if (t.rows == 0) return;
    if (M == 4)
        (aligned ? rows_four_aligned : rows_four)(&t);
    else if (M == 1)
        (aligned ? row_pairs_aligned : row_pairs)(&t);
    else
        (M == 3 ? rows_three : aligned ? rows_two_aligned : rows_two)(&t);
}

/* All rows for M activations, tile by tile; columns beyond whole groups are the last group once more, without what is done. */
static void job_run(const dsp_job *j, size_t M) {
    uint32_t x[TILE_WORDS];
    const size_t most = TILE_WORDS / (2 * M), whole = j->cols / GROUP, rest = j->cols % GROUP;
    for (size_t g = 0; g < whole; g += most) {
        const size_t n = whole - g < most ? whole - g : most;
        unpack(x, j->q + g * GROUP, j->cols, n, ~0u, M);
        tile_run(j, x, g * GROUP, n, g == 0, M);
    }
    if (rest) {
        unpack(x, j->q + j->cols - GROUP, j->cols, 1, ~0u << 8 * (GROUP - rest), M);
        tile_run(j, x, j->cols - GROUP, 1, 0, M);
    }
    if (M == 1 && j->rows % 2) row_alone(j);
    for (size_t m = 0; m < M; m++) float_results(j->y + m * j->y_stride, j->scale, j->bias, j->qs[m], j->rows);
}

/* Activations by fours, then what is left; a row has at least a group. */
static void dsp_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                        const float *qs, size_t count, size_t rows, size_t cols) {
    dsp_job j = {y, y_stride, w, q, scale, bias, qs, rows, cols};
    if (cols < GROUP || rows == 0) {
        kernels_ref.gemm_i8(y, y_stride, w, scale, rowsum, bias, q, qs, count, rows, cols);
        return;
    }
    while (count > 0) {
        const size_t m = count < ABREAST ? count : ABREAST;
        job_run(&j, m);
        j.y += m * y_stride;
        j.q += m * cols;
        j.qs += m;
        count -= m;
    }
}

#endif
