/* test_prosody: control of every phone of the shipped voice, measured in what comes out: pitch, length, loudness, contours of questions. */
#include "tests/tts_common.h"
#include "models/tts/phonemes.h"
#include "models/tts/phoneset.h"
#include "models/tts/prosody.h"

#define PACK "models/packs/nano/tts.gguf"
enum { MOST = 2048, ROOM_MEL = 256, PHONES = 64 };

typedef struct spoken { /* what a clause gave */
    uint32_t frames, start[PHONES];
    float mel[MOST * ROOM_MEL];
    acoustic_voice voice[MOST];
} spoken;

static acoustic voice;
static tts_room room;
static spoken one, two;

/* "is it coming tomorrow" and how it ends */
static const char *const words[] = {"SIL IH1 Z WB IH1 T WB K AH1 M IH0 NG WB T AH0 M AA1 R OW0", "SIL D UW1 WB Y UW1 WB N OW1",
                                    "SIL HH AE1 Z WB SH IY1 WB L EH1 F T WB Y EH1 T", "SIL W UH1 D WB Y UW1 WB L AY1 K WB K AO1 F IY0"};

static uint32_t phones_of(uint8_t *out, const char *names, uint8_t end) {
    uint32_t n = 0;
    for (const char *at = names; *at; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");
        const int pause = strncmp(at, "SIL", 3) == 0, gap = strncmp(at, "WB", 2) == 0;
        out[n++] = (uint8_t)(pause ? PHONE_SIL : gap ? PHONE_WB : phonemes_id(at, len));
        assert_true(out[n - 1] > 0 && n < PHONES - 1);
        at += len;
    }
    out[n++] = end;
    return n;
}

static void speak(spoken *s, const uint8_t *phones, uint32_t n, const acoustic_style *style, const acoustic_control *each, uint32_t chunk) {
    uint32_t got;
    memset(s, 0, sizeof *s);
    assert_int_equal(acoustic_start(&voice, phones, n, style, each), 0);
    while ((got = acoustic_step(&voice, s->mel + (size_t)s->frames * voice.mel, s->voice + s->frames, chunk)) > 0) {
        s->frames += got;
        assert_true(s->frames + chunk <= MOST);
    }
    for (uint32_t i = 0; i < n; i++) assert_int_equal(acoustic_phone_start(&voice, i, &s->start[i]), 1);
    s->start[n] = s->frames;
}

/* Mean semitones above 1 Hz of the voiced frames from..to; 0 when there are none. */
static float mean_pitch(const spoken *s, uint32_t from, uint32_t to) {
    float sum = 0, count = 0;
    for (uint32_t t = from; t < to && t < s->frames; t++)
        if (s->voice[t].voiced > 0) sum += 12.0f * log2f(s->voice[t].f0), count++;
    return count > 0 ? sum / count : 0;
}

static uint32_t last_vowel(const uint8_t *phones, uint32_t n) {
    while (n-- > 0 && !phoneset_is_vowel(phones[n])) {}
    return n;
}

static void pitch_moves_by_semitones(void **state) {
    (void)state;
    uint8_t phones[PHONES];
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        const uint32_t n = phones_of(phones, words[w], PHONE_SIL);
        speak(&one, phones, n, NULL, NULL, 4);
        for (int shift = -6; shift <= 6; shift += 2) {
            const acoustic_style style = {1, (float)shift, 1, 0};
            speak(&two, phones, n, &style, NULL, 4);
            const float moved = mean_pitch(&two, 0, two.frames) - mean_pitch(&one, 0, one.frames);
            print_message("asked %+d semitones: %+.2f, %u frames\n", shift, (double)moved, two.frames);
            assert_int_equal(two.frames, one.frames);
            assert_true(fabsf(moved - (float)shift) <= 1.0f + 0.25f * fabsf((float)shift));
            if (shift == 0) assert_memory_equal(&one, &two, sizeof one);
        }
    }
}

static void questions_rise(void **state) {
    (void)state;
    uint8_t phones[PHONES];
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        acoustic_control each[PHONES] = {0};
        uint32_t n = phones_of(phones, words[w], PHONE_SIL);
        prosody_question(each, phones, n);
        for (uint32_t i = 0; i < n; i++) assert_true(each[i].pitch == 0 && each[i].glide == 0); /* a statement is left alone */
        speak(&one, phones, n, NULL, each, 4);
        phones[n - 1] = PHONE_QUE;
        prosody_question(each, phones, n);
        speak(&two, phones, n, NULL, each, 4);
        const uint32_t v = last_vowel(phones, n), half1 = (one.start[v] + one.start[v + 1]) / 2, half2 = (two.start[v] + two.start[v + 1]) / 2;
        const float told = mean_pitch(&one, half1, one.start[n - 1]) - mean_pitch(&one, 0, one.start[v]);
        const float asked = mean_pitch(&two, half2, two.start[n - 1]) - mean_pitch(&two, 0, two.start[v]);
        print_message("end against before, semitones: statement %+.2f, question %+.2f\n", (double)told, (double)asked);
        assert_true(asked > told + 2.0f);
        assert_true(asked > 0.0f);
    }
}

