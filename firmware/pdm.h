/* pdm: a microphone's one-bit stream at 1.024 MHz as 16 kHz PCM.
 *
 * A sinc filter of order 4 takes 16 bits to one number (64 kHz; its zeros lie on the multiples of 64 kHz, where what folds back comes from), a FIR
 * of PDM_TAPS low-passes at 7.2 kHz and keeps one in 4, a first-order high-pass at 20 Hz takes the microphone's offset. Integers only.
 */
#ifndef SOTTO_FIRMWARE_PDM_H
#define SOTTO_FIRMWARE_PDM_H
#include <stddef.h>
#include <stdint.h>

enum { PDM_BITS = 64, PDM_TAPS = 64 }; /* bits of a sample */

typedef struct pdm {
    uint32_t sum[4], last[4]; /* integrators and combs of the sinc; wrap, as they may */
    int32_t line[PDM_TAPS];   /* the newest at `at` */
    uint32_t at;
    int32_t offset; /* of the microphone, in 1/2^14 */
    int32_t gain;   /* 1: full scale of the bits is full scale of the samples */
} pdm;

void pdm_start(pdm *p, int32_t gain);
/* bits: 8 bytes a sample, the earliest bit is a byte's lowest, `stride` bytes from one byte to the next. */
void pdm_take(pdm *p, const uint8_t *bits, size_t stride, int16_t *pcm, size_t samples);

#endif
