/* speak: reply text -> sound in the output ring, a few frames at a time, no further ahead than the ring has room.
 */
#include "audio/gain.h"
#include "audio/pcm.h"
#include "runtime/internal.h"
#include <string.h>

enum { FADE = SOTTO_RATE * GAIN_FADE_MS / 1000, GROUP_MAX = SPEECH_GROUP * HOP };

void speak_reset(sotto *s) {
    speak_desk *d = &s->speak;
    ring_clear(&d->out);
    d->active = d->announced = 0;
    d->busy = 0;
    d->phones_ns = d->frames_ns = 0;
    if (d->present) speech_reset(&d->voice);
}

void speak_text(sotto *s, const char *text) {
    speak_desk *d = &s->speak;
    if (!d->active) {
        speech_reset(&d->voice);
        d->announced = 0;
        d->phones_ns = d->frames_ns = 0;
        d->active = 1;
    }
    uint32_t len = (uint32_t)strlen(text);
    uint32_t taken = speech_push(&d->voice, text, len);
    if (taken < len)
        event_raise(&s->events, SOTTO_EV_OVERLOAD, turn_now(s), "reply text came faster than it could be spoken; part of it is not said");
}

void speak_close(sotto *s) {
    if (s->speak.active) speech_close(&s->speak.voice);
}

void speak_stop(sotto *s) {
    int16_t tail[FADE];
    fade f;
    speak_desk *d = &s->speak;
    uint32_t n = ring_read(&d->out, tail, FADE);
    fade_begin(&f, n ? n : 1, 1);
    fade_run(&f, tail, n);
    ring_clear(&d->out);
    ring_write(&d->out, tail, n);
    d->active = 0;
    speech_reset(&d->voice);
}

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
    if (did == SPEECH_SOUND && !d->announced) spans_set(&s->clock, SOTTO_VOCODER_FIRST, d->frames_ns, to);
    d->busy += to - from;
}

static void speak_samples(sotto *s) {
    int16_t pcm[GROUP_MAX];
    speak_desk *d = &s->speak;
    pcm_to_int16(pcm, d->voice.samples, d->voice.count);
    ring_write(&d->out, pcm, d->voice.count);
    if (!d->announced && d->voice.count) {
        d->announced = 1;
        event_raise(&s->events, SOTTO_EV_AUDIO, turn_now(s), "");
    }
}

int speak_step(sotto *s) {
    speak_desk *d = &s->speak;
    if (!d->active || ring_room(&d->out) < GROUP_MAX) return 0;
    uint64_t from = turn_now(s);
    speech_did did = speech_step(&d->voice);
    if (did == SPEECH_NOTHING) {
        if (!speech_idle(&d->voice)) return 0; /* the next clause is not complete */
        d->active = 0;
        return 1;
    }
    speak_clock(s, did, from, turn_now(s));
    if (did == SPEECH_SOUND) speak_samples(s);
    return 1;
}
