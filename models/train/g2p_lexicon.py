"""The exception lexicon: which words it holds, and how they are packed.

Packed form (models/tts/lexicon.h reads it): words sorted by letter ids (a..z 1..26, ' 27), in blocks of BLOCK; one bit
stream, most significant bit first. An entry is the number of letters shared with the word before (4 bits, 0 at the head
of a block), the other letters and an end mark, the phones and an end mark; letters and phones each in a canonical Huffman
code of at most 15 bits, symbol 0 the end mark. `index` holds the bit where each block starts.
"""
import heapq
import re
from collections import Counter
from pathlib import Path

import numpy as np

from g2p_data import PHONE_ID
from g2p_score import distance

BLOCK, PREFIX_BITS = 32, 4
TEXTS = ("read-sentences.txt", "clinc150.tsv", "snips.tsv", "slurp-lm.txt", "taskmaster4-coffee-user.txt", "nlu-evaluation.tsv")


def word_counts(data):
    """Counter of the words of the text sets."""
    count = Counter()
    for name in TEXTS:
        path = Path(data) / "text" / name
        if path.exists():
            count.update(re.findall(r"[a-z']*[a-z][a-z']*", path.read_text(encoding="utf-8", errors="replace").lower().replace("\u2019", "'")))
    return count


def choose(dictionary, spoken, count, extra):
    """[(word, phones)] that letter-to-sound gets wrong, most useful first: hand-written, by text count, by size of the error."""
    first, rest = [], []
    for word, variants in dictionary.items():
        if word in extra:
            continue
        if count[word] > 0 and spoken[word] != variants[0]:
            first.append((-count[word], word))
        elif count[word] == 0 and spoken[word] not in variants:
            rest.append((-distance(spoken[word], variants[0]), len(word), word))
    order = [w for _, w in sorted(first)] + [w for _, _, w in sorted(rest)]
    return list(extra.items()) + [(w, dictionary[w][0]) for w in order], len(first), len(rest)


def code_lengths(counts, size, longest=15):
    """Huffman code lengths of symbols 0..size-1; rare symbols are lifted so that no code is longer than `longest`."""
    total = sum(counts.values())
    heap = [(max(counts.get(s, 0), total / 4096 + 1), s, (s,)) for s in range(size)]
    heapq.heapify(heap)
    lengths = [0] * size
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        for s in a[2] + b[2]:
            lengths[s] += 1
        heapq.heappush(heap, (a[0] + b[0], min(a[1], b[1]), a[2] + b[2]))
    assert max(lengths) <= longest
    return lengths


def codes_of(lengths):
    """Canonical codes: {symbol: bit string}, by length, then by symbol."""
    out, code, last = {}, 0, 0
    for length, symbol in sorted((n, s) for s, n in enumerate(lengths)):
        code <<= length - last
        out[symbol] = format(code, f"0{length}b")
        code, last = code + 1, length
    return out


def letter_id(c):
    return 27 if c == "'" else ord(c) - 96


def pack(entries):
    """entries [(word, phones)] -> dict of the arrays of the file."""
    rows = sorted((tuple(letter_id(c) for c in w), tuple(PHONE_ID[p] for p in phones)) for w, phones in entries)
    parts, before = [], ()
    for i, (word, phones) in enumerate(rows):
        same = 0
        while i % BLOCK and same < min(len(word), len(before), 2 ** PREFIX_BITS - 1) and word[same] == before[same]:
            same += 1
        parts.append((same, word[same:] + (0,), phones + (0,)))
        before = word
    letters, phones = Counter(), Counter()
    for _, w, p in parts:
        letters.update(w)
        phones.update(p)
    letter_len, phone_len = code_lengths(letters, 28), code_lengths(phones, len(PHONE_ID))
    letter_code, phone_code = codes_of(letter_len), codes_of(phone_len)
    bits, index, at = [], [], 0
    for i, (same, w, p) in enumerate(parts):
        text = format(same, f"0{PREFIX_BITS}b") + "".join(letter_code[s] for s in w) + "".join(phone_code[s] for s in p)
        if i % BLOCK == 0:
            index.append(at)
        bits.append(text)
        at += len(text)
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    data = np.packbits(np.frombuffer(text.encode(), np.uint8) - ord("0"))
    return {"bits": data.view(np.int8), "index": np.array(index, np.int32), "letter_len": np.array(letter_len, np.int8),
            "phone_len": np.array(phone_len, np.int8), "entries": len(rows)}


def fit(entries, budget):
    """The longest head of `entries` that packs into `budget` bytes, packed; bisection over the count."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high + 1) // 2
        packed = pack(entries[:middle])
        if packed["bits"].nbytes + packed["index"].nbytes <= budget:
            low = middle
        else:
            high = middle - 1
    return pack(entries[:low]), low
