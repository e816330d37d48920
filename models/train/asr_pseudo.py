"""Self-training: recordings without text, heard by the recogniser itself in several ways; where all ways agree for some words, that is a label.

    python asr_pseudo.py --work DIR --command build/sotto --packs P1 P2 P3     -> DIR/shards/unlabelled-0.{bin,tsv}, DIR/pseudo.tsv

The packs hold one checkpoint exported with different word-model weights, blank scores and chunks (asr_export.py). A stretch of at least --words
words is cut out between its neighbours and augmented like a recording with text (Scudder 1965; noise as in Xie et al. 2020, "noisy student").
"""
import argparse
import difflib
import json
import pathlib
import subprocess

import numpy as np

import asr_data
import asr_phones
import asr_synth


def hear(command, pack, files):
    """Words (text, begin ms, end ms) of every file."""
    out, at = {f: [] for f in files}, None
    run = subprocess.run([command, "hear", "--pack", pack, "--json", "--final", "--utterance", *map(str, files)], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if "file" in event:
            at = out[pathlib.Path(event["file"])]
        elif event["event"] == "final":
            at += [(w["word"], w["begin_ms"], w["end_ms"]) for w in event["words"]]
    return out


def agreed(ways):
    """For each word of the first way: whether the others have it at the same place."""
    first = [w[0] for w in ways[0]]
    ok = [True] * len(first)
    for other in ways[1:]:
        same = [False] * len(first)
        for tag, a, b, _, _ in difflib.SequenceMatcher(None, first, [w[0] for w in other], autojunk=False).get_opcodes():
            if tag == "equal":
                same[a:b] = [True] * (b - a)
        ok = [x and y for x, y in zip(ok, same)]
    return ok


def stretches(words, ok, least):
    """(text, begin ms, end ms) of runs of agreed words; the cuts lie half-way to the neighbours."""
    run = []
    for i in range(len(words) + 1):
        if i < len(words) and ok[i]:
            run.append(i)
            continue
        if len(run) >= least:
            before = words[run[0] - 1][2] if run[0] > 0 else 0
            after = words[run[-1] + 1][1] if run[-1] + 1 < len(words) else words[run[-1]][2] + 400
            begin, end = words[run[0]][1], words[run[-1]][2]
            yield " ".join(words[j][0] for j in run), max((before + begin) // 2, begin - 200), min(max((end + after) // 2, end + 30), end + 250)
        run = []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_data.DATA)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--packs", nargs="+", required=True)
    parser.add_argument("--words", type=int, default=4)
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rows = [line.split("\t") for line in (args.data / "speech/manifest.tsv").read_text().splitlines()[1:]]
    files = [args.data / r[2] for r in rows if r[1] == "unlabelled"]
    ways = [hear(args.command, pack, files) for pack in args.packs]
    noises, rng = asr_data.load_noises(args.data), np.random.default_rng(args.seed)
    shard, listed, seconds, total = asr_data.Shard(args.work / "shards/unlabelled-0"), [], 0.0, 0.0
    for path in files:
        sound = asr_synth.load(path)
        total += len(sound) / 16000
        for text, begin, end in stretches(ways[0][path], agreed([w[path] for w in ways]), args.words):
            if asr_phones.spell(text, args.data) is None:
                continue
            listed.append(f"{path.name}\t{begin}\t{end}\t{text}")
            seconds += (end - begin) / 1000
            for take in range(args.takes):
                shard.add(asr_data.augment(sound[begin * 16:end * 16], rng, noises, take == 0), "unlabelled", text)
    shard.close()
    (args.work / "pseudo.tsv").write_text("\n".join(listed) + "\n")
    print(f"{len(listed)} stretches of {len(files)} recordings, {seconds / 60:.1f} of {total / 60:.1f} minutes")


if __name__ == "__main__":
    main()
