/* llm_adapt: another adapter between two turns (see llm.h and lora.h). */
#include "models/llm/llm.h"

/* Nothing but what every conversation begins with was taken or waits. */
static int untouched(const llm *m) {
    return m->prompt_tokens == 0 && m->reply_tokens == 0 && llama_total(&m->model) + m->queued == m->prefix;
}

int llm_adapt(llm *m, const lora *x) {
    if (m->state != LLM_WAIT_USER) return ERR_STATE;
    llm_forget(m);
    int first = untouched(m), code = lora_wear(&m->model.side, x);
    if (code) return code;
    m->start.rows = 0; /* the kept beginning is the other weights' */
    if (first) llm_reset(m);
    return ERR_NONE;
}
