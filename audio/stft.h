/* stft: streaming analysis. Frame t is the periodic Hann window over samples [hop t, hop t + win), zero-padded to n_fft.
 *
 * Push what you have, pull while there is a frame; any chunking gives the same bits:
 *
 *     while (n > 0) {
 *         uint32_t taken = stft_push(s, samples, n);
 *         samples += taken, n -= taken;
 *         while (stft_pull(s, spectrum)) ...
 *     }
 */
#ifndef SOTTO_AUDIO_STFT_H
#define SOTTO_AUDIO_STFT_H
#include "audio/fft.h"

typedef struct stft_config {
    uint32_t n_fft, win, hop; /* samples; hop <= win <= n_fft, fft_size_ok(n_fft) */
} stft_config;

typedef struct stft {
    stft_config config;
    fft forward;
    float *window;   /* [win] periodic Hann */
    float *samples;  /* [win] from sample hop*t of the next frame t */
    float *padded;   /* [n_fft] windowed frame, zero beyond win; scratch */
    uint32_t filled; /* samples waiting, 0..win */
    uint32_t fresh;  /* the last `fresh` of them have been in no frame yet */
} stft;

int stft_config_ok(const stft_config *c);                  /* 1 when the sizes above hold */
void stft_window(float *window, uint32_t n);               /* periodic Hann, [n] */
void stft_layout(stft *s, arena *a, const stft_config *c); /* c must be ok; copied */
void stft_reset(stft *s);
uint32_t stft_push(stft *s, const float *samples, uint32_t n); /* returns samples taken (until a frame is full) */
int stft_pull(stft *s, float *spectrum);                       /* spectrum [n_fft/2+1][2]; 1, or 0 when there is no whole frame (spectrum kept) */
int stft_finish(stft *s); /* fills the last frame with zeros when some sample has been in no frame; 1 when that made a frame to pull */

#endif
