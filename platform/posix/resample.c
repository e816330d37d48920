/* resample: see resample.h. */
#include "platform/posix/resample.h"
#include <speex/speex_resampler.h>
#include <string.h>

int resample_open(resampler *r, uint32_t from_hz, uint32_t to_hz, platform_error *e) {
    memset(r, 0, sizeof *r);
    if (from_hz < 1000 || from_hz > 768000) return platform_fail(e, "sample rate %u Hz (expected 1000 to 768000)", from_hz);
    if (to_hz < 1000 || to_hz > 768000) return platform_fail(e, "sample rate %u Hz (expected 1000 to 768000)", to_hz);
    r->from = from_hz;
    r->to = to_hz;
    if (from_hz == to_hz) return 0;
    int failed = 0;
    r->speex = speex_resampler_init(1, from_hz, to_hz, RESAMPLE_QUALITY, &failed);
    if (r->speex == NULL) return platform_fail(e, "cannot resample %u to %u Hz: %s", from_hz, to_hz, speex_resampler_strerror(failed));
    speex_resampler_skip_zeros(r->speex);
    return 0;
}

void resample_close(resampler *r) {
    if (r->speex != NULL) speex_resampler_destroy(r->speex);
    r->speex = NULL;
}

static size_t run(resampler *r, float *out, size_t room, const float *in, size_t *in_count) {
    enum { MOST = 1 << 16 };
    spx_uint32_t taken = *in_count < MOST ? (spx_uint32_t)*in_count : MOST, given = room < MOST ? (spx_uint32_t)room : MOST;
    speex_resampler_process_float(r->speex, 0, in, &taken, out, &given);
    *in_count = taken;
    return given;
}

size_t resample_run(resampler *r, float *out, size_t out_room, const float *in, size_t *in_count) {
    size_t given;
    if (r->speex == NULL) {
        given = *in_count < out_room ? *in_count : out_room;
        if (given > 0) memcpy(out, in, given * sizeof *out);
        *in_count = given;
    } else {
        given = run(r, out, out_room, in, in_count);
    }
    r->in += *in_count;
    r->out += given;
    return given;
}

size_t resample_finish(resampler *r, float *out, size_t out_room) {
    static const float zeros[1024];
    uint64_t due = (r->in * r->to + r->from / 2) / r->from;
    size_t total = 0;
    while (r->speex != NULL && r->out < due && total < out_room) {
        size_t room = due - r->out < out_room - total ? (size_t)(due - r->out) : out_room - total, in = 1024;
        size_t given = run(r, out + total, room, zeros, &in);
        total += given;
        r->out += given;
    }
    return total;
}
