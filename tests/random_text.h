/* random_text: the same noise on every run and machine, for tests that a reader takes any bytes: xorshift32 (Marsaglia 2003). */
#ifndef SOTTO_TESTS_RANDOM_TEXT_H
#define SOTTO_TESTS_RANDOM_TEXT_H
#include <stddef.h>
#include <stdint.h>

/* The next number; the state (not 0) goes on. */
static inline uint32_t next_random(uint32_t *x) {
    *x ^= *x << 13, *x ^= *x >> 17, *x ^= *x << 5;
    return *x;
}

/* Fewer than `cap` bytes, a quarter of the texts plain noise, the others of the bytes likely[count], which reach more of a reader than noise does. */
static inline size_t random_text(char *text, size_t cap, const char *likely, size_t count, uint32_t *seed) {
    size_t n = next_random(seed) % cap;
    int noise = next_random(seed) % 4 == 0;
    for (size_t i = 0; i < n; i++) text[i] = noise ? (char)next_random(seed) : likely[next_random(seed) % count];
    return n;
}

#endif
