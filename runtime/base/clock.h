/* clock: stage spans, percentiles without samples, budgets (law 5).
 *
 * Time is nanoseconds from one monotonic source that the host gives. A histogram keeps log-spaced bins
 * (HdrHistogram's idea: 16 sub-bins an octave, at most 1/16 above the sample), so percentiles cost 2 KiB and no sample is stored.
 */
#ifndef SOTTO_BASE_CLOCK_H
#define SOTTO_BASE_CLOCK_H
#include <stdint.h>

enum { CLOCK_OCTAVES = 34, CLOCK_SUB = 16, CLOCK_BINS = CLOCK_OCTAVES * CLOCK_SUB };

typedef struct histogram {
    uint64_t count, sum, min, max; /* ns */
    uint32_t bin[CLOCK_BINS];
} histogram;

void histogram_reset(histogram *h);
void histogram_add(histogram *h, uint64_t ns);
/* Value below which `percent` (0..100) of the samples lie; upper edge of its bin, never above max. 0 when empty. */
uint64_t histogram_percentile(const histogram *h, double percent);

typedef struct span {
    uint64_t begin, end; /* ns on the host's clock; begin 0 = did not happen this turn */
    uint64_t busy;       /* ns of work inside (several steps may make up one span) */
    uint32_t steps;      /* units of work */
} span;

void span_reset(span *s);
void span_open(span *s, uint64_t now);               /* first call sets begin; later ones keep it */
void span_work(span *s, uint64_t from, uint64_t to); /* one piece of work: widens the span, adds to busy */
uint64_t span_length(const span *s);                 /* end - begin, 0 when it did not happen */

#endif
