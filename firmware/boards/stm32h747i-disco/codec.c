/* codec: the WM8994 on I2C4 (PD12, PD13), only its way from SAI1 to the headphone and line outputs. 16-bit registers with 16-bit numbers
 * (Cirrus Logic WM8994 data sheet; the order and the waits are those of its "headphone output start-up").
 */
#include "firmware/boards/stm32h747i-disco/h747.h"

enum { I2C = 0x58001c00, CR1 = I2C, CR2 = I2C + 4, TIMING = I2C + 0x10, ISR = I2C + 0x18, ICR = I2C + 0x1c, TXDR = I2C + 0x28 };
enum { ROOM = 1 << 1, REFUSED = 1 << 4, STOPPED = 1 << 5, START = 1 << 13, AUTO_END = 1 << 25, WM8994 = 0x1a, SPINS = 1000000 };

typedef struct setting {
    uint16_t number, value, wait_ms;
} setting;

static const setting PLAYBACK[] = {
    {0x000, 0x0000, 1},   /* reset */
    {0x001, 0x0003, 50},  /* bias, VMID */
    {0x005, 0x0303, 0},   /* AIF1 DAC 1 and DAC 1, both sides */
    {0x601, 0x0001, 0},   /* AIF1 left to DAC 1 left, */
    {0x602, 0x0001, 0},   /* right to right */
    {0x210, 0x0033, 0},   /* 16 kHz, clock 256 times that */
    {0x300, 0x4010, 0},   /* I2S, 16 bits */
    {0x302, 0x0000, 0},   /* the chip gives the clocks */
    {0x208, 0x000a, 0},   /* DSP clock of AIF1, core clock */
    {0x200, 0x0001, 0},   /* AIF1 from MCLK1 */
    {0x01c, 0x0179, 0},   /* headphone left 0 dB, no step at once, not muted */
    {0x01d, 0x0179, 0},   /* right */
    {0x051, 0x0005, 0},   /* class W follows AIF1 */
    {0x001, 0x0303, 0},   /* headphone input stages */
    {0x060, 0x0022, 0},   /* intermediate stages */
    {0x04c, 0x9f25, 15},  /* charge pump */
    {0x02d, 0x0001, 0},   /* DAC 1 to the left output, */
    {0x02e, 0x0001, 0},   /* and to the right */
    {0x003, 0x0030, 0},   /* output mixers */
    {0x054, 0x0033, 250}, /* DC servo, start-up mode */
    {0x060, 0x00ee, 0},   /* output stages, clamps off */
    {0x610, 0x00c0, 0},   /* DAC 1 left 0 dB, not muted, */
    {0x611, 0x00c0, 0},   /* right */
    {0x420, 0x0000, 0},   /* AIF1 DAC 1 not muted */
};

static int put(uint8_t byte) {
    uint32_t spins = SPINS;
    while (!(*m7_reg(ISR) & ROOM)) {
        if (*m7_reg(ISR) & REFUSED || spins-- == 0) return -1;
    }
    *m7_reg(TXDR) = byte;
    return 0;
}

static int write(const setting *s) {
    *m7_reg(ICR) = STOPPED | REFUSED;
    *m7_reg(CR2) = WM8994 << 1 | 4u << 16 | AUTO_END | START;
    int bad = put((uint8_t)(s->number >> 8)) || put((uint8_t)s->number) || put((uint8_t)(s->value >> 8)) || put((uint8_t)s->value);
    bad |= m7_wait(ISR, STOPPED, STOPPED, SPINS) != 0 || *m7_reg(ISR) & REFUSED;
    m7_delay_us(1000u * s->wait_ms);
    return bad ? -1 : 0;
}

int h747_codec_start(void) {
    h747_pin(3, 12, 4, 1, 1);
    h747_pin(3, 13, 4, 1, 1);
    h747_on(RCC_APB4ENR, 1u << 7);
    *m7_reg(TIMING) = 9u << 28 | 4u << 20 | 2u << 16 | 39u << 8 | 49; /* 100 MHz / 10; 4 us high, 5 us low */
    *m7_reg(CR1) = 1;
    for (uint32_t i = 0; i < sizeof PLAYBACK / sizeof *PLAYBACK; i++) {
        if (write(&PLAYBACK[i]) != 0) return -1;
    }
    return 0;
}
