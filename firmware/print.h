/* print: formatted lines (runtime/base/fmt.h) on the board's console. */
#ifndef SOTTO_FIRMWARE_PRINT_H
#define SOTTO_FIRMWARE_PRINT_H
#include <stddef.h>
#include <stdint.h>

typedef struct print_word {
    char text[9];
} print_word;

void print_text(const char *text);
void print_line(const char *format, ...); /* at most PRINT_LINE bytes; what is longer is cut */
print_word print_hex(uint32_t value);     /* eight digits */
enum { PRINT_LINE = 320 };

#endif
