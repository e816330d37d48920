/* ngram: a backing-off word model in one hash table (see ngram.h). */
#include "models/asr/ngram.h"
#include <string.h>

int ngram_bind(ngram *n, const gguf *g, uint32_t words, sotto_error *err) {
    gguf_tensor t;
    const void *slot = NULL, *unigram = NULL;
    memset(n, 0, sizeof *n);
    if (gguf_tensor_find(g, "lm.slot", &t) != 0 || t.shape[0] < 3 || t.shape[0] > 3u << 24 || t.shape[0] % 3)
        return error_set(err, ERR_MODEL, "%s: tensor lm.slot: expected three bytes a slot", g->name);
    int code = gguf_need_tensor(g, "lm.slot", TENSOR_I8, t.shape[0], 0, &slot, err);
    if (!code) code = gguf_need_tensor(g, "lm.unigram", TENSOR_I8, 2 * ((uint64_t)words + 2), 0, &unigram, err);
    if (!code) code = gguf_need_u32(g, "sotto.asr.lm.order", 1, NGRAM_MAX_ORDER, &n->order, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.lm.weight", 0.0f, 10.0f, &n->weight, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.lm.bonus", -20.0f, 20.0f, &n->bonus, err);
    if (code) return code;
    n->slot = slot;
    n->unigram = unigram;
    n->slots = (uint32_t)(t.shape[0] / 3);
    n->words = words;
    return 0;
}

static uint64_t mix(uint64_t hash, uint32_t word) {
    hash = (hash + word + 1) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

/* The slot of an n-gram whose hash is given, 0 when it is not there. Steps grow by one, since runs of neighbours would grow long. */
static uint32_t find(const ngram *n, uint64_t hash) {
    uint32_t check = (uint32_t)(hash >> 20) & 4095u, at = (uint32_t)((hash >> 32) % n->slots);
    if (check == 0) check = 1;
    for (uint32_t step = 1; step <= NGRAM_PROBES; step++) {
        const uint8_t *b = n->slot + 3 * (size_t)at;
        uint32_t s = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
        if (s == 0) return 0;
        if ((s & 4095u) == check) return s;
        at = (at + step) % n->slots;
    }
    return 0;
}

/* ln p of one word alone. */
static float alone(const ngram *n, uint32_t word) {
    return (float)(word < n->words + 1 ? n->unigram[2 * word] : NGRAM_UNKNOWN) * -0.0625f;
}

/* ln(back-off) of one word as context. */
static float back_one(const ngram *n, uint32_t word) {
    return word < n->words + 2 ? (float)(int8_t)n->unigram[2 * word + 1] * 0.0625f : 0;
}

float ngram_score(const ngram *n, const uint16_t *context, uint32_t count, uint32_t next) {
    float back = 0;
    uint32_t last = context[count - 1], s;
    if (count > 1 && n->order > 2) {
        uint32_t first = context[count - 2];
        s = find(n, mix(mix(mix(3, first), last), next));
        if (s) return (float)(s >> 12 & 63u) * -0.25f;
        s = find(n, mix(mix(2, first), last));
        if (s) back = (float)((int32_t)(s << 8) >> 26) * 0.125f;
    }
    if (n->order < 2) return alone(n, next);
    s = find(n, mix(mix(2, last), next));
    if (s) return back + (float)(s >> 12 & 63u) * -0.25f;
    return back + back_one(n, last) + alone(n, next);
}
