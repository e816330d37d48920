/* test_ssml_speech: what is heard of marked-up text, of questions, and that it is the same however it arrives. */
#include "tests/tts_common.h"
#include "models/tts/speech.h"

#define PACK "models/packs/nano/"
enum { MOST = 16000 * 60, FRAMES = 4096 };

typedef struct sound {
    size_t n, clauses, frames;
    float pcm[MOST];
    float pitch[FRAMES]; /* semitones above 1 Hz, 0 where unvoiced */
} sound;

static speech voice;
static void *files[3], *block;
static gguf model[3];
static sound one, two;

static int setup(void **state) {
    (void)state;
    static const char *const path[] = {PACK "g2p.gguf", PACK "tts.gguf", PACK "vocoder.gguf"};
    const speech_limits limits = {.k = kernels_select(NULL), .max_text = 512, .manner = {.style = {.speed = 1, .pauses = 1}, .volume = 1}};
    sotto_error err = {0};
    arena a;
    for (int i = 0; i < 3; i++) {
        size_t size;
        files[i] = tts_read(path[i], &size);
        if (gguf_open(&model[i], path[i], files[i], size, &err)) fail_msg("%s", err.text);
    }
    if (speech_bind(&voice, &model[0], &model[1], &model[2], &err)) fail_msg("%s", err.text);
    const size_t room = 1 << 20;
    block = aligned_alloc(64, room);
    arena_begin(&a, block, room);
    speech_layout(&voice, &a, &limits);
    speech_scratch(&voice, &a);
    return a.failed;
}

static int teardown(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) free(files[i]);
    free(block);
    return 0;
}

/* Speaks a text given `chunk` bytes at a time with `steps` steps between (0: as many as there are). */
static void speak(sound *s, const char *text, ssml_mode mode, size_t chunk, int steps) {
    size_t at = 0, len = strlen(text);
    memset(s, 0, sizeof *s);
    speech_reset(&voice);
    speech_markup(&voice, mode);
    for (speech_did did = SPEECH_CLAUSE; did != SPEECH_NOTHING || !speech_idle(&voice);) {
        const size_t piece = len - at < chunk ? len - at : chunk;
        at += speech_push(&voice, text + at, (uint32_t)piece);
        if (at == len) speech_close(&voice);
        for (int i = 0; steps == 0 || i < steps; i++) {
            did = speech_step(&voice);
            s->clauses += did == SPEECH_CLAUSE;
            if (did == SPEECH_NOTHING) break;
            for (uint32_t k = 0; did == SPEECH_FRAMES && k < voice.frames && s->frames < FRAMES; k++)
                s->pitch[s->frames++] = voice.pitch[k].voiced > 0 ? 12 * log2f(voice.pitch[k].f0) : 0;
            if (did != SPEECH_SOUND) continue;
            assert_true(s->n + voice.count <= MOST);
            memcpy(s->pcm + s->n, voice.samples, voice.count * sizeof(float));
            s->n += voice.count;
        }
    }
}

static int is_same(const sound *a, const sound *b) {
    return a->n == b->n && memcmp(a->pcm, b->pcm, a->n * sizeof(float)) == 0;
}

static float loudness(const sound *s) {
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) sum += (double)s->pcm[i] * s->pcm[i];
    return (float)sqrt(sum / (double)(s->n + !s->n));
}

#define STORY                                                                                                                                        \
    "<speak><p><s>Good morning, <emphasis>everybody</emphasis> and welcome.</s><s>Now &amp; then <break time='300ms'/> we rest.</s></p>"             \
    "<prosody rate='80%' pitch='+2st'>This is slow, high speech, it is <prosody volume='-6dB'>soft</prosody> too,</prosody> isn't it? "              \
    "<say-as interpret-as='characters'>abc</say-as> of the <sub alias='World Wide Web'>WWW</sub>.<break time='1s'/></speak>"

static void any_arrival_gives_the_same_bits(void **state) {
    (void)state;
    static const size_t chunk[] = {1, 2, 7, 64};
    speak(&one, STORY, SSML_AUTO, 1000, 0);
    assert_true(one.n > 16000 * 5);
    for (size_t i = 0; i < sizeof chunk / sizeof *chunk; i++) {
        speak(&two, STORY, i % 2 ? SSML_ON : SSML_AUTO, chunk[i], (int)(i % 3));
        assert_true(is_same(&one, &two));
    }
}

static void plain_markup_changes_nothing(void **state) {
    (void)state;
    static const char *const same[][2] = {
        {"<speak>Hello there, world.</speak>", "Hello there, world."},
        {"<speak>Hello <mark name='x'/>there, <prosody rate='100%'>world</prosody>.</speak>", "Hello there, world."},
        {"<speak>Hello <!-- no -->there, <audio src='y'>world</audio>.</speak>", "Hello there, world."}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        speak(&one, same[i][0], SSML_AUTO, 1000, 0);
        speak(&two, same[i][1], SSML_OFF, 1000, 0);
        assert_true(one.n > 8000 && is_same(&one, &two));
    }
    speak(&one, "It's 3 < 4 & \"fine\".", SSML_AUTO, 1000, 0);
    speak(&two, "It's 3 < 4 & \"fine\".", SSML_OFF, 1000, 0);
    assert_true(is_same(&one, &two));
}

