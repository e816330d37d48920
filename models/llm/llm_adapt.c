/* llm_adapt: which adapter the model wears, and what must not outlive a change of it (see llm.h and lora.h). */
#include "models/llm/llm.h"

/* The kept beginning of conversations is other weights' after a change. */
static int wear(llm *m, const lora *x) {
    if (m->model.side.worn == x) return ERR_NONE;
    m->start.rows = 0;
    return lora_wear(&m->model.side, x);
}

/* Nothing but what every conversation begins with was taken or waits. */
static int untouched(const llm *m) {
    return m->prompt_tokens == 0 && m->reply_tokens == 0 && llama_total(&m->model) + m->queued == m->prefix;
}

int llm_adapt(llm *m, const lora *x) {
    if (m->state != LLM_WAIT_USER) return ERR_STATE;
    if (x && x->rank > m->limits.adapter_rank) return ERR_ARG;
    llm_forget(m);
    int first = untouched(m);
    wear(m, x);
    if (first) llm_restart(m);
    return ERR_NONE;
}

void llm_reset(llm *m) {
    wear(m, m->limits.adapter);
    llm_restart(m);
}
