/* vad: see vad.h. */
#include "audio/vad.h"
#include "audio/vad_weights.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

static const float FALL = 0.1f, RISE = 0.002f; /* of the floor's distance, a frame */
static const float FADE = 0.001f;              /* of the loudest, ln a frame */

void vad_config_default(vad_config *c, float threshold) {
    *c = (vad_config){.on = threshold, .off = 0.8f * threshold, .on_frames = 3, .off_frames = 3, .quiet = -12.0f};
}

void vad_begin(vad *v, const vad_config *c) {
    assert(c->off > 0 && c->on > c->off && c->on < 1 && c->on_frames >= 1 && c->off_frames >= 1);
    v->config = *c;
    vad_reset(v);
}

void vad_reset(vad *v) {
    vad_config c = v->config;
    memset(v, 0, sizeof *v);
    v->config = c;
}

/* Mean log energy of `count` groups of equal width; returns that of all bands. */
static float group_bands(float *out, int count, const float *logmel) {
    int width = VAD_BANDS / count;
    float all = 0;
    for (int g = 0; g < count; g++) {
        float sum = 0;
        for (int b = 0; b < width; b++) sum += logmel[g * width + b];
        out[g] = sum / (float)width;
        all += sum;
    }
    return all / VAD_BANDS;
}

static float limited(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
}

static void follow_floor(vad *v, const float *coarse, float mean) {
    if (!v->begun) {
        memcpy(v->floor, coarse, sizeof v->floor);
        v->loudest = mean;
        v->begun = 1;
    }
    for (int g = 0; g < VAD_COARSE; g++) {
        float step = limited(coarse[g] - v->floor[g], -8, 4);
        v->floor[g] += (step < 0 ? FALL : RISE) * step;
    }
    v->loudest = mean > v->loudest - FADE ? mean : v->loudest - FADE;
}

/* x [VAD_INPUTS]; returns ln energy of the loudest group. */
static float look(vad *v, float *x, const float *logmel) {
    float coarse[VAD_COARSE], fine[VAD_FINE], top = logmel[0];
    group_bands(coarse, VAD_COARSE, logmel);
    float mean = group_bands(fine, VAD_FINE, logmel);
    follow_floor(v, coarse, mean);
    for (int g = 0; g < VAD_COARSE; g++) {
        *x++ = limited((coarse[g] - v->floor[g]) / 3, -3, 3);
        if (coarse[g] > top) top = coarse[g];
    }
    for (int g = 0; g < VAD_FINE; g++) *x++ = limited((fine[g] - mean) / 3, -3, 3);
    *x = limited((mean - v->loudest) / 3, -3, 3);
    return top;
}

static float row_sum(const int8_t *w, float scale, float bias, const float *x, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) sum += (float)w[i] * x[i];
    return sum * scale + bias;
}

static float gate_input(const float *x, int row) {
    return row_sum(INPUT + row * VAD_WIDTH, INPUT_SCALE, INPUT_BIAS[row], x, VAD_WIDTH);
}
static float gate_state(const vad *v, int row) {
    return row_sum(STATE + row * VAD_WIDTH, STATE_SCALE, STATE_BIAS[row], v->state, VAD_WIDTH);
}

static void remember(vad *v, const float *x) {
    float next[VAD_WIDTH];
    for (int i = 0; i < VAD_WIDTH; i++) {
        float reset = mathx_sigmoid(gate_input(x, i) + gate_state(v, i));
        float keep = mathx_sigmoid(gate_input(x, VAD_WIDTH + i) + gate_state(v, VAD_WIDTH + i));
        float fresh = mathx_tanh(gate_input(x, 2 * VAD_WIDTH + i) + reset * gate_state(v, 2 * VAD_WIDTH + i));
        next[i] = (1.0f - keep) * fresh + keep * v->state[i];
    }
    memcpy(v->state, next, sizeof next);
}

int vad_push(vad *v, const float *logmel) {
    const vad_config *c = &v->config;
    float x[VAD_INPUTS], entered[VAD_WIDTH];
    float top = look(v, x, logmel);
    for (int i = 0; i < VAD_WIDTH; i++) entered[i] = mathx_tanh(row_sum(ENTER + i * VAD_INPUTS, ENTER_SCALE, ENTER_BIAS[i], x, VAD_INPUTS));
    remember(v, entered);
    v->p = mathx_sigmoid(row_sum(HEAD, HEAD_SCALE, HEAD_BIAS[0], v->state, VAD_WIDTH));
    int want = top >= c->quiet && v->p > (v->speech ? c->off : c->on);
    v->run = want != v->speech ? v->run + 1 : 0;
    if (v->run >= (v->speech ? c->off_frames : c->on_frames)) {
        v->speech = want;
        v->run = 0;
    }
    return v->speech;
}
