/* ngram: a backing-off token model in one hash table (see ngram.h). */
#include "models/asr/ngram.h"
#include <string.h>

int ngram_bind(ngram *n, const gguf *g, uint32_t vocab, sotto_error *err) {
    gguf_tensor t;
    const void *slot = NULL, *unigram = NULL;
    memset(n, 0, sizeof *n);
    if (gguf_tensor_find(g, "lm.slots", &t) != 0) return 0;
    uint64_t slots = t.shape[0];
    if (slots < 2 || slots > (1u << 24) || (slots & (slots - 1)))
        return error_set(err, ERR_MODEL, "%s: tensor lm.slots: expected a power of two of slots", g->name);
    int code = gguf_need_tensor(g, "lm.slots", TENSOR_I32, slots, 0, &slot, err);
    if (!code) code = gguf_need_tensor(g, "lm.unigram", TENSOR_F32, vocab, 0, &unigram, err);
    if (!code) code = gguf_need_u32(g, "sotto.asr.lm.order", 1, NGRAM_MAX_ORDER, &n->order, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.lm.weight", 0.0f, 10.0f, &n->weight, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.lm.bonus", -20.0f, 20.0f, &n->bonus, err);
    if (code) return code;
    n->slot = slot;
    n->unigram = unigram;
    n->slots = (uint32_t)slots;
    n->vocab = vocab;
    return 0;
}

static uint64_t mix(uint64_t hash, uint32_t token) {
    hash = (hash + token + 1) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

/* The slot of an n-gram whose hash is given, 0 when it is not there. */
static uint32_t find(const ngram *n, uint64_t hash) {
    uint32_t check = (uint32_t)(hash >> 48) | 1u, at = (uint32_t)hash & (n->slots - 1);
    for (uint32_t i = 0; i < NGRAM_PROBES; i++) {
        uint32_t s = n->slot[(at + i) & (n->slots - 1)];
        if (s == 0) return 0;
        if (s >> 16 == check) return s;
    }
    return 0;
}

float ngram_score(const ngram *n, const uint16_t *context, uint32_t count, uint32_t next) {
    float back = 0;
    uint32_t most = n->order - 1 < count ? n->order - 1 : count;
    for (uint32_t len = most; len > 0; len--) {
        uint64_t hash = len + 1;
        for (uint32_t i = count - len; i < count; i++) hash = mix(hash, context[i]);
        uint32_t s = find(n, mix(hash, next));
        if (s) return back - (float)(s >> 8 & 255u) * 0.0625f;
        hash = len;
        for (uint32_t i = count - len; i < count; i++) hash = mix(hash, context[i]);
        s = find(n, hash);
        if (s) back += (float)(int8_t)(s & 255u) * 0.0625f;
    }
    return back + n->unigram[next];
}
