/* helium_blocks: matrices in blocks of 32 with an f16 scale (Q8_0, Q4_0) on Cortex-M55 and M85; four rows share each load of activations.
 *
 * Block sums need no care for denormals: their terms are multiples of 2^-24, the smallest f16, so no sum of them is one. The scale of
 * the activations may bring one: the flags tell, and the reference does it again.
 */
#include "models/kernels/helium.h"
#include <stddef.h>
#include <string.h>

enum { TILE = 4, STEP = MVE_BYTES };

static inline int32x4_t four_of(int32_t a, int32_t b, int32_t c, int32_t d) {
    return vsetq_lane_s32(d, vsetq_lane_s32(c, vsetq_lane_s32(b, vdupq_n_s32(a), 1), 2), 3);
}

/* Places in four rows, moved on together. */
typedef struct four_rows {
    const int8_t *a, *b, *c, *d;
} four_rows;

static inline four_rows rows_at(const void *w, size_t step) {
    const int8_t *p = w;
    return (four_rows){p, p + step, p + 2 * step, p + 3 * step};
}

static inline void rows_move(four_rows *w, size_t n) {
    w->a += n;
    w->b += n;
    w->c += n;
    w->d += n;
}

static inline int32_t half_bits(const int8_t *p) {
    uint16_t h;
    memcpy(&h, p, sizeof h);
    return h;
}

/* f16 bits in 32-bit lanes to float, denormals too, by integer steps: GNU as 2.40 encodes the registers of MVE's VCVTB wrongly.
 * A denormal m * 2^-24 becomes the mantissa of a number at 0.5, from which 0.5 is taken. */
static inline float32x4_t widen_halves(int32x4_t h) {
    int32x4_t m = vandq_s32(h, vdupq_n_s32(0x7fff)), sign = vshlq_n_s32(vshrq_n_s32(h, 15), 31);
    int32x4_t normal = vaddq_n_s32(vshlq_n_s32(m, 13), 112 << 23);
    float32x4_t tiny = vsubq_n_f32(vreinterpretq_f32_s32(vorrq_s32(m, vdupq_n_s32(126 << 23))), 0.5f);
    int32x4_t bits = vpselq_s32(vreinterpretq_s32_f32(tiny), normal, vcmpltq_n_s32(m, 0x0400));
    return vreinterpretq_f32_s32(vorrq_s32(bits, sign));
}

/* f16 scales of four rows' blocks, which may lie at odd addresses. */
static inline float32x4_t block_scales(four_rows w) {
    return widen_halves(four_of(half_bits(w.a), half_bits(w.b), half_bits(w.c), half_bits(w.d)));
}

/* Product sum of one block. */
typedef int32_t block_dot(const int8_t *p, int8x16_t x0, int8x16_t x1);

static inline int32_t dot_q8_0(const int8_t *p, int8x16_t x0, int8x16_t x1) {
    return vmladavaq_s8(vmladavq_s8(vldrbq_s8(p + 2), x0), vldrbq_s8(p + 2 + STEP), x1);
}

static inline int32_t dot_q4_0(const int8_t *p, int8x16_t x0, int8x16_t x1) {
    uint8x16_t pairs = vreinterpretq_u8_s8(vldrbq_s8(p + 2));
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(pairs, vdupq_n_u8(15))), high = vreinterpretq_s8_u8(vshrq_n_u8(pairs, 4));
    return vmladavaq_s8(vmladavq_s8(vsubq_n_s8(low, 8), x0), vsubq_n_s8(high, 8), x1);
}

/* Results of 4 rows from w for one activation row. */
static inline __attribute__((always_inline)) void blocks_run(float *y, const uint8_t *w, const int8_t *q, float qs, size_t blocks, size_t bytes,
                                                             block_dot *dot) {
    four_rows at = rows_at(w, blocks * bytes);
    float32x4_t acc = vdupq_n_f32(0);
    float sum[TILE];
    for (size_t b = 0; b < blocks; b++, rows_move(&at, bytes), q += KERNEL_QBLOCK) {
        int8x16_t x0 = vldrbq_s8(q), x1 = vldrbq_s8(q + STEP);
        int32x4_t s = four_of(dot(at.a, x0, x1), dot(at.b, x0, x1), dot(at.c, x0, x1), dot(at.d, x0, x1));
        acc = vaddq_f32(acc, vmulq_f32(vcvtq_f32_s32(s), block_scales(at)));
    }
    vst1q_f32(sum, acc);
    y[0] = qs * sum[0]; /* scalar: the activation scale may bring a denormal */
    y[1] = qs * sum[1];
    y[2] = qs * sum[2];
    y[3] = qs * sum[3];
}

/* The last tile is moved back over rows already done. */
static inline size_t tile_start(size_t i, size_t n) {
    return i + TILE <= n ? i : n - TILE;
}

static inline __attribute__((always_inline)) void tiles_run(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs,
                                                            size_t count, size_t rows, size_t cols, size_t bytes, block_dot *dot) {
    const size_t blocks = cols / KERNEL_QBLOCK, step = blocks * bytes;
    for (size_t i = 0; i < rows; i += TILE)
        for (size_t m = 0; m < count; m++) {
            const size_t r = tile_start(i, rows);
            blocks_run(y + m * y_stride + r, w + r * step, q + m * cols, qs[m], blocks, bytes, dot);
        }
}

/* Results of four rows of Q8_0, and what of them moves on `times` times. The order of the fields is known to the assembly below. */
typedef struct q8_job {
    const int8_t *w, *x;    /* 0: first value (behind its scale) of the first of four rows; activations */
    size_t w_move, x_move;  /* 8: bytes */
    size_t step, blocks;    /* 16: bytes of a row; its blocks */
    size_t y_move, qs_move; /* 24: bytes */
    size_t times;           /* 32 */
} q8_job;

