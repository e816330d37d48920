BOARD_CFLAGS := -mcpu=cortex-m55 -mfloat-abi=hard
BOARD_SRC := firmware/boards/mps3-an547/board.c $(FIRMWARE_EMULATED)
