/* gain: fades and a peak limiter, streaming, on int16 as it goes to the device.
 *
 * Fades are raised-cosine ramps, sample-exact at any chunking: gain(i) = 1/2 - 1/2 cos(pi (i + 1/2) / length).
 */
#ifndef SOTTO_AUDIO_GAIN_H
#define SOTTO_AUDIO_GAIN_H
#include <stddef.h>
#include <stdint.h>

enum { GAIN_FADE_MS = 20 }; /* an interrupted reply is silent after this */

typedef struct fade {
    uint32_t length; /* samples of a whole fade, >= 1 */
    uint32_t at;     /* samples faded so far, 0..length */
    int out;         /* 1: to silence; 0: from silence */
} fade;

void fade_begin(fade *f, uint32_t length, int out);
/* In place on samples [n]; a fade-out that is through gives zeros, a fade-in that is through leaves the samples. */
void fade_run(fade *f, int16_t *samples, size_t n);
int fade_done(const fade *f);

/* Peak limiter without look-ahead: above `knee` (0..1) the curve bends smoothly and never passes 1, sample by sample, so no state:
 * y = x up to the knee, then knee + (1 - knee) tanh((|x| - knee) / (1 - knee)) with x's sign. In place. */
void gain_limit(float *samples, size_t n, float knee);

#endif
