/* line: a line editor for a console that comes in byte by byte: echo, backspace, ctrl-U, ctrl-C. Takes one byte a call, so it never waits. */
#ifndef SOTTO_FIRMWARE_LINE_H
#define SOTTO_FIRMWARE_LINE_H
#include <stdint.h>

enum { LINE_MOST = 120 };
typedef enum line_result { LINE_MORE, LINE_DONE, LINE_CANCEL, LINE_LONG } line_result;

typedef struct line_edit {
    char text[LINE_MOST + 1]; /* NUL-terminated */
    uint32_t count;
    uint8_t over, cr; /* 1: bytes beyond LINE_MOST came; the last byte was a carriage return */
} line_edit;

/* DONE: text is a whole line (CR, LF or CR LF ends it); the next byte begins a new one. CANCEL: ctrl-C. LONG: the line that ended had more than
 * LINE_MOST bytes and is not to be used. */
line_result line_take(line_edit *l, int byte);

#endif
