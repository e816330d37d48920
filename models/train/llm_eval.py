"""Exact-call accuracy of an exported assistant on a held-out list, by tool, run by llama.cpp.

A row is `user<TAB>call` (`-`: no tool).  A call counts when every character of it is right; `-` counts when the model
starts to speak instead of calling.  --talk runs a few dialogues with made-up results and prints them.

Run: python models/train/llm_eval.py --model models/packs/nano/llm.gguf [--list tests/golden/llm_heldout.tsv] [--errors] [--talk]
"""
import argparse
import collections
import pathlib

import llm_llamacpp
import llm_tokenizer as tk

TALKS = [
    [("what time is it", "7:48 pm"), ("and in tokyo", "4:48 am"), ("thanks", "")],
    [("set a timer for five minutes", "ok"), ("no make it ten", "ok"), ("how much time is left", "9 minutes 41 seconds"),
        ("cancel it", "ok")],
    [("what is twelve times thirty", "360"), ("divided by eight", "45"), ("say that again", "ok")],
    [("turn on the kitchen lights", "ok"), ("and the bedroom too", "ok"), ("make it blue", "ok")],
    [("can i have a large latte with some whole milk", "ok"), ("make that a small", "ok"), ("and some brown sugar", "ok")],
    [("set an alarm", ""), ("for half past six", "ok"), ("how many kilometers is ten miles", "16.09 kilometers"),
        ("will it rain tomorrow", "")],
    [("roll two dice", "9"), ("again", "4"), ("lock the front door", "error no answer"), ("who are you", "")],
]


class Speaker:
    """An exported model that answers turn by turn."""

    def __init__(self, path, context=512):
        self.llm = llm_llamacpp.open_model(path, context)
        self.ids = {c: i for i, c in enumerate(tk.CONTROLS, 2)}

    def encode(self, text):
        return self.llm.tokenize(text.encode(), add_bos=False, special=True)

    def decode(self, ids):
        return self.llm.detokenize(ids, special=True).decode(errors="replace")

    def answer(self, history, stop):
        return llm_llamacpp.greedy(self.llm, history, 60, stop)

    def call(self, user, history=()):
        """(call text or '-', ids so far)."""
        ids = (list(history) or [tk.BOS]) + self.encode("<|user|>" + user)
        out = self.answer(ids, (tk.END, tk.RESULT))
        if out[0] == tk.CALL:
            return self.decode(out[1:-1] if out[-1] == tk.RESULT else out[1:]).strip(), ids + out
        return "-", ids + out


def score(speaker, path, errors):
    good, total = collections.Counter(), collections.Counter()
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("#"):
            continue
        user, want = line.split("\t")[:2]
        got, ids = speaker.call(user)
        tool = want.split(" ")[0]
        total[tool] += 1
        good[tool] += got == want
        if errors and got != want:
            print(f"  {user!r}: wanted {want!r}, got {got!r}" + (" " + speaker.decode(ids[-20:]) if got == "-" else ""))
    print(f"{path}: {sum(good.values())} of {sum(total.values())} exact = {sum(good.values()) / sum(total.values()):.1%};",
          " ".join(f"{t} {good[t]}/{total[t]}" for t in sorted(total)))


def talk(speaker):
    for turns in TALKS:
        ids = []
        for user, result in turns:
            made, ids = speaker.call(user, ids)
            if made != "-":
                ids = ids + speaker.encode((result or "ok") + "<|say|>")
                ids = ids + speaker.answer(ids, (tk.END,))
        print(speaker.decode(ids).replace("<|end|>", "<|end|>\n"))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--model", default="models/packs/nano/llm.gguf")
    ap.add_argument("--list", nargs="*", default=["tests/golden/llm_heldout.tsv"])
    ap.add_argument("--errors", action="store_true")
    ap.add_argument("--talk", action="store_true")
    args = ap.parse_args()
    speaker = Speaker(args.model)
    for path in args.list:
        score(speaker, path, args.errors)
    if args.talk:
        talk(speaker)


if __name__ == "__main__":
    main()
