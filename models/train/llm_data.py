"""Training text of the assistant: dialogues in the turn format of runtime/README.md, made from the generators.

A dialogue is 1 to 6 turns; about half of the turns stand in one with earlier turns, follow-ups copy from them.  Light
noise like a recogniser's (dropped articles, homophones, a slip of a letter) falls on words outside the argument values.
Nothing of tests/golden/llm_heldout.tsv gets in: neither its sentences, nor its sentences with other values, nor its
held-out values.

Run: python models/train/llm_data.py --work DIR [--dialogues N] [--seed S]     writes DIR/train.txt, DIR/dev.txt, DIR/noisy.tsv
"""
import argparse
import os
import pathlib
import random
import re

import llm_chat
import llm_clock
import llm_follow
import llm_home
import llm_number
import llm_public
import llm_words
from llm_clock import Turn

ARGS = {"place", "day", "duration", "name", "time", "expr", "amount", "from", "to", "count", "sides", "action", "level", "color",
    "device", "temp",
        "drink", "size", "shots", "roast", "milk", "sugar"}
SAME = {"the": ["a", "", "the the", "da", "they"], "a": ["", "the", "uh"], "to": ["two", "too", ""], "for": ["four", "or", ""],
    "is": ["as", "his", ""], "what's": ["what", "watts", "what is"], "set": ["sit", "said", "get"],
        "timer": ["time or", "time", "tamer"], "alarm": ["a alarm", "alarms", "arm"], "turn": ["turned", "torn", "term"],
        "off": ["of", "off of"], "light": ["like", "lights", "lite"], "lights": ["light", "lies"],
        "in": ["an", "and", ""], "i'd": ["i", "id", "i'll"], "can": ["can't", "could", ""], "have": ["of", "half", "have a"],
        "with": ["with a", "width", "what"], "and": ["an", "in", ""], "me": ["my", "", "we"], "i": ["", "a", "eye"],
        "are": ["our", "or"], "how": ["who", "now"], "many": ["any", "money"], "please": ["", "pleas", "police"],
        "make": ["makes", "may"], "at": ["that", "add", ""], "my": ["by", "the", ""], "you": ["", "your", "ya"],
        "wake": ["week", "way"], "up": ["a", ""], "tell": ["tells", "till"], "time": ["times", "tie"], "of": ["", "off", "a"],
        "what": ["but", "would", "one"], "much": ["match"], "get": ["got", "gets"], "could": ["good", "can"]}
KEEP = set("on off no not up down start stop open close shut lock unlock cancel today tomorrow yesterday again timer coin dice die".split())
SAFE = {"four", "two", "one", "of"}  # a slip may not look like a value of another kind


def spans(user, made):
    """Words of the user text (by index) that belong to an argument value."""
    words, inside = user.split(), set()
    for value in re.split(r" (?:" + "|".join(ARGS) + r")=", made)[1:]:
        v = value.split()
        for i in range(len(words) - len(v) + 1):
            if words[i:i + len(v)] == v:
                inside.update(range(i, i + len(v)))
    return words, inside


def noise(r, t, rate=0.10):
    """Slips of a recogniser outside the argument values."""
    words, inside = spans(t.user, t.call)
    if len(words) < 2:
        return t
    out = []
    for i, w in enumerate(words):
        if i in inside or r.random() > rate:
            out.append(w)
        elif w in SAME and w not in KEEP:
            new = r.choice(SAME[w])
            out += new.split() if new not in SAFE or i + 1 not in inside else [w]
        elif w in KEEP or len(w) < 3:
            out.append(w)
        else:
            k, j = r.random(), r.randrange(len(w))
            out += [] if k < 0.15 else [w[:j] + w[j + 1:]] if k < 0.5 else [w[:j] + r.choice("aeioutsrn") + w[j
                + 1:]] if k < 0.9 else [w, w]
    user = " ".join(out)
    words, after = spans(user, t.call)
    return t._replace(user=user) if out and len(after) >= len(inside) else t


def render(t):
    head = f"<|user|>{t.user}"
    return head + (f"<|call|>{t.call}<|result|>{t.result}" if t.call else "") + f"<|say|>{t.say}<|end|>"


def skeleton(user, made):
    """The sentence with its argument values masked: what a held-out template is compared by."""
    words, inside = spans(user, made)
    text = " ".join("_" if i in inside else w for i, w in enumerate(words))
    return re.sub(r"(_ )*_", "_", text) + "|" + made.split(" ")[0]


def load_heldout(path):
    rows = [line.split("\t") for line in pathlib.Path(path).read_text().splitlines()]
    made = [(u, "" if c == "-" else c) for u, c in rows]
    spoken = pathlib.Path(path).parent / "questions" / "questions.tsv"
    asked = {line.split("\t")[2] for line in spoken.read_text().splitlines()} if spoken.exists() else set()
    return {u for u, _ in made} | asked, {skeleton(u, c) for u, c in made}


