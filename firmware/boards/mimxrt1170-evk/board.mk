BOARD_CFLAGS := -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
BOARD_M7 := $(addprefix firmware/boards/cortex-m7/,m7.c sound.c bytes.c main.c)
BOARD_SRC := $(BOARD_M7) $(addprefix firmware/boards/mimxrt1170-evk/,board.c header.c uart.c codec.c audio.c vectors.c)
BOARD_OPENOCD :=
BOARD_CODE := 0x30000000 0x100000
BOARD_SLOT0 := 0x30100000 0xf00000
BOARD_SLOT1 :=
BOARD_SECTOR := 0x1000
