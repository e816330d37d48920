"""Data side of the letter-to-sound recipe: CMUdict, the split, the letter-phone alignment.

Words of a-z and ' only, first pronunciation to learn from, every pronunciation counts as right when measured.
Split: a random 10 % of the words (all their variants) is held out and never seen by the model.
Alignment: each letter makes 0, 1 or 2 phones (a "chunk"); hard expectation-maximisation over a joint model
p(letter, chunk), the usual first step of joint-sequence G2P (Bisani & Ney 2008; Jiampojamarn et al. 2007).

    python models/train/g2p_data.py --work DIR [--data DIR]       writes DIR/aligned.json
"""
import argparse
import json
import math
import os
import random
import re
from collections import Counter
from pathlib import Path

SEED = 20251121
LETTERS = "abcdefghijklmnopqrstuvwxyz'"          # letter id = index + 1; 0 is unused
FORBIDDEN = -1e9
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
PHONES = ["PAD", "SIL", "SP", "QUE", "WB"] + CONSONANTS + [v + s for v in VOWELS for s in "012"]   # models/tts/phoneset.h
PHONE_ID = {p: i for i, p in enumerate(PHONES)}


def default_data():
    """Folder of the public data: $SOTTO_DATA, or ../shared/data beside the repository."""
    return os.environ.get("SOTTO_DATA", str(Path(__file__).resolve().parents[3] / "shared" / "data"))


def arguments(description):
    """Parser with the two options every recipe has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", default=default_data(), help="folder of the public data")
    parser.add_argument("--work", required=True, help="folder for caches and checkpoints (outside the repository)")
    return parser


def read_dictionary(data):
    """{word: [phones tuple, ...]} in the order of the dictionary; words of a-z and ' only."""
    words = {}
    with open(Path(data) / "text" / "cmudict.dict", encoding="utf-8") as file:
        for line in file:
            name, *phones = line.split("#")[0].split()
            name = re.sub(r"\(\d+\)$", "", name)
            if re.fullmatch(r"[a-z']*[a-z][a-z']*", name):
                words.setdefault(name, []).append(tuple(phones))
    return words


def split(words):
    """(train, held out): sorted lists; a random 10 % of the words is held out."""
    names = sorted(words)
    random.Random(SEED).shuffle(names)
    cut = len(names) // 10
    return sorted(names[cut:]), sorted(names[:cut])


def best_path(word, phones, score):
    """Chunks (tuples of 0..2 phones) one a letter with the largest summed score, or None when there is no way."""
    rows, cols = len(word), len(phones)
    best = [[FORBIDDEN] * (cols + 1) for _ in range(rows + 1)]
    back = [[0] * (cols + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    for i, letter in enumerate(word):
        low, high = max(0, cols - 2 * (rows - i)), min(cols, 2 * i)
        for j in range(low, high + 1):
            here = best[i][j]
            if here <= FORBIDDEN:
                continue
            for take in (0, 1, 2):
                if j + take > cols:
                    break
                value = here + score(letter, phones[j:j + take], i / rows, (j + take / 2) / cols)
                if value > best[i + 1][j + take]:
                    best[i + 1][j + take], back[i + 1][j + take] = value, take
    if best[rows][cols] <= FORBIDDEN:
        return None
    path, j = [], cols
    for i in range(rows, 0, -1):
        take = back[i][j]
        path.append(tuple(phones[j - take:j]))
        j -= take
    return path[::-1]


def first_score(letter, chunk, x, y):
    """Score of the first pass: near the diagonal, single phones before pairs and silence."""
    vowel = bool(chunk) and chunk[0][-1].isdigit()
    fit = 1.0 if chunk and vowel == (letter in "aeiouy") else 0.0
    return (0.0, 2.0, -1.0)[len(chunk)] + fit - 6.0 * abs(x - y)


def align(words, rounds=6, sample=25000):
    """{word: [chunk, ...]} of every word that can be aligned, from (word, phones) pairs."""
    part = random.Random(SEED).sample(words, min(sample, len(words)))
    score = first_score
    for turn in range(rounds + 1):
        last = turn == rounds
        count, out = Counter(), {}
        for word, phones in (words if last else part):
            path = best_path(word, phones, score)
            if path:
                out[word] = path
                count.update(zip(word, path))
        total = sum(count.values())
        # Unseen pairs keep a little mass; a pair of phones on one letter must earn its place.
        table = {k: math.log(v / total) for k, v in count.items()}
        floor = [math.log(0.05 / total), math.log(0.05 / total), math.log(0.002 / total)]

        def score(letter, chunk, _x, _y, table=table, floor=floor):
            return table.get((letter, chunk), floor[len(chunk)])
    return out


def chunk_classes(aligned, least=6):
    """Chunks that occur at least `least` times, silence first, by falling count."""
    count = Counter(c for path in aligned.values() for c in path)
    keep = [c for c, n in count.most_common() if n >= least and c]
    return [()] + keep


def main():
    args = arguments(__doc__).parse_args()
    words = read_dictionary(args.data)
    train, held = split(words)
    aligned = align([(w, words[w][0]) for w in train])
    classes = chunk_classes(aligned)
    known = set(classes)
    usable = {w: p for w, p in aligned.items() if all(c in known for c in p)}
    print(len(words), "words", len(held), "held out", len(aligned), "aligned", len(usable), "usable", len(classes), "chunks")
    Path(args.work).mkdir(parents=True, exist_ok=True)
    index = {c: i for i, c in enumerate(classes)}
    with open(Path(args.work) / "aligned.json", "w", encoding="utf-8") as file:
        json.dump({"classes": classes, "train": {w: [index[c] for c in p] for w, p in usable.items()}}, file)


if __name__ == "__main__":
    main()
