/* The listening half of the runtime on real sound: no word is lost at the end of a clip, at a chunk's edge or where a long turn is cut; partials
 * hardly change; the waits differ by the text; fifty days of sound later everything is as on the first.
 */
#include "runtime/internal.h"
#include "tests/voice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { CHUNK = 10240, MOST_WORDS = 512, LINE = 1024 }; /* samples of an encoder chunk */

typedef struct heard { /* of a recording */
    char text[8192];   /* all finals, joined by spaces */
    sotto_word word[MOST_WORDS];
    uint32_t words, finals, partials, unstable; /* unstable: words of partials that the next partial or the final does not have */
    char partial[LINE];
    uint64_t decided; /* time of the last final */
} heard;

static voice_pack pack;
static int16_t sound[16000 * 60], cut[16000 * 60];

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    pack.config.llm = pack.config.g2p = pack.config.tts = pack.config.vocoder = NULL;
    return 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

/* Words of `before` beyond what both begin with. */
static uint32_t taken_back(const char *before, const char *now) {
    size_t n = 0, whole = 0;
    while (before[n] && before[n] == now[n]) n++, whole = before[n] == ' ' || before[n] == 0 ? n : whole;
    uint32_t words = 0;
    for (const char *p = before + whole; *p; p++) words += *p != ' ' && (p == before || p[-1] == ' ');
    return words;
}

static void note(heard *h, const sotto_event *e) {
    if (e->type == SOTTO_EV_PARTIAL || e->type == SOTTO_EV_FINAL) h->unstable += taken_back(h->partial, e->text);
    if (e->type == SOTTO_EV_PARTIAL) {
        h->partials++;
        snprintf(h->partial, sizeof h->partial, "%s", e->text);
    }
    if (e->type != SOTTO_EV_FINAL) return;
    h->partial[0] = 0;
    h->finals++;
    h->decided = e->time;
    if (e->text[0]) snprintf(h->text + strlen(h->text), sizeof h->text - strlen(h->text), "%s%s", h->text[0] ? " " : "", e->text);
    for (uint32_t i = 0; i < e->word_count && h->words < MOST_WORDS; i++) h->word[h->words++] = e->words[i];
}

static void work(sotto *s, heard *h) {
    sotto_event e;
    int more;
    do {
        more = sotto_step(s, 1) == SOTTO_AGAIN;
        while (sotto_next_event(s, &e) == SOTTO_OK) note(h, &e);
    } while (more);
}

static void push(sotto *s, heard *h, const int16_t *x, size_t n) {
    for (size_t at = 0; at < n;) {
        at += sotto_push_audio(s, x + at, n - at < 160 ? n - at : 160);
        work(s, h);
    }
}

static heard listen(sotto *s, const int16_t *x, size_t n) {
    heard h = {0};
    push(s, &h, x, n);
    sotto_end_input(s);
    work(s, &h);
    return h;
}

static size_t load(const char *file, int16_t *to, size_t room) {
    char path[256];
    snprintf(path, sizeof path, "tests/golden/questions/%s", file);
    size_t n = voice_read(path, to, room);
    assert_true(n > 0);
    return n;
}

static const char *last_word(const char *text) {
    const char *w = strrchr(text, ' ');
    return w ? w + 1 : text;
}

/* Where the sound of a clip ends: its last 10 ms within 35 dB of the loudest. */
static size_t sound_ends(const int16_t *x, size_t n) {
    double best = 0, e[6000];
    size_t count = n / 160, end = n;
    for (size_t t = 0; t < count; t++) {
        e[t] = 0;
        for (int i = 0; i < 160; i++) e[t] += (double)x[160 * t + (size_t)i] * x[160 * t + (size_t)i];
        if (e[t] > best) best = e[t];
    }
    for (size_t t = 0; t < count; t++) {
        if (e[t] > best * 3e-4) end = 160 * (t + 1);
    }
    return end;
}

static const char *const CLIPS[] = {"demo.wav", "q05_convert.flac", "q08_light_on.flac", "q10_fan.flac", "q12_thermostat.flac", "q16_left.flac"};
enum { CLIP_COUNT = sizeof CLIPS / sizeof CLIPS[0], PHASES = 16 };

/* A clip that ends on its last sounding sample, at every phase of the encoder's chunk, has its last word: the lengths go through a chunk by silence in
 * front. What is compared is the same clip with all of its silence. */
static void a_clip_cut_on_its_last_sample_has_its_last_word(void **state) {
    sotto *s = voice_start(&pack.config);
    uint32_t lost = 0, tried = 0;
    (void)state;
    for (int i = 0; i < CLIP_COUNT; i++) {
        size_t n = load(CLIPS[i], sound, 16000 * 20), end = sound_ends(sound, n);
        sotto_reset(s);
        heard all = listen(s, sound, n);
        for (int phase = 0; phase < PHASES; phase++) {
            size_t lead = (size_t)(phase * CHUNK / PHASES);
            memset(cut, 0, lead * sizeof *cut);
            memcpy(cut + lead, sound, end * sizeof *cut);
            sotto_reset(s);
            heard h = listen(s, cut, lead + end);
            int same = strcmp(last_word(h.text), last_word(all.text)) == 0;
            if (!same) printf("  %s, phase %d: \"%s\" in place of \"%s\"\n", CLIPS[i], phase, h.text, all.text);
            lost += !same;
            tried++;
        }
    }
    printf("  last word lost in %u of %u\n", (unsigned)lost, (unsigned)tried);
    assert_true(lost * 100 <= tried * 3);
    voice_end(s);
}

