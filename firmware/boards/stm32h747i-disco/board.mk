BOARD_CFLAGS := -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
BOARD_M7 := $(addprefix firmware/boards/cortex-m7/,m7.c sound.c bytes.c main.c)
BOARD_SRC := $(BOARD_M7) $(addprefix firmware/boards/stm32h747i-disco/,board.c clock.c memory.c qspi.c uart.c codec.c audio.c vectors.c) firmware/pdm.c
BOARD_OPENOCD := board/stm32h747i-disco.cfg
BOARD_CODE := 0x08000000 0x100000
BOARD_SLOT0 := 0x90000000 0x1000000
BOARD_SLOT1 := 0x91000000 0x1000000
BOARD_SECTOR := 0x20000
