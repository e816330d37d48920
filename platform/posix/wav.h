/* wav: sound files. Reading: any format, rate and channel count that libsndfile knows -> mono 16 kHz float, in blocks, so that a 10-hour file takes
 * no more memory than a short one. Writing: 16-bit mono WAV; a full disk is an error at write or at close, not silence.
 * "-" is stdin or stdout (read from a pipe: formats that need no seeking: WAV, AU, ...). */
#ifndef SOTTO_PLATFORM_WAV_H
#define SOTTO_PLATFORM_WAV_H
#include "platform/posix/resample.h"

enum { WAV_BLOCK = 4096 }; /* frames read at once */

typedef struct wav_reader {
    void *file;     /* SNDFILE */
    char name[256]; /* for messages */
    resampler rate;
    uint32_t file_rate, channels;
    uint64_t frames;   /* frames the header promises; 0 when it does not know */
    uint64_t taken;    /* frames read */
    uint64_t bad;      /* samples that were not numbers, replaced by 0, or beyond -1..1, limited */
    float *block;      /* [WAV_BLOCK x channels] as read */
    float *mono;       /* [WAV_BLOCK] mean of the channels */
    size_t have, used; /* frames in mono; of them given to the resampler */
    int cut;           /* the file is shorter than its header says */
    int ended;
    char damage[200]; /* why reading stopped; "" while it goes on */
    char format[64];  /* what the file is, e.g. "WAV, Signed 16 bit PCM" */
} wav_reader;

int wav_open(wav_reader *w, const char *path, uint32_t rate, platform_error *e);
/* Up to n samples at the asked rate, -1..1. Returns the count (fewer than n only at the end or before damage), -1 when reading failed. A damaged file
 * first gives all that came before the damage. */
long wav_read(wav_reader *w, float *out, size_t n, platform_error *e);
long wav_read_int16(wav_reader *w, int16_t *out, size_t n, platform_error *e);
double wav_seconds(const wav_reader *w); /* by the header; 0 when it does not say */
void wav_close(wav_reader *w);

typedef struct wav_writer {
    void *file;       /* FILE */
    char name[256];   /* for messages */
    uint64_t samples; /* written so far */
    uint32_t rate;
    int seekable; /* 0: a pipe; its header says "until the end" */
    int why;      /* errno of the first write that failed */
} wav_writer;

int wav_create(wav_writer *w, const char *path, uint32_t rate, platform_error *e);
int wav_write(wav_writer *w, const int16_t *samples, size_t n, platform_error *e);
int wav_finish(wav_writer *w, platform_error *e); /* header, flush, close; -1 when anything did not reach the disk. Once, also after a failed write */

#endif
