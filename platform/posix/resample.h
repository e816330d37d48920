/* resample: streaming conversion of mono float between rates (libspeexdsp, quality 6 unless said), bounded memory, no clicks at chunk borders.
 * The filter's delay is taken off at the beginning and given back by resample_finish, so n samples in give round(n * to / from) out. */
#ifndef SOTTO_PLATFORM_RESAMPLE_H
#define SOTTO_PLATFORM_RESAMPLE_H
#include "platform/platform.h"

enum { RESAMPLE_QUALITY = 6 };

typedef struct resampler {
    void *speex; /* NULL: rates are equal, samples are copied */
    uint32_t from, to;
    uint64_t in, out; /* samples taken and given */
} resampler;

int resample_open(resampler *r, uint32_t from_hz, uint32_t to_hz, platform_error *e); /* 1000..768000 each */
void resample_close(resampler *r);
/* Takes up to *in_count, gives up to out_room; *in_count becomes what was taken. Returns samples given. */
size_t resample_run(resampler *r, float *out, size_t out_room, const float *in, size_t *in_count);
size_t resample_finish(resampler *r, float *out, size_t out_room); /* call until 0 */

#endif
