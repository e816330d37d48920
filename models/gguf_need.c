/* gguf_need: metadata and tensors with the type, range and shape that a model expects, refused in one line otherwise. */
#include "models/gguf_walk.h"
#include <string.h>

static int missing(const gguf *g, const char *what, const char *name, sotto_error *err) {
    return error_set(err, ERR_MODEL, "%s: %s %s: is not in the file", g->name, what, name);
}

/* An integer or bool of any width as u64; 0, or -1 for another type or a negative number. */
static int read_whole(const gguf_value *v, uint64_t *out) {
    uint8_t b[8] = {0};
    memcpy(b, v->at, v->bytes < 8 ? v->bytes : 8);
    uint64_t bits = gguf_read_u64(b);
    switch (v->type) {
    case GGUF_U8:
    case GGUF_U16:
    case GGUF_U32:
    case GGUF_U64:
    case GGUF_BOOL:
        break;
    case GGUF_I8:
    case GGUF_I16:
    case GGUF_I32:
    case GGUF_I64:
        if (v->bytes > 0 && (b[v->bytes - 1] & 0x80)) return -1;
        break;
    default:
        return -1;
    }
    *out = bits;
    return 0;
}

static int read_real(const gguf_value *v, double *out) {
    float f;
    if (v->type == GGUF_F32) {
        memcpy(&f, v->at, sizeof f);
        *out = f;
        return 0;
    }
    if (v->type != GGUF_F64) return -1;
    memcpy(out, v->at, sizeof *out);
    return 0;
}

int gguf_need_u32(const gguf *g, const char *key, uint32_t low, uint32_t high, uint32_t *out, sotto_error *err) {
    gguf_value v;
    uint64_t n;
    if (gguf_find(g, key, &v)) return missing(g, "key", key, err);
    if (read_whole(&v, &n))
        return error_set(err, ERR_MODEL, "%s: key %s: value type %d, expected a whole number, not negative", g->name, key, (int)v.type);
    if (n != low && low == high)
        return error_set(err, ERR_MODEL, "%s: key %s: is %llu, expected %lu", g->name, key, (unsigned long long)n, (unsigned long)low);
    if (n < low || n > high)
        return error_set(err, ERR_MODEL, "%s: key %s: is %llu, expected %lu..%lu", g->name, key, (unsigned long long)n, (unsigned long)low,
                         (unsigned long)high);
    *out = (uint32_t)n;
    return 0;
}

int gguf_need_f32(const gguf *g, const char *key, float low, float high, float *out, sotto_error *err) {
    gguf_value v;
    double x;
    if (gguf_find(g, key, &v)) return missing(g, "key", key, err);
    if (read_real(&v, &x)) return error_set(err, ERR_MODEL, "%s: key %s: value type %d, expected f32", g->name, key, (int)v.type);
    if (!(x >= (double)low && x <= (double)high))
        return error_set(err, ERR_MODEL, "%s: key %s: is %.6f, expected %.6f..%.6f", g->name, key, x, (double)low, (double)high);
    *out = (float)x;
    return 0;
}

int gguf_need_text(const gguf *g, const char *key, gguf_text *out, sotto_error *err) {
    gguf_value v;
    if (gguf_find(g, key, &v)) return missing(g, "key", key, err);
    if (v.type != GGUF_STRING) return error_set(err, ERR_MODEL, "%s: key %s: value type %d, expected string", g->name, key, (int)v.type);
    const uint8_t *at = v.at;
    *out = gguf_next_text(&at);
    return 0;
}

uint32_t gguf_u32_or(const gguf *g, const char *key, uint32_t otherwise) {
    gguf_value v;
    uint64_t n;
    return gguf_find(g, key, &v) || read_whole(&v, &n) || n > UINT32_MAX ? otherwise : (uint32_t)n;
}

float gguf_f32_or(const gguf *g, const char *key, float otherwise) {
    gguf_value v;
    double x;
    return gguf_find(g, key, &v) || read_real(&v, &x) || !(x >= -3.4e38 && x <= 3.4e38) ? otherwise : (float)x;
}

gguf_text gguf_text_or(const gguf *g, const char *key, const char *otherwise) {
    gguf_text text = {otherwise, strlen(otherwise)};
    gguf_need_text(g, key, &text, NULL);
    return text;
}

int gguf_need_arch(const gguf *g, const char *arch, sotto_error *err) {
    gguf_text text;
    int code = gguf_need_text(g, "general.architecture", &text, err);
    if (code) return code;
    if (text.len == strlen(arch) && memcmp(text.at, arch, text.len) == 0) return 0;
    return error_set(err, ERR_MODEL, "%s: key general.architecture: is \"%.*s\", expected \"%s\"", g->name, (int)(text.len < 40 ? text.len : 40),
                     text.at, arch);
}

/* 1 when all `count` words of `bytes` bytes, `stride` apart, are finite floats of that size (2: F16, 4: F32). */
static int finite_words(const uint8_t *at, uint64_t count, size_t bytes, size_t stride) {
    uint32_t mask = bytes == 2 ? 0x7c00u : 0x7f800000u;
    for (; count > 0; count--, at += stride) {
        uint32_t word = (uint32_t)at[0] | (uint32_t)at[1] << 8;
        if (bytes == 4) word |= (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        if ((word & mask) == mask) return 0;
    }
    return 1;
}

static int finite_tensor(const gguf_tensor *t) {
    switch (t->type) {
    case TENSOR_F32:
        return finite_words(t->data, t->bytes / 4, 4, 4);
    case TENSOR_F16:
        return finite_words(t->data, t->bytes / 2, 2, 2);
    case TENSOR_Q4_0:
        return finite_words(t->data, t->bytes / 18, 2, 18);
    case TENSOR_Q8_0:
        return finite_words(t->data, t->bytes / 34, 2, 34);
    default:
        return 1;
    }
}

int gguf_need_tensor(const gguf *g, const char *name, enum tensor_type type, uint64_t rows, uint64_t cols, const void **data, sotto_error *err) {
    gguf_tensor t;
    uint64_t first = cols ? cols : rows, second = cols ? rows : 1;
    if (gguf_tensor_find(g, name, &t)) return missing(g, "tensor", name, err);
    if (t.type != type)
        return error_set(err, ERR_MODEL, "%s: tensor %s: type %d (%s), expected %d (%s)", g->name, name, (int)t.type, gguf_type_name(t.type),
                         (int)type, gguf_type_name(type));
    if (t.shape[0] != first || t.shape[1] != second || t.shape[2] != 1 || t.shape[3] != 1)
        return error_set(err, ERR_MODEL, "%s: tensor %s: shape %llu x %llu x %llu x %llu, expected %llu x %llu", g->name, name,
                         (unsigned long long)t.shape[0], (unsigned long long)t.shape[1], (unsigned long long)t.shape[2],
                         (unsigned long long)t.shape[3], (unsigned long long)first, (unsigned long long)second);
    if (!finite_tensor(&t)) return error_set(err, ERR_MODEL, "%s: tensor %s: holds inf or NaN, expected finite numbers", g->name, name);
    *data = t.data;
    return 0;
}
