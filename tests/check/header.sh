#!/bin/sh
# sotto.h compiles alone, as C11 and as C++17.
for how in "gcc -std=c11 -x c" "clang -std=c11 -x c" "g++ -std=c++17 -x c++" "clang++ -std=c++17 -x c++"; do
    $how -Wall -Wextra -Werror -pedantic -fsyntax-only -include runtime/sotto.h /dev/null || { echo "runtime/sotto.h does not compile with: $how"; exit 1; }
done
