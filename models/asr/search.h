/* search: frames of phone scores -> words, as they come: a CTC beam search over the phone trie of the lexicon with the word model.
 *
 * A hypothesis is a place in the trie after some words; it sums the alignments that end in a blank and in its last phone (prefix beam
 * search, Hannun et al. 2014; over a lexicon as in Collobert et al. 2016). A phone that ends a word also begins a second hypothesis at the root,
 * which pays weight * ln p(word | two words before) + bonus; inside a word the likeliest word below stands in for it (look-ahead).
 * Two hypotheses at one place with the same two last words are one from then on (the better history stays).
 * Words said are kept in a pool of nodes that point back; those that every hypothesis shares are settled.
 * Memory: O(beam + words). Every order is fixed, ties go to the older candidate, so the result is the same everywhere.
 */
#ifndef SOTTO_MODELS_ASR_SEARCH_H
#define SOTTO_MODELS_ASR_SEARCH_H
#include "models/asr/vocab.h"
#include "models/asr/ngram.h"
#include "models/kernels/kernels.h"
#include "runtime/base/arena.h"

enum {
    SEARCH_MAX_BEAM = 512,
    SEARCH_BRANCH = 20,  /* candidates a frame, at most, for each hypothesis of the beam */
    SEARCH_CLASSES = 64, /* most CTC classes */
    SEARCH_PHRASES = 32, /* biasing phrases */
    SEARCH_PHRASE = 8    /* words of one */
};

typedef struct search_word { /* a word said */
    uint32_t before;         /* pool index of the word before it, 0: none */
    uint32_t begin, end;     /* CTC frames: of its first phone, after its last one */
    uint32_t mark;           /* of the sweep that found it alive */
    uint16_t word, depth;    /* depth: words up to this one */
    float confidence;        /* 0..1: e^(mean over its phones of ln p on its path - ln p of the best class) */
} search_word;

typedef struct search_hyp {
    float blank, label; /* ln of the alignments that end in a blank, in the last phone; word scores included */
    float score;        /* ln of their sum */
    uint32_t node;      /* in the trie, between words, or beyond the trie: a place in an extra word */
    uint32_t said;      /* pool index of the last word, 0: none */
    uint16_t one, two;  /* the last word and the one before it */
    uint16_t begin;     /* frames from the first phone of the word that is open to now, saturating */
    uint8_t phone;      /* last phone, 0: none yet */
    uint8_t phones;     /* of the open word */
    uint8_t run;        /* how often the last word was said in a row before */
    uint8_t fresh;      /* candidates: it has just closed its last word */
    float ahead;        /* look-ahead that is in the score */
    float path;         /* ln p of its best alignment since the open word began, less that of the best class */
} search_hyp;

typedef struct search_phrase {
    uint16_t word[SEARCH_PHRASE];
    uint32_t words;
    float weight; /* added for each of its words, natural log */
} search_phrase;

typedef struct search {
    const vocab *lex;
    const ngram *lm;
    uint32_t classes, beam, most; /* most words of a transcript */
    uint32_t frames;              /* taken since the reset */
    uint32_t heard;               /* frame after the last one whose best class was a phone */
    uint32_t hyps;                /* alive, 1..beam, best first */
    search_hyp *hyp, *spare;      /* [beam] */
    search_word *pool;            /* [pool_size], 0 unused */
    uint32_t pool_size, pool_next, sweep;
    search_phrase phrase[SEARCH_PHRASES];
    uint32_t phrases;
    search_hyp *next; /* [beam * SEARCH_BRANCH] candidates; scratch, as the next two */
    uint16_t *slot;   /* [slots] candidate + 1 by place; a power of two */
    uint16_t *order;  /* [beam] heap of the best candidates */
    uint32_t slots, count;
    uint32_t ended;
} search;

/* beam 1..SEARCH_MAX_BEAM, `most` words at most. lex and lm are kept. */
void search_layout(search *s, arena *a, const vocab *lex, const ngram *lm, uint32_t classes, uint32_t beam, uint32_t most);
void search_scratch(search *s, arena *a);
void search_reset(search *s);                    /* phrases stay */
void search_push(search *s, const float *log_p); /* one frame of log-probabilities [classes], class 0 the blank */
void search_finish(search *s);                   /* no more frames: words left open are closed, the sentence end is scored */
/* Words of the best hypothesis, first to last; returns how many (at most `most`). */
uint32_t search_words(const search *s, const search_word **out, uint32_t room);
uint32_t search_settled(const search *s);      /* leading words that no later frame can change */
uint32_t search_quiet_frames(const search *s); /* frames since the last one that sounded like a phone */
float search_ending(const search *s);          /* ln p(end of sentence | last words) of the best hypothesis; -1e30 inside a word */

/* Biasing: words of `phrase` (numbers of the lexicon) that follow one another are likelier by e^weight each. 0, or -1: no room. */
int search_bias(search *s, const uint16_t *word, uint32_t words, float weight);
void search_unbias(search *s);

#endif
