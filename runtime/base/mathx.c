/* mathx: the inline cores as functions, the double-precision power and the float16 rounding.
 *
 * Why a power of its own: RoPE multiplies theta^(-2i/dim) by positions in the thousands, so an error of exp(y*log(x)) in
 * single precision would show. It runs at set-up only, in plain double multiplies and adds (IEEE 754, same bits everywhere).
 */
#include "runtime/base/mathx.h"
#include "runtime/base/mathx_inline.h"

float mathx_exp(float x) {
    return mathxi_exp(x);
}

float mathx_log(float x) {
    return x > 0.0f || x != x ? mathxi_log(x) : -87.336544f;
}

float mathx_sigmoid(float x) {
    return mathxi_sigmoid(x);
}

float mathx_tanh(float x) {
    return mathxi_tanh(x);
}

float mathx_silu(float x) {
    return mathxi_silu(x);
}

float mathx_gelu(float x) {
    return mathxi_gelu(x);
}

void mathx_sincos(float x, float *s, float *c) {
    mathxi_sincos(x, s, c);
}

void mathx_sincos_turn(uint32_t turn, float *s, float *c) {
    mathxi_sincos_turn(turn, s, c);
}

int32_t mathx_round_even(float x) {
    return mathxi_round_even(x);
}

float mathx_f16_to_f32(uint16_t h) {
    return mathxi_f16_to_f32(h);
}

/* log(x) of a normal float: e ln 2 + 2 atanh(t), t = (m-1)/(m+1), |t| <= 0.172; the series ends below 1e-14. */
static double log_wide(float x) {
    uint32_t u = mathxi_bits(x) - 0x3f3504f3u;
    double e = (double)((int32_t)u >> 23);
    double m = (double)mathxi_float((u & 0x007fffffu) + 0x3f3504f3u);
    double t = (m - 1.0) / (m + 1.0), t2 = t * t, sum = 0.0;
    for (int k = 17; k >= 1; k -= 2) sum = sum * t2 + 1.0 / (double)k;
    return e * 0.69314718055994530942 + 2.0 * t * sum;
}

/* exp(x) for |x| < 88: halves of ln 2 taken out, Taylor series to r^12 (|r| <= 0.35: below 1e-15). */
static double exp_wide(double x) {
    int32_t n = (int32_t)(x * 1.44269504088896340736 + (x < 0 ? -0.5 : 0.5));
    double r = x - (double)n * 0.69314718055994530942, p = 1.0;
    for (int k = 12; k >= 1; k--) p = 1.0 + p * r / (double)k;
    for (; n > 0; n--) p = p * 2.0;
    for (; n < 0; n++) p = p * 0.5;
    return p;
}

float mathx_powf(float base, float exponent) {
    double y = (double)exponent * log_wide(base);
    if (y > 88.72) return mathxi_float(0x7f800000u);
    if (y < -87.3) return 0.0f;
    return (float)exp_wide(y);
}

/* Drops `shift` bits of m, rounding to nearest, ties to even. */
static uint32_t drop_bits(uint32_t m, uint32_t shift) {
    uint32_t rest = m & ((1u << shift) - 1u), half = 1u << (shift - 1u), kept = m >> shift;
    return kept + (rest > half || (rest == half && (kept & 1u)));
}

uint16_t mathx_f32_to_f16(float x) {
    uint32_t u = mathxi_bits(x), sign = (u >> 16) & 0x8000u, magnitude = u & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u);  /* NaN */
    if (magnitude >= 0x47800000u) return (uint16_t)(sign | 0x7c00u); /* 65536 and above */
    if (magnitude >= 0x38800000u) return (uint16_t)(sign | drop_bits(magnitude - (112u << 23), 13));
    if (magnitude < 0x33000000u) return (uint16_t)sign; /* below half of 2^-24 */
    return (uint16_t)(sign | drop_bits((magnitude & 0x007fffffu) | 0x00800000u, 126u - (magnitude >> 23)));
}
