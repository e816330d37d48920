/* test_sinks: law 4. The streaming decoder with sinks and a window against an oracle that recomputes the text with the mask
 * "the first S tokens and the last W" and fresh RoPE positions inside that set: in double, by plain loops, sharing no code
 * with models/. F32 and int8 K/V, from the first token, past eviction, and over 100,000 tokens (or as many as the argument says).
 *
 * What a token's output depends on reaches back (W-1) tokens a layer, so at a far place the oracle recomputes the sinks and
 * the last layers x W tokens: exactly what the whole text would give.
 */
#include "tests/llm_common.h"
#include "models/llm/llama.h"
#include <math.h>

enum { D = 32, HEADS = 4, KV = 2, HD = 8, FFN = 32, LAYERS = 2, VOCAB = 64, MOST = 160, CANARY = 64 };

static uint64_t long_run = 100000;

typedef struct weights {
    const float *embedding, *output, *norm;
    struct {
        const float *an, *fn, *q, *k, *v, *o, *gate, *up, *down;
    } layer[LAYERS];
} weights;

typedef struct law {
    uint32_t sinks, window;
    enum kv_kind kind;
} law;

static uint32_t token_at(uint64_t t) { /* the text */
    uint64_t z = (t + 1) * 0x9e3779b97f4a7c15u;
    z ^= z >> 29;
    return (uint32_t)((z * 0xbf58476d1ce4e5b9u) >> 40) % VOCAB;
}

/* ---- the oracle ---- */

static const float *tensor(const gguf *g, int layer, const char *name) {
    char full[64];
    gguf_tensor t;
    if (layer < 0)
        snprintf(full, sizeof full, "%s.weight", name);
    else
        snprintf(full, sizeof full, "blk.%d.%s.weight", layer, name);
    assert_int_equal(gguf_tensor_find(g, full, &t), 0);
    return t.data;
}

static weights load_weights(const gguf *g) {
    weights w = {tensor(g, -1, "token_embd"), tensor(g, -1, "output"), tensor(g, -1, "output_norm"), {{0}}};
    for (int i = 0; i < LAYERS; i++) {
        w.layer[i].an = tensor(g, i, "attn_norm"), w.layer[i].fn = tensor(g, i, "ffn_norm");
        w.layer[i].q = tensor(g, i, "attn_q"), w.layer[i].k = tensor(g, i, "attn_k"), w.layer[i].v = tensor(g, i, "attn_v");
        w.layer[i].o = tensor(g, i, "attn_output"), w.layer[i].gate = tensor(g, i, "ffn_gate");
        w.layer[i].up = tensor(g, i, "ffn_up"), w.layer[i].down = tensor(g, i, "ffn_down");
    }
    return w;
}

static void times(double *y, const float *w, const double *x, int rows, int cols) {
    for (int r = 0; r < rows; r++) {
        y[r] = 0;
        for (int c = 0; c < cols; c++) y[r] += (double)w[r * cols + c] * x[c];
    }
}

static void normed(double *y, const double *x, const float *gain) {
    double sum = 0;
    for (int i = 0; i < D; i++) sum += x[i] * x[i];
    for (int i = 0; i < D; i++) y[i] = x[i] / sqrt(sum / D + 1e-5) * gain[i];
}

static void rounded(double *x, enum kv_kind kind) { /* a head row through int8 with its own scale */
    double amax = 0;
    for (int i = 0; i < HD; i++) amax = fmax(amax, fabs(x[i]));
    for (int i = 0; kind == KV_I8 && i < HD; i++) x[i] = amax > 0 ? nearbyint(x[i] * 127 / amax) * amax / 127 : 0;
}

static void turned(double *y, const double *x, uint64_t position) {
    for (int i = 0; i < HD / 2; i++) {
        double a = (double)position * pow(10000.0, -2.0 * i / HD);
        y[2 * i] = x[2 * i] * cos(a) - x[2 * i + 1] * sin(a);
        y[2 * i + 1] = x[2 * i] * sin(a) + x[2 * i + 1] * cos(a);
    }
}

/* Where token j stands among what token t sees, or -1 when it does not see it. */
static int64_t place(const law *l, uint64_t t, uint64_t j) {
    if (j > t || (j >= l->sinks && j + l->window <= t)) return -1;
    if (j < l->sinks || t < (uint64_t)l->sinks + l->window) return (int64_t)j;
    return (int64_t)(l->sinks + j - (t + 1 - l->window));
}

typedef struct text { /* the tokens recomputed: the sinks, then `from`..`to` */
    uint64_t at[MOST];
    int count;
    double x[MOST][D], q[MOST][D], k[MOST][KV * HD], v[MOST][KV * HD];
} text;

