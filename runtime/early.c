/* early: what the language model does before it is asked, when nothing else is to do (see models/llm/llm_ahead.c).
 *
 * While the user speaks, the words that stand go into the cache; in a pause all words so far do, and the model picks its answer up to where a tool
 * has to run. No tool is called, no event raised, no text given out. When the turn comes with that text, its prefill and first tokens are there;
 * whatever differs is taken back exactly, so being early changes only when things happen.
 * Between turns it also catches up: what closed the last turn, and turns that others answered (the grammar, the kept replies), go into the
 * cache so that they are part of the history and no later prompt pays for them.
 */
#include "models/llm/toolcall.h"
#include "runtime/internal.h"
#include <string.h>

static int early_wanted(const sotto *s) {
    return s->config.speculate && s->think.local && s->think.mind.turns && !s->remote.far;
}

void early_expect(sotto *s, const char *text, int whole) {
    if (!early_wanted(s) || !text[0]) return;
    llm_expect(&s->think.mind, text, whole); /* not possible while a reply is being made, or for a text that is too long: then not */
}

void early_forget(sotto *s) {
    if (s->think.local) llm_forget(&s->think.mind);
}

int early_step(sotto *s) {
    think_desk *d = &s->think;
    if (!d->local || d->running) return 0;
    uint64_t from = turn_now(s), rows = d->mind.counts.ahead_rows, picks = d->mind.counts.ahead_picks;
    uint32_t n = llm_ahead_step(&d->mind);
    if (n == 0) return 0;
    uint64_t ns = turn_now(s) - from;
    if (d->mind.counts.ahead_picks != picks) {
        d->reply_ns += ns; /* its token is counted when a turn takes it over */
    } else {
        d->prompt_ns += ns;
        d->prompt_tokens += n;
    }
    if (d->mind.counts.ahead_rows != rows || d->mind.counts.ahead_picks != picks) d->ahead_ns += ns;
    return 1;
}

/* A call that the model could have written itself is part of its history; others (of a grammar's own intents) are not. */
void early_tell(sotto *s, const char *user, const char *call, const char *result, const char *reply) {
    toolcall parsed;
    if (!s->think.local || !reply[0]) return;
    if (call && toolcall_parse_set(&parsed, &s->think.mind.limits.tools, call, strlen(call)) != TOOLCALL_OK) call = NULL;
    if (llm_tell(&s->think.mind, user, call, call ? result : NULL, reply) == 0) s->think.told++;
}
