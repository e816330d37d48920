#!/bin/sh
# make check: every rule of the house, each by its own script; ends with one line of counts.
build=$1 passed=0 failed=0 skipped=0
rule() {
    name=$1
    shift
    "$@" >"$build/check.log" 2>&1
    code=$?
    if [ $code -eq 0 ]; then
        passed=$((passed + 1)); echo "ok      $name: $(tail -n 1 "$build/check.log" | cut -c1-160)"
    elif [ $code -eq 77 ]; then
        skipped=$((skipped + 1)); echo "skipped $name: $(tail -n 1 "$build/check.log" | cut -c1-160)"
    else
        failed=$((failed + 1)); echo "FAILED  $name"
        grep -n -E ' [1-9][0-9]* failed|FAILED|ERROR|SUMMARY' "$build/check.log" | head -n 20
        echo ...; tail -n 40 "$build/check.log"
    fi
}
no_output() { out=$("$@"); [ -z "$out" ] || { echo "$out"; return 1; }; }
formatted() { git ls-files '*.c' '*.h' | xargs clang-format --style=file:.ci/clang-format --dry-run -Werror; }
clang_build() { make --no-print-directory CC=clang BUILD="$build/clang" "$build/clang/sotto"; }
# What other libraries leak is theirs: libjack, say, when a server left its database behind.
sanitized() { LSAN_OPTIONS="suppressions=$PWD/tests/check/leaks.txt:print_suppressions=0" make --no-print-directory SANITIZE=address,undefined OPT=-O1 BUILD="$build/asan" run-test; }
fuzzed() { sh tests/check/fuzz.sh "$build" 20; }
rule 'include arrows' no_output sh tests/check/arrows.sh
rule 'file and function sizes' sh tests/check/sizes.sh
rule 'symbols of the core' sh tests/check/symbols.sh "$build/libsotto.a"
rule 'sotto.h as C11 and C++17' sh tests/check/header.sh
rule 'format' formatted
rule 'Cortex-M55 build' sh tests/check/m55.sh "$build"
rule 'NEON, Helium and DSP kernels in QEMU' sh tests/check/emulated.sh "$build"
rule 'arm64: kernels, laws and answers in QEMU' sh tests/check/arm64.sh "$build"
rule 'firmware answers as the host does' sh tests/check/firmware.sh "$build"
rule 'console and update on a Cortex-M55' sh tests/check/console.sh "$build"
rule 'memory protection and clock of the Cortex-M7 boards' sh tests/check/m7_core.sh "$build"
rule 'flash layout of the boards on silicon' sh tests/check/flash.sh "$build"
rule 'instructions on a Cortex-M55' sh tests/check/cost.sh "$build"
rule 'clang build' clang_build
rule 'tests under address and undefined sanitizers' sanitized
rule 'GGUF reader, grammars and adapters under libFuzzer' fuzzed
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
