/* norm_place: streets and houses, states, compass points, and numbers that name a thing rather than count (room 404, ZIP codes). */
#include "models/tts/norm.h"
#include <string.h>

static const char street_kinds[] =
    "st street ave avenue rd road blvd boulevard ln lane dr drive way court ct place pl pkwy parkway sq square terrace hwy";
static const char pair_cues[] = "room rooms suite apartment unit flight flights route highway interstate bus boeing airbus channel exit gate "
                                "building platform error status peugeot porsche";
static const char digit_cues[] = "code pin pincode passcode password postcode";

static const struct place {
    char sign[3];
    const char *words;
} states[] =
    {
        {"AL", "alabama"},       {"AK", "alaska"},      {"AZ", "arizona"},        {"AR", "arkansas"},      {"CA", "california"},
        {"CO", "colorado"},      {"CT", "connecticut"}, {"DE", "delaware"},       {"FL", "florida"},       {"GA", "georgia"},
        {"HI", "hawaii"},        {"ID", "idaho"},       {"IL", "illinois"},       {"IN", "indiana"},       {"IA", "iowa"},
        {"KS", "kansas"},        {"KY", "kentucky"},    {"LA", "louisiana"},      {"ME", "maine"},         {"MD", "maryland"},
        {"MA", "massachusetts"}, {"MI", "michigan"},    {"MN", "minnesota"},      {"MS", "mississippi"},   {"MO", "missouri"},
        {"MT", "montana"},       {"NE", "nebraska"},    {"NV", "nevada"},         {"NH", "new hampshire"}, {"NJ", "new jersey"},
        {"NM", "new mexico"},    {"NY", "new york"},    {"NC", "north carolina"}, {"ND", "north dakota"},  {"OH", "ohio"},
        {"OK", "oklahoma"},      {"OR", "oregon"},      {"PA", "pennsylvania"},   {"RI", "rhode island"},  {"SC", "south carolina"},
        {"SD", "south dakota"},  {"TN", "tennessee"},   {"TX", "texas"},          {"UT", "utah"},          {"VT", "vermont"},
        {"VA", "virginia"},      {"WA", "washington"},  {"WV", "west virginia"},  {"DC", "D C"},           {"WI", "wisconsin"},
        {"WY", "wyoming"},
},
  compass[] = {
      {"NE", "northeast"},
      {"NW", "northwest"},
      {"SE", "southeast"},
      {"SW", "southwest"},
};

int norm_capital(const norm *n, size_t at) {
    return norm_peek(n, at) >= 'A' && norm_peek(n, at) <= 'Z';
}

static const char *place_find(const norm *n, const struct place *table, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (norm_peek(n, n->at) == table[i].sign[0] && norm_peek(n, n->at + 1) == table[i].sign[1]) return table[i].words;
    return NULL;
}

/* Start of the word before n->at in the text; n->at when there is none. */
static size_t word_before(const norm *n) {
    size_t end = n->at;
    while (end > 0 && norm_peek(n, end - 1) == ' ') end--;
    size_t at = end;
    while (at > 0 && norm_peek(n, at - 1) != ' ') at--;
    return at < end ? at : n->at;
}

static int after_name(const norm *n) {
    size_t at = word_before(n);
    return at < n->at && (norm_capital(n, at) || norm_is_digit(norm_peek(n, at)));
}

/* "Austin, TX" and "CA 90210": after a comma, or before five digits, which are then said one by one. */
static int read_state(norm *n) {
    const char *words = place_find(n, states, sizeof states / sizeof *states);
    size_t next = norm_skip_spaces(n, n->at + 2);
    int comma = n->n > 0 && n->out[n->n - 1] == ',', zip = norm_digits_at(n, next) == 5, c = norm_peek(n, n->at + 2);
    if (norm_match(n, n->at, "ok") && (c == '?' || c == '!' || word_before(n) == 0 || !after_name(n))) words = NULL; /* "at 7, OK?" */
    if (!words || (!zip && (!comma || n->shout || (c && c != '.' && c != ',' && c != '?' && c != '!')))) return 0;
    norm_say(n, words);
    n->at += 2;
    if (!zip) return 1;
    norm_digits(n, next, 5);
    n->at = next + 5;
    if (norm_peek(n, n->at) == '-' && norm_digits_at(n, n->at + 1) == 4) {
        norm_mark(n, ',');
        norm_digits(n, n->at + 1, 4);
        n->at += 5;
    }
    return 1;
}

