/* test_phonemes: the g2p pack against its Python reference, clauses against hand-checked phones, and broken files and text. */
#include "models/tts/phoneset.h"
#include "tests/phones_common.h"
#include "tests/random_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LETTERS "tests/golden/g2p_letters.tsv"
#define WORDS "tests/golden/g2p_words.tsv"
#define DICTIONARY "text/cmudict.dict"
enum { LINE = 1024, CANARY = 0x5A };

static void spell(char *out, size_t cap, const uint8_t *phones, size_t n) {
    size_t m = 0;
    out[0] = 0;
    for (size_t i = 0; i < n && m + 6 < cap; i++)
        m += (size_t)snprintf(out + m, cap - m, "%s%s", i ? " " : "", phones[i] == PHONE_WB ? "|" : phoneset_name[phones[i]]);
}

static void pack_fits(void **state) {
    (void)state;
    assert_true(pack_size > 0 && pack_size <= PACK_MOST);
}

/* The layout asks for exactly what it takes, and gives way when that is missing. */
static void memory_is_counted(void **state) {
    (void)state;
    g2p g = net;
    phonemes p = voice;
    arena a;
    arena_begin(&a, NULL, 0);
    g2p_layout(&g, &a, net.k);
    phonemes_layout(&p, &a, &g);
    size_t need = a.peak;
    assert_true(need > 0 && need <= sizeof memory);
    static _Alignas(64) uint8_t other[sizeof memory];
    arena_begin(&a, other, need);
    g2p_layout(&g, &a, net.k);
    phonemes_layout(&p, &a, &g);
    assert_false(a.failed);
    arena_begin(&a, other, need - 64);
    g2p_layout(&g, &a, net.k);
    phonemes_layout(&p, &a, &g);
    assert_true(a.failed);
}

/* Every line "word<tab>phones" of a file, said by `say`: the same phones; returns the words. */
static int check_file(const char *path, int (*say)(const g2p *, const char *, size_t, uint8_t *, int)) {
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char line[LINE], said[LINE];
    int words = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *want = strchr(line, '\t');
        assert_non_null(want);
        *want++ = 0;
        uint8_t phones[G2P_WORD];
        int n = say(&net, line, strlen(line), phones, G2P_WORD);
        spell(said, sizeof said, phones, (size_t)n);
        if (strcmp(said, want) != 0) print_error("%s: want %s, got %s\n", line, want, said), wrong++;
        words++;
    }
    fclose(f);
    assert_int_equal(wrong, 0);
    return words;
}

/* Held-out words: the same phones as the int8 reference of models/train/g2p_int8.py, every one. */
static void letters_match_reference(void **state) {
    (void)state;
    assert_true(check_file(LETTERS, g2p_letters) >= 300);
}

/* Words of the lexicon, and words said by another form of theirs that is there: as models/train/g2p_forms.py says them. */
static void forms_match_reference(void **state) {
    (void)state;
    assert_true(check_file(WORDS, g2p_word) >= 200);
}

/* A smaller room gives a prefix, by a form as by the lexicon; an ending that does not fit is left out. */
static void forms_respect_room(void **state) {
    (void)state;
    uint8_t whole[FORMS_PHONES], part[FORMS_PHONES];
    FILE *f = fopen(WORDS, "r");
    assert_non_null(f);
    for (char line[LINE]; fgets(line, sizeof line, f);) {
        size_t len = strcspn(line, "\t");
        int n = g2p_word(&net, line, len, whole, FORMS_PHONES);
        for (int cap = 0; cap < n; cap++) {
            memset(part, CANARY, sizeof part);
            assert_int_equal(g2p_word(&net, line, len, part, cap), cap);
            assert_memory_equal(part, whole, (size_t)cap);
            assert_int_equal(part[cap], CANARY);
        }
    }
    fclose(f);
    uint8_t s[3] = {22};
    assert_int_equal(forms_add_s(s, 1, 1), 0);
    assert_int_equal(forms_add_s(s, 1, 2), 1);
    assert_int_equal(s[1], 20);
}

