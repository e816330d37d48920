#!/bin/sh
# firmware/boards/cortex-m7/m7.c in QEMU: what of the silicon boards' code an emulator can run. usage: m7_core.sh BUILD
set -e
elf=$1/m7_core.elf
arm-none-eabi-gcc -std=c11 -Wall -Wextra -Werror -O2 -g -I. -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16 --specs=rdimon.specs \
    -T tests/bare/m7.ld -Wl,--no-warn-rwx-segments -o "$elf" tests/bare/m7_core.c tests/bare/m55_start.c firmware/boards/cortex-m7/m7.c
timeout 60 qemu-system-arm -M mps2-an500 -icount shift=0 -nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel "$elf"
