#!/bin/sh
# What the voice loop costs on a microcontroller, counted in QEMU by tests/bare/count_plugin.c: instructions of each kernel a product
# or value, and of each stage a second of sound or a token, against the bars. Exit 3: a bar is broken. `full` asks eleven questions in one
# conversation on both boards, then one live of ever slower cores; otherwise the M55 answers one. `make firmware-cost` is the full form. usage: cost.sh BUILD [full]
#
# Instructions are not cycles. Load is given for one cycle each, and for two of each vector instruction (the M55's vector unit is 64 bits
# wide) as if none of them overlapped; waiting for memory, divisions (some 14 cycles) and interrupts are not in either.
set -eu
build=$1 full=${2:-} out=$1/cost
for tool in qemu-system-arm arm-none-eabi-gcc gcc; do command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }; done
mkdir -p "$out"
gcc -std=c11 -Wall -Wextra -Werror -O2 -fPIC -shared -fvisibility=hidden -o "$out/count.so" tests/bare/count_plugin.c

emulate() { # NAME ELF STAGES ARGUMENTS QEMU...: counts in NAME.counts, the console in NAME.said
    name=$1 elf=$2 stages=$3 arguments=$4
    shift 4
    timeout 300 qemu-system-arm "$@" -icount shift=0,sleep=off -display none -monitor none -serial stdio -semihosting-config "enable=on,target=native$arguments" \
        -plugin "$out/count.so,elf=$elf,stages=$stages,out=$out/$name.counts" -kernel "$elf" </dev/null >"$out/$name.said" 2>"$out/$name.log" ||
        { echo "$name: the emulated board failed:"; tail -n 5 "$out/$name.said" "$out/$name.log"; exit 1; }
}

# BOARD ARCH CORE LINKER-SCRIPT BAR: every kernel of the table that the core runs; BAR: instructions a product of the matrices, 0 for none
kernels() {
    own=$out/$2 board=$1 bar=$5
    make --no-print-directory ARCH="$2" BUILD="$own" CC=arm-none-eabi-gcc CFLAGS_ALL="-std=c11 -g -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -I. $3" PKG_CFLAGS= \
        CORE_SRC="\$(KERNEL_SRC_$2) runtime/base/mathx.c" "$own/libsotto.a" >"$own.log" 2>&1 || { tail -n 20 "$own.log"; exit 1; }
    arm-none-eabi-gcc -std=c11 -O2 -I. $3 --specs=rdimon.specs -T "$4" -Wl,--no-warn-rwx-segments -o "$own/count.elf" tests/bare/kernels_count.c tests/bare/m55_start.c "$own/libsotto.a"
    arm-none-eabi-nm "$own/count.elf" | awk '$3 ~ /^count_/ { print $3, $3 }' >"$own/stages"
    emulate "$2" "$own/count.elf" "$own/stages" ",arg=count" -M "$board"
    awk -v bar="$bar" '
        NR == FNR { all[$1] += $4; vector[$1] += $5; next }
        $1 == "table" { table = $2 }
        $1 == "kernel" {
            what = $5; for (i = 6; i <= NF; i++) what = what " " $i
            printf "| %s | %s | %.3f | %.3f | %s |\n", table, what, all[$2] / $3, vector[$2] / $3, $4
            if (bar > 0 && what ~ /^gemm_(i8|q8)/ && all[$2] / $3 > bar) { printf "over: %s takes more than %s instructions a product\n", what, bar; over = 1 }
        }
        END { exit over ? 3 : 0 }' "$out/$2.counts" "$out/$2.said"
}

