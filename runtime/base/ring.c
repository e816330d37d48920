/* ring: single-producer single-consumer queue on two free-running counters. Bound: one or two copies a call, never waits.
 *
 * The producer publishes data with a release store of `write`, the consumer frees it with a release store of `read`
 * (Lamport 1983; the counters' difference is right across their wrap because the capacity is a power of two).
 */
#include "runtime/base/ring.h"
#include <assert.h>
#include <string.h>

void ring_init(ring *r, void *data, uint32_t capacity, uint32_t element) {
    assert(capacity > 0 && (capacity & (capacity - 1)) == 0);
    r->data = data;
    r->capacity = capacity;
    r->element = element;
    atomic_init(&r->write, 0);
    atomic_init(&r->read, 0);
}

/* How many of `count` elements from slot `at` lie before the end of the store. */
static uint32_t until_wrap(const ring *r, uint32_t at, uint32_t count) {
    uint32_t left = r->capacity - at;
    return count < left ? count : left;
}

uint32_t ring_write(ring *r, const void *from, uint32_t count) {
    uint32_t w = atomic_load_explicit(&r->write, memory_order_relaxed);
    uint32_t room = r->capacity - (w - atomic_load_explicit(&r->read, memory_order_acquire));
    if (count > room) count = room;
    if (count == 0) return 0;
    uint32_t at = w & (r->capacity - 1), first = until_wrap(r, at, count);
    size_t bytes = (size_t)first * r->element;
    memcpy(r->data + (size_t)at * r->element, from, bytes);
    memcpy(r->data, (const uint8_t *)from + bytes, (size_t)(count - first) * r->element);
    atomic_store_explicit(&r->write, w + count, memory_order_release);
    return count;
}

uint32_t ring_read(ring *r, void *to, uint32_t count) {
    uint32_t rd = atomic_load_explicit(&r->read, memory_order_relaxed);
    uint32_t ready = atomic_load_explicit(&r->write, memory_order_acquire) - rd;
    if (count > ready) count = ready;
    if (count == 0) return 0;
    uint32_t at = rd & (r->capacity - 1), first = until_wrap(r, at, count);
    size_t bytes = (size_t)first * r->element;
    memcpy(to, r->data + (size_t)at * r->element, bytes);
    memcpy((uint8_t *)to + bytes, r->data, (size_t)(count - first) * r->element);
    atomic_store_explicit(&r->read, rd + count, memory_order_release);
    return count;
}

/* `read` first: seen from either side the difference is then never more than what is really there plus what came since. */
uint32_t ring_ready(const ring *r) {
    uint32_t rd = atomic_load_explicit(&r->read, memory_order_acquire);
    uint32_t ready = atomic_load_explicit(&r->write, memory_order_acquire) - rd;
    return ready < r->capacity ? ready : r->capacity;
}

uint32_t ring_room(const ring *r) {
    return r->capacity - ring_ready(r);
}

void ring_clear(ring *r) {
    atomic_store_explicit(&r->read, atomic_load_explicit(&r->write, memory_order_acquire), memory_order_release);
}
