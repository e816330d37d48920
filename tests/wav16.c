/* wav16: any sound file that the command reads as the 16-bit mono WAV at 16 kHz that the firmware reads, sample for sample what the command hears.
 * usage: wav16 IN OUT */
#include "platform/posix/wav.h"
#include <stdio.h>

static int fail(const platform_error *e) {
    fprintf(stderr, "wav16: %s\n", e->text);
    return 1;
}

int main(int argc, char **argv) {
    static int16_t pcm[WAV_BLOCK];
    wav_reader in;
    wav_writer out;
    platform_error e;
    long n;
    if (argc != 3) return fprintf(stderr, "usage: wav16 IN OUT\n"), 2;
    if (wav_open(&in, argv[1], 16000, &e) != 0 || wav_create(&out, argv[2], 16000, &e) != 0) return fail(&e);
    while ((n = wav_read_int16(&in, pcm, WAV_BLOCK, &e)) > 0) {
        if (wav_write(&out, pcm, (size_t)n, &e) != 0) return fail(&e);
    }
    wav_close(&in);
    return n < 0 || wav_finish(&out, &e) != 0 ? fail(&e) : 0;
}