static void every_kernel_agrees(void **state) {
    (void)state;
    static const char *const words[] = {"supercalifragilistic", "zyzzyva", "o'malley", "throughout", "x"};
    static _Alignas(64) uint8_t other[sizeof memory];
    int usable;
    for (size_t i = 0; kernels_list(i, &usable); i++) {
        g2p g = net;
        arena a;
        if (!usable) continue;
        arena_begin(&a, other, sizeof other);
        g2p_layout(&g, &a, kernels_list(i, &usable));
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            uint8_t x[G2P_WORD], y[G2P_WORD];
            int n = g2p_letters(&net, words[w], strlen(words[w]), x, G2P_WORD);
            assert_int_equal(g2p_letters(&g, words[w], strlen(words[w]), y, G2P_WORD), n);
            assert_memory_equal(x, y, (size_t)n);
        }
    }
}

static void check_clause(const char *text, const char *want) {
    uint8_t phones[512];
    uint16_t start[64];
    size_t words;
    char said[LINE * 2];
    size_t n = phonemes_clause(&voice, text, strlen(text), phones, sizeof phones, start, 64, &words);
    spell(said, sizeof said, phones, n);
    assert_string_equal(said, want);
    for (size_t i = 0; i < words; i++) assert_true(start[i] > 0 && start[i] < n && phones[start[i]] > PHONE_WB && phones[start[i] - 1] <= PHONE_WB);
}

static void clauses_are_right(void **state) {
    (void)state;
    check_clause("Hello, world!", "SIL HH AH0 L OW1 SP W ER1 L D SIL");
    check_clause("It's 10:42 am.", "SIL IH1 T S | T EH1 N | F AO1 R T IY0 | T UW1 | EY1 | EH1 M SIL");
    check_clause("Is it on?", "SIL IH1 Z | IH1 T | AA1 N QUE");
    check_clause("the apple", "SIL DH IY0 | AE1 P AH0 L SIL");
    check_clause("the timer,", "SIL DH AH0 | T AY1 M ER0 SP");
    check_clause("to go", "SIL T AH0 | G OW1 SIL");
    check_clause("to eat", "SIL T UW1 | IY1 T SIL");
    check_clause("go to", "SIL G OW1 | T UW1 SIL");
    check_clause("I have read it", "SIL AY1 | HH AE1 V | R EH1 D | IH1 T SIL");
    check_clause("to read it", "SIL T AH0 | R IY1 D | IH1 T SIL");
    check_clause("a record", "SIL AH0 | R EH1 K ER0 D SIL");
    check_clause("to record", "SIL T AH0 | R AH0 K AO1 R D SIL");
    check_clause("close it", "SIL K L OW1 Z | IH1 T SIL");
    check_clause("is close", "SIL IH1 Z | K L OW1 S SIL");
    check_clause("my use", "SIL M AY1 | Y UW1 S SIL");
    check_clause("live music", "SIL L AY1 V | M Y UW1 Z IH0 K SIL");
    check_clause("the FBI", "SIL DH IY0 | EH1 F | B IY1 | AY1 SIL");
    check_clause("the boss's TVs", "SIL DH AH0 | B AA1 S IH0 Z | T IY1 | V IY1 Z SIL");
    check_clause("{HH AH0 L OW1}, {h\xC9\x99\xCB\x88lo\xCA\x8A}", "SIL HH AH0 L OW1 SP HH AH0 L OW1 SIL");
    check_clause("", "");
    check_clause("... ?!", "");
    check_clause("{nonsense here", "SIL N AA1 N S EH0 N S | HH IY1 R SIL");
}

static void own_words_come_first(void **state) {
    (void)state;
    static const char lines[] =
        "# mine\nsotto S OW1 T OW0\nHello h\xC9\x99\xCB\x88lo\xCA\x8A # in IPA\n\nGIF JH IH1 F\r\nC++ S IY1\nC# S IY2\nkeys K IY1 Z";
    sotto_error err = {0};
    assert_int_equal(phonemes_override(&voice, "mine.txt", lines, sizeof lines - 1, &err), 0);
    check_clause("hello Sotto", "SIL HH AH0 L OW1 | S OW1 T OW0 SIL");
    check_clause("\"SOTTO's\" (sotto\xE2\x80\x99s), keys'!", "SIL S OW1 T OW0 Z SP S OW1 T OW0 Z SP K IY1 Z SIL");
    check_clause("GIF gifs gif.", "SIL JH IH1 F | G IH1 F S | JH IH1 F SIL");
    check_clause("C++, C#; c", "SIL S IY1 SP S IY2 SP S IY1 SIL");
    check_clause("{S AA1 T OW0} sottos", "SIL S AA1 T OW0 | S AA1 T OW0 Z SIL");
    static const char *const bad[][2] = {{"good G UH1 D\nbad Q Q", "mine.txt:2: \"Q\" is no phone"},
                                         {"\n\nbad B AE1 XX D # here", "mine.txt:3: \"XX\" is no phone"},
                                         {"lonely", "mine.txt:1: expected phones behind \"lonely\""},
                                         {"lonely # B", "mine.txt:1: expected phones behind \"lonely\""}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(phonemes_override(&voice, "mine.txt", bad[i][0], strlen(bad[i][0]), &err), ERR_ARG);
        if (!strstr(err.text, bad[i][1])) fail_msg("%s", err.text);
    }
    check_clause("sotto", "SIL S OW1 T OW0 SIL"); /* untouched */
    assert_int_equal(phonemes_override(&voice, NULL, NULL, 0, &err), 0);
    check_clause("sotto", "SIL S AA1 T OW0 SIL");
}

