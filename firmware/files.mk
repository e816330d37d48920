# The firmware: `make firmware` builds every emulated board's image, each with its own compiler flags in a make of its own, below
# $(BUILD)/firmware/BOARD; that inner make is told BOARD_BUILD=1. A board's folder says its core in board.mk.
BOARD ?= mps3-an547
# The core of each board, as ARCH of the Makefile.
BOARD_ARCH_mps3-an547 := arm-m55
BOARD_ARCH_mps2-an500 := arm-m7
BOARD_ARCH_stm32h747i-disco := arm-m7
BOARD_ARCH_mimxrt1170-evk := arm-m7
BOARDS = $(patsubst firmware/boards/%/board.mk,%,$(wildcard firmware/boards/*/board.mk))
FIRMWARE := $(BUILD)/firmware
FIRMWARE_GCC ?= arm-none-eabi-gcc

FIRMWARE_SRC := firmware/start.c firmware/fault.c firmware/print.c firmware/image.c firmware/voice.c platform/show_text.c $(TOOLS_SRC)
FIRMWARE_SRC += firmware/console.c firmware/console_commands.c firmware/line.c firmware/live.c firmware/receive.c firmware/slots.c firmware/slots_update.c
FIRMWARE_EMULATED := firmware/main_emulated.c firmware/run.c firmware/wav.c firmware/semihost.c firmware/boards/mps/mps.c firmware/boards/mps/flash.c firmware/boards/mps/sound.c

-include firmware/boards/$(BOARD)/board.mk

ifdef BOARD_BUILD
# A scalar float must not become a vector of Helium, which flushes denormals (law 3).
override CFLAGS := $(BOARD_CFLAGS) -mthumb -ffunction-sections -fdata-sections -fno-tree-vectorize
override OPT := -Os
override PTHREAD :=
override SANITIZE :=
override PKG_CFLAGS := -I$(KISSFFT)
FIRMWARE_OBJ := $(call objects,$(FIRMWARE_SRC) $(BOARD_SRC)) $(BUILD)/obj/kissfft/kiss_fft.o $(BUILD)/obj/kissfft/kiss_fftr.o

# Small first; what a turn spends its time in is compiled for speed.
HOT := models/layers models/attention models/kvring audio/stft audio/istft audio/mel audio/vad audio/pcm models/asr/search models/asr/ngram
$(HOT:%=$(BUILD)/obj/%.o) $(BUILD)/obj/kissfft/%.o $(filter $(BUILD)/obj/models/kernels/%,$(CORE_OBJ)): override OPT := -O2

# No heap: a plan's memory is given, and no size here has a factor that would need KissFFT's own.
$(BUILD)/obj/kissfft/%.o: $(KISSFFT)/%.c
	@mkdir -p $(@D)
	@echo "  CC  $(<F) (KissFFT)"
	$(Q)$(CC) $(filter-out -W%,$(CFLAGS_ALL)) -DNDEBUG '-DKISS_FFT_MALLOC(n)=((void)(n), (void *)0)' '-DKISS_FFT_FREE(p)=((void)(p))' -c -o $@ $<

$(BUILD)/sotto-fw.elf: $(CORE_OBJ) $(FIRMWARE_OBJ) firmware/boards/$(BOARD)/link.ld firmware/sections.ld firmware/files.mk firmware/boards/$(BOARD)/board.mk
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS_ALL) -nostartfiles -T firmware/boards/$(BOARD)/link.ld -Wl,--gc-sections,-Map=$(@:.elf=.map),--no-warn-rwx-segments -o $@ \
	  $(CORE_OBJ) $(FIRMWARE_OBJ) -lm -lc -lgcc
	$(Q)sh firmware/check_image.sh $@ || { rm $@; exit 1; }
else
KISSFFT := $(FIRMWARE)/kissfft
firmware: deps-firmware
	@$(MAKE) --no-print-directory build-firmware

firmware-run: deps-firmware
	@$(MAKE) --no-print-directory build-firmware run-firmware

known-board:
	@test -f firmware/boards/$(BOARD)/board.mk || { echo "BOARD=$(BOARD): expected one of" $(BOARDS) >&2; exit 2; }

deps-firmware: known-board
	@SOTTO_DEPS=firmware sh platform/posix/deps.sh

build-firmware: known-board $(FIRMWARE)/$(BOARD)/sotto-fw.elf $(FIRMWARE)/nano.img

$(KISSFFT)/kiss_fftr.c: firmware/kissfft_source.sh
	@echo "  GET KissFFT's source package"
	$(Q)sh firmware/kissfft_source.sh $(FIRMWARE) && touch $@

# The inner make knows what is old.
$(FIRMWARE)/%/sotto-fw.elf: $(KISSFFT)/kiss_fftr.c FORCE
	$(Q)$(MAKE) --no-print-directory BOARD_BUILD=1 BOARD=$* ARCH=$(BOARD_ARCH_$*) BUILD=$(FIRMWARE)/$* KISSFFT=$(KISSFFT) CC=$(FIRMWARE_GCC) $@

$(FIRMWARE)/nano.img: $(BUILD)/sotto $(wildcard models/packs/nano/*.gguf) models/packs/nano/manifest.txt
	@mkdir -p $(@D)
	$(Q)$(BUILD)/sotto pack models/packs/nano --image $@
	$(Q)test $$(stat -c %s $@) -le 8388608 || { echo "$@: more than 8 MiB of weights"; rm $@; exit 1; }

# Sends an image to a board's console.
$(FIRMWARE)/send_image: $(BUILD)/obj/firmware/tools/send_image.o $(BUILD)/libsotto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $^

# Boards on silicon. flash-dry-run checks what flash would write, and needs no board.
BOARDS_SILICON := stm32h747i-disco mimxrt1170-evk
$(FIRMWARE)/check_flash: $(BUILD)/obj/firmware/tools/check_flash.o $(BUILD)/libplatform.a $(BUILD)/libsotto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $^

deps-flash:
	@SOTTO_DEPS=flash sh platform/posix/deps.sh

flash: deps-flash
	@$(MAKE) --no-print-directory run-flash

run-flash: build-firmware
	@test -n "$(BOARD_OPENOCD)" || { echo "make flash: OpenOCD has no driver for the flash of $(BOARD); firmware/README.md, Flashing, has the way" >&2; exit 1; }
	openocd -f $(BOARD_OPENOCD) -f firmware/flash.tcl \
	  -c "sotto_flash $(FIRMWARE)/$(BOARD)/sotto-fw.elf $(FIRMWARE)/nano.img $(BOARD_SECTOR) $(BOARD_SLOT0) $(firstword $(BOARD_SLOT1))"

flash-dry-run: deps-flash
	@for b in $(if $(filter command line,$(origin BOARD)),$(BOARD),$(BOARDS_SILICON)); do \
	  $(MAKE) --no-print-directory BOARD=$$b run-flash-dry-run || exit 1; done

run-flash-dry-run: build-firmware $(FIRMWARE)/check_flash
	@test -n "$(BOARD_CODE)" || { echo "flash-dry-run: BOARD=$(BOARD) is an emulator, expected one of $(BOARDS_SILICON)" >&2; exit 2; }
	@sh firmware/flash_check.sh $(FIRMWARE) $(BOARD) "$(or $(BOARD_OPENOCD),none)" $(BOARD_CODE) $(BOARD_SECTOR) $(BOARD_SLOT0) $(BOARD_SLOT1)

# QUESTION: any sound file. LIVE=1: the microphone does not wait, so a core that is too slow loses sound; SHIFT=n: an instruction takes 2^n virtual ns.
QUESTION ?= tests/golden/questions/demo.wav
SHIFT ?= 0
run-firmware: build-firmware $(BUILD)/tests/wav16
	$(Q)$(BUILD)/tests/wav16 $(QUESTION) $(FIRMWARE)/question.wav
	$(Q)SHIFT=$(SHIFT) sh firmware/emulate.sh $(FIRMWARE) $(BOARD) run --in $(FIRMWARE)/question.wav --out $(FIRMWARE)/reply.wav --shift $(SHIFT) \
	  $(if $(EVENTS),--events) $(if $(LIVE),--live)

# Instructions of every kernel and stage on both emulated boards.
firmware-cost: deps-firmware $(BUILD)/sotto
	@sh tests/check/cost.sh $(BUILD) full

FORCE:
.PHONY: firmware deps-flash flash run-flash flash-dry-run run-flash-dry-run known-board firmware-cost firmware-run deps-firmware build-firmware run-firmware FORCE
endif
