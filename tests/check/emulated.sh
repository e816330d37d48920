#!/bin/sh
# The kernels of other machines against the scalar reference, run in QEMU: NEON (Cortex-A53, A76) and Helium (Cortex-M55).
# Needs qemu-aarch64-static with aarch64-linux-gnu-gcc, and qemu-system-arm with arm-none-eabi-gcc and newlib; what is missing
# is skipped, and said. Then the instructions of the Helium kernels, counted by QEMU. usage: emulated.sh BUILD
set -e
out=$1/emulated
strict="-std=c11 -Wall -Wextra -Werror -g -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -I."
missing() { for tool in "$@"; do command -v "$tool" >/dev/null || { echo "skipped: no $tool"; return 0; }; done; return 1; }
mkdir -p "$out/arm64" "$out/m55"

if ! missing qemu-aarch64-static aarch64-linux-gnu-gcc; then
    make --no-print-directory ARCH=aarch64 BUILD="$out/arm64" CC=aarch64-linux-gnu-gcc PKG_CFLAGS= CORE_SRC='$(KERNEL_SRC_aarch64) runtime/base/mathx.c' "$out/arm64/libsotto.a" >"$out/log" 2>&1 || { tail -20 "$out/log"; exit 1; }
    aarch64-linux-gnu-gcc $strict -static -o "$out/arm64/check" tests/kernels_bare.c "$out/arm64/libsotto.a"
    for cpu in cortex-a53 cortex-a76; do qemu-aarch64-static -cpu $cpu "$out/arm64/check"; done
fi
if ! missing qemu-system-arm arm-none-eabi-gcc; then
    core="-mcpu=cortex-m55 -mthumb -mfloat-abi=hard"
    make --no-print-directory ARCH=arm-m55 BUILD="$out/m55" CC=arm-none-eabi-gcc CFLAGS_ALL="$strict $core" PKG_CFLAGS= CORE_SRC='$(KERNEL_SRC_arm-m55) runtime/base/mathx.c' "$out/m55/libsotto.a" >"$out/log" 2>&1 || { tail -20 "$out/log"; exit 1; }
    for program in tests/kernels_bare.c tests/bare/m55_count.c; do
        arm-none-eabi-gcc $strict $core --specs=rdimon.specs -T tests/bare/m55.ld -Wl,--no-warn-rwx-segments -o "$out/m55/run.elf" $program tests/bare/m55_start.c "$out/m55/libsotto.a"
        timeout 120 qemu-system-arm -M mps3-an547 -icount shift=0 -nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel "$out/m55/run.elf"
    done
fi
