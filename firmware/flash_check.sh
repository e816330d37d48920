#!/bin/sh
# make flash-dry-run of one board: addresses and layout of what make flash would write, and whether OpenOCD knows these addresses. No board is needed.
# usage: flash_check.sh FOLDER BOARD OPENOCD_SCRIPT CODE BYTES SECTOR SLOT BYTES [SLOT BYTES]
set -eu
folder=$1 board=$2 script=$3 code=$4
shift 3
echo "$board:"
"$folder/check_flash" "$folder/$board/sotto-fw.elf" "$folder/nano.img" "firmware/boards/$board/link.ld" "$@"
if [ "$script" = none ]; then
    echo "OpenOCD cannot write this board's flash; firmware/README.md has the other way"
    exit 0
fi
command -v openocd >/dev/null || { echo "firmware: no openocd (package openocd)" >&2; exit 1; }
slots=$4
[ $# -lt 6 ] || slots="$slots $6"
out=$(openocd -f "$script" -f firmware/flash.tcl -c noinit -c "sotto_banks $code {$slots}" -c shutdown 2>&1) || {
    echo "$out" >&2
    exit 1
}
echo "$out" | grep '^OpenOCD has'