/* Questions without a pause between them, in turns of 3 s at most: every cut falls somewhere else, and no word falls with it. */
static void a_cut_turn_loses_nothing(void **state) {
    sotto_config c = pack.config;
    size_t n = 0;
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < CLIP_COUNT; i++) {
            size_t m = load(CLIPS[i], sound + n, 16000 * 20);
            n += sound_ends(sound + n, m);
        }
    }
    c.endpoint_ms = c.endpoint_short_ms = c.endpoint_long_ms = 1500;
    c.max_speech_ms = 0;
    sotto *s = voice_start(&c);
    heard whole = listen(s, sound, n);
    voice_end(s);
    c.max_speech_ms = 3000;
    s = voice_start(&c);
    heard parts = listen(s, sound, n);
    voice_end(s);
    printf("  %u words in %u turn(s), %u in %u turns\n  %s\n  %s\n", (unsigned)whole.words, (unsigned)whole.finals, (unsigned)parts.words,
           (unsigned)parts.finals, whole.text, parts.text);
    assert_true(parts.finals >= n / 16000 / 3);
    assert_true(parts.words * 100 >= whole.words * 95 && parts.words * 100 <= whole.words * 105);
    for (uint32_t i = 1; i < parts.words; i++) assert_true(parts.word[i].begin_ms + 80 >= parts.word[i - 1].end_ms); /* nothing twice */
}

/* A text that would not fit ends the turn before it is full. */
static void a_full_text_loses_nothing(void **state) {
    sotto_config c = pack.config;
    size_t n = 0;
    (void)state;
    for (int i = 0; i < 18; i++) n += load(CLIPS[i % CLIP_COUNT], sound + n, 16000 * 3);
    c.endpoint_ms = c.endpoint_short_ms = c.endpoint_long_ms = 3000;
    c.max_speech_ms = 0;
    c.max_text = 2048;
    sotto *s = voice_start(&c);
    heard whole = listen(s, sound, n);
    voice_end(s);
    c.max_text = 128;
    s = voice_start(&c);
    heard parts = listen(s, sound, n);
    voice_end(s);
    printf("  %u words, %zu bytes; in turns of 127 bytes at most: %u words in %u turns\n", (unsigned)whole.words, strlen(whole.text),
           (unsigned)parts.words, (unsigned)parts.finals);
    assert_true(strlen(whole.text) > 300 && parts.finals > whole.finals);
    assert_true(parts.words * 100 >= whole.words * 95 && parts.words * 100 <= whole.words * 105);
}

static void partials_hardly_change(void **state) {
    sotto *s = voice_start(&pack.config);
    uint32_t unstable = 0, partials = 0, words = 0;
    double seconds = 0;
    (void)state;
    for (int i = 0; i < CLIP_COUNT; i++) {
        size_t n = load(CLIPS[i], sound, 16000 * 20);
        sotto_reset(s);
        heard h = listen(s, sound, n);
        unstable += h.unstable, partials += h.partials, words += h.words;
        seconds += (double)n / 16000;
    }
    printf("  %u partials, %u words, %u taken back: %.2f a second\n", (unsigned)partials, (unsigned)words, (unsigned)unstable, unstable / seconds);
    assert_true(partials > CLIP_COUNT);
    assert_true(unstable / seconds < 0.3);
    voice_end(s);
}

/* The runtime has been hearing for fifty days: 32 bits of milliseconds, samples and log-mel frames are all past their end. */
static void fifty_days_later(void **state) {
    enum { DAYS = 50 };
    const uint64_t frames = (uint64_t)DAYS * 86400 * HOPS_A_SECOND / 8 * 8, samples = frames * HOP, ms = frames * 10;
    sotto *s = voice_start(&pack.config);
    (void)state;
    memset(sound, 0, 16000 * sizeof *sound); /* the pre-roll must not reach behind the start */
    size_t n = 16000 + load("demo.wav", sound + 16000, 16000 * 20);
    heard first = listen(s, sound, n);
    sotto_reset(s);
    listen_desk *d = &s->listen;
    d->frames = d->end.frame = frames;
    d->heard = d->anchor_sample = s->samples_in = s->asr_samples = samples;
    d->in.read += (uint32_t)samples;
    d->in.write += (uint32_t)samples;
    heard later = listen(s, sound, n);
    assert_string_equal(first.text, later.text);
    assert_int_equal(first.words, later.words);
    assert_int_equal(first.finals, later.finals);
    for (uint32_t i = 0; i < first.words; i++) {
        assert_true(later.word[i].begin_ms == first.word[i].begin_ms + ms);
        assert_true(later.word[i].end_ms == first.word[i].end_ms + ms);
    }
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clip_cut_on_its_last_sample_has_its_last_word),
        cmocka_unit_test(a_cut_turn_loses_nothing),
        cmocka_unit_test(a_full_text_loses_nothing),
        cmocka_unit_test(partials_hardly_change),
        cmocka_unit_test(fifty_days_later),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
