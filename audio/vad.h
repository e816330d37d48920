/* vad: is there speech in this frame? A small recurrent network over the log-mel that the recogniser uses, and hysteresis.
 *
 *   1. Inputs (VAD_INPUTS): 20 groups of mel bands over a floor that follows noise (down by a tenth of the distance a frame, up by 2 thousandths);
 *      40 groups less the frame's mean, which is the shape of the spectrum; the mean against the loudest of late (it fades by 0.4 dB a second).
 *   2. tanh layer -> gated recurrent unit (Cho et al. 2014) -> logistic: `p`, how likely the frame is speech. Energy cannot tell a dish from a word;
 *      what a network of this size (5,025 weights of one byte and 5,000 multiplies a frame, 0.5 M a second) has seen of both can.
 *   3. Speech begins after on_frames frames with p over `on`, and ends after off_frames with p under `off`.
 *
 * Trained by models/train/vad_train.py (data, held-out noises and figures there). Sums run in one order: the same bits everywhere.
 */
#ifndef SOTTO_AUDIO_VAD_H
#define SOTTO_AUDIO_VAD_H
#include <stdint.h>

enum { VAD_BANDS = 80, VAD_COARSE = 20, VAD_FINE = 40, VAD_INPUTS = VAD_COARSE + VAD_FINE + 1, VAD_WIDTH = 24 };

typedef struct vad_config {
    float on, off;       /* p that starts and that keeps speech; 0 < off < on < 1 */
    uint32_t on_frames;  /* frames in a row over `on` that start speech */
    uint32_t off_frames; /* frames in a row under `off` that end it */
    float quiet;         /* ln energy of the loudest group under which a frame is silence whatever it looks like (digital silence, dither) */
} vad_config;

typedef struct vad {
    vad_config config;
    float floor[VAD_COARSE]; /* 1. ln energy */
    float loudest;           /* 1. ln energy, mean of all bands */
    float state[VAD_WIDTH];  /* of the recurrent unit, -1..1 */
    uint32_t run;            /* frames in a row that contradict the answer */
    int begun;               /* a frame came since the reset */
    int speech;              /* the answer */
    float p;                 /* of the last frame */
} vad;

/* on = threshold (0.5 is a good value), off four fifths of it. */
void vad_config_default(vad_config *c, float threshold);
void vad_begin(vad *v, const vad_config *c);
void vad_reset(vad *v);
/* logmel [VAD_BANDS]: natural log, not normalised. Returns 1 speech, 0 not; speech is said on_frames - 1 frames after it began. */
int vad_push(vad *v, const float *logmel);

#endif
