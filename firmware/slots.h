/* slots: two places for weights in flash, so that an update can fail at any byte and the board still speaks.
 *
 * A slot is [image][...][marks: the slot's last sector]. An image is there when its header is, and the header is programmed last: its first page is the
 * commit point. A mark is 16 bytes of zeros at the begin of a page of its own (no page is programmed twice, as memories with ECC ask); one that is not
 * all ones counts as set, so a power cut in a mark is a mark or none. Pages of the marks' sector: 0..2 a start was begun on trial, 3..5 the gate was
 * passed, 6 the gate was failed.
 *
 *     start:   of the slots whose header, size, models and arena are right, and which are not refused, the one with the greater number
 *     trial:   a new image's start is marked; the firmware asks its question, slots_judge compares the reply's CRC-32 and confirms or refuses it;
 *              after SLOTS_TRIALS starts without a verdict (it hung or lost power each time) it is refused
 *     update:  only the slot not in use is erased and written; read back before the header
 *
 * Numbers are compared by their difference (RFC 1982), so they may wrap. Nothing here knows hardware; memory: struct slots and struct slots_update.
 */
#ifndef SOTTO_FIRMWARE_SLOTS_H
#define SOTTO_FIRMWARE_SLOTS_H
#include "firmware/board.h"
#include "firmware/image.h"

enum { SLOTS_TRIALS = 3, SLOTS_LINE = 192 };

typedef enum slot_state { SLOT_NONE, SLOT_REFUSED, SLOT_TRIAL, SLOT_GOOD } slot_state;

typedef struct slot_info {
    image is; /* valid unless its models are NULL */
    slot_state state;
    uint32_t starts;      /* marked, of SLOTS_TRIALS */
    char why[SLOTS_LINE]; /* of SLOT_REFUSED and SLOT_NONE: what, where, and what was expected */
} slot_info;

typedef struct slots {
    const board_flash *flash;
    size_t arena; /* bytes that the board has for the runtime */
    slot_info slot[2];
    int running; /* -1: none is good */
} slots;

/* Checks both slots (reads every byte of them), picks one and marks its start when it is on trial. Returns running. */
int slots_open(slots *s, const board_flash *flash, size_t arena);

/* 1: the running image is on trial: ask running's header->question and give the reply's CRC-32 to slots_judge. */
int slots_on_trial(const slots *s);
/* 0: passed and marked, never asked again. -1: refused (its slot's `why`); start over, and the other slot is used. An image without a question passes. */
int slots_judge(slots *s, uint32_t reply_crc);
/* The image on trial cannot even be started: as a failed gate. */
void slots_refuse(slots *s, const char *why);

/* One line about a slot, for people. Returns its length. */
size_t slots_line(const slots *s, int index, char *out, size_t cap);

typedef struct slots_update {
    slots *s;
    int target, forced, failed;
    uint32_t total, taken, crc; /* bytes in all, so far; CRC-32 of all */
    uint32_t ready;             /* bytes of the slot that are erased and may be programmed */
    uint32_t put;               /* bytes of the body programmed, the header's place counted */
    image_header head;          /* kept until the body is checked */
    uint8_t page[512];
    char why[SLOTS_LINE];
} slots_update;

/* All return 0, or -1 with u->why. An update may be left at any point; begin the next one from its first byte.
 * `forced`: an image that is not newer is taken too, under the number after the running one's, else the next start would not pick it. */
int slots_update_begin(slots_update *u, slots *s, size_t bytes, uint32_t crc, int forced);
int slots_update_write(slots_update *u, const void *bytes, size_t count); /* any pieces; erases at most one sector and marks' for each 512 bytes */
int slots_update_end(slots_update *u);                                    /* checks what was read back, then programs the header */

#endif
