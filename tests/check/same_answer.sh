#!/bin/sh
# Law 3 on the whole loop: two ways to run `sotto` give one answer to eleven spoken questions - transcript, tool call, its
# result and every token of the reply the same, and replies that are as long and nowhere more than one step of int16 apart.
# A question whose answer is the hour or a coin is not among them. usage: same_answer.sh COMMAND OTHER FOLDER [QUESTION ...]
# e.g. same_answer.sh build/sotto "qemu-aarch64-static -cpu max build/arm64/sotto" build/same
set -u
one=$1 other=$2 folder=$3
shift 3
[ $# -gt 0 ] || set -- demo.wav q05_convert q08_light_on q09_light_dim q10_fan q11_door q12_thermostat q13_order q14_order q15_volume q19_hello
mkdir -p "$folder"
failed=0 asked=0 most=0 tokens=0 apart=0

ask() { # COMMAND QUESTION NAME: its texts in NAME.said, its reply in NAME.wav
    rm -f "$3.wav"
    $1 run --json --in "$2" --out "$3.wav" >"$3.json" 2>"$3.log" || return 1
    sed -n 's/^{"event":"\(final\|tool-call\|tool-result\|reply\|turn-done\)","time_ms":[0-9.]*,"text":"\(\([^"\\]\|\\.\)*\)".*/\1 \2/p' "$3.json" >"$3.said"
    grep -q '^turn-done' "$3.said"
}
# Largest difference of two 16-bit WAV files and how many samples differ; as long as a missing sample when one is longer.
distance() {
    od -An -v -w2 -td2 -j44 "$1" >"$1.txt"
    od -An -v -w2 -td2 -j44 "$2" | paste - "$1.txt" |
        awk 'NF != 2 { d = 65536 } NF == 2 { e = $1 > $2 ? $1 - $2 : $2 - $1; n += e > 0; d = e > d ? e : d } END { print d + 0, n + 0 }'
}
for q in "$@"; do
    file=tests/golden/questions/$q
    [ -f "$file" ] || file=$file.flac
    asked=$((asked + 1))
    ask "$one" "$file" "$folder/one" || { echo "$q: $one failed: $(tail -n 1 "$folder/one.log")"; exit 1; }
    if ! ask "$other" "$file" "$folder/other"; then
        echo "$q: $other failed: $(tail -n 1 "$folder/other.log")"
        failed=$((failed + 1))
        continue
    fi
    set -- $(distance "$folder/one.wav" "$folder/other.wav")
    tokens=$((tokens + $(grep -c '^reply' "$folder/one.said"))) apart=$((apart + $2))
    [ "$1" -le "$most" ] || most=$1
    if ! diff "$folder/one.said" "$folder/other.said" >"$folder/diff"; then
        echo "$q: the answers differ:" && cat "$folder/diff" && failed=$((failed + 1))
    elif [ "$1" -gt 1 ]; then
        echo "$q: the reply's samples differ by $1, expected at most 1" && failed=$((failed + 1))
    fi
done
echo "$asked questions, $tokens reply tokens, $failed answers differ, samples apart at most by $most ($apart samples)"
[ $failed -eq 0 ]
