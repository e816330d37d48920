#!/bin/sh
# Runs the named test programs from the repository root and closes with one line: N passed, N failed, N skipped.
# cmocka's own counts are read from its output; a program that crashes or ends without its closing line counts as one failure.
# SOTTO_EMULATOR goes before programs that this machine cannot run by itself (tests/emulate.sh).
build=$1
shift
passed=0 failed=0 skipped=0
log=$build/tests/last.log
for t in "$@"; do
    start=$(date +%s)
    $SOTTO_EMULATOR "$build/tests/$t" >"$log" 2>&1 </dev/null
    code=$?
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s+=$1} END{print s+0}')
    f=$(sed -n 's/^\[  FAILED  \] [^0-9]*: *\([0-9]*\) test(s).*/\1/p;s/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s+=$1} END{print s+0}')
    k=$(sed -n 's/^\[  SKIPPED \] [^0-9]*: *\([0-9]*\) test(s).*/\1/p;s/^\[  SKIPPED \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s+=$1} END{print s+0}')
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ "$code" -eq 0 ] && [ $((p + f + k)) -eq 0 ]; then f=1; echo "$t: ran no test" >>"$log"; fi
    printf '%-28s %3d passed %3d failed %3d skipped  %3d s\n' "$t" "$p" "$f" "$k" "$(($(date +%s) - start))"
    [ "$f" -eq 0 ] || cat "$log"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
