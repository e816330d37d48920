/* match: which sentence of a grammar was said? Exact Viterbi search of the CTC topology (Graves et al. 2006) over the grammar's graph.
 *
 *     match_layout(m, arena, g, &limits);  match_scratch(m, arena);  match_reset(m);
 *     for each CTC frame:  match_push(m, log_p);      at any time:  match_so_far(m, &whole)      at the end:  match_finish(m, &result)
 *
 * Every phone of every strand holds two tokens, one in the phone and one in a blank after it (needed between equal phones, else free); a frame
 * updates all of them once: O(states). What two tokens have in common they share: a token's past is a record in a pool of (record before, strand),
 * swept when it is full; when what lives does not leave room for one more frame, the beam is halved for that frame, so memory is fixed. With
 * `beam` larger than any difference of two tokens the search is exact. Times come from aligning the frames to the winner's phones.
 *
 * Costs are whole numbers, natural logs times MATCH_UNIT: the same on every machine and for any chunking. A frame costs at most 255 a class, so that one bad frame
 * does not lose the sentence. The competitor is the free phone loop, the cheapest class of each frame: how far the sentence is above it, a
 * frame with a phone, is what the confidence is made from (a garbage model's likelihood ratio; Rose & Paul 1990).
 */
#ifndef SOTTO_MODELS_ASR_MATCH_H
#define SOTTO_MODELS_ASR_MATCH_H
#include "models/asr/grammar.h"

enum {
    MATCH_CLASSES = 40, /* 0 is the blank */
    MATCH_UNIT = 16,
    MATCH_NONE = 0xffff, /* no token, no record, no strand */
    MATCH_FRAMES = 4096, /* most frames of a sentence */
    MATCH_PHONES = 192,  /* most phones of a sentence */
    MATCH_WORDS = 48,    /* words of a sentence */
    MATCH_SLOTS = 16,    /* slots of a sentence, constants included */
    MATCH_TEXT = 512     /* bytes of its words, and of its slots' values, each with its NUL */
};

typedef struct match_limits {
    uint32_t max_frames; /* of one sentence, 1..MATCH_FRAMES; a longer one is not accepted */
    float frame_ms;      /* length of a CTC frame, e.g. 80 / 3 */
    float beam;          /* natural log; tokens this much worse than the best are dropped; at most 4000 */
    float word_penalty;  /* natural log, for each word */
    float blank_cost;    /* natural log, added to every blank: CTC networks favour it, and a command then loses its short words */
} match_limits;

typedef struct match_token { /* costs relative to the frame's best; MATCH_NONE: dead */
    uint16_t label, label_past, blank, blank_past;
} match_token;

typedef struct match_record {
    uint16_t prev, strand; /* record before (MATCH_NONE: none), the strand that was gone through */
} match_record;

typedef struct match_node { /* the two cheapest ways here whose last phones differ */
    uint16_t cost[2], past[2], strand[2];
    uint8_t phone[2]; /* last phone, 0 after a blank */
} match_node;

typedef struct match {
    const grammar *g;
    match_limits limits;
    uint32_t frame_count, records, free_record, free_count;
    uint32_t start;     /* cost of having heard nothing yet */
    uint32_t best;      /* cheapest token of the last frame, not yet taken off */
    uint32_t base;      /* sum of what was taken off */
    uint32_t free_cost; /* of the free phone loop */
    uint32_t spikes;    /* frames whose cheapest class is a phone */
    uint32_t strained;  /* frames for which the beam was narrowed */
    uint32_t beam, penalty;
    int over;             /* more frames than max_frames came */
    match_token *token;   /* [states] */
    uint16_t *alive;      /* [strands] its cheapest token */
    uint16_t *made_past;  /* [strands] the record last made for going through it: what was before ... */
    uint16_t *made;       /* ... and the record */
    match_record *record; /* [records] */
    uint8_t *marked;      /* [records] */
    uint8_t *cost;        /* [max_frames x MATCH_CLASSES] */
    match_node *node;     /* scratch [nodes] */
    uint16_t *via;        /* scratch [nodes] */
    uint8_t *back;        /* scratch [max_frames x MATCH_PHONES / 2] */
    uint32_t *sum;        /* scratch [2 x MATCH_PHONES] */
} match;

typedef struct match_word {
    uint32_t at, len; /* in result.said */
    uint32_t begin_ms, end_ms;
    float confidence;
} match_word;

typedef struct match_slot {
    grammar_text name;         /* in the grammar's text */
    const char *value;         /* in result.values, NUL-terminated */
    uint32_t begin_ms, end_ms; /* since the reset; 0, 0 for a constant */
    float confidence;          /* 0..1; 1 for a constant */
} match_slot;

typedef struct match_result {
    uint32_t intent;  /* number of the block */
    float confidence; /* 0..1, of the whole sentence */
    float gap;        /* natural log a spoken frame that the free phone loop is better by */
    float margin;     /* natural log to the best sentence of another intent; 4095 when there is none */
    uint32_t cost;    /* of the whole sentence, 1/MATCH_UNIT natural log, word penalties included */
    uint32_t begin_ms, end_ms;
    uint32_t words, slots, values_len;
    match_word word[MATCH_WORDS];
    match_slot slot[MATCH_SLOTS];
    char said[MATCH_TEXT], values[MATCH_TEXT];
} match_result;

void match_layout(match *m, arena *a, const grammar *g, const match_limits *limits); /* state; g must outlive m */
void match_scratch(match *m, arena *a); /* what a push, match_so_far or match_finish needs only while it runs */
void match_reset(match *m);
void match_push(match *m, const float *log_p); /* one frame of natural log probabilities [MATCH_CLASSES] */
/* How sure it is that what was said so far begins a sentence, 0..1; *complete: it is a whole one (no unfinished one is nearer). O(strands). */
float match_so_far(match *m, int *complete);
/* The best whole sentence. 1 and *r filled; 0 when no sentence ends here, it was too long, or nothing was said. r keeps pointing into the grammar's text. */
int match_finish(match *m, match_result *r);

/* ---- between the two files ---- */
int match_winner(match *m, uint32_t *jump, uint32_t *second); /* 1: jump to the cheapest intent's end; cost of another intent, or MATCH_NONE */
float match_confidence(float gap);

#endif
