#!/bin/sh
# Talks with sotto-fw on the emulated Cortex-M55 board, as a person does over its UART: figures, speech, an answer, wrong commands, and updates of the
# weights: one that is spoilt and refused, one whose sender goes away, one that fails its question at the next start, and one that is taken.
# usage: console.sh BUILD
set -eu
build=$1 board=mps3-an547
dir=$build/console
rm -rf "$dir"
mkdir -p "$dir"
mkfifo "$dir/port.in" "$dir/port.out"
make --no-print-directory BUILD="$build" BOARD=$board build-firmware "$build/firmware/send_image" >/dev/null

qemu-system-arm -M $board -display none -monitor none -chardev "pipe,id=c,path=$dir/port" -serial chardev:c \
    -semihosting-config enable=on,target=native,arg=console -kernel "$build/firmware/$board/sotto-fw.elf" \
    -device "loader,file=$build/firmware/nano.img,addr=0x60000000,force-raw=on" </dev/null >"$dir/qemu.log" 2>&1 &
qemu=$!
exec 3>"$dir/port.in" 4<"$dir/port.out"
reader=
trap 'kill $qemu $reader 2>/dev/null || true' EXIT

listen() { cat <&4 >>"$dir/log" & reader=$!; }
hush() { kill $reader; wait $reader 2>/dev/null || true; }
say() { printf '%s\r' "$1" >&3; }
# Waits until a line of the console since the last mark matches.
mark=0
expect() {
    tries=0
    until tail -c "+$((mark + 1))" "$dir/log" 2>/dev/null | grep -q -e "$1"; do
        tries=$((tries + 1))
        if [ $tries -gt 1200 ] || ! kill -0 $qemu 2>/dev/null; then
            echo "console: no \"$1\" within two minutes; the board said:"
            tail -c "+$((mark + 1))" "$dir/log" | tail -n 20
            exit 1
        fi
        sleep 0.1
    done
}
next() { mark=$(wc -c <"$dir/log"); }
ask() { next; say "$1"; expect "$2"; }
# An image: what it must print and how the sender must end.
send() {
    code=0
    hush
    "$build/firmware/send_image" --from "$dir/port.out" "$dir/port.in" "$1" >"$dir/sent" 2>>"$dir/sent.log" || code=$?
    cat "$dir/sent" >>"$dir/log"
    listen
    [ $code = "$2" ] && grep -q -e "$3" "$dir/sent" || { echo "send_image $1: exit code $code, \"$(cat "$dir/sent")\", expected $2 and \"$3\""; exit 1; }
}
restart() { next; say reset; expect "sotto-fw .* on $board"; }

listen
expect 'slot 0 at 60000000, in use: good, number 1'
expect 'sotto> '
ask 'frobnicate' 'frobnicate: no such command'
ask "$(printf '%0130d' 7)" 'too long: a line has at most 120 bytes'
ask 'time 2026-02-30x' 'time: 2026-02-30x: expected YYYY-MM-DD'
ask 'time 2026-11-21 10:42:00' '^2026-11-21 10:42:00'
ask 'ask what is seven times six' 'first_audio.net over budget'
expect '^turn-done .*42'
ask 'ask what time is it' '^turn-done .*10:4[2-4]'
ask 'say the lamp is on' '^turn-done '
ask 'stats' 'stack [0-9]* of 16384 bytes'
expect '^llm.token_rate '
ask 'update 12 xyz' 'refused: update: expected BYTES and CRC'

pack=models/packs/nano
"$build/sotto" pack $pack --image "$dir/right.img" --number 3 >"$dir/pack.log"
"$build/sotto" pack $pack --image "$dir/same.img" --number 1 >>"$dir/pack.log"
cp "$dir/right.img" "$dir/spoilt.img"
printf 'X' | dd of="$dir/spoilt.img" bs=1 seek=6000000 conv=notrunc 2>/dev/null
send "$dir/same.img" 1 'number 1 is not newer than 1'
send "$dir/spoilt.img" 1 'refused: image: .* is damaged'
restart
expect 'slot 0 at 60000000, in use'
expect 'slot 1 at 60800000: refused: image: .* is damaged'
expect 'sotto> '

hush
timeout 1 "$build/firmware/send_image" --from "$dir/port.out" "$dir/port.in" "$dir/right.img" >/dev/null 2>&1 && { echo 'the sender that goes away ended by itself'; exit 1; }
listen
next
expect 'refused: update: block [0-9]* did not come whole'
ask 'slots' 'slot 1 at 60800000: none: an update of it was not finished'

# An answer that tells the hour of another time zone is not this board's.
TZ=XYZ-9 "$build/sotto" pack $pack --image "$dir/wrong.img" --number 2 --question 'what time is it' >>"$dir/pack.log"
send "$dir/wrong.img" 0 'taken: slot 1, number 2'
restart
expect 'slot 1 at 60800000, in use: on trial, number 2, .*, start 1 of 3'
expect 'slot 1 is refused: its question was answered with CRC-32 .*; starting over'
expect 'slot 0 at 60000000, in use: good, number 1'
expect 'slot 1 at 60800000: refused, number 2, .*: its question was answered otherwise than its header says'
expect 'sotto> '

send "$dir/right.img" 0 'taken: slot 1, number 3'
restart
expect 'slot 1 at 60800000, in use: on trial, number 3, .*, start 1 of 3'
expect 'slot 1 passed its gate'
expect 'sotto> '
ask 'ask what is seven times six' '^turn-done .*42'
ask 'version' 'number 3'
restart
expect 'slot 1 at 60800000, in use: good, number 3'
expect 'sotto> '
grep -c . "$dir/log" | sed 's/$/ lines of console; an answer, the clock, five updates: two refused, one given up, one that failed its question, one in use/'
