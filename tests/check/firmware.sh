#!/bin/sh
# The microcontroller image on both emulated boards: sizes, a fault that is told, and the host's answers to eleven spoken questions with the
# painted stack and the arena within their budgets. usage: firmware.sh BUILD
set -u
build=$1 out=$1/firmware started=$(date +%s) question=tests/golden/questions/demo.wav
for b in mps3-an547 mps2-an500; do
    make --no-print-directory BUILD="$build" BOARD=$b build-firmware >"$out.log" 2>&1 || { tail -n 30 "$out.log"; exit 1; }
    sh firmware/check_image.sh "$out/$b/sotto-fw.elf" || exit 1
done
make --no-print-directory BUILD="$build" "$build/tests/wav16" >/dev/null || exit 1

faults() { # BOARD: a read where nothing is prints registers and ends with a code that is not 0
    sh firmware/emulate.sh "$out" "$1" fault >"$out/$1.fault" && { echo "$1: a fault ended with 0"; return 1; }
    grep -q '^fault: exception' "$out/$1.fault" && grep -q 'bfar f0000000' "$out/$1.fault" && grep -q 'pc   ' "$out/$1.fault" && return 0
    echo "$1: a fault was not told:" && cat "$out/$1.fault" && return 1
}
refuses() { # CODE TEXT ARGUMENT...: the board ends with that code and says that
    code=$1 text=$2
    shift 2
    got=0
    sh firmware/emulate.sh "$out" mps3-an547 "$@" >"$out/refused" || got=$?
    [ "$got" = "$code" ] && grep -q -e "$text" "$out/refused" && return 0
    echo "firmware $*: exit code $got, expected $code and \"$text\", said: $(tail -n 3 "$out/refused")" && return 1
}
refusals() {
    head -c 30 tests/golden/questions/demo.wav >"$out/short.wav"
    { head -c 22 tests/golden/questions/demo.wav; printf '\002'; tail -c +24 tests/golden/questions/demo.wav; } >"$out/stereo.wav"
    { head -c 4096 "$out/nano.img"; printf 'X'; tail -c +4098 "$out/nano.img"; } >"$out/spoilt.img"
    refuses 2 'expected --in FILE' run && refuses 2 'expected --in FILE, --out FILE' run --in a --sideways &&
        refuses 2 'expected run' walk && refuses 1 'no/such.wav: cannot be opened' run --in no/such.wav &&
        refuses 1 'short.wav: expected 16-bit PCM' run --in "$out/short.wav" && refuses 1 'stereo.wav: expected 16-bit PCM' run --in "$out/stereo.wav" &&
        refuses 1 'Makefile: is no WAV file' run --in Makefile && refuses 1 'no/such/reply.wav: cannot be written' run --in "$question" --out no/such/reply.wav &&
        IMAGE="$out/spoilt.img" refuses 1 'asr is damaged: CRC-32' run --in "$question"
}
# A core of 250 million instructions a second keeps up with a live conversation: nothing is lost and the answer is the same.
keeps_up() {
    SHIFT=2 sh firmware/emulate.sh "$out" mps3-an547 run --live --shift 2 --in "$question" --out "$out/live.wav" >"$out/live.log" &&
        grep -q 'at 250.0 M instructions a second: 0 of' "$out/live.log" && grep -q '^turn-done *The answer is 120' "$out/live.log" &&
        grep ' M instructions' "$out/live.log" && return 0
    echo 'live at 250 M instructions a second:' && tail -n 40 "$out/live.log" && return 1
}
budgets() { # BOARD: of all consoles the most of each
    cat "$out/$1".same/*.consoles | awk -v board="$1" '
        /^arena / { arena = $2 > arena ? $2 : arena; stack = $7 > stack ? $7 : stack; n++ }
        END {
            printf "%s: stack at most %d of 16384 bytes, arena %d of 2097152 (%d runs)\n", board, stack, arena, n
            exit !(n > 0 && stack > 0 && stack <= 16384 && arena <= 2097152) }'
}
board() { # BOARD
    rm -rf "$out/$1.same"
    faults "$1" && sh tests/check/same_answer.sh "$build/sotto" "sh firmware/as_command.sh $build $1" "$out/$1.same" && budgets "$1"
}
board mps2-an500 >"$out/mps2-an500.log" 2>&1 &
other=$!
failed=0
{ refusals && keeps_up && board mps3-an547; } || failed=1
wait $other || failed=1
cat "$out/mps2-an500.log"
echo "firmware on both boards: $(sed -n 's/ questions.*//p' "$out/mps2-an500.log") questions each, $(($(date +%s) - started)) s"
exit $failed
