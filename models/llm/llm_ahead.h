/* llm_ahead: what llm_step.c and llm_ahead.c share: the turn's tokens against those that are in the cache already (see llm.h). */
#ifndef SOTTO_MODELS_LLM_AHEAD_H
#define SOTTO_MODELS_LLM_AHEAD_H
#include "models/llm/llm.h"

/* llm_step.c: the token that m->logits give in m->state; moves the sampler on and spoils the logits. */
uint32_t llm_pick_fresh(llm *m);
/* llm_step.c: up to a batch of the queue into the cache; *known: how many were there already. Returns the tokens taken. */
uint32_t llm_take_batch(llm *m, uint32_t *known);

void ahead_clear(llm *m);    /* without a look at the cache */
void ahead_drop(llm *m);     /* takes back all rows that the turn did not come to */
uint32_t ahead_next(llm *m); /* the token that was picked for this place already, or TOK_NONE */
uint32_t ahead_take(llm *m); /* how many of the queue's head are in the cache already; takes back what is there instead of the rest */
int ahead_lookup(llm *m);    /* the one token of the queue with a guess at what follows; 0: there is no guess and nothing was done */
void recent_put(llm *m, const uint32_t *token, uint32_t n); /* tokens taken */

#endif
