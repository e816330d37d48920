/* arena: takes aligned pieces off one block, or only counts them. Bound: every sum is checked before it is made. */
#include "runtime/base/arena.h"
#include <string.h>

void arena_begin(arena *a, void *base, size_t size) {
    a->base = base;
    a->size = size;
    a->used = 0;
    a->peak = 0;
    a->failed = base != NULL && (uintptr_t)base % ARENA_ALIGN != 0;
}

/* count*element rounded up to ARENA_ALIGN, or 0 with *over set when that does not fit a size_t. */
static size_t padded_bytes(size_t count, size_t element, int *over) {
    if (element != 0 && count > (SIZE_MAX - ARENA_ALIGN) / element) {
        *over = 1;
        return 0;
    }
    return (count * element + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
}

void *arena_take(arena *a, size_t count, size_t element) {
    int over = a->failed;
    size_t bytes = padded_bytes(count, element, &over);
    size_t limit = a->base ? a->size : SIZE_MAX;
    if (over || a->used > limit || bytes > limit - a->used) {
        a->failed = 1;
        return NULL;
    }
    size_t at = a->used;
    a->used += bytes;
    if (a->used > a->peak) a->peak = a->used;
    if (!a->base) return NULL;
    memset(a->base + at, 0, bytes);
    return a->base + at;
}

size_t arena_mark(const arena *a) {
    return a->used;
}

void arena_rewind(arena *a, size_t mark) {
    if (mark <= a->used) a->used = mark;
}
