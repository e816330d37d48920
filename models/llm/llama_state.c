/* llama_state: see llama_state.h. Before anything is evicted a row lies in the slot of its own number, so the rows of
 * each head are one stretch. */
#include "models/llm/llama_state.h"
#include <assert.h>
#include <string.h>

typedef struct part { /* one of the arrays of a layer's ring */
    uint8_t *at;
    size_t row; /* bytes of a head's row; 0: this kind of cache has none */
} part;

enum { PARTS = 4 };

static void parts_of(const kvring *r, part *p) {
    size_t row = (size_t)r->dim * (r->kind == KV_F32 ? 4 : r->kind == KV_F16 ? 2 : 1);
    size_t scale = r->kind == KV_I8 ? sizeof(float) : 0;
    p[0] = (part){r->k, row};
    p[1] = (part){r->v, row};
    p[2] = (part){(uint8_t *)r->k_scale, scale};
    p[3] = (part){(uint8_t *)r->v_scale, scale};
}

/* Copies the first `rows` rows of every head between a ring (`out`: from it) and `bytes`; returns where the bytes go on. */
static uint8_t *copy(const kvring *r, uint8_t *bytes, size_t rows, int out) {
    part p[PARTS];
    parts_of(r, p);
    for (int j = 0; j < PARTS; j++)
        for (uint32_t h = 0; p[j].row && h < r->heads; h++, bytes += rows * p[j].row) {
            uint8_t *at = p[j].at + (size_t)h * kvring_stored(r) * p[j].row;
            memcpy(out ? bytes : at, out ? at : bytes, rows * p[j].row);
        }
    return bytes;
}

void llama_state_layout(llama_state *s, arena *a, const llama *l, uint32_t room) {
    const llama_config *c = &l->config;
    s->room = room;
    s->rows = 0;
    s->bytes = room ? (uint8_t *)arena_take(a, c->layers, (size_t)kvring_bytes(l->limits.kv, c->kv_heads, c->head_dim, room)) : NULL;
}

int llama_state_save(llama_state *s, const llama *l) {
    uint64_t rows = llama_total(l);
    uint8_t *to = s->bytes;
    s->rows = 0;
    if (rows > s->room || rows > (uint64_t)l->limits.sinks + l->limits.window) return 0;
    for (uint32_t i = 0; i < l->config.layers; i++) to = copy(&l->cache[i], to, (size_t)rows, 1);
    s->rows = (uint32_t)rows;
    return 1;
}

void llama_state_load(const llama_state *s, llama *l) {
    uint8_t *from = s->bytes;
    assert(s->rows > 0);
    llama_reset(l);
    for (uint32_t i = 0; i < l->config.layers; i++) {
        from = copy(&l->cache[i], from, s->rows, 0);
        l->cache[i].total = l->cache[i].most = s->rows;
    }
}
