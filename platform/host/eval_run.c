/* eval_run: see eval.h. Every worker has a runtime of its own and takes the next sound that nobody has; where a result lies depends on its place in the
 * list alone, so figures do not hang on the number of workers (times do: one worker measures them best). */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/args.h"
#include "platform/host/bias_file.h"
#include "platform/host/eval.h"
#include "platform/host/eval_words.h"
#include "platform/host/grammar_file.h"
#include "platform/host/loop.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { JOBS_MOST = 64, HEARD_ROOM = 1 << 18 };

typedef struct run_state { /* what the workers share */
    const eval_task *t;
    const char *model;
    eval_model *out;
    pthread_mutex_t lock;
    uint32_t next; /* row that nobody has taken */
    int code;      /* of the first failure */
    clip *voice;   /* [list.count] for babble, read when first needed */
} run_state;

typedef struct pcm_source {
    const int16_t *pcm;
    size_t left;
    int ended; /* all of it was asked for */
} pcm_source;

typedef struct worker {
    run_state *shared;
    loop l;
    grammar_file commands;
    slot_set slots; /* of the grammar's intents so far */
    measure *m;     /* being filled */
    char heard[HEARD_ROOM], partial[LOOP_TEXT * 4];
    uint64_t over_ns; /* when the turn was judged over, at the end of the sound its last sample; 0: not yet */
    pcm_source source;
} worker;

static void run_change(void *user, sotto_config *c) {
    worker *w = user;
    const eval_options *o = w->shared->t->o;
    grammar_file_use(&w->commands, o->grammar, c);
    if (o->accept >= 0) c->grammar_accept = (float)o->accept;
    loop_one_utterance(c);
    if (o->beam) c->beam = (uint32_t)o->beam;
    if (o->kernels) c->kernels = o->kernels;
}

static void seen_final(worker *w, const sotto_event *e) {
    size_t n = strlen(w->heard);
    if (e->text[0]) snprintf(w->heard + n, sizeof w->heard - n, "%s%s", n ? " " : "", e->text);
    w->m->unstable += score_unstable(w->partial, e->text);
    w->partial[0] = 0;
    if (w->over_ns) w->m->tail_ms = e->time > w->over_ns ? (double)(e->time - w->over_ns) / 1e6 : 0;
    w->over_ns = 0;
}

/* `name slot=value ...`: the event's words are the values; a slot that is there already stays. */
static void seen_intent(worker *w, const sotto_event *e) {
    for (uint32_t i = 0; i < e->word_count; i++) {
        char name[SLOT_NAME] = "", value[SLOT_VALUE], spelt[SLOT_VALUE];
        uint32_t end = e->words[i].at - 1, from = end; /* at the "=" */
        while (from > 0 && e->text[from - 1] != ' ') from--;
        snprintf(name, sizeof name, "%.*s", (int)(end - from), e->text + from);
        snprintf(value, sizeof value, "%.*s", (int)e->words[i].len, e->text + e->words[i].at);
        int plain = words_normalise(value, spelt, sizeof spelt) == 0;
        if (!slots_value(&w->slots, name)) slots_add(&w->slots, name, plain ? spelt : value);
    }
}

static void run_seen(void *user, const sotto_event *e) {
    worker *w = user;
    if (e->type == SOTTO_EV_SPEECH_START) w->partial[0] = 0;
    if (e->type == SOTTO_EV_SPEECH_END) w->over_ns = w->source.ended ? w->l.last_sample_ns : loop_now(&w->l);
    if (e->type == SOTTO_EV_PARTIAL) {
        w->m->unstable += score_unstable(w->partial, e->text);
        snprintf(w->partial, sizeof w->partial, "%s", e->text);
    }
    if (e->type == SOTTO_EV_INTENT) seen_intent(w, e);
    if (e->type == SOTTO_EV_FINAL) seen_final(w, e);
}

static long next_pcm(void *user, int16_t *pcm, size_t room, platform_error *e) {
    pcm_source *s = user;
    size_t n = s->left < room ? s->left : room;
    (void)e;
    memcpy(pcm, s->pcm, n * sizeof *pcm);
    s->pcm += n;
    s->left -= n;
    s->ended = n == 0;
    return (long)n;
}

