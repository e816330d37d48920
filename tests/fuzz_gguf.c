/* libFuzzer target: opens the bytes as a GGUF file and touches every key, string and tensor of what opens.
 * The bytes are copied into a block of exactly their size, so that one byte read too many is seen.
 */
#include "models/gguf.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t touch_values(const gguf *g) {
    gguf_text key;
    gguf_value v;
    uint64_t sum = 0;
    for (uint64_t i = 0; gguf_value_at(g, i, &key, &v) == 0; i++) {
        for (size_t j = 0; j < v.bytes; j++) sum += v.at[j];
        const uint8_t *at = v.at;
        if (v.element == GGUF_STRING)
            for (uint64_t n = 0; n < v.count; n++) sum += gguf_next_text(&at).len;
        if (v.element == GGUF_STRING && (size_t)(at - v.at) != v.bytes) abort();
    }
    return sum;
}

static uint64_t touch_tensors(const gguf *g) {
    gguf_tensor t, again;
    uint64_t sum = 0;
    for (uint64_t i = 0; gguf_tensor_at(g, i, &t) == 0; i++) {
        char name[GGUF_MAX_TENSOR_NAME + 1];
        memcpy(name, t.name.at, t.name.len);
        name[t.name.len] = '\0';
        if (gguf_tensor_find(g, name, &again) != 0 || again.data != t.data) abort();
        for (uint64_t j = 0; j < t.bytes; j++) sum += ((const uint8_t *)t.data)[j];
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (size) memcpy(copy, bytes, size);
    gguf g;
    sotto_error err = {0};
    int code = gguf_open(&g, "fuzz.gguf", copy, size, &err);
    if (code == 0) {
        volatile uint64_t sink = touch_values(&g) + touch_tensors(&g);
        (void)sink;
        gguf_need_arch(&g, "llama", &err);
        gguf_u32_or(&g, "general.alignment", 0);
        gguf_f32_or(&g, "test.x", 0);
    } else if (code != ERR_MODEL || err.text[0] == '\0') {
        abort(); /* a refusal has a code and a line */
    }
    free(copy);
    return 0;
}
