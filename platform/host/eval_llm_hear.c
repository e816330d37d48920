/* eval_llm_hear: see eval_llm.h. The lists' sounds go through `sotto eval asr`'s machinery (eval_run.c), each as one utterance from a fresh start;
 * what was heard takes the place of what was said, and is scored against it. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/args.h"
#include "platform/host/eval.h"
#include "platform/host/eval_llm.h"
#include "platform/host/eval_words.h"
#include <stdlib.h>
#include <string.h>

static int keep_heard(llm_task *t, uint32_t first, uint32_t n, const eval_model *m) {
    for (uint32_t i = 0; i < n; i++) {
        llm_row *r = &t->row[first + i];
        const measure *x = &m->measures[i];
        if (!(t->heard[first + i] = strdup(x->heard))) return complain(EXIT_FAIL, "eval: out of memory");
        r->user = t->heard[first + i];
        r->scored = x->scored;
        r->heard = x->text;
    }
    return 0;
}

/* The rows of one list, from row `first` of all on. */
static int hear_list(llm_task *t, uint32_t list, uint32_t first) {
    platform_error e;
    eval_options o = {
        .manifest = t->o->list[list], .pack = t->o->pack, .kernels = t->o->kernels, .bias = t->o->bias, .jobs = t->o->jobs, .accept = -1};
    eval_task sounds = {.o = &o, .list = t->list[list], .condition = {{.name = "clean", .clean = 1}}, .conditions = 1};
    eval_model m;
    uint32_t n = sounds.list.count;
    sounds.ref = calloc(n, sizeof *sounds.ref);
    int code = sounds.ref ? 0 : complain(EXIT_FAIL, "eval: out of memory");
    if (!code && entities_open(&sounds.entities, NULL, &e) != 0) code = complain(EXIT_FAIL, "eval: %s", e.text);
    for (uint32_t i = 0; i < n && !code; i++) sounds.ref[i].said = words_spelt(t->row[first + i].user);
    if (!code) code = eval_run(&sounds, NULL, &m);
    if (!code) {
        code = keep_heard(t, first, n, &m);
        eval_model_free(&sounds, &m);
    }
    for (uint32_t i = 0; sounds.ref && i < n; i++) free(sounds.ref[i].said);
    free(sounds.ref);
    entities_close(&sounds.entities);
    return code;
}

int llm_hear(llm_task *t) {
    uint32_t first = 0;
    int code = 0;
    t->heard = calloc(t->all.count, sizeof *t->heard);
    if (!t->heard) return complain(EXIT_FAIL, "eval: out of memory");
    for (int i = 0; i < t->o->lists && !code; i++) {
        code = hear_list(t, (uint32_t)i, first);
        first += t->list[i].count;
    }
    return code;
}
