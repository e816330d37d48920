/* select_arm32: Linux tells in AT_HWCAP whether an ARMv7-A core has NEON, which some were made without. */
#include "models/kernels/tables.h"
#include <sys/auxv.h>

enum { HWCAP_BIT_NEON = 12 }; /* uapi/asm/hwcap.h of 32-bit arm */

static int always(void) {
    return 1;
}

static int has_neon(void) {
    return (int)(getauxval(AT_HWCAP) >> HWCAP_BIT_NEON & 1);
}

const kernel_choice kernel_choices[] = {
    {&kernels_ref, always},
    {&kernels_neon32, has_neon},
    {NULL, NULL},
};
