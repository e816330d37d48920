/* norm_word: words, abbreviations, acronyms, spelled letters, Roman numerals after their cue.
 *
 * Capitals are spelled when they are at most four long (or have no vowel) and not a known word; a word without a vowel is
 * spelled in any case. A piece that is all capitals says nothing by them, so there only known acronyms are spelled.
 */
#include "models/tts/norm.h"
#include <string.h>

enum { ABBR_DOT = 1, ABBR_NUMBER = 2, ABBR_NAME = 4 }; /* needs its dot; needs a number after it; needs a capital after it */

static const struct abbreviation {
    const char *text, *words;
    int flags;
} abbreviations[] = {
    {"dr", "doctor", 0},
    {"mr", "mister", 0},
    {"mrs", "missus", 0},
    {"ms", "ms", ABBR_DOT},
    {"prof", "professor", ABBR_DOT},
    {"sr", "senior", ABBR_DOT},
    {"jr", "junior", 0},
    {"vs", "versus", 0},
    {"etc", "et cetera", 0},
    {"inc", "incorporated", ABBR_DOT},
    {"ltd", "limited", 0},
    {"corp", "corporation", ABBR_DOT},
    {"dept", "department", 0},
    {"approx", "approximately", 0},
    {"apt", "apartment", ABBR_DOT},
    {"ave", "avenue", ABBR_DOT},
    {"blvd", "boulevard", 0},
    {"rd", "road", ABBR_DOT},
    {"ln", "lane", ABBR_DOT},
    {"no", "number", ABBR_DOT | ABBR_NUMBER},
    {"nos", "numbers", ABBR_DOT | ABBR_NUMBER},
    {"vol", "volume", ABBR_DOT},
    {"fig", "figure", ABBR_DOT | ABBR_NUMBER},
    {"ch", "chapter", ABBR_DOT | ABBR_NUMBER},
    {"pp", "pages", ABBR_DOT | ABBR_NUMBER},
    {"p", "page", ABBR_DOT | ABBR_NUMBER},
    {"gov", "governor", ABBR_DOT | ABBR_NAME},
    {"gen", "general", ABBR_DOT | ABBR_NAME},
    {"sgt", "sergeant", 0},
    {"capt", "captain", ABBR_DOT},
    {"lt", "lieutenant", ABBR_DOT},
    {"col", "colonel", ABBR_DOT | ABBR_NAME},
    {"rev", "reverend", ABBR_DOT | ABBR_NAME},
    {"mt", "mount", ABBR_NAME},
    {"ft", "fort", ABBR_DOT | ABBR_NAME},
    {"misc", "miscellaneous", ABBR_DOT},
    {"temp", "temperature", ABBR_DOT},
    {"tel", "telephone", ABBR_DOT},
    {"ext", "extension", ABBR_DOT},
    {"min", "minutes", ABBR_DOT},
    {"max", "maximum", ABBR_DOT},
    {"mins", "minutes", 0},
    {"hrs", "hours", 0},
    {"hr", "hour", 0},
    {"secs", "seconds", 0},
    {"sec", "second", ABBR_DOT},
    {"est", "established", ABBR_DOT | ABBR_NUMBER},
    {"mon", "monday", ABBR_DOT},
    {"tue", "tuesday", 0},
    {"tues", "tuesday", 0},
    {"wed", "wednesday", ABBR_DOT},
    {"thu", "thursday", 0},
    {"thur", "thursday", 0},
    {"thurs", "thursday", 0},
    {"fri", "friday", 0},
    {"sat", "saturday", ABBR_DOT},
    {"sun", "sunday", ABBR_DOT},
    {"jan", "january", ABBR_DOT},
    {"feb", "february", 0},
    {"mar", "march", ABBR_DOT},
    {"apr", "april", ABBR_DOT},
    {"jun", "june", ABBR_DOT},
    {"jul", "july", ABBR_DOT},
    {"aug", "august", ABBR_DOT},
    {"sept", "september", 0},
    {"sep", "september", ABBR_DOT},
    {"oct", "october", 0},
    {"nov", "november", 0},
    {"dec", "december", ABBR_DOT},
    {"tbsp", "tablespoon", 0},
    {"tsp", "teaspoon", 0},
    {"oz", "ounces", 0},
    {"lbs", "pounds", 0},
    {"ok", "okay", 0},
    {"wifi", "wi fi", 0},
    {"pls", "please", 0},
    {"thx", "thanks", 0},
    {"btw", "by the way", 0},
    {"mph", "miles per hour", 0},
    {"kg", "kilograms", 0},
    {"km", "kilometers", 0},
    {"cm", "centimeters", 0},
    {"mm", "millimeters", 0},
};

