/* ring: single-producer single-consumer queue of fixed-size elements, lock-free (C11 atomics).
 *
 * One side writes, the other reads; they may be different threads (device callback <-> runtime) or the same.
 * Capacity is any number of elements >= 1; counters are free-running 32-bit, so all slots are usable.
 */
#ifndef SOTTO_BASE_RING_H
#define SOTTO_BASE_RING_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ring {
    uint8_t *data;          /* capacity * element bytes, owned by the caller */
    uint32_t capacity;      /* elements, power of two */
    uint32_t element;       /* bytes of one element */
    _Atomic uint32_t write; /* elements ever written */
    _Atomic uint32_t read;  /* elements ever read */
} ring;

/* capacity must be a power of two; data holds capacity*element bytes. */
void ring_init(ring *r, void *data, uint32_t capacity, uint32_t element);
uint32_t ring_write(ring *r, const void *from, uint32_t count); /* returns elements taken (<= count) */
uint32_t ring_read(ring *r, void *to, uint32_t count);          /* returns elements given (<= count) */
uint32_t ring_ready(const ring *r);                             /* elements waiting */
uint32_t ring_room(const ring *r);                              /* elements that fit */
void ring_clear(ring *r);                                       /* consumer side: drops what waits */

#endif
