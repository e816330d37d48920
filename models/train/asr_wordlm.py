"""The word model of the beam search (models/asr/wordlm.h): a backing-off trigram over the lexicon's words in one hash table of 3-byte slots.

    python asr_wordlm.py --out DIR --words 16000 [--assistant FILE]      -> DIR/lexicon.npz, DIR/wordlm.npz   (texts: asr_text.py)

Absolute discounting, interpolated, on counts that are a weighted sum over the sources; then entropy pruning (Stolcke 1998) until it fits.

`unigram` uint8 [2 (V+2)]: of each id min(255, round(-16 ln p)), then round(16 ln back-off) as int8. </s> is V; <s> is V+1, a context only.
`slot` uint8 [3 slots]: a little-endian number of 24 bits, 0 where empty:
    bits 0-11   fingerprint, 1..4095
    bits 12-17  min(63, round(-4 ln p(w|h)))
    bits 18-23  round(8 ln back-off) of the n-gram as a context, two's complement, -32..31
The place of an n-gram of n = 2 or 3 ids, oldest first, all sums and products modulo 2^64:
    hash = n;  for each id:  hash = (hash + id + 1) * 0x9E3779B97F4A7C15;  hash = hash xor (hash >> 32)
    fingerprint = (hash >> 20) & 4095, or 1 when that is 0;  home = (hash >> 32) mod slots
    looked for at home, home + 1, home + 1 + 2, home + 1 + 2 + 3, ... (mod slots; triangular steps, since runs of neighbours would grow long),
    at most 128 places, until its fingerprint or an empty slot is met
A 2-gram's back-off is that of the context of two words; the back-off of one word stands in `unigram`.
"""
import argparse
import math
import pathlib

import numpy as np

import asr_lexicon
import asr_text

MASK = (1 << 64) - 1
PROBES, LOAD = 128, 0.8


def grams(lines, ids, eos, bos):
    """Every predicted position of some sentences: int64 arrays (h1, h2, w), -1 where the history is cut (sentence start, unknown word).
    Unknown words are not predicted: `unknown` counts them."""
    rows, unknown = [], 0
    for line in lines:
        h1, h2 = -1, bos
        for word in [*line.split(), None]:
            w = eos if word is None else ids.get(word, -1)
            if w >= 0:
                rows.append((h1, h2, w))
            unknown += w < 0
            h1, h2 = (h2 if w >= 0 else -1), w
    return *np.array(rows, np.int64).reshape(-1, 3).T, unknown


