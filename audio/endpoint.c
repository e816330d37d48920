/* endpoint: see endpoint.h. */
#include "audio/endpoint.h"
#include <string.h>

void endpoint_config_default(endpoint_config *c) {
    *c = (endpoint_config){.rate = 16000,
                           .hop = 160,
                           .win = 400,
                           .lag = 2,
                           .preroll_ms = 300,
                           .min_speech_ms = 120,
                           .gap_ms = 200,
                           .max_speech_ms = 20000,
                           .hurry_ms = 3000};
}

void endpoint_begin(endpoint *e, const endpoint_config *c) {
    e->config = *c;
    endpoint_reset(e);
}

void endpoint_reset(endpoint *e) {
    endpoint_config c = e->config;
    memset(e, 0, sizeof *e);
    e->config = c;
}

static uint64_t samples_of(const endpoint *e, uint32_t ms) {
    return (uint64_t)ms * e->config.rate / 1000;
}
static uint64_t heard(const endpoint *e) {
    return e->frame > 0 ? (e->frame - 1) * e->config.hop + e->config.win : 0;
}
static uint64_t end_of(const endpoint *e) {
    return e->last * e->config.hop + e->config.win;
}

static endpoint_event start(endpoint *e) {
    uint64_t preroll = samples_of(e, e->config.preroll_ms);
    e->speaking = 1;
    e->candidate = 0;
    e->begin = e->first * e->config.hop;
    e->keep = e->begin > preroll ? e->begin - preroll : 0;
    if (e->keep < e->previous) e->keep = e->previous < e->begin ? e->previous : e->begin;
    e->end = end_of(e);
    e->decided = heard(e);
    return ENDPOINT_START;
}

static endpoint_event finish(endpoint *e, int forced) {
    e->speaking = e->candidate = 0;
    e->voiced = 0;
    e->forced = forced;
    e->decided = e->previous = heard(e);
    return ENDPOINT_END;
}

/* Speech begins at `frame`, less the VAD's lag, and not inside the turn before. */
static void begin_candidate(endpoint *e, uint64_t frame) {
    const endpoint_config *c = &e->config;
    e->candidate = 1;
    e->first = frame > c->lag ? frame - c->lag : 0;
    if (e->first * c->hop < e->previous) e->first = (e->previous + c->hop - 1) / c->hop;
    if (e->first > frame) e->first = frame;
    e->voiced = (uint32_t)(frame - e->first); /* these made the VAD sure */
}

/* Outside a turn: collects speech frames until there are enough. `frame` is the one just pushed. */
static endpoint_event wait_speech(endpoint *e, uint64_t frame, int speech) {
    const endpoint_config *c = &e->config;
    if (speech) {
        if (!e->candidate) begin_candidate(e, frame);
        e->voiced++;
        e->last = frame;
        if ((uint64_t)e->voiced * c->hop >= samples_of(e, c->min_speech_ms)) return start(e);
    } else if (e->candidate && (frame - e->last) * c->hop > samples_of(e, c->gap_ms)) {
        e->candidate = 0;
    }
    return ENDPOINT_NONE;
}

/* Samples of silence that end the turn now. */
static uint64_t wait_of(const endpoint *e, uint32_t wait_ms) {
    const endpoint_config *c = &e->config;
    uint64_t wait = samples_of(e, wait_ms), hurry = samples_of(e, c->hurry_ms), most = samples_of(e, c->max_speech_ms);
    uint64_t left = e->begin + most > heard(e) ? e->begin + most - heard(e) : 0;
    return most > 0 && left < hurry ? wait * left / hurry : wait;
}

/* In a turn: ends it after enough silence, or when it is too long. */
static endpoint_event in_turn(endpoint *e, uint64_t frame, int speech, uint32_t wait_ms) {
    const endpoint_config *c = &e->config;
    if (speech) {
        e->last = frame;
        e->end = end_of(e);
    }
    if (c->max_speech_ms > 0 && heard(e) - e->begin >= samples_of(e, c->max_speech_ms)) return finish(e, 1);
    if (!speech && heard(e) - e->end >= wait_of(e, wait_ms)) return finish(e, 0);
    return ENDPOINT_NONE;
}

endpoint_event endpoint_push(endpoint *e, int speech, uint32_t wait_ms) {
    uint64_t frame = e->frame++;
    return e->speaking ? in_turn(e, frame, speech, wait_ms) : wait_speech(e, frame, speech);
}

endpoint_event endpoint_finish(endpoint *e) {
    return e->speaking ? finish(e, 1) : ENDPOINT_NONE;
}

void endpoint_heard(endpoint *e, uint64_t frame) {
    if (!e->speaking || frame <= e->last || frame >= e->frame) return;
    e->last = frame;
    e->end = end_of(e);
}

void endpoint_resume(endpoint *e, uint64_t at) {
    e->speaking = 1;
    e->begin = e->keep = at;
    e->first = at / e->config.hop;
    e->last = e->frame > 0 ? e->frame - 1 : 0;
    e->end = end_of(e);
}

void endpoint_cancel(endpoint *e) {
    e->speaking = e->candidate = 0;
    e->voiced = 0;
    e->previous = heard(e);
}

uint64_t endpoint_waiting(const endpoint *e) {
    return e->speaking ? heard(e) - e->end : 0;
}
