/* test_asr: the recogniser against PyTorch part by part (a tiny random Conformer), and the laws: any pattern of pushes gives
 * the same bits, reset equals fresh, memory is what the counting pass says, wrong files are refused with a line. */
#include "tests/asr_common.h"

static asr_file model, golden;

static int setup(void **state) {
    (void)state;
    asr_read(&model, "tests/golden/asr_tiny.gguf");
    asr_read(&golden, "tests/golden/asr_tiny_out.gguf");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(model.bytes);
    free(golden.bytes);
    return 0;
}

static void assert_near(const float *got, const float *want, size_t n, float tolerance, const char *what) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= tolerance)) fail_msg("%s[%zu] is %g, PyTorch says %g", what, i, (double)got[i], (double)want[i]);
}

/* Subsampling, then each block on PyTorch's own input, then all of it: an error shows where it is. */
static void parts_match_pytorch(void **state) {
    asr_box b;
    uint32_t frames, rows, dim;
    float x[64 * 64], silence[ASR_MAX_BANDS];
    (void)state;
    asr_open(&b, &model.g, 16, 256, "ref");
    const float *mel = asr_golden(&golden, "mel", &frames), *sub = asr_golden(&golden, "sub", &rows);
    const asr_shape *s = &b.x.shape;
    dim = s->dim;
    for (uint32_t i = 0; i < s->bands; i++) silence[i] = logf(s->floor);
    for (uint32_t t = 0, done = 0; t < rows * 8; t++)
        done += (uint32_t)subsample_push(&b.x.front, b.x.desk.k, &b.x.desk.quant, x + done * dim, t < frames ? mel + t * s->bands : silence);
    assert_near(x, sub, (size_t)rows * dim, 1e-4f, "sub");
    const float *in = sub;
    for (uint32_t i = 0; i < s->blocks; i++) {
        char name[16];
        snprintf(name, sizeof name, "blk.%u", (unsigned)i);
        const float *want = asr_golden(&golden, name, &rows);
        memcpy(x, in, sizeof(float) * rows * dim);
        for (uint32_t at = 0; at < rows; at += s->chunk)
            conformer_run(&b.x.block[i], &b.x.desk, s, x + at * dim, rows - at < s->chunk ? rows - at : s->chunk);
        assert_near(x, want, (size_t)rows * dim, 2e-4f, name);
        in = want;
    }
    asr_shut(&b);
}

/* The words that the search finds in PyTorch's own log-probabilities. */
static void golden_text(asr_box *b, const float *log_p, uint32_t rows, char *out, size_t cap) {
    asr_reset(&b->x);
    for (uint32_t t = 0; t < rows; t++) search_push(&b->x.search, log_p + (size_t)t * b->x.shape.classes);
    search_finish(&b->x.search);
    transcript_write(&b->x.words, &b->x.search);
    snprintf(out, cap, "%s", asr_text(&b->x));
}

static void stream_gives_pytorch_words(void **state) {
    asr_box b;
    uint32_t frames, rows;
    char want[256];
    (void)state;
    asr_open(&b, &model.g, 32, 256, NULL);
    const float *mel = asr_golden(&golden, "mel", &frames), *log_p = asr_golden(&golden, "log_p", &rows);
    for (uint32_t t = 0; t < frames; t++) {
        asr_push_mel(&b.x, mel + t * b.x.shape.bands);
        while (asr_step(&b.x)) {}
    }
    asr_finish(&b.x);
    while (asr_step(&b.x)) {}
    const asr_shape *s = &b.x.shape;
    assert_int_equal(b.x.search.frames, rows);
    assert_near(b.x.score, log_p + (size_t)(rows - s->split) * s->classes, s->split * s->classes, 1e-3f, "log_p of the last frame");
    char got[256];
    snprintf(got, sizeof got, "%s", asr_text(&b.x));
    golden_text(&b, log_p, rows, want, sizeof want);
    assert_true(want[0] != 0);
    assert_string_equal(got, want);
    asr_shut(&b);
}

typedef struct outcome { /* all that a sound leaves behind */
    uint32_t words, quiet;
    asr_word word[128];
    float score[80];
    char text[256];
} outcome;

/* Hears the golden frames `times` over, stepping after every `every` pushes (0: never before the end). */
static void hear(asr_box *b, outcome *o, uint32_t every, uint32_t times) {
    uint32_t frames;
    const float *mel = asr_golden(&golden, "mel", &frames);
    for (uint32_t t = 0; t < frames * times; t++) {
        asr_push_mel(&b->x, mel + (t % frames) * b->x.shape.bands);
        if (every && t % every == every - 1)
            while (asr_step(&b->x)) {}
    }
    asr_finish(&b->x);
    asr_finish(&b->x);
    while (asr_step(&b->x)) {}
    memset(o, 0, sizeof *o);
    memcpy(o->score, b->x.score, sizeof o->score);
    snprintf(o->text, sizeof o->text, "%s", asr_text(&b->x));
    o->words = asr_word_count(&b->x);
    assert_true(o->words > 0 && o->words <= 128);
    for (uint32_t i = 0; i < o->words; i++) o->word[i] = asr_word_at(&b->x, i);
    o->quiet = asr_quiet_ms(&b->x);
}

static void any_pushes_give_the_same_bits(void **state) {
    (void)state;
    for (uint32_t beam = 4; beam <= 64; beam *= 4) {
        outcome whole, part;
        asr_box b;
        asr_open(&b, &model.g, beam, 256, NULL);
        hear(&b, &whole, 0, 3);
        for (uint32_t every = 1; every < 90; every = every * 2 + 1) {
            asr_reset(&b.x);
            hear(&b, &part, every, 3);
            assert_memory_equal(&whole, &part, sizeof whole);
        }
        asr_shut(&b);
    }
}

