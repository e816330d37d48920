/* arena: the one block of memory that a runtime lives in (law 1).
 *
 * Sizing and binding run the same code: with base NULL the arena only counts, so `arena_peak` after a layout is
 * exactly what the same layout takes when it binds. Everything is 64-byte aligned.
 */
#ifndef SOTTO_BASE_ARENA_H
#define SOTTO_BASE_ARENA_H
#include <stddef.h>
#include <stdint.h>

#define ARENA_ALIGN ((size_t)64)

typedef struct arena {
    uint8_t *base; /* first byte, ARENA_ALIGN aligned; NULL: only count */
    size_t size;   /* bytes that may be taken; ignored when base is NULL */
    size_t used;   /* bytes taken now */
    size_t peak;   /* most bytes ever taken */
    int failed;    /* 1 once something did not fit (or the sum overflowed); sticky */
} arena;

/* Starts an arena over `size` bytes at `base` (aligned to ARENA_ALIGN), or a counting one when base is NULL. */
void arena_begin(arena *a, void *base, size_t size);

/* `count` elements of `element` bytes, zeroed, ARENA_ALIGN aligned; NULL when counting or when it does not fit (a->failed). */
void *arena_take(arena *a, size_t count, size_t element);

/* Scratch: what is taken after a mark is handed back by the rewind (peak remembers it). */
size_t arena_mark(const arena *a);
void arena_rewind(arena *a, size_t mark);

#define ARENA_ARRAY(a, type, count) ((type *)arena_take((a), (count), sizeof(type)))

#endif
