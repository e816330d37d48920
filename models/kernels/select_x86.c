/* select_x86: CPUID tells the instructions, XGETBV whether the operating system saves the registers they use (Intel SDM vol. 1,
 * ch. 13 to 15). Asked directly, so that the library needs no support symbols of the compiler.
 */
#include "models/kernels/tables.h"
#include <cpuid.h>

enum { STATE_AVX = 0x06, STATE_AVX512 = 0xe6 }; /* XCR0: SSE and AVX; with the mask and the two upper parts of AVX-512 */

/* The bits of leaf 1 ECX, leaf 7 EBX and leaf 7 ECX */
enum { L1C_XSAVE = 1u << 27, L1C_AVX = 1u << 28, L1C_F16C = 1u << 29, L7B_AVX2 = 1u << 5, L7C_VNNI = 1u << 11 };
static const unsigned L7B_AVX512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; /* F, DQ, BW, VL */

static int always(void) {
    return 1;
}

/* Whether the OS saves every register state of `mask`; needs L1C_XSAVE. */
static int os_saves(unsigned mask) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & mask) == mask;
}

static int has_avx2(void) {
    const unsigned first = L1C_XSAVE | L1C_AVX | L1C_F16C;
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & first) != first || !os_saves(STATE_AVX)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & L7B_AVX2);
}

static int has_avx512vnni(void) {
    unsigned a, b, c, d;
    if (!has_avx2() || !os_saves(STATE_AVX512) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & L7B_AVX512) == L7B_AVX512 && (c & L7C_VNNI);
}

const kernel_choice kernel_choices[] = {
    {&kernels_ref, always},
    {&kernels_avx2, has_avx2},
    {&kernels_avx512vnni, has_avx512vnni},
    {NULL, NULL},
};
