/* listen: microphone ring -> log-mel -> VAD and end of turn -> recogniser, 10 ms at a time, an encoder chunk at a time.
 *
 * The recogniser is asleep in silence; at the start of speech it is given the frames kept from before (the pre-roll), so that
 * no first sound is lost. While it listens it keeps up with the microphone, so that only the last chunk is left when the turn ends.
 *
 * A turn ends by three signs. The VAD measures the silence; the text so far says how much of it is enough (a complete command: little; "set it to":
 * much); and where the VAD hears speech but the recogniser no phone for long, it is noise. So that the text is there when the silence is judged, the
 * recogniser does what waits at a pause and does not wait for a whole chunk: at each second encoder frame after PAUSE_MS of silence.
 */
#include "audio/pcm.h"
#include "runtime/internal.h"
#include <string.h>

enum {
    PREROLL_SPARE_MS = 500, /* a beginning with gaps is judged this much later at most */
    ENCODER_MS = 80,        /* an encoder frame */
    DUMB_MS = 700,          /* speech by the VAD without a phone, beyond the long wait, that ends a turn with words */
    MUTE_MS = 4000          /* the same without any word yet */
};

static void listen_configure(const sotto_config *c, vad_config *v, endpoint_config *e) {
    vad_config_default(v, c->vad_threshold);
    endpoint_config_default(e);
    e->rate = SOTTO_RATE;
    e->lag = v->on_frames - 1;
    e->preroll_ms = c->preroll_ms;
    e->min_speech_ms = c->min_speech_ms;
    e->max_speech_ms = c->max_speech_ms;
}

void listen_layout(listen_desk *d, arena *a, const sotto_config *c) {
    mel_config m;
    vad_config v;
    endpoint_config e;
    mel_config_default(&m);
    listen_configure(c, &v, &e);
    d->bands = m.bands;
    d->preroll_frames = (c->preroll_ms + c->min_speech_ms + PREROLL_SPARE_MS) * HOPS_A_SECOND / 1000 + e.lag + 1;
    ring_init(&d->in, ARENA_ARRAY(a, int16_t, c->input_samples), c->input_samples, sizeof(int16_t));
    mel_layout(&d->front, a, &m);
    vad_begin(&d->speech, &v);
    endpoint_begin(&d->end, &e);
    d->preroll = ARENA_ARRAY(a, float, (size_t)d->preroll_frames * d->bands);
    d->partial = ARENA_ARRAY(a, char, c->max_text);
    d->before = ARENA_ARRAY(a, char, c->max_text);
    d->words[0] = ARENA_ARRAY(a, sotto_word, c->max_text / 2);
    d->words[1] = ARENA_ARRAY(a, sotto_word, c->max_text / 2);
}

void listen_reset(sotto *s) {
    listen_desk *d = &s->listen;
    ring_clear(&d->in);
    if (!d->present) return;
    mel_reset(&d->front);
    vad_reset(&d->speech);
    endpoint_reset(&d->end);
    asr_reset(&d->ear);
    memset(d->preroll, 0, sizeof(float) * d->preroll_frames * d->bands);
    d->frames = d->first_frame = d->heard = d->anchor_ns = d->anchor_sample = d->decided_ns = 0;
    d->speaking = d->finishing = d->ended = d->cut = d->again = 0;
    d->finals = 0;
    hearing_begin(s, 0);
}

/* When was sample `at` at the microphone? Never before the clock began. */
static uint64_t listen_time_of(const listen_desk *d, uint64_t at) {
    uint64_t behind = d->anchor_sample > at ? (d->anchor_sample - at) * 62500 : 0;
    return d->anchor_ns > behind ? d->anchor_ns - behind : 1;
}

/* The recogniser starts on a turn at frame `from`, or at the oldest that is kept. */
static void listen_catch_up(sotto *s, uint64_t from) {
    listen_desk *d = &s->listen;
    uint64_t oldest = d->frames > d->preroll_frames ? d->frames - d->preroll_frames : 0;
    if (from < oldest) from = oldest;
    asr_reset(&d->ear);
    hearing_begin(s, from);
    for (uint64_t f = from; f < d->frames; f++) {
        asr_push_mel(&d->ear, d->preroll + (f % d->preroll_frames) * d->bands);
        while (hearing_step(s)) {}
    }
    d->speaking = 1;
    s->state = SOTTO_LISTENING;
    event_raise(&s->events, SOTTO_EV_SPEECH_START, listen_time_of(d, d->end.begin), "");
}

/* The turn before was cut in the middle of what began at frame `again_frame`. */
static int listen_again(sotto *s) {
    listen_desk *d = &s->listen;
    if (!d->again || s->state != SOTTO_IDLE) return 0;
    d->again = 0;
    endpoint_resume(&d->end, d->again_frame * HOP);
    listen_catch_up(s, d->again_frame);
    return 1;
}

/* `cut`: the speaker had not stopped. */
static void listen_end(sotto *s, int cut) {
    listen_desk *d = &s->listen;
    uint64_t begin = listen_time_of(d, d->end.begin), end = listen_time_of(d, d->end.end);
    d->decided_ns = turn_now(s);
    d->speaking = 0;
    d->finishing = 1;
    d->cut = cut;
    s->said_ns = end;
    s->judged_ns = d->decided_ns;
    spans_begin_turn(&s->clock);
    spans_set(&s->clock, SOTTO_CAPTURE, begin, end);
    spans_set(&s->clock, SOTTO_ENDPOINT, end, d->decided_ns);
    event_raise(&s->events, SOTTO_EV_SPEECH_END, end, "");
    asr_finish(&d->ear);
}

