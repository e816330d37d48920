/* The runtime's laws on the shipped models: one block of the planned size, streaming equals whole, reset equals fresh, the
 * same bits from every kernel table; every stage may be absent; a reply can be interrupted. */
#include "tests/voice.h"
#include "platform/platform.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static voice_pack pack;
static voice_record whole, other;
static int16_t question[VOICE_SAMPLES];
static size_t question_len;

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    question_len = voice_read(VOICE_QUESTION, question, VOICE_SAMPLES);
    return question_len == 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

static void clear(voice_record *r) {
    r->samples = r->len = 0;
    r->turns = 0;
    r->text[0] = 0;
}

static void hear_once(const sotto_config *c, voice_record *r, size_t chunk) {
    sotto *s = voice_start(c);
    assert_non_null(s);
    clear(r);
    voice_hear(s, r, question, question_len, chunk);
    voice_end(s);
}

static void assert_same(const voice_record *a, const voice_record *b) {
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->samples, b->samples);
    assert_memory_equal(a->pcm, b->pcm, a->samples * sizeof(int16_t));
}

static void answers_the_question(void **state) {
    (void)state;
    hear_once(&pack.config, &whole, 160);
    assert_int_equal(whole.turns, 1);
    assert_true(whole.samples > SOTTO_RATE / 4); /* a reply longer than a quarter of a second */
    assert_non_null(strstr(whole.text, VOICE_CALL));
}

static void streaming_equals_whole(void **state) {
    static const size_t chunk[] = {1, 37, 777, 4000, VOICE_SAMPLES};
    (void)state;
    hear_once(&pack.config, &whole, 160);
    for (size_t i = 0; i < sizeof chunk / sizeof chunk[0]; i++) {
        hear_once(&pack.config, &other, chunk[i]);
        assert_same(&whole, &other);
    }
}

static void reset_equals_fresh(void **state) {
    (void)state;
    hear_once(&pack.config, &whole, 160);
    sotto *s = voice_start(&pack.config);
    clear(&other);
    voice_hear(s, &other, question, question_len / 2, 160); /* leave it in the middle of things */
    sotto_reset(s);
    clear(&other);
    voice_hear(s, &other, question, question_len, 160);
    assert_same(&whole, &other);
    sotto_reset(s);
    clear(&other);
    voice_hear(s, &other, question, question_len, 160);
    assert_same(&whole, &other);
    voice_end(s);
}

static void every_kernel_table_gives_the_same_bits(void **state) {
    static const char *const name[] = {"ref", "avx2", "avx512vnni", "neon", "neon_dot"};
    sotto_config c = pack.config;
    sotto_memory_report m;
    int tables = 0;
    (void)state;
    hear_once(&pack.config, &whole, 160);
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        c.kernels = name[i];
        if (sotto_plan(&c, &m) != SOTTO_OK) continue; /* not on this machine */
        hear_once(&c, &other, 160);
        assert_same(&whole, &other);
        tables++;
    }
    assert_true(tables >= 1);
}

static void smaller_blocks_are_refused(void **state) {
    sotto_memory_report m;
    sotto *s = NULL;
    (void)state;
    assert_int_equal(sotto_plan(&pack.config, &m), SOTTO_OK);
    assert_int_equal(m.runtime + m.audio + m.asr + m.llm + m.tts + m.shared, m.bytes);
    uint8_t *block = aligned_alloc(64, (m.bytes + 63) / 64 * 64);
    for (size_t less = 1; less <= m.bytes; less += less < 4096 ? 97 : 65521) {
        memset(block, 0x5A, m.bytes);
        assert_int_equal(sotto_init(block, m.bytes - less, &pack.config, &s), SOTTO_EMEM);
        assert_null(s);
        assert_int_equal(block[m.bytes - less < m.bytes ? m.bytes - less : 0], 0x5A);
    }
    assert_int_equal(sotto_init(block + 8, m.bytes, &pack.config, &s), SOTTO_EMEM); /* not aligned */
    free(block);
}

