/* Speech as one stream: the same samples however its text comes and however its steps are called, no click where clauses and blocks meet, silence
 * at both ends, a reset that is a fresh start, and interrupts that fade over the reply's own sound. Shipped models; no sample is expected by value. */
#include "audio/pcm.h"
#include "tests/tts_common.h"
#include "tests/voice.h"
#include "runtime/internal.h"

enum { LONGEST = 30 * SOTTO_RATE, FADE = SOTTO_RATE / 50 };
static const char TEXT[] = "It is 10:42 am, and the kettle in the kitchen is on. Is that right? Five million dollars; what a sum! "
                           "The quick brown fox jumps over the lazy dog, and then it sleeps until noon.";

typedef struct mouth { /* speech in memory of its own */
    speech s;
    void *file[3], *block[2];
} mouth;

static float whole[LONGEST], other[LONGEST];
static int16_t calm[LONGEST], cut[LONGEST], rest[LONGEST];
static mouth m;
static voice_pack pack;

static void open_file(gguf *g, void **bytes, const char *path) {
    sotto_error err = {0, ""};
    size_t size;
    *bytes = tts_read(path, &size);
    if (gguf_open(g, path, *bytes, size, &err) != 0) fail_msg("%s", err.text);
}

static void lay_out(void *block[2], size_t size[2], const speech_limits *limits) {
    arena a[2];
    for (int i = 0; i < 2; i++) arena_begin(&a[i], block[i], size[i]);
    speech_layout(&m.s, &a[0], limits);
    speech_scratch(&m.s, &a[1]);
    for (int i = 0; i < 2; i++) size[i] = a[i].peak;
    if (block[0]) assert_false(a[0].failed || a[1].failed);
}

static int open_all(void **state) {
    static gguf words, tts, sound;
    sotto_error err = {0, ""};
    size_t size[2] = {0, 0};
    (void)state;
    open_file(&words, &m.file[0], VOICE_PACK "g2p.gguf");
    open_file(&tts, &m.file[1], VOICE_PACK "tts.gguf");
    open_file(&sound, &m.file[2], VOICE_PACK "vocoder.gguf");
    if (speech_bind(&m.s, &words, &tts, &sound, &err) != 0) fail_msg("%s", err.text);
    const sotto_config usual = {.speed = 1, .volume = 1, .pauses = 1};
    const sotto_style style = style_of(&usual);
    const speech_limits limits = {.k = kernels_select(NULL), .max_text = 512, .manner = style_manner(&style)};
    lay_out((void *[2]){NULL, NULL}, size, &limits);
    for (int i = 0; i < 2; i++) m.block[i] = aligned_alloc(64, (size[i] + 63) / 64 * 64);
    lay_out(m.block, size, &limits);
    speech_reset(&m.s);
    voice_open(&pack);
    pack.config.asr = pack.config.llm = NULL;
    memset(pack.config.budget_ns, 0, sizeof pack.config.budget_ns);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) free(m.file[i]);
    for (int i = 0; i < 2; i++) free(m.block[i]);
    voice_close(&pack);
    return 0;
}

static uint32_t upto(uint32_t *random, uint32_t most) {
    *random = *random * 1664525u + 1013904223u;
    return (*random >> 8) % (most + 1);
}

static size_t step(float *pcm, size_t n) {
    if (speech_step(&m.s) != SPEECH_SOUND) return n;
    memcpy(pcm + n, m.s.samples, m.s.count * sizeof *pcm);
    return n + m.s.count;
}

static size_t drain(float *pcm, size_t n) {
    while (!speech_idle(&m.s)) n = step(pcm, n);
    return n;
}

static size_t say(float *pcm, const char *text) {
    speech_reset(&m.s);
    assert_int_equal(speech_push(&m.s, text, (uint32_t)strlen(text)), strlen(text));
    speech_close(&m.s);
    return drain(pcm, 0);
}

static void however_text_comes_the_samples_are_the_same(void **state) {
    (void)state;
    const size_t n = say(whole, TEXT), len = strlen(TEXT);
    assert_true(n > 3 * SOTTO_RATE);
    for (uint32_t seed = 0; seed < 6; seed++) {
        uint32_t random = seed, most = seed == 0 ? 1 : 12; /* seed 0: a byte at a time, and nothing is done before the next */
        size_t got = 0;
        speech_reset(&m.s);
        for (size_t at = 0; at < len;) {
            uint32_t piece = seed == 0 ? 1 : upto(&random, most);
            at += speech_push(&m.s, TEXT + at, piece < len - at ? piece : (uint32_t)(len - at));
            for (uint32_t i = seed == 0 ? 1 : upto(&random, 9); i > 0; i--) got = step(other, got);
        }
        speech_close(&m.s);
        got = drain(other, got);
        assert_int_equal(got, n);
        assert_memory_equal(whole, other, n * sizeof *whole);
    }
}

/* Is each clause what it is alone? No: the sound goes on across the border, and silence before a reply is shorter than between its sentences. But a
 * sentence adds the same length wherever it follows; only what rings out at a stream's end is there once. */
