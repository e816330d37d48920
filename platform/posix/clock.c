/* clock: CLOCK_MONOTONIC. */
#define _POSIX_C_SOURCE 200809L
#include "platform/platform.h"
#include <errno.h>
#include <time.h>

uint64_t platform_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void platform_sleep(uint64_t ns) {
    struct timespec t = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {}
}
