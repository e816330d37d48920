#!/bin/sh
# Files under 400 lines; functions: median at most 15 lines, 95 % at most 60. Prints what is over, exit 1 when any is.
bad=0
for f in $(git ls-files '*.c' '*.h' '*.py' '*.sh'); do
    n=$(wc -l <"$f")
    [ "$n" -ge 400 ] && echo "$f: $n lines (expected under 400)" && bad=1
done
git ls-files '*.c' '*.h' | xargs awk '
    FNR == 1 { open = 0 }
    !open && /^[^ \t#\/}].*\{$/ && !/^(typedef|enum|struct|union|extern|static const|const)[^(]*\{$/ && !/= *\{$/ { open = FNR }
    !open && /^[ \t].*\) \{$/ { open = FNR }
    open && /^}/ { print FNR - open + 1, FILENAME ":" open; open = 0 }' | sort -n >"${TMPDIR:-/tmp}/sotto-functions.$$"
awk -v list="${TMPDIR:-/tmp}/sotto-functions.$$" '{ n[NR] = $1; at[NR] = $2 } END {
    if (NR == 0) exit 1
    median = n[int((NR + 1) / 2)]; p95 = n[int(NR * 0.95)]
    printf "%d functions, median %d lines, 95 %% at most %d, longest %d (%s)\n", NR, median, p95, n[NR], at[NR]
    exit !(median <= 15 && p95 <= 60) }' "${TMPDIR:-/tmp}/sotto-functions.$$" || { echo "functions are too long"; bad=1; }
rm -f "${TMPDIR:-/tmp}/sotto-functions.$$"
exit $bad
