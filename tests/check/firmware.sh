#!/bin/sh
# The microcontroller image on both emulated boards: sizes, a fault that is told, and the host's answers to eleven spoken questions with the
# painted stack and the arena within their budgets. usage: firmware.sh BUILD
set -u
build=$1 out=$1/firmware started=$(date +%s)
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
board mps3-an547
failed=$?
wait $other || failed=1
cat "$out/mps2-an500.log"
echo "firmware on both boards: $(sed -n 's/ questions.*//p' "$out/mps2-an500.log") questions each, $(($(date +%s) - started)) s"
exit $failed
