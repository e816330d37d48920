/* test_reading: words that the sentence decides: which questions rise, how heteronyms are said; both are tables of whole sentences. */
#include "models/tts/clause.h"
#include "models/tts/phoneset.h"
#include "models/tts/question.h"
#include "tests/phones_common.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define QUESTIONS "tests/golden/questions.tsv"   /* a question, the pause that ends it: QUE (rises) or SIL */
#define HETERONYMS "tests/golden/heteronyms.tsv" /* a sentence, one of its words, the word's phones */
enum { LINE = 512, PHONES = 512, WORDS = 64 };

/* Splits a table's line at its tabs; the number of columns. */
static int columns(char *line, char *column[3]) {
    int n = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *p = line; p && n < 3; n++) {
        column[n] = p;
        p = strchr(p, '\t');
        if (p) *p++ = 0;
    }
    return n;
}

static void questions_rise_or_fall(void **state) {
    (void)state;
    char line[LINE], *column[3];
    uint8_t phones[PHONES];
    int cases = 0, wrong = 0;
    FILE *f = fopen(QUESTIONS, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        assert_int_equal(columns(line, column), 2);
        size_t n = phonemes_clause(&voice, column[0], strlen(column[0]), phones, sizeof phones, NULL, 0, NULL);
        assert_true(n > 0);
        if (strcmp(phoneset_name[phones[n - 1]], column[1]) != 0) print_error("%s ends in %s\n", column[0], phoneset_name[phones[n - 1]]), wrong++;
        cases++;
    }
    fclose(f);
    assert_int_equal(wrong, 0);
    assert_true(cases >= 100);
}

/* Phones of the `which`-th word of a clause, as text. */
static void word_phones(char *out, size_t cap, const uint8_t *phones, size_t n, size_t from) {
    size_t m = 0;
    out[0] = 0;
    for (size_t i = from; i < n && phones[i] > PHONE_WB; i++) m += (size_t)snprintf(out + m, cap - m, "%s%s", m ? " " : "", phoneset_name[phones[i]]);
}

/* Index of `word` among the words of a plain sentence, -1 when it is not there. */
static int index_of(const char *sentence, const char *word) {
    int index = 0;
    size_t len = strlen(word);
    while (*sentence) {
        size_t n = strspn(sentence, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'");
        if (n == len && (sentence[0] | 32) == word[0] && memcmp(sentence + 1, word + 1, len - 1) == 0) return index;
        index += n > 0;
        sentence += n ? n : 1;
    }
    return -1;
}

static void heteronyms_fit_their_sentence(void **state) {
    (void)state;
    char line[LINE], said[LINE], *column[3];
    uint8_t phones[PHONES];
    uint16_t start[WORDS];
    size_t words;
    int cases = 0, wrong = 0;
    FILE *f = fopen(HETERONYMS, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        assert_int_equal(columns(line, column), 3);
        size_t n = phonemes_clause(&voice, column[0], strlen(column[0]), phones, sizeof phones, start, WORDS, &words);
        int index = index_of(column[0], column[1]);
        assert_true(index >= 0 && (size_t)index < words);
        word_phones(said, sizeof said, phones, n, start[index]);
        if (strcmp(said, column[2]) != 0) print_error("%s [%s]: want %s, got %s\n", column[0], column[1], column[2], said), wrong++;
        cases++;
    }
    fclose(f);
    print_message("%d of %d heteronyms right\n", cases - wrong, cases);
    assert_int_equal(wrong, 0);
    assert_true(cases >= 200);
}

/* The phones of each clause, without the silence around it, are those of its row. */
static void expect_phones(const char *const table[][2], size_t count) {
    uint8_t phones[PHONES];
    char said[LINE];
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        size_t m = 0, n = phonemes_clause(&voice, table[i][0], strlen(table[i][0]), phones, sizeof phones, NULL, 0, NULL);
        for (size_t k = 1; k + 1 < n; k++)
            m += (size_t)snprintf(said + m, sizeof said - m, "%s%s", k > 1 ? " " : "", phones[k] == PHONE_WB ? "|" : phoneset_name[phones[k]]);
        if (strcmp(said, table[i][1]) != 0) print_error("%s: want %s, got %s\n", table[i][0], table[i][1], said), wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* Weak words, contractions, possessives and letters, as a whole clause. */
static void small_words_fit(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"the hour", "DH IY0 | AW1 ER0"},
        {"the user", "DH AH0 | Y UW1 Z ER0"},
        {"the one", "DH AH0 | W AH1 N"},
        {"an hour", "AH0 N | AW1 ER0"},
        {"the A", "DH IY0 | EY1"},
        {"the USB", "DH AH0 | Y UW1 | EH1 S | B IY1"},
        {"the MP3", "DH IY0 | EH1 M | P IY1 | TH R IY1"},
        {"plan A", "P L AE1 N | EY1"},
        {"talk to Ann", "T AO1 K | T UW1 | AE1 N"},
        {"talk to Tom", "T AO1 K | T AH0 | T AA1 M"},
        {"what for", "W AH1 T | F AO1 R"},
        {"for you", "F AO1 R | Y UW1"},
        {"it is for you", "IH1 T | IH1 Z | F ER0 | Y UW1"},
        {"yes I can", "Y EH1 S | AY1 | K AE1 N"},
        {"I can go", "AY1 | K AH0 N | G OW1"},
        {"don't", "D OW1 N T"},
        {"I'll", "AY1 L"},
        {"we've", "W IY1 V"},
        {"they're", "DH EH1 R"},
        {"it's", "IH1 T S"},
        {"the dog's", "DH AH0 | D AO1 G Z"},
        {"the cat's", "DH AH0 | K AE1 T S"},
        {"the boss's", "DH AH0 | B AA1 S IH0 Z"},
        {"the TV's", "DH AH0 | T IY1 | V IY1 Z"},
        {"two X's", "T UW1 | EH1 K S IH0 Z"},
        {"W Z", "D AH1 B AH0 L Y UW0 | Z IY1"},
    };
    expect_phones(table, sizeof table / sizeof *table);
}

