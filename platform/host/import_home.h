/* import_home: Home Assistant's sentence templates (YAML) as one grammar in our format.
 *
 * Taken: `intents` and the newer one-intent files (the folder names the intent), `data` with `sentences`, `slots`, local `expansion_rules`, `response`
 * where it is plain text; `lists` of values and ranges, `expansion_rules`; responses/ *.yaml. Left out and counted: sentences with wildcard lists, with
 * signs that cannot be said, list values with such signs, halves of ranges, and all context conditions. The lists name, area and floor are
 * the home's own: short ones are put in to be edited.
 */
#ifndef SOTTO_HOST_IMPORT_HOME_H
#define SOTTO_HOST_IMPORT_HOME_H
#include <stdio.h>

typedef struct import_rule { /* a list or an expansion rule */
    char *name, *text;
    int list;
    int wild; /* cannot be said: a wildcard, or something in it is */
} import_rule;

typedef struct import_block { /* sentences of one intent with the same slots and answer */
    char *intent, *slots, *response;
    char **sentence;
    int sentences;
    int written;
} import_block;

typedef struct import_home {
    import_rule *rule;
    import_block *block;
    char **answer; /* "intent key" and its text, in turns */
    int rules, blocks, answers;
    int locals;                                                             /* local rules so far: they get this number */
    int files, sentences, taken, wild, signs, values, contexts, unanswered; /* counts of what was found and what was left out */
} import_home;

/* Adds a file, or all *.yaml below a folder. 0, or -1 after complaining. */
int import_add(import_home *x, const char *path);
void import_write(import_home *x, FILE *to);
void import_report(const import_home *x, FILE *to);
void import_free(import_home *x);

/* between the two files */
char *import_copy(const char *text);
char *import_template(const char *text); /* with signs as words; NULL when something in it cannot be said */

#endif
