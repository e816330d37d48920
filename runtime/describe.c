/* describe: a model file as lines of text, for `sotto inspect`. */
#include "runtime/base/fmt.h"
#include "runtime/model.h"
#include <string.h>

static double value_number(const gguf_value *v) {
    union {
        float f32;
        double f64;
        uint32_t u32;
        int32_t i32;
        uint64_t u64;
    } x = {0};
    memcpy(&x, v->at, v->bytes < sizeof x ? v->bytes : sizeof x);
    switch (v->type) {
    case GGUF_F32:
        return (double)x.f32;
    case GGUF_F64:
        return x.f64;
    case GGUF_I8:
        return (double)(int8_t)x.u32;
    case GGUF_I16:
        return (double)(int16_t)x.u32;
    case GGUF_I32:
        return (double)x.i32;
    case GGUF_I64:
        return (double)(int64_t)x.u64;
    default:
        return (double)x.u64; /* unsigned kinds and bool: the bytes past the value are zero */
    }
}

static void describe_value(const gguf *g, uint64_t i, char *out, size_t cap) {
    static const char *const type[] = {"u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"};
    gguf_text key;
    gguf_value v;
    gguf_value_at(g, i, &key, &v);
    size_t n = fmt_put(out, cap, "%.*s %s ", (int)key.len, key.at, type[v.type]);
    if (v.type == GGUF_ARRAY) {
        fmt_put(out + n, cap - n, "%s[%llu]", type[v.element], (unsigned long long)v.count);
    } else if (v.type == GGUF_STRING) {
        const uint8_t *at = v.at;
        gguf_text text = gguf_next_text(&at);
        fmt_put(out + n, cap - n, "%.*s", (int)(text.len < 200 ? text.len : 200), text.at);
    } else {
        int whole = v.type != GGUF_F32 && v.type != GGUF_F64;
        fmt_put(out + n, cap - n, whole ? "%.0f" : "%.6f", value_number(&v));
    }
}

static const char *tensor_type_name(enum tensor_type type) {
    switch (type) {
    case TENSOR_F32:
        return "F32";
    case TENSOR_F16:
        return "F16";
    case TENSOR_Q4_0:
        return "Q4_0";
    case TENSOR_Q8_0:
        return "Q8_0";
    case TENSOR_I8:
        return "I8";
    case TENSOR_I16:
        return "I16";
    case TENSOR_I32:
        return "I32";
    }
    return "?";
}

static void describe_tensor(const gguf *g, uint64_t i, char *out, size_t cap) {
    gguf_tensor t;
    gguf_tensor_at(g, i, &t);
    size_t n = fmt_put(out, cap, "%.*s %s [", (int)t.name.len, t.name.at, tensor_type_name(t.type));
    for (uint32_t d = 0; d < t.dims; d++) n += fmt_put(out + n, cap - n, "%s%llu", d ? " x " : "", (unsigned long long)t.shape[d]);
    fmt_put(out + n, cap - n, "] %llu bytes", (unsigned long long)t.bytes);
}

int sotto_model_line(const sotto_model *m, size_t line, char *out, size_t cap) {
    const model_body *body = model_of(m);
    if (!body->open || !out || cap == 0) return SOTTO_EARG;
    const gguf *g = &body->file;
    if (line < g->values)
        describe_value(g, line, out, cap);
    else if (line - g->values < g->tensors)
        describe_tensor(g, line - g->values, out, cap);
    else
        return SOTTO_AGAIN;
    return SOTTO_OK;
}