class Counts:
    """Distinct 1-, 2- and 3-grams as sorted keys with a count for each source: `count[n]` float32 [sources, keys]."""

    def __init__(self, sources, ids):
        self.words = len(ids)
        self.base = len(ids) + 2
        streams = [grams(lines, ids, len(ids), len(ids) + 1) for lines in sources.values()]
        self.key, self.count = {}, {}
        for n in (1, 2, 3):
            pairs = [np.unique(self.keys(n, *s[:3]), return_counts=True) for s in streams]
            self.key[n] = np.unique(np.concatenate([k for k, _ in pairs]))
            self.count[n] = np.zeros((len(pairs), len(self.key[n])), np.float32)
            for row, (k, c) in zip(self.count[n], pairs):
                row[np.searchsorted(self.key[n], k)] = c
        self.back2 = self.key[2] // self.base                    # context (a word) of each 2-gram
        self.ctx3 = np.searchsorted(self.key[2], self.key[3] // self.base)  # context (a 2-gram) of each 3-gram
        self.low2 = np.searchsorted(self.key[1], self.key[2] % self.base)
        self.low3 = np.searchsorted(self.key[2], self.key[3] % (self.base * self.base))

    def keys(self, n, h1, h2, w):
        if n == 1:
            return w
        ok = h2 >= 0
        if n == 2:
            return h2[ok] * self.base + w[ok]
        ok &= h1 >= 0
        return (h1[ok] * self.base + h2[ok]) * self.base + w[ok]


class Model:
    """p1 [keys of 1], p2, p3: interpolated probabilities of every counted n-gram; keep2, keep3: which of them have an entry."""

    def __init__(self, counts, weight, discount=(0.9, 1.05, 1.05)):
        self.c = c = counts
        weight = np.asarray(weight, np.float32)[:, None]
        mass, left = {}, {}
        for n in (1, 2, 3):
            raw = c.count[n]
            off = np.where(raw >= 3, discount[2], np.where(raw >= 2, discount[1], np.where(raw > 0, discount[0], 0)))
            mass[n], left[n] = (weight * raw).sum(0, dtype=np.float64), (weight * (raw - off)).sum(0, dtype=np.float64)
        self.p1 = np.full(c.words + 2, (mass[1].sum() - left[1].sum()) / mass[1].sum() / (c.words + 1))
        self.p1[c.key[1]] += left[1] / mass[1].sum()
        self.p1[c.words + 1] = 1e-30  # <s> is never said
        total, kept = np.bincount(c.back2, mass[2], c.base), np.bincount(c.back2, left[2], c.base)
        self.total2 = total / mass[1].sum()
        safe = np.maximum(total, 1e-9)
        self.p2 = left[2] / safe[c.back2] + (1 - kept / safe)[c.back2] * self.p1[c.key[2] % c.base]
        size = len(c.key[2])
        total, kept = np.bincount(c.ctx3, mass[3], size), np.bincount(c.ctx3, left[3], size)
        self.total3 = total / mass[1].sum()
        safe = np.maximum(total, 1e-9)
        self.p3 = left[3] / safe[c.ctx3] + (1 - kept / safe)[c.ctx3] * self.p2[c.low3]
        self.keep2, self.keep3 = np.ones(size, bool), np.ones(len(c.key[3]), bool)
        self.backoffs()

    def backoffs(self):
        """b2 [words + 2] after one word, b3 [2-grams] after two: what is left of the mass over what the shorter model gives there."""
        c = self.c
        def ratio(at, keep, high, low, size):
            used, lower = np.bincount(at[keep], high[keep], size), np.bincount(at[keep], low[keep], size)
            return np.where(np.bincount(at[keep], minlength=size) > 0, np.maximum(1 - used, 1e-6) / np.maximum(1 - lower, 1e-6), 1.0), 1 - used
        self.b2, self.rest2 = ratio(c.back2, self.keep2, self.p2, self.p1[c.key[2] % c.base], c.base)
        self.q2 = np.where(self.keep2, self.p2, self.b2[c.back2] * self.p1[c.key[2] % c.base])
        self.b3, self.rest3 = ratio(c.ctx3, self.keep3, self.p3, self.q2[c.low3], len(c.key[2]))

    def worth(self, n):
        """What leaving out each n-gram that is kept would cost in relative entropy (Stolcke 1998, equation 8)."""
        c = self.c
        at, high, low, back, rest, often = ((c.back2, self.p2, self.p1[c.key[2] % c.base], self.b2, self.rest2, self.total2) if n == 2 else
                                            (c.ctx3, self.p3, self.q2[c.low3], self.b3, self.rest3, self.total3))
        before, rest = back[at], np.maximum(rest[at], 1e-6)
        after = (rest + high) / (rest / before + low)
        return often[at] * (high * (np.log(high) - np.log(low * after)) - rest * (np.log(after) - np.log(before)))

    def prune(self, entries, passes=4):
        """Leaves `entries` 2- and 3-grams at most, in a few passes, so that each pass measures with what the one before left."""
        start = len(self.p2) + len(self.p3)
        for step in range(1, passes + 1):
            goal = int(start * (min(entries, start) / start) ** (step / passes))
            worth3, worth2 = np.where(self.keep3, self.worth(3), -1), np.where(self.keep2, self.worth(2), -1)
            low, high = 1e-13, 1e-2
            for _ in range(50):
                limit = math.sqrt(low * high)
                keep3 = worth3 > limit
                keep2 = worth2 > limit
                keep2[self.c.ctx3[keep3]] = True
                low, high = (limit, high) if keep2.sum() + keep3.sum() > goal else (low, limit)
            keep3 = worth3 > high
            keep2 = worth2 > high
            keep2[self.c.ctx3[keep3]] = True
            self.keep2, self.keep3 = keep2, keep3
            self.backoffs()

    def log_p(self, h1, h2, w):
        """ln p of predicted positions, by the kept n-grams and back-offs."""
        c = self.c
        def find(n, key, ok, keep):
            at = np.minimum(np.searchsorted(c.key[n], key), len(c.key[n]) - 1)
            there = ok & (c.key[n][at] == key)
            return at, there & keep[at]
        at2, has2 = find(2, h2 * c.base + w, h2 >= 0, self.keep2)
        context, known = find(2, h1 * c.base + h2, h1 >= 0, self.keep2)
        at3, has3 = find(3, (h1 * c.base + h2) * c.base + w, h1 >= 0, self.keep3)
        lower = np.where(has2, self.p2[at2], np.where(h2 >= 0, self.b2[h2], 1) * self.p1[w])
        return np.log(np.where(has3, self.p3[at3], np.where(known, self.b3[context], 1) * lower))

    def table(self, slots):
        """(unigram, slot) as in the file."""
        c = self.c
        unigram = np.zeros((c.words + 2, 2), np.uint8)
        unigram[:, 0] = np.clip(np.rint(-16 * np.log(self.p1)), 0, 255)
        unigram[:, 1] = np.clip(np.rint(16 * np.log(self.b2)), -128, 127).astype(np.int8).view(np.uint8)
        entries = {}
        for key, p, b in zip(c.key[2][self.keep2].tolist(), self.p2[self.keep2], self.b3[self.keep2]):
            entries[divmod(key, c.base)] = p, b
        for key, p in zip(c.key[3][self.keep3].tolist(), self.p3[self.keep3]):
            pair, w = divmod(key, c.base)
            entries[(*divmod(pair, c.base), w)] = p, 1.0
        return unigram.reshape(-1), hash_table(entries, slots)


def hash_of(ids):
    value = len(ids)
    for i in ids:
        value = (value + i + 1) * 0x9E3779B97F4A7C15 & MASK
        value ^= value >> 32
    return value


def hash_table(entries, slots):
    """entries: {ids: (p, back-off)} -> uint8 [3 slots]."""
    out = np.zeros(slots, np.uint32)
    for ids in sorted(entries, key=lambda g: (len(g), g)):
        value, (p, b) = hash_of(ids), entries[ids]
        for i in range(PROBES):
            at = ((value >> 32) + i * (i + 1) // 2) % slots
            if out[at] == 0:
                back = int(np.clip(round(8 * math.log(b)), -32, 31)) & 63
                out[at] = (value >> 20 & 4095 or 1) | int(np.clip(round(-4 * math.log(p)), 0, 63)) << 12 | back << 18
                break
        else:
            raise SystemExit("the table is too full")
    return np.ascontiguousarray(out.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]).reshape(-1)


class Table:
    """The reference look-up of what the file holds."""

    def __init__(self, lm):
        self.unigram = lm["unigram"].reshape(-1, 2)
        self.order, self.words = int(lm["order"]), len(self.unigram) - 2
        part = lm["slot"].reshape(-1, 3).astype(np.uint32)
        self.slot = (part[:, 0] | part[:, 1] << 8 | part[:, 2] << 16).tolist()

    def find(self, ids):
        value = hash_of(ids)
        for i in range(PROBES):
            s = self.slot[((value >> 32) + i * (i + 1) // 2) % len(self.slot)]
            if s == 0:
                return None
            if s & 4095 == (value >> 20 & 4095 or 1):
                back = s >> 18
                return -(s >> 12 & 63) / 4, (back - 64 if back >= 32 else back) / 8
        return None

    def score(self, context, word):
        """ln p(word | context), both ids; context oldest first, beginning with <s> at the start of a sentence. Its last two ids matter."""
        back = 0.0
        for n in range(min(self.order - 1, len(context)), 0, -1):
            h = tuple(context[len(context) - n:])
            entry = self.find((*h, word))
            if entry:
                return back + entry[0]
            if n == 1:
                b = int(self.unigram[h[0], 1])
                back += (b - 256 if b >= 128 else b) / 16
            else:
                entry = self.find(h)
                back += entry[1] if entry else 0
        return back - int(self.unigram[word, 0]) / 16

    def log_p(self, h1, h2, w):
        return np.array([self.score([h for h in (a, b) if h >= 0], c) for a, b, c in zip(h1.tolist(), h2.tolist(), w.tolist())])


def perplexity(log_p, test):
    return math.exp(-log_p(*test[:3]).mean())


def fit(text, words, room):
    """(lexicon, lm, the model before its table, bytes by part) for a vocabulary {word: pronunciations} in `room` bytes."""
    ids = {w: i for i, w in enumerate(words)}
    used = asr_lexicon.build(words, np.zeros(len(words), np.int64))
    part = {k: used[k].nbytes for k in ("node", "text", "block")}
    part["unigram"] = 2 * (len(words) + 2)
    slots = (room - sum(part.values())) // 3
    model = Model(Counts(text.train, ids), [text.weight[k] for k in text.train])
    tests = {k: grams(v, ids, len(ids), len(ids) + 1) for k, v in text.test.items()}
    full = {k: perplexity(model.log_p, t) for k, t in tests.items()}
    model.prune(int(slots * LOAD))
    cut = {k: perplexity(model.log_p, t) for k, t in tests.items()}
    unigram, slot = model.table(slots)
    lm = {"unigram": unigram, "slot": slot, "order": np.uint32(3)}
    part["slot"] = slot.nbytes
    lexicon = asr_lexicon.build(words, unigram[:2 * len(words):2])
    final = {k: perplexity(Table(lm).log_p, t) for k, t in tests.items()}
    for k, t in tests.items():
        n = sum(len(s.split()) for s in text.test[k])
        print(f"  {k}: {n} words, OOV {100 * t[3] / n:.2f} %, perplexity {full[k]:.1f}, pruned {cut[k]:.1f}, in the file {final[k]:.1f}")
    print(f"  {int(model.keep2.sum())} 2-grams, {int(model.keep3.sum())} 3-grams in {slots} slots; bytes:", part, sum(part.values()))
    return lexicon, lm


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_text.asr_data.DATA)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--words", type=int, default=16000)
    parser.add_argument("--bytes", type=int, default=725000, help="of the lexicon and the model together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--assistant", type=pathlib.Path, help="texts of llm_data.py --texts, a line each")
    args = parser.parse_args()
    text = asr_text.Text(args.data, args.seed, assistant=args.assistant)
    words = asr_lexicon.choose(text.must, text.often, args.words, args.data)
    print(f"{len(words)} words, {sum(map(len, words.values()))} pronunciations")
    lexicon, lm = fit(text, words, args.bytes)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez(args.out / "lexicon.npz", **lexicon)
    np.savez(args.out / "wordlm.npz", **lm)


if __name__ == "__main__":
    main()
