/* mathx: the elementary functions of the core, the same bits on every machine (law 3).
 *
 * Polynomials in plain float multiplies and adds in one fixed order, no fused operations, no tables from libm.
 * Relative error bounds are stated beside each and checked by tests/test_mathx.c against long double.
 */
#ifndef SOTTO_BASE_MATHX_H
#define SOTTO_BASE_MATHX_H
#include <stddef.h>
#include <stdint.h>

float mathx_exp(float x);                                  /* <= 2 ulp; x < -87.3 -> 0, x > 88.7 -> +inf */
float mathx_log(float x);                                  /* <= 2 ulp for x > 0 normal; x <= 0 -> -87.336544f */
float mathx_sigmoid(float x);                              /* 1/(1+exp(-x)) */
float mathx_tanh(float x);                                 /* abs error <= 2e-7 */
float mathx_silu(float x);                                 /* x*sigmoid(x), swish */
float mathx_gelu(float x);                                 /* tanh form of Hendrycks & Gimpel 2016 */
void mathx_sincos(float x, float *s, float *c);            /* |x| <= 8192: abs error <= 3e-7 */
void mathx_sincos_turn(uint32_t turn, float *s, float *c); /* angle = turn / 2^32 of a full circle: exact reduction */
float mathx_powf(float base, float exponent);              /* base > 0; double inside, <= 1 ulp; set-up only */
int32_t mathx_round_even(float x);                         /* nearest, ties to even; |x| < 2^22 */
float mathx_f16_to_f32(uint16_t h);
uint16_t mathx_f32_to_f16(float x); /* round to nearest even */

#endif