static void judge_slots(const worker *w, measure *m, const reference *r) {
    const eval_task *t = w->shared->t;
    slot_set got = w->slots;
    char text[SLOTS_MOST * (SLOT_NAME + SLOT_VALUE)] = "";
    if (!t->o->grammar) slot_values_find(&t->values, m->heard, &got);
    for (uint32_t i = 0; i < got.count; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "%s%s=%s", i ? "; " : "", got.at[i].name, got.at[i].value);
    }
    m->slotted = 1;
    m->slots_want = r->want.count;
    m->slots_got = got.count;
    m->slots_right = slots_right(&r->want, &got);
    m->accepted = (uint32_t)slots_equal(&r->want, &got);
    m->slots = strdup(text);
}

static int judge(const worker *w, measure *m, const reference *r) {
    m->scored = r->said != NULL;
    if (m->scored && score_texts(&m->text, r->said, m->heard, &w->shared->t->entities) != 0) return complain(EXIT_FAIL, "eval: out of memory");
    if (r->slotted) judge_slots(w, m, r);
    return 0;
}

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One sound through the runtime, from a fresh start. */
static int hear_one(worker *w, const int16_t *pcm, size_t n, measure *m, const reference *r) {
    sotto_statistics s;
    memset(m, 0, sizeof *m);
    m->tail_ms = -1;
    w->m = m;
    w->heard[0] = w->partial[0] = 0;
    w->over_ns = 0;
    w->source = (pcm_source){.pcm = pcm, .left = n};
    w->slots.count = 0;
    uint64_t from = platform_now();
    double cpu = cpu_seconds();
    int code = bias_file_apply(w->l.voice, w->shared->t->o->bias);
    if (code == EXIT_OK) code = loop_sound(&w->l, next_pcm, &w->source);
    m->wall = (double)(platform_now() - from) / 1e9;
    m->cpu = cpu_seconds() - cpu;
    sotto_stats(w->l.voice, &s);
    sotto_reset(w->l.voice);
    m->busy = (double)s.asr_busy / 1e9;
    m->seconds = (double)n / SOTTO_RATE;
    m->lag_ms = (double)w->l.behind_ns / 1e6;
    m->heard = strdup(w->heard);
    if (!m->heard) return complain(EXIT_FAIL, "eval: out of memory");
    return code ? code : judge(w, m, r);
}

static int fail_row(const eval_task *t, uint32_t row, const char *why) {
    return complain(EXIT_FAIL, "eval: %s: line %u: %s", t->o->manifest, t->list.row[row].line, why);
}

static int read_row_clip(const eval_task *t, uint32_t row, clip *c) {
    char path[MANIFEST_PATH];
    platform_error e;
    if (manifest_path(&t->list, &t->list.row[row], path, sizeof path) != 0) return fail_row(t, row, "the path is too long");
    return clip_read(c, path, 0, &e) == 0 ? 0 : fail_row(t, row, e.text);
}

/* Another row for the babble behind `row`: of another speaker where the manifest tells them, never the row itself. */
static uint32_t draw_voice(const eval_task *t, uint32_t row, uint64_t *state) {
    const manifest *m = &t->list;
    const char *speaker = manifest_cell(m, &m->row[row], "speaker");
    for (int tries = 0; tries < 32; tries++) {
        uint32_t other = (uint32_t)(noise_next(state) % m->count);
        if (other != row && (!speaker[0] || strcmp(manifest_cell(m, &m->row[other], "speaker"), speaker) != 0)) return other;
    }
    return (row + 1) % m->count;
}

static int fill_babble(run_state *s, uint32_t row, float *out, size_t n) {
    uint64_t state = noise_seed(manifest_cell(&s->t->list, &s->t->list.row[row], "file"));
    int code = 0;
    memset(out, 0, n * sizeof *out);
    for (int i = 0; i < BABBLE_VOICES && !code; i++) {
        uint32_t other = draw_voice(s->t, row, &state);
        pthread_mutex_lock(&s->lock);
        if (!s->voice[other].pcm) {
            code = read_row_clip(s->t, other, &s->voice[other]);
            if (!code) noise_squeeze(&s->voice[other]);
        }
        pthread_mutex_unlock(&s->lock);
        if (!code) noise_add_voice(out, n, &s->voice[other], noise_next(&state) % s->voice[other].n);
    }
    return code;
}

static int fill_noise(run_state *s, uint32_t row, float *out, size_t n) {
    if (s->t->o->babble) return fill_babble(s, row, out, n);
    if (s->t->noise.count) noise_fill(&s->t->noise, manifest_cell(&s->t->list, &s->t->list.row[row], "file"), out, n);
    return 0;
}

static int run_conditions(worker *w, uint32_t row, const clip *speech, const float *noise, int16_t *mixed) {
    const eval_task *t = w->shared->t;
    int code = 0;
    for (uint32_t c = 0; c < t->conditions && !code; c++) {
        const condition *x = &t->condition[c];
        if (!x->clean) noise_mix(mixed, speech, noise, x->snr);
        code = hear_one(w, x->clean ? speech->pcm : mixed, speech->n, &w->shared->out->measures[c * t->list.count + row], &t->ref[row]);
    }
    return code;
}

