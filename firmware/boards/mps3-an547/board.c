/* mps3-an547: Arm's Corstone-300 FPGA image (Cortex-M55 with Helium) as QEMU emulates it. */
#include "firmware/boards/mps/mps.h"

const char board_name[] = "mps3-an547";
const uint32_t mps_hz = 32000000;
const uintptr_t mps_uart = 0x49303000;
const board_flash mps_flash = {
    .slot = {{0x60000000, 8 << 20}, {0x60800000, 8 << 20}}, .sector = 4096, .page = 256, .erase = mps_flash_erase, .program = mps_flash_program};
