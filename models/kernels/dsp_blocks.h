/* dsp_blocks: Q8_0 on the DSP instructions of ARMv7E-M (see dsp_gemm.h): blocks of 32 weights behind an f16 scale. Block sums are exact
 * integers; the float sum of a row lies in y from tile to tile, in the order of the blocks. VCVTB widens every f16 exactly. */
#ifndef SOTTO_MODELS_KERNELS_DSP_BLOCKS_H
#define SOTTO_MODELS_KERNELS_DSP_BLOCKS_H
#include "models/kernels/dsp_gemm.h"

enum { BLOCK_GROUPS = KERNEL_QBLOCK / GROUP };

/* Registers as in dsp_gemm.h, lr the blocks left; s0-s3 sums of a block, s4-s7 of a row, s8 (and s9) scales. */
#define DSP_SCALE                                                                                                                                    \
    "ldrh r9, [r10], #2\n"                                                                                                                           \
    "vmov s8, r9\n"                                                                                                                                  \
    "vcvtb.f32.f16 s8, s8\n"
#define DSP_SCALES                                                                                                                                   \
    "ldrh r8, [r10], #2\n"                                                                                                                           \
    "ldrh r9, [r11], #2\n"                                                                                                                           \
    "vmov s8, s9, r8, r9\n"                                                                                                                          \
    "vcvtb.f32.f16 s8, s8\n"                                                                                                                         \
    "vcvtb.f32.f16 s9, s9\n"
#define DSP_BLOCK(body) body(DSP_BEGIN) body(DSP_MORE) DSP_BLOCK_REST(body)
#define DSP_BLOCK_REST(body) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE) body(DSP_MORE)
#define DSP_BLOCK_ROWS DSP_ROWS(DSP_BEGIN) DSP_ROWS(DSP_MORE) DSP_ROWS(DSP_MORE) DSP_ROWS(DSP_MORE)
/* Two blocks of rows at multiples of four bytes: the weights of the second are at such places too. */
#define DSP_BLOCK_TWICE                                                                                                                              \
    DSP_BLOCK_ROWS DSP_ADD_ROWS DSP_SCALES DSP_ROWS_TWICE(DSP_BEGIN) DSP_ROWS_TWICE(DSP_MORE) DSP_ROWS_TWICE(DSP_MORE)                               \
        DSP_ROWS_TWICE(DSP_MORE) "subs lr, #1\n"
#define DSP_ADD(acc, sum, scale) "vcvt.f32.s32 " sum ", " sum "\n vmla.f32 " acc ", " sum ", " scale "\n"
#define DSP_ADD_TWO "vmov s0, s1, r0, r1\n" DSP_ADD("s4", "s0", "s8") DSP_ADD("s5", "s1", "s8")
#define DSP_ADD_THREE DSP_ADD_TWO "vmov s2, r2\n" DSP_ADD("s6", "s2", "s8")
#define DSP_ADD_FOUR DSP_ADD_TWO "vmov s2, s3, r2, r3\n" DSP_ADD("s6", "s2", "s8") DSP_ADD("s7", "s3", "s8")
#define DSP_ADD_ROWS "vmov s0, s1, r0, r1\n" DSP_ADD("s4", "s0", "s8") DSP_ADD("s5", "s1", "s9")

#define DSP_ACC_TWO(move) "add r8, r4, r5\n" move " s5, [r8]\n"
#define DSP_ACC_THREE(move) DSP_ACC_TWO(move) move " s6, [r6]\n"
#define DSP_ACC_FOUR(move) DSP_ACC_THREE(move) "add r8, r6, r5\n" move " s7, [r8]\n"
#define DSP_ACC_ROWS(move) move " s5, [r4, #4]\n"
#define DSP_OTHER_BLOCKS "mov r8, #34\n ldr r7, [r9, #20]\n mla r7, lr, r8, r7\n add r11, r10, r7\n"

#define DSP_BLOCKS_FUNCTION(name, other, acc, step, next, scale, block, add)                                                                         \
    __attribute__((naked, noinline)) static void name(dsp_rows *job __attribute__((unused))) {                                                       \
        __asm__("push {r0, r4-r11, lr}\n"                                                                                                            \
                "1: " DSP_Y "ldm r9, {r10, r12, lr}\n" other "ldr r7, [r9, #28]\n"                                                                   \
                "movs r0, #0\n"                                                                                                                      \
                "vmov s4, s5, r0, r0\n"                                                                                                              \
                "vmov s6, s7, r0, r0\n"                                                                                                              \
                "cbnz r7, 2f\n"                                                                                                                      \
                "vldr s4, [r4]\n" acc("vldr") "2:\n" scale block add "subs lr, #1\n"                                                                 \
                                              "bne 2b\n" DSP_Y acc("vstr") "vstr s4, [r4]\n"                                                         \
                                                                           "add r4, #" step "\n"                                                     \
                                                                           "str r4, [r9, #12]\n"                                                     \
                                                                           "ldrd r7, r5, [r9, #20]\n" next "str r10, [r9]\n"                         \
                                                                           "subs r5, #1\n"                                                           \
                                                                           "str r5, [r9, #24]\n"                                                     \
                                                                           "bne 1b\n"                                                                \
                                                                           "pop {r0, r4-r11, pc}\n");                                                \
    }

