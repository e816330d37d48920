/* clock: the 25 MHz crystal through PLL1 to a 400 MHz core, 200 MHz buses and memories, 100 MHz peripherals; PLL2 to 49.14 MHz for sound.
 *
 * 400, not 480 MHz: the board feeds the core from the chip's step-down converter (direct SMPS), and voltage scale 0, which 480 MHz needs, is only for
 * the linear regulator. Asking for the regulator on this board's wiring locks the chip at its next power-up, so the supply is never changed.
 *
 *     PLL1  25 MHz / 5 x 160 = 800 MHz, P / 2 = 400 MHz
 *     PLL2  25 MHz / 25 x 344 = 344 MHz, P / 7 = 49.143 MHz (SAI; 16 kHz comes out 0.02 % low)
 */
#include "firmware/boards/stm32h747i-disco/h747.h"

enum { PWR_CR3 = 0x5802480c, PWR_CSR1 = 0x58024804, PWR_D3CR = 0x58024818, FLASH_ACR = 0x52002000, SPINS = 10000000 };

/* A step that does not come about leaves the core on its 64 MHz oscillator: the console then speaks at the wrong speed, which README.md explains. */
static int start_plls(void) {
    m7_set(RCC + RCC_CR, 0, 1u << 16); /* HSE on */
    if (m7_wait(RCC + RCC_CR, 1u << 17, 1u << 17, SPINS) != 0) return -1;
    *m7_reg(RCC + RCC_PLLCKSELR) = 25u << 12 | 5u << 4 | 2;               /* PLL2 / 25, PLL1 / 5, from HSE */
    *m7_reg(RCC + RCC_PLLCFGR) = 1u << 19 | 1u << 16 | 1u << 5 | 2u << 2; /* P of both; PLL2: 1..2 MHz in, narrow; PLL1: 4..8 MHz in, wide */
    *m7_reg(RCC + RCC_PLL1DIVR) = (2u - 1) << 24 | (4u - 1) << 16 | (2u - 1) << 9 | (160u - 1);
    *m7_reg(RCC + RCC_PLL2DIVR) = (2u - 1) << 24 | (2u - 1) << 16 | (7u - 1) << 9 | (344u - 1);
    m7_set(RCC + RCC_CR, 0, 1u << 24 | 1u << 26);
    return m7_wait(RCC + RCC_CR, 1u << 25 | 1u << 27, 1u << 25 | 1u << 27, SPINS);
}

void h747_clock_start(void) {
    enum { SMPS_DIRECT = 1u << 2, SUPPLY = 7 };
    m7_set(PWR_CR3, SUPPLY, SMPS_DIRECT);
    m7_wait(PWR_CSR1, 1u << 13, 1u << 13, SPINS); /* the supply is good */
    m7_set(PWR_D3CR, 3u << 14, 3u << 14);         /* voltage scale 1 */
    m7_wait(PWR_D3CR, 1u << 13, 1u << 13, SPINS);
    if (start_plls() != 0) return;
    m7_set(FLASH_ACR, 0x3f, 2u << 4 | 2); /* 200 MHz at scale 1: two wait states */
    m7_wait(FLASH_ACR, 15, 2, SPINS);
    *m7_reg(RCC + RCC_D1CFGR) = 4u << 4 | 8; /* core / 1, buses / 2, APB3 / 2 */
    *m7_reg(RCC + RCC_D2CFGR) = 4u << 8 | 4u << 4;
    *m7_reg(RCC + RCC_D3CFGR) = 4u << 4;
    m7_set(RCC + RCC_CFGR, 7, 3); /* PLL1 */
    m7_wait(RCC + RCC_CFGR, 7u << 3, 3u << 3, SPINS);
}
