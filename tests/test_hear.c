/* test_hear: the shipped recogniser on real sound, samples to words: the golden questions are understood, and neither the size
 * of the pieces nor the kernel table changes a bit of what is heard. */
#include "tests/asr_common.h"
#include "audio/mel.h"
#include "tests/voice.h"

enum { BEAM = 128, MOST_WRONG_WORDS = 4 }; /* of 115 words in 21 questions, without the voice detector: what the shipped weights get wrong, and one */

static asr_file pack;
static int16_t pcm[VOICE_SAMPLES];
static float sound[VOICE_SAMPLES];

static int setup(void **state) {
    (void)state;
    asr_read(&pack, VOICE_PACK "asr.gguf");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(pack.bytes);
    return 0;
}

static size_t load(const char *file) {
    char path[256];
    snprintf(path, sizeof path, "tests/golden/questions/%s", file);
    size_t n = voice_read(path, pcm, VOICE_SAMPLES);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) sound[i] = (float)pcm[i] / 32768.0f;
    return n;
}

typedef struct ear {
    asr_box box;
    mel front;
    void *memory;
} ear;

static void ear_open(ear *e, uint32_t beam, const char *table) {
    mel_config c;
    arena a;
    asr_open(&e->box, &pack.g, beam, 256, table);
    mel_config_default(&c);
    arena_begin(&a, NULL, 0);
    mel_layout(&e->front, &a, &c);
    size_t size = a.peak;
    e->memory = aligned_alloc(64, (size + 63) / 64 * 64);
    arena_begin(&a, e->memory, size);
    mel_layout(&e->front, &a, &c);
    mel_reset(&e->front);
}

static void ear_close(ear *e) {
    asr_shut(&e->box);
    free(e->memory);
}

static void take_frames(ear *e) {
    float frame[ASR_MAX_BANDS];
    while (mel_pull(&e->front, frame)) {
        asr_push_mel(&e->box.x, frame);
        while (asr_step(&e->box.x)) {}
    }
}

static const char *hear(ear *e, size_t n, uint32_t chunk) {
    asr_reset(&e->box.x);
    mel_reset(&e->front);
    for (size_t at = 0; at < n;) {
        uint32_t some = n - at < chunk ? (uint32_t)(n - at) : chunk;
        while (some > 0) {
            uint32_t taken = mel_push(&e->front, sound + at, some);
            at += taken;
            some -= taken;
            take_frames(e);
        }
    }
    if (mel_finish(&e->front)) take_frames(e);
    asr_finish(&e->box.x);
    while (asr_step(&e->box.x)) {}
    return asr_text(&e->box.x);
}

static uint32_t split(char *text, char **word, uint32_t most) {
    uint32_t n = 0;
    for (char *w = strtok(text, " "); w && n < most; w = strtok(NULL, " ")) word[n++] = w;
    return n;
}

static uint32_t wrong_words(const char *want, const char *got) {
    char a[256], b[256], *u[64], *v[64];
    uint32_t row[65];
    snprintf(a, sizeof a, "%s", want);
    snprintf(b, sizeof b, "%s", got);
    uint32_t n = split(a, u, 64), m = split(b, v, 64);
    for (uint32_t j = 0; j <= m; j++) row[j] = j;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t corner = row[0]++;
        for (uint32_t j = 1; j <= m; j++) {
            uint32_t keep = corner + (strcmp(u[i - 1], v[j - 1]) != 0), best = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            corner = row[j];
            row[j] = keep < best ? keep : best;
        }
    }
    return row[m];
}

static void questions_are_understood(void **state) {
    char line[512];
    uint32_t wrong = 0, questions = 0;
    ear e;
    (void)state;
    ear_open(&e, BEAM, NULL);
    FILE *f = fopen("tests/golden/questions/questions.tsv", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *file = strtok(line, "\t"), *voice = strtok(NULL, "\t"), *text = strtok(NULL, "\t");
        const char *heard = hear(&e, load(file), 160);
        uint32_t errors = wrong_words(text, heard);
        if (errors) printf("  %s (%s): \"%s\" heard as \"%s\"\n", file, voice, text, heard);
        wrong += errors;
        questions++;
    }
    fclose(f);
    printf("  %u wrong words in %u questions\n", (unsigned)wrong, (unsigned)questions);
    assert_int_equal(questions, 21);
    assert_true(wrong <= MOST_WRONG_WORDS);
    ear_close(&e);
}

/* Scores and words with their times. */
static void same_bits(const asr *a, const asr *b) {
    assert_memory_equal(a->score, b->score, a->shape.split * a->shape.classes * sizeof(float));
    assert_string_equal(asr_text(a), asr_text(b));
    assert_int_equal(asr_word_count(a), asr_word_count(b));
    assert_memory_equal(a->words.word, b->words.word, asr_word_count(a) * sizeof(asr_word));
}

static void pieces_of_any_size_are_heard_the_same(void **state) {
    static const uint32_t chunks[] = {1, 37, 160, 1000, 4096};
    ear whole, part;
    (void)state;
    size_t n = load("demo.wav");
    ear_open(&whole, 4, NULL);
    ear_open(&part, 4, NULL);
    hear(&whole, n, (uint32_t)n);
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        hear(&part, n, chunks[i]);
        same_bits(&whole.box.x, &part.box.x);
    }
    ear_close(&whole);
    ear_close(&part);
}

static void every_kernel_table_hears_the_same(void **state) {
    ear ref, other;
    const kernels *k;
    int usable;
    (void)state;
    size_t n = load("demo.wav");
    ear_open(&ref, 1, "ref");
    hear(&ref, n, 160);
    for (size_t i = 1; (k = kernels_list(i, &usable)) != NULL; i++) {
        if (!usable) continue;
        ear_open(&other, 1, k->name);
        hear(&other, n, 160);
        same_bits(&ref.box.x, &other.box.x);
        ear_close(&other);
    }
    ear_close(&ref);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_understood),
        cmocka_unit_test(pieces_of_any_size_are_heard_the_same),
        cmocka_unit_test(every_kernel_table_hears_the_same),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
