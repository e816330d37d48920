/* excitation: see the header. Three sine evaluations and one division and root a voiced sample; nothing but phase when unvoiced. */
#include "models/tts/excitation.h"
#include "runtime/base/mathx.h"
#include <math.h>

static const uint32_t NOISE_SEED = 2463534242u;
static const float NOISE_SCALE = 1.7320508f / 2147483648.0f; /* uniform in +-sqrt(3): unit power */
static const float NEAR_ZERO = 1e-4f;                        /* |sin(p/2)| under which the sum is K itself */
static const float TURN = 4294967296.0f;

void excitation_reset(excitation *e) {
    e->turn = 0;
    e->noise = NOISE_SEED;
}

/* One sample of the pulse train at phase `turn`, amplitude 1. */
static float pulse(uint32_t turn, float harmonics) {
    float low, high, last, unused;
    const uint32_t whole = (uint32_t)harmonics, half = turn >> 1;
    mathx_sincos_turn(half, &low, &unused);
    mathx_sincos_turn((2 * whole + 1) * half, &high, &unused);
    mathx_sincos_turn((whole + 1) * turn, &unused, &last);
    float sum = fabsf(low) < NEAR_ZERO ? (float)whole : high / (2.0f * low) - 0.5f;
    return (sum + (harmonics - (float)whole) * last) * sqrtf(2.0f / harmonics);
}

void excitation_pulses(excitation *e, float *out, uint32_t n, excitation_point a, excitation_point b) {
    const float step = 1.0f / (float)n, turns = TURN / e->rate;
    const int silent = a.voiced <= 0.0f && b.voiced <= 0.0f;
    for (uint32_t j = 0; j < n; j++) {
        const float u = (float)j * step, f0 = a.f0 + (b.f0 - a.f0) * u;
        e->turn += (uint32_t)(f0 * turns);
        out[j] = silent ? 0.0f : pulse(e->turn, e->top / f0) * (a.voiced + (b.voiced - a.voiced) * u);
    }
}

void excitation_noise(excitation *e, float *out, uint32_t n) {
    for (uint32_t j = 0; j < n; j++) {
        uint32_t x = e->noise;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        e->noise = x;
        out[j] = (float)(int32_t)x * NOISE_SCALE;
    }
}
