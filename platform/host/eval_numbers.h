/* eval_numbers: the numbers that a text names, in figures or in words, so that a reply can be held against what it was told.
 *
 * "10:42" and "3 minutes 20 seconds" are two numbers each, "1,234", "16.09" and "one hundred and five" one. Read greedily from the left by the
 * grammar of English cardinals below a thousand million; signs are not read. Not numbers: ordinals, "half", "a"; and "one" alone is as often an
 * article or a pronoun, so it counts only where that is asked for.
 */
#ifndef SOTTO_HOST_EVAL_NUMBERS_H
#define SOTTO_HOST_EVAL_NUMBERS_H
#include <stdint.h>

enum { NUMBERS_MOST = 256 };

typedef struct number_set {
    double at[NUMBERS_MOST];
    uint32_t count; /* those that fit */
} number_set;

void numbers_add(number_set *s, const char *text, int lone_one); /* the numbers of a text, on top of those that are there */
int numbers_within(const number_set *a, const number_set *of);   /* every number of a is one of `of` */

#endif
