/* norm_unit: units of measure after a number, with their plural, square and cubic forms and "per". */
#include "models/tts/norm.h"
#include <string.h>

enum { UNIT_ATTACHED = 1, UNIT_CASE = 2 }; /* only right after the digits; only in exactly this case */

static const struct unit {
    const char *sign, *one, *many;
    int flags;
} units[] = {
    {"km/h", "kilometer per hour", "kilometers per hour", 0},
    {"kph", "kilometer per hour", "kilometers per hour", 0},
    {"kmh", "kilometer per hour", "kilometers per hour", 0},
    {"mph", "mile per hour", "miles per hour", 0},
    {"mpg", "mile per gallon", "miles per gallon", 0},
    {"km", "kilometer", "kilometers", 0},
    {"cm", "centimeter", "centimeters", 0},
    {"mm", "millimeter", "millimeters", 0},
    {"nm", "nanometer", "nanometers", 0},
    {"mi", "mile", "miles", 0},
    {"ft", "foot", "feet", 0},
    {"in", "inch", "inches", UNIT_ATTACHED},
    {"yd", "yard", "yards", 0},
    {"yds", "yard", "yards", 0},
    {"kg", "kilogram", "kilograms", 0},
    {"kgs", "kilogram", "kilograms", 0},
    {"mg", "milligram", "milligrams", 0},
    {"lb", "pound", "pounds", 0},
    {"lbs", "pound", "pounds", 0},
    {"oz", "ounce", "ounces", 0},
    {"ml", "milliliter", "milliliters", 0},
    {"dl", "deciliter", "deciliters", 0},
    {"cl", "centiliter", "centiliters", 0},
    {"gal", "gallon", "gallons", 0},
    {"qt", "quart", "quarts", 0},
    {"pt", "pint", "pints", 0},
    {"tsp", "teaspoon", "teaspoons", 0},
    {"tbsp", "tablespoon", "tablespoons", 0},
    {"khz", "kilohertz", "kilohertz", 0},
    {"mhz", "megahertz", "megahertz", 0},
    {"ghz", "gigahertz", "gigahertz", 0},
    {"hz", "hertz", "hertz", 0},
    {"kwh", "kilowatt hour", "kilowatt hours", 0},
    {"kw", "kilowatt", "kilowatts", 0},
    {"MW", "megawatt", "megawatts", UNIT_CASE},
    {"mw", "milliwatt", "milliwatts", 0},
    {"mah", "milliamp hour", "milliamp hours", 0},
    {"ma", "milliamp", "milliamps", UNIT_ATTACHED},
    {"kbps", "kilobit per second", "kilobits per second", 0},
    {"mbps", "megabit per second", "megabits per second", 0},
    {"gbps", "gigabit per second", "gigabits per second", 0},
    {"kb", "kilobyte", "kilobytes", 0},
    {"mb", "megabyte", "megabytes", 0},
    {"gb", "gigabyte", "gigabytes", 0},
    {"tb", "terabyte", "terabytes", 0},
    {"kib", "kibibyte", "kibibytes", 0},
    {"mib", "mebibyte", "mebibytes", 0},
    {"gib", "gibibyte", "gibibytes", 0},
    {"mo", "month", "months", UNIT_ATTACHED},
    {"wk", "week", "weeks", 0},
    {"wks", "week", "weeks", 0},
    {"deg", "degree", "degrees", 0},
    {"'", "foot", "feet", UNIT_ATTACHED},
    {"ms", "millisecond", "milliseconds", 0},
    {"sec", "second", "seconds", 0},
    {"secs", "second", "seconds", 0},
    {"min", "minute", "minutes", 0},
    {"mins", "minute", "minutes", 0},
    {"hr", "hour", "hours", 0},
    {"hrs", "hour", "hours", 0},
    {"yr", "year", "years", 0},
    {"yrs", "year", "years", 0},
    {"db", "decibel", "decibels", 0},
    {"kcal", "kilocalorie", "kilocalories", 0},
    {"cal", "calorie", "calories", 0},
    {"px", "pixel", "pixels", 0},
    {"dpi", "dot per inch", "dots per inch", 0},
    {"hpa", "hectopascal", "hectopascals", 0},
    {"kpa", "kilopascal", "kilopascals", 0},
    {"lux", "lux", "lux", 0},
    {"mpa", "megapascal", "megapascals", 0},
    {"fps", "frame per second", "frames per second", 0},
    {"bpm", "beat per minute", "beats per minute", 0},
    {"psi", "pound per square inch", "pounds per square inch", 0},
    {"ha", "hectare", "hectares", UNIT_ATTACHED},
    {"usd", "dollar", "dollars", 0},
    {"eur", "euro", "euros", 0},
    {"gbp", "pound", "pounds", 0},
    {"bn", "billion", "billion", UNIT_ATTACHED},
    {"M", "million", "million", UNIT_ATTACHED | UNIT_CASE},
    {"m", "meter", "meters", UNIT_CASE},
    {"g", "gram", "grams", UNIT_CASE},
    {"l", "liter", "liters", UNIT_CASE},
    {"L", "liter", "liters", UNIT_CASE},
    {"s", "second", "seconds", UNIT_ATTACHED | UNIT_CASE},
    {"h", "hour", "hours", UNIT_CASE},
    {"W", "watt", "watts", UNIT_CASE},
    {"V", "volt", "volts", UNIT_CASE},
    {"J", "joule", "joules", UNIT_CASE},
    {"\"", "inch", "inches", UNIT_ATTACHED},
};

