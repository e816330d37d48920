/* The loudspeaker never waits: a virtual slow core, whose clock goes on by what each stage's work costs, under a loudspeaker that takes 10 ms every 10 ms.
 * The runtime's margin and underruns are what that loudspeaker saw, also where the core is too slow; who works first follows the margin. */
#include "tests/voice_group.h"
#include "runtime/internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BLOCK = SOTTO_RATE / 100, BLOCK_NS = 10000000, PIECE = 5, QUEUE = 10 * BLOCK /* samples that lie at the device */, LONGEST = 60 * SOTTO_RATE };
static const char TEXT[] = "Sure, here it is. The kettle in the kitchen is on, and the quick brown fox jumps over the lazy dog. Is that right? "
                           "Then it sleeps until noon, and after that it goes home.";

typedef struct core {             /* what its work costs, ns, and what it did */
    uint64_t frame, sound, token; /* of an acoustic frame, a vocoder frame, a piece of text */
    uint64_t now, frames, sounds;
    const sotto *s; /* NULL: no work is charged yet */
} core;

typedef struct writer { /* the text: 5 bytes at a time, each after `token` of work, or of waiting where it comes from elsewhere */
    size_t at;
    int away;
    uint64_t asked;
} writer;

typedef struct speaker { /* the loudspeaker: a block every BLOCK_NS from the first sample on, never late */
    uint64_t next;       /* when it takes the next one, 0: it has not begun */
    uint64_t played, dry, underruns;
    int empty; /* it found less than a block since more was made */
} speaker;

static core cpu;
static writer pen;
static speaker box;
static int16_t heard[LONGEST], calm[LONGEST];
static size_t pulled;

/* Work done since the last look is paid for. */
static uint64_t cost_now(void *user) {
    core *c = user;
    c->now += 1000;
    if (!c->s) return c->now;
    const uint64_t frames = c->s->speak.voice.made, sounds = c->s->speak.voice.sound.pushed;
    if (frames > c->frames) c->now += (frames - c->frames) * c->frame;
    if (sounds > c->sounds) c->now += (sounds - c->sounds) * c->sound;
    c->frames = frames;
    c->sounds = sounds;
    return c->now;
}

static int pen_begin(void *user, const char *text) {
    writer *w = user;
    (void)text;
    w->at = 0;
    w->asked = cpu.now;
    return 0;
}

static void pen_poll(void *user, sotto_remote_news *out) {
    static char piece[PIECE + 1];
    writer *w = user;
    const size_t left = strlen(TEXT) - w->at, n = left < PIECE ? left : PIECE;
    *out = (sotto_remote_news){n ? SOTTO_REMOTE_WAIT : SOTTO_REMOTE_DONE, "", 0};
    if (n == 0 || (w->away && cpu.now < w->asked + (w->at / PIECE + 1) * cpu.token)) return;
    if (!w->away) cpu.now += cpu.token;
    memcpy(piece, TEXT + w->at, n);
    piece[n] = 0;
    w->at += n;
    *out = (sotto_remote_news){SOTTO_REMOTE_PIECE, piece, 1};
}

static void pen_result(void *user, const char *text) {
    (void)user;
    (void)text;
}

static void pen_end(void *user, const char *text) {
    (void)user;
    (void)text;
}

static void pen_cancel(void *user) {
    (void)user;
}

/* The blocks that are due by now, of the samples that were made before. */
static void box_play(uint64_t made) {
    while (box.next && box.next <= cpu.now) {
        const uint64_t there = made - box.played < BLOCK ? made - box.played : BLOCK;
        box.played += there;
        box.empty |= there < BLOCK;
        box.next += BLOCK_NS;
    }
}

/* One step of the runtime, then the loudspeaker's blocks that fell into it. */
static int tick(sotto *s) {
    sotto_event e;
    const uint64_t made = s->speak.pace.made;
    const int more = sotto_step(s, 1) == SOTTO_AGAIN;
    box_play(made);
    if (s->speak.pace.made > made) {
        box.underruns += (uint64_t)box.empty;
        box.empty = 0;
        if (!box.next) box.next = cpu.now;
        box_play(s->speak.pace.made); /* the first block at once */
    }
    pulled += sotto_pull_audio(s, heard + pulled, (size_t)box.played + QUEUE - pulled);
    while (sotto_next_event(s, &e) == SOTTO_OK)
        if (e.type == SOTTO_EV_OVERLOAD) box.dry++;
    return more;
}

static void play(sotto *s, uint64_t frame_us, uint64_t sound_us, uint64_t token_us, int away) {
    const uint64_t now = cpu.now;
    cpu = (core){.frame = frame_us * 1000, .sound = sound_us * 1000, .token = token_us * 1000, .now = now, .s = s};
    box = (speaker){0};
    pen = (writer){.away = away};
    pulled = 0;
    sotto_reset(s);
    assert_int_equal(sotto_ask(s, "anything"), SOTTO_OK);
    for (int i = 0; i < 1000000 && sotto_state(s) != SOTTO_IDLE; i++)
        if (!tick(s)) cpu.now += BLOCK_NS / 10; /* nothing to do: it waits for the loudspeaker or the text */
    assert_int_equal(sotto_state(s), SOTTO_IDLE);
}

