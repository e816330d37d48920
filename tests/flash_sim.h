/* flash_sim: a NOR flash in memory whose power can fail at any operation.
 *
 * Programming only clears bits, within one page, and no page twice between two erases; erasing takes whole sectors. One operation is one byte programmed
 * or one sector erased. At operation `cut` the power goes: that one is half done (a random part of its bits), and nothing changes any more. The half-done
 * bits are unstable: flash_flicker reads them anew.
 */
#ifndef SOTTO_TESTS_FLASH_SIM_H
#define SOTTO_TESTS_FLASH_SIM_H
#include "firmware/board.h"
#include <stdint.h>
#include <string.h>

enum { SIM_SECTOR = 512, SIM_PAGE = 64, SIM_SLOT = 8 * SIM_SECTOR, SIM_BYTES = 2 * SIM_SLOT };

typedef struct flash_sim {
    _Alignas(64) uint8_t mem[SIM_BYTES];
    uint8_t before[SIM_SECTOR], weak[SIM_SECTOR]; /* of the operation that was cut: what was there, which bits are unstable */
    uint8_t used[SIM_BYTES / SIM_PAGE];           /* 1: programmed since the last erase */
    uint32_t weak_at, weak_count;
    uint32_t ops, cut; /* done so far; the one where power fails, UINT32_MAX never */
    uint32_t erases[SIM_BYTES / SIM_SECTOR];
    uint32_t stuck;  /* offset of a byte whose lowest bit is never programmed, 0 none */
    uint32_t broken; /* rules of the memory that were not kept */
    uint64_t random;
    board_flash flash;
} flash_sim;

static inline uint32_t flash_random(flash_sim *f) {
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(f->random >> 33);
}

/* Unstable bits read as anything. */
static inline void flash_flicker(flash_sim *f) {
    for (uint32_t i = 0; i < f->weak_count; i++) f->mem[f->weak_at + i] = (uint8_t)((f->before[i] & ~f->weak[i]) | (flash_random(f) & f->weak[i]));
}

/* Erasing or programming once more makes them firm. */
static inline void flash_firm(flash_sim *f, uint32_t at, uint32_t count) {
    if (f->weak_at >= at && f->weak_at < at + count) f->weak_count = 0;
}

static inline void flash_tear(flash_sim *f, uint32_t at, const uint8_t *wanted, uint32_t count) {
    uint32_t kind = flash_random(f) % 3; /* nothing happened yet, all bits are loose, it was nearly done */
    f->weak_at = at;
    f->weak_count = count;
    memcpy(f->before, f->mem + at, count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t differs = (uint8_t)(f->mem[at + i] ^ wanted[i]);
        f->weak[i] = kind == 0 ? 0 : (uint8_t)(differs & (kind == 1 ? 0xff : flash_random(f)));
        if (kind == 2) f->before[i] = (uint8_t)(f->before[i] ^ (differs & ~f->weak[i]));
    }
    flash_flicker(f);
}

static inline int flash_sim_erase(void *user, uintptr_t address) {
    static const uint8_t ones[SIM_SECTOR] = {[0 ... SIM_SECTOR - 1] = 0xff};
    flash_sim *f = user;
    uint32_t at = (uint32_t)(address - (uintptr_t)f->mem);
    if (at % SIM_SECTOR != 0 || at >= SIM_BYTES) return f->broken++, -1;
    if (f->ops > f->cut) return -1;
    if (f->ops++ == f->cut) return flash_tear(f, at, ones, SIM_SECTOR), -1;
    flash_firm(f, at, SIM_SECTOR);
    memset(f->mem + at, 0xff, SIM_SECTOR);
    memset(f->used + at / SIM_PAGE, 0, SIM_SECTOR / SIM_PAGE);
    f->erases[at / SIM_SECTOR]++;
    return 0;
}

static inline int flash_sim_program(void *user, uintptr_t address, const void *bytes, size_t count) {
    flash_sim *f = user;
    const uint8_t *b = bytes;
    uint32_t at = (uint32_t)(address - (uintptr_t)f->mem);
    if (count == 0 || at >= SIM_BYTES || at / SIM_PAGE != (at + count - 1) / SIM_PAGE) return f->broken++, -1;
    if (f->used[at / SIM_PAGE] && f->ops <= f->cut) f->broken++;
    f->used[at / SIM_PAGE] = 1;
    for (size_t i = 0; i < count; i++) {
        uint8_t wanted = f->mem[at + i] & b[i];
        if (f->ops > f->cut) return -1;
        if (f->ops++ == f->cut) return flash_tear(f, at + (uint32_t)i, &wanted, 1), -1;
        f->mem[at + i] = f->stuck && at + i == f->stuck ? wanted | 1 : wanted;
        flash_firm(f, at + (uint32_t)i, 1);
    }
    return 0;
}

/* A start. A page that reads as erased may be programmed: nothing can tell that a cut hit it. */
static inline void flash_power(flash_sim *f, uint32_t cut) {
    f->ops = 0;
    f->cut = cut;
    flash_flicker(f);
    for (uint32_t i = 0; i < SIM_BYTES; i++) {
        if (i % SIM_PAGE == 0) f->used[i / SIM_PAGE] = 0;
        f->used[i / SIM_PAGE] |= f->mem[i] != 0xff;
    }
}

static inline void flash_copy(flash_sim *to, const flash_sim *from, uint64_t seed) {
    *to = *from;
    to->random = seed;
    to->flash.user = to;
    to->flash.slot[0].address = (uintptr_t)to->mem;
    to->flash.slot[1].address = (uintptr_t)to->mem + SIM_SLOT;
}

static inline void flash_new(flash_sim *f, uint64_t seed) {
    memset(f, 0, sizeof *f);
    memset(f->mem, 0xff, sizeof f->mem);
    f->random = seed;
    f->flash = (board_flash){.slot = {{(uintptr_t)f->mem, SIM_SLOT}, {(uintptr_t)f->mem + SIM_SLOT, SIM_SLOT}},
                             .sector = SIM_SECTOR,
                             .page = SIM_PAGE,
                             .erase = flash_sim_erase,
                             .program = flash_sim_program,
                             .user = f};
    flash_power(f, UINT32_MAX);
}

#endif
