/* ending: see ending.h. The lists are sorted for nobody: a few hundred bytes looked through once a chunk. */
#include "runtime/ending.h"
#include <string.h>

/* Words that a spoken request hardly ever ends with. "on", "off", "up", "in", "it", "that" are not here: requests end with them. */
static const char OPEN[] =
    " a an the my your our his her its their some any every each another and or but because if with without to for of at from by into "
    "than as is are was were be am i'd i'm i'll i've he's she's we're they're can could would will should may might must shall "
    "lots bit little lot very set turn switch make give put add get take change remind wake call play tell "
    "between per via until till like plus minus times divided um uh er erm hmm what's who's where's ";

static const char NUMBER[] = " twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million point oh ";

/* The last word of `text` stands between two spaces of `list`. */
static int last_word_in(const char *text, const char *list) {
    size_t all = strlen(text), at = all;
    while (at > 0 && text[at - 1] != ' ') at--;
    const char *word = text + at;
    size_t len = all - at;
    if (len == 0) return 0;
    for (const char *in = strstr(list, word); in; in = strstr(in + 1, word)) {
        if (in[-1] == ' ' && in[len] == ' ') return 1;
    }
    return 0;
}

int ending_open(const char *text) {
    return last_word_in(text, OPEN);
}

int ending_number(const char *text) {
    return last_word_in(text, NUMBER);
}
