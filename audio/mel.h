/* mel: streaming log-mel energies, the front-end of recogniser, voice and vocoder (runtime/README.md has the definition).
 *
 *     power = |FFT_512(hann400 * samples[160 t .. 160 t + 400))|^2 ;  frame[b] = ln(max(sum_k weight[b][k] power[k], floor))
 *
 * Any chunking of the samples gives identical bits. Samples that are not numbers count as 0, beyond -1..1 as -1 or 1 (`bad` counts them).
 *
 *     while (n > 0) {
 *         uint32_t taken = mel_push(m, samples, n);
 *         samples += taken, n -= taken;
 *         while (mel_pull(m, frame)) ...
 *     }
 */
#ifndef SOTTO_AUDIO_MEL_H
#define SOTTO_AUDIO_MEL_H
#include "audio/stft.h"
#include "runtime/base/error.h"

typedef struct mel_config { /* the file's sotto.mel.* */
    uint32_t sample_rate, n_fft, win, hop, bands;
    float fmin, fmax; /* Hz */
    float floor;      /* least energy, > 0 */
} mel_config;

typedef struct mel {
    mel_config config;
    stft in;
    float *spectrum; /* [n_fft/2+1][2], then [n_fft/2+1] powers in its first half; scratch */
    float *weight;   /* [2 * (n_fft/2+1)] the bands' triangles one after another: a bin lies in two at most */
    uint16_t *first; /* [bands] first bin of a triangle */
    uint16_t *count; /* [bands] its bins; may be 0 */
    uint64_t frames; /* pulled since the reset */
    uint64_t bad;    /* samples replaced since the reset */
} mel;

void mel_config_default(mel_config *c);                      /* 16000, 512, 400, 160, 80, 20, 7600, 1e-7 */
int mel_config_check(const mel_config *c, sotto_error *err); /* 0, or ERR_MODEL naming the field and what was expected */
void mel_layout(mel *m, arena *a, const mel_config *c);      /* c must pass the check; copied */
void mel_reset(mel *m);
uint32_t mel_push(mel *m, const float *samples, uint32_t n); /* 16 kHz, -1..1; returns samples taken (until a frame is full) */
int mel_pull(mel *m, float *frame);                          /* frame [bands]; 1, or 0 when there is no whole frame (frame kept) */
int mel_finish(mel *m); /* end of the sound: zeros complete the last frame when some sample has been in none; 1 when there is a frame to pull */

#endif
