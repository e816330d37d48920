/* neon_dot: AArch64 with the dot product instructions (Armv8.2 DotProd: Cortex-A55, A75 and later). */
#include <arm_neon.h>

static inline int32x4_t dot16(int32x4_t sum, int8x16_t a, int8x16_t b) {
    return vdotq_s32(sum, a, b);
}

#include "models/kernels/neon_body.h"

const kernels kernels_neon_dot = NEON_TABLE("neon_dot");