/* The contour climbs without a step: each phone begins where the one before ended. */
static void the_contour_is_continuous(void **state) {
    (void)state;
    uint8_t phones[PHONES];
    acoustic_control each[PHONES] = {0};
    const uint32_t n = phones_of(phones, words[0], PHONE_QUE);
    uint32_t from = n - 1;
    prosody_question(each, phones, n);
    while (from > 0 && (each[from - 1].pitch || each[from - 1].glide)) from--;
    assert_int_equal(phones[from], phonemes_id("AA1", 3));
    for (uint32_t i = from; i + 1 < n; i++) assert_int_equal(each[i].pitch + each[i].glide, each[i + 1].pitch);
    assert_int_equal(each[n - 1].pitch, 600);
    const uint8_t short_one[] = {PHONE_SIL, 5, PHONE_QUE}, none[] = {PHONE_QUE};
    memset(each, 0, sizeof each);
    prosody_question(each, short_one, 3); /* no vowel */
    prosody_question(each, none, 1);
    prosody_question(each, none, 0);
    for (uint32_t i = 0; i < PHONES; i++) assert_int_equal(each[i].pitch, 0);
}

static void pauses_last_as_asked(void **state) {
    (void)state;
    static const uint16_t ms[] = {1, 10, 250, 1500, 10000};
    uint8_t phones[PHONES];
    const uint32_t n = phones_of(phones, "SIL HH AH0 L OW1 SIL W ER1 L D", PHONE_SIL);
    for (size_t i = 0; i < sizeof ms / sizeof *ms; i++) {
        acoustic_control each[PHONES] = {0};
        const acoustic_style style = {1.5f, 0, 2, 0};
        each[5].pause = ms[i];
        speak(&one, phones, n, &style, each, 4);
        assert_int_equal(one.start[6] - one.start[5], (ms[i] + 9) / 10);
    }
    const acoustic_style none = {1, 0, 0, 0}, twice = {1, 0, 2, 0};
    speak(&one, phones, n, &none, NULL, 4);
    assert_int_equal(one.start[6] - one.start[5], 1);
    speak(&one, phones, n, NULL, NULL, 4);
    speak(&two, phones, n, &twice, NULL, 4);
    const uint32_t once = one.start[6] - one.start[5], doubled = two.start[6] - two.start[5];
    assert_true(doubled + 2 >= 2 * once && doubled <= 2 * once + 2);
    assert_int_equal(one.start[5] - one.start[1], two.start[5] - two.start[1]);
}

static void rate_and_gain_hold_for_their_phones(void **state) {
    (void)state;
    uint8_t phones[PHONES];
    acoustic_control each[PHONES] = {0};
    const uint32_t n = phones_of(phones, words[0], PHONE_SIL), from = 8, to = 13;
    speak(&one, phones, n, NULL, NULL, 4);
    for (uint32_t i = from; i < to; i++) each[i] = (acoustic_control){.rate = 50, .gain = i == 9 ? ACOUSTIC_SILENT : 600, .energy = 100};
    speak(&two, phones, n, NULL, each, 4);
    const uint32_t was = one.start[to] - one.start[from], is = two.start[to] - two.start[from];
    assert_true(is * 10 > was * 17 && is * 10 < was * 23);
    assert_int_equal(two.start[from], one.start[from]);
    assert_int_equal(two.frames - two.start[to], one.frames - one.start[to]);
    for (uint32_t t = 0; t < two.frames; t++) {
        const int in = t >= two.start[from] && t < two.start[to], mute = t >= two.start[9] && t < two.start[10];
        assert_true(fabsf(two.voice[t].gain - (mute ? 0.0f : in ? 1.9953f : 1.0f)) < 1e-3f);
    }
    speak(&one, phones, n, NULL, each, 1); /* law 2, with every kind of control */
    assert_memory_equal(&one, &two, sizeof one);
    memset(each, 0x7F, sizeof each); /* far out of range: taken to the nearest */
    speak(&one, phones, n, NULL, each, 4);
    memset(each, 0x80, sizeof each);
    speak(&one, phones, n, NULL, each, 4);
}

static int setup(void **state) {
    (void)state;
    acoustic_open(&voice, &room, PACK);
    return voice.mel > ROOM_MEL;
}

static int teardown(void **state) {
    (void)state;
    room_close(&room);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pitch_moves_by_semitones),
        cmocka_unit_test(questions_rise),
        cmocka_unit_test(the_contour_is_continuous),
        cmocka_unit_test(pauses_last_as_asked),
        cmocka_unit_test(rate_and_gain_hold_for_their_phones),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
