/* conformer: one encoder block over a chunk of frames, with the past in fixed memory (Gulati et al. 2020, macaron form).
 *
 *     x += 0.5 FF(x);  x += Attention(x);  x += Convolution(x);  x += 0.5 FF(x);  x = LayerNorm(x)
 *
 * Attention sees the frames of its own chunk and `left` frames before it, through a KV ring of left+chunk rows with rotary
 * positions inside the ring; the depthwise convolution is causal and keeps kernel-1 frames. A block's state is just these two.
 */
#ifndef SOTTO_MODELS_ASR_CONFORMER_H
#define SOTTO_MODELS_ASR_CONFORMER_H
#include "models/asr/shape.h"
#include "models/attention.h"
#include "models/layers.h"

typedef struct conformer_feed {
    norm in;
    linear_i8 up, down; /* [ff x dim], [dim x ff] */
} conformer_feed;

typedef struct conformer_block {
    conformer_feed first, second;
    norm attend, convolve, mid, out;
    linear_i8 qkv, mix;          /* [3 dim x dim], [dim x dim] */
    linear_i8 gate, join;        /* [2 dim x dim], [dim x dim] */
    const float *tap, *tap_bias; /* [kernel x dim] oldest frame first, [dim] */
    kvring past;                 /* state: keys and values of left+chunk frames */
    float *frames;               /* state: [(kernel-1) x dim] */
} conformer_block;

typedef struct conformer_desk { /* what all blocks of a model share: scratch and tables */
    const kernels *k;
    rope_table rope;
    attention_scratch attention;
    attention_place *place; /* [chunk] */
    float *turn;            /* [chunk x 2 x dim/heads] */
    quant_scratch quant;
    float *wide; /* [chunk x max(ff, 3 dim)] */
    float *row;  /* [chunk x dim] */
    float *line; /* [dim] */
} conformer_desk;

int conformer_bind(conformer_block *b, const gguf *g, const asr_shape *s, uint32_t index, sotto_error *err); /* 0, or ERR_MODEL */
void conformer_layout(conformer_block *b, arena *a, const asr_shape *s, enum kv_kind kind);
void conformer_reset(conformer_block *b, const asr_shape *s);
void conformer_desk_layout(conformer_desk *d, arena *a, const asr_shape *s, const kernels *k); /* the table of rotations */
void conformer_desk_scratch(conformer_desk *d, arena *a, const asr_shape *s);                  /* what a chunk needs only while it runs */
/* x [n x dim] in place, 1 <= n <= chunk: the frames of one chunk (fewer only at the end of the sound). */
void conformer_run(conformer_block *b, conformer_desk *d, const asr_shape *s, float *x, uint32_t n);

#endif
