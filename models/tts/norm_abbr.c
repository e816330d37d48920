/* norm_abbr: abbreviations: "Dr.", "approx.", "Nov.", "lbs". Some ask for their dot, some for a number or a name after them. */
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
    {"incl", "including", ABBR_DOT},
    {"rm", "room", ABBR_DOT | ABBR_NUMBER},
    {"yoy", "year over year", 0},
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
    {"temps", "temperatures", ABBR_DOT},
    {"pts", "points", 0},
    {"ppm", "parts per million", 0},
    {"tel", "telephone", ABBR_DOT},
    {"ext", "extension", ABBR_DOT},
    {"min", "minimum", ABBR_DOT | ABBR_NUMBER},
    {"min", "minutes", ABBR_DOT},
    {"max", "maximum", ABBR_DOT},
    {"mins", "minutes", 0},
    {"hrs", "hours", 0},
    {"hr", "hour", 0},
    {"secs", "seconds", 0},
    {"sec", "section", ABBR_DOT | ABBR_NUMBER},
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
    {"wifi", "wifi", 0},
    {"json", "jason", 0},
    {"wwii", "world war two", 0},
    {"wwi", "world war one", 0},
    {"c", "circa", ABBR_DOT | ABBR_NUMBER},
    {"ca", "circa", ABBR_DOT | ABBR_NUMBER},
    {"eq", "equation", ABBR_DOT | ABBR_NUMBER},
    {"phds", "P H D's", 0},
    {"rock'n'roll", "rock and roll", 0},
    {"ctrl", "control", 0},
    {"hwy", "highway", 0},
    {"ste", "suite", ABBR_DOT | ABBR_NUMBER},
    {"sen", "senator", ABBR_DOT | ABBR_NAME},
    {"rep", "representative", ABBR_DOT | ABBR_NAME},
    {"pres", "president", ABBR_DOT | ABBR_NAME},
    {"hon", "honorable", ABBR_DOT | ABBR_NAME},
    {"pls", "please", 0},
    {"thx", "thanks", 0},
    {"btw", "by the way", 0},
    {"mph", "miles per hour", 0},
    {"kg", "kilograms", 0},
    {"km", "kilometers", 0},
    {"cm", "centimeters", 0},
    {"mm", "millimeters", 0},
};

/* Number or capital that the abbreviation asks for, looked for past its dot and spaces. */
static int follows(const norm *n, size_t at, int flags) {
    size_t next = norm_skip_spaces(n, at);
    int c = norm_peek(n, next);
    if (flags & ABBR_NUMBER) return norm_is_digit(c);
    return !(flags & ABBR_NAME) || (c >= 'A' && c <= 'Z');
}

/* After a dot that ends an abbreviation: when nothing or a new sentence follows, it also ended the sentence. */
void norm_end_dot(norm *n, int strict) {
    size_t next = norm_skip_spaces(n, n->at);
    int c = norm_peek(n, next);
    if (next >= n->len || (strict && next > n->at && c >= 'A' && c <= 'Z')) norm_mark(n, '.');
}

/* "Mon/Wed/Fri": days beside a stroke need no dot. */
static int is_day_of_row(const norm *n, size_t len) {
    if (norm_peek(n, n->at + len) != '/' && (n->at == 0 || norm_peek(n, n->at - 1) != '/')) return 0;
    return norm_capital(n, n->at) && norm_in_list(n->in + n->at, len, "mon wed sat sun");
}

int norm_read_abbreviation(norm *n, size_t len) {
    int dot = norm_peek(n, n->at + len) == '.', row = is_day_of_row(n, len);
    if (norm_read_place(n, len)) return 1;
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++) {
        const struct abbreviation *a = &abbreviations[i];
        if (strlen(a->text) != len || !norm_match(n, n->at, a->text)) continue;
        if (((a->flags & ABBR_DOT) && !dot && !row) || !follows(n, n->at + len + (size_t)dot, a->flags)) continue;
        norm_say(n, a->words);
        n->at += len + (size_t)dot;
        if (norm_in_list(a->text, len, "km kg cm mm oz lbs")) norm_read_per(n);
        if (dot) norm_end_dot(n, norm_in_list(a->text, len, "etc inc ltd corp ok"));
        return 1;
    }
    return 0;
}
