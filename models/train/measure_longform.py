"""An hour of speech and silence through `sotto hear` in one piece, beside the same clips one by one: WER, drift of the word times, speed, memory.

    python measure_longform.py [--minutes 60] [--gap 2.0] [--snr 15]       --gap 0: the clips without their silences, nothing between them

The clips are those of speechocean dev and libri dev, again and again in another order; the silence between two is of 0.3 s to twice the gap and faintly
noisy. A word of the long recording belongs to the clip that its middle lies in. Drift: how far the times of words that both ways found differ, at the
beginning and at the end of the hour. Memory: peak resident size of the process against that of one clip.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile

import numpy as np
import soundfile

import asr_synth
from g2p_score import distance
from measure_turns import sounding

RATE = 16000


def words(text):
    """Lower-case words with apostrophes; everything else separates."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def pick(data, seconds, gap, rng):
    """[(samples, text, key)] until there is enough, each with the silence that follows it."""
    with open(data / "speech/manifest.tsv", newline="") as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["split"] == "dev" and r["set"] in ("speechocean", "libri")]
    sound, out, total = {}, [], 0
    while total < seconds * RATE:
        for r in rng.sample(rows, len(rows)):
            if r["file"] not in sound:
                x = asr_synth.load(data / r["file"]).astype(np.float32)
                begin, end, floor = sounding(x)
                sound[r["file"]] = (x if gap else x[max(0, begin - 160):end + 320], floor)
            x, floor = sound[r["file"]]
            pause = int(rng.uniform(0.3, 2 * gap) * RATE) if gap else 0
            out.append((np.concatenate([x, np.random.default_rng(len(out)).normal(0, floor, pause)]).astype(np.float32), r["text"], r["file"]))
            total += len(out[-1][0])
            if total >= seconds * RATE:
                break
    return out


def peak_of(pid):
    """Peak resident kilobytes of a running process (its own count starts with the parent's size)."""
    try:
        return max(int(line.split()[1]) for line in open(f"/proc/{pid}/status", encoding="utf-8") if line.startswith("VmHWM"))
    except (OSError, ValueError):
        return 0


def hear(sotto, files, extra):
    """(file -> words [(text, begin_ms, end_ms)], seconds of work, peak kilobytes)"""
    heard, name, peak = {}, None, 0
    run = subprocess.Popen([sotto, "hear", "--json", "--final", *extra, *files], stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        event = json.loads(line)
        peak = max(peak, peak_of(run.pid))
        name = event.get("file", name)
        heard.setdefault(name, []).extend((w["word"], w["begin_ms"], w["end_ms"]) for w in event.get("words", []))
    _, code, used = os.wait4(run.pid, 0)
    run.returncode = code
    if code:
        raise SystemExit(f"sotto hear: {code}")
    return heard, used.ru_utime + used.ru_stime, peak


def error_rate(pairs):
    return round(100 * sum(distance(r, h) for r, h in pairs) / max(1, sum(len(r) for r, _ in pairs)), 2)


def offsets(long_words, clip_words, start_ms):
    """ms by which words that both found, in order, are later in the long recording."""
    out, j = [], 0
    for word, begin, _ in clip_words:
        for k in range(j, len(long_words)):
            if long_words[k][0] == word and abs(long_words[k][1] - start_ms - begin) < 1000:
                out.append(long_words[k][1] - start_ms - begin)
                j = k + 1
                break
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("SOTTO_DATA", "../shared/data")))
    p.add_argument("--sotto", default="build/sotto")
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--gap", type=float, default=2.0, help="mean seconds of silence between two clips")
    p.add_argument("--snr", type=float, help="white noise over all of it")
    p.add_argument("--seed", type=int, default=1)
    a, extra = p.parse_known_args()
    rng = random.Random(a.seed)
    parts = pick(a.data, 60 * a.minutes, a.gap, rng)
    with tempfile.TemporaryDirectory() as folder:
        starts, at, files = [], 0, {}
        with soundfile.SoundFile(f"{folder}/long.wav", "w", RATE, 1, "PCM_16") as out:
            for i, (x, _, key) in enumerate(parts):
                if a.snr is not None:
                    x = x + np.random.default_rng(i).normal(0, np.std(x) * 10 ** (-a.snr / 20), len(x)).astype(np.float32)
                x = x / max(1.0, np.abs(x).max() / 0.95)
                starts.append(at / 16)
                at += len(x)
                out.write(x)
                if key not in files:
                    files[key] = f"{folder}/{len(files)}.wav"
                    soundfile.write(files[key], x, RATE)
        whole, seconds, peak = hear(a.sotto, [f"{folder}/long.wav"], extra)
        clips, _, clip_peak = hear(a.sotto, list(files.values()), extra)
    said = whole[f"{folder}/long.wav"]
    owner = np.searchsorted(starts, [(b + e) / 2 for _, b, e in said], side="right") - 1
    mine = [[said[k] for k in np.flatnonzero(owner == i)] for i in range(len(parts))]
    apart = [offsets(mine[i], clips[files[key]], starts[i]) for i, (_, _, key) in enumerate(parts)]
    edge = max(1, len(parts) // 10)
    first, last = ([d for o in part for d in o] for part in (apart[:edge], apart[-edge:]))
    print(json.dumps({
        "minutes": round(at / RATE / 60, 1), "clips": len(parts), "gap_s": a.gap, "snr": a.snr,
        "wer_long": error_rate([(words(t), [w for w, _, _ in mine[i]]) for i, (_, t, _) in enumerate(parts)]),
        "wer_clips": error_rate([(words(t), [w for w, _, _ in clips[files[key]]]) for _, t, key in parts]),
        "words_long": len(said), "words_clips": sum(len(clips[files[key]]) for _, _, key in parts), "words_said": sum(len(words(t)) for _, t, _ in parts),
        "drift_first_tenth_ms": round(float(np.mean(first)), 1), "drift_last_tenth_ms": round(float(np.mean(last)), 1),
        "in_order": all(x[1] <= y[1] for x, y in zip(said[:-1], said[1:])),
        "rtf_cpu": round(seconds / (at / RATE), 4), "peak_kb": peak, "peak_kb_clips": clip_peak}))


if __name__ == "__main__":
    main()
