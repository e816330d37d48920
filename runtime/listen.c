/* listen: microphone ring -> log-mel -> VAD and end of turn -> recogniser, 10 ms at a time, an encoder chunk at a time.
 *
 * The recogniser is asleep in silence; at the start of speech it is given the frames kept from before (the pre-roll), so that
 * no first sound is lost. While it listens it keeps up with the microphone, so that only the last chunk is left when the turn ends.
 */
#include "audio/pcm.h"
#include "runtime/internal.h"
#include <string.h>

enum { PREROLL_SPARE_MS = 500 }; /* a beginning with gaps is judged this much later at most */

static void listen_configure(const sotto_config *c, vad_config *v, endpoint_config *e) {
    vad_config_default(v, c->vad_threshold_db);
    endpoint_config_default(e);
    e->rate = SOTTO_RATE;
    e->lag = v->on_frames - 1;
    e->preroll_ms = c->preroll_ms;
    e->min_speech_ms = c->min_speech_ms;
    e->endpoint_ms = c->endpoint_ms;
    e->max_speech_ms = c->max_speech_ms;
    e->extension_ms = 0; /* the text's completeness is not judged yet */
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
    d->speaking = d->finishing = d->ended = 0;
    d->partial[0] = 0;
    d->finals = 0;
}

/* When was sample `at` at the microphone? Never before the clock began. */
static uint64_t listen_time_of(const listen_desk *d, uint64_t at) {
    uint64_t behind = d->anchor_sample > at ? (d->anchor_sample - at) * 62500 : 0;
    return d->anchor_ns > behind ? d->anchor_ns - behind : 1;
}

static void listen_start(sotto *s) {
    listen_desk *d = &s->listen;
    uint64_t keep = d->end.keep / HOP, oldest = d->frames > d->preroll_frames ? d->frames - d->preroll_frames : 0;
    if (keep < oldest) keep = oldest;
    asr_reset(&d->ear);
    d->partial[0] = 0;
    d->first_frame = keep;
    for (uint64_t f = keep; f < d->frames; f++) {
        asr_push_mel(&d->ear, d->preroll + (f % d->preroll_frames) * d->bands);
        while (asr_step(&d->ear)) {}
    }
    d->speaking = 1;
    s->state = SOTTO_LISTENING;
    event_raise(&s->events, SOTTO_EV_SPEECH_START, listen_time_of(d, d->end.begin), "");
}

static void listen_end(sotto *s) {
    listen_desk *d = &s->listen;
    uint64_t begin = listen_time_of(d, d->end.begin), end = listen_time_of(d, d->end.end);
    d->decided_ns = turn_now(s);
    d->speaking = 0;
    d->finishing = 1;
    s->said_ns = end;
    s->judged_ns = d->decided_ns;
    spans_begin_turn(&s->clock);
    spans_set(&s->clock, SOTTO_CAPTURE, begin, end);
    spans_set(&s->clock, SOTTO_ENDPOINT, end, d->decided_ns);
    event_raise(&s->events, SOTTO_EV_SPEECH_END, end, "");
    asr_finish(&d->ear);
}

static void listen_partial(sotto *s) {
    listen_desk *d = &s->listen;
    const char *text = asr_text(&d->ear);
    if (strncmp(text, d->partial, s->config.max_text - 1) == 0) return;
    event_raise(&s->events, SOTTO_EV_PARTIAL, turn_now(s), text);
    size_t len = strlen(text);
    if (len >= s->config.max_text) len = s->config.max_text - 1;
    memcpy(d->partial, text, len);
    d->partial[len] = 0;
}

static uint32_t listen_words(listen_desk *d, sotto_word *to, uint32_t room) {
    uint32_t count = asr_word_count(&d->ear);
    if (count > room) count = room;
    for (uint32_t i = 0; i < count; i++) {
        asr_word w = asr_word_at(&d->ear, i);
        uint32_t zero = (uint32_t)(d->first_frame * 1000 / HOPS_A_SECOND);
        to[i] = (sotto_word){.begin_ms = zero + w.begin_ms, .end_ms = zero + w.end_ms, .at = w.at, .len = w.len, .confidence = w.confidence};
    }
    return count;
}

static void listen_final(sotto *s) {
    listen_desk *d = &s->listen;
    const char *text = asr_text(&d->ear);
    uint64_t now = turn_now(s);
    d->finishing = 0;
    spans_set(&s->clock, SOTTO_ASR_FINALIZE, d->decided_ns, now);
    sotto_event *e = event_raise(&s->events, SOTTO_EV_FINAL, now, text);
    sotto_word *words = d->words[d->finals++ % 2];
    e->words = words;
    e->word_count = listen_words(d, words, s->config.max_text / 2);
    if (text[0])
        turn_final(s, text);
    else
        s->state = SOTTO_IDLE; /* a sound, but no words */
}

/* One chunk of the encoder, when one is due. */
static int listen_encode(sotto *s) {
    listen_desk *d = &s->listen;
    if (!d->speaking && !d->finishing) return 0;
    if (asr_step(&d->ear)) {
        listen_partial(s);
        return 1;
    }
    if (!d->finishing) return 0;
    listen_final(s);
    return 1;
}

static void listen_frame(sotto *s, const float *frame) {
    listen_desk *d = &s->listen;
    memcpy(d->preroll + (d->frames % d->preroll_frames) * d->bands, frame, sizeof(float) * d->bands);
    d->frames++;
    endpoint_event event = endpoint_push(&d->end, vad_push(&d->speech, frame), 0);
    if (d->speaking) asr_push_mel(&d->ear, frame);
    if (event == ENDPOINT_START) {
        if (s->state == SOTTO_SPEAKING || s->state == SOTTO_THINKING) { /* barge-in */
            sotto_interrupt(s);
            turn_end(s);
        }
        listen_start(s);
    }
    if (event == ENDPOINT_END) listen_end(s);
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

/* The input has ended and all of it was heard: what is being said is finished. */
static int listen_last(sotto *s) {
    listen_desk *d = &s->listen;
    if (!d->ended || d->finishing) return 0;
    d->ended = 0;
    if (mel_finish(&d->front)) listen_frames(s);
    if (d->speaking && endpoint_finish(&d->end) == ENDPOINT_END) listen_end(s);
    return 1;
}

int listen_step(sotto *s) {
    uint64_t from = turn_now(s);
    if (listen_deaf(s)) return 0;
    if (s->listen.finishing && event_waits(&s->events, SOTTO_EV_FINAL)) return 0; /* its words lie where the next ones would */
    int worked = listen_encode(s) || listen_hop(s) || listen_last(s);
    if (worked) s->asr_busy += turn_now(s) - from;
    return worked;
}
