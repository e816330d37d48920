#!/bin/sh
# The core library and the tools compile for Cortex-M55 (arm-none-eabi, MVE), with no heap symbol and no mutable data. usage: m55.sh BUILD
# MVE floats flush denormals, so the compiler must not make vectors of scalar float code (law 3).
set -e
out=$1/m55
mkdir -p "$out/include"
cp /usr/include/kissfft/kiss_fft*.h "$out/include/"
make --no-print-directory ARCH=arm-m55 BUILD="$out" CC=arm-none-eabi-gcc PTHREAD= PKG_CFLAGS="-I$out/include" OPT="-O2 -fno-tree-vectorize -mcpu=cortex-m55 -mthumb -mfloat-abi=hard" PLATFORM_SRC='$(TOOLS_SRC) runtime/base/fmt.c' "$out/libsotto.a" "$out/libplatform.a" >"$out/log" 2>&1 ||
    { tail -30 "$out/log"; exit 1; }
sh tests/check/symbols.sh "$out/libsotto.a" arm-none-eabi-nm arm-none-eabi-size
sh tests/check/symbols.sh "$out/libplatform.a" arm-none-eabi-nm arm-none-eabi-size
arm-none-eabi-size -t "$out/libsotto.a" | awk 'END { print "Cortex-M55 code and constants: " $1 " bytes" }'
