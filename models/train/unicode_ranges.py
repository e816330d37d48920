"""Write models/llm/unicode_class.c: where the class of a code point (letter, number, space, other) changes.

What: the classes \\p{L}, \\p{N} and White_Space that pre-tokenizers of byte-level BPE split on, as a sorted row of change points.
Unassigned code points take the class before them, which halves the table.
Run: python models/train/unicode_ranges.py > models/llm/unicode_class.c
"""
import argparse
import unicodedata

SPACE = {*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
HEAD = """/* unicode_class: letter, number, space or other, for pre-tokenizers (see unicode_class.h).
 *
 * Written by models/train/unicode_ranges.py from Unicode %s: each entry is (first code point << 2 | class), the class
 * holding up to the next entry. Found by bisection.
 */
#include "models/llm/unicode_class.h"

static const uint32_t change[] = {
"""
TAIL = """};

enum unicode_class unicode_class_of(uint32_t code) {
    uint32_t low = 0, high = sizeof change / sizeof change[0];
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (change[middle] >> 2 <= code) low = middle;
        else high = middle;
    }
    return (enum unicode_class)(change[low] & 3);
}
"""


def class_of(code):
    kind = unicodedata.category(chr(code))
    if code in SPACE:
        return 3
    return 1 if kind[0] == "L" else 2 if kind[0] == "N" else None if kind == "Cn" else 0


def main():
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    points, last = [], None
    for code in range(0x110000):
        c = class_of(code)
        if c is not None and c != last:
            points.append(code << 2 | c)
            last = c
    print(HEAD % unicodedata.unidata_version, end="")
    for i in range(0, len(points), 14):
        print("    " + " ".join("0x%x," % p for p in points[i:i + 14]))
    print(TAIL, end="")


if __name__ == "__main__":
    main()
