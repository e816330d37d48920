/* eval_tts_run: see eval_tts.h. Two runtimes: one speaks a text from a fresh start, one hears the sound, and the recording, as one utterance each. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/args.h"
#include "platform/host/eval_noise.h"
#include "platform/host/eval_tts.h"
#include "platform/host/eval_words.h"
#include "platform/host/loop.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEARD_ROOM = 1 << 14 };

typedef struct speaker {
    loop l;
    const tts_options *o;
    int16_t *pcm;   /* [room] */
    size_t n, room; /* samples said */
    uint64_t first; /* when the first samples were ready; 0: not yet */
    double cpu, first_cpu;
    int failed; /* out of memory */
} speaker;

typedef struct hearer {
    loop l;
    const tts_options *o;
    const int16_t *pcm;
    size_t left;
    char heard[HEARD_ROOM];
} hearer;

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- speaking ---- */

static void speaker_change(void *user, sotto_config *c) {
    const speaker *s = user;
    if (s->o->kernels) c->kernels = s->o->kernels;
    style_args_use(&s->o->style, c);
}

static void speaker_seen(void *user, const sotto_event *e) {
    speaker *s = user;
    if (e->type != SOTTO_EV_AUDIO || s->first) return;
    s->first = e->time;
    s->first_cpu = cpu_seconds() - s->cpu;
}

static void speaker_pull(speaker *s) {
    for (size_t got = 1; got > 0; s->n += got) {
        if (s->n + LOOP_BLOCK > s->room) {
            size_t room = 2 * s->room + SOTTO_RATE;
            int16_t *more = realloc(s->pcm, room * sizeof *more);
            s->failed |= !more;
            if (!more) return;
            s->pcm = more;
            s->room = room;
        }
        got = sotto_pull_audio(s->l.voice, s->pcm + s->n, LOOP_BLOCK);
    }
}

static int speak_piece(loop *l, const char *text, void *user) {
    speaker *s = user;
    int code = sotto_say(l->voice, text);
    if (code != SOTTO_OK) return loop_refused(l, "eval", text, code);
    for (int more = 1; more && !s->failed;) {
        more = sotto_step(l->voice, 1) == SOTTO_AGAIN;
        loop_events(l);
        speaker_pull(s);
    }
    return s->failed ? complain(EXIT_FAIL, "eval: out of memory") : 0;
}

static void judge_sound(const speaker *s, tts_measure *m) {
    double power = 0;
    for (size_t i = 0; i < s->n; i++) {
        double x = fabs((double)s->pcm[i]) / 32768;
        power += x * x;
        m->clipped += s->pcm[i] == INT16_MAX || s->pcm[i] == INT16_MIN;
        if (x > m->peak) m->peak = x;
    }
    m->seconds = (double)s->n / SOTTO_RATE;
    m->power = s->n ? power / (double)s->n : 0;
}

static int speak(speaker *s, const char *text, tts_measure *m) {
    sotto_statistics stats;
    sotto_reset(s->l.voice);
    s->n = 0;
    s->first = 0;
    s->cpu = cpu_seconds();
    uint64_t from = loop_now(&s->l);
    int code = loop_say_pieces(&s->l, text, speak_piece, s);
    m->cpu = cpu_seconds() - s->cpu;
    m->first_ms = s->first ? (double)(s->first - from) / 1e6 : -1;
    m->first_cpu_ms = s->first ? 1e3 * s->first_cpu : -1;
    sotto_stats(s->l.voice, &stats);
    m->busy = (double)stats.tts_busy / 1e9;
    m->phones = (double)stats.tts_phones;
    judge_sound(s, m);
    return code;
}

static int keep_sound(const speaker *s, const char *folder, uint32_t row) {
    char path[MANIFEST_PATH];
    wav_writer w;
    platform_error e;
    if (!folder) return 0;
    snprintf(path, sizeof path, "%s/%03u.wav", folder, row + 1);
    if (wav_create(&w, path, SOTTO_RATE, &e) != 0) return complain(EXIT_FAIL, "eval: %s", e.text);
    wav_write(&w, s->pcm, s->n, &e);
    return wav_finish(&w, &e) == 0 ? 0 : complain(EXIT_FAIL, "eval: %s", e.text);
}

/* ---- hearing ---- */

static void hearer_change(void *user, sotto_config *c) {
    const hearer *h = user;
    if (h->o->kernels) c->kernels = h->o->kernels;
    loop_one_utterance(c);
}

static void hearer_seen(void *user, const sotto_event *e) {
    hearer *h = user;
    size_t n = strlen(h->heard);
    if (e->type == SOTTO_EV_FINAL && e->text[0]) snprintf(h->heard + n, sizeof h->heard - n, "%s%s", n ? " " : "", e->text);
}

