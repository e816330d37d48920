/* acoustic: the phones of a clause in, log-mel frames with pitch and voicing out, a few at a time.
 *
 * FastSpeech 2 (Ren et al. 2021) with convolution blocks (models/tts/convstack.h): an encoder over phones, a variance head that gives
 * each phone its duration, pitch and energy, and a frame decoder. Everything runs as a stream: phones are encoded when the decoder
 * needs them, so memory is a few rings of rows whatever the clause, and the first frame costs only the look-ahead.
 *
 *     acoustic_start(a, phones, n, NULL, NULL);
 *     while ((got = acoustic_step(a, mel, voice, 4)) > 0) ...      any count at a time gives the same bits
 */
#ifndef SOTTO_MODELS_TTS_ACOUSTIC_H
#define SOTTO_MODELS_TTS_ACOUSTIC_H
#include "models/tts/convstack.h"

enum {
    ACOUSTIC_MAX_MEL = 256,
    ACOUSTIC_PLACES = 3,
    ACOUSTIC_VARIANCES = 3,
    ACOUSTIC_SPOTS = 3,
    ACOUSTIC_FRAME_MS = 10,
    ACOUSTIC_PAUSE_MAX = 10000, /* ms */
    ACOUSTIC_SILENT = -9600,    /* gain that is silence, hundredths of a decibel */
    ACOUSTIC_GROUP = 4          /* frames that share a pass over the decoder's weights */
};

typedef struct acoustic_voice { /* what a frame has beside its mel */
    float f0;                   /* Hz, also where unvoiced */
    float voiced;               /* 0 or 1 */
    float gain;                 /* that was asked for, a factor on the sound; 1: as the model speaks */
} acoustic_voice;

typedef struct acoustic_control { /* of one symbol of a clause; all 0: as the model speaks */
    int16_t pitch;                /* cents (1/100 semitone) above the predicted pitch at the phone's begin, -2400..2400 */
    int16_t glide;                /* cents more at its end, -2400..2400 */
    int16_t energy;               /* hundredths of a standard deviation above the predicted energy (timbre of effort, not loudness), -300..300 */
    int16_t gain;                 /* loudness, hundredths of a decibel, ACOUSTIC_SILENT..2000 */
    uint16_t rate;                /* speed in percent, 20..500; 0 is 100 */
    uint16_t pause;               /* of SIL, SP, QUE: length in ms whatever the speed, 1..ACOUSTIC_PAUSE_MAX; 0: as predicted */
} acoustic_control;

typedef struct acoustic_style { /* of a whole clause */
    float speed;                /* 0.25..4, above 1 is faster */
    float pitch;                /* semitones, -24..24 */
    float pauses;               /* factor on the length of pauses that is not fixed, 0..4 */
    uint32_t voice;             /* of the file, 0 is its first */
} acoustic_style;

typedef struct acoustic {
    /* config, from the file */
    uint32_t phones, mel, width;
    uint32_t max_phones;    /* phones a clause may hold, word boundaries counted */
    uint32_t max_duration;  /* frames a phone may last */
    float f0_mean, f0_istd; /* normalisation of ln f0 */
    uint32_t voices;        /* speakers in the file */
    /* weights */
    const float *embed;  /* [phones x width] */
    const float *inject; /* [2 + places x width]: pitch, energy, places in the phone */
    const float *spot;   /* [spots x width] where a phone is in its clause */
    const float *voice;  /* [2 voices x width] for the encoder and for the decoder */
    convstack encoder, variance, decoder;
    norm before_variance, before_head;
    linear_i8 variance_head, head; /* [3 x width], [mel+2 x width] */
    /* state */
    const kernels *k;
    uint8_t *clause;          /* [max_phones] as given */
    uint32_t *start;          /* [max_phones] first frame of each phone; valid below `known` */
    acoustic_control *each;   /* [max_phones] of the clause */
    acoustic_style style;     /* likewise */
    uint32_t count;           /* phones of the clause */
    uint32_t sounding;        /* of these are no boundaries */
    uint32_t sounded;         /* and of these are embedded */
    uint32_t fed, known;      /* phones that went into the encoder; that have their start */
    float *delay;             /* [delays x width] encoder rows that wait for their variances */
    uint32_t delays;          /* variance stack's look-ahead + 1 */
    uint32_t encoded, varied; /* rows out of the encoder; out of the variance stack */
    float *phone;             /* [width] the phone that is sounding, pitch and energy added */
    float glide;              /* what its pitch gains from begin to end, normalised */
    uint32_t place, duration; /* frame in it, and its frames */
    uint32_t frames;          /* into the decoder since the start */
    uint32_t made, shown;     /* out of the decoder; the symbol that the next of these is of */
    /* scratch */
    float *row;   /* [width] */
    float *frame; /* [group x width] rows of the decoder */
    float *raw;   /* [group x mel+2] */
    quant_scratch quant;
} acoustic;

/* Binds tts.gguf (architecture sotto-tts); 0, or ERR_MODEL with the line in `err`. */
int acoustic_bind(acoustic *a, const gguf *g, sotto_error *err);
void acoustic_layout(acoustic *a, arena *m, const kernels *k);
void acoustic_reset(acoustic *a); /* no clause */
/* Takes a clause (ids of phoneset.h, copied; what it held before is dropped). `style`: see acoustic_style; NULL: speed and pauses 1, the rest 0.
 * each [n], copied (NULL: all 0): how every symbol departs from the model's way; pitch and energy are added to the predictions before the decoder sees
 * them, so that its mel fits them; numbers out of range are taken to the nearest in range. ERR_ARG, and no clause, when it is longer than max_phones,
 * holds an unknown id or PAD, or a number of the style is out of its range. */
int acoustic_start(acoustic *a, const uint8_t *phones, uint32_t n, const acoustic_style *style, const acoustic_control *each);
/* Up to `most` frames: mel [most x bands] normalised log-mel, voice [most]. Returns the frames made; 0: the clause is done. */
uint32_t acoustic_step(acoustic *a, float *mel, acoustic_voice *voice, uint32_t most);
/* First frame of the clause's i-th symbol (a boundary starts with the phone after it); 1 when it is known by now. */
int acoustic_phone_start(const acoustic *a, uint32_t i, uint32_t *frame);

#endif
