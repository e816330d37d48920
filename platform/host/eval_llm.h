/* eval_llm: what `sotto eval llm` is asked, what it measures on, and what it found.
 *
 *   cmd_eval.c          options, order of events, exit code
 *   eval_llm_list.c     the lists: rows and their slices
 *   eval_llm_hear.c     --asr: the rows' sounds through the recogniser
 *   eval_llm_run.c      rows through the runtime, tools answered from the list or a fixed table
 *   eval_llm_figures.c  figures and intervals        eval_llm_report.c   by slice, and gates
 *   eval_llm_show.c     the tables                   eval_llm_json.c     everything, for programs
 * with eval_calls and eval_numbers (what a call and a reply are held against) below them.
 *
 * A list is tab-separated: `user<TAB>call`, or other columns that a line `#columns user call ...` names; "#" begins a comment otherwise.
 *     user, call   what is said, and the calls accepted (eval_calls.h)
 *     result       what the tool answers (else a fixed answer for each tool); for a right tool only
 *     dialogue     rows one behind the other with the same value, not empty, are turns of one conversation; else each row is fresh
 *     file         the sound of `user`, for --asr
 *     any other    (source, tool, voice ...) a way to slice
 */
#ifndef SOTTO_HOST_EVAL_LLM_H
#define SOTTO_HOST_EVAL_LLM_H
#include "platform/host/adapter_file.h"
#include "platform/host/eval_calls.h"
#include "platform/host/eval_gates.h"
#include "platform/host/eval_slices.h"
#include "platform/host/tools_args.h"
#include <stdio.h>

enum { LLM_REPLY_TEXT = 1024, LLM_LISTS = 32 };

typedef struct llm_options {
    char **list;
    int lists;
    const char *pack, *model, *against, *kernels, *gates, *json;
    const char *bias;
    unsigned long long limit, jobs, window, sinks;
    int asr, errors, details;
    adapter_files adapters; /* of the first model */
    tools_args tools;       /* a user's own tools are never run here, but answered as the others are */
} llm_options;

typedef struct llm_row {
    const char *user, *accepted, *result; /* of the list; user as it was heard with --asr */
    int follows;                          /* the conversation of the row before goes on */
    uint32_t list, line;
    int scored; /* it was heard */
    score heard;
} llm_row;

typedef struct llm_task {
    llm_options *o;
    manifest list[LLM_LISTS]; /* [o->lists] */
    manifest all;             /* every row of every list, cells of the union of their columns, and what slices need */
    llm_row *row;             /* [all.count] */
    char **heard;             /* [all.count] owned; NULL without --asr */
    char (*tool)[CALL_TOOL];  /* [all.count] cells of the column that is made from the calls */
    gate_list gates;
} llm_task;

typedef struct llm_measure { /* one row */
    call_score call;
    char *got, *reply, *result; /* the call ("-": none), what was said, what the tool answered ("": nothing) */
    int malformed;              /* the runtime refused the call */
    int reach;                  /* what the model was given holds every word of an accepted call's free values */
    int faithful, numbered, replied, faithful_reply;
    uint32_t words, tokens; /* of the reply; tokens generated, the call's too */
    double first_ms;        /* turn begun -> first token; negative: there was none */
    double speech_ms;       /* turn begun -> first piece of the reply */
    double prompt_tokens, prompt_s, made_tokens, made_s;
    double picks, changed; /* tokens picked under the constraint, and those that it changed */
} llm_measure;

typedef enum llm_metric {
    LLM_ROWS,
    LLM_EXACT,
    LLM_EXACT_LOW,
    LLM_EXACT_HIGH,
    LLM_CALLS_WANTED,
    LLM_EXACT_CALLS,
    LLM_TOOL,
    LLM_REACH,
    LLM_SLOT_PRECISION,
    LLM_SLOT_RECALL,
    LLM_SLOT_F1,
    LLM_OUT,
    LLM_REJECTION,
    LLM_FALSE_REJECTION,
    LLM_MALFORMED,
    LLM_CHANGED,
    LLM_FAITHFUL_CALLS,
    LLM_FAITHFUL_REPLIES,
    LLM_REPLY_WORDS,
    LLM_REPLY_WORDS_P95,
    LLM_TOKENS,
    LLM_DECODE,
    LLM_PREFILL,
    LLM_FIRST_P50,
    LLM_FIRST_P95,
    LLM_SPEECH_P50,
    LLM_SPEECH_P95,
    LLM_HEARD_WER,
    LLM_HEARD_PERFECT,
    LLM_BYTES,
    LLM_ARENA,
    LLM_METRICS
} llm_metric;

extern const metric_row LLM_METRIC_TABLE[LLM_METRICS];

typedef struct llm_figures {
    double of[LLM_METRICS]; /* NAN: not measured */
} llm_figures;

typedef struct llm_model { /* a language model and what it did */
    char file[256], version[96], kernels[32];
    double bytes, arena;
    llm_measure *measures; /* [rows] */
} llm_model;

typedef struct llm_report {
    const llm_task *task;
    llm_model model[2];
    uint32_t models;
    slice_table slices;
    llm_figures *of[2]; /* [slices.count] */
    double *low, *high; /* [slices.count] interval of the difference in exact rows, first less second */
} llm_report;

int llm_metric_find(const char *name, size_t len); /* -1: no such */
/* Figures of the rows index[0..n); those of the model are left NAN. */
void llm_figures_of(llm_figures *f, const llm_task *t, const llm_measure *m, const uint32_t *index, uint32_t n);
/* 95 % bootstrap interval of the share of exact rows, or, with b, of the difference a - b over the same rows, in pairs. */
void llm_interval(double *low, double *high, const llm_measure *a, const llm_measure *b, const uint32_t *index, uint32_t n);

/* All of them complain themselves; 0 or an exit code. */
int llm_task_open(llm_task *t, llm_options *o);
void llm_task_close(llm_task *t);
int llm_hear(llm_task *t); /* puts what was heard in the place of what was said */
/* `model` NULL: the pack's; adapted: with the options' adapter, if any. */
int llm_run(const llm_task *t, const char *model, int adapted, llm_model *out);
void llm_model_free(const llm_task *t, llm_model *m);
int llm_report_build(llm_report *r);
void llm_report_free(llm_report *r);
int llm_judge(FILE *to, const llm_report *r);
int llm_gate_value(const void *report, const gate *g, double *value);
void llm_show(FILE *to, const llm_report *r);
int llm_write_json(const llm_report *r);

#endif
