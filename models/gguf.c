/* gguf: the check of a whole file at open. Everything after it may trust the bytes (law 6).
 *
 * Bound: two walks over the metadata, and one more for every 256 names (no name twice); no memory but the stack.
 */
#include "models/gguf_walk.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { HEADER_BYTES = 24, NAME_BATCH = 256, LONG_ARRAY = 64, DEFAULT_ALIGNMENT = 32, MAX_ALIGNMENT = 65536 };

typedef struct check { /* one opening under way */
    gguf g;            /* what is known so far */
    gguf_walk w;
    char label[96]; /* the part looked at, for the message: "key general.name" */
    sotto_error *err;
} check;

static int refuse(check *c, const char *format, ...) {
    char detail[144];
    va_list args;
    va_start(args, format);
    fmt_putv(detail, sizeof detail, format, args);
    va_end(args);
    return error_set(c->err, ERR_MODEL, "%s: %s: %s", c->g.name, c->label, detail);
}

/* Names are printed and compared as C strings elsewhere: printable and bounded, else they are refused. */
static int check_name(check *c, gguf_text name, size_t most) {
    if (name.len < 1 || name.len > most) return refuse(c, "name of %llu bytes, expected 1..%zu", (unsigned long long)name.len, most);
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] < 0x20 || name.at[i] > 0x7e) return refuse(c, "name holds byte %u, expected printable ASCII", (uint8_t)name.at[i]);
    return 0;
}

static int check_header(check *c) {
    const uint8_t *head = c->w.data;
    fmt_put(c->label, sizeof c->label, "header");
    if (c->w.size < HEADER_BYTES) return refuse(c, "file of %zu bytes, expected at least %d", c->w.size, HEADER_BYTES);
    if (memcmp(head, "FUGG", 4) == 0) return refuse(c, "big-endian file, expected little-endian GGUF");
    if (memcmp(head, "GGUF", 4) != 0) return refuse(c, "magic is %x, expected \"GGUF\"", (unsigned)gguf_read_u32(head));
    uint32_t version = gguf_read_u32(head + 4);
    if (version != 3 && (version & 0xffffu) == 0) return refuse(c, "big-endian file (version %x), expected little-endian", (unsigned)version);
    if (version != 3) return refuse(c, "GGUF version %u, expected 3", (unsigned)version);
    c->g.tensors = gguf_read_u64(head + 8);
    c->g.values = gguf_read_u64(head + 16);
    c->g.values_at = c->w.at = HEADER_BYTES;
    return 0;
}

/* Counts are bounded by the reader's limits and by what could be in the file: 13 bytes a key, 33 a tensor at the least. */
static int check_counts(check *c) {
    uint64_t left = c->w.size - HEADER_BYTES;
    if (c->g.values > GGUF_MAX_VALUES || c->g.values > left / 13)
        return refuse(c, "key count %llu, expected at most %llu", (unsigned long long)c->g.values,
                      (unsigned long long)(left / 13 < GGUF_MAX_VALUES ? left / 13 : GGUF_MAX_VALUES));
    if (c->g.tensors > GGUF_MAX_TENSORS || c->g.tensors > left / 33)
        return refuse(c, "tensor count %llu, expected at most %llu", (unsigned long long)c->g.tensors,
                      (unsigned long long)(left / 33 < GGUF_MAX_TENSORS ? left / 33 : GGUF_MAX_TENSORS));
    return 0;
}

/* Remembers a long string array, so that look-ups need not walk it again. */
static void note_long(gguf *g, const gguf_value *v) {
    if (v->type != GGUF_ARRAY || v->element != GGUF_STRING || v->count < LONG_ARRAY) return;
    for (int i = 0; i < GGUF_SKIPS; i++) {
        if (g->skip[i].from) continue;
        g->skip[i].from = (size_t)(v->at - g->data);
        g->skip[i].to = (size_t)(v->at - g->data) + v->bytes;
        return;
    }
}

static int check_alignment(check *c, gguf_text key, const gguf_value *v) {
    static const char name[] = "general.alignment";
    if (key.len != sizeof name - 1 || memcmp(key.at, name, sizeof name - 1) != 0) return 0;
    if (v->type != GGUF_U32) return refuse(c, "value type %d, expected u32", (int)v->type);
    uint32_t a = gguf_read_u32(v->at);
    if (a < 8 || a > MAX_ALIGNMENT || (a & (a - 1)) != 0) return refuse(c, "is %u, expected a power of two from 8 to %d", (unsigned)a, MAX_ALIGNMENT);
    c->g.alignment = a;
    return 0;
}

static int check_values(check *c) {
    for (uint64_t i = 0; i < c->g.values; i++) {
        gguf_text key;
        gguf_value v = {0};
        fmt_put(c->label, sizeof c->label, "key %llu of %llu", (unsigned long long)i + 1, (unsigned long long)c->g.values);
        if (gguf_take_text(&c->w, &key)) return refuse(c, "name runs past the end of the file");
        if (check_name(c, key, GGUF_MAX_KEY)) return ERR_MODEL;
        fmt_put(c->label, sizeof c->label, "key %.*s", (int)(key.len < 80 ? key.len : 80), key.at);
        const char *wrong = gguf_take_value(&c->w, &v);
        if (wrong) return refuse(c, "type %u: %s", (unsigned)(v.type == GGUF_ARRAY ? v.element : v.type), wrong);
        if (check_alignment(c, key, &v)) return ERR_MODEL;
        note_long(&c->g, &v);
    }
    return 0;
}

