#!/bin/sh
# The test programs of a cross build in an emulator, as each of several processors, as many at a time as this machine has cores.
# Closes with one line for all: N passed, N failed, N skipped. usage: emulate.sh EMULATOR "CPU ..." BUILD TEST ...
#
# Tests start the command that lies beside their folder, and no kernel here need know how to run it. So each processor has a
# folder of its own, BUILD/on-CPU: the tests under second names, and as `sotto` two lines that start the emulator.
emulator=$1 cpus=$2 build=$3
shift 3
command -v "${emulator%% *}" >/dev/null || { echo "sotto: no ${emulator%% *} to run the tests in (make deps installs it)" >&2; exit 1; }
places="" running=0
for cpu in $cpus; do
    place=$build/on-$cpu
    rm -rf "$place"
    mkdir -p "$place/tests"
    place=$(cd "$place" && pwd)
    printf '#!/bin/sh\nexec %s %s %s/sotto "$@"\n' "$emulator" "$cpu" "$(cd "$build" && pwd)" >"$place/sotto"
    chmod +x "$place/sotto"
    for t in "$@"; do ln -f "$build/tests/$t" "$place/tests/$t" 2>/dev/null || cp "$build/tests/$t" "$place/tests/$t"; done
    : >"$place/log"
    SOTTO_EMULATOR="$emulator $cpu" sh tests/run.sh "$place" "$@" >"$place/log" 2>&1 &
    tail -f --pid=$! -n +1 "$place/log" | sed -u "s/^/$cpu: /" &
    places="$places $place" running=$((running + 1))
    if [ $((running % $(nproc))) -eq 0 ]; then wait; fi
done
wait
for place in $places; do tail -n 1 "$place/log"; done |
    awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; n++ }
         END { if (n != '"$(echo $cpus | wc -w)"') f++; print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"; exit f > 0 }'