static void clauses_follow_one_another_without_a_gap(void **state) {
    (void)state;
    const size_t a = say(whole, "The kettle is on. "), ring_out = a - m.s.made * (size_t)HOP;
    const size_t b = say(whole, "Is that right?"), both = say(whole, "The kettle is on. Is that right?");
    const size_t thrice = say(whole, "The kettle is on. Is that right? Is that right? Is that right?");
    assert_true(ring_out > 0 && ring_out < 10 * HOP);
    assert_int_equal(thrice - both, 2 * (both - a));
    assert_int_equal((both - a) % HOP, 0);
    assert_true(both - a >= b - ring_out && both - a < b - ring_out + 10 * HOP);
}

static void a_reset_at_any_moment_is_a_fresh_start(void **state) {
    (void)state;
    const size_t n = say(whole, TEXT);
    for (uint32_t at = 0; at < 400; at += 37) {
        speech_reset(&m.s);
        speech_push(&m.s, "Something else, that is never finished. And more", 48);
        for (uint32_t i = 0; i < at; i++) step(other, 0);
        assert_int_equal(say(other, TEXT), n);
        assert_memory_equal(whole, other, n * sizeof *whole);
    }
}

/* ---- clicks ---- */

/* How far the bend of the wave at offset `o` of a hop sticks out of its surroundings (one hop to each side): the worst of all hops. */
static float worst_bend(const float *x, size_t n, size_t o) {
    float worst = 0;
    for (size_t at = 2 * HOP + o; at + HOP < n; at += HOP) {
        float here = 0, around = 2.0f / 32768;
        for (size_t i = at - HOP; i < at + HOP; i++) {
            const float bend = fabsf(x[i] - 2 * x[i - 1] + x[i - 2]);
            if (i == at || i == at + 1)
                here = bend > here ? bend : here;
            else
                around = bend > around ? bend : around;
        }
        worst = here / around > worst ? here / around : worst;
    }
    return worst;
}

/* Do the borders of hops stick out more than other places do? */
static int clicks(const float *x, size_t n) {
    float inside = 0;
    for (size_t o = 20; o < HOP; o += 20) {
        const float w = worst_bend(x, n, o);
        inside = w > inside ? w : inside;
    }
    const float border = worst_bend(x, n, 0);
    print_message("worst bend: %.2f at the borders of hops, %.2f inside\n", (double)border, (double)inside);
    return border > 1.5f * inside;
}

