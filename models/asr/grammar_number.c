/* grammar_number: ranges of whole numbers as English words, and back. `1..59` takes about 40 arcs: tens that go on alike share what follows.
 *
 *     0..99      zero one ... nineteen, (twenty|thirty|...) [one..nine]
 *     100..9999  (a|one|...) hundred [[and] 1..99], (a|one|...) thousand [[and] 1..999]
 */
#include "models/asr/grammar_parts.h"
#include <string.h>

static const char SMALL[20][12] = {"zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
                                   "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char TENS[10][8] = {"", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};

static void say(grammar_place *p, uint32_t from, uint32_t to, const char *word) {
    grammar_say(p, from, to, word, (uint32_t)strlen(word), 0);
}

/* What follows a head word for which low..high of the rest are left: nothing for 0, then (and) the rest. */
static void say_rest(grammar_place *p, uint32_t from, uint32_t to, uint32_t low, uint32_t high, int joined) {
    if (low == 0) grammar_step(p, from, to, GRAMMAR_LABEL(LABEL_EMPTY, 0));
    if (high == 0) return;
    uint32_t begin = from;
    if (joined) {
        begin = grammar_node(p);
        grammar_step(p, from, begin, GRAMMAR_LABEL(LABEL_EMPTY, 0));
        say(p, from, begin, "and");
    }
    grammar_range(p, begin, to, low ? low : 1, high);
}

/* The heads k = low / step .. high / step, those with an equal rest together. step is 10, 100 or 1000. */
static void say_heads(grammar_place *p, uint32_t from, uint32_t to, uint32_t low, uint32_t high, uint32_t step) {
    for (uint32_t k = low / step; k <= high / step && !p->failed;) {
        uint32_t a = k * step < low ? low % step : 0, b = k * step + step - 1 > high ? high % step : step - 1, next = k + 1;
        uint32_t said = grammar_node(p), full = said;
        while (a == 0 && b == step - 1 && next * step + step - 1 <= high) next++; /* as full as this one */
        if (step > 10) {
            full = grammar_node(p);
            say(p, said, full, step == 100 ? "hundred" : "thousand");
        }
        for (uint32_t i = k; i < next; i++) say(p, from, said, step == 10 ? TENS[i] : SMALL[i]);
        if (step > 10 && k == 1) say(p, from, said, "a");
        say_rest(p, full, to, a, b, step > 10);
        k = next;
    }
}

void grammar_range(grammar_place *p, uint32_t from, uint32_t to, uint32_t low, uint32_t high) {
    static const uint32_t step[3] = {10, 100, 1000}, least[3] = {20, 100, 1000}, most[3] = {99, 999, 9999};
    for (uint32_t v = low; v <= high && v < 20; v++) say(p, from, to, SMALL[v]);
    for (int i = 0; i < 3; i++) {
        uint32_t a = low < least[i] ? least[i] : low, b = high < most[i] ? high : most[i];
        if (a <= b) say_heads(p, from, to, a, b, step[i]);
    }
}

static int word_is(grammar_text t, const char *word) {
    return t.len == strlen(word) && memcmp(t.at, word, t.len) == 0;
}

/* Value of a word up to ninety, or -1. */
static int word_value(grammar_text t) {
    for (int i = 0; i < 20; i++)
        if (word_is(t, SMALL[i])) return i;
    for (int i = 2; i < 10; i++)
        if (word_is(t, TENS[i])) return 10 * i;
    return word_is(t, "a") ? 1 : -1;
}

int grammar_number_value(const grammar *g, const uint16_t *words, uint32_t count, uint32_t *value) {
    uint32_t whole = 0, part = 0;
    for (uint32_t i = 0; i < count; i++) {
        grammar_text t = grammar_word_text(g, words[i]);
        int v = word_value(t);
        if (v >= 0) {
            part += (uint32_t)v;
        } else if (word_is(t, "hundred")) {
            part *= 100;
        } else if (word_is(t, "thousand")) {
            whole = part * 1000;
            part = 0;
        } else if (!word_is(t, "and")) {
            return 0;
        }
    }
    *value = whole + part;
    return count > 0;
}
