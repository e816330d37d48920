/* pcm: int16 <-> float with one fixed rounding. float = int / 32768; int = round-half-even(float * 32768), saturated. */
#ifndef SOTTO_AUDIO_PCM_H
#define SOTTO_AUDIO_PCM_H
#include <stddef.h>
#include <stdint.h>

void pcm_to_float(float *out, const int16_t *in, size_t n);
void pcm_to_int16(int16_t *out, const float *in, size_t n); /* not a number -> 0; +-inf saturate */
/* In place: NaN and infinities -> 0, beyond -1..1 -> -1 or 1. Returns how many were replaced. */
size_t pcm_sanitize(float *samples, size_t n);

#endif
