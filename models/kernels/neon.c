/* neon: any AArch64 (Cortex-A53 and up): products in 16 bits, which hold even -128 * -128, added in pairs to 32. */
#include <arm_neon.h>

static inline int32x4_t dot16(int32x4_t sum, int8x16_t a, int8x16_t b) {
    return vpadalq_s16(vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b))), vmull_high_s8(a, b));
}

#include "models/kernels/neon_body.h"

const kernels kernels_neon = NEON_TABLE("neon");
