/* vad: see vad.h. */
#include "audio/vad.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

static const float DB = 4.342944819f; /* 10 / ln 10: natural log of energy -> dB */
static const float NEVER = 1e30f;     /* a minimum of nothing */

void vad_config_default(vad_config *c, float threshold_db) {
    *c = (vad_config){.bands = 80,
                      .span_frames = 40,
                      .on_db = threshold_db,
                      .off_db = threshold_db - 3.0f,
                      .on_frames = 3,
                      .off_frames = 3,
                      .below_db = 18.0f,
                      .quiet = -13.0f};
}

void vad_begin(vad *v, const vad_config *c) {
    assert(c->bands >= VAD_BANDS && c->bands % VAD_BANDS == 0 && c->span_frames >= 1);
    assert(c->on_db > c->off_db && c->on_frames >= 1 && c->off_frames >= 1);
    v->config = *c;
    vad_reset(v);
}

void vad_reset(vad *v) {
    vad_config c = v->config;
    memset(v, 0, sizeof *v);
    v->config = c;
    v->noise_score = 4.0f;
    v->loudest = -200.0f;
    for (int b = 0; b < VAD_BANDS; b++) {
        v->now[b] = NEVER;
        for (int s = 0; s < VAD_SPANS; s++) v->least[s][b] = NEVER;
    }
}

/* Smooths the groups; returns their summed energy. */
static float smooth_groups(vad *v, const float *logmel) {
    uint32_t width = v->config.bands / VAD_BANDS;
    float total = 0;
    for (uint32_t b = 0; b < VAD_BANDS; b++) {
        float e = 0;
        for (uint32_t k = 0; k < width; k++) e += mathx_exp(logmel[b * width + k]);
        e /= (float)width;
        v->smooth[b] = v->frames == 0 ? e : 0.8f * v->smooth[b] + 0.2f * e;
        total += v->smooth[b];
    }
    return total;
}

/* dB of one group above its floor, 0..30; keeps the minimum up to date. */
static float above_floor(vad *v, uint32_t b) {
    float level = mathx_log(v->smooth[b]);
    if (level < v->now[b]) v->now[b] = level;
    float least = v->now[b];
    for (int s = 0; s < VAD_SPANS; s++)
        if (v->least[s][b] < least) least = v->least[s][b];
    least += 2.0f / DB;
    if (least < v->config.quiet) least = v->config.quiet;
    float db = (level - least) * DB;
    return db < 0 ? 0 : db > 30 ? 30 : db;
}

static void next_piece(vad *v) {
    if (++v->filled < v->config.span_frames) return;
    v->filled = 0;
    memcpy(v->least[v->piece], v->now, sizeof v->now);
    v->piece = (v->piece + 1) % VAD_SPANS;
    for (int b = 0; b < VAD_BANDS; b++) v->now[b] = NEVER;
}

/* Mean dB over the floor of the VAD_TOP groups that stand out most. */
static float standing_out(vad *v) {
    float db[VAD_BANDS], sum = 0; /* sorted, largest first */
    for (uint32_t b = 0; b < VAD_BANDS; b++) {
        float now = above_floor(v, b);
        uint32_t at = b;
        for (; at > 0 && db[at - 1] < now; at--) db[at] = db[at - 1];
        db[at] = now;
    }
    for (int b = 0; b < VAD_TOP; b++) sum += db[b];
    return sum / VAD_TOP;
}

/* The frame's score, below every threshold when it is much softer than what was heard lately. */
static float score_frame(vad *v, const float *logmel) {
    float loud = mathx_log(smooth_groups(v, logmel)) * DB, score = standing_out(v);
    next_piece(v);
    v->loudest = loud > v->loudest - 0.005f ? loud : v->loudest - 0.005f;
    return loud < v->loudest - v->config.below_db ? -20.0f : score;
}

/* How unsteady the noise is: the mean score outside speech, very slowly also inside so that it never locks. */
static void follow_noise(vad *v) {
    float step = v->score - v->noise_score;
    if (step > 6.0f) step = 6.0f;
    v->noise_score += (!v->speech || v->score < v->config.on_db ? 0.02f : 0.001f) * step;
}

int vad_push(vad *v, const float *logmel) {
    const vad_config *c = &v->config;
    v->score = score_frame(v, logmel);
    float rise = 0.5f * (v->noise_score - 4.0f);
    rise = rise < -2 ? -2 : rise > 4 ? 4 : rise;
    int want = v->score > (v->speech ? c->off_db : c->on_db) + rise;
    v->run = want != v->speech ? v->run + 1 : 0;
    if (v->run >= (v->speech ? c->off_frames : c->on_frames)) {
        v->speech = want;
        v->run = 0;
    }
    follow_noise(v);
    v->frames++;
    return v->speech;
}
