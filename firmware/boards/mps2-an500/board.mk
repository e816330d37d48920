BOARD_CFLAGS := -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
BOARD_SRC := firmware/boards/mps2-an500/board.c $(FIRMWARE_EMULATED)
