/* The list of known words: what a token costs while it spells a known word, leaves all of them, or closes an unfinished one. */
#include "models/asr/wordlist.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { SLOTS = 64 };
static uint16_t slot[SLOTS];

/* The rule of models/train/asr_wordlist.py, written again. */
static void put(const char *letters, size_t len, unsigned whole) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)letters[i]) * 16777619u;
    h = (h ^ h >> 15) * 0x85EBCA6Bu;
    uint32_t check = h >> 17 ? h >> 17 : 1, at = h % SLOTS;
    while (slot[at]) at = (at + 1) % SLOTS;
    slot[at] = (uint16_t)(check << 1 | whole);
}

static gguf_text text(const char *s) {
    return (gguf_text){s, strlen(s)};
}

static void known_words_cost_nothing(void **state) {
    gguf_text piece[] = {text(""),  text("\xe2\x96\x81so"), text("y"), text("\xe2\x96\x81milk"), text("\xe2\x96\x81s"),
                         text("x"), text("\xe2\x96\x81")};
    wordlist w = {.slot = slot, .piece = piece, .slots = SLOTS, .penalty = 3.0f};
    const uint16_t soy[] = {1, 2}, so[] = {1}, s[] = {4}, mark[] = {6}, sx[] = {4, 5};
    (void)state;
    memset(slot, 0, sizeof slot);
    put("s", 1, 0), put("so", 2, 0), put("soy", 3, 1), put("m", 1, 0), put("mi", 2, 0), put("mil", 3, 0), put("milk", 4, 1);
    assert_true(wordlist_score(&w, NULL, 0, 1) == 0.0f); /* so.. */
    assert_true(wordlist_score(&w, so, 1, 2) == 0.0f);   /* soy */
    assert_true(wordlist_score(&w, soy, 2, 3) == 0.0f);  /* soy milk */
    assert_true(wordlist_score(&w, s, 1, 5) == -3.0f);   /* sx: no word begins so */
    assert_true(wordlist_score(&w, sx, 2, 2) == 0.0f);   /* sxy: paid already */
    assert_true(wordlist_score(&w, sx, 2, 3) == 0.0f);   /* and again not when it is closed */
    assert_true(wordlist_score(&w, so, 1, 3) == -3.0f);  /* "so" is not a word here */
    assert_true(wordlist_score(&w, so, 1, 4) == -3.0f);
    assert_true(wordlist_score(&w, mark, 1, 2) == -3.0f); /* a lone mark, then y */
    assert_true(wordlist_score(&w, soy, 2, 6) == 0.0f);
}

/* A table without an empty slot ends its look-ups. */
static void a_full_table_is_safe(void **state) {
    gguf_text piece[] = {text(""), text("\xe2\x96\x81zz")};
    wordlist w = {.slot = slot, .piece = piece, .slots = SLOTS, .penalty = 1.0f};
    (void)state;
    memset(slot, 0x11, sizeof slot);
    assert_true(wordlist_score(&w, NULL, 0, 1) == -1.0f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_words_cost_nothing), cmocka_unit_test(a_full_table_is_safe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
