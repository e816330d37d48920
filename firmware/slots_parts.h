/* slots_parts: what slots.c and slots_update.c share. */
#ifndef SOTTO_FIRMWARE_SLOTS_PARTS_H
#define SOTTO_FIRMWARE_SLOTS_PARTS_H
#include "firmware/slots.h"

enum { SLOTS_MARK = 16 }; /* bytes of a mark: one ECC unit of the memories that have one */

int slots_writable(const board_flash *f);
size_t slots_room(const board_flash *f, int index); /* bytes that an image may have: all but the marks' sector */
int slots_newer(uint32_t a, uint32_t b);
int slots_blank(uintptr_t address, size_t count);

#endif
