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
from g2p_forms import add_s, from_kin
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


def wanted(word, dictionary, count, own, first):
    """Pronunciations that are right: the first of a word that is seen in text, any of a rare one, and the stem's first with 's."""
    if word in own:
        return [own[word]]
    variants = dictionary[word][:1] if count[word] > 0 or word in first else dictionary[word]
    stem = dictionary.get(word[:-2]) if word.endswith("'s") else None
    return [*variants, add_s(stem[0])] if stem else variants


def without_kin(lexicon, right):
    """Takes out the words that another form of theirs says right; a word that is needed so stays. {kept: [words it says]}"""
    says = {}
    for word in sorted(lexicon, key=lambda w: (-len(w), w)):
        if word in says:
            continue
        phones = lexicon.pop(word)
        said, kin = from_kin(word, lexicon)
        if said in right[word]:
            says.setdefault(kin, []).append(word)
        else:
            lexicon[word] = phones
    return says


def misled(right, lexicon):
    """{word: phones} of the words not in `lexicon` that another form there says wrong, and of those that these mislead in turn."""
    out = {}
    while True:
        whole = {**lexicon, **out}
        more = {w: p[0] for w, p in right.items() if w not in whole and from_kin(w, whole)[0] not in (None, *p)}
        if not more:
            return out
        out.update(more)


def choose(dictionary, spoken, count, own=None, first=(), most=None):
    """[(word, phones)] that the network says wrong and no other form of the word in the list says right, most useful first:
    hand-written ones, by text count, those that say other forms or keep a form from being misled, by size of the error.
    With `most`, the list is cut there, and words that the cut lets another form mislead are put in front."""
    own = own or {}
    right = {w: wanted(w, dictionary, count, own, first) for w in {**dictionary, **own}}
    lexicon = {w: p[0] for w, p in right.items() if spoken[w] not in p}
    says = without_kin(lexicon, right)
    kept = misled(right, lexicon)
    lexicon.update(kept)

    def rank(word):
        group = (word, *says.get(word, ()))
        seen = max(count[w] for w in group)
        if any(w in own or w in first for w in group):
            return 0, 0, 0, word
        if seen:
            return 1, -seen, 0, word
        if word in says or word in kept:
            return 2, -len(group), 0, word
        return 3, -distance(spoken[word], right[word][0]), len(word), word

    order = [(w, lexicon[w]) for w in sorted(lexicon, key=rank)]
    if most is None:
        return order
    return list(misled(right, dict(order[:most])).items()) + order[:most]


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
    """How many of the first `entries` pack into `budget` bytes; bisection."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high + 1) // 2
        packed = pack(entries[:middle])
        if packed["bits"].nbytes + packed["index"].nbytes <= budget:
            low = middle
        else:
            high = middle - 1
    return low
