"""The assistant's tokenizer: an SPM-kind (`llama`) BPE whose words start with the same pieces with and without a space.

What: pieces are merged inside words first; only then does the space mark join the first piece (`\u2581` + `tim` is worth less
than any merge within a word).  So `five` after a space and `five` after `duration=` are cut alike, and an argument is
copied from the user's words piece by piece.  Digits are single tokens, other bytes fall back to byte tokens.
Encoding (the same as llama.cpp's SPM): spaces become \u2581, nothing is added in front; start from characters and join the
adjacent pair whose union is in the vocabulary with the highest score (the leftmost among equals) until none is left.

Run: python models/train/llm_tokenizer.py --work DIR          reads DIR/train.1.txt, writes DIR/tokenizer.json
"""
import argparse
import collections
import json
import pathlib
import re
import string

SPACE = "\u2581"
CONTROLS = ["<|user|>", "<|call|>", "<|result|>", "<|say|>", "<|end|>"]
SPECIALS = ["<unk>", "<s>"] + CONTROLS
BOS = 1
USER, CALL, RESULT, SAY, END = range(2, 7)
CHARS = [SPACE] + list("etaoinsrhldcumfpgwybvkxjqz'=_.,?!:-" + string.digits + string.ascii_uppercase + "\"()/%$+*;&")
WORD = re.compile(f"{SPACE}?[A-Za-z_']+=?|.", re.S)
SPLIT = re.compile("(" + "|".join(map(re.escape, SPECIALS)) + ")")


def merge_word(parts, a, b):
    out, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and parts[i] == a and parts[i + 1] == b:
            out.append(a + b)
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return tuple(out)


def train(lines, size, inner_share):
    """Pieces in merge order: those inside words, then the space-marked ones."""
    words, spaced = collections.Counter(), collections.Counter()
    for line in lines:
        for part in SPLIT.split(line.rstrip("\n").replace(" ", SPACE)):
            if part not in SPECIALS:
                for w in WORD.findall(part):
                    words[w.lstrip(SPACE)] += 1
                    if w[0] == SPACE and len(w) > 1:
                        spaced[w[1:]] += 1
    room = size - len(SPECIALS) - 256 - len(CHARS)
    cut = {w: tuple(w) for w in words if len(w) > 1}
    pieces = []
    while len(pieces) < int(room * inner_share):
        pairs = collections.Counter()
        for w, parts in cut.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[w]
        (a, b), _ = min(pairs.items(), key=lambda x: (-x[1], x[0]))
        pieces.append(a + b)
        cut = {w: merge_word(p, a, b) if a in p else p for w, p in cut.items()}
    first = collections.Counter()
    for w, n in spaced.items():
        first[cut.get(w, (w,))[0]] += n
    known = set(CHARS + pieces)
    best = sorted((p for p in first if p in known), key=lambda p: (-first[p], p))[:room - len(pieces)]
    return pieces + [SPACE + p for p in best]


class Tokenizer:
    """Token list with scores and types (GGUF's numbering), and the encoder."""

    def __init__(self, pieces):
        self.tokens = SPECIALS + [f"<0x{i:02X}>" for i in range(256)] + CHARS + pieces
        n = len(self.tokens) - len(SPECIALS) - 256
        self.types = [2] + [3] * 6 + [6] * 256 + [1] * n
        self.scores = [0.0] * (len(SPECIALS) + 256) + [-1e4 - i for i in range(len(CHARS))] + [-1.0 - i
            for i in range(len(pieces))]
        self.ids = {t: i for i, t in enumerate(self.tokens) if i >= len(SPECIALS) + 256}
        self.controls = {c: i for i, c in enumerate(SPECIALS)}
        self.cache = {}

    @classmethod
    def load(cls, path):
        return cls(json.loads(pathlib.Path(path).read_text())["pieces"])

    def word(self, text):
        """Ids of one word (no piece crosses a word, so words may be cut alone)."""
        parts = list(text)
        while True:
            best, at = None, -1
            for i in range(len(parts) - 1):
                t = self.ids.get(parts[i] + parts[i + 1])
                if t is not None and (best is None or self.scores[t] > best):
                    best, at = self.scores[t], i
            if at < 0:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        out = []
        for p in parts:
            out += [self.ids[p]] if p in self.ids else [len(SPECIALS) + b for b in p.encode()]
        return out

    def encode(self, text, special=True):
        out = []
        for part in SPLIT.split(text) if special else [text]:
            if special and part in self.controls:
                out.append(self.controls[part])
                continue
            for w in WORD.findall(part.replace(" ", SPACE)):
                if w not in self.cache:
                    self.cache[w] = self.word(w)
                out += self.cache[w]
        return out

    def decode(self, ids):
        raw = b""
        for i in ids:
            raw += bytes([i - len(SPECIALS)]) if len(SPECIALS) <= i < len(SPECIALS) + 256 else self.tokens[i].replace(SPACE,
                " ").encode()
        return raw.decode(errors="replace")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--size", type=int, default=1536)
    ap.add_argument("--inner", type=float, default=0.55, help="share of the pieces that are merges inside words")
    ap.add_argument("--lines", type=int, default=30000)
    args = ap.parse_args()
    with open(args.work / "train.1.txt") as f:
        lines = [line for line, _ in zip(f, range(args.lines))]
    pieces = train(lines, args.size, args.inner)
    (args.work / "tokenizer.json").write_text(json.dumps({"pieces": pieces}, ensure_ascii=False))
    tok = Tokenizer(pieces)
    text = lines[0].strip()
    assert tok.decode(tok.encode(text)) == text
    n = [len(tok.encode(x.strip())) for x in lines[:3000]]
    turns = sum(x.count("<|user|>") for x in lines[:3000])
    print(len(tok.tokens), "tokens;", sum(n) / turns, "tokens a turn;", [tok.tokens[i] for i in tok.encode(text)])


if __name__ == "__main__":
    main()
