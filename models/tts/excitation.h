/* excitation: what the vocoder's filters shape: a band-limited pulse train that follows f0, and white noise.
 *
 * Pulses are the cosines 1..K of one phase, K = top/f0 with the last faded in, by Dirichlet's closed sum
 *     sum_{k=1..n} cos(k p) = sin((n + 1/2) p) / (2 sin(p/2)) - 1/2
 * scaled to unit power. The phase is a uint32 fraction of a turn, so it never loses precision and reduces exactly.
 * The noise is uniform from a fixed xorshift32 (Marsaglia 2003), unit power: the same sound on every machine.
 */
#ifndef SOTTO_MODELS_TTS_EXCITATION_H
#define SOTTO_MODELS_TTS_EXCITATION_H
#include "models/kernels/kernels.h"

typedef struct excitation {
    float rate;     /* Hz */
    float top;      /* Hz, no harmonic above */
    uint32_t turn;  /* phase, 2^32 a turn */
    uint32_t noise; /* generator state, never 0 */
} excitation;

typedef struct excitation_point {
    float f0;     /* Hz, > 0 */
    float voiced; /* amplitude 0..1 */
} excitation_point;

void excitation_reset(excitation *e);
/* out [n]: pulses while f0 and amplitude run in straight lines from `a` (sample 0) towards `b` (sample n). */
void excitation_pulses(excitation *e, const kernels *k, float *out, uint32_t n, excitation_point a, excitation_point b);
/* out [n]: noise. */
void excitation_noise(excitation *e, float *out, uint32_t n);

#endif
