/* speak: reply text -> sound in the output ring, a few frames at a time, no further ahead than the ring has room.
 *
 * The sound comes from the speech models or, for a prompt that was said before, from prompts.h. An interrupted reply fades over the next 20 ms
 * of its own sound: what is in the ring, and when that is less, what would have come. The first sound is handed out once LEAD of it are ready, so
 * that the loudspeaker does not run dry when the machine is busy with something else; but never later than LEAD_NS after it was made.
 */
#include "audio/pcm.h"
#include "runtime/base/fmt.h"
#include "runtime/internal.h"
#include <string.h>

enum { FADE = SOTTO_RATE * GAIN_FADE_MS / 1000, GROUP_MAX = SPEECH_GROUP * HOP, FRAME_MS = 1000 / HOPS_A_SECOND };
enum { LEAD = SOTTO_RATE * 40 / 1000, LEAD_NS = 2000000 };

/* Nothing more of this reply. */
static void speak_cut(speak_desk *d) {
    d->active = d->fading = d->held = 0;
    d->prompt = NULL;
    prompts_drop(&d->kept);
    speech_reset(&d->voice);
}

static void speak_begin(sotto *s) {
    speak_desk *d = &s->speak;
    speech_reset(&d->voice);
    speech_markup(&d->voice, s->config.ssml ? SSML_ON : d->saying ? SSML_AUTO : SSML_OFF);
    pace_begin(&d->pace);
    prompts_begin(&d->kept);
    d->announced = d->begun = d->waits = d->dried = 0;
    d->phones_ns = d->frames_ns = d->text_ns = d->made_ns = 0;
    d->active = d->held = 1;
}

void speak_reset(sotto *s) {
    speak_desk *d = &s->speak;
    ring_clear(&d->out);
    pace_reset(&d->pace);
    d->active = d->announced = d->fading = 0;
    d->busy = d->phones = 0;
    if (!d->present) return;
    const sotto_style style = style_of(&s->config);
    d->voice.manner = style_manner(&style);
    prompts_reset(&d->kept);
    d->saying = 0;
    speak_begin(s);
    speak_cut(d);
}

void speak_text(sotto *s, const char *text) {
    speak_desk *d = &s->speak;
    if (d->fading) speak_cut(d);
    if (!d->active) speak_begin(s);
    if (!d->begun) d->text_ns = turn_now(s);
    uint32_t len = (uint32_t)strlen(text);
    uint32_t taken = speech_push(&d->voice, text, len);
    if (taken < len)
        event_raise(&s->events, SOTTO_EV_OVERLOAD, turn_now(s), "reply text came faster than it could be spoken; part of it is not said");
    if (taken < len) prompts_drop(&d->kept);
    if (strchr(text, '<')) prompts_drop(&d->kept); /* it may be markup or not */
    prompts_text(&d->kept, text);
}

void speak_close(sotto *s) {
    speak_desk *d = &s->speak;
    if (!d->active || d->fading) return;
    speech_close(&d->voice);
    if (d->begun) {
        prompts_drop(&d->kept);
        return;
    }
    d->text_ns = turn_now(s);
    d->prompt = prompts_find(&d->kept);
    d->prompt_at = d->prompt_word = 0;
}

void speak_pulled(sotto *s, uint64_t now) {
    pace_pulled(&s->speak.pace, now);
}

void speak_stop(sotto *s) {
    int16_t tail[FADE];
    speak_desk *d = &s->speak;
    if (d->fading) return;
    if (d->held) d->pace.made = 0; /* nobody has heard any of it */
    uint32_t n = d->held ? 0 : ring_read(&d->out, tail, FADE);
    fade_begin(&d->end, FADE, 1);
    fade_run(&d->end, tail, n);
    ring_clear(&d->out);
    ring_write(&d->out, tail, n);
    if (d->active && n < FADE && d->pace.made) {
        d->fading = 1;
        prompts_drop(&d->kept);
        speech_hush(&d->voice);
    } else {
        speak_cut(d);
    }
}

/* The first time in a reply is told; statistics count all. */
static void speak_dry(sotto *s, uint64_t dry_ns, uint64_t now) {
    char line[LINE_BYTES];
    if (s->speak.dried) return;
    s->speak.dried = 1;
    fmt_put(line, sizeof line, "the loudspeaker ran dry for %.0f ms in the middle of the reply: %s", (double)dry_ns / 1e6,
            s->speak.waits ? "its text came late" : "speech was computed late");
    event_raise(&s->events, SOTTO_EV_OVERLOAD, now, line);
}

/* Samples of the reply go to the ring; it has room for them. */
static void speak_put(sotto *s, int16_t *pcm, uint32_t n, uint64_t now) {
    speak_desk *d = &s->speak;
    if (d->fading) {
        n = n < FADE - d->end.at ? n : FADE - d->end.at;
        fade_run(&d->end, pcm, n);
        ring_write(&d->out, pcm, n);
        if (fade_done(&d->end)) speak_cut(d);
        return;
    }
    uint64_t dry = pace_made(&d->pace, ring_ready(&d->out), n, now);
    if (dry) speak_dry(s, dry, now);
    d->waits = 0;
    ring_write(&d->out, pcm, n);
    prompts_sound(&d->kept, pcm, n);
    if (d->made_ns == 0) d->made_ns = now;
}

