#!/bin/sh
# An emulated board in the place of the command: as_command.sh BUILD BOARD run --json --in SOUND --out WAV
# Events come as JSON Lines without words and times (0); the board's console as it was is WAV.console, and all
# of them one after the other WAV.consoles. Needs BUILD/tests/wav16.
set -eu
build=$1 board=$2
shift 2
[ "$#" = 6 ] && [ "$1 $2 $3 $5" = "run --json --in --out" ] || { echo "as_command.sh: expected run --json --in SOUND --out WAV" >&2; exit 2; }
"$build/tests/wav16" "$4" "$6.question.wav"
code=0
sh firmware/emulate.sh "$build/firmware" "$board" run --events --in "$6.question.wav" --out "$6" >"$6.console" || code=$?
cat "$6.console" >>"$6.consoles"
[ "$code" = 0 ] || tail -n 30 "$6.console" >&2
awk '/^(speech-start|speech-end|partial|final|tool-call|tool-result|reply|audio|turn-done|overload) / {
    name = $1; text = substr($0, 14); gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text)
    printf "{\"event\":\"%s\",\"time_ms\":0,\"text\":\"%s\"}\n", name, text
}' "$6.console"
exit "$code"
