/* The GGUF reader: a good file is read right, each hand-broken one is refused with its exact line, no truncation or flipped bit crashes. */
#include "models/gguf.h"
#include "runtime/base/fmt.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/golden/gguf/"

typedef struct file {
    uint8_t *bytes; /* [size] from malloc of exactly that size, so that the address sanitizer sees a read past the end */
    size_t size;
} file;

static file load(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s: cannot be opened", path);
    fseek(f, 0, SEEK_END);
    file out = {NULL, (size_t)ftell(f)};
    rewind(f);
    out.bytes = malloc(out.size ? out.size : 1);
    assert_int_equal(fread(out.bytes, 1, out.size, f), out.size);
    fclose(f);
    return out;
}

/* Touches every key, string and tensor byte of an opened file. */
static uint64_t walk_all(const gguf *g) {
    uint64_t sum = 0;
    gguf_text key;
    gguf_value v;
    gguf_tensor t;
    for (uint64_t i = 0; gguf_value_at(g, i, &key, &v) == 0; i++) {
        for (size_t j = 0; j < v.bytes; j++) sum += v.at[j];
        const uint8_t *at = v.at;
        if (v.element == GGUF_STRING)
            for (uint64_t n = 0; n < v.count; n++) sum += gguf_next_text(&at).len;
    }
    for (uint64_t i = 0; gguf_tensor_at(g, i, &t) == 0; i++)
        for (uint64_t j = 0; j < t.bytes; j++) sum += ((const uint8_t *)t.data)[j];
    return sum;
}

static void corpus_is_judged_as_expected(void **state) {
    (void)state;
    char line[512], path[640], want[1200];
    int refused = 0, good = 0;
    FILE *list = fopen(FOLDER "expected.tsv", "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list)) {
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        *tab = '\0';
        tab[strcspn(tab + 1, "\n") + 1] = '\0';
        snprintf(path, sizeof path, FOLDER "%s", line);
        snprintf(want, sizeof want, "%s: %s", line, tab + 1);
        file f = load(path);
        gguf g, before;
        memset(&g, 0xa5, sizeof g);
        before = g;
        sotto_error err = {0};
        int code = gguf_open(&g, line, f.bytes, f.size, &err);
        if (strcmp(tab + 1, "ok") == 0) {
            assert_int_equal(code, 0);
            walk_all(&g);
            good++;
        } else {
            assert_int_equal(code, ERR_MODEL);
            assert_int_equal(err.code, ERR_MODEL);
            assert_string_equal(err.text, want);
            assert_memory_equal(&g, &before, sizeof g);
            refused++;
        }
        free(f.bytes);
    }
    fclose(list);
    assert_true(refused >= 60 && good == 3);
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    file f = load("tests/golden/llama_q8_0.gguf");
    for (size_t n = 0; n < f.size; n += n < 2500 ? 1 : 97) {
        uint8_t *part = malloc(n ? n : 1);
        memcpy(part, f.bytes, n);
        gguf g;
        sotto_error err = {0};
        int code = gguf_open(&g, "cut.gguf", part, n, &err);
        if (code == 0) walk_all(&g);
        assert_int_equal(code, ERR_MODEL);
        assert_memory_equal(err.text, "cut.gguf: ", 10);
        free(part);
    }
    free(f.bytes);
}

