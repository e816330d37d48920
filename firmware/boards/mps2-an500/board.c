/* mps2-an500: Arm's FPGA image of a Cortex-M7 as QEMU emulates it. */
#include "firmware/boards/mps/mps.h"

const char board_name[] = "mps2-an500";
const uint32_t mps_hz = 25000000;
const uintptr_t mps_uart = 0x40004000;
const board_flash mps_flash = {
    .slot = {{0x60000000, 8 << 20}, {0x60800000, 8 << 20}}, .sector = 4096, .page = 256, .erase = mps_flash_erase, .program = mps_flash_program};