# BOARD MHZ QEMU...: a conversation; with MHZ 400 the bars
stages() {
    board=$1 mhz=$2
    shift 2
    make --no-print-directory BUILD="$build" BOARD="$board" build-firmware >"$out/$board.log" 2>&1 || { tail -n 20 "$out/$board.log"; exit 1; }
    emulate "$board" "$build/firmware/$board/sotto-fw.elf" tests/bare/stages.txt ",arg=run,arg=--in,arg=$out/questions.wav" -M "$board" \
        -device "loader,file=$build/firmware/nano.img,addr=0x60000000,force-raw=on"
    layers=$("$build/sotto" inspect models/packs/nano/llm.gguf | awk '$1 == "llama.block_count" { print $3 }')
    awk -v board="$board" -v mhz="$mhz" -v layers="$layers" -f tests/check/cost.awk "$out/$board.counts"
}

# BOARD SHIFT ...: one question live, by a core that executes 1000 / 2^SHIFT M instructions a second; sound does not wait for it
deadlines() {
    board=$1
    shift
    for slow in "$@"; do
        SHIFT=$slow timeout 300 sh firmware/emulate.sh "$build/firmware" "$board" run --live --shift "$slow" --in "$out/one.wav" >"$out/$board.live" || : # lost sound is a failure there, a figure here
        awk -v board="$board" -v rate="$(awk -v s="$slow" 'BEGIN { print 1000 / 2 ^ s }')" '
            $1 == "first_audio" { audio = $2 }
            $1 == "llm.token_rate" { token = $2 }
            /^sound ahead/ { for (i = 1; i <= NF; i++) if ($i == "underruns") dry = $(i + 1) }
            /samples of the microphone were lost/ { for (i = 1; i <= NF; i++) if ($(i + 2) == "samples") lost = $(i - 1) " of " $(i + 1) }
            END { printf "| %s | %s | %s | %s | %s | %s |\n", board, rate, audio, token, dry, lost; exit audio == "" || lost == "" }' "$out/$board.live" ||
            { echo "$board: the live run at shift $slow failed:"; tail -n 5 "$out/$board.live"; return 1; }
    done
}

make --no-print-directory BUILD="$build" "$build/tests/wav16" >/dev/null
questions=demo.wav
[ -z "$full" ] || questions="demo.wav q05_convert.flac q08_light_on.flac q09_light_dim.flac q10_fan.flac q11_door.flac q12_thermostat.flac q13_order.flac q14_order.flac q15_volume.flac q19_hello.flac"
: >"$out/sound"
for q in $questions; do
    "$build/tests/wav16" "tests/golden/questions/$q" "$out/one.wav"
    tail -c +45 "$out/one.wav" >>"$out/sound"
    head -c 38400 /dev/zero >>"$out/sound"
done
# One WAV of them all: the header of the last with the sizes of the whole.
little() { awk -v n="$1" 'BEGIN { for (i = 0; i < 4; i++) { printf "\\%03o", n % 256; n = int(n / 256) } }'; }
bytes=$(wc -c <"$out/sound")
{ printf 'RIFF'; printf "$(little $((bytes + 36)))"; head -c 40 "$out/one.wav" | tail -c +9; printf "$(little "$bytes")"; cat "$out/sound"; } >"$out/questions.wav"

code=0
echo "| table | kernel | instructions | of them vector | a |"
echo "|---|---|---|---|---|"
kernels mps3-an547 arm-m55 "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard" tests/bare/m55.ld 0.25 || code=$?
[ -z "$full" ] || [ ! -f tests/bare/m7.ld ] || kernels mps2-an500 arm-m7 "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16" tests/bare/m7.ld 0 || code=$?
echo
echo "| board | stage | M instructions | of them vector | a | share of the core |"
echo "|---|---|---|---|---|---|"
stages mps3-an547 400 || code=$?
[ -z "$full" ] || stages mps2-an500 480 || code=$?
if [ -n "$full" ]; then
    "$build/tests/wav16" tests/golden/questions/demo.wav "$out/one.wav"
    echo
    echo "| board | M instructions a second | first audio, ms | a token, ms | loudspeaker ran dry | samples lost |"
    echo "|---|---|---|---|---|---|"
    deadlines mps3-an547 0 1 2 3 4 5
    deadlines mps2-an500 0 1 2 3
fi
exit $code