static int check_entry(check *c, const gguf_entry *e, uint64_t expected, uint64_t *bytes) {
    if (e->type > 255 || tensor_row_bytes((enum tensor_type)e->type, 32) == 0)
        return refuse(c, "type %u (%s), expected F32, F16, Q4_0, Q8_0, I8, I16 or I32", (unsigned)e->type, gguf_type_name(e->type));
    if (tensor_row_bytes((enum tensor_type)e->type, e->shape[0]) == 0)
        return refuse(c, "%llu columns of %s, expected a multiple of 32 that fits the file", (unsigned long long)e->shape[0],
                      gguf_type_name(e->type));
    *bytes = gguf_entry_bytes(e, c->g.size);
    if (*bytes == 0) return refuse(c, "shape is larger than the file of %zu bytes", c->g.size);
    if (e->offset % c->g.alignment)
        return refuse(c, "offset %llu, expected a multiple of %u", (unsigned long long)e->offset, (unsigned)c->g.alignment);
    if (e->offset != expected)
        return refuse(c, "offset %llu, expected %llu (one after the other)", (unsigned long long)e->offset, (unsigned long long)expected);
    return 0;
}

static uint64_t align_up(uint64_t at, uint64_t alignment) {
    return (at + alignment - 1) & ~(alignment - 1);
}

/* One tensor's line; *end is where its data ends, counted from the data part. */
static int check_tensor(check *c, uint64_t index, uint64_t *end) {
    gguf_entry e;
    uint64_t bytes = 0;
    fmt_put(c->label, sizeof c->label, "tensor %llu of %llu", (unsigned long long)index + 1, (unsigned long long)c->g.tensors);
    if (gguf_take_text(&c->w, &e.name)) return refuse(c, "name runs past the end of the file");
    if (check_name(c, e.name, GGUF_MAX_TENSOR_NAME)) return ERR_MODEL;
    fmt_put(c->label, sizeof c->label, "tensor %.*s", (int)e.name.len, e.name.at);
    const char *wrong = gguf_take_entry(&c->w, &e);
    if (wrong) return refuse(c, "%s", wrong);
    if (check_entry(c, &e, align_up(*end, c->g.alignment), &bytes)) return ERR_MODEL;
    *end = e.offset + bytes;
    return *end > c->g.size ? refuse(c, "data ends past the file of %zu bytes", c->g.size) : 0;
}

static int check_tensors(check *c) {
    uint64_t end = 0;
    c->g.tensors_at = c->w.at;
    for (uint64_t i = 0; i < c->g.tensors; i++)
        if (check_tensor(c, i, &end)) return ERR_MODEL;
    fmt_put(c->label, sizeof c->label, "tensors");
    uint64_t data_at = align_up(c->w.at, c->g.alignment);
    if (c->g.tensors > 0 && (data_at > c->g.size || end > c->g.size - data_at))
        return refuse(c, "data ends at byte %llu, past the end of the file of %zu bytes", (unsigned long long)(data_at + end), c->g.size);
    c->g.data_at = data_at < c->g.size ? (size_t)data_at : c->g.size;
    return 0;
}

/* Moves over one key or one tensor line that was checked before. */
static gguf_text next_name(gguf_walk *w, int of_tensors) {
    gguf_text name = {"", 0};
    gguf_value v;
    gguf_entry e;
    gguf_take_text(w, &name);
    if (of_tensors)
        gguf_take_entry(w, &e);
    else
        gguf_take_value(w, &v);
    return name;
}

/* Names first..first+NAME_BATCH-1 against all after each of them. */
static int check_batch(check *c, int of_tensors, uint64_t first, uint64_t count) {
    size_t at[NAME_BATCH]; /* offsets of the batch's names in the file */
    uint16_t len[NAME_BATCH];
    size_t begin = of_tensors ? c->g.tensors_at : c->g.values_at, held = 0;
    gguf_walk w = {c->g.data, c->g.size, begin, &c->g};
    for (uint64_t i = 0; i < count; i++) {
        gguf_text name = next_name(&w, of_tensors);
        if (i < first) continue;
        for (size_t j = 0; j < held; j++)
            if (len[j] == name.len && memcmp(c->g.data + at[j], name.at, name.len) == 0) {
                fmt_put(c->label, sizeof c->label, "%s %.*s", of_tensors ? "tensor" : "key", (int)(name.len < 80 ? name.len : 80), name.at);
                return refuse(c, "is there twice, expected once");
            }
        if (held == NAME_BATCH) continue;
        at[held] = (size_t)((const uint8_t *)name.at - c->g.data);
        len[held++] = (uint16_t)name.len;
    }
    return 0;
}

static int check_unique(check *c, int of_tensors, uint64_t count) {
    for (uint64_t first = 0; first < count; first += NAME_BATCH)
        if (check_batch(c, of_tensors, first, count)) return ERR_MODEL;
    return 0;
}

int gguf_open(gguf *g, const char *name, const void *bytes, size_t size, sotto_error *err) {
    check c = {.g = {.data = bytes, .size = size, .alignment = DEFAULT_ALIGNMENT}, .w = {bytes, size, 0, NULL}, .err = err};
    fmt_put(c.g.name, sizeof c.g.name, "%s", name ? name : "model");
    if (!g || (!bytes && size) || (uintptr_t)bytes % 8 != 0) return error_set(err, ERR_ARG, "%s: bytes are not 8-byte aligned", c.g.name);
    int code = check_header(&c);
    if (!code) code = check_counts(&c);
    if (!code) code = check_values(&c);
    if (!code) code = check_tensors(&c);
    if (!code) code = check_unique(&c, 0, c.g.values);
    if (!code) code = check_unique(&c, 1, c.g.tensors);
    if (!code) *g = c.g;
    return code;
}
