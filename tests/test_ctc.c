/* test_ctc: best path and prefix beam against searches done in float64 (Python), and against every alignment of short sounds. */
#include "tests/asr_common.h"

typedef struct search {
    ctc c;
    void *memory;
    const ngram *lm;
} search;

static void search_open(search *s, uint32_t vocab, uint32_t beam, uint32_t most) {
    arena a;
    arena_begin(&a, NULL, 0);
    ctc_layout(&s->c, &a, vocab, beam, most, s->lm);
    ctc_scratch(&s->c, &a);
    size_t size = a.peak;
    s->memory = aligned_alloc(64, (size + 63) / 64 * 64);
    arena_begin(&a, s->memory, size);
    ctc_layout(&s->c, &a, vocab, beam, most, s->lm);
    ctc_scratch(&s->c, &a);
    assert_int_equal(a.failed, 0);
    ctc_reset(&s->c);
}

static void push_all(search *s, const float *score, uint32_t frames, uint32_t vocab) {
    float row[64];
    for (uint32_t t = 0; t < frames; t++) {
        memcpy(row, score + (size_t)t * vocab, vocab * sizeof *row);
        ctc_push(&s->c, kernels_select(NULL), row);
    }
}

static void golden_searches_agree(void **state) {
    static const uint32_t beams[] = {1, 4, 8};
    asr_file golden;
    (void)state;
    asr_read(&golden, "tests/golden/asr_ctc.gguf");
    for (unsigned n = 0; n < 24; n++) {
        char name[32];
        gguf_tensor t;
        snprintf(name, sizeof name, "%u.score", n);
        assert_int_equal(gguf_tensor_find(&golden.g, name, &t), 0);
        uint32_t vocab = (uint32_t)t.shape[0], frames = (uint32_t)t.shape[1], rows, count;
        for (size_t b = 0; b < 3; b++) {
            search s = {.lm = NULL};
            snprintf(name, sizeof name, "%u.beam%u", n, (unsigned)beams[b]);
            const int32_t *want = asr_golden(&golden, name, &rows);
            search_open(&s, vocab, beams[b], 64);
            push_all(&s, t.data, frames, vocab);
            const ctc_token *token = ctc_tokens(&s.c, &count);
            assert_int_equal(count, want[0]);
            for (uint32_t i = 0; i < count; i++) assert_int_equal(token[i].id, want[1 + i]);
            free(s.memory);
        }
    }
    free(golden.bytes);
}

/* The same searches with a token model in the hash table that the recipe writes. */
static void token_model_is_added(void **state) {
    asr_file golden;
    ngram lm = {.vocab = 13};
    uint32_t rows, count, changed = 0;
    (void)state;
    asr_read(&golden, "tests/golden/asr_ctc.gguf");
    lm.slot = asr_golden(&golden, "lm.slots", &lm.slots);
    lm.unigram = asr_golden(&golden, "lm.unigram", &rows);
    const float *numbers = asr_golden(&golden, "lm.numbers", &rows);
    lm.order = (uint32_t)numbers[0];
    lm.weight = numbers[1];
    lm.bonus = numbers[2];
    for (unsigned n = 0; n < 24; n++) {
        char name[32];
        gguf_tensor t;
        search s = {.lm = &lm};
        snprintf(name, sizeof name, "%u.score", n);
        assert_int_equal(gguf_tensor_find(&golden.g, name, &t), 0);
        snprintf(name, sizeof name, "%u.lm6", n);
        const int32_t *want = asr_golden(&golden, name, &rows);
        snprintf(name, sizeof name, "%u.beam8", n);
        const int32_t *bare = asr_golden(&golden, name, &rows);
        search_open(&s, (uint32_t)t.shape[0], 6, 64);
        push_all(&s, t.data, (uint32_t)t.shape[1], (uint32_t)t.shape[0]);
        const ctc_token *token = ctc_tokens(&s.c, &count);
        assert_int_equal(count, want[0]);
        for (uint32_t i = 0; i < count; i++) assert_int_equal(token[i].id, want[1 + i]);
        changed += want[0] != bare[0] || memcmp(want, bare, sizeof *want * (size_t)(want[0] + 1)) != 0;
        free(s.memory);
    }
    assert_true(changed > 3); /* else the model said nothing */
    free(golden.bytes);
}

