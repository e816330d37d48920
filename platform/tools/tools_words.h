/* tools_words: spoken words taken apart: numbers, durations, times of day and days, as the recogniser writes them. Internal to tools*.c.
 *
 * A `words` is a cursor over at most WORDS_MAX words; every reader either takes what it understood and returns 0, or returns -1 and
 * leaves the cursor where it was.
 */
#ifndef SOTTO_PLATFORM_TOOLS_WORDS_H
#define SOTTO_PLATFORM_TOOLS_WORDS_H
#include <stddef.h>

enum { WORDS_MAX = 48, WORDS_TEXT = 240 };

typedef struct words {
    char text[2 * WORDS_TEXT]; /* lower case, NUL between words */
    const char *word[WORDS_MAX];
    int count, at;
    int no_and; /* 1: "and" is not part of a number ("the sum of two hundred and five") */
} words;

int words_split(words *w, const char *text);                         /* 0, or -1 when it is too long */
int words_done(const words *w);                                      /* nothing is left */
int words_next_is(const words *w, const char *one);                  /* the next word is this one */
int words_take(words *w, const char *phrase);                        /* 1 and moved on when the next words are those of the phrase */
int words_take_any(words *w, const char *const *phrases, int count); /* index of the first that was taken, or -1 */

/* "twenty five and a half", "a hundred and five", "three point one four", "two fifty", "three quarters", "12.5", "minus five", "a". */
int words_number(words *w, double *out);
/* A plain whole number below 100 ("seven", "oh five" is not one), for clock times. */
int words_small(words *w, int *out);
/* "an hour and a half", "ninety seconds", "two hours thirty", "ten" (minutes): seconds. */
int words_duration(words *w, double *seconds);

typedef struct day_time {
    int minute; /* of the day, 0..1439; of the half day when !sure */
    int sure;   /* 1: am or pm was said or follows from the words */
} day_time;
/* "seven thirty am", "half past six", "quarter to nine", "noon", "six o'clock", "nineteen forty". */
int words_day_time(words *w, day_time *out);

enum { DAY_NONE = -1, DAY_TODAY = -2, DAY_TOMORROW = -3, DAY_YESTERDAY = -4 };
typedef struct day_words {
    int day;  /* DAY_* or 0..6 for a weekday, 0 sunday */
    int next; /* "next friday": not the coming one when that is today */
    int mask; /* "every day", "weekdays": bits of weekdays; 0 none */
    int half; /* 0 nothing said, 1 morning, 2 afternoon, evening or night */
} day_words;
int words_day(words *w, day_words *out);

/* Takes the zeros at the end of a fraction off, and a point with nothing after it. */
void words_trim(char *number);
/* A value as it is spoken: no needless digits, "minus" before negatives. */
void words_print(double value, char *out, size_t cap);

#endif
