"""The list of known words of the beam search (models/asr/wordlist.h): every beginning of every kept word in one hash table.

    python asr_wordlist.py --work DIR --out DIR/words.npz     (words of asr_data.py's texts and of the commands; most frequent first)

A slot holds 15 bits of the letters' hash and one bit for a whole word; words are kept until the table is 7/10 full.
"""
import argparse
import collections
import pathlib

import numpy as np

import asr_data
import asr_lm

SEED, PROBES = 2166136261, 128


def hash_of(letters):
    value = SEED
    for byte in letters.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return (value ^ value >> 15) * 0x85EBCA6B & 0xFFFFFFFF


def keep(counts, most):
    """Words by falling count while their beginnings number at most `most`: {beginning: 1 when a whole word}."""
    known = {}
    words = 0
    for word, count in sorted(counts.items(), key=lambda x: (-x[1], x[0])):
        if count < 2 or len(known) + len(word) > most:
            break
        for n in range(1, len(word)):
            known.setdefault(word[:n], 0)
        known[word] = 1
        words += 1
    return known, words


def table(known, slots):
    """uint16 [slots]."""
    out = np.zeros(slots, np.uint16)
    for letters in sorted(known):
        value = hash_of(letters)
        check = value >> 17 or 1
        for i in range(PROBES):
            at = (value + i) % slots
            if out[at] == 0:
                out[at] = check << 1 | known[letters]
                break
        else:
            raise SystemExit("the table is too full")
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_data.DATA)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--slots", type=int, default=65536)
    parser.add_argument("--count", type=int, default=120000, help="commands")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    counts = collections.Counter()
    for text, weight in asr_lm.sentences(args.data, args.count, args.seed, 4):
        for word in text.split():
            counts[word] += weight
    known, words = keep(counts, args.slots * 7 // 10)
    np.savez(args.out, slots=table(known, args.slots).view(np.int16))
    print(f"{words} words, {len(known)} beginnings in {args.slots} slots")


if __name__ == "__main__":
    main()
