"""The token model of the beam search (models/asr/ngram.h): interpolated Witten-Bell over byte-pair tokens, pruned to fit a hash table.

    python asr_lm.py --work DIR --out DIR/lm.npz          (texts of asr_data.py and commands in our own words; no question of the tests)

Entries are kept by how much they say: count * log(p(w|h) / p(w|shorter h)). Contexts of kept entries are kept for their back-off weight.
"""
import argparse
import collections
import math
import pathlib
import random

import numpy as np

import asr_bpe
import asr_data
from asr_commands import commands

MASK = (1 << 64) - 1
PROBES = 128


SPELLING = {"cappucino": "cappuccino", "expresso": "espresso"}  # as some customers' lines have it


def spelt(text):
    return " ".join(SPELLING.get(w, w) for w in text.split())


def sentences(data, count, seed, emphasis=1):
    """Sentences with how often each counts."""
    rng = random.Random(seed)
    kinds = asr_data.read_lists(data, rng)
    out = [(s, emphasis) for s in set(commands(count, seed + 5, asr_data.questions()))]
    out += [(s, 1) for s in kinds["nlu"]] + [(spelt(s), 2) for s in kinds["coffee"]] + [(s, 1) for s in kinds["read"][:25000]]
    skip = asr_data.questions()
    out += [(t, 2) for s, _, t in asr_data.manifest(data, "train") if s in ("speechocean", "libri") and t not in skip]
    return out


class Model:
    def __init__(self, lines, bpe, order):
        self.order, self.vocab = order, len(bpe.pieces)
        self.count = collections.Counter()
        for text, weight in lines:
            ids = (0, *bpe.encode(text))
            for at in range(1, len(ids)):
                for first in range(max(0, at - order + 1), at + 1):
                    self.count[ids[first:at + 1]] += weight
        self.total, self.kinds = collections.Counter(), collections.Counter()
        for gram, n in self.count.items():
            self.total[gram[:-1]] += n
            self.kinds[gram[:-1]] += 1
        self.cache = {}

    def p(self, context, w):
        """Interpolated probability of w after context."""
        gram = context + (w,)
        if gram in self.cache:
            return self.cache[gram]
        if not context:
            value = (self.count[(w,)] + 0.5) / (self.total[()] + 0.5 * self.vocab)
        else:
            total, kinds = self.total[context], self.kinds[context]
            lower = self.p(context[1:], w)
            value = (self.count[gram] + kinds * lower) / (total + kinds) if total else lower
        self.cache[gram] = value
        return value

    def pruned(self, most):
        """Kept n-grams (n >= 2) with their probability, and the back-off weight of every context among them."""
        worth = []
        for gram, n in self.count.items():
            if len(gram) >= 2 and n >= 2:
                gain = n * math.log(self.p(gram[:-1], gram[-1]) / self.p(gram[1:-1], gram[-1]))
                worth.append((abs(gain), gram))
        worth.sort(reverse=True)
        kept = set()
        for _, gram in worth:
            need = {gram[:n] for n in range(2, len(gram) + 1)} - kept
            if len(kept) + len(need) > most:
                break
            kept |= need
        after = collections.defaultdict(list)
        for gram in kept:
            after[gram[:-1]].append(gram[-1])
        back = {}
        for context, words in after.items():
            left = 1 - sum(self.p(context, w) for w in words)
            lower = 1 - sum(self.p(context[1:], w) for w in words)
            back[context] = max(left, 1e-4) / max(lower, 1e-4)
        return kept, back


def mix(value, token):
    value = (value + token + 1) * 0x9E3779B97F4A7C15 & MASK
    return value ^ value >> 32


def hash_of(gram):
    value = len(gram)
    for token in gram:
        value = mix(value, token)
    return value


def entry(p, back):
    """The low 16 bits of a slot: -16 log p, 16 log back-off (signed)."""
    low = int(np.clip(round(16 * math.log(back)), -127, 127)) if back else 0
    return int(np.clip(round(-16 * math.log(p)), 0, 255)) << 8 | low & 255


def table(grams, slots):
    """grams: {tuple: (p, back-off or None)} -> uint32 [slots]."""
    out = np.zeros(slots, np.uint32)
    for gram in sorted(grams):
        value = hash_of(gram)
        for i in range(PROBES):
            at = (value + i) % slots
            if out[at] == 0:
                out[at] = (value >> 48 | 1) << 16 | entry(*grams[gram])
                break
        else:
            raise SystemExit("the table is too full")
    return out


def build(lines, bpe, order, slots):
    model = Model(lines, bpe, order)
    kept, back = model.pruned(slots * 7 // 10)
    single = {c: b for c, b in back.items() if len(c) == 1}  # contexts of one token are entries too, for their back-off weight
    grams = {g: (model.p(g[:-1], g[-1]), back.get(g)) for g in kept}
    grams.update({c: (1.0, b) for c, b in single.items()})
    unigram = np.log([1e-7] + [model.p((), w) for w in range(1, model.vocab)]).astype(np.float32)
    return table(grams, slots), unigram, len(grams)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_data.DATA)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--order", type=int, default=6)
    parser.add_argument("--slots", type=int, default=131072)
    parser.add_argument("--count", type=int, default=120000, help="commands")
    parser.add_argument("--emphasis", type=int, default=4, help="how often a command counts against a sentence of the collections")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    slots, unigram, kept = build(sentences(args.data, args.count, args.seed, args.emphasis), asr_bpe.Bpe.load(args.work / "bpe.json"), args.order, args.slots)
    np.savez(args.out, slots=slots.view(np.int32), unigram=unigram, order=args.order)
    print(f"{kept} entries in {args.slots} slots")


if __name__ == "__main__":
    main()
