/* select_arm64: Linux tells the optional instructions in AT_HWCAP and AT_HWCAP2; NEON itself is part of AArch64. */
#include "models/kernels/tables.h"
#include <sys/auxv.h>

enum { HWCAP_BIT_ASIMDDP = 20, HWCAP2_BIT_I8MM = 13 }; /* dot products, int8 matrix products: uapi/asm/hwcap.h */

static int always(void) {
    return 1;
}

static int has_dot(void) {
    return (int)(getauxval(AT_HWCAP) >> HWCAP_BIT_ASIMDDP & 1);
}

static int has_i8mm(void) {
    return has_dot() && (int)(getauxval(AT_HWCAP2) >> HWCAP2_BIT_I8MM & 1);
}

const kernel_choice kernel_choices[] = {
    {&kernels_ref, always}, {&kernels_neon, always}, {&kernels_neon_dot, has_dot}, {&kernels_neon_i8mm, has_i8mm}, {NULL, NULL},
};