/* int8: what is rounded is the key as it is turned by its number in the text, and the query as it is turned to meet it. */
static void oracle_attention(text *s, const law *l, int i, double *out) {
    int64_t own = place(l, s->at[i], s->at[i]);
    for (int h = 0; h < HEADS; h++) {
        double q[HD], k[HD], weight[MOST], sum = 0;
        for (int j = 0; j <= i; j++) {
            int64_t p = place(l, s->at[i], s->at[j]), row = (int64_t)s->at[j];
            double dot = 0;
            weight[j] = 0;
            if (p < 0) continue;
            turned(q, s->q[i] + h * HD, (uint64_t)(own - p + row));
            turned(k, s->k[j] + h / (HEADS / KV) * HD, (uint64_t)row);
            rounded(q, l->kind);
            rounded(k, l->kind);
            for (int d = 0; d < HD; d++) dot += q[d] * k[d];
            sum += weight[j] = exp(dot / sqrt(HD));
        }
        for (int d = 0; d < HD; d++) {
            out[h * HD + d] = 0;
            for (int j = 0; j <= i; j++) out[h * HD + d] += weight[j] / sum * s->v[j][h / (HEADS / KV) * HD + d];
        }
    }
}

static void oracle_layer(text *s, const weights *w, const law *l, int layer) {
    for (int i = 0; i < s->count; i++) {
        double h[D];
        normed(h, s->x[i], w->layer[layer].an);
        times(s->q[i], w->layer[layer].q, h, D, D);
        times(s->k[i], w->layer[layer].k, h, KV * HD, D);
        times(s->v[i], w->layer[layer].v, h, KV * HD, D);
        for (int g = 0; g < KV; g++) rounded(s->v[i] + g * HD, l->kind);
    }
    for (int i = 0; i < s->count; i++) {
        double mixed[D], y[D], gate[FFN], up[FFN];
        oracle_attention(s, l, i, mixed);
        times(y, w->layer[layer].o, mixed, D, D);
        for (int d = 0; d < D; d++) s->x[i][d] += y[d];
        normed(y, s->x[i], w->layer[layer].fn);
        times(gate, w->layer[layer].gate, y, FFN, D);
        times(up, w->layer[layer].up, y, FFN, D);
        for (int d = 0; d < FFN; d++) gate[d] = gate[d] / (1 + exp(-gate[d])) * up[d];
        times(y, w->layer[layer].down, gate, D, FFN);
        for (int d = 0; d < D; d++) s->x[i][d] += y[d];
    }
}

/* Logits after token `last`. */
static void oracle(const weights *w, const law *l, uint64_t last, double *logits) {
    static text s;
    uint64_t reach = (uint64_t)LAYERS * l->window, from = last > reach ? last - reach : 0;
    double h[D];
    s.count = 0;
    for (uint64_t t = 0; t <= last; t = t + 1 < l->sinks || t + 1 > from ? t + 1 : from) {
        if (t >= l->sinks && t < from) continue;
        s.at[s.count++] = t;
        assert_true(s.count < MOST);
    }
    for (int i = 0; i < s.count; i++)
        for (int d = 0; d < D; d++) s.x[i][d] = w->embedding[token_at(s.at[i]) * D + d];
    for (int layer = 0; layer < LAYERS; layer++) oracle_layer(&s, w, l, layer);
    normed(h, s.x[s.count - 1], w->norm);
    times(logits, w->output, h, VOCAB, D);
}

/* ---- the decoder ---- */

typedef struct run {
    gguf g;
    llama l;
    uint8_t *state, *scratch; /* with canaries on both sides */
    size_t state_size, scratch_size;
} run;

static uint8_t *guarded(arena *a, size_t size) {
    uint8_t *p = aligned_alloc(64, size + 2 * CANARY);
    memset(p, 0xa5, size + 2 * CANARY);
    arena_begin(a, p + CANARY, size);
    return p;
}

static void check_canary(const uint8_t *p, size_t size) {
    for (int i = 0; i < CANARY; i++) assert_true(p[i] == 0xa5 && p[CANARY + size + i] == 0xa5);
}