DSP_BLOCKS_FUNCTION(blocks_four, "", DSP_ACC_FOUR, "4", DSP_NEXT, DSP_SCALE, DSP_BLOCK(DSP_FOUR), DSP_ADD_FOUR)
DSP_BLOCKS_FUNCTION(blocks_three, "", DSP_ACC_THREE, "4", DSP_NEXT, DSP_SCALE, DSP_BLOCK(DSP_THREE), DSP_ADD_THREE)
DSP_BLOCKS_FUNCTION(blocks_two, "", DSP_ACC_TWO, "4", DSP_NEXT, DSP_SCALE, DSP_BLOCK(DSP_TWO), DSP_ADD_TWO)
DSP_BLOCKS_FUNCTION(block_pairs, DSP_OTHER_BLOCKS, DSP_ACC_ROWS, "8", DSP_NEXT_ROWS, DSP_SCALES, DSP_BLOCK_ROWS, DSP_ADD_ROWS)
DSP_BLOCKS_FUNCTION(block_pairs_twice, DSP_OTHER_BLOCKS, DSP_ACC_ROWS, "8", DSP_NEXT_ROWS, DSP_SCALES, DSP_BLOCK_TWICE, DSP_ADD_ROWS)

typedef struct block_job { /* what a gemm_q8_0 call is about: M activations of it */
    float *y;
    size_t y_stride;
    const uint8_t *w;
    const int8_t *q;
    const float *qs;
    size_t rows, blocks; /* of a row */
} block_job;

/* A last row without a partner, for one activation. */
static void block_row_alone(const block_job *j) {
    const uint8_t *w = j->w + (j->rows - 1) * j->blocks * KERNEL_Q8_0_BYTES;
    float acc = 0;
    for (size_t b = 0; b < j->blocks; b++, w += KERNEL_Q8_0_BYTES)
        acc =
            acc + (float)dsp_dot_i8((const int8_t *)w + 2, j->q + b * KERNEL_QBLOCK, KERNEL_QBLOCK) * mathxi_f16_to_f32((uint16_t)(w[0] | w[1] << 8));
    j->y[j->rows - 1] = acc;
}

static void blocks_tile(const block_job *j, const uint32_t *x, size_t from, size_t n, size_t M) {
    dsp_rows t = {.w = (const int8_t *)j->w + from * KERNEL_Q8_0_BYTES, .x = x, .groups = (uint32_t)n, .y = j->y, .first = from == 0};
    t.stride = (uint32_t)(j->y_stride * sizeof(float));
    t.skip = (uint32_t)((j->blocks - n) * KERNEL_Q8_0_BYTES);
    t.rows = (uint32_t)(M == 1 ? j->rows / 2 : j->rows);
    const int twice = (((uintptr_t)t.w | j->blocks * KERNEL_Q8_0_BYTES) & 3) == 0 && n % 2 == 0;
    if (t.rows == 0) return;
    if (M == 1)
        (twice ? block_pairs_twice : block_pairs)(&t);
    else
        (M == 4 ? blocks_four : M == 3 ? blocks_three : blocks_two)(&t);
}

static void blocks_run(const block_job *j, size_t M) {
    uint32_t x[TILE_WORDS];
    const size_t most = TILE_WORDS / (2 * M * BLOCK_GROUPS);
    for (size_t b = 0; b < j->blocks; b += most) {
        const size_t n = j->blocks - b < most ? j->blocks - b : most;
        unpack(x, j->q + b * KERNEL_QBLOCK, j->blocks * KERNEL_QBLOCK, n * BLOCK_GROUPS, ~0u, M);
        blocks_tile(j, x, b, n, M);
    }
    if (M == 1 && j->rows % 2) block_row_alone(j);
    for (size_t m = 0; m < M; m++) scale_by(j->y + m * j->y_stride, j->qs[m], j->rows);
}

static void dsp_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    block_job j = {y, y_stride, w, q, qs, rows, cols / KERNEL_QBLOCK};
    if (cols == 0 || rows == 0) {
        kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
        return;
    }
    while (count > 0) {
        const size_t m = count < ABREAST ? count : ABREAST;
        blocks_run(&j, m);
        j.y += m * y_stride;
        j.q += m * cols;
        j.qs += m;
        count -= m;
    }
}

#endif