/* Names with a capital inside are one word with one main stress; other words of mixed case are said in parts. */
static void names_are_one_word(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"WhatsApp", "W AH1 T S AE2 P"},
        {"LinkedIn", "L IH1 NG K T IH2 N"},
        {"WiFi", "W AY1 F AY2"},
        {"Wi-Fi", "W AY1 F AY2"},
        {"YouTube", "Y UW1 T UW2 B"},
        {"PayPal", "P EY1 P AE2 L"},
        {"iPhone", "AY1 F OW2 N"},
        {"iPhones", "AY1 F OW2 N Z"},
        {"GitHub", "G IH1 T HH AH2 B"},
        {"PowerPoint", "P AW1 ER0 P OY2 N T"},
        {"AirPods", "EH1 R P AA2 D Z"},
        {"FaceTime", "F EY1 S T AY2 M"},
        {"TikTok", "T IH1 K T AA2 K"},
        {"DoorDash", "D AO1 R D AE2 SH"},
        {"JavaScript", "JH AA1 V AH0 S K R IH2 P T"},
        {"PlayStation", "P L EY1 S T EY2 SH AH0 N"},
        {"McDonald's", "M AH0 K D AA1 N AH0 L D Z"},
        {"McKinley", "M AH0 K IH1 N L IY0"},
        {"MacArthur", "M AH0 K AA1 R TH ER0"},
        {"MacBook", "M AE1 K B UH2 K"},
        {"eBay", "IY1 B EY2"},
        {"iPad", "AY1 P AE2 D"},
        {"iPad's", "AY1 P AE2 D Z"},
        {"iCloud", "AY1 K L AW2 D"},
        {"iMessage", "AY1 M EH2 S IH0 JH"},
        {"FedEx", "F EH1 D EH1 K S"},
        {"SoundCloud", "S AW1 N D K L AW2 D"},
        {"DropBox", "D R AA1 P B AA2 K S"},
        {"SnapChat", "S N AE1 P CH AE2 T"},
        {"MasterCard", "M AE1 S T ER0 K AA2 R D"},
        {"OneDrive", "W AH1 N D R AY2 V"},
        {"WordPress", "W ER1 D P R EH2 S"},
        {"OpenAI", "OW1 P AH0 N | EY1 | AY1"},
        {"ChatGPT", "CH AE1 T | JH IY1 | P IY1 | T IY1"},
        {"camelCase", "K AE1 M AH0 L | K EY1 S"},
    };
    expect_phones(table, sizeof table / sizeof *table);
}

/* Words of normalised text. */
static size_t count_words(const char *text) {
    size_t n = 0;
    for (const char *at = text, *word; phonemes_word(&at, &word) > 0;) n++;
    return n;
}

/* No word of a clause is left out for want of room: numbers and signs become far more phones than they have letters. */
static void long_lists_fit(void **state) {
    (void)state;
    static const char *const items[] = {"77, ", "$777,777.77 ", "FBI, ", "777 777 ", "7% ", "a.b@c.com ", "WWW ", "strengths ", "555-7777 "};
    static clause_splitter c;
    uint8_t phones[PHONES];
    uint16_t start[400];
    char clause[CLAUSE_MAX + 8];
    for (size_t k = 0; k < sizeof items / sizeof *items; k++) {
        clause_reset(&c);
        for (size_t i = 0; i <= 1200; i++) {
            int ready = i < 1200 ? clause_push(&c, items[k][i % strlen(items[k])]) : clause_finish(&c);
            size_t words, n = ready ? clause_take(&c, clause, sizeof clause) : 0;
            if (n == 0) continue;
            phonemes_clause(&voice, clause, n, phones, sizeof phones, start, 400, &words);
            if (count_words(voice.text) != words) print_error("%s: %zu of %zu words\n", clause, words, count_words(voice.text));
            assert_int_equal(count_words(voice.text), words);
        }
    }
}

/* Any words in any order are judged without looking past their end. */
static void any_words_are_judged(void **state) {
    (void)state;
    static const char *const parts[] = {"is", "what", "or", ",", "isn't", "it", "right", "", "and", "for", "{HH AY1}", "'", "two"};
    char text[2000];
    uint32_t x = 5;
    for (int round = 0; round < 2000; round++) {
        size_t n = 0;
        int words = (int)(x % 90);
        for (int i = 0; i < words; i++) {
            x = x * 1664525u + 1013904223u;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s ", parts[(x >> 16) % (sizeof parts / sizeof *parts)]);
        }
        x = x * 1664525u + 1013904223u;
        int rises = question_rises(text, n);
        assert_true(rises == 0 || rises == 1);
        assert_int_equal(question_rises(text, n), rises);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_rise_or_fall), cmocka_unit_test(heteronyms_fit_their_sentence),
        cmocka_unit_test(small_words_fit),        cmocka_unit_test(names_are_one_word),
        cmocka_unit_test(long_lists_fit),         cmocka_unit_test(any_words_are_judged),
    };
    return cmocka_run_group_tests_name("reading", tests, load, NULL);
}
