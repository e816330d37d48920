"""Training text of the assistant: dialogues in the turn format of runtime/README.md, made from the generators.

A dialogue is 1 to 6 turns; about half of the turns stand in one with earlier turns, follow-ups copy from them.  Noise as our recogniser
makes it (llm_slips.tsv: what it heard for what was said) and some of other kinds falls on words outside the argument values.  A line that
begins with <s> declares tools of the user's own first.
Nothing of tests/golden/llm_heldout.tsv gets in: neither its sentences, nor its sentences with other values, nor its held-out values; nor the phrasings
that llm_words.is_held keeps (DIR/held.tsv is made of those); nor any text of CLINC150, SNIPS and SLURP (llm_unseen.py).

Run: python models/train/llm_data.py --work DIR [--dialogues N] [--seed S]     writes DIR/train.S.txt; seed 1 also
DIR/dev.txt, DIR/noisy.tsv, DIR/held.tsv
"""
import argparse
import os
import pathlib
import random
import re

import llm_acts
import llm_chat
import llm_clock
import llm_follow
import llm_home
import llm_number
import llm_public
import llm_tools
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
SLIPS = {}  # what our recogniser heard for a word: [(heard, count)], see load_slips
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


def load_slips(path):
    """Rows `said, heard, count` of llm_speech.py: single words only."""
    for line in pathlib.Path(path).read_text().splitlines():
        said, heard, count = line.split("\t")
        if said and " " not in said and int(count) > 0 and said not in KEEP:
            SLIPS.setdefault(said, []).append((heard, int(count)))


def noise(r, t, rate=0.10):
    """Slips of a recogniser outside the argument values."""
    words, inside = spans(t.user, t.call)
    if len(words) < 2:
        return t
    out = []
    for i, w in enumerate(words):
        if i in inside or r.random() > rate:
            out.append(w)
        elif w in SLIPS and r.random() < 0.7:
            new = r.choices([h for h, _ in SLIPS[w]], [n for _, n in SLIPS[w]])[0].split()
            out += new if not set(new) & (KEEP | SAFE) else [w]
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
    """Draws single turns: tool generators by weight, phrasings by act, chat, public text."""

    def __init__(self, data, heldout):
        llm_words.load_rare(data)
        self.users, self.skeletons = load_heldout(heldout)
        self.tools = llm_clock.GENERATORS + llm_number.GENERATORS + llm_home.GENERATORS
        self.acts, self.weights = zip(*llm_acts.acts())
        self.public = load_public(pathlib.Path(data) / "text")
        self.read = [x for x in map(clean, (pathlib.Path(data) / "text" / "read-sentences.txt").read_text().splitlines()) if x and len(x.split()) > 2]
        self.templates = llm_public.load(pathlib.Path(data) / "text")

    def held_out(self, t):
        words = set(t.user.split())
        return t.user in self.users or skeleton(t.user, t.call) in self.skeletons or bool(words & llm_words.HELD_OUT)

    def tool(self, r):
        if r.random() < 0.25:
            return r.choices([g for g, _ in self.tools], [w for _, w in self.tools])[0](r)
        return llm_acts.make(r, r.choices(self.acts, self.weights)[0])

    def turn(self, r):
        while True:
            k = r.random()
            if k < 0.09:
                t = llm_public.make(r, r.choice(self.templates[r.choice(list(self.templates))]))
            elif k < 0.62:
                t = self.tool(r)
            elif k < 0.88:
                t = llm_chat.chat(r)
            elif k < 0.97:
                topic, user = r.choice(self.public[r.choice(list(self.public))])
                t = llm_chat.talk(r, topic, user)
            else:
                t = llm_chat.talk(r, "sorry", r.choice(self.read))
            if not self.held_out(t):
                return t

    def dialogue(self, r):
        """(header or "", 1 to 8 turns)."""
        turns, head = [], ""
        if r.random() < 0.07:
            head, turns = llm_tools.session(r, self.turn)
        else:
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
        level = r.choice([0, 0, 0.05, 0.12, 0.2]) if not head else 0  # names in a header are to be met as they are
        return head, [noise(r, t, level) if level else t for t in turns]


