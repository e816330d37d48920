/* How the voice speaks, by the command's options: what each does to the sound, and each mistake with one clear line and its exit code. */
#include "tests/cli.h"
#include <math.h>
#include <sndfile.h>

#define TEXT "'Good morning, everybody. This is how it sounds.'"
enum { MOST = 16000 * 30 };

typedef struct wave {
    sf_count_t samples;
    float loudness, peak; /* root mean square, largest */
    float pcm[MOST];
} wave;

static wave plain, other;

static void say(wave *w, const char *args) {
    char line[1024];
    SF_INFO info = {0};
    double sum = 0;
    snprintf(line, sizeof line, "$S say --out $T/a.wav %s", args);
    expect(line, 0, "");
    snprintf(line, sizeof line, "%s/a.wav", folder);
    SNDFILE *f = sf_open(line, SFM_READ, &info);
    assert_non_null(f);
    w->samples = sf_readf_float(f, w->pcm, MOST);
    sf_close(f);
    w->peak = 0;
    for (sf_count_t i = 0; i < w->samples; i++) {
        sum += (double)w->pcm[i] * w->pcm[i];
        w->peak = fmaxf(w->peak, fabsf(w->pcm[i]));
    }
    w->loudness = (float)sqrt(sum / (double)(w->samples + !w->samples));
}

static int is_same(const wave *a, const wave *b) {
    return a->samples == b->samples && memcmp(a->pcm, b->pcm, (size_t)a->samples * sizeof *a->pcm) == 0;
}

static void options_change_the_sound(void **state) {
    (void)state;
    say(&plain, TEXT);
    say(&other, "--speed 1 --pitch 0 --volume 1 --pauses 1 --voice 0 " TEXT);
    assert_true(is_same(&plain, &other));
    say(&other, "--speed 2 " TEXT);
    assert_true(other.samples * 10 > plain.samples * 4 && other.samples * 10 < plain.samples * 7);
    say(&other, "--pauses 0 " TEXT);
    assert_true(other.samples < plain.samples - 1600);
    say(&other, "--pauses=3 " TEXT);
    assert_true(other.samples > plain.samples + 1600);
    say(&other, "--pitch -5 " TEXT);
    assert_true(other.samples == plain.samples && !is_same(&plain, &other));
    say(&other, "--volume 0.5 " TEXT);
    assert_true(other.samples == plain.samples && fabsf(other.loudness / plain.loudness - 0.5f) < 0.03f);
    say(&other, "--volume 2 " TEXT);
    assert_true(other.loudness > 1.3f * plain.loudness && other.peak < 0.9999f);
    say(&other, "--volume 0 " TEXT);
    assert_true(other.samples == plain.samples && other.peak == 0);
    expect("$S run --in tests/golden/questions/demo.wav --out $T/b.wav --speed 1.5 --pitch 2 --volume 0.5 --pauses 0.5", 0, "wrote");
}

static void options_out_of_range(void **state) {
    static const char *const bad[][2] = {{"--speed 0", "--speed 0: expected 0.5 to 2"},
                                         {"--speed nan", "--speed nan: expected a number"},
                                         {"--pitch 7", "--pitch 7: expected -6 to 6"},
                                         {"--volume -1", "--volume -1: expected 0 to 2"},
                                         {"--pauses 5", "--pauses 5: expected 0 to 4"}};
    char line[128];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(line, sizeof line, "$S say %s --out $T/a.wav hi", bad[i][0]);
        expect(line, 2, bad[i][1]);
        snprintf(line, sizeof line, "$S run %s --in tests/golden/questions/demo.wav", bad[i][0]);
        expect(line, 2, bad[i][1]);
    }
    expect("$S say --voice 99 --out $T/a.wav hi", 1, "config.voice: is 99, expected less than");
    expect("$S say --voice 4294967296 --out $T/a.wav hi", 1, "config.voice: is 4294967295, expected less than");
    expect("$S say --voice nobody --out $T/a.wav hi", 1, "config.voice_name: no voice \"nobody\" in ");
    expect("$S say --voice '' --out $T/a.wav hi", 1, "config.voice_name: no voice \"\" in ");
    expect("$S run --voice -1 --in tests/golden/questions/demo.wav", 1, "config.voice_name: no voice \"-1\" in ");
}

