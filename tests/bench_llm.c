/* bench_llm: decode and prefill rates of a llama GGUF in tokens per CPU second of one thread, cache full.
 *     bench_llm FILE [KERNELS] [BATCH] [f32|f16|i8] [ADAPTER]
 *
 * Warms the cache up past eviction (4 sinks, window 252), then times 5 rounds and prints the best and the median.
 */
#include "tests/llm_common.h"
#include "models/llm/llama.h"
#include <time.h>

enum { ROUNDS = 5, TOKENS = 256 };

/* CPU seconds of this process: a shared machine's other work does not count. */
static double now(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

static int by_value(const void *a, const void *b) {
    return *(const double *)a < *(const double *)b ? -1 : 1;
}

static void report(const char *what, double *rate) {
    qsort(rate, ROUNDS, sizeof *rate, by_value);
    printf("%-8s %8.0f tok/s best, %8.0f median\n", what, rate[ROUNDS - 1], rate[ROUNDS / 2]);
}

static void lay_out(llama *l, const llama_limits *limits, uint32_t rank) {
    arena a, b;
    arena_begin(&a, NULL, 0);
    llama_layout(l, &a, limits);
    lora_layout(&l->side, &a, l->config.layers, rank);
    b = heap_arena(&a);
    llama_layout(l, &b, limits);
    lora_layout(&l->side, &b, l->config.layers, rank);
    printf("state %zu bytes, ", b.peak);
    arena_begin(&a, NULL, 0);
    llama_scratch(l, &a);
    b = heap_arena(&a);
    llama_scratch(l, &b);
    printf("scratch %zu bytes\n", b.peak);
}

/* 0, or 1 after saying why not. */
static int open_adapter(lora *x, const char *path, const gguf *base) {
    static gguf g;
    sotto_error err;
    size_t size;
    void *bytes = read_whole(path, &size);
    if (bytes && gguf_open(&g, path, bytes, size, &err) == 0 && lora_bind(x, &g, base, &err) == 0) return 0;
    printf("%s: %s\n", path, bytes ? err.text : "cannot be read");
    return 1;
}

int main(int argc, char **argv) {
    static llama l;
    lora side = {.rank = 0};
    gguf g;
    sotto_error err;
    size_t size;
    uint32_t ids[TOKENS];
    double decode[ROUNDS], prefill[ROUNDS];
    const char *kinds[] = {"f32", "f16", "i8"}, *kind = argc > 4 ? argv[4] : "i8";
    if (argc < 2) return 2;
    void *bytes = read_whole(argv[1], &size);
    if (!bytes || gguf_open(&g, argv[1], bytes, size, &err) || llama_bind(&l, &g, &err)) {
        printf("%s: %s\n", argv[1], bytes ? err.text : "cannot be read");
        return 1;
    }
    llama_limits limits = {kernels_select(argc > 2 && *argv[2] ? argv[2] : NULL), 252, 4, argc > 3 ? (uint32_t)atoi(argv[3]) : 8, KV_F32, 0};
    while (strcmp(kinds[limits.kv], kind)) limits.kv++;
    if (argc > 5 && open_adapter(&side, argv[5], &g)) return 1;
    lay_out(&l, &limits, side.rank);
    if (side.rank) lora_wear(&l.side, &side);
    llama_reset(&l);
    float *logits = malloc(l.config.vocab * sizeof(float));
    for (uint32_t i = 0; i < TOKENS; i++) ids[i] = (i * 31 + 7) % l.config.vocab;
    llama_eval(&l, ids, TOKENS, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        double t0 = now();
        llama_eval(&l, ids, TOKENS, logits);
        double t1 = now();
        for (uint32_t i = 0; i < TOKENS; i++) llama_eval(&l, &ids[i], 1, logits);
        prefill[round] = TOKENS / (t1 - t0);
        decode[round] = TOKENS / (now() - t1);
    }
    printf("kernels %s, K/V %s, batch %u, cache %u rows\n", limits.k->name, kind, limits.batch, kvring_len(&l.cache[0]));
    report("prefill", prefill);
    report("decode", decode);
    return 0;
}
