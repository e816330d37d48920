/* test_search: the beam search against every sentence that a short sound can be; its memory, its settled words, its biasing. */
#include "runtime/base/mathx.h"
#include "tests/words_common.h"

enum { MOST_FRAMES = 400, BLANK = 0, SAID = 5, QUIET = 10 /* frames of a short sound, of the silence after it */ };

typedef struct seeker {
    search s;
    void *memory;
} seeker;

static void seeker_open(seeker *k, uint32_t beam, uint32_t most) {
    arena a;
    arena_begin(&a, NULL, 0);
    search_layout(&k->s, &a, &words, &lm, CLASSES, beam, most);
    search_scratch(&k->s, &a);
    size_t size = a.peak;
    k->memory = aligned_alloc(64, (size + 63) / 64 * 64);
    arena_begin(&a, k->memory, size);
    search_layout(&k->s, &a, &words, &lm, CLASSES, beam, most);
    search_scratch(&k->s, &a);
    assert_int_equal(a.failed, 0);
    search_reset(&k->s);
}

static uint32_t seed = 1;
static double uniform(void) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) / 16777216.0;
}

static void normalise(float *row) {
    double sum = 0;
    for (int i = 0; i < CLASSES; i++) sum += exp((double)row[i]);
    for (int i = 0; i < CLASSES; i++) row[i] -= (float)log(sum);
}

/* Frames that say the phones, one each and a blank between equal ones, with noise. */
static uint32_t sound(float *row, const uint8_t *phone, uint32_t phones, float clear) {
    uint32_t frames = 0;
    for (uint32_t i = 0; i < phones; i++)
        for (uint32_t blank = i > 0 && phone[i] == phone[i - 1] ? 2 : 1; blank-- > 0; frames++) {
            float *r = row + frames * CLASSES;
            for (int c = 0; c < CLASSES; c++) r[c] = (float)(2.0 * uniform());
            r[blank ? BLANK : phone[i]] += clear;
            normalise(r);
        }
    return frames;
}

static uint32_t silence(float *row, uint32_t frames) {
    for (uint32_t t = 0; t < frames; t++, row += CLASSES) {
        for (int c = 0; c < CLASSES; c++) row[c] = c == BLANK ? 8.0f : 0.0f;
        normalise(row);
    }
    return frames;
}

static uint32_t say(const char *text, float *row, float clear) {
    uint8_t phone[200];
    uint32_t n = 0;
    char copy[200];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
        n += vocab_spell(&words, vocab_find(&words, w, (uint32_t)strlen(w)), 0, phone + n, 200 - n);
    return sound(row, phone, n, clear);
}

static void heard(seeker *k, const float *row, uint32_t frames, char *out) {
    const search_word *w[64];
    search_reset(&k->s);
    for (uint32_t t = 0; t < frames; t++) search_push(&k->s, row + t * CLASSES);
    search_finish(&k->s);
    uint32_t n = search_words(&k->s, w, 64);
    out[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        char text[VOCAB_WORD];
        vocab_text(&words, w[i]->word, text);
        strcat(strcat(out, i ? " " : ""), text);
        assert_true(w[i]->end > w[i]->begin && w[i]->end <= frames && w[i]->confidence > 0 && w[i]->confidence <= 1);
    }
}

static void clear_sentences_are_heard(void **state) {
    static const char *const sentences[] = {"please turn on the light", "i'd like a latte", "set a timer for ten minutes", "tell me the time",
                                            "i read two letters"};
    float row[MOST_FRAMES * CLASSES];
    char text[400];
    seeker k;
    (void)state;
    seeker_open(&k, 32, 32);
    for (size_t i = 0; i < 5; i++) {
        heard(&k, row, say(sentences[i], row, 12), text);
        assert_string_equal(text, sentences[i]);
    }
    free(k.memory);
}

