/* g2p: binding and running of the letter-to-sound network; see g2p.h. */
#include "models/tts/g2p.h"
#include "models/tts/phoneset.h"
#include "runtime/base/mathx.h"
#include <string.h>

enum { G2P_WIDTH = 512, G2P_CLASSES = 1024 }; /* most that a file may ask for */

/* Scales and biases must be small enough that no sum of the network can overflow. */
static int check_floats(const gguf *file, const char *what, const float *x, uint32_t n, sotto_error *err) {
    for (uint32_t i = 0; i < n; i++)
        if (!(x[i] <= 1e6f && x[i] >= -1e6f))
            return error_set(err, ERR_MODEL, "%s: tensor %s: value %u is out of range, expected -1e6..1e6", file->name, what, i);
    return 0;
}

static int bind_linear(linear_i8 *l, const gguf *file, const char *name, uint32_t rows, uint32_t cols, sotto_error *err) {
    int code = linear_bind(l, file, name, rows, cols, 1, err);
    if (!code) code = check_floats(file, name, l->scale, rows, err);
    if (!code) code = check_floats(file, name, l->bias, rows, err);
    return code;
}

/* A table of int8 rows with a float scale each. */
static int bind_table(const gguf *file, const char *weight, const char *scale, uint32_t rows, uint32_t cols, const int8_t **w, const float **s,
                      sotto_error *err) {
    const void *a, *b;
    int code = gguf_need_tensor(file, weight, TENSOR_I8, rows, cols, &a, err);
    if (!code) code = gguf_need_tensor(file, scale, TENSOR_F32, rows, 0, &b, err);
    if (code) return code;
    *w = a;
    *s = b;
    return check_floats(file, scale, b, rows, err);
}

static int bind_sizes(g2p *x, const gguf *file, sotto_error *err) {
    uint32_t letters;
    int code = gguf_need_arch(file, "sotto-g2p", err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.enc", 1, G2P_WIDTH, &x->enc, err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.dec", 1, G2P_WIDTH, &x->dec, err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.chunk", 1, G2P_WIDTH, &x->chunk, err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.classes", 2, G2P_CLASSES, &x->classes, err);
    if (!code) code = gguf_need_u32(file, "sotto.g2p.letters", LEXICON_LETTERS, LEXICON_LETTERS, &letters, err);
    return code;
}

/* Phones of the chunks: sounds only, none after a gap. */
static int bind_phones(g2p *x, const gguf *file, sotto_error *err) {
    const void *data;
    int code = gguf_need_tensor(file, "chunk.phones", TENSOR_I8, x->classes, 2, &data, err);
    if (code) return code;
    x->phones = data;
    for (uint32_t i = 0; i < 2 * x->classes; i++) {
        int p = x->phones[i], good = p == 0 || (p >= PHONE_FIRST_CONSONANT && p < PHONE_COUNT);
        if (!good || (i % 2 && p && !x->phones[i - 1]))
            return error_set(err, ERR_MODEL, "%s: tensor chunk.phones: chunk %u holds %d, expected sounds %d..%d or 0", file->name, i / 2, p,
                             PHONE_FIRST_CONSONANT, PHONE_COUNT - 1);
    }
    return 0;
}

int g2p_bind(g2p *g, const gguf *file, sotto_error *err) {
    g2p x = {0};
    int code = bind_sizes(&x, file, err);
    if (code) return code;
    uint32_t e = x.enc, d = x.dec, c = x.chunk;
    code = bind_table(file, "letter.weight", "letter.scale", LEXICON_LETTERS, 6 * e, &x.letter, &x.letter_scale, err);
    if (!code) code = bind_table(file, "chunk.weight", "chunk.scale", x.classes + 1, c, &x.embed, &x.embed_scale, err);
    if (!code) code = bind_linear(&x.reader[0], file, "reader.forward", 3 * e, e, err);
    if (!code) code = bind_linear(&x.reader[1], file, "reader.backward", 3 * e, e, err);
    if (!code) code = bind_linear(&x.writer_in, file, "writer.input", 3 * d, 2 * e + c, err);
    if (!code) code = bind_linear(&x.writer, file, "writer.state", 3 * d, d, err);
    if (!code) code = bind_linear(&x.out, file, "out", x.classes, d, err);
    if (!code) code = bind_phones(&x, file, err);
    if (!code) code = lexicon_bind(&x.words, file, err);
    if (!code) *g = x;
    return code;
}

