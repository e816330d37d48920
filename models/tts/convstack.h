/* convstack: the convolution blocks that the acoustic model and the vocoder are made of, rows in, at most as many rows out.
 *
 *     y = x + down(silu(up(LayerNorm(depthwise(x)))))          ConvNeXt (Liu et al. 2022) over time
 *
 * A block sees `ahead` rows of the future and (kernel-1)*dilation-ahead of the past, zeros beyond both ends of the stream; it
 * keeps only that window. Row t leaves the stack once row t + (sum of the aheads) has entered, or by flushing after the last row.
 * Rows that come together go through a block together, so that its weights are read once for all of them; the bits are those of row by row.
 */
#ifndef SOTTO_MODELS_TTS_CONVSTACK_H
#define SOTTO_MODELS_TTS_CONVSTACK_H
#include "models/layers.h"

enum { CONVSTACK_MAX_BLOCKS = 8, CONVSTACK_MAX_WIDTH = 1024, CONVSTACK_MAX_HIDDEN = 4096, CONVSTACK_MAX_KERNEL = 31, CONVSTACK_MAX_DILATION = 64 };

typedef struct convblock {
    uint32_t kernel, ahead, dilation; /* ahead <= span - 1 */
    uint32_t span;                    /* rows kept: (kernel-1)*dilation + 1 */
    const float *depth;               /* [kernel x width] taps, oldest first */
    const float *depth_bias;          /* [width] */
    norm before;                      /* LayerNorm of the convolution's output */
    linear_i8 up, down;               /* [hidden x width], [width x hidden] */
    float *ring;                      /* [span x width] last inputs, zeros before the first */
    uint32_t at;                      /* ring row that the next input takes */
    uint32_t owed;                    /* inputs still to come before the first output, ahead..0 */
} convblock;

typedef struct convstack {
    const kernels *k;
    uint32_t width, hidden, count; /* count: blocks */
    convblock block[CONVSTACK_MAX_BLOCKS];
    uint32_t flushing; /* block that takes zero rows now; count: nothing is left */
    uint32_t flushed;  /* zero rows it has taken */
    int any;           /* 1 once a real row has entered */
    uint32_t group;    /* rows that may come together */
    float *row;        /* [group x width] scratch */
    float *mid;        /* [group x hidden] scratch */
    quant_scratch quant;
} convstack;

/* Reads KEY.blocks, KEY.hidden, KEY.kernel, KEY.<i>.ahead, KEY.<i>.dilation and the tensors TENSOR.<i>.{depth,norm,up,down};
 * 0, or ERR_MODEL with the line in `err`. `s` points into `g`'s bytes afterwards. */
int convstack_bind(convstack *s, const gguf *g, const char *key, const char *tensor, uint32_t width, sotto_error *err);
void convstack_layout(convstack *s, arena *a, const kernels *k, uint32_t group);
void convstack_reset(convstack *s);
uint32_t convstack_ahead(const convstack *s); /* rows between an input and its output */
/* In: rows x [count x width], count <= group. Returns how many finished rows are in y (y may be x). Not after a flush has begun. */
uint32_t convstack_run(convstack *s, float *y, const float *x, uint32_t count);
/* The same with one row. */
int convstack_push(convstack *s, float *y, const float *x);
/* After the last row: 1 and one more row, 0 when none is left. */
int convstack_flush(convstack *s, float *y);

#endif
