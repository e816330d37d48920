/* tokenizer: validation, index tables and decoding (see tokenizer.h); encoding is in tok_encode.c.
 *
 * Both indices are open-addressed with linear steps, at most 3/4 full. Byte-level BPE writes bytes as characters: 33..126,
 * 161..172 and 174..255 stand for themselves, the other 68 bytes, in order, are U+0100 + n.
 */
#include "models/llm/tokenizer.h"
#include "models/llm/tok_index.h"
#include "runtime/base/utf8.h"
#include <string.h>

static int text_is(gguf_text t, const char *s) {
    return t.len == strlen(s) && memcmp(t.at, s, t.len) == 0;
}

/* An array of `element`s; count 0 when the key is absent. */
static int find_array(const gguf *g, const char *key, enum gguf_type element, uint64_t count, gguf_value *v, sotto_error *err) {
    if (gguf_find(g, key, v) != 0) {
        memset(v, 0, sizeof *v);
        return ERR_NONE;
    }
    if (v->type != GGUF_ARRAY || v->element != element || (count && v->count != count))
        return error_set(err, ERR_MODEL, "%s: %s: expected an array of type %d with %llu elements", g->name, key, (int)element,
                         (unsigned long long)count);
    return ERR_NONE;
}

static int check_pieces(const tokenizer *t, sotto_error *err) {
    const uint8_t *at = t->pieces.at;
    for (uint32_t i = 0; i < t->count; i++) {
        gguf_text piece = gguf_next_text(&at);
        if (piece.len > TOK_PIECE_MAX)
            return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.tokens[%u] has %llu bytes, expected at most %d", t->file->name, (unsigned)i,
                             (unsigned long long)piece.len, (int)TOK_PIECE_MAX);
    }
    return ERR_NONE;
}

static int read_id(const tokenizer *t, const char *key, uint32_t *id, sotto_error *err) {
    *id = gguf_u32_or(t->file, key, TOK_NONE);
    if (*id == TOK_NONE || *id < t->count) return ERR_NONE;
    return error_set(err, ERR_MODEL, "%s: %s is %u, expected less than %u", t->file->name, key, (unsigned)*id, (unsigned)t->count);
}

static int flag_or(const gguf *g, const char *key, int otherwise) {
    gguf_value v;
    return gguf_find(g, key, &v) == 0 && v.type == GGUF_BOOL ? *v.at != 0 : otherwise;
}

static int read_split(tokenizer *t, sotto_error *err) {
    static const struct {
        const char *name;
        enum tok_split split;
    } known[] = {{"gpt-2", SPLIT_GPT2},    {"gpt2", SPLIT_GPT2},       {"smollm", SPLIT_SMOLLM}, {"llama-bpe", SPLIT_LLAMA3},
                 {"llama3", SPLIT_LLAMA3}, {"llama-v3", SPLIT_LLAMA3}, {"qwen2", SPLIT_QWEN2}};
    gguf_text pre = gguf_text_or(t->file, "tokenizer.ggml.pre", "gpt-2");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is(pre, known[i].name)) {
            t->split = known[i].split;
            return ERR_NONE;
        }
    return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.pre is %.*s, expected gpt-2, smollm, llama-bpe or qwen2", t->file->name,
                     pre.len > 40 ? 40 : (int)pre.len, pre.at);
}

static int bind_kind(tokenizer *t, sotto_error *err) {
    gguf_text model;
    int code = gguf_need_text(t->file, "tokenizer.ggml.model", &model, err);
    if (code) return code;
    t->kind = text_is(model, "gpt2") ? TOK_BPE : TOK_SPM;
    if (t->kind == TOK_SPM && !text_is(model, "llama"))
        return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.model is %.*s, expected llama or gpt2", t->file->name,
                         model.len > 40 ? 40 : (int)model.len, model.at);
    if (t->kind == TOK_SPM) return ERR_NONE;
    code = read_split(t, err);
    if (!code) code = find_array(t->file, "tokenizer.ggml.merges", GGUF_STRING, 0, &t->merges, err);
    if (!code && (t->merges.count == 0 || t->merges.count > 1u << 21))
        return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.merges: expected 1..2097152 merges", t->file->name);
    return code;
}

enum tok_type tok_type_of(const tokenizer *t, uint32_t id) {
    int32_t type = TYPE_NORMAL;
    if (t->types.count) memcpy(&type, t->types.at + (size_t)id * 4, sizeof type);
    return type >= TYPE_NORMAL && type <= TYPE_BYTE ? (enum tok_type)type : TYPE_NORMAL;
}

static int is_special(enum tok_type type) {
    return type == TYPE_CONTROL || type == TYPE_USER || type == TYPE_UNKNOWN;
}

static uint32_t power_above(uint64_t n) { /* slots for n entries, at most 3/4 full */
    uint32_t p = 16;
    while ((uint64_t)p * 3 < n * 4) p *= 2;
    return p;
}

