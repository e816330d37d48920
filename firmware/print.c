/* print: see print.h. A line is made on the stack: PRINT_LINE bytes. */
#include "firmware/print.h"
#include "firmware/board.h"
#include "runtime/base/fmt.h"
#include <string.h>

void print_text(const char *text) {
    board_put(text, strlen(text));
}

void print_line(const char *format, ...) {
    char line[PRINT_LINE];
    va_list args;
    va_start(args, format);
    board_put(line, fmt_putv(line, sizeof line, format, args));
    va_end(args);
}

print_word print_hex(uint32_t value) {
    print_word w;
    for (int i = 0; i < 8; i++) w.text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
    w.text[8] = 0;
    return w;
}