static sotto *start(uint32_t samples) {
    static const sotto_remote far = {pen_begin, pen_poll, pen_result, pen_cancel, pen_end, &pen};
    sotto_config c = pack.config;
    c.asr = c.llm = NULL;
    c.output_samples = samples;
    c.hooks = (sotto_hooks){.now = cost_now, .user = &cpu, .remote = &far};
    memset(c.budget_ns, 0, sizeof c.budget_ns);
    cpu = (core){.now = 1};
    sotto *s = voice_start(&c);
    assert_non_null(s);
    return s;
}

static double ms(int64_t ns) {
    return (double)ns / 1e6;
}

static sotto_statistics told(const sotto *s, const char *what) {
    sotto_statistics x;
    sotto_stats(s, &x);
    print_message("%s: least margin %.1f ms, %u underruns of %.0f ms (the loudspeaker saw %u)\n", what, ms(x.margin_ns), (unsigned)x.underruns,
                  ms((int64_t)x.underrun_ns), (unsigned)box.underruns);
    assert_int_equal(x.underruns > 0, box.dry); /* told once */
    assert_true(x.margin_ns == x.margin_low_ns && (x.underruns > 0) == (x.margin_ns < 0));
    if (x.margin_ns >= BLOCK_NS) assert_int_equal(box.underruns, 0);
    if (box.underruns == 0) assert_true(x.margin_ns > -BLOCK_NS);
    return x;
}

/* Frames of 10 ms that take 1 to 8 ms: the sound is never late, whatever the ring, and it is the same sound. */
static void a_core_that_is_fast_enough_never_underruns(void **state) {
    static const struct {
        uint32_t ring;
        uint64_t frame, sound, token;
        const char *what;
    } row[] = {{8192, 500, 500, 1000, "a tenth of real time"},
               {8192, 2000, 2000, 25000, "0.4 of real time, 25 ms a token"},
               {2048, 2000, 2000, 25000, "the same, ring of 128 ms"},
               {8192, 3000, 4000, 5000, "0.7 of real time"}};
    size_t length = 0;
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        sotto *s = start(row[i].ring);
        play(s, row[i].frame, row[i].sound, row[i].token, 0);
        sotto_statistics x = told(s, row[i].what);
        assert_int_equal(x.underruns, 0);
        if (i == 0) assert_true(x.margin_ns >= 25000000); /* a fast core makes 40 ms before the first is heard */
        if (i == 0) memcpy(calm, heard, (length = pulled) * sizeof *calm);
        assert_int_equal(pulled, length);
        assert_memory_equal(heard, calm, length * sizeof *calm);
        voice_end(s);
    }
}

/* Above real time it must break, which is told, with how long the loudspeaker was dry; nothing is lost. */
static void a_core_that_is_too_slow_is_told_of(void **state) {
    (void)state;
    sotto *s = start(8192);
    play(s, 500, 500, 1000, 0);
    const size_t length = pulled;
    play(s, 6000, 7000, 1000, 0);
    sotto_statistics x = told(s, "1.3 of real time");
    assert_true(x.underruns > 0 && box.underruns > 0);
    const double sound = (double)length / SOTTO_RATE * 1e9, dry = (double)x.underrun_ns / sound;
    assert_true(dry > 0.2 && dry < 0.5); /* 0.3 of the sound's length, and the clauses' beginnings */
    assert_int_equal(pulled, length);
    play(s, 500, 500, 1000, 0); /* a reset forgets it */
    assert_int_equal(told(s, "a tenth again").underruns, 0);
    voice_end(s);
}

/* Text from elsewhere that comes more slowly than it is spoken. */
static void text_that_comes_late_is_told_of(void **state) {
    (void)state;
    sotto *s = start(8192);
    play(s, 500, 500, 900000, 1);
    assert_true(told(s, "5 letters every 900 ms").underruns > 0);
    play(s, 500, 500, 30000, 1);
    assert_int_equal(told(s, "5 letters every 30 ms").underruns, 0);
    voice_end(s);
}

/* With little sound ahead, speech works first; with much, the text comes first: both are seen. */
static void the_margin_decides_who_works_first(void **state) {
    uint64_t speech_first = 0, text_first = 0;
    (void)state;
    sotto *s = start(8192);
    cpu = (core){.frame = 1000000, .sound = 1000000, .token = 10000000, .now = cpu.now, .s = s};
    box = (speaker){0};
    pen = (writer){0};
    pulled = 0;
    assert_int_equal(sotto_ask(s, "anything"), SOTTO_OK);
    for (int i = 0; i < 100000 && sotto_state(s) != SOTTO_IDLE; i++) {
        const int ample = speak_ample(s), text = s->remote.running, sound = s->speak.voice.speaking && ring_room(&s->speak.out) >= SPEECH_GROUP * HOP;
        const size_t before = pen.at;
        const uint64_t made = s->speak.voice.made + s->speak.voice.sound.pushed;
        if (!tick(s)) cpu.now += BLOCK_NS / 10;
        if (!text || !sound) continue;
        if (ample) assert_int_equal(s->speak.voice.made + s->speak.voice.sound.pushed, made);
        if (!ample) assert_int_equal(pen.at, before);
        text_first += pen.at > before;
        speech_first += pen.at == before;
    }
    print_message("while both had work: %u steps of speech, %u of text\n", (unsigned)speech_first, (unsigned)text_first);
    assert_true(speech_first > 10 && text_first > 10);
    assert_int_equal(told(s, "both").underruns, 0);
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_that_is_fast_enough_never_underruns),
        cmocka_unit_test(a_core_that_is_too_slow_is_told_of),
        cmocka_unit_test(text_that_comes_late_is_told_of),
        cmocka_unit_test(the_margin_decides_who_works_first),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
