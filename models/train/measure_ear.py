"""An independent ear for measuring voices: PocketSphinx with an n-gram of our own, and word errors with bootstrap intervals.

The language model is estimated over the sentences to be heard plus distractors, read sentences and requests that are not theirs, so that any of
some thousand sentences could be meant. Every voice, and the recordings, are heard by the same ear. The n-gram (trigram or less) is in ARPA form, with
Witten-Bell back-off: p(w|h) = (c(hw) + t(h) p(w|h')) / (c(h) + t(h)), t(h) the kinds of words seen behind h (Witten & Bell 1991).
What was heard is kept in WORK/heard.json by sound and language model, so that a second run hears only what is new.
"""
import collections
import csv
import hashlib
import json
import math
import random
import re
from pathlib import Path

import numpy as np

import tts_data
from g2p_score import distance

READ, ASKED = 30000, 20000            # distractors, as many as there are up to these: sentences of books, requests to an assistant


def plain(text):
    """Lower-case words of a text without marks; None when it holds figures or other letters, which are not spelt out here."""
    text = text.lower().replace("--", " ").replace("-", " ")
    text = re.sub(r"\b(mr|mrs|dr)\b\.?", lambda m: {"mr": "mister", "mrs": "missus", "dr": "doctor"}[m.group(1)], text)
    if re.search(r"[^a-z' \t.,;:!?\"()]", text):
        return None
    return [w for w in (w.strip("'") for w in re.findall(r"[a-z']+", text)) if w]


def comparable(words):
    """Words with letters apart (a.m. -> a m), so that one spelling is not held against another."""
    return " ".join(words).replace(".", " ").split()


def dictionary(data):
    """Words that the ear can spell."""
    with open(Path(data) / "pocketsphinx-en-us" / "cmudict-en-us.dict", encoding="utf-8") as file:
        return {line.split()[0] for line in file if "(" not in line.split()[0]}


def distractors(data, known, taboo):
    """READ + ASKED sentences of known words, none of them among `taboo` (word lists as tuples)."""
    text = Path(data) / "text"
    read = (text / "read-sentences.txt").read_text(encoding="utf-8").splitlines()
    with open(text / "clinc150.tsv", encoding="utf-8") as file:
        asked = [row[-1] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    chosen = []
    for lines, count in ((read, READ), (asked, ASKED)):
        random.Random(5).shuffle(lines)
        found = (plain(line) for line in lines)
        fitting = (w for w in found if w and 3 <= len(w) <= 30 and tuple(w) not in taboo and all(x in known for x in w))
        chosen += [w for w, _ in zip(fitting, range(count))]
    return chosen


def write_arpa(path, sentences, order=3):
    """n-gram with Witten-Bell back-off over word lists."""
    counts = [collections.Counter() for _ in range(order)]
    for words in sentences:
        row = ["<s>"] + words + ["</s>"]
        for n in range(order):
            counts[n].update(tuple(row[i:i + n + 1]) for i in range(len(row) - n))
    unigrams = {g: c for g, c in counts[0].items() if g != ("<s>",)}
    total = sum(unigrams.values())
    p = [{g: c / total for g, c in unigrams.items()}] + [{} for _ in range(order - 1)]
    back = [{} for _ in range(order - 1)]
    for n in range(1, order):
        seen, kinds = collections.Counter(), collections.Counter()
        for g, c in counts[n].items():
            seen[g[:-1]] += c
            kinds[g[:-1]] += 1
        for g, c in counts[n].items():
            h = g[:-1]
            p[n][g] = (c + kinds[h] * p[n - 1][g[1:]]) / (seen[h] + kinds[h])
        back[n - 1] = {h: kinds[h] / (seen[h] + kinds[h]) for h in seen}
    p[0][("<s>",)] = 1e-99
    with open(path, "w", encoding="utf-8") as file:
        file.write("\\data\\\n" + "".join(f"ngram {n + 1}={len(p[n])}\n" for n in range(order)))
        for n in range(order):
            file.write(f"\n\\{n + 1}-grams:\n")
            for g, value in p[n].items():
                tail = f" {math.log10(back[n][g]):.4f}" if n < order - 1 and g in back[n] else (" 0.0" if n < order - 1 else "")
                file.write(f"{max(math.log10(value), -99):.4f} {' '.join(g)}{tail}\n")
        file.write("\n\\end\\\n")


def judge(ways, heard):
    """(word errors, words) of the way to say it that fits best."""
    heard = comparable(heard)
    return min(((distance(w, heard), len(w)) for w in (comparable(w) for w in ways)), key=lambda x: x[0] / x[1])


def rates(rows, draws, seed=1):
    """The rate of [(errors, words)], a rate of sums, followed by those of bootstrap draws of sentences, the same draws for every voice."""
    x = np.asarray(rows, np.float64)
    pick = np.random.default_rng(seed).integers(0, len(x), (draws, len(x)))
    return np.concatenate([[x[:, 0].sum() / x[:, 1].sum()], x[pick, 0].sum(1) / x[pick, 1].sum(1)])


def interval(rows, less=None, draws=1000):
    """(rate, low, high), 95 % (Bisani & Ney 2004); with `less` of the difference to another voice's rows, in pairs."""
    all_rates = rates(rows, draws) - (0 if less is None else rates(less, draws))
    low, high = np.sort(all_rates[1:])[[int(0.025 * draws), int(0.975 * draws) - 1]]
    return float(all_rates[0]), float(low), float(high)


class Ear:
    """Hears waves; `sentences` are the word lists that may be said."""

    def __init__(self, data, work, sentences, order=3):
        import pocketsphinx
        known = dictionary(data)
        missing = sorted({w for s in sentences for w in s} - known)
        if missing:
            raise SystemExit(f"measure_ear: not in the ear's dictionary: {' '.join(missing)}")
        others = distractors(data, known, {tuple(s) for s in sentences})
        self.size = (len(sentences), len(others))
        self.path = Path(work) / "ear.lm"
        write_arpa(self.path, sentences + others, order)
        self.mark = hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]
        self.memory = Path(work) / "heard.json"
        self.heard = json.loads(self.memory.read_text()) if self.memory.exists() else {}
        self.make = lambda: pocketsphinx.Decoder(pocketsphinx.Config(
            hmm=str(Path(data) / "pocketsphinx-en-us"), dict=str(Path(data) / "pocketsphinx-en-us" / "cmudict-en-us.dict"),
            lm=str(self.path), loglevel="FATAL", cmn="batch"))
        self.decoder = None

    def hear(self, wave):
        """Words of a float wave at 16 kHz, at one level for all voices, with a quarter of a second of faint noise round it."""
        wave = tts_data.level(wave)
        wave = np.pad(wave, (4000, 4000)) + np.random.default_rng(0).normal(0, 2e-4, len(wave) + 8000)
        pcm = np.clip(wave * 32767, -32768, 32767).astype(np.int16).tobytes()
        key = self.mark + hashlib.sha256(pcm).hexdigest()[:20]
        if key not in self.heard:
            self.decoder = self.decoder or self.make()
            self.decoder.start_utt()
            self.decoder.process_raw(pcm, full_utt=True)
            self.decoder.end_utt()
            found = self.decoder.hyp()
            self.heard[key] = re.sub(r"\(\d+\)", "", found.hypstr) if found else ""
        return self.heard[key].split()

    def close(self):
        self.memory.write_text(json.dumps(self.heard))
