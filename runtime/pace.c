/* pace: see pace.h. */
#include "runtime/pace.h"
#include "runtime/sotto.h"
#include <string.h>

enum { SAMPLE_NS = 1000000000 / SOTTO_RATE, PACE_RESERVE_MS = 200 };

void pace_reset(pace *p) {
    memset(p, 0, sizeof *p);
    p->least = p->last = p->lowest = INT64_MAX;
}

void pace_begin(pace *p) {
    p->play_ns = p->made = p->slow_ns = p->slow_token = 0;
    p->least = INT64_MAX;
}

void pace_end(pace *p) {
    p->last = p->least;
    if (p->least < p->lowest) p->lowest = p->least;
    pace_begin(p);
}

void pace_pulled(pace *p, uint64_t now) {
    if (p->made && !p->play_ns) p->play_ns = now;
}

int64_t pace_margin(const pace *p, uint32_t ready, uint64_t now) {
    const int64_t waits = (int64_t)ready * SAMPLE_NS;
    if (!p->play_ns) return waits;
    const int64_t ahead = (int64_t)(p->made * SAMPLE_NS) - (int64_t)(now - p->play_ns);
    return ready && ahead < waits ? waits : ahead;
}

uint64_t pace_made(pace *p, uint32_t ready, uint32_t n, uint64_t now) {
    const int64_t margin = pace_margin(p, ready, now);
    const uint64_t dry = p->play_ns && margin < 0 ? (uint64_t)-margin : 0;
    if (p->play_ns) {
        if (margin < p->least) p->least = margin;
        p->play_ns = now + (uint64_t)(margin + (int64_t)dry) - p->made * SAMPLE_NS; /* where it is now: later by what it was dry, or paused */
    }
    p->underruns += dry > 0;
    p->dry_ns += dry;
    p->made += n;
    return dry;
}

int pace_ample(const pace *p, int64_t margin, uint32_t ring) {
    const int64_t most = (int64_t)ring * SAMPLE_NS / 4 * 3;
    int64_t need = 2 * (int64_t)(p->slow_ns + p->slow_token);
    if (need < (int64_t)PACE_RESERVE_MS * 1000000) need = (int64_t)PACE_RESERVE_MS * 1000000;
    return margin >= (need < most ? need : most);
}
