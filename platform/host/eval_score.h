/* eval_score: how far what was heard is from what was said: words, characters, and the words that carry the meaning (entities).
 *
 * Levenshtein distance (substitution, deletion, insertion cost 1 each) between normalised texts. Entity errors are read off the same best
 * alignment: an entity word said that was deleted or heard as another word, and an entity word heard that nobody said.
 */
#ifndef SOTTO_HOST_EVAL_SCORE_H
#define SOTTO_HOST_EVAL_SCORE_H
#include "platform/platform.h"

typedef struct score {
    uint32_t words, word_errors;      /* said; distance */
    uint32_t chars, char_errors;      /* the same over characters, spaces included */
    uint32_t entities, entity_errors; /* said; wrong */
} score;

typedef struct entity_list { /* words that carry meaning: numbers and times, and those of a file */
    char *bytes;
    const char **word; /* [count], sorted */
    uint32_t count;
} entity_list;

/* Words of `path` (any text: every word of it), on top of the number and time words; NULL: those alone. */
int entities_open(entity_list *l, const char *path, platform_error *e);
void entities_close(entity_list *l);
int entities_have(const entity_list *l, const char *word, size_t len);

/* Both texts as words_normalise writes them. 0, or -1 when out of memory. */
int score_texts(score *s, const char *said, const char *heard, const entity_list *l);
/* Words of `before` that `after` changed or removed: all from the first that differs. */
uint32_t score_unstable(const char *before, const char *after);

#endif
