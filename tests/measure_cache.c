/* measure_cache: what the cache of the language model costs in perplexity, time and bytes (law 4), for models/train/measure_cache.py.
 *     measure_cache text  MODEL TEXT CLASS                               token classes of the text, a byte each: 1 the model says it, 2 the user
 *     measure_cache ppl   MODEL TEXT OUT MODE KV SINKS WINDOW EVERY TOKENS   -ln p of tokens, float32 each, NaN where none was asked for;
 *                                                                         then the same among all tokens but those that end the user's text
 *     measure_cache speed MODEL TEXT KV SINKS WINDOW                     streaming against recomputing, and bytes; one JSON line
 *
 * TEXT is one dialogue a line, read as one endless text, after the file's first token when it asks for one. MODE is
 *   stream     each token goes into the cache once: the first SINKS tokens and the last WINDOW are held;
 *   recompute  every EVERYth token is predicted from an empty cache filled with the last SINKS + WINDOW tokens
 *              ("sliding window with re-computation" of Xiao et al. 2023, the bound that costs W passes a token);
 *   first      the same, but the text's first token stays in front of the last SINKS + WINDOW - 1 (a model trained to begin with it).
 */
#define _GNU_SOURCE
#include "tests/llm_common.h"
#include "tests/cpu_time.h"
#include "models/llm/llama.h"
#include "models/llm/tokenizer.h"
#include "platform/host/eval_stat.h"
#include <math.h>

enum { LINE = 16384, BATCH = 128, ROUNDS = 7, PER_ROUND = 256 };

typedef struct run {
    gguf g;
    llama l;
    tokenizer tok;
    uint32_t *ids, count; /* the text */
    uint8_t *said;        /* [count] class of each token */
    uint32_t ends[2];     /* tokens that end the user's text: call, say */
    float *logits;        /* [BATCH x vocab] */
} run;

static void die(const char *what, const char *about) {
    fprintf(stderr, "measure_cache: %s: %s\n", about, what);
    exit(1);
}

/* ---- the text ---- */

static uint32_t control(const run *r, const char *name) {
    return tok_find(&r->tok, name, strlen(name));
}

/* What the model itself writes: the token that ends the user's text, calls with their end, replies with theirs. */
static void classify(run *r) {
    uint32_t user = control(r, "<|user|>"), call = control(r, "<|call|>"), result = control(r, "<|result|>"), say = control(r, "<|say|>");
    uint32_t end = control(r, "<|end|>"), state = end;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t t = r->ids[i], was = state;
        int turns = t == user || t == call || t == result || t == say || t == end;
        if (turns) state = t;
        r->said[i] = turns ? (was == user || was == call || was == say) && t != user : state == call || state == say;
        if (!turns && state == user) r->said[i] = 2;
    }
    r->ends[0] = call, r->ends[1] = say;
}

static void read_text(run *r, const char *path) {
    static char line[LINE];
    FILE *f = fopen(path, "r");
    uint32_t room = 1 << 20;
    if (!f) die("cannot be read", path);
    r->ids = malloc(room * sizeof *r->ids);
    r->said = malloc(room);
    r->count = 0;
    if (r->tok.add_bos) r->ids[r->count++] = r->tok.bos;
    while (fgets(line, sizeof line, f) && r->count + LINE < room) {
        int n = tok_encode(&r->tok, r->ids + r->count, LINE, line, strcspn(line, "\n"), TOK_SPECIAL | TOK_NO_BOS);
        if (n < 0) die("a line is too long", path);
        r->count += (uint32_t)n;
    }
    fclose(f);
    classify(r);
}

/* ---- the model ---- */

static void open_model(run *r, const char *path) {
    size_t size;
    sotto_error err;
    arena count, a;
    void *bytes = read_whole(path, &size);
    if (!bytes) die("cannot be read", path);
    if (gguf_open(&r->g, path, bytes, size, &err) || llama_bind(&r->l, &r->g, &err) || tok_bind(&r->tok, &r->g, r->l.config.vocab, &err))
        die(err.text, path);
    arena_begin(&count, NULL, 0);
    tok_layout(&r->tok, &count);
    tok_scratch(&r->tok, &count, LINE);
    a = heap_arena(&count);
    tok_layout(&r->tok, &a);
    tok_scratch(&r->tok, &a, LINE);
    r->logits = malloc((size_t)BATCH * r->l.config.vocab * sizeof(float));
}

static void lay_out(run *r, const llama_limits *limits) {
    arena count, a;
    arena_begin(&count, NULL, 0);
    llama_layout(&r->l, &count, limits);
    a = heap_arena(&count);
    llama_layout(&r->l, &a, limits);
    arena_begin(&count, NULL, 0);
    llama_scratch(&r->l, &count);
    a = heap_arena(&count);
    llama_scratch(&r->l, &a);
    llama_reset(&r->l);
}

static enum kv_kind kind_of(const char *name) {
    static const char *const names[] = {"f32", "f16", "i8"};
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0) return (enum kv_kind)i;
    die("expected f32, f16 or i8", name);
    return KV_F32;
}

/* KV SINKS WINDOW */
static llama_limits limits_of(char **arg) {
    return (llama_limits){
        .k = kernels_select(NULL), .window = (uint32_t)atoi(arg[2]), .sinks = (uint32_t)atoi(arg[1]), .batch = BATCH, .kv = kind_of(arg[0])};
}