static float peak(const float *x, size_t n) {
    float most = 0;
    for (size_t i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

static void there_are_no_clicks(void **state) {
    static const char *const text[] = {TEXT, "Turn on the lights in the living room, set a timer for twelve minutes; then read me the news.",
                                       "Done. Sorry? One, two, three. Is it? No!"};
    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) assert_false(clicks(whole, say(whole, text[i])));
}

/* The loudest hop, or the quietest inside. */
static size_t pick_hop(const float *x, size_t n, int loud) {
    size_t best = 20;
    for (size_t h = 20; h + 20 < n / HOP; h++) {
        const float a = peak(x + h * HOP, HOP), b = peak(x + best * HOP, HOP);
        if (loud ? a > b : a < b) best = h;
    }
    return best * HOP;
}

/* What a faulty overlap, a lost block and a jump between clauses would sound like. */
static void planted_clicks_are_found(void **state) {
    (void)state;
    const size_t n = say(whole, TEXT);
    uint32_t random = 1;
    memcpy(other, whole, sizeof whole);
    for (size_t at = 0; at < n; at++) other[at] *= at % HOP ? 1 : 1 + (float)upto(&random, 100) / 1000;
    assert_true(clicks(other, n)); /* a sample a hop that is up to 10 % too large */
    memcpy(other, whole, sizeof whole);
    memset(other + pick_hop(whole, n, 1), 0, HOP * sizeof *other);
    assert_true(clicks(other, n));
    memcpy(other, whole, sizeof whole);
    for (size_t at = pick_hop(whole, n, 0); at < n; at++) other[at] += 0.005f;
    assert_true(clicks(other, n));
}

static void both_ends_are_silent(void **state) {
    (void)state;
    const size_t n = say(whole, TEXT);
    const float most = peak(whole, n);
    assert_true(fabsf(whole[0]) < 0.001f && fabsf(whole[n - 1]) < 0.001f);
    assert_true(peak(whole, HOP) < 0.02f * most && peak(whole + n - HOP, HOP) < 0.02f * most);
}

/* ---- the runtime's ring ---- */

static size_t run_dry(sotto *s, int16_t *pcm, size_t n) {
    sotto_event e;
    for (int i = 0; i < 100000 && sotto_state(s) != SOTTO_IDLE; i++) {
        sotto_step(s, 1);
        while (sotto_next_event(s, &e) == SOTTO_OK) {}
        n += sotto_pull_audio(s, pcm + n, LONGEST - n);
    }
    assert_int_equal(sotto_state(s), SOTTO_IDLE);
    return n;
}

/* The reply's own sound when nothing is said behind the clause that begins at frame `clause`, into rest; returns its samples. */
static size_t sound_until(const char *text, uint32_t clause) {
    size_t n = 0;
    speech_reset(&m.s);
    speech_push(&m.s, text, (uint32_t)strlen(text));
    speech_close(&m.s);
    while (!m.s.speaking || m.s.before < clause) n = step(whole, n);
    assert_int_equal(m.s.before, clause);
    speech_hush(&m.s);
    n = drain(whole, n);
    pcm_to_int16(rest, whole, n);
    return n;
}

/* Silent within 20 ms, and the fade is the reply's own sound, rest [length], under a falling raised cosine: its envelope cannot jump. */
static void assert_faded(size_t n, size_t before, size_t length) {
    assert_int_equal(n, before + FADE < length ? before + FADE : length);
    assert_memory_equal(cut, calm, before * sizeof *cut);
    for (size_t i = before; i < n; i++) {
        const double gain = 0.5 + 0.5 * cos(3.14159265358979 * ((double)(i - before) + 0.5) / FADE);
        if (fabs(cut[i] - gain * rest[i]) > 1.01) fail_msg("interrupted at %zu: sample %zu is %d, expected %g", before, i, cut[i], gain * rest[i]);
    }
}

static void work(sotto *s, uint32_t steps) {
    sotto_event e;
    for (uint32_t i = 0; i < steps; i++) {
        sotto_step(s, 1);
        while (sotto_next_event(s, &e) == SOTTO_OK) {}
    }
}

typedef struct reply { /* what is interrupted */
    const char *text;
    size_t length;   /* samples of it, in calm */
    size_t until;    /* samples of it up to the end of ... */
    uint32_t clause; /* ... the clause that begins at this frame, in rest; UINT32_MAX: none yet */
} reply;

/* After `steps` units of work, with `left` samples in the ring or as few more as there are. Kept sound and a reply that is made whole go on as they are;
 * else the clause that is spoken is the last. */
static void interrupt_at(sotto *s, reply *r, uint32_t steps, uint32_t left) {
    size_t n = 0;
    const char *text = r->text;
    assert_int_equal(sotto_say(s, text), SOTTO_OK);
    for (uint32_t i = 0; i < steps; i++) {
        work(s, 1);
        const uint32_t ready = ring_ready(&s->speak.out);
        if (ready > left) n += sotto_pull_audio(s, cut + n, ready - left);
    }
    const size_t before = n;
    if (before && (s->speak.prompt || !s->speak.active)) {
        memcpy(rest, calm, r->length * sizeof *rest);
        r->until = r->length;
        r->clause = UINT32_MAX;
    } else if (before && r->clause != s->speak.voice.before) {
        r->clause = s->speak.voice.before;
        r->until = sound_until(text, r->clause);
    }
    sotto_interrupt(s);
    n = run_dry(s, cut, n);
    if (before) assert_faded(n, before, r->until);
}

static void interrupts_fade_over_the_replys_own_sound(void **state) {
    static const char *const text[] = {TEXT, "Sorry, I can't do that."}; /* the second is kept, and then comes from there */
    (void)state;
    sotto_config c = pack.config;
    c.prompt_ms = 6000;
    for (int i = 0; i < 2; i++) {
        sotto *s = voice_start(&c);
        reply r = {.text = text[i], .clause = UINT32_MAX};
        for (int twice = 0; twice < 2; twice++) {
            assert_int_equal(sotto_say(s, text[i]), SOTTO_OK);
            r.length = run_dry(s, calm, 0);
        }
        for (uint32_t steps = 0; steps < 200; steps += 1 + steps / 10)
            for (uint32_t left = 0; left < 700; left += 97) interrupt_at(s, &r, steps, left);
        assert_int_equal(s->speak.kept.hits > 0, i);
        voice_end(s);
    }
}

static void an_interrupt_before_the_first_sample_is_silence(void **state) {
    (void)state;
    sotto *s = voice_start(&pack.config);
    assert_int_equal(sotto_say(s, TEXT), SOTTO_OK);
    sotto_step(s, 2); /* phones, frames: no sample yet */
    sotto_interrupt(s);
    assert_int_equal(run_dry(s, cut, 0), 0);
    assert_int_equal(sotto_say(s, TEXT), SOTTO_OK);
    run_dry(s, calm, 0);
    voice_end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_text_comes_the_samples_are_the_same),
        cmocka_unit_test(clauses_follow_one_another_without_a_gap),
        cmocka_unit_test(a_reset_at_any_moment_is_a_fresh_start),
        cmocka_unit_test(there_are_no_clicks),
        cmocka_unit_test(planted_clicks_are_found),
        cmocka_unit_test(both_ends_are_silent),
        cmocka_unit_test(interrupts_fade_over_the_replys_own_sound),
        cmocka_unit_test(an_interrupt_before_the_first_sample_is_silence),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
