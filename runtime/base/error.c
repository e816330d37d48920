/* error: fills the caller's one-line message. Bound: sizeof text, always NUL-terminated. */
#include "runtime/base/error.h"
#include "runtime/base/fmt.h"

int error_set(sotto_error *e, int code, const char *format, ...) {
    if (!e) return code;
    va_list args;
    va_start(args, format);
    fmt_putv(e->text, sizeof e->text, format, args);
    va_end(args);
    e->code = code;
    return code;
}
