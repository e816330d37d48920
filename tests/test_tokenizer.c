/* test_tokenizer: exact ids against llama.cpp and Hugging Face (tests/golden/tok_*), decoding back, streaming, limits, refusals. */
#include "tests/llm_common.h"
#include "tests/llm_file.h"
#include "models/llm/tokenizer.h"
#include "models/llm/unicode_class.h"
#include "runtime/base/utf8.h"

enum { MOST = 1024, TEXT = 512 };

typedef struct run {
    gguf g;
    tokenizer t;
    void *state, *scratch;
} run;

static void lay_out(run *r) {
    arena count, a;
    arena_begin(&count, NULL, 0);
    tok_layout(&r->t, &count);
    a = heap_arena(&count);
    r->state = a.base;
    tok_layout(&r->t, &a);
    assert_true(!a.failed && a.peak == count.peak);
    arena_begin(&count, NULL, 0);
    tok_scratch(&r->t, &count, TEXT);
    a = heap_arena(&count);
    r->scratch = a.base;
    tok_scratch(&r->t, &a, TEXT);
    assert_true(!a.failed && a.peak == count.peak);
}

static uint32_t vocab_of(const gguf *g) {
    gguf_value v;
    assert_int_equal(gguf_find(g, "tokenizer.ggml.tokens", &v), 0);
    return (uint32_t)v.count;
}

static void start_bytes(run *r, const uint8_t *bytes, size_t size) {
    sotto_error err;
    if (gguf_open(&r->g, "vocabulary", bytes, size, &err) || tok_bind(&r->t, &r->g, vocab_of(&r->g), &err)) fail_msg("%s", err.text);
    lay_out(r);
}

static void start(run *r, const char *path) {
    size_t size = 0;
    uint8_t *bytes = read_whole(path, &size);
    if (!bytes) fail_msg("%s is missing", path);
    start_bytes(r, bytes, size);
}

static void stop(run *r) {
    free(r->state);
    free(r->scratch);
    free((void *)r->g.data);
}

/* ---- golden files: [name TAB] escaped text TAB ids ---- */

static char *unescape(char *s) {
    char *to = s;
    for (const char *at = s; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
            *to++ = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at == 'r' ? '\r' : *at;
        } else
            *to++ = *at;
    }
    *to = 0;
    return s;
}

static uint32_t parse_ids(const char *s, uint32_t *ids) {
    uint32_t n = 0;
    for (char *end; n < MOST; s = end, n++) {
        ids[n] = (uint32_t)strtoul(s, &end, 10);
        if (end == s) break;
    }
    return n;
}

static void check_case(run *r, const char *text, const uint32_t *want, uint32_t count) {
    uint32_t ids[MOST];
    char back[4 * TEXT];
    size_t n = 0;
    int special = 0, got = tok_encode(&r->t, ids, MOST, text, strlen(text), TOK_SPECIAL | TOK_NO_BOS);
    if (got != (int)count || memcmp(ids, want, count * sizeof *ids)) {
        for (int i = 0; i < got; i++) print_message("%u ", ids[i]);
        fail_msg("\"%s\": %d tokens, expected %u", text, got, count);
    }
    for (int i = 0; i < got; i++) {
        special |= tok_type_of(&r->t, ids[i]) != TYPE_NORMAL && tok_type_of(&r->t, ids[i]) != TYPE_BYTE;
        n += tok_decode(&r->t, back + n, ids[i]);
    }
    if (special) return; /* control and unknown tokens have no text */
    const char *same = back + (r->t.space_prefix && n && back[0] == ' ');
    back[n] = 0;
    if (!strstr(text, "\xe2\x96\x81")) assert_string_equal(same, text); /* U+2581 itself comes back as a space */
}

static int check_file(run *r, const char *path, const char *name) {
    static char line[8 * TEXT];
    FILE *f = fopen(path, "r");
    int cases = 0;
    if (!f) fail_msg("%s is missing", path);
    while (fgets(line, sizeof line, f)) {
        uint32_t want[MOST];
        char *text = line, *tab = strrchr(line, '\t');
        assert_non_null(tab);
        *tab = 0;
        if (name) {
            char *first = strchr(line, '\t');
            *first = 0;
            text = first + 1;
            if (strcmp(line, name)) continue;
        }
        check_case(r, unescape(text), want, parse_ids(tab + 1, want));
        cases++;
    }
    fclose(f);
    return cases;
}

static void test_spm_golden(void **state) {
    (void)state;
    size_t size = 0;
    run r;
    uint8_t *bytes = read_whole("models/packs/nano/llm.gguf", &size);
    if (!bytes) {
        print_message("models/packs/nano/llm.gguf is missing: skipped\n");
        skip();
    }
    start_bytes(&r, bytes, size);
    assert_true(check_file(&r, "tests/golden/tok_spm.txt", NULL) > 80);
    stop(&r);
}