static void reset_equals_fresh(void **state) {
    outcome fresh, again;
    asr_box b;
    uint32_t frames;
    (void)state;
    const float *mel = asr_golden(&golden, "mel", &frames);
    asr_open(&b, &model.g, 16, 256, NULL);
    hear(&b, &fresh, 1, 2);
    for (uint32_t cut = 1; cut < 60; cut += 7) {
        asr_reset(&b.x);
        for (uint32_t t = 0; t < cut; t++) asr_push_mel(&b.x, mel + (frames - 1 - t) * b.x.shape.bands);
        asr_reset(&b.x);
        assert_string_equal(asr_text(&b.x), "");
        hear(&b, &again, 1, 2);
        assert_memory_equal(&fresh, &again, sizeof fresh);
    }
    asr_shut(&b);
}

static void every_kernel_table_gives_the_same_bits(void **state) {
    outcome ref, other;
    asr_box b;
    int usable;
    const kernels *k;
    (void)state;
    asr_open(&b, &model.g, 16, 256, "ref");
    hear(&b, &ref, 1, 3);
    asr_shut(&b);
    for (size_t i = 1; (k = kernels_list(i, &usable)) != NULL; i++) {
        if (!usable) continue;
        asr_open(&b, &model.g, 16, 256, k->name);
        hear(&b, &other, 1, 3);
        assert_memory_equal(&ref, &other, sizeof ref);
        asr_shut(&b);
    }
}

static void silence_before_any_sound_is_empty(void **state) {
    asr_box b;
    (void)state;
    asr_open(&b, &model.g, 16, 256, NULL);
    assert_int_equal(asr_step(&b.x), 0);
    asr_finish(&b.x);
    assert_int_equal(asr_step(&b.x), 0);
    assert_string_equal(asr_text(&b.x), "");
    asr_shut(&b);
}

static void long_sound_stays_in_its_memory(void **state) {
    asr_box b;
    uint32_t frames;
    (void)state;
    asr_open(&b, &model.g, 8, 24, NULL);
    const float *mel = asr_golden(&golden, "mel", &frames);
    for (uint32_t t = 0; t < 20000; t++) {
        asr_push_mel(&b.x, mel + (t * 31 % frames) * b.x.shape.bands);
        asr_step(&b.x);
    }
    assert_true(strlen(asr_text(&b.x)) < 24);
    for (uint32_t i = 0; i < asr_word_count(&b.x); i++) {
        asr_word w = asr_word_at(&b.x, i);
        assert_true(w.at + w.len <= strlen(asr_text(&b.x)) && w.end_ms > w.begin_ms && w.confidence > 0 && w.confidence <= 1);
    }
    asr_shut(&b);
}

static void smaller_memory_is_refused(void **state) {
    static asr x;
    sotto_error err;
    arena a;
    asr_limits limits = {.k = kernels_select(NULL), .max_text = 64, .beam = 2};
    (void)state;
    assert_int_equal(asr_bind(&x, &model.g, &err), 0);
    arena_begin(&a, NULL, 0);
    asr_layout(&x, &a, &limits);
    asr_scratch(&x, &a);
    size_t need = a.peak;
    uint8_t *block = aligned_alloc(64, (need + 63) / 64 * 64);
    for (size_t size = 0; size < need; size += size < need - 64 ? 509 : 1) {
        arena_begin(&a, block, size);
        asr_layout(&x, &a, &limits);
        asr_scratch(&x, &a);
        assert_int_equal(a.failed, 1);
    }
    free(block);
}

/* Changes a u32 field of a copy of the model and expects a line that names the key. */
static void refuse_u32(const char *key, uint32_t value) {
    static asr x;
    sotto_error err;
    gguf g;
    gguf_value v;
    uint8_t *copy = aligned_alloc(64, (model.size + 63) / 64 * 64);
    memcpy(copy, model.bytes, model.size);
    assert_int_equal(gguf_find(&model.g, key, &v), 0);
    memcpy(copy + (v.at - model.g.data), &value, sizeof value);
    assert_int_equal(gguf_open(&g, "bent.gguf", copy, model.size, &err), 0);
    assert_int_equal(asr_bind(&x, &g, &err), ERR_MODEL);
    if (!strstr(err.text, "bent.gguf")) fail_msg("%s=%u: %s", key, value, err.text);
    printf("  %s=%u: %s\n", key, value, err.text);
    free(copy);
}

static void wrong_shapes_are_refused(void **state) {
    static const char *const keys[] = {"sotto.asr.dim",    "sotto.asr.heads",   "sotto.asr.blocks",   "sotto.asr.ff",
                                       "sotto.asr.kernel", "sotto.asr.classes", "sotto.asr.channels", "sotto.mel.bands"};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        refuse_u32(keys[i], 0);
        refuse_u32(keys[i], 7);
        refuse_u32(keys[i], UINT32_MAX);
    }
    refuse_u32("sotto.asr.chunk", 0);
    refuse_u32("sotto.asr.chunk", UINT32_MAX);
    refuse_u32("sotto.asr.left", UINT32_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_match_pytorch),
        cmocka_unit_test(stream_gives_pytorch_words),
        cmocka_unit_test(any_pushes_give_the_same_bits),
        cmocka_unit_test(reset_equals_fresh),
        cmocka_unit_test(every_kernel_table_gives_the_same_bits),
        cmocka_unit_test(silence_before_any_sound_is_empty),
        cmocka_unit_test(long_sound_stays_in_its_memory),
        cmocka_unit_test(smaller_memory_is_refused),
        cmocka_unit_test(wrong_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