/* -ln p of token `at` of the text by these logits, into out[0] and, among the tokens that go on with a user's text, out[tokens]. */
static void surprise(const run *r, float *out, uint32_t tokens, const float *x, uint32_t at) {
    uint32_t vocab = r->l.config.vocab, token = r->ids[at];
    double most = x[0], open = 0, ends = 0;
    for (uint32_t i = 1; i < vocab; i++) most = x[i] > most ? x[i] : most;
    for (uint32_t i = 0; i < vocab; i++) *(i == r->ends[0] || i == r->ends[1] ? &ends : &open) += exp(x[i] - most);
    out[at] = (float)(log(open + ends) + most - x[token]);
    out[tokens + at] = token == r->ends[0] || token == r->ends[1] ? out[at] : (float)(log(open) + most - x[token]);
}

/* ---- perplexity ---- */

static void stream(run *r, float *out, uint32_t tokens) {
    uint32_t vocab = r->l.config.vocab;
    for (uint32_t at = 0; at + 1 < tokens; at += BATCH) {
        uint32_t n = tokens - 1 - at < BATCH ? tokens - 1 - at : BATCH;
        llama_eval_all(&r->l, r->ids + at, n, r->logits);
        for (uint32_t i = 0; i < n; i++) surprise(r, out, tokens, r->logits + (size_t)i * vocab, at + i + 1);
    }
}

/* Logits for token `at` from the `rows` tokens before it, from an empty cache; with `first`, token 0 stands in front of them. */
static void recompute(run *r, uint32_t at, uint32_t rows, int first) {
    llama_reset(&r->l);
    if (first && at > rows) {
        llama_eval(&r->l, r->ids, 1, NULL);
        rows--;
    }
    uint32_t n = at < rows ? at : rows;
    llama_eval(&r->l, r->ids + at - n, n, r->logits);
}

static int ppl(run *r, char **arg) {
    const char *mode = arg[0], *path = arg[-1];
    llama_limits limits = limits_of(arg + 1);
    uint32_t every = (uint32_t)atoi(arg[4]), tokens = (uint32_t)atoi(arg[5]), rows = limits.sinks + limits.window;
    if (tokens > r->count) die("has fewer tokens than asked for", "TEXT");
    float *out = malloc(2 * (size_t)tokens * sizeof(float));
    for (uint32_t i = 0; i < 2 * tokens; i++) out[i] = NAN;
    lay_out(r, &limits);
    if (strcmp(mode, "stream") == 0) {
        stream(r, out, tokens);
    } else {
        for (uint32_t at = every; at < tokens; at += every) {
            recompute(r, at, rows, strcmp(mode, "first") == 0);
            surprise(r, out, tokens, r->logits, at);
        }
    }
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(out, sizeof(float), 2 * (size_t)tokens, f) != 2 * (size_t)tokens || fclose(f)) die("cannot be written", path);
    return 0;
}

/* ---- speed and bytes ---- */

/* Seconds a token with a full cache, streaming; and to recompute the window for one token. Rounds alternate. */
static int speed(run *r, char **arg) {
    llama_limits limits = limits_of(arg);
    const llama_config *c = &r->l.config;
    uint32_t rows = limits.sinks + limits.window, again = 4;
    double token[ROUNDS], window[ROUNDS];
    lay_out(r, &limits);
    if (r->count < rows + PER_ROUND) die("is too short", "TEXT");
    for (int round = 0; round < ROUNDS; round++) {
        double t0 = cpu_time();
        for (uint32_t i = 0; i < again; i++) recompute(r, rows + i, rows, 0);
        window[round] = (cpu_time() - t0) / again;
        t0 = cpu_time();
        for (uint32_t i = 0; i < PER_ROUND; i++) llama_eval(&r->l, r->ids + rows + i, 1, r->logits);
        token[round] = (cpu_time() - t0) / PER_ROUND;
    }
    stat_sort(token, ROUNDS);
    stat_sort(window, ROUNDS);
    uint64_t row = kvring_bytes(limits.kv, c->kv_heads, c->head_dim, 1) * c->layers;
    printf("{\"kernels\": \"%s\", \"kv\": \"%s\", \"sinks\": %u, \"window\": %u, \"stream_us\": %.1f, \"recompute_us\": %.1f, \"times\": %.1f, "
           "\"bytes_a_token\": %llu, \"bytes_with_all_heads\": %llu, \"cache_bytes\": %llu}\n",
           limits.k->name, arg[0], limits.sinks, limits.window, token[ROUNDS / 2] * 1e6, window[ROUNDS / 2] * 1e6,
           window[ROUNDS / 2] / token[ROUNDS / 2], (unsigned long long)row,
           (unsigned long long)(kvring_bytes(limits.kv, c->heads, c->head_dim, 1) * c->layers), (unsigned long long)(row * rows));
    return 0;
}

static int text(const run *r, const char *path) {
    uint64_t said = 0;
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(r->said, 1, r->count, f) != r->count || fclose(f)) die("cannot be written", path);
    for (uint32_t i = 0; i < r->count; i++) said += r->said[i] == 1;
    printf("{\"tokens\": %u, \"said\": %llu, \"first_token\": %s}\n", r->count, (unsigned long long)said, r->tok.add_bos ? "true" : "false");
    return 0;
}

int main(int argc, char **argv) {
    static run r;
    const char *what = argc > 1 ? argv[1] : "";
    int asked = strcmp(what, "text") == 0 ? 5 : strcmp(what, "ppl") == 0 ? 11 : strcmp(what, "speed") == 0 ? 7 : 0;
    if (asked == 0 || argc != asked) {
        fprintf(stderr, "usage: measure_cache text MODEL TEXT CLASS | ppl MODEL TEXT OUT stream|recompute|first KV SINKS WINDOW EVERY TOKENS |\n"
                        "       speed MODEL TEXT KV SINKS WINDOW      KV: f32 f16 i8\n");
        return 2;
    }
    open_model(&r, argv[2]);
    read_text(&r, argv[3]);
    return asked == 5 ? text(&r, argv[4]) : asked == 11 ? ppl(&r, argv + 5) : speed(&r, argv + 4);
}
