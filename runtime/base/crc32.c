/* crc32: four bytes a step (Kounavis & Berry 2005, "slicing by 4"). The tables, 4 KiB, are made on the stack at each call: 1,024 steps, less than 4 KiB of
 * a file would cost, and no mutable global. */
#include "runtime/base/crc32.h"

enum { SLICES = 4 };

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

uint32_t crc32_on(uint32_t before, const void *bytes, size_t size) {
    uint32_t t[SLICES][256], c = ~before;
    const uint8_t *b = bytes;
    fill_tables(t);
    for (; size >= 4; size -= 4, b += 4) {
        c ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        c = t[3][c & 255] ^ t[2][c >> 8 & 255] ^ t[1][c >> 16 & 255] ^ t[0][c >> 24];
    }
    for (; size > 0; size--) c = c >> 8 ^ t[0][(c ^ *b++) & 255];
    return ~c;
}

uint32_t crc32_of(const void *bytes, size_t size) {
    return crc32_on(0, bytes, size);
}
