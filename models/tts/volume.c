/* volume: see volume.h. */
#include "models/tts/volume.h"
#include "audio/gain.h"
#include <assert.h>

static const float VOLUME_KNEE = 0.9f;

void volume_layout(volume *v, arena *a, uint32_t room) {
    v->room = room;
    v->gain = ARENA_ARRAY(a, float, room);
    volume_reset(v);
}

void volume_reset(volume *v) {
    v->first = v->count = 0;
    v->last = 1.0f;
    v->begun = 0;
}

void volume_frame(volume *v, float gain) {
    assert(v->count < v->room);
    v->gain[(v->first + v->count++) % v->room] = gain;
}

void volume_hop(volume *v, float *samples, uint32_t length) {
    float to = v->last;
    if (v->count) {
        to = v->gain[v->first];
        v->first = (v->first + 1) % v->room;
        v->count--;
    }
    const float from = v->begun ? v->last : to, step = (to - from) / (float)length;
    if (from != 1.0f || to != 1.0f)
        for (uint32_t i = 0; i < length; i++) samples[i] *= from + step * (float)(i + 1);
    v->last = to;
    v->begun = 1;
    gain_limit(samples, length, VOLUME_KNEE);
}
