/* eval: what `sotto eval asr` is asked, what it measures on, and what it found; the parts that read, run and show it share this.
 *
 *   cmd_eval.c        options, order of events, exit code
 *   eval_task.c       manifest, references, noise: what is to be measured
 *   eval_run.c        sounds through the runtime, one worker a job
 *   eval_show.c       the tables          eval_json.c   everything, for programs
 *   eval_judge.c      gates
 * with eval_words (spelling), eval_score (distances), eval_slots, eval_noise, eval_stat, eval_figures, eval_slices and eval_gates below them.
 */
#ifndef SOTTO_HOST_EVAL_H
#define SOTTO_HOST_EVAL_H
#include "platform/host/eval_gates.h"
#include "platform/host/eval_manifest.h"
#include "platform/host/eval_noise.h"
#include "platform/host/eval_slices.h"
#include "platform/host/eval_slots.h"
#include "runtime/sotto.h"
#include <stdio.h>

typedef struct eval_options {
    const char *manifest, *set, *split;
    const char *pack, *model, *against, *kernels;
    const char *noise, *snr, *entities, *gates, *json, *grammar, *bias;
    unsigned long long beam, jobs, limit;
    double accept; /* how sure a sentence of the grammar must be; negative: the runtime's default */
    int babble, details;
} eval_options;

typedef struct reference {
    char *said;    /* normalised words; NULL: none */
    slot_set want; /* expected slots */
    int slotted;
} reference;

typedef struct eval_task {
    const eval_options *o;
    manifest list;
    reference *ref;   /* [list.count] */
    uint32_t skipped; /* rows whose reference cannot be spelt out, or that have none */
    slot_values values;
    entity_list entities;
    noise_bank noise;
    condition condition[CONDITIONS_MOST];
    uint32_t conditions;
    gate_list gates;
} eval_task;

typedef struct eval_model { /* a recogniser and what it did */
    char file[256], version[40], kernels[32];
    double bytes, arena, macs; /* macs: millions of multiply-accumulates a second of speech; NAN: the file's shape does not tell */
    measure *measures;         /* [conditions x list.count], condition by condition */
} eval_model;

typedef struct eval_report {
    const eval_task *task;
    eval_model model[2];
    uint32_t models;
    slice_table slices;
    figures *of[2];     /* [slices.count] */
    double *low, *high; /* [slices.count] interval of the difference in word error rate */
} eval_report;

/* All of them complain themselves; 0 or an exit code. */
int eval_task_open(eval_task *t, const eval_options *o);
void eval_task_close(eval_task *t);
/* Every sound of the task under every condition; `model` (NULL: the pack's) is the recogniser. */
int eval_run(const eval_task *t, const char *model, eval_model *out);
void eval_model_free(const eval_task *t, eval_model *m);
int eval_report_build(eval_report *r);
void eval_report_free(eval_report *r);
void eval_show(FILE *to, const eval_report *r);
int eval_write_json(const eval_report *r);
/* Prints every gate; EXIT_FAIL when one is broken, EXIT_USAGE when one names what was not measured. */
int eval_judge(FILE *to, const eval_report *r);
/* The value that a gate looks at; NAN when it was not measured. -1: no such slice. */
int eval_gate_value(const eval_report *r, const gate *g, double *value);

/* Millions of multiply-accumulates that a second of speech costs a recogniser, by the shapes in its file (the beam search is not counted);
 * NAN when they are not there. */
double eval_macs(const sotto_model *m);

#endif
