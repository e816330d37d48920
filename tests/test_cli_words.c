/* Words and their times by the command: lines, WebVTT, SubRip, JSON; several texts one behind the other; mistakes with their exit codes. */
#include "tests/cli.h"

#define SAY "$S say --out $T/a.wav "

/* The times of "--words" lines: each word after the one before, the last one inside the sound. */
static void words_have_times_in_the_whole_sound(void **state) {
    double begin, end, last = 0;
    char word[64];
    int count = 0;
    (void)state;
    expect(SAY "--words 'Is it 10:42?' 'Done.' 'Done.' 'Done.'", 0, "10:42?");
    for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"), count++) {
        assert_int_equal(sscanf(line, "%lf %lf %63s", &begin, &end, word), 3);
        assert_true(begin >= last && end > begin);
        last = end;
    }
    assert_int_equal(count, 6);
    assert_int_equal(run("wc -c < $T/a.wav"), 0);
    assert_true(last * 32000 < atof(output)); /* 2 bytes a sample */
}

static void captions_are_written(void **state) {
    (void)state;
    expect(SAY "--captions $T/a.vtt 'Is it <10:42> & late? Yes.' && cat $T/a.vtt", 0, "WEBVTT\n\n00:00:0");
    assert_non_null(strstr(output, "&lt;10:42&gt; "));
    assert_non_null(strstr(output, "\nYes.\n"));
    assert_non_null(strstr(output, ">it <00:00:0"));
    expect(SAY "--captions $T/a.srt 'Is it late? Yes.' && cat $T/a.srt", 0, "1\n00:00:00,");
    assert_non_null(strstr(output, "\nIs it late?\n\n2\n"));
    expect(SAY "--captions - 'Yes.'", 0, "WEBVTT");
    expect("$S say --out - --words 'Yes.' >/dev/null", 0, "Yes."); /* the sound has stdout, so words go to stderr */
}

static void json_tells_words_and_the_lead(void **state) {
    (void)state;
    expect(SAY "--json 'It is late.'", 0, "\"event\":\"word-end\"");
    assert_non_null(strstr(output, "\"word\":\"late.\",\"begin_ms\":"));
    assert_non_null(strstr(output, "\"tts\":{\"margin_min_ms\":"));
    assert_non_null(strstr(output, "\"tts.first\":{"));
    expect(SAY "--json 'Done.' 'Done.' 'Done.'", 0, "\"tts.kept\":{");
    expect("$S run --in tests/golden/questions/demo.wav --words", 0, "word-end");
    expect(SAY "--stages 'It is late.'", 0, "sound ahead of the loudspeaker: least ");
}

static void mistakes_are_told(void **state) {
    (void)state;
    expect(SAY "--captions $T/none/a.vtt 'Yes.'", 1, "none/a.vtt: No such file");
    expect("$S say --out - --captions - 'Yes.' >/dev/null", 2, "stdout is taken");
    expect(SAY "--json --captions - 'Yes.'", 2, "stdout is taken");
    expect(SAY "--captions /dev/full 'Yes.'", 1, "/dev/full: the captions could not be written");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_times_in_the_whole_sound),
        cmocka_unit_test(captions_are_written),
        cmocka_unit_test(json_tells_words_and_the_lead),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
