/* m55_count: instructions of the Helium kernels and of the reference, per product or value, on the emulated Cortex-M55.
 *
 * Under `qemu -icount shift=0` an instruction takes one virtual nanosecond and SysTick counts the board's 32 MHz, so a tick is
 * 31.25 instructions. Instructions, not cycles: QEMU knows no pipeline; on the core a vector instruction takes about 2 cycles.
 */
#include "models/kernels/kernels.h"
#include <stdint.h>
#include <stdio.h>

enum { ROWS = 192, COLS = 192, TIMES = 4 };

static volatile uint32_t *const systick = (volatile uint32_t *)0xe000e010; /* control, reload, value */
static int8_t w[ROWS * COLS], q[COLS];
static uint8_t blocks[ROWS * COLS / KERNEL_QBLOCK * KERNEL_Q8_0_BYTES];
static float x[COLS], y[ROWS], scale[ROWS], qs = 0.01f;
static volatile float sink;
static int32_t rowsum[ROWS];

static void run(const kernels *k, int what) {
    switch (what) {
    case 0:
        k->gemm_i8(y, ROWS, w, scale, rowsum, scale, q, &qs, 1, ROWS, COLS);
        break;
    case 1:
        k->gemm_q8_0(y, ROWS, blocks, q, &qs, 1, ROWS, COLS);
        break;
    case 2:
        k->gemm_q4_0(y, ROWS, blocks, q, &qs, 1, ROWS, COLS);
        break;
    case 3:
        sink = k->quantize(q, x, COLS);
        break;
    case 4:
        sink = k->dot_f32(x, x, COLS);
        break;
    case 5:
        sink = k->dot_f32_i8(x, w, COLS);
        break;
    case 6:
        k->axpy_f32(y, 0.5f, x, COLS);
        break;
    case 7:
        k->axpy_i8(y, 0.5f, w, COLS);
        break;
    case 8:
        k->silu(y, COLS);
        break;
    default:
        k->exp_f32(y, COLS);
        break;
    }
}

static uint32_t ticks_of(const kernels *k, int what) {
    systick[1] = 0xffffff;
    systick[2] = 0;
    systick[0] = 5;
    uint32_t start = systick[2];
    for (int i = 0; i < TIMES; i++) run(k, what);
    return (start - systick[2]) & 0xffffff;
}

int main(void) {
    static const char *const names[] = {"gemm_i8",    "gemm_q8_0", "gemm_q4_0", "quantize", "dot_f32",
                                        "dot_f32_i8", "axpy_f32",  "axpy_i8",   "silu",     "exp_f32"};
    const kernels *k;
    for (size_t i = 0; i < sizeof w; i++) w[i] = (int8_t)(i * 37 % 255 - 127);
    for (size_t i = 0; i < sizeof blocks; i++) blocks[i] = i % 2 ? 0x1c : (uint8_t)(i * 29);
    for (size_t i = 0; i < COLS; i++) x[i] = (float)i * 0.25f - 20.0f, scale[i] = 0.01f;
    for (size_t i = 0; (k = kernels_list(i, NULL)) != NULL; i++)
        for (int what = 0; what < 10; what++) {
            uint32_t work = TIMES * COLS * (what < 3 ? ROWS : 1), milli = (uint32_t)(31250ull * ticks_of(k, what) / work);
            printf("%-8s %-10s %u.%03u instructions a value\n", k->name, names[what], (unsigned)(milli / 1000), (unsigned)(milli % 1000));
        }
    return 0;
}
