/* crc32: eight bytes a step (Kounavis & Berry 2005, "slicing by 8"). The tables are made on the stack at each call: 2,048 steps, less than 4 KiB of a file
 * would cost, and no mutable global. */
#include "platform/posix/crc32.h"

enum { SLICES = 8 };

static void fill_tables(uint32_t t[SLICES][256]) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        t[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int k = 1; k < SLICES; k++) t[k][i] = t[k - 1][i] >> 8 ^ t[0][t[k - 1][i] & 255];
    }
}

uint32_t crc32_of(const void *bytes, size_t size) {
    uint32_t t[SLICES][256], c = 0xFFFFFFFFu;
    const uint8_t *b = bytes;
    fill_tables(t);
    for (; size >= 8; size -= 8, b += 8) {
        c ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        c = t[7][c & 255] ^ t[6][c >> 8 & 255] ^ t[5][c >> 16 & 255] ^ t[4][c >> 24] ^ t[3][b[4]] ^ t[2][b[5]] ^ t[1][b[6]] ^ t[0][b[7]];
    }
    for (; size > 0; size--) c = c >> 8 ^ t[0][(c ^ *b++) & 255];
    return ~c;
}
