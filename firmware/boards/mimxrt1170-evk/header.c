/* header: what the boot ROM of the RT1176 reads before it starts the code: at 0x30000400 how the flash is driven, at 0x30001000 where the code is.
 *
 * The flash (IS25WP128, 16 MiB, 133 MHz) is read by EB, quad I/O, 3-byte addresses, 6 dummy clocks. Layouts: IMXRT1170RM, system boot,
 * "FlexSPI NOR configuration block" and "image vector table".
 */
#include "firmware/start.h"
#include <stddef.h>

/* An operation of a look-up table entry: what, on how many lines (0: 1, 2: 4), and its number. Two make a word. */
#define STEP(op, lines, operand) ((uint32_t)(op) << 10 | (uint32_t)(lines) << 8 | (uint32_t)(operand))
#define STEPS(first, second) ((first) | (second) << 16)
enum { STOP = 0, COMMAND = 1, ADDRESS = 2, WRITE = 8, READ = 9, DUMMY = 12, ONE = 0, FOUR = 2 };

typedef struct flash_block {
    uint32_t tag, version, reserved0;
    uint8_t sample_clock, hold, setup, column_width, mode_enable, mode_type;
    uint16_t wait;
    uint32_t mode_sequence, mode_argument;
    uint8_t configure, configure_type[3];
    uint32_t configure_sequence[3], reserved1, configure_argument[3], reserved2, options;
    uint8_t device, lines, clock, own_sequences;
    uint32_t reserved3[2], size[4], pads[4];
    uint16_t timeout_ms, interval;
    uint32_t valid[2];
    uint16_t busy_bit, busy_polarity;
    uint32_t lut[64], own[12], reserved4[4];
    uint32_t page, sector;
    uint8_t ip_clock, uniform, reserved5[2], nor_type, other[3];
    uint32_t block, reserved6[11];
} flash_block;

_Static_assert(offsetof(flash_block, lut) == 128 && offsetof(flash_block, page) == 448 && sizeof(flash_block) == 512, "as the boot ROM reads it");

__attribute__((section(".boot.flash"), used)) const flash_block rt1176_flash = {
    .tag = 0x42464346, /* "FCFB" */
    .version = 0x56010400,
    .sample_clock = 1, /* looped back from the strobe pad */
    .hold = 3,
    .setup = 3,
    .options = 1 << 4, /* a safe clock while it is configured */
    .device = 1,       /* serial NOR */
    .lines = 4,
    .clock = 7, /* 133 MHz */
    .size = {16 << 20},
    .lut = {[0] = STEPS(STEP(COMMAND, ONE, 0xeb), STEP(ADDRESS, FOUR, 24)),
            [1] = STEPS(STEP(DUMMY, FOUR, 6), STEP(READ, FOUR, 4)),
            [4 * 1] = STEPS(STEP(COMMAND, ONE, 0x05), STEP(READ, ONE, 4)),
            [4 * 3] = STEPS(STEP(COMMAND, ONE, 0x06), STEP(STOP, ONE, 0)),
            [4 * 5] = STEPS(STEP(COMMAND, ONE, 0x20), STEP(ADDRESS, ONE, 24)),
            [4 * 8] = STEPS(STEP(COMMAND, ONE, 0xd8), STEP(ADDRESS, ONE, 24)),
            [4 * 9] = STEPS(STEP(COMMAND, ONE, 0x02), STEP(ADDRESS, ONE, 24)),
            [4 * 9 + 1] = STEPS(STEP(WRITE, ONE, 4), STEP(STOP, ONE, 0)),
            [4 * 11] = STEPS(STEP(COMMAND, ONE, 0x60), STEP(STOP, ONE, 0))},
    .page = 256,
    .sector = 4096,
    .ip_clock = 1,
    .block = 64 << 10,
};

typedef struct boot_data {
    uintptr_t start;
    uint32_t bytes, plugin, reserved;
} boot_data;

typedef struct boot_vector {
    uint32_t tag;
    const void *entry; /* the vector table */
    uint32_t reserved0;
    const void *dcd, *data;
    const void *self;
    const void *signature;
    uint32_t reserved1;
} boot_vector;

extern const boot_vector rt1176_boot;
__attribute__((section(".boot.data"), used)) const boot_data rt1176_boot_data = {.start = 0x30000000, .bytes = 1 << 20};
__attribute__((section(".boot.vector"), used)) const boot_vector rt1176_boot = {
    .tag = 0x412000d1, /* version 4.1, 32 bytes, an image vector table */
    .entry = start_vectors,
    .data = &rt1176_boot_data,
    .self = &rt1176_boot,
};
