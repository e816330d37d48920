/* sampler: see sampler.h. p_i = exp((l_i - max) / temperature); top-p keeps the smallest head whose share reaches p. */
#include "models/llm/sampler.h"
#include "runtime/base/mathx.h"

void sampler_init(sampler *s, uint32_t vocab, float temperature, uint32_t top_k, float top_p, uint64_t seed) {
    s->vocab = vocab;
    s->temperature = temperature;
    s->top_k = top_k;
    s->top_p = top_p;
    s->min_p = 0;
    s->repeat = 1;
    s->seed = seed;
    s->heap = NULL;
    sampler_reset(s);
}

void sampler_scratch(sampler *s, arena *a) {
    s->heap = ARENA_ARRAY(a, uint32_t, s->vocab);
}

void sampler_reset(sampler *s) {
    s->state = s->seed;
    s->picked = 0;
}

static const uint64_t STEP = 0x9e3779b97f4a7c15u; /* of splitmix64 */

static float uniform(sampler *s) { /* [0, 1) in steps of 2^-24 */
    uint64_t z = s->state += STEP;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (float)((z ^ z >> 31) >> 40) * 0x1p-24f;
}

uint32_t sampler_greedy(const float *logits, uint32_t vocab) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < vocab; i++)
        if (logits[i] > logits[best] || (logits[best] != logits[best] && logits[i] == logits[i])) best = i;
    return best;
}

/* Logits become unnormalised probabilities; returns their sum, taken in order of id. */
static float to_weights(float *x, uint32_t n, float temperature) {
    float top = x[sampler_greedy(x, n)], sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        float w = mathx_exp((x[i] - top) / temperature);
        x[i] = w > 0 && w <= 1 ? w : 0;
        sum += x[i];
    }
    return sum;
}

/* ---- heap of ids, most probable first, smaller id on ties ---- */

static int goes_first(const float *w, uint32_t a, uint32_t b) {
    return w[a] > w[b] || (w[a] == w[b] && a < b);
}

static void sink(uint32_t *heap, uint32_t n, uint32_t at, const float *w) {
    for (;;) {
        uint32_t child = 2 * at + 1, id = heap[at];
        if (child >= n) return;
        if (child + 1 < n && goes_first(w, heap[child + 1], heap[child])) child++;
        if (!goes_first(w, heap[child], id)) return;
        heap[at] = heap[child];
        heap[child] = id;
        at = child;
    }
}

static uint32_t pop(uint32_t *heap, uint32_t *n, const float *w) {
    uint32_t id = heap[0];
    heap[0] = heap[--*n];
    heap[*n] = id; /* what was taken lies behind the heap, the first taken last */
    sink(heap, *n, 0, w);
    return id;
}

/* Takes the head of the order that top-k and top-p leave; returns its sum and its size. Taken ids end up at heap[vocab-1], -2 ... */
static float take_head(sampler *s, const float *w, float total, uint32_t *taken) {
    uint32_t n = s->vocab, most = s->top_k && s->top_k < n ? s->top_k : n;
    float sum = 0, goal = s->top_p > 0 && s->top_p < 1 ? s->top_p : 2;
    for (uint32_t i = 0; i < n; i++) s->heap[i] = i;
    for (uint32_t i = n / 2; i-- > 0;) sink(s->heap, n, i, w);
    if (most < s->vocab && goal < 1) { /* top-p is a share of what top-k leaves */
        uint32_t left = n;
        total = 0;
        for (uint32_t i = 0; i < most; i++) total += w[pop(s->heap, &left, w)];
        for (uint32_t i = 0; i < n; i++) s->heap[i] = i;
        for (uint32_t i = n / 2; i-- > 0;) sink(s->heap, n, i, w);
    }
    for (*taken = 0; *taken < most && (*taken == 0 || (sum < goal * total && w[s->heap[0]] >= s->min_p)); ++*taken) sum += w[pop(s->heap, &n, w)];
    return sum;
}

/* Each recent token once, however often it was picked. */
static void discourage(const sampler *s, float *logits) {
    uint32_t count = s->picked < SAMPLER_RECENT ? s->picked : SAMPLER_RECENT;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = s->recent[i], before = 0;
        while (s->recent[before] != id) before++;
        if (before == i) logits[id] = logits[id] > 0 ? logits[id] / s->repeat : logits[id] * s->repeat;
    }
}

static uint32_t draw(sampler *s, float *logits) {
    uint32_t taken;
    float total = to_weights(logits, s->vocab, s->temperature);
    float sum = take_head(s, logits, total, &taken), mark = uniform(s) * sum, run = 0;
    for (uint32_t i = 0; i < taken; i++) {
        uint32_t id = s->heap[s->vocab - 1 - i];
        run += logits[id];
        if (mark < run) return id;
    }
    return s->heap[s->vocab - taken]; /* rounding: the last one */
}

uint32_t sampler_pick(sampler *s, float *logits) {
    if (s->repeat > 1) discourage(s, logits);
    uint32_t id = s->temperature > 0 ? draw(s, logits) : sampler_greedy(logits, s->vocab);
    s->recent[s->picked++ % SAMPLER_RECENT] = id;
    return id;
}

void sampler_took(sampler *s, uint32_t id) {
    if (s->temperature > 0) s->state += STEP; /* one number was drawn for it */
    s->recent[s->picked++ % SAMPLER_RECENT] = id;
}
