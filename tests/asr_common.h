/* asr_common: what the recogniser's tests share: whole files, golden tensors, a recogniser in an exact arena between canaries. */
#ifndef SOTTO_TESTS_ASR_COMMON_H
#define SOTTO_TESTS_ASR_COMMON_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>
#include "models/asr/asr.h"

enum { ASR_CANARY = 64, ASR_CANARY_BYTE = 0x5A };

typedef struct asr_file {
    uint8_t *bytes;
    size_t size;
    gguf g;
} asr_file;

/* A whole GGUF file, checked; fails the test when it is not there. */
static inline void asr_read(asr_file *f, const char *path) {
    sotto_error err;
    FILE *in = fopen(path, "rb");
    if (!in) fail_msg("%s is missing", path);
    fseek(in, 0, SEEK_END);
    f->size = (size_t)ftell(in);
    rewind(in);
    f->bytes = aligned_alloc(64, (f->size + 63) / 64 * 64);
    assert_int_equal(fread(f->bytes, 1, f->size, in), f->size);
    fclose(in);
    if (gguf_open(&f->g, path, f->bytes, f->size, &err) != 0) fail_msg("%s", err.text);
}

/* A golden tensor; rows (or its length when it has one dimension) through `rows`. */
static inline const void *asr_golden(const asr_file *f, const char *name, uint32_t *rows) {
    gguf_tensor t;
    if (gguf_tensor_find(&f->g, name, &t) != 0) fail_msg("no golden tensor %s", name);
    *rows = (uint32_t)t.shape[t.dims - 1];
    return t.data;
}

typedef struct asr_box {
    asr x;
    uint8_t *block;
    size_t size;
} asr_box;

/* Binds and lays out; the arena is exactly as large as the counting pass says, canaries stand on both sides. */
static inline void asr_open(asr_box *b, const gguf *g, uint32_t beam, uint32_t max_text, const char *table) {
    sotto_error err;
    arena a;
    asr_limits limits = {.k = kernels_select(table), .max_text = max_text, .beam = beam};
    assert_non_null(limits.k);
    memset(&b->x, 0, sizeof b->x);
    if (asr_bind(&b->x, g, &err) != 0) fail_msg("%s", err.text);
    arena_begin(&a, NULL, 0);
    asr_layout(&b->x, &a, &limits);
    asr_scratch(&b->x, &a);
    b->size = a.peak;
    b->block = aligned_alloc(64, (b->size + 2 * ASR_CANARY + 63) / 64 * 64);
    memset(b->block, ASR_CANARY_BYTE, b->size + 2 * ASR_CANARY);
    arena_begin(&a, b->block + ASR_CANARY, b->size);
    asr_layout(&b->x, &a, &limits);
    asr_scratch(&b->x, &a);
    assert_int_equal(a.failed, 0);
    asr_reset(&b->x);
}

static inline void asr_shut(asr_box *b) {
    for (size_t i = 0; i < ASR_CANARY; i++) {
        assert_int_equal(b->block[i], ASR_CANARY_BYTE);
        assert_int_equal(b->block[ASR_CANARY + b->size + i], ASR_CANARY_BYTE);
    }
    free(b->block);
}

#endif
