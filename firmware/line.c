/* line: see line.h. Bytes above 127 (UTF-8) are kept as they are; a backspace takes a whole character. */
#include "firmware/line.h"
#include "firmware/board.h"

enum { CTRL_C = 3, BACKSPACE = 8, CTRL_U = 21, DELETE = 127 };

static void rub_out(line_edit *l) {
    if (l->count == 0) return;
    while (l->count > 1 && ((unsigned char)l->text[l->count - 1] & 0xc0) == 0x80) l->count--; /* the rest of a UTF-8 character */
    l->count--;
    board_put("\b \b", 3);
}

static void add(line_edit *l, int byte) {
    char c = (char)byte;
    if (l->count == LINE_MOST) {
        l->over = 1;
        board_put("\a", 1);
        return;
    }
    l->text[l->count++] = c;
    board_put(&c, 1);
}

static line_result end(line_edit *l, line_result result) {
    l->text[l->count] = 0;
    if (result == LINE_DONE && l->over) result = LINE_LONG;
    l->count = l->over = 0;
    board_put(result == LINE_CANCEL ? "^C\r\n" : "\r\n", result == LINE_CANCEL ? 4 : 2);
    return result;
}

line_result line_take(line_edit *l, int byte) {
    int cr = l->cr;
    l->cr = byte == '\r';
    if (byte == '\n' && cr) return LINE_MORE;
    if (byte == '\r' || byte == '\n') return end(l, LINE_DONE);
    if (byte == CTRL_C) return end(l, LINE_CANCEL);
    if (byte == BACKSPACE || byte == DELETE) rub_out(l);
    while (byte == CTRL_U && l->count > 0) rub_out(l);
    if (byte >= ' ' && byte != DELETE) add(l, byte);
    return LINE_MORE;
}
