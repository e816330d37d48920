/* prompts: the sound of short replies ("Done."), kept for when they are said again, in fixed memory.
 *
 * Only replies whose whole text is there before their first clause is begun take part. One that was said of late (its hash is among the last
 * PROMPTS_SEEN) is kept when all of it was spoken, and played from then on: answers that are given once push nothing out. The samples are the
 * very ones that were made. The key is the text; what else the sound hangs on (models, speed ...) is fixed for a runtime. Entries lie one
 * behind the other in the pool; the one not used for longest gives way. (runtime/replies.c keeps answers: what is said to a question. The two
 * meet only in that a kept answer's text is there at once, so its sound may be kept too.)
 */
#ifndef SOTTO_PROMPTS_H
#define SOTTO_PROMPTS_H
#include "runtime/base/arena.h"
#include <stdint.h>

enum { PROMPTS = 12, PROMPTS_SEEN = 16, PROMPT_TEXT = 64 /* bytes with the NUL */, PROMPT_WORDS = 12 };

typedef struct prompt_word {
    uint16_t begin, end; /* frames */
    uint8_t at, len;     /* in the text */
} prompt_word;

typedef struct prompt {
    uint64_t used;                  /* when, in replies */
    uint32_t at, samples;           /* in the pool */
    uint32_t words;                 /* captions */
    uint32_t len;                   /* bytes of text */
    char text[PROMPT_TEXT];         /* with its NUL */
    prompt_word word[PROMPT_WORDS]; /* [words] */
} prompt;

typedef struct prompts {
    int16_t *pool; /* [room] samples: the entries' in their order, then the note's */
    uint32_t room; /* 0: nothing is kept */
    prompt *entry; /* [PROMPTS + 1] the last place used is the note's: the reply that is being spoken */
    uint32_t count;
    int noting;                  /* its text is noted */
    int keeping;                 /* its sound too */
    uint32_t seen[PROMPTS_SEEN]; /* hashes of texts, a ring */
    uint32_t seen_next;
    uint64_t clock, hits, misses;
} prompts;

void prompts_layout(prompts *p, arena *a, uint32_t ms);
void prompts_reset(prompts *p);
void prompts_forget_all(prompts *p);             /* the voice speaks otherwise now */
void prompts_begin(prompts *p);                  /* a reply */
void prompts_text(prompts *p, const char *text); /* more of its text */
const prompt *prompts_find(prompts *p);          /* its text is complete: what is kept of it, or NULL */
void prompts_sound(prompts *p, const int16_t *pcm, uint32_t n);
void prompts_word(prompts *p, const char *text, uint32_t len, uint32_t begin, uint32_t end); /* frames */
void prompts_keep(prompts *p);                                                               /* it was spoken whole */
void prompts_drop(prompts *p);                                                               /* it was not */

#endif
