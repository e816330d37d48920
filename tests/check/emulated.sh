#!/bin/sh
# The kernels of other machines against the scalar reference, run in QEMU: NEON of arm64 (Cortex-A53, A76 with dot
# products, max with matrix products) and of ARMv7 (Cortex-A7, A15), Helium (Cortex-M55), DSP (Cortex-M7). Needs the cross
# compilers and QEMU of deps.sh; what is missing is skipped, and said. usage: emulated.sh BUILD
set -e
out=$1/emulated
strict="-std=c11 -Wall -Wextra -Werror -g -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -I."
missing() { for tool in "$@"; do command -v "$tool" >/dev/null || { echo "skipped: no $tool"; return 0; }; done; return 1; }
mkdir -p "$out"

linux() { # ARCH TRIPLE EMULATOR CPU ...
    missing "$3" "$2-gcc" && return 0
    arch=$1 cc=$2-gcc emulator=$3 own=$out/$1
    shift 3
    make --no-print-directory ARCH="$arch" BUILD="$own" CC="$cc" PKG_CFLAGS= CORE_SRC="\$(KERNEL_SRC_$arch) runtime/base/mathx.c" "$own/libsotto.a" >"$out/log" 2>&1 || { tail -20 "$out/log"; exit 1; }
    "$cc" $strict -static -o "$own/check" tests/kernels_bare.c "$own/libsotto.a"
    for cpu in "$@"; do "$emulator" -cpu "$cpu" "$own/check"; done
}
linux aarch64 aarch64-linux-gnu qemu-aarch64-static cortex-a53 cortex-a76 max
linux armv7 arm-linux-gnueabihf qemu-arm-static cortex-a7 cortex-a15
bare() { # ARCH BOARD LINKER-SCRIPT CORE
    own=$out/$1
    mkdir -p "$own"
    make --no-print-directory ARCH="$1" BUILD="$own" CC=arm-none-eabi-gcc CFLAGS_ALL="$strict $4" PKG_CFLAGS= CORE_SRC="\$(KERNEL_SRC_$1) runtime/base/mathx.c" "$own/libsotto.a" >"$out/log" 2>&1 || { tail -20 "$out/log"; exit 1; }
    arm-none-eabi-gcc $strict $4 --specs=rdimon.specs -T "$3" -Wl,--no-warn-rwx-segments -o "$own/run.elf" tests/kernels_bare.c tests/bare/m55_start.c "$own/libsotto.a"
    timeout 120 qemu-system-arm -M "$2" -nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel "$own/run.elf"
}
missing qemu-system-arm arm-none-eabi-gcc && exit 0
bare arm-m55 mps3-an547 tests/bare/m55.ld "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard"
bare arm-m7 mps2-an500 tests/bare/m7.ld "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16"