/* ln of all alignments of a phone string, in double (Graves et al. 2006). */
static double align(const float *row, uint32_t frames, const uint8_t *phone, uint32_t phones) {
    double a[64] = {1};
    uint32_t states = 2 * phones + 1;
    for (uint32_t t = 0; t < frames; t++)
        for (uint32_t j = states; j-- > 0;) {
            uint32_t c = j % 2 ? phone[j / 2] : BLANK;
            double p = a[j];
            if (t == 0)
                p = j < 2;
            else {
                if (j > 0) p += a[j - 1];
                if (j > 1 && j % 2 && phone[j / 2] != phone[j / 2 - 1]) p += a[j - 2];
            }
            a[j] = p * exp((double)row[t * CLASSES + c]);
        }
    return a[states - 1] + (phones ? a[states - 2] : 0);
}

typedef struct all { /* every sentence of a sound */
    const float *row;
    uint32_t frames, depth;
    uint16_t word[8];
    double best, second;
    char text[200];
} all;

/* Sum over the pronunciations of the words chosen so far, from word `at` on. */
static double pronounced(const all *e, uint32_t at, uint8_t *phone, uint32_t phones) {
    double sum = 0;
    if (at == e->depth) return align(e->row, e->frames, phone, phones);
    for (uint32_t v = 0;; v++) {
        uint8_t mine[VOCAB_DEPTH];
        uint32_t n = vocab_spell(&words, e->word[at], v, mine, VOCAB_DEPTH);
        if (n == 0) return sum;
        if (phones + n > SAID + 2) continue; /* more in the silence costs too much */
        memcpy(phone + phones, mine, n);
        sum += pronounced(e, at + 1, phone, phones + n);
    }
}

static double model(const all *e) {
    uint16_t context[10] = {(uint16_t)(words.words + 1)};
    double score = 0;
    for (uint32_t i = 0; i < e->depth; i++) {
        score += (double)(lm.weight * ngram_score(&lm, context, i + 1, e->word[i]) + lm.bonus);
        context[i + 1] = e->word[i];
    }
    return score + (double)(lm.weight * ngram_score(&lm, context, e->depth + 1, words.words));
}

static void try_all(all *e) {
    uint8_t phone[64];
    double p = pronounced(e, 0, phone, 0);
    if (p <= 0) return;
    double score = log(p) + model(e);
    if (score > e->best) {
        e->second = e->best;
        e->best = score;
        e->text[0] = 0;
        for (uint32_t i = 0; i < e->depth; i++) {
            char text[VOCAB_WORD];
            vocab_text(&words, e->word[i], text);
            strcat(strcat(e->text, i ? " " : ""), text);
        }
    } else if (score > e->second)
        e->second = score;
    if (e->depth == 3) return;
    e->depth++;
    for (uint16_t w = 0; w < words.words; w++) {
        e->word[e->depth - 1] = w;
        try_all(e);
    }
    e->depth--;
}

static void search_finds_the_likeliest_sentence(void **state) {
    float row[24 * CLASSES];
    uint32_t certain = 0;
    char text[400];
    seeker k;
    (void)state;
    seeker_open(&k, SEARCH_MAX_BEAM, 8);
    for (uint32_t round = 0; round < 24; round++) {
        uint8_t phone[6];
        for (uint32_t i = 0; i < 6; i++) phone[i] = (uint8_t)(1 + uniform() * (CLASSES - 1));
        uint32_t a = (uint32_t)(uniform() * words.words), n = vocab_spell(&words, a, 0, phone, 6);
        uint32_t frames = sound(row, phone, n < 5 ? n + round % 2 : 5, 3.0f + (float)(round % 4));
        if (frames > SAID) frames = SAID;
        frames += silence(row + frames * CLASSES, QUIET);
        all e = {.row = row, .frames = frames, .best = -1e30, .second = -1e30};
        try_all(&e);
        heard(&k, row, frames, text);
        if (e.best - e.second < 0.02) continue;
        certain++;
        assert_string_equal(text, e.text);
    }
    printf("  %u sounds\n", certain);
    assert_true(certain >= 15);
    free(k.memory);
}

