/* norm: the inside of the normaliser: folded text, scanning helpers, the word writer, the readers of each kind of token.
 *
 * A reader looks at the folded text at n->at; when it knows the token it writes words, moves n->at and returns 1.
 */
#ifndef SOTTO_MODELS_TTS_NORM_H
#define SOTTO_MODELS_TTS_NORM_H
#include <stddef.h>
#include <stdint.h>

enum norm_symbol { /* single bytes that stand for symbols outside ASCII */
                   SYM_DEGREE = 1,
                   SYM_EURO,
                   SYM_POUND,
                   SYM_YEN,
                   SYM_CENT,
                   SYM_SQUARED,
                   SYM_CUBED,
                   SYM_ROOT,
                   SYM_APPROX,
                   SYM_ARROW,
                   SYM_UNEQUAL,
                   SYM_AT_MOST,
                   SYM_AT_LEAST,
                   SYM_HALF = 14,
                   SYM_QUARTER,
                   SYM_THREE_QUARTERS,
                   SYM_THIRD,
                   SYM_TWO_THIRDS,
                   SYM_EIGHTH,
                   SYM_TIMES,
                   SYM_DIVIDE,
                   SYM_PLUS_MINUS,
                   SYM_MICRO,
                   SYM_DASH,
                   SYM_OHM,
                   SYM_PI,
                   SYM_RUPEE,
                   SYM_SECTION
};

typedef struct norm {
    const char *in; /* folded text, len bytes */
    size_t len, at;
    char *out; /* cap bytes, n used, always room for the NUL */
    size_t cap, n;
    int shout; /* the whole piece is capitals: they say nothing about acronyms */
} norm;

typedef struct norm_number { /* a written number and what it means */
    size_t end;              /* first byte after it */
    size_t whole, whole_len; /* digits before the point, commas included */
    size_t part, part_len;   /* digits after the point */
    uint64_t value;          /* of the whole digits; saturates at NORM_HUGE */
    size_t digits;           /* whole digits without commas */
    int commas;              /* had thousands separators */
} norm_number;

#define NORM_HUGE UINT64_C(1000000000000000)

/* norm_text.c: folding, scanning, writing */
size_t norm_fold(char *out, const char *text, size_t len); /* out holds at least len bytes; returns bytes written */
int norm_peek(const norm *n, size_t at);                   /* byte at `at`, 0 outside */
int norm_is_digit(int c);
int norm_is_letter(int c);
int norm_lower(int c);
size_t norm_digits_at(const norm *n, size_t at);                  /* length of the digit run */
size_t norm_letters_at(const norm *n, size_t at);                 /* length of the run of letters and inner apostrophes */
int norm_after_article(const norm *n);                            /* was "a" or "an" the last word written? */
int norm_match(const norm *n, size_t at, const char *lower);      /* text at `at` equals, any case */
int norm_match_word(const norm *n, size_t at, const char *lower); /* and no letter or digit follows */
size_t norm_skip_spaces(const norm *n, size_t at);
uint64_t norm_value(const norm *n, size_t at, size_t digits);
void norm_say(norm *n, const char *words);                 /* words of a-z, space separated */
void norm_say_text(norm *n, const char *text, size_t len); /* one word, lowered */
void norm_spell(norm *n, int c);                           /* a letter by its name, a digit as a word */
void norm_spell_text(norm *n, const char *text, size_t len);
void norm_mark(norm *n, char mark);                               /* one of , ; : . ! ? */
int norm_last_in(const norm *n, const char *list);                /* is the last word written one of the space-separated list? */
int norm_in_list(const char *word, size_t len, const char *list); /* case-blind */

/* norm_number.c: numbers to words */
void norm_cardinal(norm *n, uint64_t value);
void norm_ordinal(norm *n, uint64_t value);
void norm_year(norm *n, uint64_t year);
void norm_decade(norm *n, uint64_t year);
void norm_digits(norm *n, size_t at, size_t len); /* one by one; other bytes are skipped */
void norm_pairs(norm *n, size_t at, size_t len);  /* as rooms and houses are numbered: 404 four oh four, 1600 sixteen hundred */
void norm_say_number(norm *n, const norm_number *x);
int norm_parse(const norm *n, size_t at, norm_number *x); /* 1 when a number starts at `at` */
void norm_fraction(norm *n, uint64_t over, uint64_t under);

/* norm_when.c: dates and times */
int norm_read_time(norm *n);
int norm_read_date(norm *n);
int norm_read_month(norm *n);                            /* a month's name with its day and year */
int norm_read_short_name(norm *n, size_t len);           /* "Mon, Feb 3", "Jan-Mar": names cut short without a dot */
int norm_read_day_hyphen(norm *n);                       /* the hyphen of "Mon-Fri": "to" */
int norm_is_month(const norm *n, size_t at, size_t len); /* 1..12, 0 when it is none */

/* norm_numeric.c, norm_money.c: everything that starts with a digit, a sign or a currency */
int norm_read_numeric(norm *n);
int norm_read_money(norm *n);

/* norm_unit.c: units after numbers */
int norm_read_unit(norm *n, int one); /* at n->at, directly or after one space or hyphen; `one`: singular */
void norm_read_per(norm *n);          /* "/h", "/month": per hour */

/* norm_place.c: streets, houses, states, compass points, numbers that name a thing */
int norm_read_place(norm *n, size_t len);                 /* the word of `len` letters at n->at */
int norm_read_name_number(norm *n, const norm_number *x); /* "room 404", "221B Baker St.", "ZIP code 90210" */
const char *norm_compass(const norm *n, int c);           /* "100 N Main": "north" for the letter at n->at, or NULL */
int norm_capital(const norm *n, size_t at);               /* is the byte at `at` a capital? */

/* norm_mark.c: marks of punctuation, Markdown, signs that are said */
int norm_read_mark(norm *n);
void norm_read_symbol(norm *n); /* always takes one byte */

/* norm_abbr.c: abbreviations */
int norm_read_abbreviation(norm *n, size_t len);
void norm_end_dot(norm *n, int strict); /* the dot of an abbreviation just read: does it also end the sentence? */

/* norm_name.c: names with a capital inside */
int norm_is_name(const char *text, size_t len); /* said as one word? */

/* norm_word.c, norm_address.c: words, acronyms; web and mail addresses, files */
int norm_read_word(norm *n);
int norm_read_address(norm *n);
void norm_say_token(norm *n, const char *text, size_t len); /* as a word when it can be said, else spelled */

#endif