def clean(text):
    """Recogniser-like text: lower case, apostrophes only; None when it has digits or is long."""
    text = re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")) if not re.search(r"\d", text) else ""
    text = " ".join(text.split())
    return text if 2 <= len(text) and len(text.split()) <= 16 else None


def load_public(folder):
    """{topic: [(topic, user text)]} of NLU-Evaluation-Data's texts whose intent PUBLIC maps; no text that SLURP's devel split holds too."""
    table, slurp = {}, {clean(line.split("\t")[1]) for line in (folder / "slurp-devel.tsv").read_text().splitlines()}
    for line in (folder / "nlu-evaluation.tsv").read_text().splitlines():
        intent, text, entities = (line.split("\t") + ["[]"])[:3]
        topic = llm_chat.PUBLIC.get(intent)
        plain = topic in llm_chat.REPLIES or entities.strip() == "[]"
        sure = topic not in llm_chat.TOOL_SAY or topic == "stop" or re.search(llm_follow.SURE[topic], text.lower())
        text = clean(text)
        if topic and text and plain and sure and text not in slurp:
            table.setdefault(topic, []).append((topic, text))
    return table


def held_list(source, path, seed, calls=1500, talks=600):
    """Sentences of phrasings that are never trained on, some with values that never are: user, call, tool, whether a value is new."""
    r, out = random.Random(seed), {}
    llm_words.HOLD["held"] = True
    for rows, draw in ((calls, source.tool), (calls + talks, lambda r: llm_chat.said(r, r.choice([llm_chat.TALK, llm_chat.REFUSE, llm_chat.REFUSE])))):
        while len(out) < rows:
            llm_words.HOLD["used"] = False
            t = draw(r)
            if llm_words.HOLD["used"] and t.user not in source.users:
                out[t.user] = (t.call or "-", t.tool, "new" if set(t.user.split()) & llm_words.HELD_OUT else "known")
    llm_words.HOLD["held"] = False
    path.write_text("#columns\tuser\tcall\ttool\tvalues\n" + "".join("\t".join((u, *x)) + "\n" for u, x in out.items()))


def write_texts(source, path, seed, count):
    """What people say in turns, without slips, each once: for the recogniser's word model."""
    r, seen = random.Random(seed), {}
    while len(seen) < count:
        t = source.turn(r)
        while t and not source.held_out(t):
            if re.fullmatch(r"[a-z' ]+", t.user) and len(t.user.split()) <= 20:
                seen[t.user] = 1
            t = llm_follow.follow(r, t)
    path.write_text("\n".join(seen) + "\n")


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
    ap.add_argument("--slips", default=pathlib.Path(__file__).with_name("llm_slips.tsv"))
    ap.add_argument("--dialogues", type=int, default=120000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--texts", type=int, help="writes only DIR/texts.txt: that many texts of users")
    args = ap.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    load_slips(args.slips)
    source, r, turns = Source(args.data, args.heldout), random.Random(args.seed), 0
    if args.texts:
        return write_texts(source, args.work / "texts.txt", args.seed, args.texts)
    for name, n in [(f"train.{args.seed}", args.dialogues)] + [("dev", 500)] * (args.seed == 1):
        with open(args.work / f"{name}.new", "w") as f:
            for _ in range(n):
                head, d = source.dialogue(r)
                turns += len(d)
                f.write((f"<s>{head}<|end|>" if head else "") + "".join(map(render, d)) + "\n" if d else "")
        (args.work / f"{name}.new").rename(args.work / f"{name}.txt")
    if args.seed == 1:
        noisy_heldout(args.heldout, args.work / "noisy.tsv", args.seed)
        held_list(source, args.work / "held.tsv", args.seed)
    print(f"{turns} turns; public lines by topic:", {k: len(v) for k, v in source.public.items()})


if __name__ == "__main__":
    main()
