"""What the recogniser makes of the assistant's sentences: texts spoken by synthesizers, heard by `sotto`, written as heard.

Why: the assistant is asked by people whose words went through our recogniser, so it has to be trained and measured on that
recogniser's mistakes.  Texts for training are spoken by the voices that asr_synth draws and by others that no training heard
(`OTHERS`); texts for measuring (`--voices heldout`) by the voices of asr_synth.HELD_OUT alone, which nothing is made from.

    python models/train/llm_speech.py --texts FILE --out DIR [--takes N] [--voices train|heldout] [--snr clean,18] [--noise DIR]

FILE: a text a line, or tab-separated with a first line `#columns` that names `user` (as `sotto eval llm` reads; without it the
first cell is the text).  Writes into DIR
    sound/N.wav      16 kHz, a sentence each
    manifest.tsv     what `sotto eval asr` reads
    list.tsv         FILE's rows with `file` and `voice` added: what `sotto eval llm --asr` reads (a take each)
    heard.tsv        said, heard, voice, condition
    slips.tsv        words said, words heard, times: 1 or 2 words that became 0 to 3, or 0 that became 1 to 3
    said.tsv         word or pair of words, times said
and prints the word error rate.  Alignment: least cost over steps of 0..2 words said and 0..3 heard, where a step of unlike
words costs 0.3 + 0.2 per word beyond the pair + 1.6 per word times the share of unlike letters, a lost or added word 1.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile

from asr_synth import ACCENTS, HELD_OUT, draw_voice, speak_many
from g2p_score import distance

OTHERS = "Alex announcer edward2 iven2 iven3 kaukovalta steph2 steph3 Tweaky norbert RicishayMax2 Storm".split()  # espeak-ng's
BATCH = 40  # sentences a call of the synthesizers


def step_cost(said, heard):
    """Of a step that aligns these words with one another."""
    if not said or not heard:
        return float(len(said) + len(heard))
    a, b = "".join(said), "".join(heard)
    if said == heard:
        return 0.0 if len(said) == 1 else 9.0
    most = max(len(said), len(heard))
    return 0.3 + 0.2 * (len(said) + len(heard) - 2) + 1.6 * most * distance(a, b) / max(len(a), len(b))


def align(said, heard):
    """[(words said, words heard)] of a best alignment, in order."""
    best = {(0, 0): (0.0, None)}
    moves = [(a, b) for a in range(3) for b in range(4) if a + b and not (a == 2 and b == 0) and not (a == 0 and b > 3)]
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            for a, b in moves:
                if a <= i and b <= j and (i - a, j - b) in best:
                    cost = best[i - a, j - b][0] + step_cost(said[i - a:i], heard[j - b:j])
                    if (i, j) not in best or cost < best[i, j][0] - 1e-9:
                        best[i, j] = (cost, (i - a, j - b))
    path, at = [], (len(said), len(heard))
    while at != (0, 0):
        i, j = best[at][1]
        path.append((said[i:at[0]], heard[j:at[1]]))
        at = (i, j)
    return path[::-1]


def read_texts(path):
    """(column names, rows, number of the column that is spoken)."""
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    head = lines[0].split("\t")
    if head[0].startswith("#columns"):
        names = ([head[0].split(" ", 1)[1]] if " " in head[0] else []) + head[1:]
        rows = [line.split("\t") for line in lines[1:] if not line.startswith("#")]
        return names, rows, names.index("user")
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return ["user", "call"][:max(map(len, rows))], rows, 0


def voices_of(kind, count, seed):
    """[(voice, rate, pitch)]: for measuring the held-out ones in turn; for training half drawn as the recogniser's were, half others."""
    draw, rng = np.random.default_rng(seed), random.Random(seed)
    if kind == "heldout":
        return [(HELD_OUT[i % len(HELD_OUT)], 1.0, 1.0) for i in range(count)]
    fresh = [f"espeak-ng {accent}+{name}" for accent in sorted(set(ACCENTS)) + ["en-gb-x-gbclan"] for name in OTHERS]
    return [draw_voice(draw) if rng.random() < 0.5 else (rng.choice(fresh), rng.uniform(0.8, 1.15), rng.uniform(0.8, 1.25))
            for _ in range(count)]


