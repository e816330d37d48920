/* trace: Chrome/Perfetto JSON ("traceEvents"), written as it happens; the file is whole JSON after trace_close, and opens in Perfetto even when cut.
 * Times are ns on the monotonic clock. One thread writes. */
#ifndef SOTTO_PLATFORM_TRACE_H
#define SOTTO_PLATFORM_TRACE_H
#include "platform/platform.h"
#include <stdio.h>

typedef struct trace {
    FILE *file; /* NULL: every call does nothing */
    char name[256];
    uint64_t events;
} trace;

int trace_open(trace *t, const char *path, platform_error *e);
void trace_track(trace *t, uint32_t track, const char *name);                                                  /* names a row */
void trace_span(trace *t, uint32_t track, const char *name, uint64_t begin, uint64_t end, const char *detail); /* detail may be NULL */
void trace_mark(trace *t, uint32_t track, const char *name, uint64_t at, const char *detail);                  /* a moment */
void trace_counter(trace *t, const char *name, uint64_t at, double value);
int trace_close(trace *t, platform_error *e); /* -1 when anything did not reach the disk */

#endif
