/* board: what one board gives to the firmware. A folder of boards/ implements it; nothing else knows registers.
 *
 * All calls are made from the main loop, none blocks for longer than it says. Samples are 16 kHz mono int16, as sotto.h wants them.
 */
#ifndef SOTTO_FIRMWARE_BOARD_H
#define SOTTO_FIRMWARE_BOARD_H
#include <stddef.h>
#include <stdint.h>

typedef struct board_region {
    uintptr_t address;
    size_t bytes;
} board_region;

typedef struct board_flash { /* where weight slots live: mapped for reading, written by erasing and programming */
    board_region slot[2];
    uint32_t sector, page; /* bytes that are erased at once; that are programmed at once. Slots begin and end at sectors */
    /* 0, or -1 when the memory says that it failed. Addresses are the mapped ones. Programming can only turn ones into zeros. */
    int (*erase)(void *user, uintptr_t sector_address);
    int (*program)(void *user, uintptr_t address, const void *bytes, size_t count); /* within one page */
    void *user;
} board_flash;

extern const char board_name[];      /* "mps3-an547" */
extern const char board_time_unit[]; /* what a tick of board_now's billionth is: "virtual ms" in an emulator, "ms" on silicon */

void board_init(void);                  /* clocks, external memory, console; before main, no data of ours is touched */
uint64_t board_now(void);               /* monotonic ns since reset */
uint32_t board_hz(void);                /* core clock */
int64_t board_unix_time(void);          /* seconds, -1 when the board does not know */
board_region board_arena(void);         /* the one block of sotto_init, SOTTO_ALIGN aligned */
const board_flash *board_weights(void); /* programming functions may be NULL: read-only (an emulator without flash) */

void board_put(const char *bytes, size_t count); /* console out; waits until the bytes are taken */
int board_get(void);                             /* console in: a byte, or -1 when there is none */

int board_audio_start(void);                                    /* 0, or -1: this board has no sound */
size_t board_microphone(int16_t *samples, size_t most);         /* samples that came since; never more than `most` */
size_t board_loudspeaker(const int16_t *samples, size_t count); /* samples taken; the rest when there is room */
uint32_t board_audio_lost(void);                                /* samples that were dropped or missing since the start */

void board_wait(void);               /* sleeps until something may have happened; at most 10 ms */
_Noreturn void board_reset(void);    /* the core starts over */
_Noreturn void board_exit(int code); /* ends an emulation with this code; silicon: board_reset */

#endif