static long hearer_more(void *user, int16_t *pcm, size_t room, platform_error *e) {
    hearer *h = user;
    size_t n = h->left < room ? h->left : room;
    (void)e;
    memcpy(pcm, h->pcm, n * sizeof *pcm);
    h->pcm += n;
    h->left -= n;
    return (long)n;
}

/* What is heard of the samples, held against the way to say it that fits best. */
static int hear(hearer *h, const tts_task *t, const tts_row *row, const int16_t *pcm, size_t n, measure *m) {
    h->pcm = pcm;
    h->left = n;
    h->heard[0] = 0;
    int code = loop_sound(&h->l, hearer_more, h);
    sotto_reset(h->l.voice);
    tts_join_letters(h->heard);
    m->heard = strdup(h->heard);
    if (!code && !m->heard) code = complain(EXIT_FAIL, "eval: out of memory");
    for (int i = 0; i < TTS_WAYS && row->way[i] && !code; i++) {
        score s;
        if (score_texts(&s, row->way[i], h->heard, &t->entities) != 0) code = complain(EXIT_FAIL, "eval: out of memory");
        if (!m->scored || s.word_errors < m->text.word_errors) m->text = s;
        m->scored = 1;
    }
    return code;
}

static int hear_recording(hearer *h, const tts_task *t, uint32_t row, measure *m) {
    const manifest_row *r = &t->list.row[row];
    char path[MANIFEST_PATH];
    platform_error e;
    clip c;
    if (!manifest_cell(&t->list, r, "file")[0]) return 0;
    if (manifest_path(&t->list, r, path, sizeof path) != 0)
        return complain(EXIT_FAIL, "eval: %s: line %u: the path is too long", t->o->list, r->line);
    if (clip_read(&c, path, 0, &e) != 0) return complain(EXIT_FAIL, "eval: %s: line %u: %s", t->o->list, r->line, e.text);
    int code = hear(h, t, &t->row[row], c.pcm, c.n, m);
    clip_free(&c);
    return code;
}

/* ---- both ---- */

static int run_row(tts_report *r, speaker *s, hearer *h, uint32_t row) {
    const tts_task *t = r->task;
    tts_measure *m = &r->m[row];
    int code = speak(s, manifest_cell(&t->list, &t->list.row[row], "text"), m);
    if (!code) code = keep_sound(s, t->o->wavs, row);
    if (!code) code = hear(h, t, &t->row[row], s->pcm, s->n, &r->made[row]);
    if (!code) code = hear_recording(h, t, row, &r->record[row]);
    m->spoken = r->made[row].text.words;
    return code;
}

static void tell_models(tts_report *r, const speaker *s) {
    const pack *p = &s->l.models;
    sotto_memory_report memory;
    sotto_memory(s->l.voice, &memory);
    pack_model_key(&p->model[PACK_TTS], "general.version", r->version[0], sizeof r->version[0]);
    pack_model_key(&p->model[PACK_VOCODER], "general.version", r->version[1], sizeof r->version[1]);
    snprintf(r->kernels, sizeof r->kernels, "%s", sotto_kernels(s->l.voice));
    r->bytes = (double)(p->size[PACK_TTS] + p->size[PACK_VOCODER]);
    r->arena = (double)memory.bytes;
    r->cost = tts_cost_of(&p->model[PACK_TTS], &p->model[PACK_VOCODER]);
}

static int run_rows(tts_report *r, speaker *s, hearer *h) {
    int code = 0;
    s->l.seen = speaker_seen;
    s->l.seen_user = s;
    h->l.seen = hearer_seen;
    h->l.seen_user = h;
    tell_models(r, s);
    for (uint32_t i = 0; i < r->task->list.count && !code; i++) code = run_row(r, s, h, i);
    return code;
}

int tts_run(tts_report *r) {
    const tts_options *o = r->task->o;
    speaker *s = calloc(1, sizeof *s);
    hearer *h = calloc(1, sizeof *h);
    int code = s && h ? 0 : complain(EXIT_FAIL, "eval: out of memory");
    if (!code) {
        s->o = h->o = o;
        code = loop_open(&s->l, o->pack, PACK_SAY, speaker_change, s);
    }
    if (!code) {
        code = loop_open(&h->l, o->pack, PACK_HEAR, hearer_change, h);
        if (!code) {
            code = run_rows(r, s, h);
            loop_close(&h->l);
        }
        loop_close(&s->l);
    }
    if (s) free(s->pcm);
    free(s);
    free(h);
    return code;
}