static void start(run *r, const law *l) {
    sotto_error err;
    arena a;
    llama_limits limits = {kernels_select(NULL), l->window, l->sinks, 4, l->kind, 0};
    open_gguf(&r->g, "tests/golden/llama_f32.gguf");
    if (llama_bind(&r->l, &r->g, &err) != 0) fail_msg("%s", err.text);
    arena_begin(&a, NULL, 0);
    llama_layout(&r->l, &a, &limits);
    r->state_size = (a.peak + 63) / 64 * 64;
    r->state = guarded(&a, r->state_size);
    llama_layout(&r->l, &a, &limits);
    arena_begin(&a, NULL, 0);
    llama_scratch(&r->l, &a);
    r->scratch_size = (a.peak + 63) / 64 * 64;
    r->scratch = guarded(&a, r->scratch_size);
    llama_scratch(&r->l, &a);
    assert_int_equal(a.failed, 0);
    llama_reset(&r->l);
}

static void stop(run *r) {
    check_canary(r->state, r->state_size);
    check_canary(r->scratch, r->scratch_size);
    free(r->state);
    free(r->scratch);
    free((void *)r->g.data);
}

static double compare(const weights *w, const law *l, uint64_t last, const float *logits) {
    double want[VOCAB], worst = 0;
    oracle(w, l, last, want);
    for (int i = 0; i < VOCAB; i++) worst = fmax(worst, fabs(want[i] - logits[i]));
    return worst;
}

/* int8: float and double may round a value to neighbouring steps of 1/127, which moves a logit by some 1e-3. */
static double bound(const law *l) {
    return l->kind == KV_I8 ? 1e-2 : 1e-4;
}

/* Every place of the first `tokens`. */
static void every_place(law l, uint32_t tokens) {
    run r;
    float logits[VOCAB];
    double worst = 0;
    start(&r, &l);
    weights w = load_weights(&r.g);
    for (uint32_t t = 0; t < tokens; t++) {
        uint32_t id = token_at(t);
        llama_eval(&r.l, &id, 1, logits);
        worst = fmax(worst, compare(&w, &l, t, logits));
    }
    print_message("sinks %u window %u kind %d: largest difference over %u places %.2e\n", l.sinks, l.window, (int)l.kind, tokens, worst);
    assert_true(worst < bound(&l));
    stop(&r);
}

static void test_every_place(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind += KV_I8 - KV_F32) {
        every_place((law){4, 24, (enum kv_kind)kind}, 120);
        every_place((law){0, 9, (enum kv_kind)kind}, 60);
        every_place((law){1, 1, (enum kv_kind)kind}, 20);
        every_place((law){7, 16, (enum kv_kind)kind}, 80);
    }
}

/* A mask that forgets its sinks, or counts positions from the text's begin, must be caught: the oracle tells them apart. */
static void test_oracle_tells(void **state) {
    (void)state;
    run r;
    float logits[VOCAB];
    law right = {4, 24, KV_F32}, no_sinks = {0, 28, KV_F32}, shorter = {4, 23, KV_F32};
    start(&r, &right);
    weights w = load_weights(&r.g);
    for (uint32_t t = 0; t < 60; t++) {
        uint32_t id = token_at(t);
        llama_eval(&r.l, &id, 1, logits);
    }
    assert_true(compare(&w, &right, 59, logits) < 1e-4);
    assert_true(compare(&w, &no_sinks, 59, logits) > 0.01);
    assert_true(compare(&w, &shorter, 59, logits) > 0.01);
    stop(&r);
}

/* A long text in batches of 1..7, looked at in 60 places, the last ones close together. */
static void far_run(enum kv_kind kind) {
    law l = {4, 24, kind};
    run r;
    float logits[VOCAB];
    uint32_t ids[8];
    double worst = 0;
    uint64_t t = 0, next = 1000;
    int places = 0;
    start(&r, &l);
    weights w = load_weights(&r.g);
    while (t < long_run) {
        uint32_t n = 1 + (uint32_t)(t % 7);
        for (uint32_t i = 0; i < n; i++) ids[i] = token_at(t + i);
        t += n;
        int look = t >= next || t + 40 > long_run;
        llama_eval(&r.l, ids, n, look ? logits : NULL);
        if (!look) continue;
        worst = fmax(worst, compare(&w, &l, t - 1, logits));
        places++;
        next = t + long_run / 50;
    }
    print_message("%llu tokens, kind %d: largest difference over %d places %.2e; %zu + %zu bytes\n", (unsigned long long)t, (int)kind, places, worst,
                  r.state_size, r.scratch_size);
    assert_true(llama_total(&r.l) == t && places > 50);
    assert_true(worst < bound(&l));
    stop(&r);
}

static void test_far_f32(void **state) {
    (void)state;
    far_run(KV_F32);
}
static void test_far_int8(void **state) {
    (void)state;
    far_run(KV_I8);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_place), cmocka_unit_test(test_oracle_tells), cmocka_unit_test(test_far_f32),
                                       cmocka_unit_test(test_far_int8)};
    if (argc > 1) long_run = strtoull(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
