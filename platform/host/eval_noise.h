/* eval_noise: speech in noise, the same every time. A sound's noise is drawn by a hash of its file name: which recording, from which sample. All SNRs of
 * a sound use the same stretch of the same noise, so that rows of a table differ in nothing but the level.
 *
 * SNR = 10 log10(mean power of the speech where it is active / mean power of the noise). Active are the 20 ms frames within 30 dB of the level that
 * 95 % of the frames stay below. A sum beyond full scale is scaled down whole.
 * Babble: six other clips of the manifest (other speakers where it names them), at equal active level, each without its pauses (frames over 100 ms from an
 * active one), so that all six talk all the time, and repeated to the length needed.
 */
#ifndef SOTTO_HOST_EVAL_NOISE_H
#define SOTTO_HOST_EVAL_NOISE_H
#include "platform/platform.h"

enum { BABBLE_VOICES = 6, NOISE_SECONDS = 120 };

typedef struct clip { /* 16 kHz mono */
    int16_t *pcm;
    size_t n; /* samples */
} clip;

typedef struct noise_bank {
    clip *at; /* [count], by file name; at most NOISE_SECONDS of each */
    uint32_t count;
} noise_bank;

/* most 0: all of it, and damage is an error; else up to that many samples, or up to the damage. */
int clip_read(clip *c, const char *path, size_t most, platform_error *e);
void clip_free(clip *c);
/* A sound file, or all sound files of a folder. -1 with the reason. */
int noise_open(noise_bank *b, const char *path, platform_error *e);
void noise_close(noise_bank *b);

uint64_t noise_seed(const char *name); /* FNV-1a */
uint64_t noise_next(uint64_t *state);  /* splitmix64 */
float noise_active_power(const int16_t *pcm, size_t n);
/* Takes a clip's pauses out, in place. */
void noise_squeeze(clip *c);
/* n samples of the bank's noise for this name. */
void noise_fill(const noise_bank *b, const char *name, float *out, size_t n);
/* Adds a clip, repeated from sample `from`, at unit active power. */
void noise_add_voice(float *out, size_t n, const clip *voice, size_t from);
/* out = speech + noise at the SNR in dB. */
void noise_mix(int16_t *out, const clip *speech, const float *noise, double snr);

#endif