_Static_assert(offsetof(q8_job, times) == 32, "the assembly knows where the fields are");

/* All in assembly: GCC 12 keeps half of the outer loop on the stack. A gather takes the four scales from even addresses, VCVTB makes floats of
 * them (GNU as 2.40 encodes its vector registers wrongly: the number is vcvtb.f32.f16 q4, q4), sums go from core registers to lanes by pairs. */
static void q8_run(q8_job *job, float *y, const float *qs) {
    const uint32x4_t scale_at = vsubq_n_u32(vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)job->step), 2);
    const int8_t *a, *b, *c, *d, *x;
    int32_t s0, s1, s2, s3;
    __asm__ volatile("2: ldrd %[a], %[x], [%[job]]\n"
                     "ldrd %[s0], %[s1], [%[job], #16]\n"
                     "add %[b], %[a], %[s0]\n"
                     "add %[c], %[b], %[s0]\n"
                     "add %[d], %[c], %[s0]\n"
                     "vmov.i32 q5, #0\n"
                     "dls lr, %[s1]\n"
                     "1: vldrh.u32 q4, [%[a], %q[at]]\n"
                     "vldrb.8 q0, [%[x]], #16\n"
                     "vldrb.8 q2, [%[a]], #16\n"
                     "vmladav.s8 %[s0], q2, q0\n"
                     "vldrb.8 q1, [%[x]], #16\n"
                     "vldrb.8 q3, [%[a]], #18\n"
                     "vmladava.s8 %[s0], q3, q1\n"
                     "vldrb.8 q2, [%[b]], #16\n"
                     "vmladav.s8 %[s1], q2, q0\n"
                     "vldrb.8 q3, [%[b]], #18\n"
                     "vmladava.s8 %[s1], q3, q1\n"
                     "vldrb.8 q2, [%[c]], #16\n"
                     "vmladav.s8 %[s2], q2, q0\n"
                     "vldrb.8 q3, [%[c]], #18\n"
                     "vmladava.s8 %[s2], q3, q1\n"
                     "vldrb.8 q2, [%[d]], #16\n"
                     "vmladav.s8 %[s3], q2, q0\n"
                     "vldrb.8 q3, [%[d]], #18\n"
                     "vmladava.s8 %[s3], q3, q1\n"
                     ".inst.w 0xfe3f8e09\n"
                     "vmov q2[2], q2[0], %[s0], %[s2]\n"
                     "vmov q2[3], q2[1], %[s1], %[s3]\n"
                     "vcvt.f32.s32 q2, q2\n"
                     "vmul.f32 q2, q2, q4\n"
                     "vadd.f32 q5, q5, q2\n"
                     "le lr, 1b\n"
                     "ldr %[s2], [%[qs]]\n"
                     "ldrd %[s0], %[s1], [%[job], #24]\n"
                     "vmul.f32 q5, q5, %[s2]\n"
                     "add %[qs], %[qs], %[s1]\n"
                     "vstrw.32 q5, [%[y]]\n"
                     "add %[y], %[y], %[s0]\n"
                     "ldrd %[a], %[x], [%[job]]\n"
                     "ldrd %[s0], %[s1], [%[job], #8]\n"
                     "add %[a], %[a], %[s0]\n"
                     "add %[x], %[x], %[s1]\n"
                     "strd %[a], %[x], [%[job]]\n"
                     "ldr %[s2], [%[job], #32]\n"
                     "subs %[s2], %[s2], #1\n"
                     "str %[s2], [%[job], #32]\n"
                     "bne 2b"
                     : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d),
                       [x] "=&r"(x), [y] "+r"(y), [qs] "+r"(qs)
                     : [job] "r"(job), [at] "w"(scale_at)
                     : "lr", "cc", "q0", "q1", "q2", "q3", "q4", "q5", "memory");
}

/* One row of activations goes down all rows of w; several share four rows of w before the next four, which come from flash. */
static void q8_rows(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    const size_t blocks = cols / KERNEL_QBLOCK, step = blocks * KERNEL_Q8_0_BYTES;
    for (size_t r = 0; r < rows; r += TILE) {
        const size_t at = tile_start(r, rows), down = count == 1 ? (rows - at) / TILE : 1;
        q8_job job = {(const int8_t *)w + at * step + 2, q, TILE * step, 0, step, blocks, TILE * sizeof *y, 0, down};
        if (count > 1) job.w_move = 0, job.x_move = cols, job.y_move = y_stride * sizeof *y, job.qs_move = sizeof *qs, job.times = count;
        q8_run(&job, y + at, qs);
        r = at + (down - 1) * TILE;
    }
}

void mve_gemm_q8_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    const int small = rows < TILE || cols == 0 || count == 0;
    if (!small && (uintptr_t)w % 2) {
        tiles_run(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q8_0_BYTES, dot_q8_0);
        return;
    }
    mve_flags_clear();
    if (!small) q8_rows(y, y_stride, w, q, qs, count, rows, cols);
    if (small || mve_flags()) kernels_ref.gemm_q8_0(y, y_stride, w, q, qs, count, rows, cols);
}

void mve_gemm_q4_0(float *y, size_t y_stride, const uint8_t *w, const int8_t *q, const float *qs, size_t count, size_t rows, size_t cols) {
    if (rows < TILE)
        kernels_ref.gemm_q4_0(y, y_stride, w, q, qs, count, rows, cols);
    else
        tiles_run(y, y_stride, w, q, qs, count, rows, cols, KERNEL_Q4_0_BYTES, dot_q4_0);
}