static const char spoken_capitals[] =
    "nasa nato aids ram rom sim pin lan wan gif laser radar sonar scuba asap fifa opec unesco unicef nafta covid imax yolo "
    "i a an and are as at be but by can do for from go had has have he her hi him his how if in into is it its me my new no "
    "not now of off on one or our out see she so stop the they this to two up us was we what when who why will with yes yet "
    "you your all any ask bad big day did end far get good got help here just know last like long look made make more most "
    "must need next note off old only open over own put read run say set some sure take tell than that them then time turn "
    "very wait want warm week well went were wow oh ah ok hello";
static const char spelled_words[] = "tv tvs pc pcs cd cds dvd dvds usb gps url html http https pdf sms id ids ai diy atm faq ceo uk usa eu";
static const char voiceless_words[] = "hmm hm mm mmm shh sh psst pst brr tsk pfft nth ms";

static int has_vowel(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (strchr("aeiouy", norm_lower((unsigned char)text[i]))) return 1;
    return 0;
}

static size_t capitals(const char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += text[i] >= 'A' && text[i] <= 'Z';
    return count;
}

void norm_say_token(norm *n, const char *text, size_t len) {
    int spelled = len == 1 || norm_in_list(text, len, spelled_words) || (!has_vowel(text, len) && !norm_in_list(text, len, voiceless_words));
    if (spelled)
        norm_spell_text(n, text, len);
    else
        norm_say_text(n, text, len);
}

/* Number or capital that the abbreviation asks for, looked for past its dot and spaces. */
static int follows(const norm *n, size_t at, int flags) {
    size_t next = norm_skip_spaces(n, at);
    int c = norm_peek(n, next);
    if (flags & ABBR_NUMBER) return norm_is_digit(c);
    return !(flags & ABBR_NAME) || (c >= 'A' && c <= 'Z');
}

/* After a dot that ends an abbreviation: when nothing or a new sentence follows, it also ended the sentence. */
static void end_dot(norm *n, int strict) {
    size_t next = norm_skip_spaces(n, n->at);
    int c = norm_peek(n, next);
    if (next >= n->len || (strict && next > n->at && c >= 'A' && c <= 'Z')) norm_mark(n, '.');
}

/* "St." is a saint before a name and a street elsewhere. */
static int read_saint(norm *n, size_t len) {
    if (!norm_in_list(n->in + n->at, len, "st")) return 0;
    int dot = norm_peek(n, n->at + len) == '.', first = n->n == 0 || !norm_is_letter((unsigned char)n->out[n->n - 1]);
    size_t next = norm_skip_spaces(n, n->at + len + (size_t)dot);
    int capital = norm_peek(n, next) >= 'A' && norm_peek(n, next) <= 'Z';
    int street = !capital || (!first && n->at >= 2 && norm_is_digit(norm_peek(n, n->at - 2)));
    if (!dot && norm_peek(n, n->at) != 'S') return 0;
    norm_say(n, street ? "street" : "saint");
    n->at += len + (size_t)dot;
    if (dot && street) end_dot(n, 0);
    return 1;
}

static int read_abbreviation(norm *n, size_t len) {
    int dot = norm_peek(n, n->at + len) == '.';
    if (read_saint(n, len)) return 1;
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++) {
        const struct abbreviation *a = &abbreviations[i];
        if (strlen(a->text) != len || !norm_match(n, n->at, a->text)) continue;
        if (((a->flags & ABBR_DOT) && !dot) || !follows(n, n->at + len + (size_t)dot, a->flags)) continue;
        norm_say(n, a->words);
        n->at += len + (size_t)dot;
        if (dot)
            end_dot(n, !strcmp(a->text, "etc") || !strcmp(a->text, "inc") || !strcmp(a->text, "ltd") || !strcmp(a->text, "corp") ||
                           !strcmp(a->text, "ok"));
        return 1;
    }
    return 0;
}

/* "U.S.A.", "a.m.", "e.g.", "J. R. R." (single letters with dots) */
static int read_dotted_letters(norm *n) {
    size_t at = n->at, letters = 0;
    while (norm_is_letter(norm_peek(n, at)) && norm_peek(n, at + 1) == '.') at += 2, letters++;
    int next = norm_peek(n, at), after = norm_peek(n, at + 1);
    int tail = letters >= 1 && norm_is_letter(next) && !norm_is_letter(after) && !norm_is_digit(after) && after != '\'';
    int initial = letters == 1 && !tail && norm_peek(n, n->at) < 'a' && next == ' ' && after >= 'A' && after <= 'Z';
    if (letters + (size_t)tail < 2 && !initial) return 0;
    if (norm_match(n, n->at, "e.g"))
        norm_say(n, "for example");
    else if (norm_match(n, n->at, "i.e"))
        norm_say(n, "that is");
    else
        for (size_t i = n->at; i < at + (size_t)tail; i++) norm_spell(n, norm_peek(n, i));
    n->at = at + (size_t)tail;
    if (!tail && !initial) end_dot(n, 0);
    return 1;
}

