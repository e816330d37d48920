/* Words of a reply with their times, and sound that is kept: each written word once, in order, before it can be heard; the same again from kept sound,
 * sample by sample; the least used gives way, a reset forgets. */
#include "tests/voice.h"
#include "runtime/internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { LONGEST = 12 * SOTTO_RATE, TOLD = 4096 };

typedef struct hearer {
    int16_t pcm[LONGEST];
    size_t samples;
    char told[TOLD]; /* "word begin-end|" of every word that ended */
    size_t len;
    char open[128]; /* the word that began and has not ended */
    uint64_t begin_ms, end_ms;
    int begun, ended;
} hearer;

static voice_pack pack;
static hearer first, again;

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    pack.config.asr = pack.config.llm = NULL;
    pack.config.captions = 1;
    memset(pack.config.budget_ns, 0, sizeof pack.config.budget_ns);
    return 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

/* All sound that was ready was pulled before the event was raised: nothing of the word may have been in it. */
static void hear_word(hearer *h, const sotto_event *e) {
    assert_int_equal(e->word_count, 1);
    const sotto_word *w = e->words;
    assert_true(w->at == 0 && w->len == strlen(e->text) && w->len > 0);
    if (e->type == SOTTO_EV_WORD) {
        assert_string_equal(h->open, "");
        assert_true(w->begin_ms >= h->end_ms && w->end_ms == 0 && h->samples <= w->begin_ms * (SOTTO_RATE / 1000));
        snprintf(h->open, sizeof h->open, "%s", e->text);
        h->begin_ms = w->begin_ms;
        h->begun++;
        return;
    }
    assert_string_equal(h->open, e->text);
    assert_true(w->begin_ms == h->begin_ms && w->end_ms > w->begin_ms && h->samples <= w->end_ms * (SOTTO_RATE / 1000));
    h->end_ms = w->end_ms;
    h->open[0] = 0;
    h->ended++;
    h->len += (size_t)snprintf(h->told + h->len, TOLD - h->len, "%s %u-%u|", e->text, (unsigned)w->begin_ms, (unsigned)w->end_ms);
}

static void hear(sotto *s, hearer *h, const char *text) {
    sotto_event e;
    memset(h, 0, sizeof *h);
    assert_int_equal(sotto_say(s, text), SOTTO_OK);
    for (int i = 0; i < 100000 && sotto_state(s) != SOTTO_IDLE; i++) {
        sotto_step(s, 1);
        while (sotto_next_event(s, &e) == SOTTO_OK)
            if (e.type == SOTTO_EV_WORD || e.type == SOTTO_EV_WORD_END) hear_word(h, &e);
        h->samples += sotto_pull_audio(s, h->pcm + h->samples, LONGEST - h->samples);
    }
    assert_int_equal(sotto_state(s), SOTTO_IDLE);
    assert_int_equal(h->begun, h->ended);
    assert_true(h->end_ms * (SOTTO_RATE / 1000) <= h->samples);
}

/* The words without their times. */
static const char *words_of(const hearer *h) {
    static char out[TOLD];
    size_t n = 0;
    for (const char *at = h->told; *at; at = strchr(at, '|') + 1) {
        const char *bar = strchr(at, '|'), *end = bar;
        while (*end != ' ') end--;
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%.*s", n ? "|" : "", (int)(end - at), at);
    }
    out[n] = 0;
    return out;
}

static void words_are_told_as_they_are_written(void **state) {
    static const char *const row[][2] = {
        {"Done.", "Done."},
        {"It is 10:42 am, and it rains.", "It|is|10:42|am,|and|it|rains."},
        {"He paid $5 million for it.", "He|paid|$5 million|for|it."},
        {"Call 555-1234 now! Or never?", "Call|555-1234|now!|Or|never?"},
        {"Go \xF0\x9F\x99\x82 now.", "Go|\xF0\x9F\x99\x82 now."}, /* a word that says nothing joins the next */
        {"  spaces   between \t words ", "spaces|between|words"},
        {"First clause of this, second clause of it; third.", "First|clause|of|this,|second|clause|of|it;|third."},
    };
    (void)state;
    sotto *s = voice_start(&pack.config);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        hear(s, &first, row[i][0]);
        assert_string_equal(words_of(&first), row[i][1]);
    }
    voice_end(s);
}

/* Words follow one another without a hole where nothing but a word boundary is between them. */
static void words_meet(void **state) {
    unsigned begin, end, last = 0;
    (void)state;
    sotto *s = voice_start(&pack.config);
    hear(s, &first, "The kettle in the kitchen is on");
    assert_int_equal(first.ended, 7);
    for (const char *at = first.told; *at; at = strchr(at, '|') + 1) {
        assert_int_equal(sscanf(strchr(at, ' '), " %u-%u", &begin, &end), 2);
        if (last) assert_int_equal(begin, last);
        last = end;
    }
    voice_end(s);
}

static void captions_change_no_sample(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.captions = 0;
    sotto *with = voice_start(&pack.config), *without = voice_start(&c);
    hear(with, &first, "It is 10:42 am, and it rains.");
    hear(without, &again, "It is 10:42 am, and it rains.");
    assert_int_equal(again.begun, 0);
    assert_int_equal(first.samples, again.samples);
    assert_memory_equal(first.pcm, again.pcm, first.samples * sizeof *first.pcm);
    voice_end(with);
    voice_end(without);
}