enum { FRAMES = 6, CLASSES = 3, ALIGNMENTS = 729, TEXTS = 3 * 3 * 3 * 3 * 3 * 3 * 3 };

static double unit(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 40) / 16777216.0 - 0.5;
}

/* Base-3 number of an alignment's text, a 1 in front, so that texts of all lengths differ. */
static uint32_t text_of(uint32_t alignment) {
    uint32_t text = 1, last = 0;
    for (uint32_t t = 0; t < FRAMES; t++, alignment /= CLASSES) {
        uint32_t id = alignment % CLASSES;
        if (id && id != last) text = text * 3 + id;
        last = id;
    }
    return text;
}

/* With a beam as wide as all texts, the search must find the likeliest text exactly. */
static void beam_finds_the_likeliest_text(void **state) {
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 60; round++) {
        float score[FRAMES * CLASSES];
        double sum[TEXTS] = {0};
        uint32_t best = 1, count, found = 1;
        for (int i = 0; i < FRAMES * CLASSES; i++) score[i] = (float)(6 * unit(&seed));
        for (uint32_t a = 0; a < ALIGNMENTS; a++) {
            double log_p = 0;
            uint32_t rest = a;
            for (uint32_t t = 0; t < FRAMES; t++, rest /= CLASSES) log_p += score[t * CLASSES + rest % CLASSES];
            sum[text_of(a)] += exp(log_p);
        }
        for (uint32_t i = 1; i < TEXTS; i++) best = sum[i] > sum[best] ? i : best;
        search s = {.lm = NULL};
        search_open(&s, CLASSES, CTC_MAX_BEAM, 16);
        push_all(&s, score, FRAMES, CLASSES);
        const ctc_token *token = ctc_tokens(&s.c, &count);
        for (uint32_t i = 0; i < count; i++) found = found * 3 + token[i].id;
        assert_int_equal(found, best);
        free(s.memory);
    }
}

/* Scores that say one class a frame, clearly. */
static void say(search *s, const char *classes) {
    float row[8];
    for (; *classes; classes++) {
        for (int i = 0; i < 8; i++) row[i] = i == *classes - '0' ? 10.0f : 0.0f;
        ctc_push(&s->c, kernels_select(NULL), row);
    }
}

static void times_and_quiet_are_counted(void **state) {
    (void)state;
    for (uint32_t beam = 1; beam <= 4; beam += 3) {
        search s = {.lm = NULL};
        uint32_t count;
        search_open(&s, 8, beam, 16);
        say(&s, "0003300301");
        const ctc_token *t = ctc_tokens(&s.c, &count);
        assert_int_equal(count, 3);
        assert_int_equal(t[0].first, 3);
        assert_int_equal(t[0].run, 2);
        assert_int_equal(t[1].first, 7);
        assert_int_equal(t[2].id, 1);
        assert_int_equal(ctc_quiet_frames(&s.c), 0);
        say(&s, "00000");
        assert_int_equal(ctc_quiet_frames(&s.c), 5);
        ctc_reset(&s.c);
        say(&s, "000");
        assert_int_equal(ctc_quiet_frames(&s.c), 3);
        assert_int_equal(ctc_settled(&s.c), 0);
        free(s.memory);
    }
}

static void full_paths_take_no_more(void **state) {
    (void)state;
    for (uint32_t beam = 1; beam <= 4; beam += 3) {
        search s = {.lm = NULL};
        uint32_t count;
        search_open(&s, 8, beam, 3);
        say(&s, "1020304050607010203");
        const ctc_token *t = ctc_tokens(&s.c, &count);
        assert_int_equal(count, 3);
        for (uint32_t i = 0; i < 3; i++) assert_int_equal(t[i].id, i + 1);
        free(s.memory);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_searches_agree),       cmocka_unit_test(token_model_is_added),    cmocka_unit_test(beam_finds_the_likeliest_text),
        cmocka_unit_test(times_and_quiet_are_counted), cmocka_unit_test(full_paths_take_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
