/* gain: see gain.h. */
#include "audio/gain.h"
#include "runtime/base/mathx.h"

void fade_begin(fade *f, uint32_t length, int out) {
    f->length = length > 0 ? length : 1;
    f->at = 0;
    f->out = out;
}

/* Raised cosine from 0 to 1 at step `at` of `length`. */
static float rise(uint32_t at, uint32_t length) {
    float s, c;
    uint64_t turn = (((uint64_t)2 * at + 1) << 31) / (2 * (uint64_t)length); /* pi (at + 1/2) / length of a circle of 2^32 */
    mathx_sincos_turn((uint32_t)turn, &s, &c);
    return 0.5f - 0.5f * c;
}

void fade_run(fade *f, int16_t *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (f->at >= f->length) {
            if (!f->out) return;
            samples[i] = 0;
            continue;
        }
        float g = rise(f->at++, f->length);
        samples[i] = (int16_t)mathx_round_even((float)samples[i] * (f->out ? 1.0f - g : g));
    }
}

int fade_done(const fade *f) {
    return f->at >= f->length;
}

void gain_limit(float *samples, size_t n, float knee) {
    float span = 1.0f - knee;
    for (size_t i = 0; i < n; i++) {
        float x = samples[i], size = x < 0 ? -x : x;
        if (!(size > knee)) continue;
        size = knee + span * mathx_tanh((size - knee) / span);
        samples[i] = x < 0 ? -size : size;
    }
}
