# Sotto: one GNU make file. Everything is built below $(BUILD); sources are listed in the folders' files.mk.
#
#   make            the library, the command build/sotto and nothing else
#   make demo       a spoken question through the whole loop -> build/reply.wav   (installs what is missing)
#   make test       every test                                                     (installs what is missing)
#   make check      arrows, sizes, symbols, format, Cortex-M55 build, sanitizers, fuzzing
#   make bench      kernels and stages, timed against budgets and peers
#   make longform   an hour of speech in one piece against its clips
#   make cache-cost sinks + window against recomputing: perplexity, time, bytes
#   make firmware   the microcontroller image and its weights: BOARD=mps3-an547 (default), mps2-an500, ...
#   make firmware-run  a spoken question through it in an emulator: QUESTION=q.wav
#   make firmware-cost instructions of kernels and stages on both emulated boards, counted
#   make flash      code and weights onto a board by OpenOCD: BOARD=stm32h747i-disco; flash-dry-run checks it without one
#   make install    library, header, pkg-config file, command, systemd unit   (PREFIX, DESTDIR)
#   make deps format clean
#   V=1 · CC=clang · SANITIZE=address,undefined · BUILD=folder
#   ARCH=arm64 · ARCH=armv7   for another machine: cross-built below build/ARCH, demo and test run in QEMU as each of CPUS

PREFIX ?= /usr/local
include platform/posix/arch.mk
VERSION := $(shell sed -n 's/^\#define SOTTO_VERSION "\(.*\)"/\1/p' runtime/sotto.h)
ifeq ($(origin CC),default)
CC := gcc
endif

Q := $(if $(V),,@)

all: $(BUILD)/sotto

CORE_SRC :=
PLATFORM_SRC :=
HOST_SRC :=
TESTS :=
include runtime/files.mk audio/files.mk models/files.mk models/kernels/isa.mk platform/files.mk tests/files.mk
CORE_SRC += $(KERNEL_SRC_$(ARCH))

PACKAGES := portaudio-2.0 sndfile kissfft-float speexdsp libcjson
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wvla -Wshadow
OPT ?= -O2
PTHREAD ?= -pthread
SAN := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
STACK := -fstack-usage
CFLAGS_ALL = -std=c11 $(WARN) $(OPT) -g -ffp-contract=off -fno-math-errno -fno-trapping-math $(PTHREAD) -I. -I$(BUILD)/gen $(SAN) $(CFLAGS)
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
HOST_LIBS := $(shell $(PKG_CONFIG) --libs yaml-0.1 2>/dev/null) $(REMOTE_LIBS)
LDLIBS_ALL = $(PKG_LIBS) -lm $(PTHREAD) $(SAN) $(LDLIBS)

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
CORE_OBJ := $(call objects,$(CORE_SRC)) $(KERNEL_EXTRA_OBJ_$(ARCH):%=$(BUILD)/obj/%)
PLATFORM_OBJ := $(call objects,$(PLATFORM_SRC))
HOST_OBJ := $(call objects,$(HOST_SRC))
TEST_BIN := $(TESTS:%=$(BUILD)/tests/%)
include firmware/files.mk

$(BUILD)/obj/models/kernels/%.o: models/kernels/%.c
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(CFLAGS_ALL) $(STACK) $(PKG_CFLAGS) $(KERNEL_CFLAGS_$*) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(CFLAGS_ALL) $(STACK) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# The largest frame of the core, as the compiler laid it out; `sotto plan` prints it.
$(BUILD)/gen/stack_frames.h: $(CORE_OBJ) tests/check/stack.sh
	@mkdir -p $(@D)
	$(Q)sh tests/check/stack.sh $(CORE_OBJ:.o=.su) > $@

$(BUILD)/obj/platform/host/cmd_plan.o: $(BUILD)/gen/stack_frames.h

$(BUILD)/libsotto.a: $(CORE_OBJ)
	@echo "  AR  $@"; rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/libplatform.a: $(PLATFORM_OBJ)
	@echo "  AR  $@"; rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/sotto: $(HOST_OBJ) $(BUILD)/libplatform.a $(BUILD)/libsotto.a
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $^ $(HOST_LIBS) $(LDLIBS_ALL)

$(BUILD)/tests/test_remote $(BUILD)/tests/test_remote_turns $(BUILD)/tests/test_remote_command $(BUILD)/tests/test_remote_llama: LDLIBS += $(REMOTE_LIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/obj/tests/voice.o $(BUILD)/libplatform.a $(BUILD)/libsotto.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS_ALL)