static void breaks_last_as_asked(void **state) {
    (void)state;
    static const char *const form[] = {"<speak>one big <break time='%dms'/> red house</speak>",
                                       "<speak>That is all. <break time='%dms'/>Good night.</speak>",
                                       "<speak>That is all.<break time='%dms'/></speak>", "<speak><break time='%dms'/>That is all.</speak>"};
    char text[128];
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        size_t n[3];
        for (int k = 0; k < 3; k++) {
            snprintf(text, sizeof text, form[i], 1000 + 1000 * k);
            speak(&one, text, SSML_AUTO, 1000, 0);
            n[k] = one.n;
        }
        assert_int_equal(n[1] - n[0], 16000);
        assert_int_equal(n[2] - n[1], 16000);
    }
    speak(&one, "<speak>That is all. <break time='2s'/>Good night.</speak>", SSML_AUTO, 1000, 0);
    speak(&two, "<speak>That is all. <break time='1s'/>\xF0\x9F\x99\x82 <break time='1s'/>Good night.</speak>", SSML_AUTO, 1000, 0);
    assert_int_equal(one.n, two.n); /* the pause of the first sentence's end counts once */
    speak(&one, "<speak><break time='2s'/></speak>", SSML_AUTO, 1000, 0);
    assert_in_range(one.n, 32000, 32000 + 1600);
    assert_true(loudness(&one) < 0.02f);
    speak(&one, "<speak> </speak>", SSML_AUTO, 1000, 0);
    assert_int_equal(one.n, 0);
}

static void prosody_is_heard(void **state) {
    (void)state;
    speak(&one, "This is what I wanted to say.", SSML_OFF, 1000, 0);
    speak(&two, "<speak><prosody rate='50%'>This is what I wanted to say.</prosody></speak>", SSML_AUTO, 1000, 0);
    assert_true(two.n > one.n * 17 / 10 && two.n < one.n * 23 / 10);
    speak(&two, "<speak><prosody volume='-12dB'>This is what I wanted to say.</prosody></speak>", SSML_AUTO, 1000, 0);
    assert_int_equal(two.n, one.n);
    assert_true(fabsf(loudness(&two) / loudness(&one) - 0.251f) < 0.02f);
    speak(&two, "<speak><prosody volume='+12dB'>This is what I wanted to say.</prosody></speak>", SSML_AUTO, 1000, 0);
    for (size_t i = 0; i < two.n; i++) assert_true(fabsf(two.pcm[i]) < 1.0f);
    speak(&two, "<speak><prosody pitch='+4st'>This is what I wanted to say.</prosody></speak>", SSML_AUTO, 1000, 0);
    assert_true(two.n == one.n && !is_same(&one, &two));
}

static void many_marks_and_long_words_are_survived(void **state) {
    (void)state;
    static char text[6000];
    size_t n = 0;
    n += (size_t)sprintf(text, "<speak>");
    for (int i = 0; i < 90; i++) n += (size_t)sprintf(text + n, "<prosody pitch='+%dst'>a </prosody>b ", i % 5);
    for (int i = 0; i < 40; i++) n += (size_t)sprintf(text + n, "<break time='10ms'/>!");
    for (int i = 0; i < 90; i++) n += (size_t)sprintf(text + n, "x");
    sprintf(text + n, "</speak>");
    speak(&one, text, SSML_AUTO, 100, 3);
    assert_true(one.n > 16000 && one.clauses > 1);
    speak(&two, text, SSML_AUTO, 1, 0);
    assert_true(is_same(&one, &two));
}

/* How far the last four voiced frames are above the lowest of the last half, semitones. */
static float rise(const sound *s) {
    static float voiced[FRAMES];
    size_t n = 0;
    float end = 0, low = 1000;
    for (size_t i = 0; i < s->frames; i++)
        if (s->pitch[i] > 0) voiced[n++] = s->pitch[i];
    assert_true(n > 20);
    for (size_t i = n - 4; i < n; i++) end += voiced[i] / 4;
    for (size_t i = n / 2; i < n; i++) low = fminf(low, voiced[i]);
    return end - low;
}

static void questions_rise_and_statements_fall(void **state) {
    (void)state;
    static const char *const pair[][2] = {{"Is it going to rain tomorrow?", "It is going to rain tomorrow."},
                                          {"Do you want the light on?", "I do want the light on."},
                                          {"Can you hear me now?", "I can hear you now."}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        speak(&one, pair[i][0], SSML_OFF, 1000, 0);
        speak(&two, pair[i][1], SSML_OFF, 1000, 0);
        print_message("end above the lowest, semitones: %+.2f asked, %+.2f told\n", (double)rise(&one), (double)rise(&two));
        assert_true(rise(&one) > rise(&two) + 2);
    }
    speak(&one, "What are you doing tomorrow?", SSML_OFF, 1000, 0); /* a wh-question falls */
    speak(&two, "Are you doing it tomorrow?", SSML_OFF, 1000, 0);
    print_message("wh-question %+.2f, yes or no %+.2f\n", (double)rise(&one), (double)rise(&two));
    assert_true(rise(&two) > rise(&one) + 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_arrival_gives_the_same_bits),
        cmocka_unit_test(plain_markup_changes_nothing),
        cmocka_unit_test(breaks_last_as_asked),
        cmocka_unit_test(prosody_is_heard),
        cmocka_unit_test(questions_rise_and_statements_fall),
        cmocka_unit_test(many_marks_and_long_words_are_survived),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
