/* excitation: see the header. The sums are kernels->pulses. Three sine evaluations and one division and root a voiced sample; nothing but phase when unvoiced. */
#include "models/tts/excitation.h"
#include <string.h>

enum { SLICE = 64 }; /* phases on the stack */
static const uint32_t NOISE_SEED = 2463534242u;
static const float NOISE_SCALE = 1.7320508f / 2147483648.0f; /* uniform in +-sqrt(3): unit power */
static const float TURN = 4294967296.0f;

void excitation_reset(excitation *e) {
    e->turn = 0;
    e->noise = NOISE_SEED;
}

void excitation_pulses(excitation *e, const kernels *k, float *out, uint32_t n, excitation_point a, excitation_point b) {
    const kernel_pulses p = {{a.f0, b.f0}, {a.voiced, b.voiced}, 1.0f / (float)n, e->top};
    const float turns = TURN / e->rate;
    const int silent = a.voiced <= 0.0f && b.voiced <= 0.0f;
    uint32_t turn[SLICE];
    for (uint32_t from = 0; from < n; from += SLICE) {
        const uint32_t count = n - from < SLICE ? n - from : SLICE;
        for (uint32_t j = 0; j < count; j++) {
            e->turn += (uint32_t)((p.f0[0] + (p.f0[1] - p.f0[0]) * ((float)(from + j) * p.step)) * turns);
            turn[j] = e->turn;
        }
        if (silent)
            memset(out + from, 0, count * sizeof *out);
        else
            k->pulses(out + from, turn, &p, from, count);
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