/* May the first sound be handed out? `all`: more will not come soon. */
static void speak_release(sotto *s, int all) {
    speak_desk *d = &s->speak;
    const uint32_t ready = ring_ready(&d->out);
    if (!d->held || !ready) return;
    const uint64_t now = turn_now(s);
    if (!all && ready < LEAD && ready < d->out.capacity / 4 && now - d->made_ns < LEAD_NS) return;
    d->held = 0;
    d->announced = 1;
    spans_set(&s->clock, d->prompt ? SOTTO_TTS_KEPT : SOTTO_TTS_FIRST, d->text_ns, now);
    event_raise(&s->events, SOTTO_EV_AUDIO, now, "");
}

/* ---- words ---- */

static void speak_word(sotto *s, int ends, const char *text, uint32_t len, uint32_t begin, uint32_t end) {
    char word[CLAUSE_MAX + 1];
    len = len < CLAUSE_MAX ? len : CLAUSE_MAX;
    memcpy(word, text, len);
    word[len] = 0;
    event_raise_word(&s->events, ends ? SOTTO_EV_WORD_END : SOTTO_EV_WORD, turn_now(s), word, (uint64_t)begin * FRAME_MS, (uint64_t)end * FRAME_MS);
}

/* Words of the frames just made, before they are sound. */
static void speak_captions(sotto *s) {
    speak_desk *d = &s->speak;
    caption c;
    for (caption_kind kind; (kind = speech_caption(&d->voice, &c)) != CAPTION_NONE;) {
        speak_word(s, kind == CAPTION_END, c.text, c.len, c.begin, c.end);
        if (kind == CAPTION_END) prompts_word(&d->kept, c.text, c.len, c.begin, c.end);
    }
}

/* Those of kept sound up to sample `to`; d->prompt_word counts begins and ends. */
static void speak_prompt_words(sotto *s, uint32_t to) {
    speak_desk *d = &s->speak;
    for (; d->prompt_word < 2 * d->prompt->words; d->prompt_word++) {
        const prompt_word *w = &d->prompt->word[d->prompt_word / 2];
        int ends = d->prompt_word % 2 == 1;
        if ((ends ? w->end : w->begin) * (uint32_t)HOP >= to && to < d->prompt->samples) return;
        speak_word(s, ends, d->prompt->text + w->at, w->len, w->begin, ends ? w->end : 0);
    }
}

/* ---- work ---- */

/* The first of each kind of work in a turn makes that stage's span. */
static void speak_clock(sotto *s, speech_did did, uint64_t from, uint64_t to) {
    speak_desk *d = &s->speak;
    if (did == SPEECH_CLAUSE && !d->phones_ns) {
        d->phones_ns = to;
        spans_set(&s->clock, SOTTO_TTS_CLAUSE, from, to);
    }
    if (did == SPEECH_FRAMES && !d->frames_ns) {
        d->frames_ns = to;
        spans_set(&s->clock, SOTTO_TTS_ACOUSTIC, d->phones_ns, to);
    }
    if (did == SPEECH_SOUND && !d->made_ns) spans_set(&s->clock, SOTTO_VOCODER_FIRST, d->frames_ns, to);
    d->busy += to - from;
    if (did == SPEECH_CLAUSE && d->voice.speaking) d->phones += d->voice.voice.count; /* else the clause had nothing to say */
    if (to - from > d->pace.slow_ns) d->pace.slow_ns = to - from;
}

static int speak_prompt_step(sotto *s) {
    int16_t pcm[GROUP_MAX];
    speak_desk *d = &s->speak;
    const uint32_t left = d->prompt->samples - d->prompt_at, n = left < GROUP_MAX ? left : GROUP_MAX;
    memcpy(pcm, d->kept.pool + d->prompt->at + d->prompt_at, n * sizeof *pcm);
    d->prompt_at += n;
    if (!d->fading) speak_prompt_words(s, d->prompt_at);
    speak_put(s, pcm, n, turn_now(s));
    speak_release(s, n == left);
    if (n == left) speak_cut(d);
    return 1;
}

/* Markup that is passed over is told once a text. */
static void speak_odd(sotto *s) {
    char line[LINE_BYTES];
    const char *odd = speech_odd(&s->speak.voice);
    if (!odd || !s->config.hooks.log) return;
    fmt_put(line, sizeof line, "ssml: %s: not supported, passed over; the text is spoken", odd);
    s->config.hooks.log(s->config.hooks.user, line);
}

int speak_step(sotto *s) {
    int16_t pcm[GROUP_MAX];
    speak_desk *d = &s->speak;
    if (!d->active || ring_room(&d->out) < GROUP_MAX) return 0;
    if (d->prompt) return speak_prompt_step(s);
    uint64_t from = turn_now(s);
    speech_did did = speech_step(&d->voice);
    if (did == SPEECH_CLAUSE || did == SPEECH_NOTHING) speak_odd(s);
    if (did == SPEECH_NOTHING) {
        d->waits = 1;
        speak_release(s, 1);
        if (!speech_idle(&d->voice)) return 0; /* the next clause is not complete */
        prompts_keep(&d->kept);
        d->active = d->fading = d->held = 0;
        return 1;
    }
    uint64_t to = turn_now(s);
    d->begun = 1;
    speak_clock(s, did, from, to);
    if (did == SPEECH_FRAMES && !d->fading) speak_captions(s);
    if (did != SPEECH_SOUND) return 1;
    pcm_to_int16(pcm, d->voice.samples, d->voice.count);
    speak_put(s, pcm, d->voice.count, to);
    speak_release(s, 0);
    return 1;
}

int speak_ample(const sotto *s) {
    const speak_desk *d = &s->speak;
    if (!d->active || !d->announced || d->fading) return 0;
    return pace_ample(&d->pace, pace_margin(&d->pace, ring_ready(&d->out), turn_now(s)), d->out.capacity);
}
