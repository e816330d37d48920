/* qspi: see qspi.h. Code runs from the internal flash, so QUADSPI can leave its mapped mode to erase and program; meanwhile the protection unit keeps
 * the core, also its speculation, away from the mapped addresses.
 *
 * Reading: EC, quad I/O with 4-byte addresses, 10 dummy clocks (the chips' default), 200 MHz / 3 = 67 MHz: 67 MB/s from both. Each chip answers its
 * status, so a status is two bytes.
 */
#include "firmware/boards/stm32h747i-disco/qspi.h"
#include "firmware/boards/stm32h747i-disco/h747.h"

enum { QSPI = 0x52005000, CR = QSPI, DCR = QSPI + 4, SR = QSPI + 8, FCR = QSPI + 0xc, DLR = QSPI + 0x10, CCR = QSPI + 0x14, AR = QSPI + 0x18 };
enum { DR = QSPI + 0x20, BUSY = 1 << 5, DONE = 1 << 1, ROOM = 1 << 2, SPINS = 1000000 };
enum { ONE_LINE = 1 << 8, FOUR_LINES = 3 << 8, ADDRESS = 3 << 12 | 1 << 10, DATA = 1 << 24, READ = 1 << 26 };
enum { WRITE_ENABLE = 0x06, STATUS = 0x05, ERASE_64K = 0xdc, PROGRAM = 0x12, RESET_ENABLE = 0x66, RESET = 0x99, LEAVE_QPI = 0xf5 };
enum { QUAD_READ_MAPPED = 0x0f283dec, PROGRAM_US = 5000, ERASE_US = 3000000 };

static int done(void) {
    int bad = m7_wait(SR, DONE, DONE, SPINS);
    *m7_reg(FCR) = DONE;
    return bad != 0 ? bad : m7_wait(SR, BUSY, 0, SPINS);
}

static int command(uint32_t ccr) {
    m7_wait(SR, BUSY, 0, SPINS);
    *m7_reg(CCR) = ccr;
    return done();
}

static void abort_mode(void) {
    m7_set(CR, 0, 2);
    m7_wait(CR, 2, 0, SPINS);
    m7_wait(SR, BUSY, 0, SPINS);
}

static void map(void) {
    abort_mode();
    *m7_reg(CCR) = QUAD_READ_MAPPED;
    m7_region(1, QSPI_BASE, QSPI_BYTES, M7_CONSTANT);
}

static void unmap(void) {
    m7_region(1, QSPI_BASE, QSPI_BYTES, M7_NONE);
    abort_mode();
}

static int wait_ready(uint32_t us) {
    uint64_t end = board_now() + (uint64_t)us * 1000;
    do {
        *m7_reg(DLR) = 1;
        *m7_reg(CCR) = READ | DATA | ONE_LINE | STATUS;
        if (done() != 0) return -1;
        uint32_t both = *(volatile uint16_t *)DR;
        if (!(both & 0x0101)) return 0; /* write in progress, in either */
    } while (board_now() < end);
    return -1;
}

static int erase(void *user, uintptr_t sector_address) {
    (void)user;
    unmap();
    int bad = command(ONE_LINE | WRITE_ENABLE);
    if (bad == 0) {
        *m7_reg(CCR) = ADDRESS | ONE_LINE | ERASE_64K;
        *m7_reg(AR) = (uint32_t)(sector_address - QSPI_BASE);
        bad = done();
    }
    if (bad == 0) bad = wait_ready(ERASE_US);
    map();
    m7_forget(sector_address, QSPI_SECTOR);
    return bad;
}

static void put_bytes(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        m7_wait(SR, ROOM, ROOM, SPINS);
        *(volatile uint8_t *)DR = bytes[i];
    }
}

/* Even addresses and counts: a byte for each chip. Slots program whole pages, marks of 16 bytes, and pad what is odd here. */
static int program(void *user, uintptr_t address, const void *bytes, size_t count) {
    static const uint8_t pad = 0xff;
    (void)user;
    unmap();
    int bad = command(ONE_LINE | WRITE_ENABLE);
    if (bad == 0) {
        *m7_reg(DLR) = (uint32_t)((count + 1) / 2 * 2 - 1);
        *m7_reg(CCR) = DATA | ADDRESS | ONE_LINE | PROGRAM;
        *m7_reg(AR) = (uint32_t)(address - QSPI_BASE);
        put_bytes(bytes, count);
        put_bytes(&pad, count % 2);
        bad = done();
    }
    if (bad == 0) bad = wait_ready(PROGRAM_US);
    map();
    m7_forget(address, count);
    return bad;
}

const board_flash h747_flash = {
    .slot = {{QSPI_BASE, 16 << 20}, {QSPI_BASE + (16 << 20), 16 << 20}},
    .sector = QSPI_SECTOR,
    .page = QSPI_PAGE,
    .erase = erase,
    .program = program,
};

static void start_pins(void) {
    static const uint8_t PIN[][3] = {{1, 2, 9},  {3, 11, 9}, {5, 9, 10}, {5, 7, 9}, {5, 6, 9},   /* B2 clock; D11 F9 F7 F6 data of bank 1 */
                                     {6, 6, 10}, {7, 2, 9},  {7, 3, 9},  {6, 9, 9}, {6, 14, 9}}; /* G6 select; H2 H3 G9 G14 data of bank 2 */
    for (uint32_t i = 0; i < sizeof PIN / sizeof *PIN; i++) h747_pin(PIN[i][0], PIN[i][1], PIN[i][2], 0, 0);
}

/* A debugger may have left the chips in their four-line mode: they are called back in it, then reset in both. */
void qspi_start(void) {
    start_pins();
    h747_on(RCC_AHB3ENR, 1u << 14);
    *m7_reg(CR) = 2u << 24 | 1u << 6 | 1u << 4 | 1; /* HCLK / 3, both chips, sample half a clock later, on */
    *m7_reg(DCR) = 26u << 16 | 2u << 8;             /* 2^27 bytes, 3 clocks between commands */
    command(FOUR_LINES | LEAVE_QPI);
    command(FOUR_LINES | RESET_ENABLE);
    command(FOUR_LINES | RESET);
    command(ONE_LINE | RESET_ENABLE);
    command(ONE_LINE | RESET);
    m7_delay_us(1000);
    map();
}
