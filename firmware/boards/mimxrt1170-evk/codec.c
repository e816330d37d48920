/* codec: the WM8960 on LPI2C5, its own PLL making all clocks of sound from the 24 MHz that SAI1 gives it: no PLL of the RT1176 is touched.
 *
 *     24 MHz / 2 x 8.192 = 98.304 MHz, / 4 / 2 = 12.288 MHz; / 3 / 256 = 16 kHz; / 24 = 512 kHz bit clock: 2 x 16 bits
 *
 * 7-bit register numbers with 9-bit values (Cirrus Logic WM8960 data sheet).
 */
#include "firmware/boards/mimxrt1170-evk/rt1176.h"

enum { I2C = 0x40c34000, MCR = I2C + 0x10, MSR = I2C + 0x14, MCFGR1 = I2C + 0x24, MCCR0 = I2C + 0x48, MTDR = I2C + 0x60, ROOT = 41 };
enum { ROOM = 1 << 0, STOPPED = 1 << 9, REFUSED = 1 << 10, SEND = 0, STOP = 2 << 8, START = 4 << 8, WM8960 = 0x1a, SPINS = 1000000 };

static const uint16_t SETTINGS[][2] = {
    {15, 0},                              /* reset */
    {25, 0x0fe},                          /* VMID and reference, input amplifiers, converters, microphone bias */
    {26, 0x1f9},                          /* both DACs, headphones and loudspeakers, the PLL */
    {47, 0x03c},                          /* input and output mixers */
    {52, 0x038},                          /* PLL: fractional, half the clock, N = 8 */
    {53, 0x031},                          /* K = 0.192 x 2^24 */
    {54, 0x026}, {55, 0x0e9}, {4, 0x0dd}, /* clock from the PLL / 2; converters / 3 */
    {8, 0x1cc},                           /* bit clock / 24; loudspeaker's clock / 16 */
    {7, 0x042},                           /* I2S, 16 bits, this chip gives the clocks */
    {9, 0x040},                           /* one frame clock for both directions */
    {32, 0x168},                          /* input 1 against input 2, boosted 20 dB, both sides; the microphone is on the right one */
    {33, 0x168}, {0, 0x127},              /* input gain 12 dB, both */
    {1, 0x127},  {21, 0x1c3},             /* digital input gain 0 dB */
    {22, 0x1c3}, {34, 0x100},             /* DAC to the output mixers */
    {37, 0x100}, {10, 0x1ff},             /* digital output gain 0 dB */
    {11, 0x1ff}, {2, 0x179},              /* headphones 0 dB */
    {3, 0x179},  {40, 0x179},             /* loudspeakers 0 dB */
    {41, 0x179}, {49, 0x0f7},             /* class D on */
    {5, 0x000},                           /* not muted */
};

static int put(uint32_t word) {
    if (m7_wait(MSR, ROOM, ROOM, SPINS) != 0 || *m7_reg(MSR) & REFUSED) return -1;
    *m7_reg(MTDR) = word;
    return 0;
}

static int write(uint32_t number, uint32_t value) {
    *m7_reg(MSR) = STOPPED | REFUSED;
    int bad = put(START | WM8960 << 1) || put(SEND | number << 1 | value >> 8) || put(SEND | (value & 255)) || put(STOP);
    bad |= m7_wait(MSR, STOPPED, STOPPED, SPINS) != 0 || *m7_reg(MSR) & REFUSED;
    return bad ? -1 : 0;
}

int rt1176_codec_start(void) {
    rt1176_clock_root(ROOT, 1, 1);
    rt1176_pad(0x40c08010, 0x40c08050, 1, 0x2c); /* LPSR_04 data, LPSR_05 clock: open drain, pulled up on the board */
    rt1176_pad(0x40c08014, 0x40c08054, 1, 0x2c);
    *m7_reg(MCR) = 2;
    *m7_reg(MCR) = 0;
    *m7_reg(MCFGR1) = 2;                                    /* 24 MHz / 4 */
    *m7_reg(MCCR0) = 15u << 24 | 25u << 16 | 25u << 8 | 31; /* 31 + 25 clocks a bit: about 100 kHz */
    *m7_reg(MCR) = 1;
    for (uint32_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++) {
        if (write(SETTINGS[i][0], SETTINGS[i][1]) != 0) return -1;
        if (i == 1) m7_delay_us(100000); /* VMID settles */
    }
    return 0;
}
