/* test_vocab: lexicon and word model against their golden vectors; broken tables are refused, or safe to walk. */
#include "tests/words_common.h"

static const char *const PHONES[] = {"<blank>", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY",
                                     "F",       "G",  "HH", "IH", "IY", "JH", "K",  "L", "M",  "N", "NG", "OW", "OY", "P",
                                     "R",       "S",  "SH", "T",  "TH", "UH", "UW", "V", "W",  "Y", "Z",  "ZH"};

static int said(const char *text, uint32_t word) {
    for (uint32_t variant = 0; variant < 8; variant++) {
        uint8_t phone[VOCAB_DEPTH];
        char line[200] = "";
        uint32_t n = vocab_spell(&words, word, variant, phone, VOCAB_DEPTH);
        for (uint32_t i = 0; i < n; i++) {
            strcat(line, i ? " " : "");
            strcat(line, PHONES[phone[i]]);
        }
        if (n && strcmp(line, text) == 0) return 1;
    }
    return 0;
}

static void golden_words_and_scores_agree(void **state) {
    FILE *in = fopen("tests/golden/lexicon.txt", "r");
    char line[300], a[100], b[100], c[100];
    uint32_t spellings = 0, scores = 0, id;
    (void)state;
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        if (sscanf(line, "word\t%u\t%99[^\t]\t%99[^\n]", &id, a, b) == 3) {
            char text[VOCAB_WORD];
            vocab_text(&words, id, text);
            assert_string_equal(text, a);
            assert_int_equal(vocab_find(&words, a, (uint32_t)strlen(a)), id);
            if (!said(b, id)) fail_msg("%s is not said %s", a, b);
            spellings++;
        } else if (sscanf(line, "score\t%99[^\t]\t%u\t%99[^\n]", a, &id, c) == 3) {
            uint16_t context[4];
            unsigned one, two, three;
            uint32_t n = (uint32_t)sscanf(a, "%u %u %u", &one, &two, &three);
            context[0] = (uint16_t)one;
            context[1] = (uint16_t)two;
            context[2] = (uint16_t)three;
            assert_true(fabs((double)ngram_score(&lm, context, n, id) - atof(c)) < 1e-4);
            scores++;
        }
    }
    fclose(in);
    assert_true(spellings > 30 && scores > 150);
    assert_int_equal(vocab_find(&words, "lattice", 7), VOCAB_NONE);
    assert_int_equal(vocab_find(&words, "", 0), VOCAB_NONE);
    assert_int_equal(vocab_spell(&words, 0, 7, NULL, 0), 0);
}

/* Every value of every byte of the tables, one at a time: refused with a line, or safe to walk. */
static void bent_tables_are_refused_or_safe(void **state) {
    static const char *const names[] = {"lex.node", "lex.text", "lex.block"};
    uint32_t refused = 0, taken = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        gguf_tensor t;
        assert_int_equal(gguf_tensor_find(&file.g, names[i], &t), 0);
        for (uint64_t at = 0; at < t.bytes; at++)
            for (uint32_t flip = 1; flip < 256; flip = flip * 3 + 1) {
                uint8_t *byte = file.bytes + ((const uint8_t *)t.data - file.bytes) + at;
                sotto_error err;
                vocab v;
                *byte ^= (uint8_t)flip;
                if (vocab_bind(&v, &file.g, CLASSES, &err) == 0) {
                    uint8_t phone[VOCAB_DEPTH];
                    char text[VOCAB_WORD];
                    taken++;
                    for (uint32_t w = 0; w < v.words; w++) {
                        vocab_spell(&v, w, 1, phone, VOCAB_DEPTH);
                        assert_true(vocab_text(&v, w, text) < VOCAB_WORD);
                    }
                } else {
                    refused++;
                    assert_non_null(strstr(err.text, "lex."));
                }
                *byte ^= (uint8_t)flip;
            }
    }
    printf("  %u refused, %u taken\n", refused, taken);
    assert_true(refused > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_words_and_scores_agree),
        cmocka_unit_test(bent_tables_are_refused_or_safe),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
