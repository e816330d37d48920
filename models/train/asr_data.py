"""Training data of the recogniser: augmented log-mel shards, one byte a value, made once so that the training core only trains.

    asr_data.py text                     sentences to speak               -> WORK/synth.txt
    asr_data.py human  --part 0 --parts 8   recordings, several takes each -> WORK/shards/human-0.{bin,tsv}
    asr_data.py synth  --part 0 --parts 16  synthesizers, two takes each   -> WORK/shards/synth-0.{bin,tsv}
    asr_data.py noise                    noises and babble of recordings  -> WORK/noise/*.bin
    asr_data.py dev                      dev sets and held-out voices, clean -> WORK/dev/*.{bin,tsv}

A shard: NAME.bin = [frames x 80] bytes one after another; NAME.tsv = first frame, frames, set, text.
"""
import argparse
import os
import pathlib
import random

import numpy as np
import scipy.signal
import soundfile

import asr_mel
import asr_synth
from asr_commands import commands
from asr_words import normalise

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(os.environ.get("SOTTO_DATA", HERE / "../../../shared/data"))
GOLDEN = HERE / "../../tests/golden"
TAKES = {"speechocean": 5, "libri": 4, "kathleen": 3, "ljspeech": 3, "digits": 1, "commands": 1, "wake": 1}


def questions():
    """Sentences of the demo and of the twenty questions: kept out of every training text."""
    return {line.split("\t")[2] for line in (GOLDEN / "questions/questions.tsv").read_text().splitlines() if line}


def manifest(data, split):
    """(set, path, text) of a split."""
    out = []
    for line in (data / "speech/manifest.tsv").read_text().splitlines()[1:]:
        field = line.split("\t")
        text = normalise(field[6]) if len(field) > 6 else None
        if field[1] == split and text:
            out.append((field[0], data / field[2], text))
    return out


def snips(line):
    import re
    return re.sub(r"\[([^|\]]*)\|[^\]]*\]", r"\1", line)


def read_lists(data, rng):
    """Sentences of the text collections, by kind."""
    text = data / "text"
    cut = lambda name, column: [line.split("\t")[column] for line in (text / name).read_text().splitlines() if line.count("\t") >= column]
    kinds = {
        "nlu": cut("clinc150.tsv", 2) + [snips(s) for s in cut("snips.tsv", 2)] + cut("nlu-evaluation.tsv", 1) + (text / "slurp-lm.txt").read_text().splitlines(),
        "coffee": (text / "taskmaster4-coffee-user.txt").read_text().splitlines(),
        "read": (text / "read-sentences.txt").read_text().splitlines(),
    }
    skip = questions()
    for name, lines in kinds.items():
        lines = {normalise(s) for s in lines} - {None} - skip
        kinds[name] = sorted(s for s in lines if 2 <= len(s.split()) <= 16)
        rng.shuffle(kinds[name])
    return kinds