/* Unit that the `len` bytes at `at` write, or NULL. */
static const struct unit *unit_find(const norm *n, size_t at, size_t len, int attached) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const struct unit *u = &units[i];
        if (strlen(u->sign) != len || ((u->flags & UNIT_ATTACHED) && !attached)) continue;
        if (u->flags & UNIT_CASE ? memcmp(n->in + at, u->sign, len) == 0 : norm_match(n, at, u->sign)) return u;
    }
    return NULL;
}

/* Degrees: "°", "°F", "° C", and F or C right after the digits. */
static int read_degrees(norm *n, size_t at, int one) {
    if (norm_peek(n, at) != SYM_DEGREE) return 0;
    norm_say(n, one ? "degree" : "degrees");
    at++;
    size_t scale = norm_peek(n, at) == ' ' ? at + 1 : at;
    int c = norm_peek(n, scale), alone = !norm_is_letter(norm_peek(n, scale + 1));
    const char *point = c == 'N' ? "north" : c == 'S' ? "south" : c == 'E' ? "east" : c == 'W' ? "west" : NULL;
    n->at = at;
    if (alone && point) {
        norm_say(n, point);
        n->at = scale + 1;
        return 1;
    }
    if (!alone || (c != 'F' && c != 'C' && c != 'K' && c != 'f' && c != 'c')) return 1;
    norm_say(n, c == 'F' || c == 'f' ? "fahrenheit" : c == 'K' ? "kelvin" : "celsius");
    n->at = scale + 1;
    return 1;
}

/* "/h", "/month" after a unit or an amount of money: "per hour". */
void norm_read_per(norm *n) {
    size_t len = norm_letters_at(n, n->at + 1);
    if (norm_peek(n, n->at) != '/' || len == 0) return;
    const struct unit *u = unit_find(n, n->at + 1, len, 1);
    norm_say(n, "per");
    if (u)
        norm_say(n, u->one);
    else
        norm_say_text(n, n->in + n->at + 1, len);
    n->at += 1 + len;
}

/* 2 for a square and 3 for a cubic mark at `at`: the raised sign, or the digit right after a unit of length. */
static int power_at(const norm *n, size_t at) {
    at += norm_peek(n, at) == '^';
    int c = norm_peek(n, at), last = norm_is_letter(norm_peek(n, at + 1)) || norm_is_digit(norm_peek(n, at + 1));
    if (c == SYM_SQUARED || (c == '2' && !last)) return 2;
    return c == SYM_CUBED || (c == '3' && !last) ? 3 : 0;
}

/* "sq ft", "cu. in": the power word moved past; 0 when there is none. */
static int power_word(const norm *n, size_t *at) {
    int power = norm_match_word(n, *at, "sq") ? 2 : norm_match_word(n, *at, "cu") ? 3 : 0;
    if (!power) return 0;
    size_t i = norm_skip_spaces(n, *at + 2 + (norm_peek(n, *at + 2) == '.'));
    if (!unit_find(n, i, norm_letters_at(n, i), 1)) return 0;
    *at = i;
    return power;
}

/* "8 fl oz": moved past "fl"; 0 when it is not there. */
static int fluid_word(const norm *n, size_t *at) {
    if (!norm_match_word(n, *at, "fl")) return 0;
    size_t i = norm_skip_spaces(n, *at + 2 + (norm_peek(n, *at + 2) == '.'));
    if (!norm_match_word(n, i, "oz")) return 0;
    *at = i;
    return 1;
}

