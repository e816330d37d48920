/* mathx against long double: the stated bound of each function holds over its range, and the edges are as documented. */
#include "runtime/base/mathx.h"
#include "runtime/base/mathx_inline.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

/* Distance of a from the true value b in units of b's last place. */
static double ulps(float a, long double b) {
    int e;
    if (b == 0) return a == 0 ? 0 : 1e9;
    frexpl(b, &e);
    return (double)fabsl(((long double)a - b) / ldexpl(1, e - 24));
}

static void exp_is_within_2_ulp(void **state) {
    (void)state;
    double worst = 0;
    for (float x = -87.29f; x < 88.7f; x += 0.0011f) worst = fmax(worst, ulps(mathx_exp(x), expl(x)));
    assert_true(worst <= 2.0);
    assert_true(mathx_exp(0) == 1.0f && mathx_exp(-88) == 0.0f && mathx_exp(-INFINITY) == 0.0f);
    assert_true(isinf(mathx_exp(89)) && isinf(mathx_exp(INFINITY)) && isnan(mathx_exp(NAN)));
    for (float x = -87.3f; x < 88.7f; x += 0.01f) assert_true(mathx_exp(x) >= 1.17549435e-38f && mathx_exp(x) <= mathx_exp(x + 0.01f));
}

static void log_is_within_2_ulp(void **state) {
    (void)state;
    double worst = 0;
    for (float x = 1.2e-38f; x < 3e38f; x *= 1.0003f) worst = fmax(worst, ulps(mathx_log(x), logl(x)));
    for (float x = 0.5f; x < 2.0f; x += 3e-6f) worst = fmax(worst, ulps(mathx_log(x), logl(x)));
    assert_true(worst <= 2.0);
    assert_true(mathx_log(1) == 0.0f && mathx_log(0) == -87.336544f && mathx_log(-3) == -87.336544f);
    assert_true(isinf(mathx_log(INFINITY)) && isnan(mathx_log(NAN)));
}

static void tanh_and_sigmoid_hold(void **state) {
    (void)state;
    double t = 0, s = 0;
    for (float x = -30; x < 30; x += 1.7e-4f) {
        t = fmax(t, fabs(mathx_tanh(x) - tanh(x)));
        s = fmax(s, fabs(mathx_sigmoid(x) - 1 / (1 + exp(-x))));
        assert_true(mathx_tanh(-x) == -mathx_tanh(x));
        assert_true(mathx_silu(x) == x * mathx_sigmoid(x));
    }
    assert_true(t <= 2e-7 && s <= 2e-7);
    assert_true(mathx_tanh(INFINITY) == 1.0f && mathx_tanh(-INFINITY) == -1.0f && mathx_sigmoid(-200) == 0.0f && mathx_sigmoid(200) == 1.0f);
}

static void gelu_is_the_tanh_form(void **state) {
    (void)state;
    for (float x = -12; x < 12; x += 1e-3f) {
        double want = 0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * (double)x * x * x)));
        assert_true(fabs(mathx_gelu(x) - want) <= 1e-6);
    }
}

static void sincos_holds_to_8192(void **state) {
    (void)state;
    double worst = 0;
    for (float x = -8192; x <= 8192; x += 0.00731f) {
        float s, c;
        mathx_sincos(x, &s, &c);
        worst = fmax(worst, fmax(fabs(s - sin(x)), fabs(c - cos(x))));
    }
    assert_true(worst <= 3e-7);
}

