/* wav: see wav.h. A RIFF file is a list of chunks: fmt says the kind, data is the sound, all others are passed over. */
#include "firmware/wav.h"
#include "firmware/semihost.h"
#include "runtime/base/fmt.h"
#include "runtime/sotto.h"
#include <string.h>

enum { HEADER = 44, FMT_BYTES = 16, PCM = 1, EXTENSIBLE = 0xfffe };

static uint32_t u16(const uint8_t *b) {
    return b[0] | (uint32_t)b[1] << 8;
}

static uint32_t u32(const uint8_t *b) {
    return u16(b) | u16(b + 2) << 16;
}

static int refuse(wav_in *w, char *why, const char *path, const char *expected) {
    if (w->file >= 0) semihost_close(w->file);
    w->file = -1;
    fmt_put(why, WAV_WHY, "%s: %s", path, expected);
    return -1;
}

static int skip(int file, uint32_t bytes) {
    uint8_t block[64];
    while (bytes > 0) {
        uint32_t n = bytes < sizeof block ? bytes : sizeof block;
        if (semihost_read(file, block, n) != (long)n) return -1;
        bytes -= n;
    }
    return 0;
}

/* One chunk: 1 when it is the sound (it is next in the file), 0 for another, -1 for a broken file or one of another kind. */
static int read_chunk(wav_in *w, int *known) {
    uint8_t head[8], fmt[FMT_BYTES];
    if (semihost_read(w->file, head, sizeof head) != (long)sizeof head) return -1;
    uint32_t bytes = u32(head + 4);
    if (memcmp(head, "data", 4) == 0) {
        w->left = bytes;
        return *known ? 1 : -1;
    }
    if (memcmp(head, "fmt ", 4) != 0) return skip(w->file, bytes + (bytes & 1));
    if (bytes < FMT_BYTES || semihost_read(w->file, fmt, sizeof fmt) != (long)sizeof fmt) return -1;
    *known = (u16(fmt) == PCM || u16(fmt) == EXTENSIBLE) && u16(fmt + 2) == 1 && u32(fmt + 4) == SOTTO_RATE && u16(fmt + 14) == 16;
    return *known ? skip(w->file, bytes - FMT_BYTES + (bytes & 1)) : -1;
}

int wav_in_open(wav_in *w, const char *path, char *why) {
    uint8_t head[12];
    int known = 0, found = 0;
    w->file = semihost_open(path, SEMIHOST_READ);
    if (w->file < 0) return refuse(w, why, path, "cannot be opened");
    if (semihost_read(w->file, head, sizeof head) != (long)sizeof head || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
        return refuse(w, why, path, "is no WAV file");
    while (found == 0) found = read_chunk(w, &known);
    return found == 1 ? 0 : refuse(w, why, path, "expected 16-bit PCM, mono, 16000 Hz, whole");
}

size_t wav_in_read(wav_in *w, int16_t *samples, size_t most) {
    size_t want = w->left / 2 < most ? w->left / 2 : most;
    long got = want ? semihost_read(w->file, samples, 2 * want) : 0;
    size_t n = got > 0 ? (size_t)got / 2 : 0;
    w->left = n < want ? 0 : w->left - 2 * (uint32_t)n; /* a file that is shorter than it says ends here */
    return n;
}

void wav_in_close(wav_in *w) {
    semihost_close(w->file);
}

static void put32(uint8_t *b, uint32_t v) {
    for (int i = 0; i < 4; i++) b[i] = (uint8_t)(v >> 8 * i);
}

static void put_header(wav_out *w) {
    static const uint8_t kind[] = {16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0}; /* PCM, mono, 16000, 32000, 2, 16 */
    uint8_t h[HEADER];
    memcpy(h, "RIFF....WAVEfmt ", 16);
    memcpy(h + 16, kind, sizeof kind);
    memcpy(h + 36, "data", 4);
    put32(h + 4, HEADER - 8 + 2 * w->samples);
    put32(h + 40, 2 * w->samples);
    w->failed |= semihost_write(w->file, h, sizeof h) != 0;
}

int wav_out_open(wav_out *w, const char *path, char *why) {
    *w = (wav_out){.file = semihost_open(path, SEMIHOST_WRITE)};
    if (w->file >= 0) {
        put_header(w);
        return 0;
    }
    fmt_put(why, WAV_WHY, "%s: cannot be written", path);
    return -1;
}

void wav_out_write(wav_out *w, const int16_t *samples, size_t count) {
    w->failed |= semihost_write(w->file, samples, 2 * count) != 0;
    w->samples += (uint32_t)count;
}

int wav_out_close(wav_out *w) {
    w->failed |= semihost_seek(w->file, 0) != 0;
    put_header(w);
    w->failed |= semihost_close(w->file) != 0;
    return w->failed ? -1 : 0;
}
