/* error: a code and one line that says what, where and what was expected.
 *
 * Setup functions (`*_bind`, `gguf_open`) fill a `sotto_error` that the caller owns; the stream itself never fails.
 * The codes equal the public ones in runtime/sotto.h (asserted in runtime/sotto.c).
 */
#ifndef SOTTO_BASE_ERROR_H
#define SOTTO_BASE_ERROR_H

enum { ERR_NONE = 0, ERR_ARG = -1, ERR_MODEL = -2, ERR_MEM = -3, ERR_STATE = -4 };

typedef struct sotto_error {
    int code;       /* ERR_* */
    char text[192]; /* one line, NUL-terminated, cut when longer */
} sotto_error;

/* Fills `e` (NULL allowed) from a format understood by fmt_put (base/fmt.h) and returns `code`. Always NUL-terminated. */
int error_set(sotto_error *e, int code, const char *format, ...);

#endif
