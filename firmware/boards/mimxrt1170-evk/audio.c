/* audio: SAI1 with the codec (which gives the clocks), both directions by eDMA over two blocks of 10 ms in a circle: channel 0 plays, channel 1 hears.
 * A sample is 16 bits, left and right; heard is the right one, where the board has its
 * microphone.
 */
#include "firmware/boards/cortex-m7/sound.h"
#include "firmware/boards/mimxrt1170-evk/rt1176.h"
#include <string.h>

enum {
    SAI = 0x40404000,
    TX = SAI + 8,
    RX = SAI + 0x88,
    CSR = 0,
    CR1 = 4,
    CR2 = 8,
    CR3 = 0xc,
    CR4 = 0x10,
    CR5 = 0x14,
    TDR = SAI + 0x20,
    RDR = SAI + 0xa0
};
enum { ON = 1u << 31, FIFO_RESET = 1 << 25, RESET = 1 << 24, BY_DMA = 1, ROOT_SAI1 = 64, GPR0 = 0x400e4000 };
enum { EDMA = 0x40070000, EDMA_INT = EDMA + 0x24, EDMA_SERQ = EDMA + 0x1b, TCD = EDMA + 0x1000, DMAMUX = 0x40074000, SAI1_RX = 54, SAI1_TX = 55 };
enum { PAIRS = 2 * SOUND_BLOCK, HALF_AND_WHOLE = 6 };

typedef struct transfer { /* a transfer control descriptor */
    uint32_t from;
    uint16_t from_step, sizes;
    uint32_t bytes, from_last, to;
    uint16_t to_step, count;
    uint32_t to_last;
    uint16_t control, count_again;
} transfer;

static int16_t played[2][PAIRS] __attribute__((section(".dma"), aligned(32)));
static int16_t heard[2][PAIRS] __attribute__((section(".dma"), aligned(32)));

void edma0_handler(void);
void edma1_handler(void);

static volatile transfer *descriptor(uint32_t channel) {
    return (volatile transfer *)(uintptr_t)(TCD + 32 * channel);
}

/* The half that the DMA is not in: the count runs down from both blocks' samples. */
static int idle_half(uint32_t channel) {
    return (descriptor(channel)->count & 0x7fff) > PAIRS;
}

void edma0_handler(void) {
    int16_t pcm[SOUND_BLOCK];
    *m7_reg(EDMA_INT) = 1;
    int16_t *half = played[idle_half(0)];
    sound_play(pcm, SOUND_BLOCK);
    for (int i = 0; i < SOUND_BLOCK; i++) half[2 * i] = half[2 * i + 1] = pcm[i];
}

void edma1_handler(void) {
    int16_t pcm[SOUND_BLOCK];
    *m7_reg(EDMA_INT) = 2;
    const int16_t *half = heard[idle_half(1)];
    for (int i = 0; i < SOUND_BLOCK; i++) pcm[i] = half[2 * i + 1];
    sound_heard(pcm, SOUND_BLOCK);
}

static void start_dma(uint32_t channel, uint32_t source, transfer t) {
    t.sizes = 1u << 8 | 1; /* 16 bits */
    t.bytes = 2;
    t.count = t.count_again = 2 * PAIRS;
    t.control = HALF_AND_WHOLE;
    *m7_reg(DMAMUX + 4 * channel) = 0;
    *descriptor(channel) = t;
    *m7_reg(DMAMUX + 4 * channel) = 1u << 31 | source;
    *(volatile uint8_t *)(uintptr_t)EDMA_SERQ = (uint8_t)channel;
    m7_irq_on(channel);
}

/* One direction of SAI1: I2S, two words of 16 bits, clocks from outside; the receiver takes the sender's. */
static void start_side(uintptr_t side, uint32_t synchronous) {
    *m7_reg(side + CSR) = RESET | FIFO_RESET;
    *m7_reg(side + CSR) = 0;
    *m7_reg(side + CR1) = 16;
    *m7_reg(side + CR2) = synchronous << 30 | 1u << 25;
    *m7_reg(side + CR3) = 1u << 16;
    *m7_reg(side + CR4) = 1u << 16 | 15u << 8 | 1u << 4 | 1u << 3 | 1u << 1;
    *m7_reg(side + CR5) = 15u << 24 | 15u << 16 | 15u << 8;
}

static void start_pins(void) {
    rt1176_clock_root(ROOT_SAI1, 1, 1);
    m7_set(GPR0, 7, 1u << 8);                          /* MCLK is given, from the clock root */
    static const uint8_t PAD[] = {17, 20, 21, 22, 23}; /* AD_17 MCLK, AD_20 received, AD_21 sent, AD_22 bit clock, AD_23 frame */
    for (uint32_t i = 0; i < sizeof PAD; i++) rt1176_pad(0x400e810c + 4u * PAD[i], 0x400e8350 + 4u * PAD[i], 1, 2);
}

int board_audio_start(void) {
    uint32_t out = (uint32_t)(uintptr_t)played, in = (uint32_t)(uintptr_t)heard;
    sound_start();
    memset(played, 0, sizeof played);
    start_pins();
    if (rt1176_codec_start() != 0) return -1;
    start_side(TX, 0);
    start_side(RX, 1);
    start_dma(0, SAI1_TX, (transfer){.from = out, .from_step = 2, .from_last = 0u - sizeof played, .to = TDR});
    start_dma(1, SAI1_RX, (transfer){.from = RDR, .to = in, .to_step = 2, .to_last = 0u - sizeof heard});
    *m7_reg(RX + CSR) = ON | BY_DMA;
    *m7_reg(TX + CSR) = ON | BY_DMA;
    return 0;
}