static int run_row(worker *w, uint32_t row) {
    clip speech;
    int code = read_row_clip(w->shared->t, row, &speech);
    if (code) return code;
    float *noise = malloc(speech.n * sizeof *noise);
    int16_t *mixed = malloc(speech.n * sizeof *mixed);
    if (!noise || !mixed) code = complain(EXIT_FAIL, "eval: out of memory");
    if (!code) code = fill_noise(w->shared, row, noise, speech.n);
    if (!code) code = run_conditions(w, row, &speech, noise, mixed);
    free(noise);
    free(mixed);
    clip_free(&speech);
    return code;
}

/* The next row, or the count when there is none or something failed. */
static uint32_t take_row(run_state *s, int code) {
    pthread_mutex_lock(&s->lock);
    if (code && !s->code) s->code = code;
    uint32_t row = s->code ? s->t->list.count : s->next;
    if (row < s->t->list.count) s->next++;
    pthread_mutex_unlock(&s->lock);
    return row;
}

static void tell_model(const worker *w, eval_model *out) {
    sotto_memory_report memory;
    const sotto_model *m = &w->l.models.model[PACK_ASR];
    sotto_memory(w->l.voice, &memory);
    snprintf(out->file, sizeof out->file, "%s", w->l.models.name[PACK_ASR]);
    pack_model_key(m, "general.version", out->version, sizeof out->version);
    snprintf(out->kernels, sizeof out->kernels, "%s", sotto_kernels(w->l.voice));
    out->bytes = (double)w->l.models.size[PACK_ASR];
    out->arena = (double)memory.bytes;
    out->macs = eval_macs(m);
}

static void *work(void *user) {
    worker *w = user;
    run_state *s = w->shared;
    unsigned want = PACK_HEAR | (s->t->o->bias ? PACK_SAY : 0) | (s->t->o->grammar ? 1u << PACK_G2P : 0);
    int code = loop_open_with(&w->l, s->t->o->pack, want, PACK_ASR, s->model, run_change, w);
    int open = code == 0;
    w->l.seen = run_seen;
    w->l.seen_user = w;
    if (open) {
        pthread_mutex_lock(&s->lock);
        tell_model(w, s->out);
        pthread_mutex_unlock(&s->lock);
    }
    for (uint32_t row; (row = take_row(s, code)) < s->t->list.count;) code = run_row(w, row);
    if (open) loop_close(&w->l);
    grammar_file_close(&w->commands);
    return NULL;
}

static int run_workers(run_state *s, uint32_t jobs) {
    worker *w = calloc(jobs, sizeof *w);
    pthread_t thread[JOBS_MOST];
    uint32_t started = 1;
    if (!w) return complain(EXIT_FAIL, "eval: out of memory");
    for (uint32_t i = 0; i < jobs; i++) w[i].shared = s;
    while (started < jobs && pthread_create(&thread[started], NULL, work, &w[started]) == 0) started++;
    work(&w[0]);
    for (uint32_t i = 1; i < started; i++) pthread_join(thread[i], NULL);
    free(w);
    return s->code;
}

int eval_run(const eval_task *t, const char *model, eval_model *out) {
    run_state s = {.t = t, .model = model, .out = out};
    uint32_t jobs = t->o->jobs < 1 ? 1 : t->o->jobs > JOBS_MOST ? JOBS_MOST : (uint32_t)t->o->jobs;
    memset(out, 0, sizeof *out);
    out->measures = calloc((size_t)t->conditions * t->list.count, sizeof *out->measures);
    s.voice = calloc(t->list.count, sizeof *s.voice);
    int code = out->measures && s.voice ? 0 : complain(EXIT_FAIL, "eval: out of memory");
    pthread_mutex_init(&s.lock, NULL);
    if (!code) code = run_workers(&s, jobs);
    pthread_mutex_destroy(&s.lock);
    for (uint32_t i = 0; s.voice && i < t->list.count; i++) clip_free(&s.voice[i]);
    free(s.voice);
    if (code) eval_model_free(t, out);
    return code;
}

void eval_model_free(const eval_task *t, eval_model *m) {
    for (uint32_t i = 0; m->measures && i < t->conditions * t->list.count; i++) {
        free(m->measures[i].heard);
        free(m->measures[i].slots);
    }
    free(m->measures);
    m->measures = NULL;
}