static void test_bpe_golden(void **state) {
    (void)state;
    run r;
    start(&r, "tests/golden/tok_bpe.gguf");
    assert_true(check_file(&r, "tests/golden/tok_bpe.txt", NULL) > 80);
    stop(&r);
}

static void test_pre_golden(void **state) {
    static const char *const names[] = {"gpt-2", "smollm", "llama-bpe", "qwen2"};
    (void)state;
    gguf g;
    open_gguf(&g, "tests/golden/tok_bpe.gguf");
    for (size_t i = 0; i < 4; i++) {
        run r;
        size_t size;
        uint8_t *bytes = with_field(&g, "tokenizer.ggml.pre", names[i], 0, &size);
        start_bytes(&r, bytes, size);
        r.t.add_bos = 0;
        assert_true(check_file(&r, "tests/golden/tok_pre.txt", names[i]) > 30);
        stop(&r);
    }
    free((void *)g.data);
}

/* ---- SPM rules on the golden decoder's vocabulary: prefix, scores, unknown, control ---- */

static void expect(run *r, const char *text, int flags, const char *pieces) {
    uint32_t ids[MOST];
    char got[MOST] = "";
    int n = tok_encode(&r->t, ids, MOST, text, strlen(text), flags);
    for (int i = 0; i < n; i++) {
        const uint8_t *at = r->t.pieces.at + r->t.offset[ids[i]];
        gguf_text p = gguf_next_text(&at);
        if (i) strcat(got, "|");
        strncat(got, p.at, p.len);
    }
    assert_string_equal(got, pieces);
}

static void test_spm_rules(void **state) { /* pieces, best first: th he in er an re on at _t _th _the _a ing _s ou, then letters */
    (void)state;
    run r;
    start(&r, "tests/golden/llama_f32.gguf");
    expect(&r, "the thing", 0, "\xe2\x96\x81the|\xe2\x96\x81th|ing");
    expect(&r, "there", 0, "\xe2\x96\x81th|er|e"); /* th first; then er (better than _the) */
    expect(&r, "aaa", 0,
           "\xe2\x96\x81"
           "a|a|a");
    expect(&r, "", 0, "");
    expect(&r, " ", 0, "\xe2\x96\x81|\xe2\x96\x81");
    expect(&r, "a\xc3\xa9z", 0,
           "\xe2\x96\x81"
           "a|<unk>|z"); /* no byte pieces: one unknown a character */
    expect(&r, "<|user|>he<|end|>", TOK_SPECIAL, "<|user|>|\xe2\x96\x81|he|<|end|>");
    expect(&r, "<|user|>", 0, "\xe2\x96\x81|<unk>|<unk>|u|s|er|<unk>|<unk>"); /* plain text never becomes a control token */
    r.t.add_bos = 1;
    expect(&r, "he", 0, "<s>|\xe2\x96\x81|he");
    expect(&r, "he", TOK_NO_BOS, "\xe2\x96\x81|he");
    stop(&r);
}

static void test_find(void **state) {
    (void)state;
    run r;
    start(&r, "tests/golden/llama_f32.gguf");
    assert_int_equal(tok_find(&r.t, "<|user|>", 8), 3);
    assert_int_equal(tok_find(&r.t, "<unk>", 5), 0);
    assert_int_equal(tok_find(&r.t, "th", 2), 8);
    assert_true(tok_find(&r.t, "zz", 2) == TOK_NONE);
    assert_true(tok_find(&r.t, "", 0) == TOK_NONE);
    stop(&r);
}

/* Every byte string must come back, whole or through the stream, which gives whole characters only. */
static void test_bytes_round_trip(void **state) {
    (void)state;
    run r;
    uint64_t seed = 3;
    start(&r, "tests/golden/tok_bpe.gguf");
    for (int round = 0; round < 400; round++) {
        char text[64], back[8 * TOK_PIECE_MAX], streamed[8 * TOK_PIECE_MAX], piece[TOK_PIECE_MAX + 4];
        uint32_t ids[64], len = (uint32_t)((random_unit(&seed) + 1) * 30);
        size_t n = 0, m = 0;
        tok_stream s = {{0}, 0};
        for (uint32_t i = 0; i < len; i++) text[i] = (char)(int)(random_unit(&seed) * 128);
        if (round % 2) { /* well-formed characters */
            len = 0;
            while (len < 50) len += (uint32_t)utf8_encode((uint32_t)((random_unit(&seed) + 1) * (round % 4 == 1 ? 0x3000 : 0x68000)), text + len);
        }
        int got = tok_encode(&r.t, ids, 64, text, len, 0);
        assert_true(got >= 0);
        for (int i = 0; i < got; i++) {
            size_t k = tok_stream_put(&s, &r.t, piece, ids[i]);
            if (round % 2) assert_true(utf8_whole(piece, k) == k);
            memcpy(streamed + m, piece, k);
            m += k;
            n += tok_decode(&r.t, back + n, ids[i]);
        }
        assert_int_equal(n, len);
        assert_memory_equal(back, text, len);
        assert_memory_equal(streamed, text, m);
        assert_true(m + s.held == len && (round % 2 == 0 || s.held == 0));
    }
    stop(&r);
}

