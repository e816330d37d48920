/* bytes: see bytes.h. */
#include "firmware/boards/cortex-m7/bytes.h"
#include "firmware/board.h"
#include "runtime/base/ring.h"

static uint8_t store[2048];
static ring came;

void bytes_start(void) {
    ring_init(&came, store, sizeof store, 1);
}

void bytes_came(uint8_t byte) {
    ring_write(&came, &byte, 1);
}

int board_get(void) {
    uint8_t byte;
    return ring_read(&came, &byte, 1) ? byte : -1;
}

/* A terminal wants a carriage return at each line's end. */
void board_put(const char *bytes, size_t count) {
    static char last;
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n' && last != '\r') bytes_send('\r');
        bytes_send(bytes[i]);
        last = bytes[i];
    }
}
