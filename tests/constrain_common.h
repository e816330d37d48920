/* constrain_common: a tokenizer from a GGUF with a constraint over it, and calls picked from random logits. */
#ifndef SOTTO_TESTS_CONSTRAIN_COMMON_H
#define SOTTO_TESTS_CONSTRAIN_COMMON_H
#include "models/llm/constrain.h"
#include "models/llm/sampler.h"
#include "tests/llm_common.h"

enum { RIG_TEXT = 512, RIG_ALL = CONSTRAIN_VALID | CONSTRAIN_FAITHFUL | CONSTRAIN_NUMBERS };

typedef struct rig {
    gguf g;
    tokenizer tok;
    constrain c;
    sampler pick;
    float *logits; /* [vocab] */
    uint32_t vocab, end;
    void *state, *scratch;
} rig;

static inline void rig_layout(rig *r, arena *kept, arena *scratch, const tool_set *tools, uint32_t flags) {
    tok_layout(&r->tok, kept);
    constrain_layout(&r->c, kept, &r->tok, tools, flags, RIG_TEXT);
    r->logits = ARENA_ARRAY(kept, float, r->vocab);
    tok_scratch(&r->tok, scratch, RIG_TEXT);
    sampler_init(&r->pick, r->vocab, 0, 0, 1, 7);
    sampler_scratch(&r->pick, scratch);
}

static inline rig *rig_open(const char *path, const tool_set *tools, uint32_t flags) {
    static const tool_set none = {NULL, 0, 0};
    rig *r = calloc(1, sizeof *r);
    sotto_error err;
    gguf_value v;
    arena kept, scratch;
    open_gguf(&r->g, path);
    assert_int_equal(gguf_find(&r->g, "tokenizer.ggml.tokens", &v), 0);
    r->vocab = (uint32_t)v.count;
    if (tok_bind(&r->tok, &r->g, r->vocab, &err) != 0) fail_msg("%s", err.text);
    arena_begin(&kept, NULL, 0);
    arena_begin(&scratch, NULL, 0);
    rig_layout(r, &kept, &scratch, tools ? tools : &none, flags);
    kept = heap_arena(&kept);
    scratch = heap_arena(&scratch);
    rig_layout(r, &kept, &scratch, tools ? tools : &none, flags);
    assert_false(kept.failed || scratch.failed);
    r->state = kept.base;
    r->scratch = scratch.base;
    r->end = tok_find(&r->tok, "<|result|>", 10);
    if (r->end == TOK_NONE) r->end = r->tok.special[0]; /* a vocabulary without the turn format: any control token will do */
    constrain_reset(&r->c);
    return r;
}

static inline void rig_close(rig *r) {
    free(r->state);
    free(r->scratch);
    free((void *)r->g.data);
    free(r);
}

static inline void rig_turn(rig *r, const char *user) {
    constrain_user(&r->c, user);
    constrain_answer(&r->c, 1);
}

/* Is a call taken, byte by byte, to its end? *at: how far. */
static inline int rig_accepts(rig *r, const char *call, size_t len, size_t *at) {
    constrain_at place;
    constrain_begin(&place);
    for (*at = 0; *at < len; ++*at)
        if (!constrain_try(&r->c, &place, call + *at, 1)) return 0;
    return constrain_done(&r->c, &place);
}

/* The same token by token. */
static inline int rig_accepts_tokens(rig *r, const char *call) {
    uint32_t id[TOOL_TEXT];
    char bytes[TOK_PIECE_MAX];
    constrain_at place;
    int n = tok_encode(&r->tok, id, TOOL_TEXT, call, strlen(call), TOK_NO_BOS);
    constrain_begin(&place);
    for (int i = 0; i < n; i++)
        if (!constrain_try(&r->c, &place, bytes, tok_decode(&r->tok, bytes, id[i]))) return 0;
    return n > 0 && constrain_done(&r->c, &place);
}

/* A call from logits that are noise; `lure` makes the end likelier, so that calls do not all run to the limit. Returns the tokens picked. */
static inline int rig_random_call(rig *r, uint64_t *seed, float lure, char *text, size_t *len) {
    char bytes[TOK_PIECE_MAX];
    int picks = 0;
    for (*len = 0; picks < 2 * TOOL_TEXT; picks++) {
        for (uint32_t i = 0; i < r->vocab; i++) r->logits[i] = (float)random_unit(seed);
        r->logits[r->end] += lure;
        for (uint32_t i = 0; i < r->tok.specials; i++)
            if (r->tok.special[i] != r->end) r->logits[r->tok.special[i]] = -3.4e38f;
        constrain_mask_call(&r->c, r->logits, r->vocab, r->end, r->pick.temperature <= 0);
        uint32_t id = sampler_pick(&r->pick, r->logits);
        constrain_take_call(&r->c, id, r->end);
        if (id == r->end) return picks + 1;
        size_t n = tok_decode(&r->tok, bytes, id);
        assert_true(n > 0 && *len + n <= TOOL_TEXT);
        memcpy(text + *len, bytes, n);
        *len += n;
    }
    fail_msg("a call of %zu bytes does not end", *len);
    return 0;
}

/* Is a reply taken, token by token, as the likeliest each time? */
static inline int rig_reply(rig *r, const char *text) {
    uint32_t id[TOOL_TEXT];
    int n = tok_encode(&r->tok, id, TOOL_TEXT, text, strlen(text), TOK_NO_BOS);
    id[n++] = r->end;
    uint64_t before = r->c.stats.reply_changed;
    for (int i = 0; i < n; i++) {
        for (uint32_t t = 0; t < r->vocab; t++) r->logits[t] = -(float)t;
        r->logits[id[i]] = 9;
        constrain_mask_reply(&r->c, r->logits, r->vocab, r->end, 1);
        constrain_take_reply(&r->c, id[i], r->end);
        if (r->c.stats.reply_changed != before) return 0;
    }
    return 1;
}

#endif
