/* phones_common: what the tests of phones share: the shipped g2p file and the reader of clauses over it. */
#ifndef SOTTO_TESTS_PHONES_COMMON_H
#define SOTTO_TESTS_PHONES_COMMON_H
#include "models/tts/phonemes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define PACK "models/packs/nano/g2p.gguf"
enum { PACK_MOST = 550 * 1024 };

static _Alignas(64) uint8_t pack[PACK_MOST + 64]; /* room for more, so that a larger file is seen */
static size_t pack_size;
static _Alignas(64) uint8_t memory[96 * 1024];
static gguf file;
static g2p net;
static phonemes voice;

/* cmocka's setup of the group. */
static int load(void **state) {
    (void)state;
    sotto_error err = {0};
    FILE *f = fopen(PACK, "rb");
    if (!f) return -1;
    pack_size = fread(pack, 1, sizeof pack, f);
    fclose(f);
    arena a;
    arena_begin(&a, memory, sizeof memory);
    if (gguf_open(&file, "g2p.gguf", pack, pack_size, &err) || g2p_bind(&net, &file, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    g2p_layout(&net, &a, kernels_select(NULL));
    phonemes_layout(&voice, &a, &net);
    return a.failed;
}

#endif
