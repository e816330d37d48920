"""Byte-pair pieces of the recogniser: 256 ids, 0 the CTC blank, then the word mark, the letters, the apostrophe and merges (Sennrich et al. 2016)."""
import collections
import json
import pathlib

MARK = "▁"  # U+2581 before the first piece of a word, as SentencePiece writes it


def learn(lines, size):
    """Pieces (list of str, [0] = "<blank>") and the merges in order."""
    words = collections.Counter(w for line in lines for w in line.split())
    split = {w: [MARK] + list(w) for w in words}
    pieces = ["<blank>", MARK] + list("abcdefghijklmnopqrstuvwxyz'")
    merges = []
    while len(pieces) < size:
        pairs = collections.Counter()
        for w, s in split.items():
            for pair in zip(s, s[1:]):
                pairs[pair] += words[w]
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        pieces.append("".join(best))
        for w, s in split.items():
            split[w] = _merge(s, best)
    return pieces, merges


def _merge(s, pair):
    out, i = [], 0
    while i < len(s):
        if i + 1 < len(s) and (s[i], s[i + 1]) == pair:
            out.append(s[i] + s[i + 1])
            i += 2
        else:
            out.append(s[i])
            i += 1
    return out


class Bpe:
    def __init__(self, pieces, merges):
        self.pieces, self.merges = pieces, [tuple(m) for m in merges]
        self.rank = {m: i for i, m in enumerate(self.merges)}
        self.id = {p: i for i, p in enumerate(pieces)}
        self.cache = {}

    def encode(self, text):
        out = []
        for word in text.split():
            if word not in self.cache:
                s = [MARK] + list(word)
                while len(s) > 1:
                    pair = min(zip(s, s[1:]), key=lambda p: self.rank.get(p, 1 << 30))
                    if pair not in self.rank:
                        break
                    s = _merge(s, pair)
                self.cache[word] = [self.id[p] for p in s]
            out += self.cache[word]
        return out

    def decode(self, ids):
        return " ".join("".join(self.pieces[i] for i in ids).replace(MARK, " ").split())

    def save(self, path):
        pathlib.Path(path).write_text(json.dumps({"pieces": self.pieces, "merges": self.merges}))

    @classmethod
    def load(cls, path):
        return cls(**json.loads(pathlib.Path(path).read_text()))
