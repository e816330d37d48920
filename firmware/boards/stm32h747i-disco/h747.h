/* h747: registers of the STM32H747 that this board needs (reference manual RM0399), and what its files tell one another. */
#ifndef SOTTO_FIRMWARE_H747_H
#define SOTTO_FIRMWARE_H747_H
#include "firmware/board.h"
#include "firmware/boards/cortex-m7/m7.h"

enum {
    H747_HCLK = 200000000, /* buses and external memories; the core runs at twice that */
    H747_PCLK = 100000000,
};

/* RCC */
#define RCC 0x58024400u
enum { RCC_CR = 0, RCC_CFGR = 0x10, RCC_D1CFGR = 0x18, RCC_D2CFGR = 0x1c, RCC_D3CFGR = 0x20, RCC_PLLCKSELR = 0x28, RCC_PLLCFGR = 0x2c };
enum { RCC_PLL1DIVR = 0x30, RCC_PLL2DIVR = 0x38, RCC_D2CCIP1R = 0x50, RCC_D3CCIPR = 0x58 };
enum { RCC_AHB3ENR = 0xd4, RCC_AHB1ENR = 0xd8, RCC_AHB2ENR = 0xdc, RCC_AHB4ENR = 0xe0, RCC_APB2ENR = 0xf0, RCC_APB4ENR = 0xf4 };

/* A pin as an alternate function: port 0 is A. Push-pull, fast; pull 0 none, 1 up; open drain 1 for I2C. */
void h747_pin(uint32_t port, uint32_t pin, uint32_t function, uint32_t pull, uint32_t open_drain);
void h747_on(uint32_t enable_register, uint32_t bits); /* a clock, and the read that the manual asks for behind it */

void h747_clock_start(void);  /* 25 MHz crystal to 400 MHz */
void h747_memory_start(void); /* SDRAM, QUADSPI, protection, caches */
void h747_uart_start(void);
int h747_codec_start(void); /* 0, or -1 when the codec does not answer */

extern const board_flash h747_flash;

#endif
