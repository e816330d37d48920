/* test_ssml: marked-up text: what becomes of every element, of broken markup and of any bytes. What is heard of it: test_ssml_speech. */
#include "tests/random_text.h"
#include "tests/tts_common.h"
#include "models/tts/ssml.h"
#include "runtime/base/fmt.h"

enum { TEXT = 8192 };

/* ---- the reader alone: text with its marks in [] ---- */

static void show_mark(char *out, size_t *n, const ssml_mark *m) {
    *n += fmt_put(out + *n, TEXT - *n, "[%u %d %d %u]", m->way.rate, m->way.pitch, m->way.gain, m->pause);
}

static void pull_all(ssml *x, char *out, size_t *n, uint32_t *dense) {
    ssml_mark m;
    char ch;
    while (ssml_pull(x, &ch)) {
        const int blank = ch == ' ' || ch == '\n';
        while (!blank && ssml_next_mark(x, *dense + 1, &m)) show_mark(out, n, &m);
        assert_true(*n + 64 < TEXT);
        out[(*n)++] = ch;
        *dense += !blank;
    }
    out[*n] = 0;
}

static const char *read_as(ssml *x, ssml_mode mode, const char *text, size_t len) {
    static char out[TEXT];
    size_t n = 0;
    uint32_t dense = 0;
    ssml_mark m;
    ssml_reset(x, mode, 200);
    for (size_t i = 0; i < len; i++) {
        ssml_push(x, text[i]);
        pull_all(x, out, &n, &dense);
    }
    ssml_finish(x);
    pull_all(x, out, &n, &dense);
    while (ssml_next_mark(x, UINT32_MAX, &m)) show_mark(out, &n, &m);
    out[n] = 0;
    return out;
}