/* In a pause the recogniser does what waits, at every second encoder frame. */
static void listen_pause(listen_desk *d) {
    uint64_t silence = endpoint_waiting(&d->end) / HOP, pushed = d->frames - d->first_frame, since = d->frames - d->flushed;
    enum { FRAME = ENCODER_MS * HOPS_A_SECOND / 1000 };
    if (silence < PAUSE_MS * HOPS_A_SECOND / 1000 || pushed % FRAME != 0 || since < 2 * FRAME) return;
    asr_flush(&d->ear);
    d->flushed = d->frames;
}

/* The VAD hears speech, the recogniser none: the turn, if there was one, ended with its last word. */
static int listen_is_noise(sotto *s) {
    listen_desk *d = &s->listen;
    uint32_t dumb = s->config.endpoint_long_ms + DUMB_MS, quiet = asr_quiet_ms(&d->ear), words = asr_word_count(&d->ear);
    if (!d->speaking || quiet < (words ? dumb : dumb > MUTE_MS ? dumb : MUTE_MS)) return 0;
    if (endpoint_finish(&d->end) != ENDPOINT_END) return 0;
    if (words) d->end.end = d->first_frame * HOP + (uint64_t)asr_word_at(&d->ear, words - 1).end_ms * (SOTTO_RATE / 1000);
    return 1;
}

static void listen_judge(sotto *s, int voice) {
    listen_desk *d = &s->listen;
    endpoint_event event = endpoint_push(&d->end, voice, hearing_patience(s));
    if (event == ENDPOINT_NONE && d->speaking) listen_pause(d);
    if (event == ENDPOINT_START) {
        if (s->state == SOTTO_SPEAKING || s->state == SOTTO_THINKING) { /* barge-in */
            sotto_interrupt(s);
            turn_end(s);
        }
        listen_catch_up(s, d->end.keep / HOP);
    } else if (event == ENDPOINT_END) {
        listen_end(s, d->end.forced);
    } else if (listen_is_noise(s)) {
        listen_end(s, 0);
    }
}

static void listen_frame(sotto *s, const float *frame) {
    listen_desk *d = &s->listen;
    memcpy(d->preroll + (d->frames % d->preroll_frames) * d->bands, frame, sizeof(float) * d->bands);
    d->frames++;
    if (d->speaking) asr_push_mel(&d->ear, frame);
    listen_judge(s, vad_push(&d->speech, frame));
}

static void listen_frames(sotto *s) {
    float frame[128];
    while (mel_pull(&s->listen.front, frame)) listen_frame(s, frame);
}

/* While a reply plays and barge-in is off, the loudspeaker would be heard: the microphone is dropped. */
static int listen_deaf(sotto *s) {
    if (s->config.barge_in || s->state == SOTTO_IDLE || s->state == SOTTO_LISTENING) return 0;
    uint32_t waiting = ring_ready(&s->listen.in);
    s->dropped += waiting;
    s->listen.heard += waiting;
    ring_clear(&s->listen.in);
    return 1;
}

static int listen_hop(sotto *s) {
    int16_t pcm[HOP];
    float samples[HOP];
    listen_desk *d = &s->listen;
    uint32_t want = d->ended ? 1 : HOP, n;
    if (ring_ready(&d->in) < want) return 0;
    n = ring_read(&d->in, pcm, HOP);
    pcm_to_float(samples, pcm, n);
    d->heard += n;
    s->asr_samples += n;
    for (uint32_t at = 0; at < n;) {
        at += mel_push(&d->front, samples + at, n - at);
        listen_frames(s);
    }
    return 1;
}

/* The next chunk may have no room in the text any more. */
static int listen_is_full(const sotto *s) {
    uint32_t most = s->config.max_text, spare = most / 2 < LONGEST_CHUNK ? most / 2 : LONGEST_CHUNK;
    return strlen(asr_text(&s->listen.ear)) + spare >= most;
}

/* One chunk of the encoder, when one is due. A text that gets near its longest ends the turn: nothing may be lost. */
static int listen_encode(sotto *s) {
    listen_desk *d = &s->listen;
    if (!d->speaking && !d->finishing) return 0;
    if (!hearing_step(s)) {
        if (!d->finishing) return 0;
        hearing_final(s);
        return 1;
    }
    if (d->speaking && listen_is_full(s) && endpoint_finish(&d->end) == ENDPOINT_END) listen_end(s, 1);
    return 1;
}

/* The input has ended and all of it was heard: what is being said is finished. */
static int listen_last(sotto *s) {
    listen_desk *d = &s->listen;
    if (!d->ended || d->finishing) return 0;
    d->ended = 0;
    if (mel_finish(&d->front)) listen_frames(s);
    if (d->speaking && endpoint_finish(&d->end) == ENDPOINT_END) listen_end(s, 0);
    return 1;
}

int listen_step(sotto *s) {
    uint64_t from = turn_now(s);
    if (listen_deaf(s)) return 0;
    if (s->listen.finishing && event_waits(&s->events, SOTTO_EV_FINAL)) return 0; /* its words lie where the next ones would */
    int worked = listen_again(s) || listen_encode(s) || listen_hop(s) || listen_last(s);
    if (worked) s->asr_busy += turn_now(s) - from;
    return worked;
}