# Installing comes first and a second make reads pkg-config afresh.
deps:
	@sh platform/posix/deps.sh $(CROSS)

demo: deps
	@$(MAKE) --no-print-directory run-demo

test: deps
	@$(MAKE) --no-print-directory run-test

check: deps
	@$(MAKE) --no-print-directory run-check

DEMO_QUESTION ?= tests/golden/questions/demo.wav
run-demo: $(BUILD)/sotto
	$(RUN) $(BUILD)/sotto run --in $(DEMO_QUESTION) --out $(BUILD)/reply.wav --trace $(BUILD)/demo-trace.json

run-test: $(BUILD)/sotto $(TEST_BIN)
	@sh $(if $(CROSS),tests/emulate.sh "$(EMULATOR)" "$(CPUS)",tests/run.sh) $(BUILD) $(TESTS)

run-check: $(BUILD)/sotto
	@sh tests/check/all.sh $(BUILD)

# The language model beside llama.cpp when PYTHON has llama-cpp-python, the vocoder beside ONNX Runtime when it has onnxruntime.
# BENCH_LLM: the GGUF to run in both; BENCH_VOICE: vocoder and acoustic model.
PYTHON ?= python3
BENCH_LLM ?= models/packs/nano/llm.gguf
BENCH_VOICE ?= models/packs/nano/vocoder.gguf models/packs/nano/tts.gguf
bench: $(BUILD)/sotto $(BUILD)/tests/check_kernels $(BUILD)/tests/bench_llm $(BUILD)/tests/bench_tts
	$(BUILD)/tests/check_kernels --bench
	$(BUILD)/tests/bench_llm $(BENCH_LLM)
	@if $(PYTHON) -c 'import llama_cpp' 2>/dev/null; then $(PYTHON) models/train/measure_speed.py --bench $(BUILD)/tests/bench_llm $(BENCH_LLM); \
	else echo "llama.cpp: absent ($(PYTHON) has no llama_cpp; name one that has it with PYTHON=...)"; fi
	$(BUILD)/tests/bench_tts $(BENCH_VOICE)
	@if $(PYTHON) -c 'import onnx, onnxruntime, gguf' 2>/dev/null; then $(PYTHON) models/train/measure_vocoder.py --bench $(BUILD)/tests/bench_tts $(BENCH_VOICE); \
	else echo "ONNX Runtime: absent ($(PYTHON) has no onnx, onnxruntime and gguf; name one that has them with PYTHON=...)"; fi
	$(BUILD)/sotto bench

# An hour in one piece; needs python3 with numpy, scipy and soundfile, and the speech of SOTTO_DATA. Not part of test or check.
longform: $(BUILD)/sotto
	python3 models/train/measure_longform.py --sotto $(BUILD)/sotto

# Perplexity, time and bytes of the endless cache; needs python3 with numpy and matplotlib, and the texts of SOTTO_DATA. Not part of test or check.
cache-cost: $(BUILD)/tests/measure_cache
	python3 models/train/measure_cache.py --program $(BUILD)/tests/measure_cache --work $(BUILD)/cache

install: $(BUILD)/sotto
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/include \
	  $(DESTDIR)$(PREFIX)/share/sotto/nano $(DESTDIR)$(PREFIX)/share/sotto/adapters
	install -m 755 $(BUILD)/sotto $(DESTDIR)$(PREFIX)/bin/sotto
	install -m 644 $(BUILD)/libsotto.a $(DESTDIR)$(PREFIX)/lib/libsotto.a
	install -m 644 runtime/sotto.h $(DESTDIR)$(PREFIX)/include/sotto.h
	install -m 644 models/packs/nano/*.* $(DESTDIR)$(PREFIX)/share/sotto/nano/
	install -m 644 models/adapters/* $(DESTDIR)$(PREFIX)/share/sotto/adapters/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' runtime/sotto.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/sotto.pc
	sed -e 's|@PREFIX@|$(PREFIX)|' platform/posix/sotto.service.in > $(DESTDIR)$(PREFIX)/lib/systemd/system/sotto.service

format:
	clang-format -i --style=file:.ci/clang-format $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
.PHONY: all deps demo test check bench longform cache-cost install format clean run-demo run-test run-check
.SECONDARY:
