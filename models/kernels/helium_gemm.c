/* helium_gemm: int8 matrices on Cortex-M55 and M85. VMLADAVA adds 16 int8 products to one core register, exactly.
 *
 * Three rows of weights meet two rows of activations, so that a load serves two or three VMLADAVA; a single row of activations
 * meets four of weights. All sums come first and lie as integers where the results will: then one pass over them makes floats.
 * The loops are assembly for the branch that predicates its own tail (DLSTP, LETP): GCC 12 makes twice the instructions of them
 * in intrinsics. Sums are in even registers (Te), as VMLADAVA wants. Instructions a product: tests/check/cost.sh prints them.
 */
#include "models/kernels/helium.h"

enum { SIX_ROWS = 3, FOUR_ROWS = 4 };

typedef int32_t __attribute__((may_alias)) sum_word; /* a sum where a float will lie */

int32_t mve_dot_i8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t sum = 0;
    __asm__ volatile("dlstp.8 lr, %[n]\n"
                     "1: vldrb.8 q0, [%[a]], #16\n"
                     "vldrb.8 q1, [%[b]], #16\n"
                     "vmladava.s8 %[s], q0, q1\n"
                     "letp lr, 1b"
                     : [s] "+Te"(sum), [a] "+r"(a), [b] "+r"(b)
                     : [n] "r"(n)
                     : "lr", "q0", "q1", "memory");
    return sum;
}

/* Three rows of w, two rows of q `cols` apart. */
static inline void six_sums(sum_word *y, size_t y_stride, const int8_t *a, const int8_t *x, size_t cols) {
    const int8_t *b = a + cols, *c = b + cols, *z = x + cols;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0;
    register size_t n __asm__("lr") = cols;
    __asm__ volatile("dlstp.8 lr, lr\n"
                     "1: vldrb.8 q0, [%[x]], #16\n"
                     "vldrb.8 q1, [%[z]], #16\n"
                     "vldrb.8 q2, [%[a]], #16\n"
                     "vmladava.s8 %[s0], q2, q0\n"
                     "vldrb.8 q3, [%[b]], #16\n"
                     "vmladava.s8 %[s3], q2, q1\n"
                     "vmladava.s8 %[s1], q3, q0\n"
                     "vldrb.8 q2, [%[c]], #16\n"
                     "vmladava.s8 %[s4], q3, q1\n"
                     "vmladava.s8 %[s2], q2, q0\n"
                     "vmladava.s8 %[s5], q2, q1\n"
                     "letp lr, 1b"
                     : [s0] "+Te"(s0), [s1] "+Te"(s1), [s2] "+Te"(s2), [s3] "+Te"(s3), [s4] "+Te"(s4), [s5] "+Te"(s5), [a] "+r"(a), [b] "+r"(b),
                       [c] "+r"(c), [x] "+r"(x), [z] "+r"(z), "+r"(n)
                     :
                     : "q0", "q1", "q2", "q3", "memory");
    y[0] = s0, y[1] = s1, y[2] = s2;
    y += y_stride;
    y[0] = s3, y[1] = s4, y[2] = s5;
}

