/* helium: the kernel table of Cortex-M55 and M85 (MVE). What it holds is in helium_gemm.c, helium_blocks.c (int8), helium_float.c and
 * helium_sound.c; how vectors that flush denormals give the reference's bits, in helium.h.
 */
#include "models/kernels/helium.h"
#include "models/kernels/vec.h"

const kernels kernels_helium = {
    .name = "helium",
    .quantize = mve_quantize,
    .gemm_i8 = mve_gemm_i8,
    .gemm_q8_0 = mve_gemm_q8_0,
    .gemm_q4_0 = mve_gemm_q4_0,
    .dot_i8 = mve_dot_i8,
    .dot_f32 = mve_dot_f32,
    .sum_f32 = mve_sum_f32,
    .axpy_f32 = mve_axpy_f32,
    .axpy_i8 = mve_axpy_i8,
    .dot_f32_i8 = mve_dot_f32_i8,
    .silu = mve_silu,
    .exp_f32 = mve_exp_f32,
    .mul_f32 = mve_mul_f32,
    .widen_f16 = vec_widen_f16,
    .scores_i8 = mve_scores_i8,
    .scores_f32 = mve_scores_f32,
    .exp_down = mve_exp_down,
    .mix_i8 = mve_mix_i8,
    .mix_f32 = mve_mix_f32,
    .layernorm = mve_layernorm,
    .taps_f32 = mve_taps_f32,
    .filter = mve_filter,
    .pulses = mve_pulses,
};