/* "Dr." is a doctor before a name, and a drive after one; "St." is a street unless a name follows it. */
static int read_street(norm *n, size_t len) {
    int drive = norm_in_list(n->in + n->at, len, "dr"), dot = norm_peek(n, n->at + len) == '.';
    if (!drive && (!norm_in_list(n->in + n->at, len, "st") || (!dot && norm_peek(n, n->at) != 'S'))) return 0;
    size_t next = norm_skip_spaces(n, n->at + len + (size_t)dot);
    int capital = norm_capital(n, next) && norm_is_letter(norm_peek(n, next + 1)) && !norm_capital(n, next + 1);
    int numbered = n->at >= 2 && norm_is_digit(norm_peek(n, word_before(n)));
    if (drive && (capital || !after_name(n))) return 0;
    int house = n->at >= 2 && norm_is_digit(norm_peek(n, n->at - 2)); /* 24 St. James St.; but 42nd St. Hotel */
    int street = !capital || (numbered && !house);
    norm_say(n, drive ? "drive" : street ? "street" : "saint");
    n->at += len + (size_t)dot;
    if (dot && street && norm_skip_spaces(n, n->at) >= n->len) norm_mark(n, '.');
    return 1;
}

/* "Ave", "Rd" without their dot: after a name, and not before one ("Ave Maria"). */
static int read_road(norm *n, size_t len) {
    static const char *const kinds[][2] = {{"ave", "avenue"},  {"rd", "road"},  {"ln", "lane"},  {"pkwy", "parkway"},
                                           {"hwy", "highway"}, {"ct", "court"}, {"sq", "square"}};
    size_t next = norm_skip_spaces(n, n->at + len);
    int name = norm_capital(n, next) && !norm_capital(n, next + 1) && norm_is_letter(norm_peek(n, next + 1));
    if (!norm_capital(n, n->at) || norm_capital(n, n->at + 1) || norm_peek(n, n->at + len) == '.' || !after_name(n) || name) return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!norm_in_list(n->in + n->at, len, kinds[i][0])) continue;
        norm_say(n, kinds[i][1]);
        n->at += len;
        return 1;
    }
    return 0;
}

int norm_read_place(norm *n, size_t len) {
    if (read_street(n, len) || read_road(n, len)) return 1;
    if (len != 2 || !norm_capital(n, n->at) || !norm_capital(n, n->at + 1)) return 0;
    if (read_state(n)) return 1;
    const char *words = n->shout || norm_last_in(n, "phone") ? NULL : place_find(n, compass, sizeof compass / sizeof *compass);
    if (!words) return 0;
    norm_say(n, words);
    n->at += 2;
    return 1;
}

const char *norm_compass(const norm *n, int c) {
    size_t next = norm_skip_spaces(n, n->at + 1 + (norm_peek(n, n->at + 1) == '.'));
    if (!norm_is_digit(norm_peek(n, word_before(n))) || !norm_capital(n, next) || norm_capital(n, next + 1)) return NULL;
    return c == 'N' ? "north" : c == 'S' ? "south" : c == 'E' ? "east" : c == 'W' ? "west" : NULL;
}

/* Does a street's name follow the number that ends at `at`: one to three capitalised words and a kind of street? */
static int street_follows(const norm *n, size_t at) {
    if (norm_capital(n, at) && !norm_is_letter(norm_peek(n, at + 1))) at++; /* 221B */
    for (int words = 0; words < 4; words++) {
        if (norm_peek(n, at) != ' ') return 0;
        size_t len = norm_digits_at(n, ++at);
        len += norm_letters_at(n, at + len);
        if (len == 0 || !(norm_capital(n, at) || norm_is_digit(norm_peek(n, at)))) return 0;
        if (words > 0 && norm_in_list(n->in + at, len, street_kinds)) return 1;
        at += len + (len == 1 && norm_peek(n, at + len) == '.');
    }
    return 0;
}

/* The last word written is a letter that ends no name of a time or a country: "A 380", "UA 328". */
static int after_letter(const norm *n) {
    char c = n->n ? n->out[n->n - 1] : 0;
    return c >= 'A' && c <= 'Z' && c != 'M' && c != 'S' && (n->n == 1 || n->out[n->n - 2] == ' ');
}

static int said_last(const norm *n, const char *words) {
    size_t len = strlen(words);
    return n->n >= len && memcmp(n->out + n->n - len, words, len) == 0 && (n->n == len || n->out[n->n - len - 1] == ' ');
}

/* "your card ending in 4421" (a year stays one), "your code is 482913": digit by digit. */
static int is_code(const norm *n, const norm_number *x) {
    static const char *const cues[] = {"code is", "pin is", "passcode is", "password is"};
    if (x->digits == 4 && !(x->value >= 1900 && x->value < 2100) && said_last(n, "ending in")) return 1;
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
        if (x->digits >= 3 && said_last(n, cues[i])) return 1;
    return 0;
}

int norm_read_name_number(norm *n, const norm_number *x) {
    if (x->commas || x->part_len || x->digits == 0) return 0;
    int pairs = x->digits == 3 || x->digits == 4, digits = norm_last_in(n, digit_cues) || is_code(n, x) ||
                                                           (x->digits > 2 && norm_last_in(n, "extension")) ||
                                                           (x->digits <= 4 && norm_last_in(n, "call dial text"));
    if (!digits && !(pairs && (norm_last_in(n, pair_cues) || after_letter(n))) && !street_follows(n, x->end)) return 0;
    if (digits)
        norm_digits(n, x->whole, x->whole_len);
    else
        norm_pairs(n, x->whole, x->whole_len);
    n->at = x->end;
    return 1;
}
