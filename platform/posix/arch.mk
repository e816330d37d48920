# Which machine is built for: ARCH, as `gcc -dumpmachine` begins (uname -m where there is no gcc yet), or the names people use.
# Another machine than this one is cross-built with Debian's toolchain and the libraries that dpkg holds for it, below build/ARCH,
# and its programs run in QEMU: CPUS are the cores that `make test` runs them as, the first one is what `make demo` uses.
# The compiler is asked and not the kernel: a Raspberry Pi with 32-bit programs has a 64-bit kernel.
MACHINE_arm := armv7
machine := $(firstword $(subst -, ,$(shell gcc -dumpmachine 2>/dev/null || uname -m)))
MACHINE := $(or $(MACHINE_$(machine)),$(machine))
ARCH ?= $(MACHINE)
KNOWN_arm64 := aarch64
KNOWN_armhf := armv7
KNOWN_armv7l := armv7
KNOWN_amd64 := x86_64
override ARCH := $(or $(KNOWN_$(ARCH)),$(ARCH))

TRIPLE_aarch64 := aarch64-linux-gnu
TRIPLE_armv7 := arm-linux-gnueabihf
FOLDER_aarch64 := arm64
EMULATOR_aarch64 := qemu-aarch64-static
EMULATOR_armv7 := qemu-arm-static
CPUS_aarch64 := cortex-a53 cortex-a76 max
CPUS_armv7 := cortex-a7 cortex-a15

ifneq ($(ARCH),$(MACHINE))
CROSS := $(TRIPLE_$(ARCH))
endif
ifneq ($(CROSS),)
BUILD ?= build/$(or $(FOLDER_$(ARCH)),$(ARCH))
CPUS ?= $(CPUS_$(ARCH))
EMULATOR ?= $(EMULATOR_$(ARCH)) -cpu
PKG_CONFIG ?= PKG_CONFIG_LIBDIR=/usr/lib/$(CROSS)/pkgconfig:/usr/share/pkgconfig pkg-config
ifeq ($(origin CC),default)
CC := $(CROSS)-gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS)-ar
endif
endif
BUILD ?= build
PKG_CONFIG ?= pkg-config
# What goes before a program of $(BUILD) here: nothing, or an emulator as the first of CPUS.
RUN := $(if $(CROSS),$(EMULATOR) $(firstword $(CPUS)))

# GCC 12's vectoriser for arm64 ends in an internal error over a largest fabs() in a loop, which several tests have.
ifeq ($(ARCH),aarch64)
$(BUILD)/obj/tests/%.o: override CFLAGS += -fno-tree-vectorize
endif
