/* slots_update: see slots.h. Writes the slot that is not in use, one page at a time, in this order:
 *
 *     the header is checked in memory                                  nothing has changed yet; a wrong file costs no erase
 *     the header's sector is erased, then the marks' sector            from here the slot is empty, however the rest goes
 *     each sector is erased before its first page, each page programmed and compared with what was sent
 *     all is read back: the transfer's CRC-32
 *     the header's pages, the first one last                           the slot is there
 *
 * So an update costs each sector at most one erase, and the two slots are worn by turns.
 */
#include "firmware/slots_parts.h"
#include "runtime/base/crc32.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <string.h>

enum { HEAD = sizeof(image_header) };

static int fail(slots_update *u, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fmt_putv(u->why, sizeof u->why, format, args);
    va_end(args);
    u->failed = 1;
    return -1;
}

static uintptr_t base(const slots_update *u) {
    return u->s->flash->slot[u->target].address;
}

/* Of two slots without a good image the one that holds none, else the older one. */
static int worse_slot(const slots *s) {
    const image_header *a = s->slot[0].is.header, *b = s->slot[1].is.header;
    if (!a || !b) return a != NULL;
    return slots_newer(a->number, b->number);
}

int slots_update_begin(slots_update *u, slots *s, size_t bytes, uint32_t crc, int forced) {
    *u = (slots_update){.s = s, .total = (uint32_t)bytes, .crc = crc, .forced = forced};
    u->target = s->running >= 0 ? 1 - s->running : worse_slot(s);
    if (!slots_writable(s->flash)) return fail(u, "update: this board's memory for weights is read only");
    if (slots_on_trial(s))
        return fail(u, "update: slot %d is on trial; expected it to pass its gate first, the other slot is its fallback", s->running);
    if (s->flash->slot[u->target].bytes == 0) return fail(u, "update: the board has no slot %d", u->target);
    size_t room = slots_room(s->flash, u->target);
    if (bytes <= HEAD || bytes > room) return fail(u, "update: %zu bytes, expected %d to %zu (slot %d)", bytes, HEAD + 1, room, u->target);
    return 0;
}

static int erase(slots_update *u, uint32_t at) {
    const board_flash *f = u->s->flash;
    uintptr_t address = base(u) + at;
    if (f->erase(f->user, address) != 0 || !slots_blank(address, f->sector))
        return fail(u, "update: the sector at %x was not erased", (unsigned)address);
    return 0;
}

static int program(slots_update *u, uint32_t at, const uint8_t *bytes, size_t count) {
    const board_flash *f = u->s->flash;
    uintptr_t address = base(u) + at;
    if (f->program(f->user, address, bytes, count) != 0 || memcmp((const void *)address, bytes, count) != 0)
        return fail(u, "update: the page at %x does not hold what was written", (unsigned)address);
    return 0;
}

/* The header is here and nothing is erased yet. */
static int take_head(slots_update *u) {
    image_header *h = &u->head;
    const slots *s = u->s;
    if (image_header_check(h, u->total, u->why, sizeof u->why) != 0) return u->failed = 1, -1;
    if (h->bytes != u->total) return fail(u, "update: the header says %u bytes, %u were announced", (unsigned)h->bytes, (unsigned)u->total);
    if (h->arena > s->arena) return fail(u, "update: it needs an arena of %u bytes, the board has %zu", (unsigned)h->arena, s->arena);
    uint32_t old = s->running >= 0 ? s->slot[s->running].is.header->number : h->number - 1;
    if (slots_newer(h->number, old))
        u->forced = 0;
    else if (!u->forced)
        return fail(u, "update: number %u is not newer than %u, which is in use; expected a greater one, or force", (unsigned)h->number,
                    (unsigned)old);
    u->s->slot[u->target] = (slot_info){.state = SLOT_NONE};
    fmt_put(u->s->slot[u->target].why, SLOTS_LINE, "an update of it was not finished");
    u->ready = s->flash->sector;
    u->put = HEAD;
    if (erase(u, 0) != 0) return -1;
    return erase(u, (uint32_t)slots_room(s->flash, u->target));
}

static int put_page(slots_update *u, size_t count) {
    if (u->put >= u->ready) {
        if (erase(u, u->ready) != 0) return -1;
        u->ready += u->s->flash->sector;
    }
    if (program(u, u->put, u->page, count) != 0) return -1;
    u->put += (uint32_t)count;
    return 0;
}

/* Takes what fits the header or the page that is being filled. */
static int take_piece(slots_update *u, const uint8_t *bytes, size_t count) {
    if (u->taken < HEAD) {
        memcpy((uint8_t *)&u->head + u->taken, bytes, count);
        u->taken += (uint32_t)count;
        return u->taken == HEAD ? take_head(u) : 0;
    }
    uint32_t held = u->taken - u->put;
    memcpy(u->page + held, bytes, count);
    u->taken += (uint32_t)count;
    return held + count == u->s->flash->page || u->taken == u->total ? put_page(u, held + count) : 0;
}

int slots_update_write(slots_update *u, const void *bytes, size_t count) {
    const uint8_t *b = bytes;
    if (u->failed) return -1;
    if (count > u->total - u->taken) return fail(u, "update: more bytes than the %u announced", (unsigned)u->total);
    while (count > 0) {
        size_t room = u->taken < HEAD ? HEAD - u->taken : u->s->flash->page - (u->taken - u->put);
        size_t n = count < room ? count : room;
        if (take_piece(u, b, n) != 0) return -1;
        b += n;
        count -= n;
    }
    return 0;
}

/* A forced image gets the number that makes the next start pick it. */
static void renumber(slots_update *u) {
    u->head.number = u->s->slot[u->s->running].is.header->number + 1;
    u->head.crc = crc32_of(&u->head, offsetof(image_header, crc));
}

static int put_head(slots_update *u) {
    uint32_t page = u->s->flash->page;
    for (uint32_t at = HEAD; at > 0; at -= page) {
        if (program(u, at - page, (const uint8_t *)&u->head + at - page, page) != 0) return -1;
    }
    return 0;
}

int slots_update_end(slots_update *u) {
    slot_info *x = &u->s->slot[u->target];
    if (u->failed) return -1;
    if (u->taken != u->total) return fail(u, "update: %u bytes came, expected %u", (unsigned)u->taken, (unsigned)u->total);
    uint32_t crc = crc32_on(crc32_of(&u->head, HEAD), (const void *)(base(u) + HEAD), u->total - HEAD);
    if (crc != u->crc) return fail(u, "update: CRC-32 %x was read back, expected %x", (unsigned)crc, (unsigned)u->crc);
    if (u->forced) renumber(u);
    if (put_head(u) != 0) return -1;
    if (image_open(&x->is, (const void *)base(u), slots_room(u->s->flash, u->target), u->why, sizeof u->why) != 0) return u->failed = 1, -1;
    x->state = SLOT_TRIAL;
    return 0;
}
