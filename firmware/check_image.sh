#!/bin/sh
# What the linker cannot hold an image to: no heap and no stdio in it. Then its sizes in one line. usage: check_image.sh ELF [PREFIX]
elf=$1 tool=${2:-arm-none-eabi-}
bad=$("${tool}nm" "$elf" | awk '$3 ~ /^(_?(malloc|calloc|realloc|free|memalign|sbrk)(_r)?|.*printf.*|f?puts|fwrite|fopen|_impure_.*|__sf.*)$/ { print $3 }')
[ -z "$bad" ] || { echo "$elf: symbols that a firmware must not have: $bad" >&2; exit 1; }
"${tool}size" -A "$elf" | awk -v name="$(basename "$(dirname "$elf")")" '
    { size[$1] = $2 }
    END {
        code = size[".text"] + size[".ARM.exidx"] + size[".data"]; fast = size[".stack"] + size[".data"] + size[".bss"]
        printf "%s: code and constants %d of 262144 bytes, RAM %d of 2097152 (stack %d, data %d, arena %d), no heap\n", name, code,
            fast + size[".arena"], size[".stack"], fast - size[".stack"], size[".arena"]
    }'