/* Value of a Roman numeral of up to 39, 0 when it is none. */
static unsigned roman_value(const char *text, size_t len) {
    static const char *const ones[] = {"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"};
    size_t ten = 0;
    while (ten < len && ten < 3 && text[ten] == 'X') ten++;
    for (unsigned i = 0; i < 10; i++)
        if (strlen(ones[i]) == len - ten && memcmp(text + ten, ones[i], len - ten) == 0) return (unsigned)ten * 10 + i;
    return 0;
}

/* "Chapter IV", "World War II", "Henry VIII" (kings take ordinals). */
static int read_roman(norm *n, size_t len) {
    unsigned value = roman_value(n->in + n->at, len);
    int king = norm_last_in(n, "henry george charles louis elizabeth edward richard william james philip alexander pius paul francis");
    int part = norm_last_in(n, "chapter part volume act scene war title section book phase type class super bowl rocky appendix level");
    if (!value || (!king && !part) || (king && len == 1 && value == 1)) return 0;
    if (king) norm_say(n, "the");
    if (king)
        norm_ordinal(n, value);
    else
        norm_cardinal(n, value);
    n->at += len;
    return 1;
}

/* "CPUs", "TV's", "FBI's": capitals and a plural or possessive s, which joins the last letter. */
static int read_plural_acronym(norm *n, size_t len) {
    const char *text = n->in + n->at;
    size_t caps = capitals(text, len), body = len;
    if (len >= 3 && text[len - 1] == 's' && text[len - 2] == '\'')
        body = len - 2;
    else if (len >= 3 && text[len - 1] == 's')
        body = len - 1;
    if (body == len || caps != body || body < 2 || body > 5 || n->shout) return 0;
    if (norm_in_list(text, body, spoken_capitals)) return 0;
    norm_spell_text(n, text, body - 1);
    char last[4] = {text[body - 1], '\'', 's', 0};
    norm_say(n, last);
    n->at += len;
    return 1;
}

/* Said by its letters? See the head of the file. */
static int is_acronym(const norm *n, const char *text, size_t len) {
    if (norm_in_list(text, len, spelled_words)) return 1;
    if (memchr(text, '\'', len)) return 0;
    if (!has_vowel(text, len) && len > 1) return !norm_in_list(text, len, voiceless_words);
    if (capitals(text, len) != len || n->shout) return 0;
    return len <= 4 && !norm_in_list(text, len, spoken_capitals);
}

/* One letter: "a" and "I" are words, others are spelled; a capital A is the article when a word follows and no name precedes. */
static void say_letter(norm *n, int c) {
    int named = norm_last_in(
        n, "vitamin plan grade class type hepatitis section option team row gate exit side the an apartment unit letter group part level "
           "model series from point");
    int next = norm_peek(n, norm_skip_spaces(n, n->at + 1)), word_a = c == 'A' && !named && norm_is_letter(next) && norm_peek(n, n->at + 1) == ' ';
    int and = c == 'n' && norm_peek(n, n->at + 1) == '\'' && n->at > 0 && norm_peek(n, n->at - 1) == '\'';
    if (c == 'a' || word_a)
        norm_say(n, "a");
    else if (and)
        norm_say(n, "and");
    else if (norm_lower(c) == 'i')
        norm_say(n, "i");
    else
        norm_spell(n, c);
}

/* Mixed case splits before a capital that follows a small letter: "YouTube" is "you tube". */
static void say_mixed(norm *n, const char *text, size_t len) {
    size_t from = 0;
    for (size_t i = 1; i <= len; i++) {
        int turn = i < len && text[i] >= 'A' && text[i] <= 'Z' && text[i - 1] >= 'a' && text[i - 1] <= 'z';
        if (i < len && !turn) continue;
        if (is_acronym(n, text + from, i - from))
            norm_spell_text(n, text + from, i - from);
        else if (i - from == 1)
            norm_spell(n, (unsigned char)text[from]);
        else
            norm_say_text(n, text + from, i - from);
        from = i;
    }
}

int norm_read_word(norm *n) {
    size_t len = norm_letters_at(n, n->at);
    if (len == 0) return 0;
    const char *text = n->in + n->at;
    if (read_dotted_letters(n) || norm_read_month(n)) return 1;
    if (norm_match(n, n->at, "w/o") || norm_match(n, n->at, "w/")) {
        int out = norm_match_word(n, n->at, "w/o");
        norm_say(n, out ? "without" : "with");
        n->at += out ? 3 : 2;
        return 1;
    }
    if (read_roman(n, len) || read_abbreviation(n, len) || read_plural_acronym(n, len)) return 1;
    if (len == 1)
        say_letter(n, (unsigned char)*text);
    else if (norm_in_list(text, len, "v") || (len == 2 && norm_match(n, n->at, "vs")))
        norm_say(n, "versus");
    else
        say_mixed(n, text, len);
    n->at += len;
    return 1;
}
