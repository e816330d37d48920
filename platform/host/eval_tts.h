/* eval_tts: what `sotto eval tts` is asked, what it measures on, and what it found: texts spoken by the runtime, what our own recogniser makes of the
 * sound (and of recordings of the same words), how soon and at what cost it came.
 *
 *   eval_tts.c          options, the list, order of events, exit code
 *   eval_tts_run.c      texts through the voice, sounds through the recogniser
 *   eval_tts_macs.c     multiply-accumulates by the shapes in the files
 *   eval_tts_figures.c  figures and intervals        eval_tts_show.c   the tables and the JSON
 *
 * A list is tab-separated, a text a line, or other columns that a line `#columns text ...` names; "#" begins a comment otherwise.
 *     text      what is spoken
 *     spoken    the words that it is said as, " | " between several ways (else `text` by the rules of eval_words.h): what was heard is held against them
 *     file      a recording of it
 *     any other (kind ...) a way to slice
 */
#ifndef SOTTO_HOST_EVAL_TTS_H
#define SOTTO_HOST_EVAL_TTS_H
#include "platform/host/eval_gates.h"
#include "platform/host/eval_slices.h"
#include "platform/host/style_args.h"
#include "runtime/sotto.h"
#include <stdio.h>

enum { TTS_WAYS = 8 };

typedef struct tts_options {
    const char *list, *pack, *kernels, *gates, *json, *wavs;
    style_args style;
    unsigned long long limit;
    int details;
} tts_options;

typedef struct tts_row { /* what a text is said as, spelt as the recogniser spells; [0] NULL: it cannot be spelt out */
    char *way[TTS_WAYS];
} tts_row;

typedef struct tts_task {
    const tts_options *o;
    manifest list;
    tts_row *row; /* [list.count] */
    gate_list gates;
    entity_list entities;
} tts_task;

typedef struct tts_measure {       /* one text */
    double seconds;                /* of sound */
    double busy, cpu;              /* seconds of work in the voice; of processor time meanwhile */
    double first_ms, first_cpu_ms; /* text complete -> first samples: on the clock, and of processor time; negative: there were none */
    double peak;                   /* largest sample, 0 to 1 */
    double power;                  /* mean over the sound, full scale 1 */
    double clipped;                /* samples at full scale */
    double phones;
    double spoken; /* words that the sound says, by the list */
} tts_measure;

typedef enum tts_metric {
    TTS_ROWS,
    TTS_SECONDS,
    TTS_WORDS,
    TTS_WER,
    TTS_WER_LOW,
    TTS_WER_HIGH,
    TTS_CER,
    TTS_PERFECT,
    TTS_RECORDINGS,
    TTS_NATURAL_WER,
    TTS_NATURAL_LOW,
    TTS_NATURAL_HIGH,
    TTS_RATIO,
    TTS_RTF,
    TTS_RTF_CPU,
    TTS_FIRST_P50,
    TTS_FIRST_P95,
    TTS_FIRST_CPU_P50,
    TTS_FIRST_CPU_P95,
    TTS_WPM,
    TTS_PHONES,
    TTS_PEAK,
    TTS_LEVEL,
    TTS_CLIPPED,
    TTS_MACS,
    TTS_BYTES,
    TTS_ARENA,
    TTS_METRICS
} tts_metric;

extern const metric_row TTS_METRIC_TABLE[TTS_METRICS];

typedef struct tts_figures {
    double of[TTS_METRICS]; /* NAN: not measured */
} tts_figures;

typedef struct tts_cost { /* multiply-accumulates of the networks; NAN: the files' shapes do not tell */
    double frame, phone;  /* of a frame; of a phone besides */
    double frame_rate;    /* frames a second */
} tts_cost;

typedef struct tts_report {
    const tts_task *task;
    char version[2][40], kernels[32]; /* of the acoustic model and of the vocoder */
    double bytes, arena;              /* of both files; of the runtime's block */
    tts_cost cost;
    tts_measure *m;         /* [list.count] */
    measure *made, *record; /* [list.count] what was heard of the sound, and of the recording */
    slice_table slices;
    tts_figures *of; /* [slices.count] */
} tts_report;

/* "a m" and "p m" become "am" and "pm", in place: the recogniser's lexicon has both spellings of one sound. */
void tts_join_letters(char *text);
int tts_metric_find(const char *name, size_t len); /* -1: no such */
/* Figures of the rows index[0..n); those of the models are left NAN. */
void tts_figures_of(tts_figures *f, const tts_report *r, const uint32_t *index, uint32_t n);
/* By the shapes in the two files: every matrix once a frame, those of the acoustic model's encoder and variance stacks once a phone. */
tts_cost tts_cost_of(const sotto_model *acoustic, const sotto_model *vocoder);

/* All of them complain themselves; 0 or an exit code. */
int command_eval_tts(int argc, char **argv);
int tts_run(tts_report *r);
int tts_gate_value(const void *report, const gate *g, double *value);
void tts_show(FILE *to, const tts_report *r);
int tts_write_json(const tts_report *r);

#endif
