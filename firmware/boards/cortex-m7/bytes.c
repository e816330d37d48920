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
