/* test_clause: the table of texts and their clauses, how early the first one comes, and any bytes at any size. */
#include "models/tts/clause.h"
#include "tests/random_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TABLE "tests/golden/clause.tsv" /* text (\n, \r for line ends), its clauses joined by | */
enum { LINE = 1024, LEAST_CASES = 150 };

static void unescape(char *text) {
    char *out = text;
    for (; *text; text++) {
        int end = *text == '\\' && (text[1] == 'n' || text[1] == 'r');
        *out++ = (char)(!end ? *text : text[1] == 'n' ? '\n' : '\r');
        text += end;
    }
    *out = 0;
}

/* Clauses of a text joined by '|'. */
static void split(char *out, size_t cap, const char *text) {
    static clause_splitter c;
    char piece[CLAUSE_MAX + 8];
    size_t n = 0;
    clause_reset(&c);
    for (size_t i = 0; i <= strlen(text); i++) {
        int ready = text[i] ? clause_push(&c, text[i]) : clause_finish(&c);
        if (!ready) continue;
        size_t m = clause_take(&c, piece, sizeof piece);
        assert_true(n + m + 2 < cap);
        if (n) out[n++] = '|';
        memcpy(out + n, piece, m);
        n += m;
    }
    out[n] = 0;
}

/* The clauses hold every byte of the text but blanks, and no more than commas beside it. */
static void nothing_is_lost(const char *text, const char *clauses) {
    while (*text || *clauses) {
        while (*text == ' ' || *text == '\n' || *text == '\r') text++;
        while (*clauses == ' ' || *clauses == '|' || (*clauses == ',' && *text != ',')) clauses++;
        assert_int_equal(*text, *clauses);
        text += *text != 0;
        clauses += *clauses != 0;
    }
}

static void table_is_right(void **state) {
    (void)state;
    FILE *f = fopen(TABLE, "r");
    assert_non_null(f);
    char line[LINE], out[LINE];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *want = strchr(line, '\t');
        assert_non_null(want);
        *want++ = 0;
        unescape(line);
        split(out, sizeof out, line);
        nothing_is_lost(line, out);
        if (strcmp(out, want) != 0) print_error("'%s':\n want %s\n  got %s\n", line, want, out), wrong++;
        cases++;
    }
    fclose(f);
    assert_int_equal(wrong, 0);
    assert_true(cases >= LEAST_CASES);
}

/* Bytes of `text` pushed until its first clause is ready. */
static size_t first_ready(const char *text) {
    static clause_splitter c;
    size_t at = 0;
    clause_reset(&c);
    while (text[at] && !clause_push(&c, text[at])) at++;
    return at + (text[at] != 0);
}

/* A clause is handed out as soon as its end is certain, not when the text ends. */
static void clauses_come_early(void **state) {
    (void)state;
    assert_int_equal(first_ready("Timer set. Anything else"), 11); /* the space after the full stop */
    assert_int_equal(first_ready("Sure, I can do that for you."), 6);
    assert_int_equal(first_ready("Okay \xE2\x80\x94 one moment."), 10); /* a digit might have made it a minus */
    assert_int_equal(first_ready("He left at 5 p.m. but"), 21);         /* no end: the word tells, and nothing else ends */
    assert_int_equal(first_ready("He left at 5 p.m. The door"), 22);
    static clause_splitter c;
    char out[CLAUSE_MAX + 8];
    clause_reset(&c);
    for (const char *p = "Timer set. "; *p; p++) clause_push(&c, *p);
    assert_int_equal(clause_take(&c, out, sizeof out), 10);
    assert_string_equal(out, "Timer set.");
    assert_int_equal(clause_take(&c, out, sizeof out), 0);
}

/* After the end of a text the next one is cut as the first was. */
static void a_new_text_starts_afresh(void **state) {
    (void)state;
    static clause_splitter c;
    char out[CLAUSE_MAX + 8];
    clause_reset(&c);
    for (int text = 0; text < 3; text++) {
        int ready = 0;
        for (const char *p = "Sure, why not"; *p && !ready; p++) ready = clause_push(&c, *p);
        assert_int_equal(clause_take(&c, out, sizeof out), 5);
        for (const char *p = "why not"; *p; p++) clause_push(&c, *p);
        assert_true(clause_finish(&c));
        assert_int_equal(clause_take(&c, out, sizeof out), 7);
    }
}

/* Bytes that reach every rule. */
static const char LIKELY[] = "aA.. ,;:!?-\"')(*12 {}and because or I U.S. dr a.m. with \xE2\x80\x94\xE2\x80\xA6\n";

static void clauses_are_bounded(void **state) {
    (void)state;
    static clause_splitter c;
    static char text[1500];
    char out[CLAUSE_MAX + 8];
    uint32_t seed = 7;
    clause_reset(&c);
    for (int round = 0; round < 500; round++) {
        size_t n = random_text(text, sizeof text, LIKELY, sizeof LIKELY - 1, &seed), since = 0;
        if (round % 5 == 0) memset(text, 'a', n); /* no end in sight */
        for (size_t i = 0; i <= n; i++) {
            int ready = i < n ? clause_push(&c, text[i]) : clause_finish(&c);
            since++;
            assert_true(since <= CLAUSE_MAX + 8u || i == n || text[i] == ' ' || text[i] == '\n');
            if (!ready) continue;
            assert_true(clause_take(&c, out, sizeof out) <= CLAUSE_MAX);
            since = 0;
        }
    }
}

/* A text of wide characters without a blank is cut between them. */
static void characters_stay_whole(void **state) {
    (void)state;
    static clause_splitter c;
    char out[CLAUSE_MAX + 8];
    for (size_t shift = 0; shift < 4; shift++) {
        clause_reset(&c);
        for (size_t i = 0; i < 4000; i++) {
            char ch = i < shift ? 'a' : "\xE2\x82\xAC"[(i - shift) % 3];
            if (!clause_push(&c, ch)) continue;
            size_t n = clause_take(&c, out, sizeof out);
            assert_true(n > 0 && ((unsigned char)out[0] & 0xC0) != 0x80);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_right),      cmocka_unit_test(clauses_come_early),    cmocka_unit_test(a_new_text_starts_afresh),
        cmocka_unit_test(clauses_are_bounded), cmocka_unit_test(characters_stay_whole),
    };
    return cmocka_run_group_tests_name("clause", tests, NULL, NULL);
}
