/* pdm: see pdm.h. */
#include "firmware/pdm.h"

/* Windowed sinc: 2 x 7.2/64 sinc(2 x 7.2/64 (n - 31.5)) under a Kaiser window of 7, scaled to a sum of 2^15; symmetric, so half of it. */
static const int16_t TAP[PDM_TAPS / 2] = {-1,   2,    6,   10,  9,   -3,  -22, -40,  -42,  -13,   42,    102, 127,  81,   -39,  -191,
                                          -292, -256, -49, 273, 559, 623, 340, -262, -960, -1386, -1165, -85, 1772, 4009, 6022, 7213};

void pdm_start(pdm *p, int32_t gain) {
    *p = (pdm){.gain = gain};
}

/* 16 bits through the integrators, then the combs: -2^16 .. 2^16. */
static int32_t sinc(pdm *p, uint32_t bits) {
    for (int i = 0; i < 16; i++, bits >>= 1) {
        p->sum[0] += (bits & 1 ? 1u : ~0u);
        p->sum[1] += p->sum[0];
        p->sum[2] += p->sum[1];
        p->sum[3] += p->sum[2];
    }
    uint32_t v = p->sum[3];
    for (int i = 0; i < 4; i++) {
        uint32_t d = v - p->last[i];
        p->last[i] = v;
        v = d;
    }
    return (int32_t)v;
}

/* -2^16 .. 2^16, over the last PDM_TAPS numbers. */
static int32_t low_pass(const pdm *p) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < PDM_TAPS / 2; i++) {
        int64_t pair = (int64_t)p->line[(p->at - i) % PDM_TAPS] + p->line[(p->at + 1 + i) % PDM_TAPS];
        sum += pair * TAP[i];
    }
    return (int32_t)(sum >> 15);
}

static int16_t level(pdm *p, int32_t v) {
    int64_t x = (int64_t)v * 16384 - p->offset;
    p->offset += (int32_t)(x >> 7); /* 16 kHz / 2^7 / 2 pi: 20 Hz */
    x = (x >> 15) * p->gain;
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

void pdm_take(pdm *p, const uint8_t *bits, size_t stride, int16_t *pcm, size_t samples) {
    for (size_t i = 0; i < samples; i++) {
        for (int part = 0; part < 4; part++, bits += 2 * stride) {
            p->at = (p->at + 1) % PDM_TAPS;
            p->line[p->at] = sinc(p, bits[0] | (uint32_t)bits[stride] << 8);
        }
        pcm[i] = level(p, low_pass(p));
    }
}
