/* cpu_time: the clock of the benches; their sources ask for POSIX first (_GNU_SOURCE). */
#ifndef SOTTO_TESTS_CPU_TIME_H
#define SOTTO_TESTS_CPU_TIME_H
#include <time.h>

/* CPU seconds of this process: a shared machine's other work does not count. */
static inline double cpu_time(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
