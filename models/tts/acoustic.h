/* acoustic: the phones of a clause in, log-mel frames with pitch and voicing out, a few at a time.
 *
 * FastSpeech 2 (Ren et al. 2021) with convolution blocks (models/tts/convstack.h): an encoder over phones, a variance head that gives
 * each phone its duration, pitch and energy, and a frame decoder. Everything runs as a stream: phones are encoded when the decoder
 * needs them, so memory is a few rings of rows whatever the clause, and the first frame costs only the look-ahead.
 *
 *     acoustic_start(a, phones, n, 1.0f);
 *     while ((got = acoustic_step(a, mel, voice, 4)) > 0) ...      any count at a time gives the same bits
 */
#ifndef SOTTO_MODELS_TTS_ACOUSTIC_H
#define SOTTO_MODELS_TTS_ACOUSTIC_H
#include "models/tts/convstack.h"

enum { ACOUSTIC_MAX_MEL = 256, ACOUSTIC_PLACES = 3, ACOUSTIC_VARIANCES = 3 };

typedef struct acoustic_voice { /* what a frame has beside its mel */
    float f0;                   /* Hz, also where unvoiced */
    float voiced;               /* 0 or 1 */
} acoustic_voice;

typedef struct acoustic {
    /* config, from the file */
    uint32_t phones, mel, width;
    uint32_t max_phones;    /* phones a clause may hold, word boundaries counted */
    uint32_t max_duration;  /* frames a phone may last */
    float f0_mean, f0_istd; /* normalisation of ln f0 */
    /* weights */
    const float *embed;  /* [phones x width] */
    const float *inject; /* [2 + places x width]: pitch, energy, places in the phone */
    convstack encoder, variance, decoder;
    norm before_variance, before_head;
    linear_i8 variance_head, head; /* [3 x width], [mel+2 x width] */
    /* state */
    const kernels *k;
    uint8_t *clause;          /* [max_phones] as given */
    uint32_t *start;          /* [max_phones] first frame of each phone; valid below `known` */
    uint32_t count;           /* phones of the clause */
    uint32_t fed, known;      /* phones that went into the encoder; that have their start */
    float speed;              /* > 1 is faster */
    float *delay;             /* [delays x width] encoder rows that wait for their variances */
    uint32_t delays;          /* variance stack's look-ahead + 1 */
    uint32_t encoded, varied; /* rows out of the encoder; out of the variance stack */
    float *phone;             /* [width] the phone that is sounding, pitch and energy added */
    uint32_t place, duration; /* frame in it, and its frames */
    uint32_t frames;          /* into the decoder since the start */
    /* scratch */
    float *row; /* [width] */
    float *raw; /* [mel+2] */
    quant_scratch quant;
} acoustic;

/* Binds tts.gguf (architecture sotto-tts); 0, or ERR_MODEL with the line in `err`. */
int acoustic_bind(acoustic *a, const gguf *g, sotto_error *err);
void acoustic_layout(acoustic *a, arena *m, const kernels *k);
void acoustic_reset(acoustic *a); /* no clause */
/* Takes a clause (ids of phoneset.h, copied; what it held before is dropped). `speed` 0.25..4.
 * ERR_ARG, and no clause, when it is longer than max_phones or holds an unknown id or PAD. */
int acoustic_start(acoustic *a, const uint8_t *phones, uint32_t n, float speed);
/* Up to `most` frames: mel [most x bands] normalised log-mel, voice [most]. Returns the frames made; 0: the clause is done. */
uint32_t acoustic_step(acoustic *a, float *mel, acoustic_voice *voice, uint32_t most);
/* First frame of the clause's i-th symbol (a boundary starts with the phone after it); 1 when it is known by now. */
int acoustic_phone_start(const acoustic *a, uint32_t i, uint32_t *frame);

#endif
