#!/bin/sh
# Proves the direction of dependence over the #include "..." lines: who may include whom, one rule a folder.
# Written from the repository root in the sources, so that a line alone tells the arrow.
git ls-files '*.c' '*.h' | while read -r f; do
    case $f in
    runtime/base/*) may='runtime/base/' ;;
    models/kernels/*) may='models/kernels/ runtime/base/' ;;
    models/asr/*) may='models/asr/ models/[a-z_]*\.h models/kernels/ audio/ runtime/base/' ;;
    models/llm/*) may='models/llm/ models/[a-z_]*\.h models/kernels/ runtime/base/' ;;
    models/tts/*) may='models/tts/ models/[a-z_]*\.h models/kernels/ audio/ runtime/base/' ;;
    models/*) may='models/[a-z_]*\.h models/kernels/ runtime/base/' ;;
    audio/*) may='audio/ models/kernels/ runtime/base/' ;;
    runtime/*) may='runtime/ models/ audio/' ;;
    platform/* | firmware/*) may='platform/ firmware/ runtime/sotto\.h runtime/base/ stack_frames\.h' ;; # stack_frames.h is made by the build
    *) continue ;;
    esac
    sed -n 's/^#include "\(.*\)".*/\1/p' "$f" | while read -r to; do
        for rule in $may; do
            printf '%s\n' "$to" | grep -q "^$rule" && continue 2
        done
        echo "$f includes $to: not allowed (may include: $may)"
    done
done
