"""The texts that the recogniser's words and word model come from, by source, and the ones they are measured on.

    python asr_text.py            counts by source, and what was left out

Never in them: sentences of the tests (asr_data.questions), transcripts of `dev` and `dev-only`, nor a book sentence that shares six words
in a row with one of those.
"""
import argparse
import collections
import pathlib
import random

import asr_data
import asr_lexicon
from asr_commands import GRAMMAR, commands
from asr_words import ONES, TENS, normalise

# As some people type; the right-hand side is how a transcript has it.
SPELLING = {"cappucino": "cappuccino", "cappuccion": "cappuccino", "cappucinno": "cappuccino", "capuccino": "cappuccino", "capucino": "cappuccino",
            "cappuchino": "cappuccino", "expresso": "espresso", "thats": "that's", "dont": "don't", "whats": "what's", "yeap": "yep", "coffe": "coffee",
            "sweetner": "sweetener", "decafe": "decaf", "decaff": "decaf", "oatmilk": "oat milk", "plase": "please", "pleaese": "please", "im": "i'm",
            "hazlenut": "hazelnut", "fourties": "forties", "correcly": "correctly", "cortada": "cortado", "lates": "lattes", "ok": "okay"}
WEIGHT = {"commands": 0.09, "nlu": 0.12, "coffee": 2.0, "read": 1.0, "speechocean": 8.0, "libri": 6.0, "voices": 0.8, "assistant": 0.5}  # of one count, tuned on dev
COMMON = {"commands": 0, "nlu": 0.4}  # of one count when words are chosen by how common they are; 1 for the rest (nlu: many names of artists)
RUN = 6  # words in a row shared with a dev sentence that rule a book sentence out
ORDERS = ("americano cappuccino coffee drip espresso house iced mocha latte small medium large eight twelve sixteen twenty ounce single double triple shot "
          "light dark roast a little bit of some lot lots milk skim whole soy almond cream sugar brown sweetener with and can i have i'd like make me").split()
ALWAYS = [*ONES, *TENS, *"hundred thousand million billion point first second third fourth fifth o'clock degrees percent half quarter".split(),
          *"monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight".split(), *GRAMMAR["month"], *ORDERS,
          *"rain snow sunny cloudy wind windy storm forecast weather temperature humidity umbrella warm cold".split(),
          *"abcdefghijklmnopqrstuvwxyz"]


def spelt(text):
    return " ".join(SPELLING.get(w, w) for w in text.split())


def runs(text):
    words = text.split()
    return {tuple(words[i:i + RUN]) for i in range(len(words) - RUN + 1)}


class Text:
    """train: {source: sentences}; test: {name: sentences}; weight: {source: of a count}; must: words; often: {word: weighted count}."""

    def __init__(self, data, seed=1, count=120000, assistant=None):
        rng = random.Random(seed)
        self.weight = dict(WEIGHT)
        heard = {s: [t for name, _, t in asr_data.manifest(data, "dev") if name == s] for s in ("speechocean", "libri")}
        never = asr_data.questions() | {t for s in heard.values() for t in s} | {t for _, _, t in asr_data.manifest(data, "dev-only")}
        lists = asr_data.read_lists(data, rng)
        read = [t for t in map(normalise, (data / "text/read-sentences.txt").read_text().splitlines()) if t]
        said = collections.defaultdict(list)
        for name, _, text in asr_data.manifest(data, "train"):
            said[{"kathleen": "voices", "ljspeech": "voices"}.get(name, name)].append(text)
        sources = {"commands": commands(count, seed + 5, never), "nlu": [spelt(s) for s in lists["nlu"]], "coffee": [spelt(s) for s in lists["coffee"]],
                   "read": sorted(set(read)), "speechocean": said["speechocean"], "libri": said["libri"], "voices": sorted(set(said["voices"]))}
        self.test = {**heard, "commands": sorted(set(commands(3000, seed + 99, never)) - set(sources["commands"]))[:800]}
        for name, most in (("coffee", 300), ("read", 400), ("nlu", 300)):  # held out
            rng.shuffle(sources[name])
            self.test[name], sources[name] = sources[name][:most], sources[name][most:]
        shared = set().union(*(runs(t) for t in never), *(runs(t) for t in self.test["read"]))
        self.train, self.equal, self.overlap = {}, {}, {}
        for name, lines in sources.items():
            clean = [s for s in lines if s not in never]
            self.equal[name] = len(lines) - len(clean)
            self.train[name] = [s for s in clean if name in ("commands", "nlu", "coffee") or not runs(s) & shared]
            self.overlap[name] = len(clean) - len(self.train[name])
        self.count_words()
        if assistant:  # what the assistant's generators let people say (llm_data.py --texts): more ways of speaking, no more words
            lines = [s for s in pathlib.Path(assistant).read_text().splitlines() if s not in never]
            rng.shuffle(lines)
            self.test["assistant"], self.train["assistant"] = lines[:800], lines[800:]

    def count_words(self):
        count = {name: collections.Counter(w for s in lines for w in s.split()) for name, lines in self.train.items()}
        self.must = set(ALWAYS) | {w for name in ("commands", "speechocean") for w in count[name]} | {w for q in asr_data.questions() for w in q.split()}
        self.must |= {w for w, n in count["libri"].items()}
        self.often = collections.Counter()
        for name, words in count.items():
            for w, n in words.items():
                self.often[w] += n * COMMON.get(name, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_data.DATA)
    args = parser.parse_args()
    text = Text(args.data)
    for name, lines in text.train.items():
        tokens = [w for s in lines for w in s.split()]
        mute = sum(not asr_lexicon.pronunciations(w, args.data) for w in tokens)
        print(f"{name}: {len(lines)} sentences, {len(tokens)} words, {mute} without a pronunciation; left out: {text.equal[name]} equal to a dev or "
              f"test sentence, {text.overlap[name]} sharing {RUN} words in a row with one")


if __name__ == "__main__":
    main()