static void read_flags(tokenizer *t) {
    int spm = t->kind == TOK_SPM, llama3 = t->kind == TOK_BPE && t->split == SPLIT_LLAMA3;
    t->add_bos = flag_or(t->file, "tokenizer.ggml.add_bos_token", spm || llama3);
    t->space_prefix = spm && flag_or(t->file, "tokenizer.ggml.add_space_prefix", 1);
    t->whole_words = llama3;
    t->slots = power_above(t->count);
    t->merge_slots = t->merges.count ? power_above(t->merges.count) : 0;
    for (uint32_t i = 0; i < t->count; i++) t->specials += (uint32_t)is_special(tok_type_of(t, i));
}

int tok_bind(tokenizer *t, const gguf *g, uint32_t vocab, sotto_error *err) {
    memset(t, 0, sizeof *t);
    t->file = g;
    t->count = vocab;
    int code = bind_kind(t, err);
    if (!code) code = find_array(g, "tokenizer.ggml.tokens", GGUF_STRING, vocab, &t->pieces, err);
    if (!code && t->pieces.count == 0)
        return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.tokens is missing, expected %u strings", g->name, (unsigned)vocab);
    if (!code && t->pieces.bytes > UINT32_MAX) return error_set(err, ERR_MODEL, "%s: tokenizer.ggml.tokens: expected less than 4 GiB", g->name);
    if (!code) code = find_array(g, "tokenizer.ggml.scores", GGUF_F32, vocab, &t->scores, err);
    if (!code) code = find_array(g, "tokenizer.ggml.token_type", GGUF_I32, vocab, &t->types, err);
    if (!code) code = check_pieces(t, err);
    if (!code) code = read_id(t, "tokenizer.ggml.bos_token_id", &t->bos, err);
    if (!code) code = read_id(t, "tokenizer.ggml.eos_token_id", &t->eos, err);
    if (!code) code = read_id(t, "tokenizer.ggml.unknown_token_id", &t->unknown, err);
    if (!code) read_flags(t);
    return code;
}

/* ---- index ---- */

gguf_text tok_piece(const tokenizer *t, uint32_t id) {
    const uint8_t *at = t->pieces.at + t->offset[id];
    return gguf_next_text(&at);
}

static uint32_t hash_text(const char *text, size_t len) { /* FNV-1a */
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)text[i]) * 16777619u;
    return h ^ h >> 15;
}

static uint32_t hash_pair(uint32_t left, uint32_t right) {
    uint32_t h = left * 0x9e3779b1u ^ right * 0x85ebca6bu;
    return h ^ h >> 15;
}

uint32_t tok_lookup(const tokenizer *t, const char *text, size_t len) {
    for (uint32_t i = hash_text(text, len);; i++) {
        uint32_t id = t->slot[i & (t->slots - 1)];
        if (id == TOK_NONE) return TOK_NONE;
        gguf_text piece = tok_piece(t, id);
        if (piece.len == len && memcmp(piece.at, text, len) == 0) return id;
    }
}

const tok_merge *tok_merge_of(const tokenizer *t, uint32_t left, uint32_t right) {
    for (uint32_t i = hash_pair(left, right);; i++) {
        const tok_merge *m = &t->merge[i & (t->merge_slots - 1)];
        if (m->left == TOK_NONE) return NULL;
        if (m->left == left && m->right == right) return m;
    }
}

static void index_pieces(tokenizer *t) {
    const uint8_t *at = t->pieces.at;
    uint32_t specials = 0;
    memset(t->slot, 0xff, t->slots * sizeof(uint32_t));
    for (uint32_t id = 0; id < t->count; id++) {
        enum tok_type type = tok_type_of(t, id);
        t->offset[id] = (uint32_t)(at - t->pieces.at);
        gguf_text piece = gguf_next_text(&at);
        if (is_special(type)) t->special[specials++] = id;
        if (type == TYPE_CONTROL || type == TYPE_UNKNOWN || type == TYPE_BYTE || tok_lookup(t, piece.at, piece.len) != TOK_NONE) continue;
        uint32_t i = hash_text(piece.at, piece.len);
        while (t->slot[i & (t->slots - 1)] != TOK_NONE) i++;
        t->slot[i & (t->slots - 1)] = id;
    }
}

static void index_merges(tokenizer *t) {
    const uint8_t *at = t->merges.at;
    memset(t->merge, 0xff, t->merge_slots * sizeof(tok_merge));
    for (uint32_t rank = 0; rank < t->merges.count; rank++) {
        char whole[TOK_PIECE_MAX];
        gguf_text text = gguf_next_text(&at);
        const char *gap = text.len > 2 && text.len <= TOK_PIECE_MAX ? memchr(text.at + 1, ' ', text.len - 1) : NULL;
        if (!gap) continue;
        size_t left = (size_t)(gap - text.at), right = text.len - left - 1;
        memcpy(whole, text.at, left);
        memcpy(whole + left, gap + 1, right);
        tok_merge m = {tok_lookup(t, text.at, left), tok_lookup(t, gap + 1, right), tok_lookup(t, whole, left + right), rank};
        if (m.left == TOK_NONE || m.right == TOK_NONE || m.id == TOK_NONE || tok_merge_of(t, m.left, m.right)) continue;
        uint32_t i = hash_pair(m.left, m.right);
        while (t->merge[i & (t->merge_slots - 1)].left != TOK_NONE) i++;
        t->merge[i & (t->merge_slots - 1)] = m;
    }
}

