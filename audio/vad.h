/* vad: is there speech in this frame? Per band signal-to-noise over an adaptive floor, with hysteresis.
 *
 * The floor of each band is its smoothed energy's least value of the last seconds (minimum statistics, Martin 2001), so it follows slow noise up
 * within the window and down at once. Bands are whitened by their floor, so rumble and hum do not hide speech.
 */
#ifndef SOTTO_AUDIO_VAD_H
#define SOTTO_AUDIO_VAD_H
#include "runtime/base/arena.h"

enum { VAD_BANDS = 20, VAD_SPANS = 8 }; /* groups of mel bands; pieces of the minimum's window */

typedef struct vad_config {
    uint32_t bands;       /* mel bands of a frame, >= VAD_BANDS */
    uint32_t span_frames; /* frames in one piece of the minimum's window (VAD_SPANS pieces in all) */
    float on_db, off_db;  /* score that starts and that keeps speech; on_db > off_db */
    uint32_t on_frames;   /* frames in a row above on_db that start speech */
    uint32_t off_frames;  /* frames in a row below off_db that end it */
    float quiet;          /* ln energy below which a band is never speech (digital silence, dither) */
} vad_config;

typedef struct vad {
    vad_config config;
    float smooth[VAD_BANDS];           /* smoothed ln energy */
    float least[VAD_SPANS][VAD_BANDS]; /* least of each piece, ln energy */
    float now[VAD_BANDS];              /* least of the piece being filled */
    float floor[VAD_BANDS];            /* noise, ln energy */
    uint32_t piece, filled, run;       /* piece to be replaced next; frames in the one being filled; frames in a row that say otherwise */
    uint64_t frames;
    float score; /* of the last frame: dB over the floor */
    int speech;  /* the answer */
} vad;

/* 80 bands; on_db = threshold_db (sotto_config.vad_threshold_db, default 6), off_db 3 below. */
void vad_config_default(vad_config *c, float threshold_db);
void vad_begin(vad *v, const vad_config *c);
void vad_reset(vad *v);
int vad_push(vad *v,
             const float *logmel); /* logmel [bands], natural log, not normalised; returns 1 speech, 0 not. 1 begins on_frames - 1 frames late */

#endif
