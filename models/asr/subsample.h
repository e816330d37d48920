/* subsample: log-mel frames -> encoder frames, eight to one, causal in time.
 *
 * Three 3x3 convolutions of stride 2, ReLU after each; the first over one channel, the others depthwise with a pointwise int8
 * layer after them (Howard et al. 2017). One zero stands before the first band, one zero row before the first frame: so output
 * row k of a stage needs its input rows 2k-1, 2k and 2k+1, and encoder frame k the mel frames up to 8k+7. Two lines of state a stage.
 */
#ifndef SOTTO_MODELS_ASR_SUBSAMPLE_H
#define SOTTO_MODELS_ASR_SUBSAMPLE_H
#include "models/asr/shape.h"
#include "models/layers.h"

enum { SUB_STAGES = 3 };

typedef struct sub_stage {
    const float *w, *b; /* [9 x channels] taps (row*3 + band), [channels] */
    float *prev, *even; /* [width x depth] rows 2k-1 and 2k */
    uint32_t width;     /* bands of the input */
    uint32_t depth;     /* channels of the input */
    uint32_t odd;       /* row 2k is held, 2k+1 is next */
} sub_stage;

typedef struct subsample {
    uint32_t bands, channels, dim;
    const float *mean, *istd; /* [bands] normalisation of the raw log-mel */
    sub_stage stage[SUB_STAGES];
    linear_i8 point[SUB_STAGES - 1], out;
    float *row[SUB_STAGES]; /* scratch: [bands/2 x channels], [bands/4 x channels], [bands/8 x channels] */
    float *depth;           /* scratch: [bands/4 x channels] */
} subsample;

int subsample_bind(subsample *s, const gguf *g, const asr_shape *shape, sotto_error *err); /* 0, or ERR_MODEL */
void subsample_layout(subsample *s, arena *a);                                             /* state */
void subsample_scratch(subsample *s, arena *a);                                            /* what a push needs only while it runs */
void subsample_reset(subsample *s);
/* Takes one raw log-mel frame [bands]. 1 when it completed an encoder frame, written to out [dim]; else 0 and out is untouched. */
int subsample_push(subsample *s, const kernels *k, quant_scratch *q, float *out, const float *mel);

#endif