def speak(jobs, folder, workers):
    """Writes folder/N.wav for each of jobs [(text, voice, rate, pitch)]; returns the numbers of those that were spoken."""
    def one(first):
        done = []
        for i, x in enumerate(speak_many(jobs[first:first + BATCH]), first):
            if x is not None:
                x = np.pad(x / np.abs(x).max() * 0.5, (2400, 4800))
                soundfile.write(folder / f"{i:06d}.wav", x, 16000, subtype="PCM_16")
                done.append(i)
        return done
    with ThreadPoolExecutor(workers) as pool:
        return [i for done in pool.map(one, range(0, len(jobs), BATCH)) for i in done]


def hear(args, manifest):
    """[(file, condition, heard)] and the figures of `sotto eval asr`."""
    out = args.out / "heard.json"
    extra = ["--noise", str(args.noise)] if args.noise else []
    extra += ["--snr", args.snr] if args.snr else []
    subprocess.run([args.sotto, "eval", "asr", str(manifest), "--details", "--json", str(out), "--jobs", str(args.jobs), *extra],
                   check=True, stdout=subprocess.DEVNULL)
    model = json.loads(out.read_text())["models"][0]
    return [(u["file"], u["condition"], u["heard"]) for u in model["utterances"]], model["slices"]


def tables(pairs, out):
    """slips.tsv and said.tsv of [(said, heard)]; returns words said and errors."""
    slips, said, wrong = collections.Counter(), collections.Counter(), 0
    for a, b in pairs:
        words = a.split()
        said.update(words)
        said.update(" ".join(p) for p in zip(words, words[1:]))
        for x, y in align(words, b.split()):
            if x != y:
                slips[" ".join(x), " ".join(y)] += 1
                wrong += max(len(x), len(y))
    rank = sorted(slips.items(), key=lambda item: (-item[1], item[0]))
    (out / "slips.tsv").write_text("".join(f"{x}\t{y}\t{n}\n" for (x, y), n in rank))
    (out / "said.tsv").write_text("".join(f"{w}\t{n}\n" for w, n in sorted(said.items(), key=lambda item: (-item[1], item[0]))))
    return sum(n for w, n in said.items() if " " not in w), wrong


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--texts", type=pathlib.Path, required=True)
    ap.add_argument("--out", type=pathlib.Path, required=True)
    ap.add_argument("--voices", choices=["train", "heldout"], default="train")
    ap.add_argument("--takes", type=int, default=1, help="times that each text is spoken, by another voice each time")
    ap.add_argument("--noise", type=pathlib.Path, help="mix this in, at --snr")
    ap.add_argument("--snr", help="levels of noise, e.g. clean,18,12")
    ap.add_argument("--sotto", default="build/sotto")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    names, rows, column = read_texts(args.texts)
    (args.out / "sound").mkdir(parents=True, exist_ok=True)
    takes = [(row, voice) for n in range(args.takes) for row, voice in zip(rows, voices_of(args.voices, len(rows) + n, args.seed + n)[n:])]
    done = speak([(row[column], *voice) for row, voice in takes], args.out / "sound", args.jobs)
    text = {f"sound/{i:06d}.wav": (takes[i][0], takes[i][1][0]) for i in done}
    tell = [f"{f}\t{v.replace(' ', '_').split('+')[0]}\t{row[column]}" for f, (row, v) in text.items()]
    (args.out / "manifest.tsv").write_text("\n".join(["file\tvoice\ttext", *tell]) + "\n")
    full = [row + [""] * (len(names) - len(row)) + [f, v.replace(" ", "_")] for f, (row, v) in text.items()]
    (args.out / "list.tsv").write_text("\n".join("\t".join(r) for r in [["#columns " + names[0], *names[1:], "file", "voice"], *full]) + "\n")
    heard, figures = hear(args, args.out / "manifest.tsv")
    told = [(text[f][0][column], h, text[f][1], condition) for f, condition, h in heard]
    (args.out / "heard.tsv").write_text("".join("\t".join(t) + "\n" for t in told))
    words, wrong = tables([t[:2] for t in told], args.out)
    print(f"{len(done)} of {len(takes)} sentences spoken; {words} words, {wrong} wrong by this alignment")
    for name, f in figures.items():
        print(f"{name:32} WER {100 * f['wer']:.2f} %  sentences without an error {100 * f['perfect']:.1f} %")


if __name__ == "__main__":
    main()
