/* wordlist: beginnings of known words in one hash table (see wordlist.h). */
#include "models/asr/wordlist.h"
#include <string.h>

static const char MARK[] = "\xe2\x96\x81"; /* U+2581 */
static const uint32_t SEED = 2166136261u;  /* FNV-1a */

int wordlist_bind(wordlist *w, const gguf *g, sotto_error *err) {
    gguf_tensor t;
    const void *slot = NULL;
    memset(w, 0, sizeof *w);
    if (gguf_tensor_find(g, "words.slots", &t) != 0) return 0;
    uint64_t slots = t.shape[0];
    if (slots < 2 || slots > (1u << 24) || (slots & (slots - 1)))
        return error_set(err, ERR_MODEL, "%s: tensor words.slots: expected a power of two of slots", g->name);
    int code = gguf_need_tensor(g, "words.slots", TENSOR_I16, slots, 0, &slot, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.words.penalty", 0.0f, 100.0f, &w->penalty, err);
    if (code) return code;
    w->slot = slot;
    w->slots = (uint32_t)slots;
    return 0;
}

static uint32_t hash_letters(uint32_t hash, gguf_text letters) {
    for (size_t i = 0; i < letters.len; i++) hash = (hash ^ (uint8_t)letters.at[i]) * 16777619u;
    return hash;
}

/* 1: a whole word, 0: the beginning of one, -1: neither. */
static int look_up(const wordlist *w, uint32_t hash) {
    uint32_t mixed = (hash ^ hash >> 15) * 0x85EBCA6Bu, at = mixed & (w->slots - 1), check = mixed >> 17;
    if (check == 0) check = 1;
    for (uint32_t i = 0; i < WORDLIST_PROBES; i++) {
        uint32_t s = w->slot[(at + i) & (w->slots - 1)];
        if (s == 0) return -1;
        if (s >> 1 == check) return (int)(s & 1u);
    }
    return -1;
}

/* The letters of a token; `begins` tells whether they begin a word. */
static gguf_text letters_of(const wordlist *w, uint32_t id, int *begins) {
    gguf_text t = w->piece[id];
    *begins = t.len >= sizeof MARK - 1 && memcmp(t.at, MARK, sizeof MARK - 1) == 0;
    if (*begins) t = (gguf_text){t.at + sizeof MARK - 1, t.len - (sizeof MARK - 1)};
    return t;
}

/* Hash of the last, open word of a hypothesis. */
static uint32_t open_word(const wordlist *w, const uint16_t *ids, uint32_t count) {
    uint32_t hash = SEED, first = count;
    int begins = 0;
    while (first > 0 && !begins) letters_of(w, ids[--first], &begins);
    for (uint32_t i = first; i < count; i++) hash = hash_letters(hash, letters_of(w, ids[i], &begins));
    return hash;
}

float wordlist_score(const wordlist *w, const uint16_t *ids, uint32_t count, uint32_t next) {
    int begins, known = 0;
    float score = 0;
    gguf_text letters = letters_of(w, next, &begins);
    uint32_t hash = open_word(w, ids, count);
    if (count > 0) known = hash == SEED ? 0 : look_up(w, hash);
    if (begins) {
        if (count > 0 && known == 0 && hash != SEED) score -= w->penalty;
        hash = SEED;
        known = 0;
    }
    hash = hash_letters(hash, letters);
    if (known >= 0 && letters.len > 0 && look_up(w, hash) < 0) score -= w->penalty;
    return score;
}
