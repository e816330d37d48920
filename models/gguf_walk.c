/* gguf_walk: bounded reading of values, strings, arrays and tensor lines. Bound: each take is checked against the bytes left. */
#include "models/gguf_walk.h"
#include <string.h>

uint32_t gguf_read_u32(const uint8_t *at) {
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

uint64_t gguf_read_u64(const uint8_t *at) {
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

int gguf_take(gguf_walk *w, uint64_t bytes, const uint8_t **at) {
    if (bytes > w->size - w->at) return -1;
    *at = w->data + w->at;
    w->at += (size_t)bytes;
    return 0;
}

int gguf_take_u32(gguf_walk *w, uint32_t *out) {
    const uint8_t *at;
    if (gguf_take(w, 4, &at)) return -1;
    *out = gguf_read_u32(at);
    return 0;
}

int gguf_take_u64(gguf_walk *w, uint64_t *out) {
    const uint8_t *at;
    if (gguf_take(w, 8, &at)) return -1;
    *out = gguf_read_u64(at);
    return 0;
}

int gguf_take_text(gguf_walk *w, gguf_text *out) {
    uint64_t len;
    const uint8_t *at;
    if (gguf_take_u64(w, &len) || gguf_take(w, len, &at)) return -1;
    out->at = (const char *)at;
    out->len = (size_t)len;
    return 0;
}

/* Bytes of one value of a fixed-size type, 0 for strings, arrays and numbers that are no type. */
static uint32_t fixed_bytes(uint32_t type) {
    static const uint8_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof bytes ? bytes[type] : 0;
}

static const char *take_fixed(gguf_walk *w, uint32_t type, uint64_t count) {
    const uint8_t *at;
    if (count > (w->size - w->at) / fixed_bytes(type)) return "runs past the end of the file";
    if (gguf_take(w, count * fixed_bytes(type), &at)) return "runs past the end of the file";
    if (type != GGUF_BOOL) return NULL;
    for (uint64_t i = 0; i < count; i++)
        if (at[i] > 1) return "bool is neither 0 nor 1, expected 0 or 1";
    return NULL;
}

/* Where a known long array that starts at `from` ends, 0 when it is not in the list. */
static size_t jump(const gguf *known, size_t from) {
    if (!known) return 0;
    for (int i = 0; i < GGUF_SKIPS; i++)
        if (known->skip[i].from == from) return known->skip[i].to;
    return 0;
}

static const char *take_strings(gguf_walk *w, uint64_t count) {
    gguf_text text;
    size_t end = jump(w->known, w->at);
    if (end) {
        w->at = end;
        return NULL;
    }
    if (count > (w->size - w->at) / 8) return "more strings than the file can hold";
    for (; count > 0; count--)
        if (gguf_take_text(w, &text)) return "a string runs past the end of the file";
    return NULL;
}

static const char *take_array(gguf_walk *w, gguf_value *out) {
    uint32_t element;
    if (gguf_take_u32(w, &element) || gguf_take_u64(w, &out->count)) return "array runs past the end of the file";
    out->element = (enum gguf_type)element;
    out->at = w->data + w->at;
    if (element == GGUF_ARRAY) return "array of arrays, expected numbers or strings";
    if (element == GGUF_STRING) return take_strings(w, out->count);
    if (fixed_bytes(element) == 0) return "unknown array element type, expected 0..12";
    return take_fixed(w, element, out->count);
}

static const char *take_typed(gguf_walk *w, uint32_t type, gguf_value *out) {
    if (type == GGUF_ARRAY) return take_array(w, out);
    if (type == GGUF_STRING) return take_strings(w, 1);
    if (fixed_bytes(type) == 0) return "unknown value type, expected 0..12";
    return take_fixed(w, type, 1);
}

const char *gguf_take_value(gguf_walk *w, gguf_value *out) {
    uint32_t type;
    if (gguf_take_u32(w, &type)) return "value runs past the end of the file";
    out->type = out->element = (enum gguf_type)type;
    out->count = 1;
    out->at = w->data + w->at;
    const char *wrong = take_typed(w, type, out);
    out->bytes = (size_t)(w->data + w->at - out->at);
    return wrong;
}

const char *gguf_take_entry(gguf_walk *w, gguf_entry *out) {
    if (gguf_take_u32(w, &out->dims)) return "directory runs past the end of the file";
    if (out->dims < 1 || out->dims > 4) return "wrong number of dimensions, expected 1..4";
    for (uint32_t i = 0; i < 4; i++) out->shape[i] = 1;
    for (uint32_t i = 0; i < out->dims; i++) {
        if (gguf_take_u64(w, &out->shape[i])) return "directory runs past the end of the file";
        if (out->shape[i] == 0) return "a dimension is 0, expected at least 1";
    }
    if (gguf_take_u32(w, &out->type) || gguf_take_u64(w, &out->offset)) return "directory runs past the end of the file";
    return NULL;
}

const char *gguf_type_name(uint32_t type) {
    static const char names[][8] = {"F32",   "F16",    "Q4_0", "Q4_1", "Q4_2", "Q4_3",    "Q5_0",   "Q5_1",    "Q8_0",  "Q8_1",   "Q2_K",
                                    "Q3_K",  "Q4_K",   "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S",
                                    "IQ2_S", "IQ4_XS", "I8",   "I16",  "I32",  "I64",     "F64",    "IQ1_M",   "BF16"};
    return type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}

uint64_t tensor_row_bytes(enum tensor_type type, uint64_t cols) {
    uint64_t block = 1, bytes = 0;
    switch (type) {
    case TENSOR_I8:
        bytes = 1;
        break;
    case TENSOR_F16:
    case TENSOR_I16:
        bytes = 2;
        break;
    case TENSOR_F32:
    case TENSOR_I32:
        bytes = 4;
        break;
    case TENSOR_Q4_0:
        block = 32, bytes = 18;
        break;
    case TENSOR_Q8_0:
        block = 32, bytes = 34;
        break;
    }
    if (bytes == 0 || cols % block != 0 || cols / block > UINT64_MAX / bytes) return 0;
    return cols / block * bytes;
}

uint64_t gguf_entry_bytes(const gguf_entry *e, uint64_t limit) {
    uint64_t bytes = tensor_row_bytes((enum tensor_type)e->type, e->shape[0]);
    if (bytes > limit) return 0;
    for (int i = 1; i < 4; i++) {
        if (e->shape[i] > limit) return 0;
        if (bytes > limit / e->shape[i]) return 0;
        bytes *= e->shape[i];
    }
    return bytes;
}