static void the_plan_fits_a_microcontroller(void **state) {
    sotto_memory_report m;
    (void)state;
    assert_int_equal(sotto_plan(&pack.config, &m), SOTTO_OK);
    assert_true(m.bytes <= 2u << 20);
    assert_true(m.weights <= 8u << 20);
    sotto_memory_report told;
    sotto *s = voice_start(&pack.config);
    sotto_memory(s, &told);
    assert_memory_equal(&told, &m, sizeof m);
    voice_end(s);
}

static void stages_may_be_absent(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.llm = c.g2p = c.tts = c.vocoder = NULL; /* recogniser alone */
    hear_once(&c, &other, 160);
    assert_int_equal(other.turns, 1);
    assert_int_equal(other.samples, 0);
    assert_non_null(strstr(other.text, VOICE_WORDS));
    c = pack.config;
    c.asr = c.llm = NULL; /* voice alone */
    sotto *s = voice_start(&c);
    assert_int_equal(sotto_ask(s, "hello"), SOTTO_ESTATE);
    assert_int_equal(sotto_say(s, "Hello there."), SOTTO_OK);
    clear(&other);
    voice_run(s, &other);
    assert_int_equal(other.turns, 1);
    assert_true(other.samples > SOTTO_RATE / 4);
    voice_end(s);
    c = pack.config;
    c.asr = c.g2p = c.tts = c.vocoder = NULL; /* language model alone */
    s = voice_start(&c);
    assert_int_equal(sotto_say(s, "hello"), SOTTO_ESTATE);
    assert_int_equal(sotto_push_audio(s, question, 160), 0);
    assert_int_equal(sotto_ask(s, "flip a coin"), SOTTO_OK);
    clear(&other);
    voice_run(s, &other);
    assert_int_equal(other.turns, 1);
    voice_end(s);
}

static void an_interrupted_reply_fades_within_20_ms(void **state) {
    sotto *s = voice_start(&pack.config);
    static int16_t pcm[VOICE_SAMPLES];
    size_t got = 0;
    (void)state;
    assert_int_equal(sotto_say(s, "This is a rather long sentence, which somebody is going to interrupt."), SOTTO_OK);
    while (got < 4000 && sotto_step(s, 1) == SOTTO_AGAIN) got += sotto_pull_audio(s, pcm, 160);
    while (sotto_step(s, 1) == SOTTO_AGAIN) { /* fill the ring */
    }
    sotto_interrupt(s);
    got = 0;
    do {
        got += sotto_pull_audio(s, pcm + got, VOICE_SAMPLES - got);
    } while (sotto_step(s, 1) == SOTTO_AGAIN);
    assert_true(got > 0 && got <= SOTTO_RATE / 50);
    assert_true(abs(pcm[got - 1]) <= 8);
    assert_int_equal(sotto_state(s), SOTTO_IDLE);
    assert_int_equal(sotto_say(s, "Go on."), SOTTO_OK);
    voice_end(s);
}

static void bad_configurations_are_named(void **state) {
    sotto_config c = pack.config;
    sotto_memory_report m;
    (void)state;
    c.max_text = 5;
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_non_null(strstr(m.error, "max_text"));
    c = pack.config;
    c.vocoder = NULL;
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_non_null(strstr(m.error, "g2p/tts/vocoder"));
    c = pack.config;
    c.asr = pack.config.llm; /* the wrong file in a stage's place */
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EMODEL);
    assert_non_null(strstr(m.error, "llm.gguf"));
    assert_non_null(strstr(m.error, "sotto-asr"));
    c = pack.config;
    c.kernels = "abacus";
    assert_int_equal(sotto_plan(&c, &m), SOTTO_EARG);
    assert_non_null(strstr(m.error, "abacus"));
}

