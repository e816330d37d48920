/* words_common: the golden lexicon of thirty words and its word model, for the tests of the lexicon and of the search. */
#ifndef SOTTO_TESTS_WORDS_COMMON_H
#define SOTTO_TESTS_WORDS_COMMON_H
#include "tests/asr_common.h"

enum { CLASSES = 40 };

static asr_file file;
static vocab words;
static ngram lm;
static vocab_word extra[VOCAB_EXTRAS];

static int setup(void **state) {
    sotto_error err;
    (void)state;
    asr_read(&file, "tests/golden/lexicon.gguf");
    if (vocab_bind(&words, &file.g, CLASSES, &err) != 0 || ngram_bind(&lm, &file.g, words.words, &err) != 0) fail_msg("%s", err.text);
    words.extra = extra;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(file.bytes);
    return 0;
}

#endif
