/* image: see image.h. Reads each byte of the image once (two table look-ups a byte), writes nothing and needs no memory. */
#include "firmware/image.h"
#include "runtime/base/crc32.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <string.h>

static const char *const ROLE[IMAGE_MODELS] = {"asr", "llm", "g2p", "tts", "vocoder"};

static int refuse(char *why, size_t cap, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fmt_putv(why, cap, format, args);
    va_end(args);
    return -1;
}

static int is_text(const char *text, size_t room) {
    return memchr(text, 0, room) != NULL;
}

int image_header_check(const image_header *h, size_t room, char *why, size_t cap) {
    if (room < sizeof *h) return refuse(why, cap, "image: %zu bytes of room, expected at least the header's %zu", room, sizeof *h);
    if (memcmp(h->magic, "SOTTOIMG", sizeof h->magic) != 0) return refuse(why, cap, "image: no header (expected \"SOTTOIMG\" at its first byte)");
    uint32_t crc = crc32_of(h, offsetof(image_header, crc));
    if (crc != h->crc) return refuse(why, cap, "image: the header is damaged: CRC-32 %x, expected %x", (unsigned)crc, (unsigned)h->crc);
    if (h->format != IMAGE_FORMAT) return refuse(why, cap, "image: format %u, expected %d", (unsigned)h->format, IMAGE_FORMAT);
    if (h->bytes < sizeof *h || h->bytes > room) return refuse(why, cap, "image: says %u bytes, there is room for %zu", (unsigned)h->bytes, room);
    if (!is_text(h->version, sizeof h->version) || !is_text(h->question, sizeof h->question))
        return refuse(why, cap, "image: the version or the question has no end");
    return 0;
}

/* Model `role` begins where the bytes before it ended, at the next multiple of IMAGE_ALIGN. Returns its end, 0 when it is refused. */
static uint32_t model_open(image *out, const image_header *h, int role, uint32_t end, char *why, size_t cap) {
    const uint8_t *base = (const uint8_t *)h;
    const image_entry *m = &h->model[role];
    uint32_t at = (end + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
    if (m->offset != at) return refuse(why, cap, "image: %s begins at %u, expected %u", ROLE[role], (unsigned)m->offset, (unsigned)at), 0;
    if (at > h->bytes || m->bytes == 0 || m->bytes > h->bytes - at)
        return refuse(why, cap, "image: %s has %u bytes at %u of %u", ROLE[role], (unsigned)m->bytes, (unsigned)at, (unsigned)h->bytes), 0;
    if (!is_text(m->version, sizeof m->version)) return refuse(why, cap, "image: the version of %s has no end", ROLE[role]), 0;
    for (uint32_t i = end; i < at; i++) {
        if (base[i] != 0xff) return refuse(why, cap, "image: byte %u before %s is %x, expected ff", (unsigned)i, ROLE[role], (unsigned)base[i]), 0;
    }
    uint32_t crc = crc32_of(base + at, m->bytes);
    if (crc != m->crc) return refuse(why, cap, "image: %s is damaged: CRC-32 %x, expected %x", ROLE[role], (unsigned)crc, (unsigned)m->crc), 0;
    out->model[role] = base + at;
    return at + m->bytes;
}

int image_open(image *out, const void *base, size_t room, char *why, size_t cap) {
    const image_header *h = base;
    image x = {.header = h};
    if ((uintptr_t)base % IMAGE_ALIGN != 0) return refuse(why, cap, "image: its address is not a multiple of %d", IMAGE_ALIGN);
    if (image_header_check(h, room, why, cap) != 0) return -1;
    uint32_t end = sizeof *h;
    for (int role = 0; role < IMAGE_MODELS; role++) {
        end = model_open(&x, h, role, end, why, cap);
        if (end == 0) return -1;
    }
    if (end != h->bytes) return refuse(why, cap, "image: says %u bytes, its models end at %u", (unsigned)h->bytes, (unsigned)end);
    *out = x;
    return 0;
}