static void own_words_are_said(void **state) {
    (void)state;
    say(&plain, "'{S OW1 T OW0} is here.'");
    run("printf '# names\\nSotto S OW1 T OW0\\n' > $T/words.txt");
    say(&other, "--lexicon $T/words.txt 'sotto is here.'");
    assert_true(is_same(&plain, &other));
    say(&other, "'{s \xCB\x88oʊ t oʊ} is here.'");
    assert_true(other.samples > 0);
    say(&other, "'sotto is here.'");
    assert_false(is_same(&plain, &other));
    expect("printf 'good G UH1 D\\nbad B XX D\\n' > $T/bad.txt; $S say --lexicon $T/bad.txt --out $T/a.wav hi", 1,
           "bad.txt:2: \"XX\" is no phone: expected ARPABET");
    expect("$S run --lexicon $T/bad.txt --in tests/golden/questions/demo.wav", 1, "bad.txt:2: \"XX\" is no phone");
    expect("$S say --lexicon $T/none.txt --out $T/a.wav hi", 1, "none.txt");
    expect("$S say --lexicon $T --out $T/a.wav hi", 1, "sotto: ");
    expect("head -c 999 models/packs/nano/g2p.gguf > $T/noise.txt; $S say --lexicon $T/noise.txt --out $T/a.wav hi", 1, "noise.txt");
}

static void phones_by_hand(void **state) {
    (void)state;
    expect("$S say --out $T/a.wav 'say {HH AH0 L QQ} now'", 1, "{HH AH0 L QQ}: expected phones between the braces");
    expect("$S say --out $T/a.wav 'say {} now'", 1, "{}: expected phones");
    say(&other, "'an open { brace'");
    assert_true(other.samples > 8000);
}

static void markup_is_read(void **state) {
    (void)state;
    say(&plain, "'<speak>one big <break time=\"1s\"/> house</speak>'");
    say(&other, "'<speak>one big <break time=\"3s\"/> house</speak>'");
    assert_int_equal(other.samples - plain.samples, 32000);
    say(&plain, "'Rock & roll, a < b.'");
    say(&other, "--ssml 'Rock &amp; roll, a < b.'");
    assert_true(is_same(&plain, &other));
    run("printf '<speak>\\n  <p>This is line one,\\nand more.</p>\\n</speak>\\n' > $T/a.ssml");
    say(&other, "--ssml < $T/a.ssml");
    assert_true(other.samples > 16000);
    run("{ printf '<speak>'; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf '<s>This is a sentence with its number, which is %d.</s> ' $i; done; "
        "echo '</speak>'; } > $T/b.ssml");
    say(&other, "--ssml < $T/b.ssml");
    assert_true(other.samples > 16000 * 20);
    expect("$S say --out $T/a.wav \"$(cat $T/b.ssml)\"", 0, "");
    expect("$S say --out $T/a.wav \"$(printf '\\357\\273\\277'; cat $T/b.ssml)\"", 0, ""); /* longer than a piece: read whole, not cut */
    expect("$S say --out $T/a.wav '<speak>a <audio src=\"x\"/>b</speak>'", 0, "ssml: audio: not supported, passed over");
    expect("$S say --ssml --out $T/a.wav < /dev/null", 1, "standard input: is empty");
    expect("head -c 9000 /dev/zero | tr '\\000' a | $S say --ssml --out $T/a.wav", 1, "a text of 9000 bytes: expected UTF-8 of 1 to 4095 bytes");
    expect("$S run --ssml --in tests/golden/questions/demo.wav --out $T/b.wav", 0, "wrote");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_change_the_sound), cmocka_unit_test(options_out_of_range), cmocka_unit_test(own_words_are_said),
        cmocka_unit_test(phones_by_hand),           cmocka_unit_test(markup_is_read),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
