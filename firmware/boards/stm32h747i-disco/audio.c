/* audio: the board's MEMS microphones through SAI4 in PDM mode, the codec through SAI1, each by circular DMA over two blocks of 10 ms.
 *
 *     SAI4   49.14 MHz / 24 = 2.048 MHz; a frame is 8 bits of each of two microphones (128 kHz), so each gives 1.024 Mbit/s; BDMA, SRAM 4
 *     SAI1   16 kHz, 2 x 16 bits in a frame of 64, MCLK 256 x 16 kHz; DMA2 stream 1, SRAM 1
 *
 * One microphone is used. MICROPHONE_GAIN lifts speech at arm's length to where the models heard it in training; README.md tells how it is checked.
 */
#include "firmware/boards/cortex-m7/sound.h"
#include "firmware/boards/stm32h747i-disco/h747.h"
#include "firmware/pdm.h"
#include <string.h>

enum { SAI1 = 0x40015800, SAI4 = 0x58005400, SAI_CR1 = 4, SAI_CR2 = 8, SAI_FRAME = 0xc, SAI_SLOTS = 0x10, SAI_DATA = 0x20, SAI_PDM = 0x44 };
enum {
    SENDS = 0,
    RECEIVES = 1,
    BITS16 = 4 << 5,
    LSB_FIRST = 1 << 8,
    FALLING = 1 << 9,
    ON = 1 << 16,
    BY_DMA = 1 << 17,
    NO_MCLK = 1 << 19,
    MCLK = 1 << 27
};
enum { DMA2 = 0x40020400, STREAM1 = DMA2 + 0x10 + 0x18, DMAMUX1_CHANNEL9 = 0x40020800 + 4 * 9, REQUEST_SAI1_A = 87, DMA2_STREAM1_IRQ = 57 };
enum { BDMA = 0x58025400, CHANNEL1 = BDMA + 8 + 0x14, DMAMUX2_CHANNEL1 = 0x58025800 + 4, REQUEST_SAI4_A = 15, BDMA_CHANNEL1_IRQ = 130 };
enum { FRAMES = 8 * SOUND_BLOCK, MICROPHONE_GAIN = 16 }; /* 16-bit PDM frames of 10 ms */

static uint16_t heard[2][FRAMES] __attribute__((section(".dma_d3"), aligned(32)));
static int16_t played[2][2 * SOUND_BLOCK] __attribute__((section(".dma"), aligned(32)));
static pdm microphone;

void dma2_stream1_handler(void);
void bdma_channel1_handler(void);

void bdma_channel1_handler(void) {
    uint32_t flags = *m7_reg(BDMA);
    int16_t pcm[SOUND_BLOCK];
    *m7_reg(BDMA + 4) = 15u << 4;
    const uint16_t *half = flags & 1u << 6 ? heard[0] : heard[1];
    pdm_take(&microphone, (const uint8_t *)half, 2, pcm, SOUND_BLOCK);
    sound_heard(pcm, SOUND_BLOCK);
}

void dma2_stream1_handler(void) {
    uint32_t flags = *m7_reg(DMA2);
    int16_t pcm[SOUND_BLOCK];
    *m7_reg(DMA2 + 8) = 0x3du << 6;
    int16_t *half = flags & 1u << 10 ? played[0] : played[1];
    sound_play(pcm, SOUND_BLOCK);
    for (int i = 0; i < SOUND_BLOCK; i++) half[2 * i] = half[2 * i + 1] = pcm[i];
}

static void start_microphone(void) {
    h747_pin(4, 2, 10, 0, 0); /* E2: clock of the microphones */
    h747_pin(2, 1, 10, 1, 0); /* C1: their data */
    h747_on(RCC_APB4ENR, 1u << 21);
    h747_on(RCC_AHB4ENR, 1u << 21);
    m7_set(RCC + RCC_D3CCIPR, 7u << 21, 1u << 21); /* PLL2 P */
    *m7_reg(DMAMUX2_CHANNEL1) = REQUEST_SAI4_A;
    *m7_reg(CHANNEL1 + 4) = 2 * FRAMES;
    *m7_reg(CHANNEL1 + 8) = SAI4 + SAI_DATA;
    *m7_reg(CHANNEL1 + 12) = (uint32_t)(uintptr_t)heard;
    *m7_reg(CHANNEL1) = 2u << 12 | 1u << 10 | 1u << 8 | 1u << 7 | 1u << 5 | 1u << 2 | 1u << 1 | 1; /* 16 bits, circular, half and whole */
    *m7_reg(SAI4 + SAI_FRAME) = 1u << 17 | (16u - 1);                                              /* frame sync high for a bit, at the first bit */
    *m7_reg(SAI4 + SAI_SLOTS) = 1u << 16;
    *m7_reg(SAI4 + SAI_CR2) = 1u << 3 | 1;
    *m7_reg(SAI4 + SAI_CR1) = 24u << 20 | NO_MCLK | BY_DMA | LSB_FIRST | BITS16 | RECEIVES;
    *m7_reg(SAI4 + SAI_PDM) = 1u << 8 | 1; /* clock 1, one pair, on */
    m7_irq_on(BDMA_CHANNEL1_IRQ);
    m7_set(SAI4 + SAI_CR1, 0, ON);
}

static void start_loudspeaker(void) {
    h747_pin(6, 7, 6, 0, 0); /* G7: MCLK; E4 frame, E5 clock, E6 data */
    for (uint32_t pin = 4; pin <= 6; pin++) h747_pin(4, pin, 6, 0, 0);
    h747_on(RCC_APB2ENR, 1u << 22);
    h747_on(RCC_AHB1ENR, 1u << 1);
    m7_set(RCC + RCC_D2CCIP1R, 7, 1); /* PLL2 P */
    *m7_reg(DMAMUX1_CHANNEL9) = REQUEST_SAI1_A;
    *m7_reg(STREAM1 + 4) = 4 * SOUND_BLOCK;
    *m7_reg(STREAM1 + 8) = SAI1 + SAI_DATA;
    *m7_reg(STREAM1 + 12) = (uint32_t)(uintptr_t)played;
    *m7_reg(STREAM1) = 2u << 16 | 1u << 13 | 1u << 11 | 1u << 10 | 1u << 8 | 1u << 6 | 1u << 4 | 1u << 3 | 1; /* as above, to the SAI */
    *m7_reg(SAI1 + SAI_FRAME) = 1u << 18 | 1u << 16 | (32u - 1) << 8 | (64u - 1);                             /* I2S */
    *m7_reg(SAI1 + SAI_SLOTS) = 3u << 16 | 1u << 8 | 2u << 6;                                                 /* two slots of 32, 16 bits in each */
    *m7_reg(SAI1 + SAI_CR2) = 1u << 3 | 1;
    *m7_reg(SAI1 + SAI_CR1) = MCLK | 12u << 20 | BY_DMA | FALLING | BITS16 | SENDS;
    m7_irq_on(DMA2_STREAM1_IRQ);
    m7_set(SAI1 + SAI_CR1, 0, ON);
}

/* The codec needs MCLK before it is set up. */
int board_audio_start(void) {
    sound_start();
    pdm_start(&microphone, MICROPHONE_GAIN);
    memset(played, 0, sizeof played);
    start_loudspeaker();
    if (h747_codec_start() != 0) return -1;
    start_microphone();
    return 0;
}