class Source:
    """Draws single turns: tool generators by weight, chat, public text."""

    def __init__(self, data, heldout):
        llm_words.load_rare(data)
        self.users, self.skeletons = load_heldout(heldout)
        self.tools = llm_clock.GENERATORS + llm_number.GENERATORS + llm_home.GENERATORS
        self.public = load_public(pathlib.Path(data) / "text")
        self.templates = llm_public.load(random.Random(0), pathlib.Path(data) / "text")

    def held_out(self, t):
        words = set(t.user.split())
        return t.user in self.users or skeleton(t.user, t.call) in self.skeletons or bool(words & llm_words.HELD_OUT)

    def turn(self, r):
        while True:
            k = r.random()
            if k < 0.11:
                t = llm_public.make(r, r.choice(self.templates[r.choice(list(self.templates))]))
            elif k < 0.76:
                t = r.choices([g for g, _ in self.tools], [w for _, w in self.tools])[0](r)
            elif k < 0.88:
                t = llm_chat.chat(r)
            else:
                topic, user = r.choice(self.public[r.choice(list(self.public))])
                t = llm_chat.talk(r, topic, user)
            if not self.held_out(t):
                return t

    def dialogue(self, r):
        """A list of 1 to 6 turns."""
        turns = []
        for _ in range(r.choice([1, 1, 1, 2, 2, 3, 4, 5])):
            if r.random() < 0.05:
                turns += llm_chat.ask(r)
            else:
                turns.append(self.turn(r))
            for _ in range(r.choice([0, 0, 0, 0, 1, 1, 2])):
                more = llm_follow.follow(r, turns[-1])
                if not more:
                    break
                turns.append(more)
        for i, t in enumerate(turns):
            if t.call == "repeat":
                turns[i] = t._replace(say=turns[i - 1].say if i else "Okay.")
        turns = [t for t in turns if not self.held_out(t) and t.say]
        level = r.choice([0, 0, 0.05, 0.12, 0.2])
        return [noise(r, t, level) if level else t for t in turns]


def clean(text):
    """Recogniser-like text: lower case, apostrophes only; None when it has digits or is long."""
    text = re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")) if not re.search(r"\d", text) else ""
    text = " ".join(text.split())
    return text if 2 <= len(text) and len(text.split()) <= 16 else None


def load_public(folder):
    """{topic: [(topic, user text)]} of the public texts whose intent PUBLIC maps; training splits only."""
    table = {}

    def add(topic, text):
        text = clean(text) if topic else None
        if text:
            table.setdefault(topic, []).append((topic, text))
    for line in (folder / "clinc150.tsv").read_text().splitlines():
        split, intent, text = line.split("\t")[:3]
        add(llm_chat.PUBLIC["clinc150"].get(intent) if split.endswith("train") else None, text)
    for line in (folder / "nlu-evaluation.tsv").read_text().splitlines():
        intent, text, entities = (line.split("\t") + ["[]"])[:3]
        topic = llm_chat.PUBLIC["nlu"].get(intent)
        plain = topic in llm_chat.REPLIES or entities.strip() == "[]"
        sure = topic not in llm_chat.TOOL_SAY or topic == "stop" or re.search(llm_follow.SURE[topic], text.lower())
        add(topic if plain and sure else None, text)
    for line in (folder / "snips.tsv").read_text().splitlines():
        part = line.split("\t")
        if len(part) >= 3 and part[0] == "train":
            add(llm_chat.PUBLIC["snips"].get(part[1]), re.sub(r"\[([^|\]]*)\|[^\]]*\]", r"\1", part[2]))
    return table


def noisy_heldout(path, out, seed):
    """The held-out list with recogniser-like slips."""
    r, rows = random.Random(seed), []
    for line in pathlib.Path(path).read_text().splitlines():
        user, made = line.split("\t")
        rows.append(noise(r, Turn(user, "" if made == "-" else made, "", ""), 0.2).user + "\t" + made)
    out.write_text("\n".join(rows) + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.environ.get("SOTTO_DATA", "../shared/data"))
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--heldout", default="tests/golden/llm_heldout.tsv")
    ap.add_argument("--dialogues", type=int, default=120000)
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    source, r, turns = Source(args.data, args.heldout), random.Random(args.seed), 0
    for name, n in (("train", args.dialogues), ("dev", 500)):
        with open(args.work / f"{name}.txt", "w") as f:
            for _ in range(n):
                d = source.dialogue(r)
                turns += len(d)
                f.write("".join(map(render, d)) + "\n" if d else "")
    noisy_heldout(args.heldout, args.work / "noisy.tsv", args.seed)
    print(f"{turns} turns; public lines by topic:", {k: len(v) for k, v in source.public.items()})


if __name__ == "__main__":
    main()
