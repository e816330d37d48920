#!/bin/sh
# arm64 in a few minutes: the whole is cross-built, the kernels and the laws pass as `max` (every kernel table), and as Cortex-A53 the
# command gives this machine's answers to eleven spoken questions. All tests on all processors: make test ARCH=arm64.
# Ends with 77 (skipped) where the libraries for arm64 are missing. usage: arm64.sh BUILD
set -u
build=$1 out=$1/arm64
tests="check_kernels test_mathx test_gguf test_arena test_ring test_mel test_istft test_kvring test_attention test_llama test_layers test_asr test_acoustic
    test_vocoder test_calls test_eval_words test_questions"
[ "$(uname -m)" != aarch64 ] || { echo "skipped: this machine is arm64 and its own tests are these" && exit 77; }
for library in portaudio sndfile kissfft-float speexdsp cjson cmocka yaml; do
    [ -e "/usr/lib/aarch64-linux-gnu/lib$library.so" ] || { echo "skipped: no lib$library for arm64 (make deps ARCH=arm64)" && exit 77; }
done
make --no-print-directory ARCH=arm64 BUILD="$out" "$out/sotto" $(for t in $tests; do echo "$out/tests/$t"; done) >"$out.log" 2>&1 ||
    { tail -n 30 "$out.log"; exit 1; }
sh tests/check/same_answer.sh "$build/sotto" "qemu-aarch64-static -cpu cortex-a53 $out/sotto" "$out/same" >"$out.same" 2>&1 &
other=$!
sh tests/emulate.sh "qemu-aarch64-static -cpu" max "$out" $tests
failed=$?
wait $other || failed=1
echo "arm64: $(tail -n 1 "$out/on-max/log"); as the host answers: $(cat "$out.same")"
exit $failed