/* A clause of signs that are not said adds no phones to the count of the one before. */
static void silent_clauses_have_no_phones(void **state) {
    static const char *const text[] = {"All is done.", "All is done.\n\xF0\x9F\x99\x82\n\xF0\x9F\x99\x82"};
    sotto_statistics x[2];
    (void)state;
    sotto *s = voice_start(&pack.config);
    for (int i = 0; i < 2; i++) {
        sotto_reset(s);
        hear(s, &first, text[i]);
        sotto_stats(s, &x[i]);
    }
    assert_int_equal(x[0].tts_phones, x[1].tts_phones);
    assert_true(x[0].tts_phones > 10);
    voice_end(s);
}

/* ---- kept sound ---- */

static void assert_hits(const sotto *s, uint64_t hits, uint64_t misses) {
    sotto_statistics x;
    sotto_stats(s, &x);
    assert_int_equal(x.prompts_hits, hits);
    assert_int_equal(x.prompts_misses, misses);
}

static void what_is_said_again_is_the_same(void **state) {
    static const char *const text[] = {"Done.", "Sorry, I can't do that.", "Sorry? Say it again."};
    sotto_config c = pack.config;
    (void)state;
    c.prompt_ms = 6000;
    sotto *s = voice_start(&c);
    for (uint64_t i = 0; i < 3; i++) {
        hear(s, &first, text[i]);
        hear(s, &again, text[i]); /* is kept now */
        hear(s, &again, text[i]);
        assert_hits(s, i + 1, 2 * i + 2);
        assert_int_equal(first.samples, again.samples);
        assert_memory_equal(first.pcm, again.pcm, first.samples * sizeof *first.pcm);
        assert_string_equal(first.told, again.told);
    }
    sotto_statistics x;
    sotto_stats(s, &x);
    assert_int_equal(x.all[SOTTO_TTS_KEPT].count, 3);
    assert_int_equal(x.all[SOTTO_TTS_FIRST].count, 6);
    sotto_reset(s);
    hear(s, &again, text[0]);
    assert_hits(s, 0, 1);
    voice_end(s);
}

static void keep(sotto *s, const char *text) {
    hear(s, &first, text);
    hear(s, &first, text);
}

static int is_kept(sotto *s, const char *text) {
    sotto_statistics before, after;
    sotto_stats(s, &before);
    hear(s, &again, text);
    sotto_stats(s, &after);
    return after.prompts_hits > before.prompts_hits;
}

static void the_one_not_used_for_longest_gives_way(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.prompt_ms = 10000;
    sotto *s = voice_start(&c);
    keep(s, "Done.");
    const uint32_t done = (uint32_t)first.samples;
    keep(s, "Yes.");
    const uint32_t yes = (uint32_t)first.samples;
    keep(s, "No.");
    const uint32_t no = (uint32_t)first.samples;
    voice_end(s);
    c.prompt_ms = (done + yes + no) * 1000 / SOTTO_RATE - 10; /* not quite room for three */
    s = voice_start(&c);
    keep(s, "Done.");
    keep(s, "Yes.");
    assert_true(is_kept(s, "Done."));
    keep(s, "No.");
    assert_true(is_kept(s, "Done."));
    assert_true(is_kept(s, "No."));
    assert_false(is_kept(s, "Yes."));
    assert_true(s->speak.kept.count <= PROMPTS);
    for (char name[] = "A a."; name[0] <= 'Z'; name[0]++) keep(s, name); /* more than there are places */
    assert_true(s->speak.kept.count <= PROMPTS);
    hear(s, &first, "Done.");
    sotto *fresh = voice_start(&pack.config);
    hear(fresh, &again, "Done.");
    assert_int_equal(first.samples, again.samples);
    assert_memory_equal(first.pcm, again.pcm, first.samples * sizeof *first.pcm);
    voice_end(fresh);
    voice_end(s);
}

static void what_was_cut_or_is_long_or_given_once_is_not_kept(void **state) {
    sotto_config c = pack.config;
    sotto_event e;
    c.prompt_ms = 6000;
    (void)state;
    sotto *s = voice_start(&c);
    hear(s, &first, "Done.");
    assert_int_equal(sotto_say(s, "Done."), SOTTO_OK);
    sotto_step(s, 12);
    sotto_pull_audio(s, first.pcm, 500);
    sotto_interrupt(s);
    for (int i = 0; i < 1000 && sotto_state(s) != SOTTO_IDLE; i++) {
        sotto_step(s, 1);
        sotto_pull_audio(s, first.pcm, 500);
        while (sotto_next_event(s, &e) == SOTTO_OK) {}
    }
    assert_false(is_kept(s, "Done."));
    assert_true(is_kept(s, "Done."));
    keep(s, "This one is far too long a reply to be kept, since its text is longer.");
    assert_false(is_kept(s, "This one is far too long a reply to be kept, since its text is longer."));
    assert_int_equal(s->speak.kept.count, 1);
    voice_end(s);
    c.prompt_ms = 0;
    s = voice_start(&c);
    keep(s, "Done.");
    assert_false(is_kept(s, "Done."));
    assert_hits(s, 0, 0);
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_told_as_they_are_written),
        cmocka_unit_test(words_meet),
        cmocka_unit_test(captions_change_no_sample),
        cmocka_unit_test(silent_clauses_have_no_phones),
        cmocka_unit_test(what_is_said_again_is_the_same),
        cmocka_unit_test(the_one_not_used_for_longest_gives_way),
        cmocka_unit_test(what_was_cut_or_is_long_or_given_once_is_not_kept),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
