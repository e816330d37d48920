/* slots: see slots.h. Which slot is good and which one runs; slots_update.c writes them. */
#include "firmware/slots.h"
#include "firmware/slots_parts.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { MARK_START = 0, MARK_PASSED = SLOTS_TRIALS, MARK_FAILED = 2 * SLOTS_TRIALS, MARKS };

int slots_writable(const board_flash *f) {
    return f->erase && f->program && f->sector >= MARKS * f->page && f->page >= SLOTS_MARK && sizeof(image_header) % f->page == 0;
}

size_t slots_room(const board_flash *f, int index) {
    return f->slot[index].bytes > f->sector ? f->slot[index].bytes - f->sector : 0;
}

int slots_newer(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) > 0;
}

int slots_blank(uintptr_t address, size_t count) {
    const uint8_t *p = (const uint8_t *)address;
    for (size_t i = 0; i < count; i++) {
        if (p[i] != 0xff) return 0;
    }
    return 1;
}

static uintptr_t mark_at(const slots *s, int index, uint32_t mark) {
    return s->flash->slot[index].address + slots_room(s->flash, index) + (uintptr_t)mark * s->flash->page;
}

static int is_marked(const slots *s, int index, uint32_t mark) {
    return !slots_blank(mark_at(s, index, mark), SLOTS_MARK);
}

static int set_mark(const slots *s, int index, uint32_t mark) {
    static const uint8_t zeros[SLOTS_MARK];
    s->flash->program(s->flash->user, mark_at(s, index, mark), zeros, sizeof zeros);
    return is_marked(s, index, mark) ? 0 : -1;
}

static void refuse(slot_info *x, const char *format, unsigned a, unsigned b) {
    x->state = SLOT_REFUSED;
    fmt_put(x->why, sizeof x->why, format, a, b);
}

static void look_marks(slots *s, int index) {
    slot_info *x = &s->slot[index];
    int passed = 0;
    for (uint32_t i = 0; i < SLOTS_TRIALS; i++) {
        x->starts += (uint32_t)is_marked(s, index, MARK_START + i);
        passed |= is_marked(s, index, MARK_PASSED + i);
    }
    x->state = passed ? SLOT_GOOD : SLOT_TRIAL;
    if (passed) return;
    if (is_marked(s, index, MARK_FAILED))
        refuse(x, "its question was answered otherwise than its header says, or it did not start (mark at %x); expected CRC-32 %x",
               (unsigned)mark_at(s, index, MARK_FAILED), (unsigned)x->is.header->reply);
    else if (x->starts >= SLOTS_TRIALS)
        refuse(x, "started %u times without passing its gate; expected at most %u", x->starts, SLOTS_TRIALS);
}

/* What the memory holds, without changing it. */
static void look(slots *s, int index) {
    const board_region *r = &s->flash->slot[index];
    slot_info *x = &s->slot[index];
    const char *bytes = (const char *)r->address;
    *x = (slot_info){.state = SLOT_NONE};
    if (slots_room(s->flash, index) < sizeof(image_header)) {
        fmt_put(x->why, sizeof x->why, "the board has no memory for it");
    } else if (slots_blank(r->address, sizeof(image_header))) {
        fmt_put(x->why, sizeof x->why, "empty: expected an image at %x", (unsigned)r->address);
    } else if (image_open(&x->is, bytes, slots_room(s->flash, index), x->why, sizeof x->why) != 0) {
        x->state = SLOT_REFUSED;
    } else if (x->is.header->arena > s->arena) {
        refuse(x, "it needs an arena of %u bytes, the board has %u", (unsigned)x->is.header->arena, (unsigned)s->arena);
    } else if (!slots_writable(s->flash)) {
        x->state = SLOT_GOOD; /* no marks can be kept: its checksums are all that is asked */
    } else {
        look_marks(s, index);
    }
}

static int usable(const slot_info *x) {
    return x->state == SLOT_GOOD || x->state == SLOT_TRIAL;
}

static int pick(const slots *s) {
    const slot_info *a = &s->slot[0], *b = &s->slot[1];
    if (!usable(a) || !usable(b)) return usable(a) ? 0 : usable(b) ? 1 : -1;
    if (a->is.header->number == b->is.header->number) return b->state > a->state;
    return slots_newer(b->is.header->number, a->is.header->number);
}

int slots_open(slots *s, const board_flash *flash, size_t arena) {
    *s = (slots){.flash = flash, .arena = arena, .running = -1};
    look(s, 0);
    look(s, 1);
    while ((s->running = pick(s)) >= 0) {
        slot_info *x = &s->slot[s->running];
        if (x->state != SLOT_TRIAL) break;
        uint32_t next = 0; /* a cut may have marked a later page than the count says: take the first that is free */
        while (is_marked(s, s->running, MARK_START + next)) next++;
        if (set_mark(s, s->running, MARK_START + next) == 0) {
            x->starts++;
            break;
        }
        refuse(x, "its start cannot be marked at %x", (unsigned)mark_at(s, s->running, MARK_START + next), 0);
    }
    return s->running;
}

int slots_on_trial(const slots *s) {
    return s->running >= 0 && s->slot[s->running].state == SLOT_TRIAL;
}

int slots_judge(slots *s, uint32_t reply_crc) {
    slot_info *x = &s->slot[s->running];
    const image_header *h = x->is.header;
    if (h->question[0] && h->reply != reply_crc) {
        set_mark(s, s->running, MARK_FAILED);
        refuse(x, "its question was answered with CRC-32 %x, expected %x", (unsigned)reply_crc, (unsigned)h->reply);
        return -1;
    }
    if (set_mark(s, s->running, MARK_PASSED + x->starts - 1) == 0) x->state = SLOT_GOOD; /* else it stays on trial and is asked again */
    return 0;
}

void slots_refuse(slots *s, const char *why) {
    slot_info *x = &s->slot[s->running];
    set_mark(s, s->running, MARK_FAILED);
    x->state = SLOT_REFUSED;
    fmt_put(x->why, sizeof x->why, "%s", why);
}

size_t slots_line(const slots *s, int index, char *out, size_t cap) {
    static const char *const STATE[] = {"none", "refused", "on trial", "good"};
    const slot_info *x = &s->slot[index];
    size_t n = fmt_put(out, cap, "slot %d at %x%s: %s", index, (unsigned)s->flash->slot[index].address, index == s->running ? ", in use" : "",
                       STATE[x->state]);
    if (x->is.header && n < cap)
        n += fmt_put(out + n, cap - n, ", number %u, %s, %u bytes", (unsigned)x->is.header->number, x->is.header->version,
                     (unsigned)x->is.header->bytes);
    if (x->state == SLOT_TRIAL && n < cap) n += fmt_put(out + n, cap - n, ", start %u of %u", (unsigned)x->starts, (unsigned)SLOTS_TRIALS);
    if (!usable(x) && n < cap) n += fmt_put(out + n, cap - n, ": %s", x->why);
    return n;
}
