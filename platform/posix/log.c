/* log: error lines and the log of the command. */
#include "platform/platform.h"
#include <stdarg.h>
#include <stdio.h>

int platform_fail(platform_error *e, const char *format, ...) {
    if (e == NULL) return -1;
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return -1;
}

void platform_log(const char *line) {
    fprintf(stderr, "sotto: %s\n", line);
} /* stdio locks the stream: lines stay whole */
