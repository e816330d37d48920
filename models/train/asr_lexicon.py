"""The recogniser's lexicon: which words there are, how they are said, and the phone trie that the beam search walks (models/asr/lexicon.h).

    python asr_lexicon.py --lexicon DIR/lexicon.npz WORD ...      prints id, spelling and pronunciations as read back from the file

asr_wordlm.py writes the file. `node` uint32 [N], the trie in breadth-first order; the children of the root begin at 0, children stand together,
phones by class first, then word ends by word id:
    bits 0-5    phone class 1..39 (asr_phones.py), or 63: end of a word
    bit  6      last of its siblings
    bits 7-14   look-ahead: min(255, round(-16 ln p)) of the likeliest unigram below (a word end: its own)
    bits 15-31  a phone: index of its first child; a word end: the word id
`text` uint8: the words in order of their bytes, front-coded: shared (bytes in common with the word before; 0 for every 16th), n, n bytes.
`block` uint32 [ceil(V/16)]: offset in `text` of each 16th word. Word ids are 0..V-1 in that order; </s> is V, <s> is V+1.
"""
import argparse
import collections
import pathlib

import numpy as np

import asr_phones

END, LAST, BLOCK, MOST_NODES = 63, 64, 16, 131071
# What the dictionary lacks: the halves of the day as they are read, and what is on the board of a coffee bar.
ALSO = {"am": "EY EH M", "pm": "P IY EH M", "tv": "T IY V IY", "lattes": "L AA T EY Z", "matcha": "M AA CH AH", "frappe": "F R AE P EY",
        "affogato": "AE F AH G AA T OW", "frappuccino": "F R AE P AH CH IY N OW", "audiobook": "AO D IY OW B UH K"}


def pronunciations(word, data, most=3):
    """Up to `most` pronunciations, the usual one first; [] for a word that nobody can say. Possessives and plurals go by their stem."""
    said = list(asr_phones.dictionary(data).get(word, []))[:most]
    also = tuple(asr_phones.ID[p] for p in ALSO.get(word, "").split())
    if also and also not in said:
        said = [*said[:most - 1], also]
    stems = [word[:-n] for n, end in ((2, "'s"), (1, "s"), (2, "es")) if word.endswith(end) and len(word) > n + 2]
    for stem in stems if not said else []:
        if not said and "'" not in stem and stem[-1] not in "s":
            said = [tuple(s) for s in [asr_phones.spell(stem + "'s", data)] if s]
    return said


def choose(must, counts, most, data):
    """{word: pronunciations}: every sayable word of `must`, then the most frequent of `counts` until there are `most`."""
    out = {}
    for word in [*sorted(must), *(w for w, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])) if n > 0)]:
        if len(out) >= most and word not in must:
            break
        said = pronunciations(word, data) if word not in out else None
        if said:
            out[word] = said
    return dict(sorted(out.items(), key=lambda x: x[0].encode()))


def tree(words):
    """The trie as nested dicts {class: subtree, END: [word ids]}."""
    root = {}
    for at, said in enumerate(words.values()):
        for phones in said:
            node = root
            for phone in phones:
                node = node.setdefault(phone, {})
            ends = node.setdefault(END, [])
            if at not in ends:
                ends.append(at)
    return root


def best(node, cost):
    """Fills node["best"] with the least cost of any word below; as deep as the longest word."""
    below = [int(cost[i]) for i in node.get(END, [])] + [best(node[c], cost) for c in sorted(node) if c != END]
    node["best"] = min(below)
    return node["best"]


def trie(words, cost):
    """words: {word: pronunciations}; cost: [V] values of 0..255. uint32 [N]."""
    root = tree(words)
    best(root, cost)
    out, queue, first = [], collections.deque([root]), 0
    firsts = {}
    while queue:  # once to number the nodes, then once to write them
        node = queue.popleft()
        phones = sorted(c for c in node if c not in (END, "best"))
        firsts[id(node)] = first
        first += len(phones) + len(node.get(END, []))
        queue.extend(node[c] for c in phones)
    queue.append(root)
    while queue:
        node = queue.popleft()
        phones = sorted(c for c in node if c not in (END, "best"))
        rows = [c | node[c]["best"] << 7 | firsts[id(node[c])] << 15 for c in phones]
        rows += [END | int(cost[i]) << 7 | i << 15 for i in sorted(node.get(END, []))]
        rows[-1] |= LAST
        out += rows
        queue.extend(node[c] for c in phones)
    if len(out) > MOST_NODES:
        raise SystemExit(f"{len(out)} nodes: at most {MOST_NODES} have a number")
    return np.array(out, np.uint32)


def front_code(words):
    """(text uint8, block uint32) of sorted words."""
    text, block, before = bytearray(), [], b""
    for at, word in enumerate(w.encode() for w in words):
        shared = 0
        if at % BLOCK == 0:
            block.append(len(text))
        else:
            while shared < min(len(word), len(before)) and word[shared] == before[shared]:
                shared += 1
        text += bytes([shared, len(word) - shared]) + word[shared:]
        before = word
    return np.frombuffer(bytes(text), np.uint8), np.array(block, np.uint32)


def build(words, cost):
    """The arrays of lexicon.npz."""
    text, block = front_code(words)
    return {"node": trie(words, cost), "text": text, "block": block, "words": np.uint32(len(words))}


def spellings(lexicon):
    """All words, read back from `text`."""
    text, out, at = lexicon["text"].tobytes(), [], 0
    while at < len(text):
        shared, n = text[at], text[at + 1]
        word = (out[-1][:shared] if shared else b"") + text[at + 2:at + 2 + n]
        out.append(word)
        at += 2 + n
    return [w.decode() for w in out]


def walk(lexicon):
    """(word id, phones, costs along the way) of every word end, read back from `node` in depth-first order."""
    node = lexicon["node"].tolist()
    stack = [(0, (), ())]
    while stack:
        at, phones, costs = stack.pop()
        while True:
            row = node[at]
            if row & 63 == END:
                yield row >> 15, phones, (*costs, row >> 7 & 255)
            else:
                stack.append((row >> 15, (*phones, row & 63), (*costs, row >> 7 & 255)))
            if row & LAST:
                break
            at += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lexicon", type=pathlib.Path, required=True)
    parser.add_argument("words", nargs="*")
    args = parser.parse_args()
    lexicon = dict(np.load(args.lexicon))
    words = spellings(lexicon)
    ends = list(walk(lexicon))
    print(len(words), "words,", len(ends), "pronunciations,", len(lexicon["node"]), "nodes")
    for at, phones, costs in sorted(ends):
        if words[at] in args.words:
            print(at, words[at], " ".join(asr_phones.CLASSES[p] for p in phones), "costs", *costs)


if __name__ == "__main__":
    main()