static const struct {
    const char *text, *plain;
} cases[] = {
    {"hello", "hello"},
    {"<speak>hello</speak>", "hello\n"},
    {"<speak><p><s>One.</s><s>Two</s></p>Three</speak>", "One.\nTwo\n[100 0 0 700]Three\n"},
    {"a<break time='500ms'/>b", "a [100 0 0 500]b"},
    {"a <break time=\"1.5s\"/> b", "a  [100 0 0 1500]b"},
    {"a. <break/>b<break strength=\"strong\"/>c<break strength='none'/>d", "a. [100 0 0 400]b [100 0 0 700]c [100 0 0 1]d"},
    {"a<break time='99s'/>b", "a [100 0 0 10000]b"},
    {"a <break/>, <break/>b", "a , [100 0 0 800]b"},
    {"end.<break time='1s'/>", "end.[100 0 0 1000]"},
    {"<prosody rate='80%'>a <prosody rate='50%' pitch='+2st'>b</prosody> c</prosody> d", "[80 0 0 0]a [40 200 0 0]b [80 0 0 0]c [100 0 0 0]d"},
    {"<prosody rate='fast' pitch='x-low' volume='soft'>a</prosody>", "[130 -600 -600 0]a"},
    {"<prosody rate='1.2' volume='+3dB' pitch='-1.5st'>a</prosody>", "[120 -150 300 0]a"},
    {"<prosody rate='+10%'>a</prosody> <prosody pitch='+10%'>b</prosody> <prosody pitch='400Hz'>c</prosody>",
     "[110 0 0 0]a [100 165 0 0]b [100 1200 0 0]c"},
    {"<prosody rate='10%' volume='+99dB' pitch='+50st'>a</prosody>", "[25 1200 1200 0]a"},
    {"<prosody volume='silent'>a</prosody>b", "[100 0 -9600 0]ab"},
    {"(<emphasis>very</emphasis>) <emphasis level=\"strong\">big</emphasis> <emphasis level='reduced'>x</emphasis> y",
     "([92 100 150 0]very) [85 200 300 0]big [110 -100 -300 0]x [100 0 0 0]y"},
    {"un<emphasis>believ</emphasis>able", "unbelievable"},
    {"\xE2\x80\x9C<emphasis>so</emphasis>\xE2\x80\x9D he", "\xE2\x80\x9C[92 100 150 0]so\xE2\x80\x9D [100 0 0 0]he"},
    {"<say-as interpret-as='characters'>aB1.</say-as>, x", "{EY1} {B IY1} one dot, x"},
    {"my<say-as interpret-as=\"spell-out\">ok</say-as>go", "my {OW1} {K EY1} go"},
    {"<say-as interpret-as='digits'>4 07</say-as>.", "four zero seven."},
    {"<say-as interpret-as='telephone'>+1 (415) 555-0100</say-as>", "plus one, four one five, five five five, zero one zero zero"},
    {"<say-as interpret-as='cardinal'>1984</say-as> <say-as interpret-as='cardinal'>-1234567</say-as>", "1,984 minus 1,234,567"},
    {"<say-as interpret-as='cardinal'>3.5 x</say-as> <say-as interpret-as='cardinal'>none</say-as>", "3.5 x none"},
    {"<say-as interpret-as='ordinal'>1</say-as> <say-as interpret-as='ordinal'>12</say-as> <say-as interpret-as='ordinal'>23rd</say-as>",
     "1st 12th 23rd"},
    {"<say-as interpret-as='date' format='mdy'>11/21/26</say-as>", "November 21 2026"},
    {"<say-as interpret-as='date' format='dmy'>5.3.1999</say-as>", "March 5 1999"},
    {"<say-as interpret-as='date' format='ymd'>2026-11-21</say-as> <say-as interpret-as='date' format='d'>3</say-as>", "November 21 2026 3rd"},
    {"<say-as interpret-as='date' format='mdy'>21/21/26</say-as> <say-as interpret-as='date'>2026-11-21</say-as>", "21/21/26 2026-11-21"},
    {"<say-as interpret-as='date' format='my'>11/2026</say-as> <say-as interpret-as='time'>10:42</say-as>", "November 2026 10:42"},
    {"<say-as interpret-as='unit'>5 in</say-as> <say-as interpret-as='currency'>USD 12.50</say-as>", "5in $12.50"},
    {"<phoneme alphabet='ipa' ph='s\xCB\x88o\xCA\x8Ato\xCA\x8A'>sotto</phoneme>!", "{s\xCB\x88o\xCA\x8Ato\xCA\x8A}!"},
    {"<phoneme ph='&#x73;o'>x</phoneme> <phoneme ph='QQQ'>kept</phoneme> <phoneme ph='o'/>kept", "{so} kept {o} kept"},
    {"<sub alias=\"World Wide Web Consortium\">W3C</sub>'s <sub>kept</sub>", "World Wide Web Consortium's kept"},
    {"a &amp; b &lt;c&gt; &quot;d&apos; &#233; &#xE9;", "a & b <c> \"d' \xC3\xA9 \xC3\xA9"},
    {"AT&T &nope; & &#0; &#x110000; &amp", "AT&T &nope; & &#0; &#x110000; &amp"},
    {"a <!-- b <break/> --> c <![CDATA[<d> & ]] e]]> f", "a  c <d> & ]] e f"},
    {"<?xml version='1.0'?><!DOCTYPE speak><speak\n version='1.1'>a</speak>", "a\n"},
    {"<audio src='x'>b</audio> <voice name=\"y\">c</voice> <mark name='m'/>d", "b c d"},
    {"a < b <3 <> <", "a < b <3 <> <"},
    {"<break time='5x'/>a <prosody rate='quick'>b</prosody>", "[100 0 0 400]a b"},
    {"</prosody>a</emphasis> <prosody rate='50%'>b <emphasis level='none'>c</prosody> d", "a [50 0 0 0]b c [100 0 0 0]d"},
    {"<sub alias='x'>never closed<p>text</p>", "x\n[100 0 0 700]text\n"},
    {"<say-as interpret-as='ordinal'>7<break/>b</say-as> c", "7th [100 0 0 400]b c"},
    {"<emphasis level=\"strong>a</emphasis> b <s>c", "<emphasis level=\"strong>a b \nc"},
    {"x <emphasis", "x <emphasis"},
    {"<P>A</P>", "A"},
};

static void elements_become_text_and_marks(void **state) {
    (void)state;
    static ssml x;
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = read_as(&x, SSML_ON, cases[i].text, strlen(cases[i].text));
        if (strcmp(got, cases[i].plain) != 0) print_error("%s\n  want %s\n  got  %s\n", cases[i].text, cases[i].plain, got), wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void only_what_begins_as_markup_is(void **state) {
    (void)state;
    static ssml x;
    static const char *const plain[] = {"a <break/> b &amp; c", "<b>bold</b>", "<spear>", "", " <", "\xEF\xBB", "\n<spea", "<?x"};
    static const char mark[] = "\xEF\xBB\xBF \n<speak>a&amp;b</speak>", xml[] = "<?xml version='1.0'?><speak>a</speak>";
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assert_string_equal(read_as(&x, SSML_AUTO, plain[i], strlen(plain[i])), plain[i]);
        assert_string_equal(read_as(&x, SSML_OFF, plain[i], strlen(plain[i])), plain[i]);
        assert_int_equal(x.mode, SSML_OFF);
    }
    assert_string_equal(read_as(&x, SSML_AUTO, mark, strlen(mark)), "a&b\n");
    assert_string_equal(read_as(&x, SSML_AUTO, xml, strlen(xml)), "a\n");
    assert_string_equal(read_as(&x, SSML_OFF, "a\x1F\x01\tb\nc", 7), "a   b\nc");
}