/* Own words in any text: nothing is lost, nothing is overrun. */
static void own_words_take_any_bytes(void **state) {
    (void)state;
    static const char lines[] = "a AH0\nto T UW1\n. D AA1 T\n{ B\n} B\n' B\nx EH1 K S\n\xE2\x80\x99 B\n";
    static const char likely[] = "a to x.'{} s\xE2\x80\x99\"(,";
    const own_words own = {lines, sizeof lines - 1};
    char text[256], out[600];
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        const size_t n = next_random(&seed) % sizeof text, cap = n + next_random(&seed) % (sizeof out - sizeof text);
        for (size_t i = 0; i < n; i++) text[i] = round % 3 ? likely[next_random(&seed) % (sizeof likely - 1)] : (char)next_random(&seed);
        memset(out, CANARY, sizeof out);
        const size_t got = own_words_replace(&own, out, cap, text, n);
        assert_true(got <= cap);
        for (size_t i = cap; i < sizeof out; i++) assert_int_equal(out[i], CANARY);
        if (cap == n) assert_memory_equal(out, text, n);
    }
}

/* A smaller room gives a prefix of whole words and is never overrun. */
static void room_is_respected(void **state) {
    (void)state;
    static const char text[] = "Supercalifragilistic words, like 12:30 pm, are said in full.";
    uint8_t whole[256], phones[256];
    size_t full = phonemes_clause(&voice, text, strlen(text), whole, sizeof whole, NULL, 0, NULL);
    for (size_t cap = 0; cap <= full; cap++) {
        memset(phones, CANARY, sizeof phones);
        size_t n = phonemes_clause(&voice, text, strlen(text), phones, cap, NULL, 0, NULL);
        assert_true(n <= cap);
        if (n > 1) assert_memory_equal(phones, whole, n - 1);
        for (size_t i = cap; i < sizeof phones; i++) assert_int_equal(phones[i], CANARY);
    }
}

static void any_bytes_are_taken(void **state) {
    (void)state;
    static const char likely[] = "etaoinshrdlu 0123456789.,?!'{}$% aAMP\xC3\xA9\xCB\x88:";
    char text[400];
    uint8_t phones[300];
    uint32_t seed = 99;
    for (int round = 0; round < 400; round++) {
        size_t n = next_random(&seed) % sizeof text, cap = next_random(&seed) % sizeof phones;
        for (size_t i = 0; i < n; i++) text[i] = round % 3 ? likely[next_random(&seed) % (sizeof likely - 1)] : (char)next_random(&seed);
        size_t got = phonemes_clause(&voice, text, n, phones, cap, NULL, 0, NULL);
        assert_true(got <= cap);
        for (size_t i = 0; i < got; i++) assert_true(phones[i] > PHONE_PAD && phones[i] < PHONE_COUNT);
        int word = g2p_word(&net, text, n, phones, (int)cap);
        assert_true(word >= 0 && word <= G2P_WORD && (size_t)word <= cap);
    }
}

/* Opens and binds a changed copy; when it is taken, words must still come out whole. */
static int try_pack(uint8_t *copy, size_t size) {
    static _Alignas(64) uint8_t other[sizeof memory];
    gguf f;
    g2p g;
    arena a;
    sotto_error err = {0};
    int code = gguf_open(&f, "broken.gguf", copy, size, &err);
    if (!code) code = g2p_bind(&g, &f, &err);
    if (code) {
        assert_int_equal(code, ERR_MODEL);
        assert_non_null(strstr(err.text, "broken.gguf"));
        return code;
    }
    arena_begin(&a, other, sizeof other);
    g2p_layout(&g, &a, net.k);
    uint8_t phones[G2P_WORD];
    if (!a.failed) assert_in_range(g2p_word(&g, "thoroughly", 10, phones, G2P_WORD), 0, G2P_WORD);
    return 0;
}