def make_text(args):
    rng = random.Random(args.seed)
    kinds = read_lists(args.data, rng)
    spoken = commands(args.count * 55 // 100, args.seed, questions())
    spoken += kinds["nlu"][:args.count * 18 // 100] + kinds["coffee"][:args.count * 5 // 100] + kinds["read"][:args.count * 22 // 100]
    rng.shuffle(spoken)
    (args.work / "synth.txt").write_text("\n".join(spoken) + "\n")
    print(len(spoken), "sentences to speak")


def read_sound_part(path, most=120):
    """The first `most` seconds of a 16 kHz file, or as much of it as libsndfile can decode."""
    parts = []
    with soundfile.SoundFile(path) as f:
        try:
            while len(parts) < most and len(x := f.read(f.samplerate, dtype="float32", always_2d=True)):
                parts.append(x.mean(axis=1))
        except soundfile.LibsndfileError:
            pass
    return np.concatenate(parts)


def load_noises(data):
    out = []
    for path in sorted((data / "noise").glob("*.opus")):
        x = read_sound_part(path)
        out.append(x / (np.sqrt(np.mean(x ** 2)) + 1e-9))
    return out


def colour(n, rng):
    """Noise with a random spectral slope, unit power."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum *= np.maximum(np.arange(len(spectrum)), 20) ** -rng.uniform(0, 1)
    x = np.fft.irfft(spectrum, n)
    return x / (np.std(x) + 1e-9)


def room(x, rng):
    """A simple room: direct sound, a short gap, an exponentially decaying tail."""
    rt60, length = rng.uniform(0.1, 0.5), 0.35
    t = np.arange(int(length * 16000)) / 16000
    h = rng.standard_normal(len(t)) * 10 ** (-3 * t / rt60)
    h[:rng.integers(16, 160)] = 0
    h *= 10 ** (rng.uniform(-14, -1) / 20) / np.sqrt(np.sum(h ** 2) + 1e-9)
    h[0] = 1
    return scipy.signal.oaconvolve(x, h)[:len(x)]


def trim(x, keep):
    """Cuts the quiet ends, keeping `keep` samples of them."""
    level = np.abs(x).max() * 0.02
    loud = np.flatnonzero(np.abs(x) > level)
    return x[max(0, loud[0] - keep):loud[-1] + keep] if len(loud) else x


def equalise(x, rng):
    """A smooth random microphone response, +-6 dB over 8 points."""
    spectrum = np.fft.rfft(x)
    gain = np.interp(np.linspace(0, 7, len(spectrum)), np.arange(8), rng.uniform(-7, 7, 8))
    return np.fft.irfft(spectrum * 10 ** (gain / 20), len(x))


def augment(x, rng, noises, clean):
    """One take of a recording; `clean` keeps it nearly as it was."""
    rate = int(rng.integers(35, 47)) if not clean else 40  # speed with pitch: 0.85 .. 1.14
    if rate != 40:
        x = scipy.signal.resample_poly(x, rate, 40)
    if rng.random() < 0.6:
        x = trim(x, int(rng.integers(160, 3200)))
    x = np.pad(x, (int(rng.integers(0, 8000)), int(rng.integers(0, 6400)))) if rng.random() < 0.7 else x
    if not clean and rng.random() < 0.4:
        x = room(x, rng)
    if rng.random() < 0.4:
        x = equalise(x, rng)
    x = x / (np.sqrt(np.mean(x ** 2)) + 1e-9)
    if rng.random() < (0.3 if clean else 0.75):
        noise = noises[rng.integers(len(noises))] if rng.random() < 0.7 else colour(len(x), rng)
        at = int(rng.integers(0, max(1, len(noise) - len(x))))
        noise = np.resize(noise[at:at + len(x)], len(x))
        snr = rng.uniform(18, 40) if clean else rng.choice([rng.uniform(-5, 10), rng.uniform(5, 30), rng.uniform(5, 30)])
        x = x + noise * 10 ** (-snr / 20)
    else:
        x = x + rng.standard_normal(len(x)) * 10 ** (-rng.uniform(35, 70) / 20)
    x = x / np.abs(x).max() * 10 ** (-rng.uniform(0.5, 28) / 20)
    if rng.random() < 0.5:  # what a file end, or a stream that starts, looks like
        x = np.pad(x, (int(rng.integers(0, 3000)), int(rng.integers(0, 6000))))
    return x.astype(np.float32)


class Shard:
    def __init__(self, stem):
        stem.parent.mkdir(parents=True, exist_ok=True)
        self.stem, self.at = stem, 0
        self.bin, self.tsv = open(f"{stem}.bin.part", "wb"), open(f"{stem}.tsv.part", "w")

    def add(self, x, name, text):
        mel = asr_mel.to_bytes(asr_mel.logmel(x))
        self.bin.write(mel.tobytes())
        self.tsv.write(f"{self.at}\t{len(mel)}\t{name}\t{text}\n")
        self.at += len(mel)

    def close(self):
        self.bin.close(), self.tsv.close()
        os.rename(f"{self.stem}.bin.part", f"{self.stem}.bin")
        os.rename(f"{self.stem}.tsv.part", f"{self.stem}.tsv")  # last: a reader looks for .tsv
        print(self.stem.name, f"{self.at / 360000:.2f} h", flush=True)


def make_human(args):
    items = manifest(args.data, "train")
    random.Random(args.seed).shuffle(items)
    noises = load_noises(args.data)
    for part in args.part:
        rng = np.random.default_rng([args.seed, part])
        shard = Shard(args.work / f"shards/human-{part}")
        for name, path, text in items[part::args.parts]:
            x = asr_synth.load(path)
            for take in range(TAKES[name]):
                shard.add(augment(x, rng, noises, take == 0), name, text)
        shard.close()


def make_synth(args):
    texts = (args.work / "synth.txt").read_text().splitlines()
    noises = load_noises(args.data)
    for part in args.part:
        rng, draw = np.random.default_rng([args.seed, 1000 + part]), random.Random(args.seed * 1000 + part)
        shard = Shard(args.work / f"shards/synth-{part}")
        mine = texts[part::args.parts]
        for at in range(0, len(mine), 50):
            jobs = [(t, *asr_synth.draw_voice(draw)) for t in mine[at:at + 50]]
            for job, x in zip(jobs, asr_synth.speak_many(jobs)):
                if x is not None:
                    shard.add(augment(x, rng, noises, True), "synth", job[0])
                    shard.add(augment(x, rng, noises, False), "synth", job[0])
        shard.close()


def babble(rng, sounds, seconds):
    """Three to eight people who talk at once, each at a level of his own."""
    mix = np.zeros(seconds * 16000, np.float32)
    for _ in range(int(rng.integers(3, 9))):
        at = 0
        while at < len(mix):
            x = asr_synth.load(sounds[rng.integers(len(sounds))])
            x = x / np.sqrt(np.mean(x ** 2) + 1e-9) * 10 ** (rng.uniform(-6, 0) / 20)
            n = min(len(x), len(mix) - at)
            mix[at:at + n] += x[:n]
            at += n
    return mix


def make_noise(args):
    rng, folder = np.random.default_rng(args.seed + 4), args.work / "noise"
    folder.mkdir(exist_ok=True)
    rows = [line.split("\t") for line in (args.data / "speech/manifest.tsv").read_text().splitlines()[1:]]
    tracks = {p.stem: read_sound_part(p, 90) for p in sorted((args.data / "noise").glob("*.opus"))}
    people = [args.data / r[2] for r in rows if r[0] == "libri-unlabelled" or (r[1] == "train" and r[0] in ("speechocean", "kathleen", "ljspeech"))]
    tracks |= {f"babble-{k}": babble(rng, people, 60) for k in range(8)}
    tracks |= {f"colour-{k}": colour(60 * 16000, rng) for k in range(3)}
    for name, x in tracks.items():
        asr_mel.to_bytes(asr_mel.logmel((x / np.abs(x).max() * 0.3).astype(np.float32))).tofile(folder / f"{name}.bin")


def make_dev(args):
    sets = {}
    for name, path, text in manifest(args.data, "dev"):
        sets.setdefault(name, []).append((asr_synth.load(path), text))
    texts = commands(120, args.seed + 77, set((args.work / "synth.txt").read_text().splitlines()) | questions())
    jobs = [(t, asr_synth.HELD_OUT[i % len(asr_synth.HELD_OUT)], 1.0, 1.0) for i, t in enumerate(texts)]
    sets["voices"] = [(np.pad(x * 0.5, (2400, 2400)), j[0]) for x, j in zip(asr_synth.speak_many(jobs), jobs) if x is not None]
    rows = [line.split("\t") for line in (GOLDEN / "questions/questions.tsv").read_text().splitlines()]
    sets["questions"] = [(asr_synth.load(GOLDEN / "questions" / r[0]), r[2]) for r in rows]
    for name, items in sets.items():
        shard = Shard(args.work / f"dev/{name}")
        for x, text in items:
            shard.add(x, name, text)
        shard.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["text", "human", "synth", "noise", "dev"])
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=16000, help="sentences to speak")
    parser.add_argument("--part", type=lambda s: list(range(*map(int, s.split(":")))), default=[0], help="parts to make, first:end")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    {"text": make_text, "human": make_human, "synth": make_synth, "noise": make_noise, "dev": make_dev}[args.what](args)


if __name__ == "__main__":
    main()