static void what_is_not_supported_is_told_once(void **state) {
    (void)state;
    static ssml x;
    static const char *const odd[][2] = {{"<audio src='a'/>", "audio"},
                                         {"<prosody contour='(0%,+20Hz)' rate='80%'>a</prosody>", "prosody contour"},
                                         {"<say-as interpret-as='music'>a</say-as>", "say-as music"},
                                         {"<break time='soon'/>", "break time soon"},
                                         {"<phoneme ph='QQQ'>a</phoneme>", "phoneme ph QQQ"}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        read_as(&x, SSML_ON, odd[i][0], strlen(odd[i][0]));
        const char *told = ssml_odd(&x);
        assert_non_null(told);
        assert_string_equal(told, odd[i][1]);
        assert_null(ssml_odd(&x));
    }
    for (size_t i = 0; i < 30; i++) {
        if (strstr(cases[i].text, "QQQ") || strstr(cases[i].text, "none</say")) continue;
        read_as(&x, SSML_ON, cases[i].text, strlen(cases[i].text));
        assert_null(ssml_odd(&x));
    }
}

static void nesting_is_bounded(void **state) {
    (void)state;
    static ssml x;
    char text[TEXT / 2], *at = text;
    for (int i = 0; i < 40; i++) at += sprintf(at, "<prosody pitch='+1st'>w ");
    for (int i = 0; i < 40; i++) at += sprintf(at, "</prosody>v ");
    const char *got = read_as(&x, SSML_ON, text, (size_t)(at - text));
    assert_non_null(strstr(got, "[100 800 0 0]w w w"));
    assert_null(strstr(got, "900"));
    assert_string_equal(got + strlen(got) - 13, "[100 0 0 0]v ");
}

/* Any bytes; pieces of markup in any order. No letter outside of tags is lost where nothing replaces it. */
static void any_bytes_are_taken(void **state) {
    (void)state;
    static const char *const piece[] = {"<speak>",
                                        "</speak>",
                                        "<p>",
                                        "</s>",
                                        "<break time='",
                                        "<prosody rate='",
                                        "'>",
                                        "/>",
                                        "<emphasis>",
                                        "</emphasis>",
                                        "</prosody>",
                                        "<say-as interpret-as='characters'>",
                                        "<say-as interpret-as='ordinal'>",
                                        "<say-as interpret-as='date' format='mdy'>",
                                        "</say-as>",
                                        "<phoneme ph='",
                                        "<sub alias='",
                                        "&amp;",
                                        "&#12",
                                        "<!--",
                                        "-->",
                                        "<![CDATA[",
                                        "]]",
                                        "]",
                                        "<",
                                        "&",
                                        "'",
                                        "\"",
                                        "word",
                                        " ",
                                        "12/3/45",
                                        "\xE2\x80\x94",
                                        "\xC3",
                                        "=",
                                        "{",
                                        "}",
                                        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"};
    static ssml x;
    static char text[2048];
    uint32_t seed = 5;
    for (int round = 0; round < 4000; round++) {
        size_t n = 0;
        while (n < 700) {
            const char *p = piece[next_random(&seed) % (sizeof piece / sizeof *piece)];
            if (next_random(&seed) % 8 == 0)
                text[n++] = (char)next_random(&seed);
            else
                memcpy(text + n, p, strlen(p)), n += strlen(p);
        }
        read_as(&x, (ssml_mode)(round % 3), text, n);
        assert_int_equal(x.mode == SSML_OFF || x.count == 0, 1);
    }
    const char *keep = "<x><y z='1' <zz>alpha &b; beta<s>gamma</p></p> delta <!x> <emphasis level=>epsilon</say-as>";
    const char *got = read_as(&x, SSML_ON, keep, strlen(keep));
    static const char *const word[] = {"alpha", "beta", "gamma", "delta", "epsilon"};
    for (size_t i = 0; i < 5; i++) assert_non_null(strstr(got, word[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_text_and_marks),
        cmocka_unit_test(only_what_begins_as_markup_is),
        cmocka_unit_test(what_is_not_supported_is_told_once),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(any_bytes_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
