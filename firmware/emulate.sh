#!/bin/sh
# Runs one command on an emulated board with the weights at 0x60000000; its console is stdout, its exit code this one's.
# A virtual nanosecond is 2^-SHIFT instructions (SHIFT 0: one instruction). IMAGE: other weights than FOLDER/nano.img.
# usage: [SHIFT=N] [IMAGE=FILE] emulate.sh FOLDER BOARD COMMAND...
set -eu
folder=$1 board=$2
shift 2
arguments=""
for word in "$@"; do arguments="$arguments,arg=$word"; done
command -v qemu-system-arm >/dev/null || { echo "firmware: no qemu-system-arm (package qemu-system-arm)" >&2; exit 1; }
exec qemu-system-arm -M "$board" -icount "shift=${SHIFT:-0},sleep=off" -display none -monitor none -serial stdio -semihosting-config "enable=on,target=native$arguments" \
    -kernel "$folder/$board/sotto-fw.elf" -device "loader,file=${IMAGE:-$folder/nano.img},addr=0x60000000,force-raw=on" </dev/null