static uint32_t byte_to_code(uint32_t byte) {
    if (byte < 33) return 256 + byte;
    if (byte < 127) return byte;
    if (byte < 161) return 256 + 33 + byte - 127;
    return byte == 173 ? 256 + 67 : byte;
}

/* The byte that stands behind a character of byte-level BPE, or -1. */
static int code_to_byte(uint32_t code) {
    if (code < 256) return byte_to_code(code) == code ? (int)code : -1;
    if (code >= 256 + 68) return -1;
    uint32_t n = code - 256;
    return n < 33 ? (int)n : n < 67 ? (int)(127 + n - 33) : 173;
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "<0x0A>" -> 10, else -1. */
static int byte_of_piece(gguf_text p) {
    if (p.len != 6 || memcmp(p.at, "<0x", 3) != 0 || p.at[5] != '>' || hex(p.at[3]) < 0 || hex(p.at[4]) < 0) return -1;
    return hex(p.at[3]) * 16 + hex(p.at[4]);
}

static void index_bytes(tokenizer *t) {
    for (uint32_t b = 0; b < 256; b++) {
        char text[4];
        t->byte_piece[b] = t->kind == TOK_BPE ? tok_lookup(t, text, utf8_encode(byte_to_code(b), text)) : TOK_NONE;
    }
    for (uint32_t id = 0; t->kind == TOK_SPM && id < t->count; id++) {
        int byte = tok_type_of(t, id) == TYPE_BYTE ? byte_of_piece(tok_piece(t, id)) : -1;
        if (byte >= 0) t->byte_piece[byte] = id;
    }
}

void tok_layout(tokenizer *t, arena *a) {
    t->offset = ARENA_ARRAY(a, uint32_t, t->count);
    t->slot = ARENA_ARRAY(a, uint32_t, t->slots);
    t->special = ARENA_ARRAY(a, uint32_t, t->specials);
    t->merge = t->merge_slots ? ARENA_ARRAY(a, tok_merge, t->merge_slots) : NULL;
    if (!a->base || a->failed) return;
    index_pieces(t);
    index_bytes(t);
    if (t->merge_slots) index_merges(t);
}

void tok_scratch(tokenizer *t, arena *a, uint32_t max_text) {
    t->max_text = max_text;
    t->text = (char *)arena_take(a, (size_t)max_text + 1, 3);
    t->symbol = ARENA_ARRAY(a, tok_symbol, (size_t)max_text + 1);
}

uint32_t tok_find(const tokenizer *t, const char *text, size_t len) {
    for (uint32_t i = 0; i < t->specials; i++) {
        gguf_text p = tok_piece(t, t->special[i]);
        if (p.len == len && memcmp(p.at, text, len) == 0) return t->special[i];
    }
    return tok_lookup(t, text, len);
}

/* ---- decoding ---- */

static size_t decode_spm(char *out, gguf_text p) {
    size_t n = 0;
    for (size_t i = 0; i < p.len;) {
        int space = p.len - i >= 3 && memcmp(p.at + i, "\xe2\x96\x81", 3) == 0;
        out[n++] = space ? ' ' : p.at[i];
        i += space ? 3 : 1;
    }
    return n;
}

static size_t decode_bpe(char *out, gguf_text p) {
    size_t n = 0;
    for (size_t i = 0; i < p.len;) {
        uint32_t code;
        size_t used = utf8_decode(p.at + i, p.len - i, &code);
        int byte = code_to_byte(code);
        if (byte >= 0)
            out[n++] = (char)byte;
        else
            memcpy(out + n, p.at + i, used), n += used; /* not of the alphabet: as it stands */
        i += used;
    }
    return n;
}

size_t tok_decode(const tokenizer *t, char *out, uint32_t id) {
    enum tok_type type = tok_type_of(t, id);
    gguf_text p = tok_piece(t, id);
    if (type == TYPE_CONTROL || type == TYPE_UNKNOWN) return 0;
    if (type == TYPE_USER) {
        memcpy(out, p.at, p.len);
        return p.len;
    }
    if (type == TYPE_BYTE && byte_of_piece(p) >= 0) {
        out[0] = (char)byte_of_piece(p);
        return 1;
    }
    return t->kind == TOK_SPM ? decode_spm(out, p) : decode_bpe(out, p);
}

size_t tok_stream_put(tok_stream *s, const tokenizer *t, char *out, uint32_t id) {
    memcpy(out, s->hold, s->held);
    size_t n = s->held + tok_decode(t, out + s->held, id), whole = utf8_whole(out, n);
    s->held = (uint32_t)(n - whole);
    memcpy(s->hold, out + whole, s->held);
    return whole;
}
