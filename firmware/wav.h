/* wav: sound files over semihosting: reading and writing 16-bit mono PCM at 16 kHz, in blocks; other kinds are refused in a line. */
#ifndef SOTTO_FIRMWARE_WAV_H
#define SOTTO_FIRMWARE_WAV_H
#include <stddef.h>
#include <stdint.h>

enum { WAV_WHY = 256 };

typedef struct wav_in {
    int file;
    uint32_t left; /* bytes of sound not read yet */
} wav_in;

typedef struct wav_out {
    int file, failed;
    uint32_t samples;
} wav_out;

int wav_in_open(wav_in *w, const char *path, char *why);      /* 0, or -1 with one line in why [WAV_WHY] */
size_t wav_in_read(wav_in *w, int16_t *samples, size_t most); /* samples read; 0 at the end */
void wav_in_close(wav_in *w);
int wav_out_open(wav_out *w, const char *path, char *why);            /* 0 or -1 */
void wav_out_write(wav_out *w, const int16_t *samples, size_t count); /* a failure is told at the end */
int wav_out_close(wav_out *w);                                        /* header and end; 0, or -1 when not all was written */

#endif
