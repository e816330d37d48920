/* shape: the sizes of a recogniser, read from the metadata `sotto.asr.*` of its file and bounded there. */
#ifndef SOTTO_MODELS_ASR_SHAPE_H
#define SOTTO_MODELS_ASR_SHAPE_H
#include "models/gguf.h"

enum {
    ASR_MAX_BLOCKS = 24,
    ASR_MAX_CHUNK = 64,
    ASR_MAX_BANDS = 128,  /* a mel frame fits the stack */
    ASR_MAX_CLASSES = 62, /* a node of the lexicon has 6 bits for them */
    ASR_SUBSAMPLE = 8     /* mel frames an encoder frame */
};

typedef struct asr_shape {
    uint32_t bands;    /* mel bands, a multiple of 8 */
    uint32_t channels; /* of the convolutional subsampling */
    uint32_t dim;      /* width of a Conformer row */
    uint32_t heads;    /* attention heads, dim/heads values each, an even number */
    uint32_t ff;       /* width of the feed-forward layers */
    uint32_t blocks;
    uint32_t kernel;   /* frames of the depthwise convolution, this one and kernel-1 before it */
    uint32_t classes;  /* of the CTC: 0 the blank, then phones */
    uint32_t split;    /* CTC frames that an encoder frame gives */
    uint32_t chunk;    /* encoder frames that see each other */
    uint32_t left;     /* encoder frames before the chunk that it sees too */
    float theta;       /* base of the rotary positions */
    float floor;       /* least mel energy; its logarithm is what silence looks like */
    uint32_t frame_ms; /* one encoder frame */
} asr_shape;

/* 0, or ERR_MODEL with the file, the key and what was expected. `out` is untouched on failure. */
int shape_read(asr_shape *out, const gguf *g, sotto_error *err);

#endif
