/* mathx_inline: the cores of mathx as branch-free inline functions, so that a loop over them vectorises and still
 * gives the bits of the scalar call (law 3): the same multiplies and adds in the same order, selections instead of branches,
 * no denormal on the way (Helium flushes them to zero).
 *
 * Formulas: Cody & Waite argument reduction and the minimax polynomials of the Cephes library (Moshier 1992).
 */
#ifndef SOTTO_BASE_MATHX_INLINE_H
#define SOTTO_BASE_MATHX_INLINE_H
#include <stdint.h>
#include <string.h>

static inline uint32_t mathxi_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float mathxi_float(uint32_t u) {
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* Adding 1.5*2^23 leaves a float no fraction bits: the addition itself rounds half to even, |x| < 2^22. */
#define MATHXI_ROUND 12582912.0f

static inline int32_t mathxi_round_even(float x) {
    return (int32_t)(mathxi_bits(x + MATHXI_ROUND) - mathxi_bits(MATHXI_ROUND));
}

/* exp(x) = 2^n * exp(r), n = round(x / ln 2), |r| <= ln2/2. 2^n goes in as two factors, so that n = 128 does not overflow early. */
static inline float mathxi_exp(float x) {
    float low = x < -87.3f ? -87.3f : x;
    float in = low > 88.75f ? 88.75f : low; /* NaN passes both */
    float shifted = in * 1.44269504f + MATHXI_ROUND;
    float n = shifted - MATHXI_ROUND;
    uint32_t whole = mathxi_bits(shifted) - mathxi_bits(MATHXI_ROUND) + 256u; /* n + 256, positive */
    uint32_t half = whole >> 1;
    float r = (in - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * (r * r) + r) + 1.0f;
    float y = p * mathxi_float((half - 1u) << 23) * mathxi_float((whole - half - 1u) << 23);
    return x < -87.3f ? 0.0f : y;
}

/* log(x) = e ln 2 + log(1+f), the mantissa brought to [sqrt(1/2), sqrt(2)). */
static inline float mathxi_log(float x) {
    float in = x < 1.17549435e-38f ? 1.17549435e-38f : x;
    uint32_t u = mathxi_bits(in) - 0x3f3504f3u; /* distance from sqrt(1/2) */
    float e = (float)((int32_t)u >> 23);
    float f = mathxi_float((u & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    float f2 = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    float y = (p * f) * f2 - e * 2.12194440e-4f;
    y = (f + (y - 0.5f * f2)) + e * 0.693359375f;
    return in <= 3.4028234e38f ? y : in; /* +inf and NaN stay what they are */
}

static inline float mathxi_sigmoid(float x) {
    return 1.0f / (1.0f + mathxi_exp(-x));
}

static inline float mathxi_silu(float x) {
    return x * mathxi_sigmoid(x);
}

/* Odd polynomial below 0.625, 1 - 2/(exp(2|x|)+1) above. */
static inline float mathxi_tanh(float x) {
    uint32_t sign = mathxi_bits(x) & 0x80000000u;
    float a = mathxi_float(mathxi_bits(x) & 0x7fffffffu);
    float far = 1.0f - 2.0f / (mathxi_exp(a + a) + 1.0f);
    float z = a * a;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float near = (p * z) * a + a;
    float y = a < 0.625f ? near : far;
    return mathxi_float(mathxi_bits(y) | sign);
}

static inline float mathxi_gelu(float x) {
    float inner = 0.797884561f * (x + 0.044715f * (x * x * x));
    return 0.5f * x * (1.0f + mathxi_tanh(inner));
}

/* sin and cos of |r| <= pi/4, then turned by `quadrant` quarter circles. */
static inline void mathxi_sincos_quadrant(float r, uint32_t quadrant, float *s, float *c) {
    float z = r * r;
    float sp = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * r + r;
    float cp = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * (z * z) - 0.5f * z + 1.0f;
    float a = (quadrant & 1u) ? cp : sp;
    float b = (quadrant & 1u) ? sp : cp;
    *s = mathxi_float(mathxi_bits(a) ^ ((quadrant & 2u) << 30));
    *c = mathxi_float(mathxi_bits(b) ^ (((quadrant + 1u) & 2u) << 30));
}

static inline void mathxi_sincos(float x, float *s, float *c) {
    float shifted = x * 0.636619772f + MATHXI_ROUND;
    float n = shifted - MATHXI_ROUND;
    float r = ((x - n * 1.5703125f) - n * 4.837512969970703e-4f) - n * 7.54978995489188e-8f;
    mathxi_sincos_quadrant(r, mathxi_bits(shifted), s, c); /* low bits of the rounded sum are n modulo 4 */
}

static inline void mathxi_sincos_turn(uint32_t turn, float *s, float *c) {
    uint32_t quadrant = (turn + 0x20000000u) >> 30;
    int32_t rest = (int32_t)(turn - (quadrant << 30));
    mathxi_sincos_quadrant((float)rest * 1.46291807926716e-9f, quadrant, s, c); /* 2 pi / 2^32 */
}

static inline float mathxi_f16_to_f32(uint16_t h) {
    uint32_t magnitude = h & 0x7fffu;
    float normal = mathxi_float((magnitude << 13) + (112u << 23));
    float special = mathxi_float((magnitude << 13) | 0x7f800000u);
    float tiny = mathxi_float(magnitude | (126u << 23)) - 0.5f; /* 0.5 has ulp 2^-24, the step of f16 denormals is 2^-24 */
    float y = magnitude < 0x0400u ? tiny : magnitude < 0x7c00u ? normal : special;
    return mathxi_float(mathxi_bits(y) | ((uint32_t)(h & 0x8000u) << 16));
}

#endif
