/* constrain: a grammar over tokens, so that only valid calls can be written, and only with words that were said.
 *
 *     call  = tool { " " argument "=" value }        each argument at most once, those that are not optional must be there
 *     value = a listed word | word { " " word }      words: that the user said of late, or that a tool answered, in one piece (said.h)
 *
 * This is the language that toolcall_parse takes, as an automaton over bytes. A token may be picked when its bytes lead to a state from
 * which a valid end can be reached within TOOL_TEXT bytes; that is computed, as the fewest bytes to such an end, so nothing leads into a
 * dead end: every byte used can be written as a token of its own. Any tokenizer will do; tokens need not meet words.
 * In a reply after a result, numbers are held to the result, the call and what the user said in this turn: digits and number words.
 *
 * Greedy picking tries the likeliest tokens first, so mostly one; with a temperature all others are masked before the draw, which
 * leaves the model's distribution over what is valid (as in grammar-constrained decoding, Geng et al. 2023).
 * Memory: 2 * (2 * max_text + SAID_SPARE + 4 * SAID_PAIRS + CONSTRAIN_TEXT) bytes, one for each token of the
 * vocabulary, and the struct.
 */
#ifndef SOTTO_MODELS_LLM_CONSTRAIN_H
#define SOTTO_MODELS_LLM_CONSTRAIN_H
#include "models/llm/said.h"
#include "models/llm/tokenizer.h"
#include "models/llm/toolcall.h"

enum { CONSTRAIN_VALID = 1, CONSTRAIN_FAITHFUL = 2, CONSTRAIN_NUMBERS = 4 }; /* calls are valid; and their values said; numbers in replies */
enum { CONSTRAIN_NONE = 255, CONSTRAIN_RUN = 64, CONSTRAIN_TEXT = TOOL_TEXT + TOK_PIECE_MAX };

typedef struct constrain_at { /* a place in a call: small, copied for every token that is tried */
    uint16_t len, word;       /* bytes so far; where the word that is being written begins */
    uint8_t tool, arg;        /* which; CONSTRAIN_NONE: still in the tool's name, in no argument yet */
    uint8_t used;             /* a bit for each argument that was begun */
    uint8_t key, value;       /* the word may become an argument's name, a word of the value */
    uint8_t pending;          /* bytes that the begun character lacks */
    uint8_t space;            /* one space before the tool's name was passed over */
} constrain_at;

typedef struct constrain_place { /* all that a pick depends on, and moves on */
    said words;
    char *user;              /* [max_text + 1] what the user said in this turn, until the turn is answered */
    int heard;               /* `user` is among the words */
    int shortest[2];         /* bytes of the shortest word, and of the shortest that is a number's; -1: none */
    int told;                /* this turn has a result: its reply's numbers are held to what is there */
    constrain_at at;         /* in the call */
    char *text;              /* [CONSTRAIN_TEXT] the call so far, and behind it the token that is tried */
    char run[CONSTRAIN_RUN]; /* the run of digits or letters at the reply's end */
    uint32_t run_len;        /* CONSTRAIN_RUN: longer than that, no number */
} constrain_place;

typedef struct constrain_stats {
    uint64_t calls, picks, changed;      /* calls begun, tokens picked in them, and how many of those were not the model's likeliest */
    uint64_t reply_picks, reply_changed; /* tokens picked in replies after a result, and how many were not the likeliest */
} constrain_stats;

typedef struct constrain {
    const tokenizer *tok;
    tool_set tools;
    uint32_t flags;    /* CONSTRAIN_* */
    uint8_t spell[32]; /* a bit for each byte that can be written as one token */
    int plain;         /* among them all of ASCII that can be printed */
    uint32_t max_text;
    uint8_t *lead; /* [vocab] first byte of each token, 0: none */
    /* state */
    constrain_place place[2]; /* the turn's own, and that of picks made ahead of it */
    constrain_place *now;
    constrain_stats stats; /* picks that were made ahead in vain count too */
} constrain;

void constrain_layout(constrain *c, arena *a, const tokenizer *tok, const tool_set *tools, uint32_t flags, uint32_t max_text);
void constrain_reset(constrain *c);

/* Picks from here on depend on a copy of the turn's place, which `user` (NULL: as it is) was said in; then back to the turn's own. */
void constrain_copy(constrain *c, const char *user);
void constrain_ahead(constrain *c, int ahead); /* 1: the copy is asked and moved on; 0: the turn's own place */

/* What is said, in the order of the turn. */
void constrain_user(constrain *c, const char *text);
void constrain_answer(constrain *c, int call); /* the model picked a call, or a reply */
int constrain_can_call(constrain *c);          /* before that; 0: no valid call can be written */
void constrain_result(constrain *c, const char *text);

/* Lowers the logits [vocab] of what may not be picked now (`end` closes the call, the reply). greedy: only until the largest may be picked. */
void constrain_mask_call(constrain *c, float *logits, uint32_t vocab, uint32_t end, int greedy);
void constrain_take_call(constrain *c, uint32_t id, uint32_t end); /* this one was picked */
void constrain_mask_reply(constrain *c, float *logits, uint32_t vocab, uint32_t end, int greedy);
void constrain_take_reply(constrain *c, uint32_t id, uint32_t end);

/* The automaton by itself: bytes text[0..len) of a token more; 1 when a valid end can be reached behind them, and `at` moves on. */
void constrain_begin(constrain_at *at);
int constrain_try(constrain *c, constrain_at *at, const char *text, size_t len);
int constrain_done(const constrain *c, const constrain_at *at); /* the call may end here */

#endif
