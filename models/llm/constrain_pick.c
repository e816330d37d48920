/* constrain: what may be picked now (see constrain.h): the mask over logits, in a call and in a reply. */
#include "models/llm/constrain.h"
#include "models/llm/sampler.h"
#include <string.h>

static const float NEVER = -3.4e38f, HARDLY = -3.3e38f;
enum { TRIES = 4 /* of the likeliest tokens before all are looked through */ };

typedef int (*may_fn)(constrain *c, const char *bytes, size_t len);

static int may_call(constrain *c, const char *bytes, size_t len) {
    constrain_at at = c->now->at;
    return len && constrain_try(c, &at, bytes, len);
}

static int may_token(constrain *c, uint32_t id, may_fn may) {
    char bytes[TOK_PIECE_MAX];
    return may(c, bytes, tok_decode(c->tok, bytes, id));
}

/* The same when many are asked: may[b] keeps what was found out about tokens that begin with byte b: 1 some may, 2 none. */
static int may_begin(constrain *c, uint32_t id, uint8_t *may) {
    uint8_t b = c->lead[id];
    if (!may[b]) may[b] = b && may_call(c, (const char *)&b, 1) ? 1 : 2;
    return may[b] == 1;
}

/* Every logit that may not be picked goes down; one that may is a number above those. */
static void mask_all(constrain *c, float *logits, uint32_t vocab, uint32_t end, int can_end, may_fn may) {
    uint8_t first[256] = {0};
    for (uint32_t i = 0; i < vocab; i++) {
        int good = i == end ? can_end : logits[i] != NEVER && (may != may_call || may_begin(c, i, first)) && may_token(c, i, may);
        if (!good)
            logits[i] = NEVER;
        else if (!(logits[i] > NEVER))
            logits[i] = HARDLY;
    }
}

static int may_likeliest(constrain *c, float *logits, uint32_t vocab, uint32_t end, int can_end, may_fn may) {
    uint32_t id = sampler_greedy(logits, vocab);
    if (id == end ? can_end : logits[id] != NEVER && may_token(c, id, may)) return 1;
    logits[id] = NEVER;
    return 0;
}

/* 1 when the likeliest token was refused. */
static int mask(constrain *c, float *logits, uint32_t vocab, uint32_t end, int can_end, int greedy, may_fn may) {
    int first = may_likeliest(c, logits, vocab, end, can_end, may), good = first;
    for (int i = 1; greedy && !good && i < TRIES; i++) good = may_likeliest(c, logits, vocab, end, can_end, may);
    if (!greedy || !good) mask_all(c, logits, vocab, end, can_end, may);
    return !first;
}

/* ---- in a call ---- */

void constrain_mask_call(constrain *c, float *logits, uint32_t vocab, uint32_t end, int greedy) {
    if (!(c->flags & CONSTRAIN_VALID)) return;
    c->stats.changed += (uint64_t)mask(c, logits, vocab, end, constrain_done(c, &c->now->at), greedy, may_call);
}

/* The call's free values were said by now: they stay among the words, since later turns lean on them ("and in the bedroom"). */
static void keep_values(constrain *c) {
    toolcall made;
    if (toolcall_parse_set(&made, &c->tools, c->now->text, c->now->at.len) != TOOLCALL_OK) return;
    for (uint32_t i = 0; i < made.count; i++) {
        uint32_t arg = 0;
        while (strcmp(made.tool->arg[arg].name, made.arg[i].key) != 0) arg++;
        if (!made.tool->arg[arg].words) said_hear(&c->now->words, made.arg[i].value, strlen(made.arg[i].value));
    }
}

void constrain_take_call(constrain *c, uint32_t id, uint32_t end) {
    char bytes[TOK_PIECE_MAX];
    if (!(c->flags & CONSTRAIN_VALID)) return;
    if (c->now == c->place) c->stats.picks++;
    if (id == end)
        keep_values(c);
    else
        constrain_try(c, &c->now->at, bytes, tok_decode(c->tok, bytes, id));
}

/* ---- numbers in a reply ----
 *
 * A run of digits must be one of this turn's, a counting word one of this turn's words. While it is being written it need only
 * begin one; a word that merely begins like a number ("tennis") is no concern, unless it is one so far and no said word goes on from it.
 */

enum run_kind { RUN_NONE, RUN_DIGITS, RUN_LETTERS };

static enum run_kind kind_of(char c) {
    return c >= '0' && c <= '9' ? RUN_DIGITS : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? RUN_LETTERS : RUN_NONE;
}

/* May the run stop here (whole), or stand here as a beginning? */
static int run_good(const constrain *c, const char *run, uint32_t len, int whole) {
    int rest;
    if (len == 0) return 1;
    if (kind_of(run[0]) == RUN_DIGITS)
        rest = len < CONSTRAIN_RUN ? said_digits_rest(&c->now->words, run, len) : -1;
    else if (len < CONSTRAIN_RUN && toolcall_counts(run, len))
        rest = said_turn_rest(&c->now->words, run, len);
    else
        return 1;
    return whole ? rest == 0 : rest >= 0;
}

/* The reply's last run after these bytes; 0 when a number that nobody said would stand there. */
static int run_on(const constrain *c, char *run, uint32_t *len, const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        enum run_kind kind = kind_of(bytes[i]);
        if (*len && kind != kind_of(run[0])) {
            if (!run_good(c, run, *len, 1)) return 0;
            *len = 0;
        }
        if (kind != RUN_NONE && *len < CONSTRAIN_RUN) {
            run[*len] = bytes[i];
            if (kind == RUN_LETTERS && bytes[i] < 'a') run[*len] = (char)(bytes[i] + 32);
            ++*len;
        }
    }
    return run_good(c, run, *len, 0);
}

static int may_reply(constrain *c, const char *bytes, size_t len) {
    char run[CONSTRAIN_RUN];
    uint32_t n = c->now->run_len;
    memcpy(run, c->now->run, sizeof run);
    return run_on(c, run, &n, bytes, len);
}

static int holds_numbers(const constrain *c) {
    return c->flags & CONSTRAIN_NUMBERS && c->now->told;
}

void constrain_mask_reply(constrain *c, float *logits, uint32_t vocab, uint32_t end, int greedy) {
    if (!holds_numbers(c)) return;
    c->stats.reply_changed += (uint64_t)mask(c, logits, vocab, end, run_good(c, c->now->run, c->now->run_len, 1), greedy, may_reply);
}

void constrain_take_reply(constrain *c, uint32_t id, uint32_t end) {
    char bytes[TOK_PIECE_MAX];
    if (!holds_numbers(c)) return;
    if (c->now == c->place) c->stats.reply_picks++;
    if (id != end) run_on(c, c->now->run, &c->now->run_len, bytes, tok_decode(c->tok, bytes, id));
}
