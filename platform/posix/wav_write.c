/* wav_write: the writer of wav.h. A canonical 44-byte header; its two lengths are set at the end, or stay at their largest on a pipe.
 * Written here and not by libsndfile, whose close does not tell whether the header and the last bytes reached the disk. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/wav.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 44 };
static const uint64_t MOST = (0xFFFFFFFFu - HEADER) / 2; /* samples: lengths are 32-bit */

static int failed(const wav_writer *w, platform_error *e, int why) {
    return platform_fail(e, "%s: cannot write after %.2f s: %s", w->name, (double)w->samples / w->rate, strerror(why));
}

static void put(uint8_t *to, uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static int put_header(wav_writer *w, uint32_t data_bytes) {
    uint8_t h[HEADER];
    memcpy(h, "RIFF____WAVEfmt ____________________data", 40);
    put(h + 4, data_bytes > 0xFFFFFFFFu - 36 ? 0xFFFFFFFFu : data_bytes + 36, 4);
    put(h + 16, 16, 4);
    put(h + 20, 1, 2); /* PCM */
    put(h + 22, 1, 2); /* channel */
    put(h + 24, w->rate, 4);
    put(h + 28, 2 * w->rate, 4);
    put(h + 32, 2, 2);
    put(h + 34, 16, 2);
    put(h + 40, data_bytes, 4);
    return fwrite(h, 1, HEADER, w->file) == HEADER ? 0 : -1;
}

int wav_create(wav_writer *w, const char *path, uint32_t rate, platform_error *e) {
    memset(w, 0, sizeof *w);
    int standard = strcmp(path, "-") == 0;
    snprintf(w->name, sizeof w->name, "%s", standard ? "standard output" : path);
    w->rate = rate;
    FILE *f = standard ? fdopen(dup(1), "wb") : fopen(path, "wb");
    if (f == NULL) return platform_fail(e, "%s: cannot be written: %s", w->name, strerror(errno));
    struct stat s;
    w->file = f;
    w->seekable = fstat(fileno(f), &s) == 0 && S_ISREG(s.st_mode);
    if (put_header(w, 0xFFFFFFFFu) == 0 && fflush(f) == 0) return 0;
    int why = errno;
    fclose(f);
    w->file = NULL;
    return failed(w, e, why);
}

int wav_write(wav_writer *w, const int16_t *samples, size_t n, platform_error *e) {
    uint8_t block[2048];
    if (w->file == NULL) return platform_fail(e, "%s: is closed", w->name);
    if (w->samples + n > MOST) return platform_fail(e, "%s: a WAV file holds 4 GiB at most", w->name);
    for (size_t i = 0; i < n;) {
        size_t count = n - i < sizeof block / 2 ? n - i : sizeof block / 2;
        for (size_t k = 0; k < count; k++) put(block + 2 * k, (uint16_t)samples[i + k], 2);
        if (fwrite(block, 2, count, w->file) != count) return failed(w, e, w->why = errno);
        i += count;
        w->samples += count;
    }
    return 0;
}

int wav_finish(wav_writer *w, platform_error *e) {
    FILE *f = w->file;
    if (f == NULL) return 0;
    int bad = ferror(f), why = bad ? w->why : 0;
    if (!bad && w->seekable) bad = fseek(f, 0, SEEK_SET) != 0 || put_header(w, (uint32_t)(2 * w->samples)) != 0;
    if (!bad) bad = fflush(f) != 0;
    if (bad && why == 0) why = errno;
    if (fclose(f) != 0 && !bad) bad = 1, why = errno;
    w->file = NULL;
    return bad ? failed(w, e, why) : 0;
}