static void sincos_of_turns_is_exact_at_quarters(void **state) {
    (void)state;
    static const float want[4][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
    double worst = 0;
    for (uint32_t q = 0; q < 4; q++) {
        float s, c;
        mathx_sincos_turn(q << 30, &s, &c);
        assert_true(s == want[q][0] && c == want[q][1]);
    }
    for (uint64_t t = 0; t < (uint64_t)1 << 32; t += 65521) {
        float s, c;
        mathx_sincos_turn((uint32_t)t, &s, &c);
        double a = (double)t * (6.283185307179586 / 4294967296.0);
        worst = fmax(worst, fmax(fabs(s - sin(a)), fabs(c - cos(a))));
    }
    assert_true(worst <= 3e-7);
}

static void power_is_within_1_ulp(void **state) {
    (void)state;
    static const float bases[] = {10000.0f, 500000.0f, 1e6f, 2.0f, 0.3f, 1.0001f};
    double worst = 0;
    for (size_t b = 0; b < 6; b++)
        for (int i = -64; i <= 64; i++) worst = fmax(worst, ulps(mathx_powf(bases[b], (float)i / 64.0f), powl(bases[b], i / 64.0L)));
    assert_true(worst <= 1.0);
}

static void rounding_ties_to_even(void **state) {
    (void)state;
    for (int i = -4000; i <= 4000; i++) assert_int_equal(mathx_round_even((float)i / 4.0f), (int)nearbyintf((float)i / 4.0f));
}

/* The value of a half float, spelled out from its definition. */
static float half_value(uint16_t h) {
    int e = h >> 10 & 31, m = h & 1023;
    float v = e == 31 ? (m ? NAN : INFINITY) : e ? ldexpf((float)(1024 + m), e - 25) : ldexpf((float)m, -24);
    return h & 0x8000 ? -v : v;
}

static void halves_convert_both_ways(void **state) {
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        float want = half_value((uint16_t)h), got = mathx_f16_to_f32((uint16_t)h);
        if (isnan(want))
            assert_true(isnan(got));
        else
            assert_true(memcmp(&want, &got, 4) == 0 && mathx_f32_to_f16(got) == h);
    }
    for (uint32_t h = 0; h < 0x7bff; h++) { /* midpoints go to the even neighbour, just beside them to the nearer one */
        float low = half_value((uint16_t)h), high = half_value((uint16_t)(h + 1)), mid = low + (high - low) / 2;
        assert_int_equal(mathx_f32_to_f16(mid), h + (h & 1));
        assert_int_equal(mathx_f32_to_f16(nextafterf(mid, 0)), h);
        assert_int_equal(mathx_f32_to_f16(nextafterf(mid, 1e9f)), h + 1);
    }
    assert_int_equal(mathx_f32_to_f16(65519.0f), 0x7bff);
    assert_int_equal(mathx_f32_to_f16(65520.0f), 0x7c00);
    assert_int_equal(mathx_f32_to_f16(NAN) & 0x7c00, 0x7c00);
}

/* A loop over the inline core gives the bits of the function call, whatever the compiler makes of the loop. */
static void inlined_loops_give_the_same_bits(void **state) {
    (void)state;
    enum { N = 1000 };
    float x[N], e[N], s[N];
    for (int i = 0; i < N; i++) x[i] = (float)(i - 500) * 0.173f;
    for (int i = 0; i < N; i++) e[i] = mathxi_exp(x[i]);
    for (int i = 0; i < N; i++) s[i] = mathxi_silu(x[i]);
    for (int i = 0; i < N; i++) {
        float a = mathx_exp(x[i]), b = mathx_silu(x[i]);
        assert_memory_equal(&a, &e[i], 4);
        assert_memory_equal(&b, &s[i], 4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_2_ulp),      cmocka_unit_test(log_is_within_2_ulp),
        cmocka_unit_test(tanh_and_sigmoid_hold),    cmocka_unit_test(gelu_is_the_tanh_form),
        cmocka_unit_test(sincos_holds_to_8192),     cmocka_unit_test(sincos_of_turns_is_exact_at_quarters),
        cmocka_unit_test(power_is_within_1_ulp),    cmocka_unit_test(rounding_ties_to_even),
        cmocka_unit_test(halves_convert_both_ways), cmocka_unit_test(inlined_loops_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
