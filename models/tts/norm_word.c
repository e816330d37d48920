/* norm_word: words, acronyms, spelled letters, Roman numerals after their cue.
 *
 * Capitals are spelled when they are at most four long (or have no vowel) and not a known word; a word without a vowel is
 * spelled in any case. A piece that is all capitals says nothing by them, so there only known acronyms are spelled.
 */
#include "models/tts/norm.h"
#include <string.h>

static const char spoken_capitals[] =
    "nasa nato aids ram rom sim pin zip lan wan gif net laser radar sonar scuba fifa opec unesco unicef nafta covid imax yolo "
    "i a an and are as at be but by can do for from go had has have he her hi him his how if in into is it its me my new no "
    "not now of off on one or our out see she so stop the they this to two up was we what when who why will with yes yet "
    "you your all any ask bad big day did end far get good got help here just know last like long look made make more most "
    "must need next note off old only open over own put read run say set some sure take tell than that them then time turn "
    "ikea hulu very wait want warm week well went were wow oh ah ok hello";
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

/* "Ph.D.", "B.Sc.": short titles with dots that are not all single letters. */
static int read_degree(norm *n) {
    static const char *const titles[][2] = {{"ph.d", "P H D"}, {"b.sc", "B S C"}, {"m.sc", "M S C"}, {"ed.d", "E D D"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (!norm_match_word(n, n->at, titles[i][0])) continue;
        norm_say(n, titles[i][1]);
        n->at += 4 + (norm_peek(n, n->at + 4) == '.');
        if (norm_peek(n, n->at - 1) == '.' && norm_skip_spaces(n, n->at) >= n->len) norm_mark(n, '.');
        return 1;
    }
    return 0;
}

/* "he/she", "yes/no": the stroke is "or" between these. */
static int read_or(norm *n, size_t len) {
    static const char *const firsts = "he she his her him yes male day hot s", *const seconds = "she he her hers his him no female night cold";
    size_t at = n->at + len + 1, more = norm_letters_at(n, at);
    if (norm_peek(n, n->at + len) != '/' || !norm_in_list(n->in + n->at, len, firsts) || !norm_in_list(n->in + at, more, seconds)) return 0;
    norm_say_text(n, n->in + n->at, len);
    norm_say(n, "or");
    n->at = at;
    return 1;
}

/* "w/ milk", "w/o", "n/a", "c/o"; "Wi-Fi" */
static int read_stroke(norm *n) {
    static const char *const table[][2] = {{"w/o", "without"}, {"w/out", "without"}, {"n/a", "N A"},
                                           {"c/o", "care of"}, {"b/c", "because"},   {"wi-fi", "wifi"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!norm_match_word(n, n->at, table[i][0])) continue;
        norm_say(n, table[i][1]);
        n->at += strlen(table[i][0]);
        return 1;
    }
    if (!norm_match(n, n->at, "w/")) return 0;
    norm_say(n, "with");
    n->at += 2;
    return 1;
}

/* "v1.2": version. */
static int read_version(norm *n, size_t len) {
    size_t digits = norm_digits_at(n, n->at + 1);
    if (len != 1 || norm_lower(norm_peek(n, n->at)) != 'v' || digits == 0 || norm_peek(n, n->at + 1 + digits) != '.') return 0;
    if (!norm_is_digit(norm_peek(n, n->at + 2 + digits))) return 0;
    norm_say(n, "version");
    n->at++;
    return 1;
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
    if (!tail && !initial) norm_end_dot(n, 0);
    return 1;
}

/* Value of a Roman numeral below 400 as it is properly written, 0 when it is none. */
static unsigned roman_value(const char *text, size_t len) {
    static const struct {
        const char *sign;
        unsigned value, most; /* times in a row */
    } parts[] = {{"C", 100, 3}, {"XC", 90, 1}, {"L", 50, 1}, {"XL", 40, 1}, {"X", 10, 3}, {"IX", 9, 1}, {"V", 5, 1}, {"IV", 4, 1}, {"I", 1, 3}};
    unsigned value = 0;
    size_t at = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t size = strlen(parts[i].sign);
        for (unsigned k = 0; k < parts[i].most && len - at >= size && memcmp(text + at, parts[i].sign, size) == 0; k++) {
            value += parts[i].value;
            at += size;
        }
    }
    return at == len ? value : 0;
}

/* "Chapter IV", "World War II", "Henry VIII" (kings take ordinals), "Henry VIII's". */
static int read_roman(norm *n, size_t len) {
    size_t own = len > 2 && norm_match(n, n->at + len - 2, "'s") ? 2 : 0, body = len - own;
    unsigned value = roman_value(n->in + n->at, body);
    int king = norm_last_in(n, "henry george charles louis elizabeth edward richard william james philip alexander pius paul francis");
    int part = norm_last_in(n, "chapter part volume act scene war title section book phase type class bowl rocky episode appendix level article");
    int plain = !n->shout && n->n > 0 && (norm_match_word(n, n->at, "ii") || norm_match_word(n, n->at, "iii") || norm_match_word(n, n->at, "viii"));
    if (body == 1 && value > 10) value = 0; /* "Type C" */
    if (!value || (!king && !part && !plain) || (king && body == 1 && value == 1)) return 0;
    if (king) norm_say(n, "the");
    if (king)
        norm_ordinal(n, value);
    else
        norm_cardinal(n, value);
    if (own && n->n + 3 <= n->cap) n->out[n->n++] = '\'', n->out[n->n++] = 's';
    n->at += len;
    return 1;
}