/* Each bit of the metadata flipped: refused with a line, or still a file whose every byte may be read. */
static void flipped_bits_never_crash(void **state) {
    (void)state;
    file f = load(FOLDER "good.gguf");
    int refused = 0;
    for (size_t bit = 0; bit < f.size * 8; bit++) {
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        gguf g;
        sotto_error err = {0};
        if (gguf_open(&g, "flip.gguf", f.bytes, f.size, &err) == 0)
            walk_all(&g);
        else
            refused += err.text[0] != '\0';
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(refused > 500);
    free(f.bytes);
}

static void unaligned_bytes_are_an_argument_error(void **state) {
    (void)state;
    file f = load(FOLDER "good.gguf");
    uint8_t *moved = malloc(f.size + 1);
    memcpy(moved + 1, f.bytes, f.size);
    gguf g;
    sotto_error err = {0};
    assert_int_equal(gguf_open(&g, "moved.gguf", moved + 1, f.size, &err), ERR_ARG);
    assert_string_equal(err.text, "moved.gguf: bytes are not 8-byte aligned");
    assert_int_equal(gguf_open(&g, "moved.gguf", f.bytes, f.size, NULL), 0); /* NULL error is allowed */
    free(moved);
    free(f.bytes);
}

static void look_ups_give_what_the_file_holds(void **state) {
    (void)state;
    file f = load("tests/golden/llama_f32.gguf");
    gguf g;
    sotto_error err = {0};
    assert_int_equal(gguf_open(&g, "llama.gguf", f.bytes, f.size, &err), 0);
    uint32_t n = 0;
    float x = 0;
    assert_int_equal(gguf_need_u32(&g, "llama.embedding_length", 1, 4096, &n, &err), 0);
    assert_int_equal(n, 32);
    assert_int_equal(gguf_need_f32(&g, "llama.rope.freq_base", 1, 1e7f, &x, &err), 0);
    assert_true(x > 1000.0f);
    assert_int_equal(gguf_u32_or(&g, "tokenizer.ggml.add_bos_token", 7) <= 1, 1);
    assert_int_equal(gguf_u32_or(&g, "no.such.key", 7), 7);
    assert_int_equal(gguf_u32_or(&g, "llama.rope.freq_base", 7), 7); /* another type */
    assert_int_equal(gguf_need_arch(&g, "llama", &err), 0);
    gguf_text t = gguf_text_or(&g, "no.such.key", "else");
    assert_int_equal(t.len, 4);
    gguf_value v;
    assert_int_equal(gguf_find(&g, "tokenizer.ggml.tokens", &v), 0);
    assert_int_equal(v.type, GGUF_ARRAY);
    assert_int_equal(v.count, 64);
    const uint8_t *at = v.at;
    for (uint64_t i = 0; i < v.count; i++) gguf_next_text(&at);
    assert_ptr_equal(at, v.at + v.bytes);
    const void *data = NULL;
    assert_int_equal(gguf_need_tensor(&g, "token_embd.weight", TENSOR_F32, 64, 32, &data, &err), 0);
    assert_int_equal((uintptr_t)data % 4, 0);
    free(f.bytes);
}

static void needs_are_refused_in_one_line(void **state) {
    (void)state;
    file f = load("tests/golden/llama_f32.gguf");
    gguf g;
    sotto_error e = {0};
    uint32_t n = 77;
    float x = 77;
    const void *data = &x;
    gguf_text t;
    assert_int_equal(gguf_open(&g, "m.gguf", f.bytes, f.size, &e), 0);
    assert_int_equal(gguf_need_u32(&g, "llama.nothing", 1, 2, &n, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: key llama.nothing: is not in the file");
    assert_int_equal(gguf_need_u32(&g, "llama.embedding_length", 64, 128, &n, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: key llama.embedding_length: is 32, expected 64..128");
    assert_int_equal(gguf_need_u32(&g, "general.architecture", 1, 2, &n, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: key general.architecture: value type 8, expected a whole number, not negative");
    assert_int_equal(gguf_need_f32(&g, "llama.embedding_length", 0, 1, &x, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: key llama.embedding_length: value type 4, expected f32");
    assert_int_equal(gguf_need_f32(&g, "llama.rope.freq_base", 0, 1, &x, &e), ERR_MODEL);
    assert_int_equal(gguf_need_text(&g, "llama.embedding_length", &t, &e), ERR_MODEL);
    assert_int_equal(gguf_need_arch(&g, "sotto-asr", &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: key general.architecture: is \"llama\", expected \"sotto-asr\"");
    assert_int_equal(gguf_need_tensor(&g, "token_embd.weight", TENSOR_F16, 64, 32, &data, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: tensor token_embd.weight: type 0 (F32), expected 1 (F16)");
    assert_int_equal(gguf_need_tensor(&g, "token_embd.weight", TENSOR_F32, 32, 64, &data, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: tensor token_embd.weight: shape 32 x 64 x 1 x 1, expected 64 x 32");
    assert_int_equal(gguf_need_tensor(&g, "gone", TENSOR_F32, 32, 64, &data, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: tensor gone: is not in the file");
    assert_int_equal(n, 77); /* outputs untouched */
    assert_true(x == 77.0f && data == &x);
    gguf_tensor te;
    assert_int_equal(gguf_tensor_find(&g, "token_embd.weight", &te), 0);
    uint32_t nan = 0x7fc00000u;
    memcpy(f.bytes + ((const uint8_t *)te.data - f.bytes) + 40, &nan, 4);
    assert_int_equal(gguf_need_tensor(&g, "token_embd.weight", TENSOR_F32, 64, 32, &data, &e), ERR_MODEL);
    assert_string_equal(e.text, "m.gguf: tensor token_embd.weight: holds inf or NaN, expected finite numbers");
    free(f.bytes);
}

static void put64(uint8_t **p, uint64_t v) {
    memcpy(*p, &v, 8);
    *p += 8;
}

/* 150 000 strings of a public vocabulary: opened in linear time, jumped over by look-ups, the key after them still found. */
static void long_vocabulary_is_jumped_over(void **state) {
    (void)state;
    enum { WORDS = 150000, ROUNDS = 20000 };
    uint8_t *bytes = malloc(64 + WORDS * 12 + 64), *p = bytes;
    memcpy(p, "GGUF\3\0\0\0", 8);
    p += 8;
    put64(&p, 0);
    put64(&p, 2);
    put64(&p, 5);
    memcpy(p, "words\11\0\0\0\10\0\0\0", 13);
    p += 13;
    put64(&p, WORDS);
    for (unsigned i = 0; i < WORDS; i++) {
        put64(&p, 4);
        memcpy(p, &i, 4);
        p += 4;
    }
    put64(&p, 4);
    memcpy(p, "last\4\0\0\0\52\0\0\0", 12);
    p += 12;
    gguf g;
    sotto_error err = {0};
    assert_int_equal(gguf_open(&g, "long.gguf", bytes, (size_t)(p - bytes), &err), 0);
    for (int i = 0; i < ROUNDS; i++) /* walked each time this would be 3e9 strings */
        assert_int_equal(gguf_u32_or(&g, "last", 0), 42);
    free(bytes);
}

static void row_bytes_follow_the_type(void **state) {
    (void)state;
    assert_int_equal(tensor_row_bytes(TENSOR_F32, 3), 12);
    assert_int_equal(tensor_row_bytes(TENSOR_F16, 3), 6);
    assert_int_equal(tensor_row_bytes(TENSOR_I8, 3), 3);
    assert_int_equal(tensor_row_bytes(TENSOR_Q8_0, 64), 68);
    assert_int_equal(tensor_row_bytes(TENSOR_Q4_0, 64), 36);
    assert_int_equal(tensor_row_bytes(TENSOR_Q8_0, 33), 0);
    assert_int_equal(tensor_row_bytes(TENSOR_F32, UINT64_MAX / 2), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_is_judged_as_expected),      cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(flipped_bits_never_crash),          cmocka_unit_test(unaligned_bytes_are_an_argument_error),
        cmocka_unit_test(look_ups_give_what_the_file_holds), cmocka_unit_test(needs_are_refused_in_one_line),
        cmocka_unit_test(long_vocabulary_is_jumped_over),    cmocka_unit_test(row_bytes_follow_the_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
