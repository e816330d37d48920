/* llm_file: a GGUF with one more metadata field or one more tensor, made from a good one, to test what is refused. */
#ifndef SOTTO_TESTS_LLM_FILE_H
#define SOTTO_TESTS_LLM_FILE_H
#include "tests/llm_common.h"

static inline size_t put_u32(uint8_t *at, uint32_t v) {
    memcpy(at, &v, 4);
    return 4;
}
static inline size_t put_u64(uint8_t *at, uint64_t v) {
    memcpy(at, &v, 8);
    return 8;
}

static inline size_t put_string(uint8_t *at, const char *text, size_t len) {
    put_u64(at, len);
    memcpy(at + 8, text, len);
    return 8 + len;
}

/* A u32 (text NULL) or string field. */
static inline size_t put_field(uint8_t *at, const char *key, const char *text, uint32_t number) {
    size_t n = put_string(at, key, strlen(key));
    n += put_u32(at + n, text ? GGUF_STRING : GGUF_U32);
    return n + (text ? put_string(at + n, text, strlen(text)) : put_u32(at + n, number));
}

/* `g`'s file with one field put before all others (in place of the one of this name), and a filler that keeps the alignment. */
static inline uint8_t *with_field(const gguf *g, const char *key, const char *text, uint32_t number, size_t *size) {
    uint8_t extra[1024];
    char filler[512];
    size_t n = put_field(extra, key, text, number), head = 8 + strlen("test.filler") + 4 + 8;
    size_t room = (g->alignment - (n + head) % g->alignment) % g->alignment;
    memset(filler, 'x', sizeof filler);
    n += put_string(extra + n, "test.filler", strlen("test.filler"));
    n += put_u32(extra + n, GGUF_STRING);
    n += put_string(extra + n, filler, room);
    *size = g->size + n;
    uint8_t *out = aligned_alloc(64, (*size + 64) / 64 * 64);
    memcpy(out, g->data, g->values_at);
    memcpy(out + g->values_at, extra, n);
    memcpy(out + g->values_at + n, g->data + g->values_at, g->size - g->values_at);
    put_u64(out + 16, g->values + 2);
    for (size_t i = g->values_at + n; i + strlen(key) <= g->data_at + n; i++) /* a field of this name that was there before: renamed */
        if (memcmp(out + i, key, strlen(key)) == 0) {
            out[i + strlen(key) - 1] = '~';
            break;
        }
    return out;
}

/* `g`'s file with the first occurrence of the bytes `from` replaced by `to` of the same length. */
static inline uint8_t *with_bytes(const gguf *g, const char *from, const char *to) {
    size_t n = strlen(from);
    uint8_t *out = aligned_alloc(64, (g->size + 64) / 64 * 64);
    memcpy(out, g->data, g->size);
    for (size_t i = 0; i + n <= g->size; i++)
        if (memcmp(out + i, from, n) == 0) {
            memcpy(out + i, to, n);
            return out;
        }
    fail_msg("%s is not in the file", from);
    return out;
}

#endif