/* Letters with "'s" joined to the last one. */
static void spell_plural(norm *n, const char *text, size_t len) {
    char last[4] = {text[len - 1], '\'', 's', 0};
    norm_spell_text(n, text, len - 1);
    norm_say(n, last);
}

/* Letters of a plural or possessive of capitals without its end ("CPUs" 3, "TV's" 2, "Rs" 1); 0 when it is none. */
static size_t plural_body(const char *text, size_t len) {
    size_t body = len;
    if (len >= 3 && text[len - 1] == 's' && text[len - 2] == '\'')
        body = len - 2;
    else if (len >= 2 && text[len - 1] == 's')
        body = len - 1;
    if (body == len || body > 5 || capitals(text, len) != body) return 0;
    return body > 1 || (len == 3 && *text != 'I') || (len == 2 && !has_vowel(text, 1) && *text != 'M') ? body : 0;
}

/* "CPUs", "TV's", "FBI's": capitals and a plural or possessive s, which joins the last letter. */
static int read_plural_acronym(norm *n, size_t len) {
    const char *text = n->in + n->at;
    size_t body = plural_body(text, len);
    if (!body || n->shout || norm_in_list(text, body, spoken_capitals)) return 0;
    spell_plural(n, text, body);
    n->at += len;
    return 1;
}

/* "AT&T", "R&B", "M&Ms": capitals around "&" are letters. */
static int read_joined_letters(norm *n, size_t len) {
    size_t at = n->at + len + 1, more = norm_letters_at(n, at);
    const char *text = n->in + n->at, *next = n->in + at;
    if (norm_peek(n, n->at + len) != '&' || len > 2 || more == 0 || capitals(text, len) != len) return 0;
    size_t body = more > 1 && next[more - 1] == 's' ? more - 1 - (next[more - 2] == '\'') : more;
    if (body > 2 || capitals(next, more) != body) return 0;
    norm_spell_text(n, text, len);
    norm_say(n, "and");
    if (body < more)
        spell_plural(n, next, body);
    else
        norm_spell_text(n, next, body);
    n->at = at + more;
    return 1;
}

/* Said by its letters? See the head of the file. */
static int is_acronym(const norm *n, const char *text, size_t len) {
    if (norm_in_list(text, len, spelled_words)) return 1;
    if (memchr(text, '\'', len)) return 0;
    if (!has_vowel(text, len) && len > 1) return !norm_in_list(text, len, voiceless_words);
    if (capitals(text, len) != len || n->shout) return 0;
    if (norm_in_list(text, len, "it who") && norm_last_in(n, "the an our your in")) return 1;
    return len <= 4 && !norm_in_list(text, len, spoken_capitals);
}

/* One letter: "a" and "I" are words, others are spelled; a capital A is the article when a word follows and no name precedes. */
static void say_letter(norm *n, int c) {
    int named = norm_last_in(
        n, "vitamin plan grade class type hepatitis section option team row gate exit side the an apartment unit letter group part level "
           "model series from point");
    int next = norm_peek(n, norm_skip_spaces(n, n->at + 1)),
        word_a = c == 'A' && !named && (norm_is_letter(next) || (norm_is_digit(next) && n->n == 0)) && norm_peek(n, n->at + 1) == ' ';
    int sign = norm_peek(n, norm_skip_spaces(n, n->at + 1));
    int formula = c == 'a' && sign && sign != '"' && (strchr("=<>^*", sign) || (sign >= SYM_UNEQUAL && sign <= SYM_AT_LEAST));
    int and = c == 'n' && norm_peek(n, n->at + 1) == '\'' && n->at > 0 && norm_peek(n, n->at - 1) == '\'';
    const char *point = norm_compass(n, c);
    if (point)
        norm_say(n, point);
    else if ((c == 'F' || c == 'C') && norm_last_in(n, "degrees degree"))
        norm_say(n, c == 'F' ? "fahrenheit" : "celsius");
    else if ((c == 'a' && !formula) || word_a)
        norm_say(n, "a");
    else if (and)
        norm_say(n, "and");
    else if (norm_lower(c) == 'i')
        norm_say(n, "i");
    else
        norm_spell(n, c);
}

/* A known name is one word, else mixed case splits before a capital that follows a small letter: "camelCase" is "camel case". */
static void say_mixed(norm *n, const char *text, size_t len) {
    size_t from = 0;
    if (norm_is_name(text, len)) {
        norm_say_text(n, text, len);
        return;
    }
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
    if (read_degree(n) || read_dotted_letters(n) || norm_read_month(n)) return 1;
    if (read_joined_letters(n, len) || read_or(n, len) || read_version(n, len) || norm_read_short_name(n, len)) return 1;
    if (read_stroke(n)) return 1;
    if (read_roman(n, len) || norm_read_abbreviation(n, len) || read_plural_acronym(n, len)) {
        norm_read_day_hyphen(n);
        return 1;
    }
    if (len == 1)
        say_letter(n, (unsigned char)*text);
    else if (norm_in_list(text, len, "v") || (len == 2 && norm_match(n, n->at, "vs")))
        norm_say(n, "versus");
    else
        say_mixed(n, text, len);
    n->at += len;
    size_t more = norm_letters_at(n, n->at + 1);
    if (norm_peek(n, n->at) == '/' && norm_in_list(n->in + n->at + 1, more, "min hr sec day week month year hour second minute")) norm_read_per(n);
    norm_read_day_hyphen(n);
    return 1;
}
