/* clock: spans and a log-binned histogram. Bound: bin width / value <= 1/16, so a percentile is at most 1/16 above the sample
 * (values below 16 ns are exact; values of 2^37 ns = 137 s and more share the last bin, whose edge is the maximum).
 */
#include "runtime/base/clock.h"
#include <string.h>

enum { SUB_BITS = 4 };

void histogram_reset(histogram *h) {
    memset(h, 0, sizeof *h);
}

static unsigned top_bit(uint64_t v) {
    unsigned n = 0;
    for (unsigned step = 32; step > 0; step >>= 1)
        if (v >> step) {
            v >>= step;
            n += step;
        }
    return n;
}

/* Below 16 a bin each; above, 16 bins an octave. */
static unsigned bin_of(uint64_t ns) {
    if (ns < CLOCK_SUB) return (unsigned)ns;
    unsigned octave = top_bit(ns) - SUB_BITS;
    unsigned bin = (octave + 1) * CLOCK_SUB + (unsigned)(ns >> octave & (CLOCK_SUB - 1));
    return bin < CLOCK_BINS ? bin : CLOCK_BINS - 1;
}

/* Largest value that falls into the bin. */
static uint64_t bin_edge(unsigned bin) {
    if (bin < CLOCK_SUB) return bin;
    if (bin == CLOCK_BINS - 1) return UINT64_MAX;
    unsigned octave = bin / CLOCK_SUB - 1;
    return ((uint64_t)(CLOCK_SUB + bin % CLOCK_SUB + 1) << octave) - 1;
}

void histogram_add(histogram *h, uint64_t ns) {
    if (h->count == 0 || ns < h->min) h->min = ns;
    if (ns > h->max) h->max = ns;
    h->count++;
    h->sum += ns;
    h->bin[bin_of(ns)]++;
}

uint64_t histogram_percentile(const histogram *h, double percent) {
    if (h->count == 0) return 0;
    double clipped = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    double want = clipped / 100.0 * (double)h->count;
    uint64_t rank = (uint64_t)want, seen = 0;
    if ((double)rank < want || rank == 0) rank++; /* the smallest count of samples that is at least `percent` of them */
    for (unsigned i = 0; i < CLOCK_BINS; i++) {
        seen += h->bin[i];
        if (seen < rank) continue;
        uint64_t edge = bin_edge(i);
        return edge < h->max ? edge : h->max;
    }
    return h->max;
}

void span_reset(span *s) {
    *s = (span){0};
}

void span_open(span *s, uint64_t now) {
    if (s->begin) return;
    s->begin = now;
    s->end = now;
}

void span_work(span *s, uint64_t from, uint64_t to) {
    span_open(s, from);
    if (to > s->end) s->end = to;
    if (to > from) s->busy += to - from;
    s->steps++;
}

uint64_t span_length(const span *s) {
    return s->begin ? s->end - s->begin : 0;
}
