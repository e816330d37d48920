/* istft: streaming inverse of audio/stft.h: inverse FFT, the same Hann window again, overlap-add, divided by the summed squared window.
 *
 * Griffin & Lim 1984. The divisor is that of the steady state: D[i] = sum over k of window[i + k hop]^2, i < hop, the one the vocoder is trained with;
 * so the first and last win - hop samples of a stream, which fewer frames cover, are weighted by what is missing.
 */
#ifndef SOTTO_AUDIO_ISTFT_H
#define SOTTO_AUDIO_ISTFT_H
#include "audio/stft.h"

typedef struct istft {
    stft_config config; /* win - hop >= 0; every sample is covered: D > 0 */
    fft inverse;
    float *window; /* [win] periodic Hann */
    float *gain;   /* [hop] 1 / D */
    float *frame;  /* [n_fft] scratch */
    float *sum;    /* [win] overlap-add from sample hop*t of the next frame t */
    uint32_t tail; /* samples that istft_flush still has */
} istft;

int istft_config_ok(const stft_config *c);                   /* stft_config_ok and 2 hop <= win */
void istft_layout(istft *s, arena *a, const stft_config *c); /* c must be ok; copied */
void istft_reset(istft *s);
/* Frame t (re_im [n_fft/2+1][2], kept) in, finished samples [hop t, hop t + hop) out [hop]. */
void istft_push(istft *s, float *out, const float *re_im);
/* After the last frame: up to hop more samples of the remaining win - hop; returns how many (0: done). */
uint32_t istft_flush(istft *s, float *out);

#endif
