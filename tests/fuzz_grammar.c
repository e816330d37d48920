/* libFuzzer target: compiles the bytes as a grammar, and matches some frames of them against what compiles.
 * The bytes are copied into a block of exactly their size, and the grammar into one, so that one byte too many is seen.
 */
#include "models/asr/match.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { BLOCK = 1 << 20, FRAMES = 24 };

static uint32_t spell_letters(void *user, const char *word, uint32_t len, uint32_t variant, uint8_t *phones, uint32_t room) {
    uint32_t n = 0;
    (void)user;
    if (variant > (uint32_t)(word[0] & 1)) return 0;
    for (uint32_t i = 0; i < len && n < room; i++) phones[n++] = (uint8_t)(1 + ((uint8_t)word[i] + variant) % 39);
    return n;
}

static void *block_of(size_t bytes) {
    return aligned_alloc(64, (bytes + 64) / 64 * 64);
}

static void match_some(const grammar *g, const uint8_t *bytes, size_t size) {
    static match_result r;
    float log_p[MATCH_CLASSES];
    match m;
    arena a;
    size_t need[2];
    void *at[2];
    const match_limits limits = {.max_frames = FRAMES, .frame_ms = 80.0f / 3.0f, .beam = 50, .word_penalty = 0, .blank_cost = 0};
    for (int pass = 0; pass < 2; pass++) {
        arena_begin(&a, pass ? at[0] : NULL, pass ? need[0] : 0);
        match_layout(&m, &a, g, &limits);
        need[0] = a.peak;
        arena_begin(&a, pass ? at[1] : NULL, pass ? need[1] : 0);
        match_scratch(&m, &a);
        need[1] = a.peak;
        if (a.failed) abort();
        for (int i = 0; i < 2 && !pass; i++) at[i] = block_of(need[i]);
    }
    match_reset(&m);
    for (size_t t = 0; t < FRAMES; t++) {
        for (size_t c = 0; c < MATCH_CLASSES; c++) log_p[c] = -(float)(bytes[(t * 7 + c * 3) % size] % 64) / 8.0f;
        match_push(&m, log_p);
    }
    if (match_finish(&m, &r) && (r.words == 0 || r.end_ms <= r.begin_ms || strlen(r.said) >= MATCH_TEXT)) abort();
    free(at[0]);
    free(at[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static grammar g;
    sotto_error err = {0};
    char *copy = malloc(size ? size : 1);
    void *block = block_of(BLOCK);
    if (size) memcpy(copy, bytes, size);
    int code = grammar_compile(&g, "fuzz", copy, size, spell_letters, NULL, block, BLOCK, &err);
    if (code == 0) {
        char sentence[128];
        grammar_sample(&g, size, sentence, sizeof sentence);
        match_some(&g, bytes, size);
    } else if ((code != ERR_ARG && code != ERR_MEM) || err.text[0] == '\0') {
        abort(); /* a refusal has a code and a line */
    }
    free(block);
    free(copy);
    return 0;
}
