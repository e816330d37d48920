/* gguf_find: look-ups in an opened file. The bytes were checked at open, so walking them cannot fail.
 *
 * Cost: linear in the number of keys or tensors (long arrays are jumped over); set-up only.
 */
#include "models/gguf_walk.h"
#include <string.h>

static int same(gguf_text a, const char *b) {
    return strlen(b) == a.len && memcmp(a.at, b, a.len) == 0;
}

/* The index-th key, or the one called `name` when that is not NULL. */
static int seek_value(const gguf *g, uint64_t index, const char *name, gguf_text *key, gguf_value *out) {
    gguf_walk w = {g->data, g->size, g->values_at, g};
    for (uint64_t i = 0; i < g->values; i++) {
        gguf_text text;
        gguf_value v;
        if (gguf_take_text(&w, &text) || gguf_take_value(&w, &v)) return -1;
        if (name ? !same(text, name) : i != index) continue;
        *key = text;
        *out = v;
        return 0;
    }
    return -1;
}

int gguf_find(const gguf *g, const char *key, gguf_value *out) {
    gguf_text text;
    return seek_value(g, 0, key, &text, out);
}

int gguf_value_at(const gguf *g, uint64_t index, gguf_text *key, gguf_value *out) {
    return seek_value(g, index, NULL, key, out);
}

static void fill_tensor(const gguf *g, const gguf_entry *e, gguf_tensor *out) {
    out->name = e->name;
    out->type = (enum tensor_type)e->type;
    out->dims = e->dims;
    memcpy(out->shape, e->shape, sizeof out->shape);
    out->data = g->data + g->data_at + e->offset;
    out->bytes = gguf_entry_bytes(e, g->size);
}

static int seek_tensor(const gguf *g, uint64_t index, const char *name, gguf_tensor *out) {
    gguf_walk w = {g->data, g->size, g->tensors_at, g};
    for (uint64_t i = 0; i < g->tensors; i++) {
        gguf_entry e;
        if (gguf_take_text(&w, &e.name) || gguf_take_entry(&w, &e)) return -1;
        if (name ? !same(e.name, name) : i != index) continue;
        fill_tensor(g, &e, out);
        return 0;
    }
    return -1;
}

int gguf_tensor_at(const gguf *g, uint64_t index, gguf_tensor *out) {
    return seek_tensor(g, index, NULL, out);
}

int gguf_tensor_find(const gguf *g, const char *name, gguf_tensor *out) {
    return seek_tensor(g, 0, name, out);
}

gguf_text gguf_next_text(const uint8_t **at) {
    gguf_text text = {(const char *)*at + 8, (size_t)gguf_read_u64(*at)};
    *at += 8 + text.len;
    return text;
}