static void test_limits(void **state) {
    (void)state;
    run r;
    uint32_t ids[TEXT + 1];
    char text[TEXT + 2];
    start(&r, "tests/golden/tok_bpe.gguf");
    memset(text, 'q', sizeof text);
    assert_int_equal(tok_encode(&r.t, ids, TEXT + 1, text, TEXT + 1, 0), ERR_ARG);
    assert_int_equal(tok_encode(&r.t, ids, TEXT, text, TEXT, 0), TEXT);
    ids[10] = 77;
    assert_int_equal(tok_encode(&r.t, ids, 10, text, 11, 0), ERR_ARG);
    assert_int_equal(ids[10], 77);
    assert_int_equal(tok_encode(&r.t, ids, 10, text, 10, 0), 10);
    assert_int_equal(tok_encode(&r.t, ids, 0, text, 0, 0), 0);
    stop(&r);
}

static void test_classes(void **state) {
    (void)state;
    const struct {
        uint32_t code;
        enum unicode_class kind;
    } some[] = {{'a', UNICODE_LETTER},    {'Z', UNICODE_LETTER},    {'0', UNICODE_NUMBER},    {'_', UNICODE_OTHER},     {' ', UNICODE_SPACE},
                {'\n', UNICODE_SPACE},    {0, UNICODE_OTHER},       {0xaa, UNICODE_LETTER},   {0xbd, UNICODE_NUMBER},   {0xd7, UNICODE_OTHER},
                {0x301, UNICODE_OTHER},   {0x3b1, UNICODE_LETTER},  {0x660, UNICODE_NUMBER},  {0x2028, UNICODE_SPACE},  {0x200b, UNICODE_OTHER},
                {0x3042, UNICODE_LETTER}, {0x4e00, UNICODE_LETTER}, {0xac00, UNICODE_LETTER}, {0x1f600, UNICODE_OTHER}, {0x20000, UNICODE_LETTER},
                {0x1d7ce, UNICODE_NUMBER}};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) assert_int_equal(unicode_class_of(some[i].code), some[i].kind);
}

static void refuse(const gguf *g, const char *key, const char *text, uint32_t number, const char *part) {
    size_t size;
    gguf bad;
    tokenizer t;
    sotto_error err = {0, ""};
    uint8_t *bytes = with_field(g, key, text, number, &size);
    assert_int_equal(gguf_open(&bad, "bad.gguf", bytes, size, &err), 0);
    assert_int_equal(tok_bind(&t, &bad, vocab_of(g), &err), ERR_MODEL);
    if (!strstr(err.text, part) || !strstr(err.text, "bad.gguf")) fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    free(bytes);
}

static void test_refused(void **state) {
    (void)state;
    gguf g;
    tokenizer t;
    sotto_error err;
    open_gguf(&g, "tests/golden/tok_bpe.gguf");
    refuse(&g, "tokenizer.ggml.model", "bert", 0, "model is bert, expected llama or gpt2");
    refuse(&g, "tokenizer.ggml.pre", "deepseek-llm", 0, "pre is deepseek-llm");
    refuse(&g, "tokenizer.ggml.merges", "none", 0, "merges");
    refuse(&g, "tokenizer.ggml.token_type", NULL, 1, "token_type");
    refuse(&g, "tokenizer.ggml.bos_token_id", NULL, 100000, "bos_token_id is 100000");
    assert_int_equal(tok_bind(&t, &g, vocab_of(&g) + 1, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "tokenizer.ggml.tokens"));
    free((void *)g.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spm_golden), cmocka_unit_test(test_bpe_golden), cmocka_unit_test(test_pre_golden),
                                       cmocka_unit_test(test_spm_rules),  cmocka_unit_test(test_find),       cmocka_unit_test(test_bytes_round_trip),
                                       cmocka_unit_test(test_limits),     cmocka_unit_test(test_classes),    cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
