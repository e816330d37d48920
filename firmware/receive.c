/* receive: see receive.h. */
#include "firmware/receive.h"
#include "runtime/base/crc32.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { HEAD = 6, TAIL = 4, CTRL_C = 3, DRAIN_MS = 30 };
typedef enum block_result { BLOCK_OK, BLOCK_BAD, BLOCK_STOP } block_result;

static void say(const char *format, ...) {
    char text[SLOTS_LINE + 32];
    va_list args;
    va_start(args, format);
    size_t n = fmt_putv(text, sizeof text, format, args);
    va_end(args);
    board_put(text, n);
}

/* The next byte, or -1 after `ms` of silence. */
static int get(uint32_t ms) {
    uint64_t until = board_now() + (uint64_t)ms * 1000000u;
    int byte;
    while ((byte = board_get()) < 0 && board_now() < until) board_wait();
    return byte;
}

static int get_bytes(uint8_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int byte = get(RECEIVE_QUIET_MS);
        if (byte < 0) return -1;
        out[i] = (uint8_t)byte;
    }
    return 0;
}

/* What is left of a spoilt block, so that its answer meets no late bytes. */
static block_result drop(void) {
    while (get(DRAIN_MS) >= 0) {}
    return BLOCK_BAD;
}

static uint32_t u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The block that the sum tells of, where the image in use has it; else NULL. Never the first: bytes that end with their own CRC-32, as a header does,
 * all have the same sum. */
static const uint8_t *find_block(const receive *r, uint32_t index, size_t count, uint32_t sum) {
    const slots *s = r->update.s;
    if (s->running < 0 || index == 0) return NULL;
    const image_header *h = s->slot[s->running].is.header;
    uint64_t at = (uint64_t)index * RECEIVE_BLOCK;
    if (at + count > h->bytes) return NULL;
    const uint8_t *bytes = (const uint8_t *)h + at;
    return crc32_of(bytes, count) == sum ? bytes : NULL;
}

/* The block `index`; another one is an answer to an earlier question, and more like it may be on the way. */
static block_result get_block(receive *r, uint32_t index, const uint8_t **bytes, size_t *count) {
    int first = get(RECEIVE_QUIET_MS), kind;
    if (first == CTRL_C) return BLOCK_STOP;
    if (first < 0) return BLOCK_BAD;
    if (first != 'S' || ((kind = get(RECEIVE_QUIET_MS)) != 'B' && kind != 'H') || get_bytes(r->frame, HEAD) != 0) return drop();
    *count = (size_t)r->frame[0] | (size_t)r->frame[1] << 8;
    size_t body = kind == 'B' ? *count : 4;
    if (*count == 0 || *count > RECEIVE_BLOCK || get_bytes(r->frame + HEAD, body + TAIL) != 0) return drop();
    if (crc32_of(r->frame, HEAD + body) != u32(r->frame + HEAD + body) || u32(r->frame + 2) != index) return drop();
    *bytes = kind == 'B' ? r->frame + HEAD : find_block(r, index, *count, u32(r->frame + HEAD));
    return *bytes ? BLOCK_OK : BLOCK_BAD;
}

static int refused(const char *why) {
    say("refused: %s\r\n", why);
    return -1;
}

static int get_all(receive *r) {
    uint32_t next = 0, tries = 0;
    while (r->update.taken < r->update.total) {
        const uint8_t *bytes = NULL;
        size_t count = 0;
        say("send %u\r\n", (unsigned)next);
        block_result got = get_block(r, next, &bytes, &count);
        if (got == BLOCK_STOP) return refused("update: given up (ctrl-C)");
        if (got == BLOCK_OK) {
            if (slots_update_write(&r->update, bytes, count) != 0) return refused(r->update.why);
            next++;
            tries = 0;
        } else if (++tries >= RECEIVE_TRIES) {
            fmt_put(r->update.why, sizeof r->update.why, "update: block %u did not come whole, asked for %u times; the slot in use is as it was",
                    (unsigned)next, (unsigned)tries);
            return refused(r->update.why);
        }
    }
    return 0;
}

int receive_image(receive *r, slots *s, size_t bytes, uint32_t crc, int forced) {
    slots_update *u = &r->update;
    if (slots_update_begin(u, s, bytes, crc, forced) != 0) return refused(u->why);
    if (get_all(r) != 0) return -1;
    if (slots_update_end(u) != 0) return refused(u->why);
    say("taken: slot %d, number %u, %s; it is tried at the next start (reset)\r\n", u->target, (unsigned)u->head.number, u->head.version);
    return 0;
}
