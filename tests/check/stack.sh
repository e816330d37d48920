#!/bin/sh
# The largest stack frame in the compiler's .su files, as a C header. usage: stack.sh FILE.su ...
cat "$@" | awk -F'\t' '
    $2 > most { most = $2; n = split($1, part, ":"); name = part[n]; file = part[1] }
    END { printf "#define STACK_LARGEST_BYTES %d\n#define STACK_LARGEST_NAME \"%s (%s)\"\n", most, name, file }'