/* Four rows of w, one row of q. */
static inline void four_sums(sum_word *y, const int8_t *a, const int8_t *x, size_t cols) {
    const int8_t *b = a + cols, *c = b + cols, *d = c + cols;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    register size_t n __asm__("lr") = cols;
    __asm__ volatile(
        "dlstp.8 lr, lr\n"
        "1: vldrb.8 q0, [%[x]], #16\n"
        "vldrb.8 q1, [%[a]], #16\n"
        "vmladava.s8 %[s0], q1, q0\n"
        "vldrb.8 q2, [%[b]], #16\n"
        "vmladava.s8 %[s1], q2, q0\n"
        "vldrb.8 q1, [%[c]], #16\n"
        "vmladava.s8 %[s2], q1, q0\n"
        "vldrb.8 q2, [%[d]], #16\n"
        "vmladava.s8 %[s3], q2, q0\n"
        "letp lr, 1b"
        : [s0] "+Te"(s0), [s1] "+Te"(s1), [s2] "+Te"(s2), [s3] "+Te"(s3), [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [x] "+r"(x), "+r"(n)
        :
        : "q0", "q1", "q2", "memory");
    y[0] = s0, y[1] = s1, y[2] = s2, y[3] = s3;
}

/* Sums of one row of q, by fours; the last four are moved back over sums already there. */
static void row_sums(sum_word *y, const int8_t *w, const int8_t *q, size_t rows, size_t cols) {
    size_t r = 0;
    for (; r + FOUR_ROWS <= rows; r += FOUR_ROWS) four_sums(y + r, w + r * cols, q, cols);
    if (r < rows && rows >= FOUR_ROWS) four_sums(y + rows - FOUR_ROWS, w + (rows - FOUR_ROWS) * cols, q, cols), r = rows;
    for (; r < rows; r++) y[r] = mve_dot_i8(w + r * cols, q, cols);
}

/* Sums of an even number of rows of q: all of them with three rows of w before the next three, which come from flash. */
static void pair_sums(sum_word *y, size_t y_stride, const int8_t *w, const int8_t *q, size_t count, size_t rows, size_t cols) {
    for (size_t r = 0; r < rows; r += SIX_ROWS) {
        const size_t at = r + SIX_ROWS <= rows ? r : rows - SIX_ROWS;
        sum_word *out = y + at;
        const int8_t *x = q;
        for (size_t m = 0; m < count; m += 2, out += 2 * y_stride, x += 2 * cols) six_sums(out, y_stride, w + at * cols, x, cols);
    }
}

/* A row of sums becomes (float)sum * (qs * scale) + bias. */
static inline void scale_row(float *y, const float *scale, const float *bias, float qs, size_t rows) {
    if (bias)
        __asm__ volatile("dlstp.32 lr, %[n]\n"
                         "1: vldrw.32 q0, [%[y]]\n"
                         "vldrw.32 q1, [%[d]], #16\n"
                         "vcvt.f32.s32 q0, q0\n"
                         "vmul.f32 q1, q1, %[qs]\n"
                         "vmul.f32 q0, q0, q1\n"
                         "vldrw.32 q1, [%[b]], #16\n"
                         "vadd.f32 q0, q0, q1\n"
                         "vstrw.32 q0, [%[y]], #16\n"
                         "letp lr, 1b"
                         : [y] "+r"(y), [d] "+r"(scale), [b] "+r"(bias)
                         : [n] "r"(rows), [qs] "r"(qs)
                         : "lr", "q0", "q1", "memory");
    else
        __asm__ volatile("dlstp.32 lr, %[n]\n"
                         "1: vldrw.32 q0, [%[y]]\n"
                         "vldrw.32 q1, [%[d]], #16\n"
                         "vcvt.f32.s32 q0, q0\n"
                         "vmul.f32 q1, q1, %[qs]\n"
                         "vmul.f32 q0, q0, q1\n"
                         "vstrw.32 q0, [%[y]], #16\n"
                         "letp lr, 1b"
                         : [y] "+r"(y), [d] "+r"(scale)
                         : [n] "r"(rows), [qs] "r"(qs)
                         : "lr", "q0", "q1", "memory");
}

void mve_gemm_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int32_t *rowsum, const float *bias, const int8_t *q,
                 const float *qs, size_t count, size_t rows, size_t cols) {
    const size_t pairs = rows < SIX_ROWS ? 0 : count & ~(size_t)1;
    sum_word *sums = (sum_word *)(void *)y;
    if (rows == 0) return;
    if (pairs) pair_sums(sums, y_stride, w, q, pairs, rows, cols);
    for (size_t m = pairs; m < count; m++) row_sums(sums + m * y_stride, w, q + m * cols, rows, cols);
    mve_flags_clear();
    for (size_t m = 0; m < count; m++) scale_row(y + m * y_stride, scale, bias, qs[m], rows);
    if (mve_flags()) kernels_ref.gemm_i8(y, y_stride, w, scale, rowsum, bias, q, qs, count, rows, cols); /* scales that give a denormal */
}

void mve_scores_i8(float *y, size_t y_stride, const int8_t *w, const float *scale, const int8_t *q, const float *qs, size_t count, size_t rows,
                   size_t cols) {
    mve_gemm_i8(y, y_stride, w, scale, NULL, NULL, q, qs, count, rows, cols);
}