/* Does the number that ends at `at` follow this unit: "5 ft 10 in", "2h 15m"? */
static int follows_unit(const norm *n, size_t at, const char *sign) {
    size_t len = strlen(sign);
    while (at > 0 && norm_is_digit(norm_peek(n, at - 1))) at--;
    while (at > 0 && norm_peek(n, at - 1) == ' ') at--;
    return at > len && norm_match(n, at - len, sign) && !norm_is_letter(norm_peek(n, at - len - 1));
}

/* A noun comes next, so the unit is said in the singular: 60W bulb, 12" pizza. Only units written close to their number. */
static int before_noun(const norm *n, const struct unit *u, size_t at) {
    if (!(u->sign[0] == '"' || u->sign[0] == '\'' || u->sign[0] == 'W' || u->sign[0] == 'V') || norm_peek(n, at) != ' ') return 0;
    size_t len = norm_letters_at(n, at + 1);
    return len > 2 && !norm_capital(n, at + 1) &&
           !norm_in_list(n->in + at + 1, len,
                         "tall wide long high deep thick and are was per from for with but than more less each expected possible likely overnight "
                         "today tonight tomorrow");
}

/* An inch sign that closes a quotation: an odd number of them stands before it. */
static int closes_quote(const norm *n, size_t at) {
    size_t quotes = 0;
    int c = norm_peek(n, at);
    for (size_t i = 0; i < at; i++) quotes += norm_peek(n, i) == c && (c == '"' || i == 0 || norm_peek(n, i - 1) == ' ');
    return (c == '"' || c == '\'') && quotes % 2;
}

/* The unit of `len` bytes at `at` after the number that ends at n->at. "in" and "m" mean what they stand beside. */
static const struct unit *unit_here(const norm *n, size_t at, size_t len, int power) {
    static const struct unit minute = {"m", "minute", "minutes", 0};
    int last = norm_peek(n, at + len) == '.' || at + len >= n->len; /* "in" is a word elsewhere */
    int inches = norm_match(n, at, "in") && (last || follows_unit(n, n->at, "ft"));
    const struct unit *u = len ? unit_find(n, at, len, at == n->at || power || inches) : NULL;
    return u && norm_match(n, at, "m") && len == 1 && follows_unit(n, n->at, "h") ? &minute : u;
}

int norm_read_unit(norm *n, int one) {
    int hyphen = norm_peek(n, n->at) == '-' && norm_is_letter(norm_peek(n, n->at + 1)); /* a 5-km run */
    size_t at = n->at + (norm_peek(n, n->at) == ' ' || hyphen);
    int attached = at == n->at;
    one |= hyphen;
    if (read_degrees(n, at, one)) return 1;
    if (norm_peek(n, at) == '%') {
        norm_say(n, "percent");
        n->at = at + 1;
        return 1;
    }
    if (norm_peek(n, at) == SYM_MICRO || norm_peek(n, at) == SYM_OHM) {
        norm_say(n, norm_peek(n, at) == SYM_OHM       ? "ohms"
                    : norm_match_word(n, at + 1, "m") ? "micrometers"
                    : norm_match_word(n, at + 1, "s") ? "microseconds"
                                                      : "micro");
        n->at = at + 1 + (norm_peek(n, at) == SYM_MICRO && norm_letters_at(n, at + 1) == 1);
        return 1;
    }
    int power = power_word(n, &at), fluid = fluid_word(n, &at);
    size_t len = norm_peek(n, at) == '"' || norm_peek(n, at) == '\'' ? 1 : norm_match(n, at, "km/h") ? 4 : norm_letters_at(n, at);
    const struct unit *u = unit_here(n, at, len, power);
    if (!u || closes_quote(n, at) || (norm_is_digit(norm_peek(n, at + len)) && !power_at(n, at + len))) return 0;
    n->at = at + len;
    if (!power && (power = power_at(n, n->at)) > 0) n->at += 1 + (norm_peek(n, n->at) == '^');
    if (power) norm_say(n, power == 2 ? "square" : "cubic");
    if (fluid) norm_say(n, "fluid");
    norm_say(n, one || (attached && before_noun(n, u, n->at)) ? u->one : u->many);
    norm_read_per(n);
    if (norm_peek(n, n->at) == '.' && norm_peek(n, n->at + 1) == ' ' && norm_is_letter(norm_peek(n, n->at + 2)) && norm_peek(n, n->at + 2) >= 'a')
        n->at++;
    return 1;
}
