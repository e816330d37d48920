#!/bin/sh
# make flash-dry-run for both boards on silicon, then the same with things that must not pass: each is refused with its line.
set -eu
build=$1
make --no-print-directory BUILD="$build" flash-dry-run
tool=$build/firmware/check_flash elf=$build/firmware/stm32h747i-disco/sotto-fw.elf
ld=firmware/boards/stm32h747i-disco/link.ld img=$build/firmware/nano.img
code='0x08000000 0x100000' slots='0x90000000 0x1000000 0x91000000 0x1000000'
refused() {
    line=$1
    shift
    if "$tool" "$@" >"$build/flash.out" 2>&1; then
        echo "check_flash $*: passed, expected \"$line\""
        exit 1
    fi
    grep -q -e "$line" "$build/flash.out" || { echo "check_flash $*: expected \"$line\", it said:"; cat "$build/flash.out"; exit 1; }
}
head -c 8000000 "$img" >"$build/short.img"
refused 'says .* bytes, there is room for' "$elf" "$build/short.img" $ld $code 0x20000 $slots
cp "$img" "$build/flipped.img"
printf 'X' | dd of="$build/flipped.img" bs=1 seek=5000000 conv=notrunc 2>/dev/null
refused 'is damaged' "$elf" "$build/flipped.img" $ld $code 0x20000 $slots
refused 'the slots overlap' "$elf" "$img" $ld $code 0x20000 0x90000000 0x1000000 0x90800000 0x1000000
refused 'a slot overlaps the code' "$elf" "$img" $ld $code 0x20000 0x08020000 0x1000000
refused 'do not fit the slot' "$elf" "$img" $ld $code 0x20000 0x90000000 0x7e0000
refused 'begin and end at sectors' "$elf" "$img" $ld $code 0x20000 0x90010000 0x1000000
refused 'outside the code flash' "$elf" "$img" $ld 0x08000000 0x20000 0x20000 $slots
refused 'in no memory' "$build/firmware/mimxrt1170-evk/sotto-fw.elf" "$img" $ld $code 0x20000 $slots
refused 'not a 32-bit ELF' "$build/sotto" "$img" $ld $code 0x20000 $slots
rm -f "$build/short.img" "$build/flipped.img" "$build/flash.out"
echo 'both boards fit; nine that do not were refused'
