/* pcm: see pcm.h. */
#include "audio/pcm.h"
#include "runtime/base/mathx.h"

void pcm_to_float(float *out, const int16_t *in, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (float)in[i] * (1.0f / 32768.0f);
}

void pcm_to_int16(int16_t *out, const float *in, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float x = in[i] * 32768.0f;
        if (!(x == x)) x = 0.0f; /* only NaN differs from itself */
        if (x > 32767.0f) x = 32767.0f;
        if (x < -32768.0f) x = -32768.0f;
        out[i] = (int16_t)mathx_round_even(x);
    }
}

size_t pcm_sanitize(float *samples, size_t n) {
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        float x = samples[i];
        if (x >= -1.0f && x <= 1.0f) continue; /* false for NaN */
        bad++;
        if (x - x != 0.0f || x != x) x = 0.0f; /* inf - inf and NaN - NaN are NaN */
        samples[i] = x > 1.0f ? 1.0f : x < -1.0f ? -1.0f : x;
    }
    return bad;
}
