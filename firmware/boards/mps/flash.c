/* flash: RAM that behaves as NOR flash, so that weight slots and updates run in an emulator: erasing sets ones, programming only clears them. The
 * emulator's loader puts slot 0 there again at each reset; slot 1 and all marks stay. RAM begins as zeros, so slot 0 counts as tried. */
#include "firmware/boards/mps/mps.h"
#include <string.h>

int mps_flash_erase(void *user, uintptr_t sector_address) {
    (void)user;
    memset((void *)sector_address, 0xff, mps_flash.sector);
    return 0;
}

int mps_flash_program(void *user, uintptr_t address, const void *bytes, size_t count) {
    const uint8_t *from = bytes;
    uint8_t *to = (uint8_t *)address;
    (void)user;
    for (size_t i = 0; i < count; i++) to[i] &= from[i];
    return 0;
}
