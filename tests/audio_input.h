/* audio_input: the inputs of the audio tests (the same generator as models/train/golden_audio.py) and an arena to run in. */
#ifndef SOTTO_TESTS_AUDIO_INPUT_H
#define SOTTO_TESTS_AUDIO_INPUT_H
#include "runtime/base/arena.h"
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* k / 32768 from the generator's upper 16 bits. */
static inline float input_noise(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (float)((int32_t)(*state >> 16) - 32768) / 32768.0f;
}

/* Noise under a sawtooth loudness of 64 steps of 50 samples. */
static inline void input_wave(float *out, int count, uint32_t seed) {
    for (int i = 0; i < count; i++) {
        float step = (float)((i / 50) % 64) / 64.0f;
        out[i] = input_noise(&seed) * step * step;
    }
}

/* Reads `count` floats of tests/golden/NAME; fails the test when the file is not exactly that long. */
static inline float *input_golden(const char *name, size_t count) {
    char path[256];
    snprintf(path, sizeof path, "tests/golden/%s", name);
    FILE *f = fopen(path, "rb");
    float *data = malloc(count * sizeof *data + 1);
    assert_non_null(f);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, count * sizeof *data + 1, f), count * sizeof *data);
    fclose(f);
    return data;
}

/* An arena of exactly `bytes` bytes; free its base. */
static inline void input_arena(arena *a, size_t bytes) {
    void *block = aligned_alloc(ARENA_ALIGN, (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN);
    assert_non_null(block);
    arena_begin(a, block, bytes);
}

#endif
