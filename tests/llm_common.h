/* llm_common: what the tests of the language model share: whole files, arenas from the heap, rows of numbers. */
#ifndef SOTTO_TESTS_LLM_COMMON_H
#define SOTTO_TESTS_LLM_COMMON_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "models/gguf.h"
#include "models/kernels/kernels.h"
#include "runtime/base/arena.h"

/* The whole file in 64-byte aligned memory (free it), NULL when it is not there. */
static inline void *read_whole(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    void *bytes = aligned_alloc(64, (*size + 64) / 64 * 64);
    size_t got = bytes ? fread(bytes, 1, *size, f) : 0;
    fclose(f);
    if (got != *size) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* Opens a GGUF or fails the test; the bytes stay until the program ends. */
static inline void open_gguf(gguf *g, const char *path) {
    size_t size = 0;
    sotto_error err = {0, ""};
    void *bytes = read_whole(path, &size);
    if (!bytes) fail_msg("%s is missing", path);
    const char *name = strrchr(path, '/');
    if (gguf_open(g, name ? name + 1 : path, bytes, size, &err) != 0) fail_msg("%s", err.text);
}

/* Token ids of a text file; returns their number. */
static inline uint32_t read_ids(const char *path, uint32_t *ids, uint32_t cap) {
    FILE *f = fopen(path, "r");
    uint32_t n = 0;
    if (!f) fail_msg("%s is missing", path);
    while (n < cap && fscanf(f, "%u", &ids[n]) == 1) n++;
    fclose(f);
    return n;
}

static inline float *read_floats(const char *path, size_t *count) {
    size_t size = 0;
    float *x = read_whole(path, &size);
    if (!x) fail_msg("%s is missing", path);
    *count = size / sizeof(float);
    return x;
}

/* A binding arena as large as the counting one found. */
static inline arena heap_arena(const arena *counted) {
    arena a;
    size_t size = (counted->peak + 63) / 64 * 64 + 64;
    arena_begin(&a, aligned_alloc(64, size), size);
    return a;
}

static inline double random_unit(uint64_t *state) { /* [-1, 1) */
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1 << 23) - 1;
}

#endif
