"""Trains the voice activity detector's network (audio/vad.c) and writes audio/vad_weights.h.

The network sees 61 numbers a frame: 20 groups of mel bands over a tracked floor, 40 groups less the frame's mean (the shape), and the loudness against
the loudest lately. One dense layer and one GRU, some 5,000 int8 weights. It learns from speech put at known places into noise: seven of the eleven
recordings of ../shared/data/noise (the other four are kept for measuring), babble of 3 to 8 people, and noises made here (coloured, swelling, knocks,
tones, chords, chirps). Where speech is, the clean clip's own energy says.

    python models/train/vad_train.py --work DIR [--data DIR] [--minutes 8]     then: clang-format -i audio/vad_weights.h
"""
import argparse
import csv
import os
import pathlib
import time

import numpy as np
import torch

import asr_data
import asr_mel
import asr_synth

HELD_OUT = ("coffee-shop", "birds", "wind", "fireplace")
SECONDS, RATE, WIDTH = 8, 16000, 24
SETS = (("speechocean", 300), ("libri", 250), ("kathleen", 120), ("ljspeech", 80), ("commands", 150), ("digits", 60), ("wake", 100))


def mel_of(x):
    """[frames x 80] whole frames only, as the C front-end gives them."""
    return asr_mel.logmel(x)[:(len(x) - asr_mel.WIN) // asr_mel.HOP + 1]


def features(mel):
    """[n x frames x 80] log-mel -> [n x frames x 61]; the recursion of vad_push."""
    fine = mel.reshape(*mel.shape[:2], 40, 2).mean(3)
    coarse = mel.reshape(*mel.shape[:2], 20, 4).mean(3)
    mean = fine.mean(2)
    out = np.zeros((*mel.shape[:2], 61), np.float32)
    floor, loudest = coarse[:, 0].copy(), mean[:, 0].copy()
    for t in range(mel.shape[1]):
        step = coarse[:, t] - floor
        floor += np.where(step < 0, 0.1, 0.002) * np.clip(step, -8, 4)
        loudest = np.maximum(mean[:, t], loudest - 0.001)
        out[:, t, :20] = (coarse[:, t] - floor) / 3
        out[:, t, 20:60] = (fine[:, t] - mean[:, t, None]) / 3
        out[:, t, 60] = (mean[:, t] - loudest) / 3
    return np.clip(out, -3, 3)


def voiced(x):
    """[frames] 0/1 of a clean clip: within 33 dB of the loudest and over the clip's own floor; holes up to 60 ms are speech."""
    n = (len(x) - asr_mel.WIN) // asr_mel.HOP + 1
    e = np.array([np.mean(x[160 * t + 80:160 * t + 320] ** 2) for t in range(n)]) + 1e-12
    on = (e > e.max() * 10 ** -3.3) & (e > 4 * np.percentile(e, 10))
    at = np.flatnonzero(on)
    for a, b in zip(at[:-1], at[1:]):
        if b - a <= 7:
            on[a:b] = True
    return on, e[on].mean() if on.any() else 1e-6


def knocks(n, rng):
    """Short decaying resonances at random times: dishes, doors, keys."""
    x = np.zeros(n, np.float32)
    for at in np.cumsum(rng.exponential(rng.uniform(0.05, 0.8), 400)):
        i = int(at * RATE)
        if i >= n:
            break
        t = np.arange(min(n - i, int(rng.uniform(0.01, 0.3) * RATE))) / RATE
        ring = sum(rng.random() * np.sin(2 * np.pi * f * t) for f in rng.uniform(150, 6500, rng.integers(1, 6))) + rng.uniform(0, 2) * rng.standard_normal(len(t))
        x[i:i + len(t)] += ring * np.exp(-t * rng.uniform(15, 120)) * rng.uniform(0.1, 1)
    return x


def tones(n, rng):
    """Hum, whistles, beeps and chords that come and go."""
    t, x = np.arange(n) / RATE, np.zeros(n)
    for _ in range(rng.integers(1, 5)):
        f = rng.uniform(60, 3000) * (1 + rng.uniform(0, 0.02) * np.sin(2 * np.pi * rng.uniform(0.2, 7) * t))
        on = np.sin(2 * np.pi * rng.uniform(0.1, 3) * t + rng.uniform(0, 7)) > rng.uniform(-1.5, 0.7)
        for h in range(1, rng.integers(2, 9)):
            x += np.convolve(on, np.ones(160) / 160, "same") * np.sin(h * np.cumsum(2 * np.pi * f / RATE)) / h ** rng.uniform(0.5, 2)
    return x


def swelling(n, rng):
    """Coloured noise whose loudness wanders: wind, passing cars, surf."""
    knots = rng.uniform(-18, 0, int(n / RATE * rng.uniform(0.3, 4)) + 2)
    db = np.interp(np.arange(n), np.linspace(0, n, len(knots)), knots)
    return asr_data.colour(n, rng) * 10 ** (db / 20)


def chirps(n, rng):
    """Short sweeps in bursts: birds, gulls, brakes."""
    x = np.zeros(n, np.float32)
    base, at = rng.uniform(600, 5000), rng.uniform(0, 0.5)
    while (i := int(at * RATE)) < n:
        t = np.arange(min(n - i, int(rng.uniform(0.03, 0.5) * RATE))) / RATE
        f = base * 2 ** (rng.uniform(-0.3, 0.3) + rng.uniform(-3, 3) * t + rng.uniform(0, 0.1) * np.sin(2 * np.pi * rng.uniform(5, 40) * t))
        tone = np.sin(2 * np.pi * np.cumsum(f) / RATE) + rng.choice([0, 0.5]) * np.sin(4 * np.pi * np.cumsum(f) / RATE)
        x[i:i + len(t)] += tone * np.hanning(len(t)) * rng.uniform(0.2, 1)
        at += len(t) / RATE + rng.choice([rng.exponential(0.06), rng.exponential(0.7)])
    return x + asr_data.colour(n, rng).astype(np.float32) * rng.uniform(0, 0.1)


class Material:
    def __init__(self, data, rng):
        with open(data / "speech/manifest.tsv", newline="") as f:
            rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
        self.rng, self.clips = rng, []
        for name, count in SETS:
            files = [r["file"] for r in rows if r["set"] == name and r["split"] == "train"]
            for i in rng.choice(len(files), min(count, len(files)), replace=False):
                x = asr_synth.load(data / files[i])[:int(5 * RATE)]
                if len(x) > 4800:
                    self.clips.append((x, *voiced(x)))
        other = [r["file"] for r in rows if r["set"] == "libri-unlabelled"]
        self.people = [asr_synth.load(data / f)[:12 * RATE] for f in other[:len(other) // 2]]
        self.noises = [asr_data.read_sound_part(p, 120) for p in sorted((data / "noise").glob("*.opus")) if p.stem not in HELD_OUT]

    def noise(self, n):
        """One noise of unit power."""
        rng, pick = self.rng, self.rng.random()
        if pick < 0.35:
            x = self.noises[rng.integers(len(self.noises))]
            x = np.resize(np.roll(x, -int(rng.integers(len(x)))), n + n // 4)
            x = np.interp(np.arange(n) * rng.uniform(0.8, 1.24), np.arange(len(x)), x)
        elif pick < 0.55:
            x = np.zeros(n)
            for _ in range(rng.integers(4, 9)):
                y = self.people[rng.integers(len(self.people))]
                x += np.resize(np.roll(y, int(rng.integers(len(y)))), n) / (np.std(y) + 1e-6) * 10 ** rng.uniform(-0.3, 0)
        else:
            x = (knocks, tones, chirps, swelling, asr_data.colour)[rng.integers(5)](n, rng)
        return (x / (np.std(x) + 1e-9)).astype(np.float32)

    def sequence(self):
        """(samples, labels [frames]) of SECONDS."""
        rng, n = self.rng, SECONDS * RATE
        frames = (n - asr_mel.WIN) // asr_mel.HOP + 1
        x, label, at = np.zeros(n, np.float32), np.zeros(frames, np.float32), int(rng.choice([0.05, rng.uniform(0.2, 3.5)]) * 100)
        level = 10 ** (rng.uniform(-40, -12) / 20)
        while rng.random() < 0.93 and at < frames - 60 and (at > 400 or rng.random() < 0.75):
            y, on, power = self.clips[rng.integers(len(self.clips))]
            m = min(len(y), n - at * 160)
            if rng.random() < 0.3:
                y = asr_data.equalise(y, rng)
            if rng.random() < 0.25:
                y = asr_data.room(y, rng)
            x[at * 160:at * 160 + m] += y[:m] * (level * 10 ** (rng.uniform(-4, 4) / 20) / np.sqrt(power))
            k = min(len(on), frames - at)
            label[at:at + k] = np.maximum(label[at:at + k], on[:k])
            at += len(on) + int(rng.uniform(0.1, 2) * 100)
        z = self.noise(n)
        if rng.random() < 0.3:
            z = z + self.noise(n) * rng.uniform(0.2, 1)
        x = x + z * (level * 10 ** (-rng.choice([rng.uniform(-2, 15), rng.uniform(0, 15), rng.uniform(10, 40), rng.uniform(40, 90)]) / 20))
        peak = np.abs(x).max()
        return (x / peak * 0.95 if peak > 0.95 else x).astype(np.float32), label


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.gru, self.head = torch.nn.Linear(61, WIDTH), torch.nn.GRU(WIDTH, WIDTH, batch_first=True), torch.nn.Linear(WIDTH, 1)

    def forward(self, x):
        return self.head(self.gru(torch.tanh(self.enter(x)))[0])[..., 0]


def train(net, x, y, minutes, work):
    step, stop, begin = 0, time.time() + 60 * minutes, time.time()
    opt = torch.optim.AdamW(net.parameters(), 4e-3, weight_decay=1e-3)
    test = slice(0, len(x) // 12)
    while time.time() < stop:
        for g in opt.param_groups:
            g["lr"] = 4e-3 * max(0.01, 1 - (time.time() - begin) / (60 * minutes)) * min(1, (step + 1) / 50)
        i = torch.randint(len(x) // 12, len(x), (32,))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x[i]), y[i])
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        step += 1
        if step % 100 == 0:
            with torch.no_grad():
                p = net(x[test])
                miss, wrong = (p[y[test] > 0] < 0).float().mean(), (p[y[test] == 0] > 0).float().mean()
            print(f"step {step} loss {loss.item():.4f} missed {100 * miss:.2f} % false {100 * wrong:.2f} % of frames", flush=True)
            torch.save(net.state_dict(), work / "vad.pt")


def table(name, w):
    scale = float(np.abs(w).max()) / 127
    rows = ", ".join(str(int(v)) for v in np.rint(w / scale).reshape(-1))
    return f"static const float {name}_SCALE = {scale:.9g}f;\nstatic const int8_t {name}[{w.size}] = {{{rows}}}; /* [{' x '.join(map(str, w.shape))}] */\n"


def bias(name, b):
    return f"static const float {name}[{b.size}] = {{{', '.join(f'{v:.6g}f' if v % 1 else f'{v:.1f}f' for v in b)}}};\n"


def write(net, path):
    s = {k: v.numpy() for k, v in net.state_dict().items()}
    with open(path, "w", encoding="utf-8") as f:
        f.write("/* vad_weights: made by models/train/vad_train.py; rows of int8, one scale a matrix; the GRU's gates in the order reset, update, new. */\n")
        f.write("#ifndef SOTTO_AUDIO_VAD_WEIGHTS_H\n#define SOTTO_AUDIO_VAD_WEIGHTS_H\n#include <stdint.h>\n\n")
        f.write(table("ENTER", s["enter.weight"]) + bias("ENTER_BIAS", s["enter.bias"]))
        f.write(table("INPUT", s["gru.weight_ih_l0"]) + bias("INPUT_BIAS", s["gru.bias_ih_l0"]))
        f.write(table("STATE", s["gru.weight_hh_l0"]) + bias("STATE_BIAS", s["gru.bias_hh_l0"]))
        f.write(table("HEAD", s["head.weight"]) + bias("HEAD_BIAS", s["head.bias"]) + "\n#endif\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("SOTTO_DATA", "../shared/data")))
    p.add_argument("--work", type=pathlib.Path, required=True)
    p.add_argument("--minutes", type=float, default=8)
    p.add_argument("--sequences", type=int, default=1600)
    p.add_argument("--out", default="audio/vad_weights.h")
    a = p.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(3)
    if not (a.work / "set.npz").exists():
        material = Material(a.data, np.random.default_rng(3))
        made = [material.sequence() for _ in range(a.sequences)]
        np.savez(a.work / "set.npz", x=np.stack([asr_mel.to_bytes(mel_of(x)) for x, _ in made]), y=np.stack([y for _, y in made]))
    z = np.load(a.work / "set.npz")
    x, y = torch.tensor(features(asr_mel.from_bytes(z["x"]))), torch.tensor(z["y"])
    print(f"{len(x)} sequences of {SECONDS} s, {100 * y.mean():.0f} % speech", flush=True)
    net = Net()
    train(net, x, y, a.minutes, a.work)
    write(net, a.out)


if __name__ == "__main__":
    main()
