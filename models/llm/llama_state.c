/* llama_state: see llama_state.h. Before anything is evicted a row lies in the slot of its own number, so rows are one stretch. */
#include "models/llm/llama_state.h"
#include <assert.h>
#include <string.h>

typedef struct part { /* one of the arrays of a layer's ring */
    uint8_t *at;
    size_t row; /* bytes of a row; 0: this kind of cache has none */
} part;

enum { PARTS = 4 };

static void parts_of(const kvring *r, part *p) {
    size_t value = r->kind == KV_F32 ? 4 : r->kind == KV_F16 ? 2 : 1, row = (size_t)r->heads * r->dim * value;
    size_t scale = r->kind == KV_I8 ? r->heads * sizeof(float) : 0;
    p[0] = (part){r->k, row};
    p[1] = (part){r->v, row};
    p[2] = (part){(uint8_t *)r->k_scale, scale};
    p[3] = (part){(uint8_t *)r->v_scale, scale};
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
    part p[PARTS];
    s->rows = 0;
    if (rows > s->room || rows > (uint64_t)l->limits.sinks + l->limits.window) return 0;
    for (uint32_t i = 0; i < l->config.layers; i++) {
        parts_of(&l->cache[i], p);
        for (int j = 0; j < PARTS; j++) {
            if (p[j].row) memcpy(to, p[j].at, rows * p[j].row);
            to += rows * p[j].row;
        }
    }
    s->rows = (uint32_t)rows;
    return 1;
}

void llama_state_load(const llama_state *s, llama *l) {
    const uint8_t *from = s->bytes;
    part p[PARTS];
    assert(s->rows > 0);
    llama_reset(l);
    for (uint32_t i = 0; i < l->config.layers; i++) {
        parts_of(&l->cache[i], p);
        for (int j = 0; j < PARTS; j++) {
            if (p[j].row) memcpy(p[j].at, from, s->rows * p[j].row);
            from += s->rows * p[j].row;
        }
        l->cache[i].total = l->cache[i].most = s->rows;
    }
}
