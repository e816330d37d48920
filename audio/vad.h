/* vad: is there speech in this frame? Signal-to-noise per band over an adaptive floor, loudness, hysteresis.
 *
 *   1. The mel bands are joined to VAD_BANDS groups and smoothed over time (0.8 of the frame before).
 *   2. The floor of a group is its least value of the last VAD_SPANS * span_frames frames (minimum statistics, Martin 2001), raised by 2 dB, the
 *      bias of a minimum: it follows noise down at once and up within the window. Whitened by it, rumble and hum do not hide speech.
 *   3. score = mean of the VAD_TOP groups that stand highest above the floor, dB, each 0..30.
 *   4. The thresholds move by half of what the score of the noise itself differs from 4 dB: up to 4 dB higher in unsteady noise, 2 lower in steady.
 *   5. A frame `below_db` under the loudest sound heard lately (it fades by 0.5 dB a second) is not speech.
 */
#ifndef SOTTO_AUDIO_VAD_H
#define SOTTO_AUDIO_VAD_H
#include <stdint.h>

enum { VAD_BANDS = 20, VAD_TOP = 10, VAD_SPANS = 8 }; /* groups of mel bands; those that count; pieces of the minimum's window */

typedef struct vad_config {
    uint32_t bands;       /* mel bands of a frame, a multiple of VAD_BANDS */
    uint32_t span_frames; /* frames in one piece of the minimum's window */
    float on_db, off_db;  /* scores that start and that keep speech; on_db > off_db */
    uint32_t on_frames;   /* frames in a row at on_db that start speech */
    uint32_t off_frames;  /* frames in a row under off_db that end it */
    float below_db;       /* 5. */
    float quiet;          /* ln energy of a band that counts as silence whatever the floor (digital silence, dither) */
} vad_config;

typedef struct vad {
    vad_config config;
    float smooth[VAD_BANDS];           /* smoothed energy */
    float least[VAD_SPANS][VAD_BANDS]; /* least of each full piece, ln energy */
    float now[VAD_BANDS];              /* least of the piece being filled */
    uint32_t piece, filled;            /* piece to be replaced next; frames in the one being filled */
    uint32_t run;                      /* frames in a row that contradict the answer */
    uint64_t frames;                   /* since the reset */
    float noise_score, loudest;        /* 4. dB; 5. dB */
    float score;                       /* of the last frame, dB */
    int speech;                        /* the answer */
} vad;

/* 80 bands; on_db = threshold_db (8 is a good value), off_db 3 below. */
void vad_config_default(vad_config *c, float threshold_db);
void vad_begin(vad *v, const vad_config *c);
void vad_reset(vad *v);
/* logmel [bands]: natural log, not normalised. Returns 1 speech, 0 not; speech is said on_frames - 1 frames after it began. */
int vad_push(vad *v, const float *logmel);

#endif