/* A model file with one whole number of its metadata changed. */
static void expect_refused(int which, const char *key, uint32_t value, const char *said) {
    const sotto_model **slot[] = {&pack.config.asr, &pack.config.llm, &pack.config.g2p, &pack.config.tts, &pack.config.vocoder};
    const sotto_model *was = *slot[which];
    uint8_t *bytes = pack.bytes[which];
    size_t at = 0, len = strlen(key);
    uint32_t old;
    sotto_memory_report m;
    sotto_model edited;
    while (memcmp(bytes + at, key, len) != 0) at++;
    at += len + 4; /* behind the key its type, then the value */
    memcpy(&old, bytes + at, 4);
    memcpy(bytes + at, &value, 4);
    assert_int_equal(sotto_model_open(&edited, "edited.gguf", bytes, pack.size[which]), SOTTO_OK);
    *slot[which] = &edited;
    assert_int_equal(sotto_plan(&pack.config, &m), SOTTO_EMODEL);
    if (!strstr(m.error, said)) fail_msg("expected \"%s\" in: %s", said, m.error);
    *slot[which] = was;
    memcpy(bytes + at, &old, 4);
}

/* There is one front-end and one frame of sound; a model made for another would read or write past them. */
static void models_of_another_front_end_are_refused(void **state) {
    (void)state;
    expect_refused(0, "sotto.mel.hop", 128, "edited.gguf: key sotto.mel.hop: is 128, expected 160");
    expect_refused(0, "sotto.mel.sample_rate", 8000, "sotto.mel.sample_rate: is 8000, expected 16000");
    expect_refused(0, "sotto.mel.fmax", 0x45fa0000, "sotto.mel.fmax: is 8000");
    expect_refused(0, "sotto.asr.classes", 39, "expected 144 x 117");
    expect_refused(3, "sotto.mel.win", 512, "sotto.mel.win: is 512, expected 400");
    expect_refused(3, "sotto.tts.width", 64, "expected 64 x 5");
    expect_refused(4, "sotto.mel.bands", 40, "expected 42 x 128");
    expect_refused(4, "sotto.vocoder.hop", 240, "sotto.vocoder.hop: is 240, expected 160");
    expect_refused(1, "llama.block_count", 7, "blk.6.attn_q.weight is missing");
}

static char logged[256];

static void keep_line(void *user, const char *line) {
    (void)user;
    snprintf(logged, sizeof logged, "%s", line);
}

static void failed_tools_are_answered_by_an_apology(void **state) {
    sotto_config c = pack.config;
    (void)state;
    c.hooks.tool = NULL;
    c.hooks.log = keep_line;
    hear_once(&c, &other, 160);
    assert_int_equal(other.turns, 1);
    assert_non_null(strstr(other.text, "Sorry"));
    assert_true(other.samples > SOTTO_RATE / 4);
    assert_string_equal(logged, "tool call \"" VOICE_CALL "\": the platform could not do it");
}

/* Law 5: what the looks at the clock cost, over what the turn costs. */
static void the_stage_clock_costs_under_one_percent(void **state) {
    enum { LOOKS = 200000 };
    (void)state;
    pack.ticks = 0;
    uint64_t begin = platform_now();
    hear_once(&pack.config, &other, 160);
    uint64_t turn = platform_now() - begin, looks = pack.ticks / 1000, sum = 0;
    begin = platform_now();
    for (int i = 0; i < LOOKS; i++) sum += platform_now();
    double one = (double)(platform_now() - begin) / LOOKS;
    printf("%llu looks of %.1f ns in a turn of %.1f ms: %.3f %%\n", (unsigned long long)looks, one, (double)turn / 1e6,
           100.0 * one * (double)looks / (double)turn);
    assert_true(sum != 0);
    assert_true(one * (double)looks < 0.01 * (double)turn);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_the_question),
        cmocka_unit_test(streaming_equals_whole),
        cmocka_unit_test(reset_equals_fresh),
        cmocka_unit_test(every_kernel_table_gives_the_same_bits),
        cmocka_unit_test(smaller_blocks_are_refused),
        cmocka_unit_test(the_plan_fits_a_microcontroller),
        cmocka_unit_test(stages_may_be_absent),
        cmocka_unit_test(an_interrupted_reply_fades_within_20_ms),
        cmocka_unit_test(bad_configurations_are_named),
        cmocka_unit_test(models_of_another_front_end_are_refused),
        cmocka_unit_test(failed_tools_are_answered_by_an_apology),
        cmocka_unit_test(the_stage_clock_costs_under_one_percent),
    };
    return cmocka_run_group_tests(tests, open_pack, close_pack);
}