static uint8_t *copy_of_pack(void) {
    static _Alignas(64) uint8_t copy[PACK_MOST + 64];
    memcpy(copy, pack, pack_size);
    return copy;
}

static void damage(const char *tensor, size_t at, uint8_t value) {
    uint8_t *copy = copy_of_pack();
    gguf_tensor t;
    assert_int_equal(gguf_tensor_find(&file, tensor, &t), 0);
    assert_true(at < t.bytes);
    copy[(size_t)((const uint8_t *)t.data - pack) + at] = value;
    assert_int_equal(try_pack(copy, pack_size), ERR_MODEL);
}

static void broken_packs_are_refused(void **state) {
    (void)state;
    damage("chunk.phones", 2, 120);
    damage("chunk.phones", 3, 2);
    damage("lexicon.letter_len", 3, 0);
    damage("lexicon.letter_len", 3, 16);
    damage("lexicon.phone_len", 5, 1);
    damage("lexicon.index", 4, 1);
    damage("lexicon.index", 7, 0x7F);
    damage("reader.forward.rowsum", 0, 0x80);
    damage("writer.input.scale", 3, 0x7E); /* enormous */
    damage("out.bias", 3, 0x7F);           /* not finite */
    for (size_t size = 0; size < pack_size; size += 4099) assert_int_equal(try_pack(copy_of_pack(), size), ERR_MODEL);
}

static void flipped_bits_never_crash(void **state) {
    (void)state;
    uint32_t seed = 4;
    for (int round = 0; round < 150; round++) {
        uint8_t *copy = copy_of_pack();
        size_t reach = round % 2 ? pack_size : 4096; /* half of them in the header */
        copy[next_random(&seed) % reach] ^= (uint8_t)(1u << (next_random(&seed) & 7));
        try_pack(copy, pack_size);
    }
}

/* One word of the dictionary's line and its phones; 0 when the line is to be skipped. */
static int dictionary_line(char *line, char **word, char **phones) {
    char *space = strchr(line, ' ');
    line[strcspn(line, "#\n")] = 0;
    if (!space) return 0;
    *space = 0;
    *word = line;
    *phones = space + 1;
    for (size_t n = strlen(*phones); n > 0 && (*phones)[n - 1] == ' '; n--) (*phones)[n - 1] = 0;
    return strspn(line, "abcdefghijklmnopqrstuvwxyz'") == strlen(line);
}

/* Every 25th word, lexicon and network together: at least 99 % as the dictionary's first entry says. */
static void dictionary_is_known(void **state) {
    (void)state;
    const char *data = getenv("SOTTO_DATA");
    char path[LINE], line[LINE], said[LINE];
    snprintf(path, sizeof path, "%s/%s", data ? data : "../shared/data", DICTIONARY);
    FILE *f = fopen(path, "r");
    if (!f) {
        print_message("%s is not here: skipped\n", path);
        skip();
    }
    int seen = 0, words = 0, right = 0;
    while (fgets(line, sizeof line, f)) {
        char *word, *want;
        uint8_t phones[G2P_WORD];
        if (!dictionary_line(line, &word, &want) || seen++ % 25) continue;
        spell(said, sizeof said, phones, (size_t)g2p_word(&net, word, strlen(word), phones, G2P_WORD));
        right += strcmp(said, want) == 0;
        words++;
    }
    fclose(f);
    print_message("%d of %d dictionary words right\n", right, words);
    assert_true(words > 1000 && right >= words * 99 / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pack_fits),
        cmocka_unit_test(memory_is_counted),
        cmocka_unit_test(letters_match_reference),
        cmocka_unit_test(forms_match_reference),
        cmocka_unit_test(forms_respect_room),
        cmocka_unit_test(every_kernel_agrees),
        cmocka_unit_test(clauses_are_right),
        cmocka_unit_test(own_words_come_first),
        cmocka_unit_test(own_words_take_any_bytes),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(any_bytes_are_taken),
        cmocka_unit_test(broken_packs_are_refused),
        cmocka_unit_test(flipped_bits_never_crash),
        cmocka_unit_test(dictionary_is_known),
    };
    return cmocka_run_group_tests_name("phonemes", tests, load, NULL);
}
