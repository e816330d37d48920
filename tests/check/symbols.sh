#!/bin/sh
# Law 1 and 3 on the built library: no heap, no stdio, no libm but what IEEE 754 fixes, no data that changes.
# usage: symbols.sh LIBRARY [NM] [SIZE]
lib=$1 nm=${2:-nm} size=${3:-size}
own=$(mktemp)
$nm -g --defined-only "$lib" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$own"
bad=$($nm -u "$lib" | awk '$1 == "U" { print $2 }' | sort -u | grep -vxFf "$own" |
    grep -vxE '(mem(cpy|set|move|cmp|chr)|str(len|cmp|ncmp|chr|str|c?spn)|kiss_fftr?i?|kiss_fft_?r?_?alloc|kiss_fftr_alloc|__assert_fail|__assert_func|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|getauxval|__cpu_model|__cpu_features2|__cpu_indicator_init|__(aeabi|gnu)_.*|__(asan|ubsan|sanitizer)_.*)')
rm -f "$own"
[ -n "$bad" ] && echo "$lib: symbols the core must not need: $bad" && exit 1
data=$($size -A "$lib" | awk '/\(ex / || /:$/ { file = $1 } ($1 ~ /^\.(data|bss)($|\.)/) && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print file, $1, $2 }')
[ -n "$data" ] && echo "$lib: data that changes: $data" && exit 1
echo "$(basename "$lib"): undefined symbols are memory and FFT calls only; no mutable data"
