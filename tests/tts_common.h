/* tts_common: what the tests of the voice share: whole files, models bound into an exact arena between canaries. */
#ifndef SOTTO_TESTS_TTS_COMMON_H
#define SOTTO_TESTS_TTS_COMMON_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>
#include "models/tts/acoustic.h"
#include "models/tts/vocoder.h"

enum { CANARY = 64, CANARY_BYTE = 0xA5 };

/* The whole file, 64-byte aligned (free it); fails the test when it is not there. */
static inline void *tts_read(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s is missing", path);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    void *bytes = aligned_alloc(64, (*size + 64) / 64 * 64);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

typedef struct tts_room { /* an arena of exactly the counted size between canaries, and the model file in it */
    uint8_t *block;
    size_t size;
    void *file;
    gguf g;
} tts_room;

static inline void room_open(tts_room *r, const char *path) {
    sotto_error err = {0, ""};
    size_t size;
    r->file = tts_read(path, &size);
    if (gguf_open(&r->g, path, r->file, size, &err) != 0) fail_msg("%s", err.text);
}

static inline void room_take(tts_room *r, arena *a, size_t size) {
    r->size = size;
    r->block = aligned_alloc(64, (size + 2 * CANARY + 63) / 64 * 64);
    assert_non_null(r->block);
    memset(r->block, CANARY_BYTE, size + 2 * CANARY);
    arena_begin(a, r->block + CANARY, size);
}

static inline void room_close(tts_room *r) {
    for (size_t i = 0; i < CANARY; i++) {
        assert_int_equal(r->block[i], CANARY_BYTE);
        assert_int_equal(r->block[CANARY + r->size + i], CANARY_BYTE);
    }
    free(r->block);
    free(r->file);
}

static inline void acoustic_open(acoustic *a, tts_room *r, const char *path) {
    sotto_error err = {0, ""};
    arena m;
    room_open(r, path);
    if (acoustic_bind(a, &r->g, &err) != 0) fail_msg("%s", err.text);
    arena_begin(&m, NULL, 0);
    acoustic_layout(a, &m, kernels_select("ref"));
    room_take(r, &m, m.peak);
    acoustic_layout(a, &m, kernels_select("ref"));
    assert_int_equal(m.failed, 0);
    assert_int_equal(m.used, r->size);
    acoustic_reset(a);
}

static inline void vocoder_open(vocoder *v, tts_room *r, const char *path) {
    sotto_error err = {0, ""};
    arena m;
    room_open(r, path);
    if (vocoder_bind(v, &r->g, &err) != 0) fail_msg("%s", err.text);
    arena_begin(&m, NULL, 0);
    vocoder_layout(v, &m, kernels_select("ref"));
    room_take(r, &m, m.peak);
    vocoder_layout(v, &m, kernels_select("ref"));
    assert_int_equal(m.failed, 0);
    assert_int_equal(m.used, r->size);
    vocoder_reset(v);
}

/* Largest |a - b| of n values; prints where. */
static inline float tts_worst(const float *a, const float *b, size_t n, const char *what) {
    float worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(isfinite(a[i]));
        if (fabsf(a[i] - b[i]) > worst) worst = fabsf(a[i] - b[i]), at = i;
    }
    print_message("%s: %zu values, worst difference %g at %zu (%g, expected %g)\n", what, n, (double)worst, at, (double)a[at], (double)b[at]);
    return worst;
}

#endif
