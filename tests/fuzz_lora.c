/* libFuzzer target: opens the bytes as an adapter of the golden base; what opens is put on, and its matrices are run.
 * The bytes are copied into a block of exactly their size, so that one byte read too many is seen.
 */
#include "models/llm/llama.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { WIDEST = 64, BATCH = 2 };

static gguf base; /* read once */

static void open_base(void) {
    sotto_error err;
    static _Alignas(64) uint8_t bytes[1 << 17];
    FILE *f = fopen("tests/golden/llama_f32.gguf", "rb");
    if (!f) abort();
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    if (gguf_open(&base, "base.gguf", bytes, size, &err) != 0) abort();
}

/* Every part of every layer, on rows of ones. */
static void run_all(const lora *x, uint32_t layers) {
    static float in[BATCH * WIDEST], out[BATCH * WIDEST * LORA_MAX_RANK], row[WIDEST];
    const kernels *k = kernels_select("ref");
    lora_side side;
    arena a;
    void *block = aligned_alloc(64, 1 << 20);
    arena_begin(&a, block, 1 << 20);
    lora_layout(&side, &a, layers, x->rank);
    lora_scratch(&side, &a, BATCH);
    matrix_input m = {.row = row};
    quant_layout(&m.quant, &a, BATCH, WIDEST);
    if (a.failed || lora_wear(&side, x) != 0) abort();
    for (int i = 0; i < BATCH * WIDEST; i++) in[i] = 1;
    for (uint32_t i = 0; i < layers * LORA_PARTS; i++) {
        if (!side.pair[i].a.data) continue;
        matrix_quantize(k, &m, in, BATCH, side.pair[i].a.cols);
        lora_run(k, &side, i / LORA_PARTS, (enum lora_part)(i % LORA_PARTS), out, &m);
    }
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (!base.data) open_base();
    uint8_t *copy = malloc(size ? size : 1);
    if (size) memcpy(copy, bytes, size);
    gguf g;
    lora x;
    sotto_error err = {0};
    int code = gguf_open(&g, "fuzz.gguf", copy, size, &err);
    if (code == 0) code = lora_bind(&x, &g, &base, &err);
    if (code == 0) run_all(&x, 2);
    if (code != 0 && (code != ERR_MODEL || err.text[0] == '\0')) abort(); /* a refusal has a code and a line */
    free(copy);
    return 0;
}