static void any_sound_stays_in_its_memory(void **state) {
    float row[CLASSES];
    const search_word *w[64];
    seeker k;
    uint32_t settled = 0;
    (void)state;
    seeker_open(&k, 24, 40);
    for (uint32_t t = 0; t < 20000; t++) {
        for (int c = 0; c < CLASSES; c++) row[c] = (float)(uniform() * (t % 7 ? 6 : 1));
        normalise(row);
        search_push(&k.s, row);
        assert_true(k.s.hyps >= 1 && k.s.hyps <= 24 && k.s.pool_next <= k.s.pool_size);
        assert_true(search_settled(&k.s) >= settled);
        settled = search_settled(&k.s);
    }
    assert_true(search_words(&k.s, w, 64) <= 40);
    search_finish(&k.s);
    search_push(&k.s, row);
    assert_int_equal(k.s.frames, 20000);
    free(k.memory);
}

/* Words that are settled while a noisy sound goes on are in the end result as they were. */
static void settled_words_never_change(void **state) {
    float row[MOST_FRAMES * CLASSES];
    uint16_t kept[64];
    uint32_t settled = 0;
    const search_word *w[64];
    seeker k;
    (void)state;
    seeker_open(&k, 32, 60);
    for (uint32_t round = 0; round < 8; round++) {
        uint32_t frames = say("please set the light for two", row, 4);
        for (uint32_t t = 0; t < frames; t++) {
            search_push(&k.s, row + t * CLASSES);
            uint32_t now = search_settled(&k.s), n = search_words(&k.s, w, 64);
            assert_true(now >= settled && now <= n);
            for (uint32_t i = 0; i < settled; i++) assert_int_equal(w[i]->word, kept[i]);
            for (uint32_t i = settled; i < now; i++) kept[i] = w[i]->word;
            settled = now;
        }
    }
    assert_true(settled > 10);
    search_finish(&k.s);
    assert_true(search_words(&k.s, w, 64) >= settled);
    for (uint32_t i = 0; i < settled; i++) assert_int_equal(w[i]->word, kept[i]);
    free(k.memory);
}

static void cut_last_phone_still_gives_the_word(void **state) {
    float row[MOST_FRAMES * CLASSES];
    char text[400];
    seeker k;
    (void)state;
    seeker_open(&k, 64, 32);
    uint32_t frames = say("turn the red light off", row, 12);
    heard(&k, row, frames - 1, text);
    assert_string_equal(text, "turn the red light off");
    free(k.memory);
}

/* A sound between two words; the phrase decides. Then a word that the lexicon lacks. */
static void phrases_are_preferred(void **state) {
    static const uint8_t sotto[] = {29, 25, 31, 25}; /* S OW T OW */
    float row[MOST_FRAMES * CLASSES];
    char plain[400], biased[400];
    seeker k;
    (void)state;
    seeker_open(&k, 64, 32);
    float other[MOST_FRAMES * CLASSES];
    uint32_t frames = say("two letters", row, 7);
    assert_int_equal(say("two lattes", other, 6), frames);
    for (uint32_t i = 0; i < frames * CLASSES; i++) row[i] = row[i] > other[i] ? row[i] : other[i];
    heard(&k, row, frames, plain);
    uint16_t latte = (uint16_t)vocab_find(&words, "lattes", 6);
    assert_int_equal(search_bias(&k.s, &latte, 1, 10), 0);
    heard(&k, row, frames, biased);
    assert_non_null(strstr(biased, "lattes"));
    assert_null(strstr(plain, "lattes"));
    search_unbias(&k.s);
    heard(&k, row, frames, biased);
    assert_string_equal(biased, plain);
    uint16_t name = (uint16_t)vocab_extra(&words, "sotto", 5, sotto, 4);
    assert_int_equal(name, words.words + 2);
    assert_int_equal(search_bias(&k.s, &name, 1, 5), 0);
    frames = sound(row, sotto, 4, 10);
    heard(&k, row, frames, biased);
    assert_string_equal(biased, "sotto");
    for (uint32_t i = 0; i < SEARCH_PHRASES; i++) search_bias(&k.s, &name, 1, 5);
    assert_int_equal(search_bias(&k.s, &name, 1, 5), -1);
    words.extras = 0;
    free(k.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_sentences_are_heard),     cmocka_unit_test(search_finds_the_likeliest_sentence),
        cmocka_unit_test(any_sound_stays_in_its_memory), cmocka_unit_test(cut_last_phone_still_gives_the_word),
        cmocka_unit_test(settled_words_never_change),    cmocka_unit_test(phrases_are_preferred),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