void g2p_layout(g2p *g, arena *a, const kernels *k) {
    uint32_t seen = 2 * g->enc + g->chunk, wide = g->enc > g->dec ? g->enc : g->dec;
    g->k = k;
    g->seen = ARENA_ARRAY(a, float, (size_t)G2P_LETTERS *seen);
    g->state = ARENA_ARRAY(a, float, wide);
    g->gate_in = ARENA_ARRAY(a, float, 3 * wide);
    g->gate_state = ARENA_ARRAY(a, float, 3 * wide);
    g->logit = ARENA_ARRAY(a, float, g->classes);
    quant_layout(&g->quant, a, 1, seen > wide ? seen : wide);
}

/* One GRU step; gates hold r, z, n in this order, the reset gate acts after the product. */
static void gru_step(float *state, const float *in, const float *st, uint32_t width) {
    for (uint32_t i = 0; i < width; i++) {
        float r = mathx_sigmoid(in[i] + st[i]);
        float z = mathx_sigmoid(in[width + i] + st[width + i]);
        float n = mathx_tanh(in[2 * width + i] + r * st[2 * width + i]);
        state[i] = n + z * (state[i] - n);
    }
}

/* Row of a scaled int8 table as floats. */
static void table_row(float *y, const int8_t *row, float scale, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) y[i] = (float)row[i] * scale;
}

/* Runs one reader over the letters and files its states in `seen`. */
static void read_letters(const g2p *g, const uint8_t *id, int count, int backward) {
    uint32_t row = 2 * g->enc + g->chunk, side = backward ? g->enc : 0;
    quant_scratch quant = g->quant;
    memset(g->state, 0, g->enc * sizeof *g->state);
    for (int i = 0; i < count; i++) {
        int t = backward ? count - 1 - i : i;
        table_row(g->gate_in, g->letter + (size_t)id[t] * 6 * g->enc + 3 * side, g->letter_scale[id[t]], 3 * g->enc);
        linear_run(g->k, &g->reader[backward], g->gate_state, g->state, 1, &quant);
        gru_step(g->state, g->gate_in, g->gate_state, g->enc);
        memcpy(g->seen + (size_t)t * row + side, g->state, g->enc * sizeof *g->state);
    }
}

static uint32_t best_of(const float *x, uint32_t n) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* One run over 1..G2P_LETTERS letters; returns the phones written. */
static int run_network(const g2p *g, const uint8_t *id, int count, uint8_t *phones, int cap) {
    uint32_t row = 2 * g->enc + g->chunk, before = g->classes;
    quant_scratch quant = g->quant;
    int n = 0;
    read_letters(g, id, count, 0);
    read_letters(g, id, count, 1);
    memset(g->state, 0, g->dec * sizeof *g->state);
    for (int t = 0; t < count; t++) {
        float *seen = g->seen + (size_t)t * row;
        table_row(seen + 2 * g->enc, g->embed + (size_t)before * g->chunk, g->embed_scale[before], g->chunk);
        linear_run(g->k, &g->writer_in, g->gate_in, seen, 1, &quant);
        linear_run(g->k, &g->writer, g->gate_state, g->state, 1, &quant);
        gru_step(g->state, g->gate_in, g->gate_state, g->dec);
        linear_run(g->k, &g->out, g->logit, g->state, 1, &quant);
        before = best_of(g->logit, g->classes);
        for (int i = 0; i < 2; i++)
            if (g->phones[2 * before + i] && n < cap) phones[n++] = (uint8_t)g->phones[2 * before + i];
    }
    return n;
}

/* Next letter ids 1..27 of the word from *at; returns their number, at most cap. */
static int letter_ids(const char *word, size_t len, size_t *at, uint8_t *id, int cap) {
    int n = 0;
    for (; *at < len && n < cap; ++*at) {
        char c = word[*at];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (c >= 'a' && c <= 'z') id[n++] = (uint8_t)(c - 'a' + 1);
        if (c == '\'') id[n++] = 27;
    }
    return n;
}

int g2p_letters(const g2p *g, const char *word, size_t len, uint8_t *phones, int cap) {
    uint8_t id[G2P_LETTERS];
    int n = 0;
    cap = cap < G2P_WORD ? cap : G2P_WORD;
    for (size_t at = 0; at < len;) {
        int count = letter_ids(word, len, &at, id, G2P_LETTERS);
        if (count > 0) n += run_network(g, id, count, phones + n, cap - n);
    }
    return n;
}

int g2p_word(const g2p *g, const char *word, size_t len, uint8_t *phones, int cap) {
    uint8_t id[LEXICON_WORD];
    size_t at = 0;
    cap = cap < G2P_WORD ? cap : G2P_WORD;
    int count = letter_ids(word, len, &at, id, LEXICON_WORD), n;
    if (at == len && (n = lexicon_find(&g->words, id, count, phones, cap)) > 0) return n;
    if (at == len && (n = forms_find(&g->words, id, count, phones, cap)) > 0) return n;
    return g2p_letters(g, word, len, phones, cap);
}
