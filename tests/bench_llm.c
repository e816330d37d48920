/* bench_llm: decode and prefill rates of a llama GGUF in tokens per CPU second of one thread.
 *     bench_llm FILE [KERNELS] [BATCH] [f32|f16|i8] [pipe | ADAPTER]
 *
 * Cache of 4 sinks and a window of 252. Warms up past eviction, so that every token sees 256 rows, then times 5 rounds and prints the
 * best and the median. With `pipe` each line "PREFILL DECODE" on stdin is answered by the two rates of so many tokens from an empty
 * cache: models/train/measure_speed.py times another runtime between the lines. The weights lie in huge pages where the system has some.
 */
#define _GNU_SOURCE
#include "tests/llm_common.h"
#include "tests/cpu_time.h"
#include "platform/host/eval_stat.h"
#include "models/llm/llama.h"
#include <sys/mman.h>

enum { ROUNDS = 5, TOKENS = 256, HUGE_PAGE = 2 << 20 };

static void report(const char *what, double *rate) {
    stat_sort(rate, ROUNDS);
    printf("%-8s %8.0f tok/s best, %8.0f median\n", what, rate[ROUNDS - 1], rate[ROUNDS / 2]);
}

static size_t lay_out(llama *l, const llama_limits *limits, uint32_t rank) {
    arena a, b;
    arena_begin(&a, NULL, 0);
    llama_layout(l, &a, limits);
    lora_layout(&l->side, &a, l->config.layers, rank);
    b = heap_arena(&a);
    llama_layout(l, &b, limits);
    lora_layout(&l->side, &b, l->config.layers, rank);
    size_t state = b.peak;
    arena_begin(&a, NULL, 0);
    llama_scratch(l, &a);
    b = heap_arena(&a);
    llama_scratch(l, &b);
    llama_reset(l);
    return state + b.peak;
}

static void *read_huge(const char *path, size_t *size) {
    void *bytes = read_whole(path, size), *huge;
    size_t room = bytes ? (*size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE : 0;
    if (!bytes || !(huge = aligned_alloc(HUGE_PAGE, room))) return bytes;
#ifdef MADV_HUGEPAGE
    madvise(huge, room, MADV_HUGEPAGE);
#endif
    memcpy(huge, bytes, *size);
    free(bytes);
    return huge;
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

/* CPU seconds for n tokens in batches, and for n tokens one by one. */
static double prefill_time(llama *l, const uint32_t *ids, uint32_t n, float *logits) {
    double start = cpu_time();
    llama_eval(l, ids, n, logits);
    return cpu_time() - start;
}

static double decode_time(llama *l, const uint32_t *ids, uint32_t n, float *logits) {
    double start = cpu_time();
    for (uint32_t i = 0; i < n; i++) llama_eval(l, &ids[i], 1, logits);
    return cpu_time() - start;
}

static void rounds(llama *l, const uint32_t *ids, float *logits) {
    double decode[ROUNDS], prefill[ROUNDS];
    llama_eval(l, ids, TOKENS, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        prefill[round] = TOKENS / prefill_time(l, ids, TOKENS, logits);
        decode[round] = TOKENS / decode_time(l, ids, TOKENS, logits);
    }
    report("prefill", prefill);
    report("decode", decode);
}

static void answer_lines(llama *l, const uint32_t *ids, float *logits) {
    char line[64];
    unsigned prefill, decode;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%u %u", &prefill, &decode) == 2 && prefill <= TOKENS && decode <= TOKENS) {
        llama_reset(l);
        double first = prefill_time(l, ids, prefill, logits);
        printf("%.1f %.1f\n", prefill / first, decode / decode_time(l, ids, decode, logits));
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    static llama l;
    lora side = {.rank = 0};
    gguf g;
    sotto_error err;
    size_t size;
    uint32_t ids[TOKENS];
    const char *kinds[] = {"f32", "f16", "i8"}, *kind = argc > 4 ? argv[4] : "i8";
    if (argc < 2) return 2;
    void *bytes = read_huge(argv[1], &size);
    if (!bytes || gguf_open(&g, argv[1], bytes, size, &err) || llama_bind(&l, &g, &err)) {
        printf("%s: %s\n", argv[1], bytes ? err.text : "cannot be read");
        return 1;
    }
    llama_limits limits = {kernels_select(argc > 2 && *argv[2] ? argv[2] : NULL), 252, 4, argc > 3 ? (uint32_t)atoi(argv[3]) : 8, KV_F32, 0};
    while (limits.kv < KV_I8 && strcmp(kinds[limits.kv], kind)) limits.kv++;
    int pipe = argc > 5 && strcmp(argv[5], "pipe") == 0;
    if (argc > 5 && !pipe && open_adapter(&side, argv[5], &g)) return 1;
    size_t room = lay_out(&l, &limits, side.rank);
    if (side.rank) lora_wear(&l.side, &side);
    float *logits = malloc(l.config.vocab * sizeof(float));
    for (uint32_t i = 0; i < TOKENS; i++) ids[i] = (i * 31 + 7) % l.config.vocab;
    printf("%s: kernels %s, K/V %s, batch %u, 256 rows; %zu bytes of state and scratch\n", argv[1], limits.k->name, kinds[limits.kv], limits.batch,
           room);
    fflush(stdout);
    if (pipe)
        answer_lines(&l, ids, logits);
    else
        rounds(&l, ids, logits);
    return 0;
}
