"""When does `sotto hear` end a turn? Waits after what was said whole, and cuts in the middle of what was not.

    python measure_turns.py [--sets commands,barista,speechocean,libri] [--snr 12] [--endpoint 320 --endpoint-short 160 --endpoint-long 800]
    python measure_turns.py --noise                        turns an hour in noise alone

Whole: a recording and 2 s of its own faint noise. The wait is from the last sound (within 30 dB of the loudest 10 ms and over the noise) to the final
transcript, on a virtual clock that includes the computing. Cut: the same recording with one hesitation of 200 to 700 ms put into it between two words
(word borders by PocketSphinx, an independent ear); a turn that ends over 0.25 s before the last sound, or with
words after it, is a false cut, at the hesitation or elsewhere.
Commands are spoken by synthetic voices that training never hears; barista-dev is measured only (its text is not known to us: no hesitations put in).
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

import asr_data
import asr_synth

RATE, TAIL = 16000, 2.0
COMMANDS = """turn on the kitchen lights|set a timer for ten minutes|what time is it in london|add milk to the shopping list|play some jazz in the living room
turn the volume down|set an alarm for half past six tomorrow morning|what is twelve times thirty|can i have a large latte with oat milk|stop the music
dim the bedroom light to forty percent|lock the back door|how many miles are in ten kilometers|switch off the fan|cancel the pasta timer
make it two degrees warmer in the office|what's the date next friday|i'd like a small cappuccino with two sugars|flip a coin for me|open the garage door
how much time is left on my timer|close the blinds in the study|wake me up at seven|remind me to call my sister tonight|what is the weather like today
turn the heating down to eighteen degrees|roll two dice|tell me a joke|mute the television|say that again please""".replace("\n", "|").split("|")


def words_of(text):
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def sounding(x):
    """First and last sample of sound, and the noise's amplitude."""
    n = len(x) // 160
    e = np.mean(x[:n * 160].reshape(n, 160) ** 2, axis=1) + 1e-12
    floor = np.percentile(e, 8)
    on = np.convolve((e > e.max() * 1e-3) & (e > 4 * floor), np.ones(3), "same") >= 2
    at = np.flatnonzero(on)
    return (at[0] * 160, (at[-1] + 1) * 160, float(np.sqrt(min(floor, e.max() * 1e-4)))) if len(at) else (0, len(x), 1e-4)


class Borders:
    """Sample numbers of the borders between the words of a clip, by forced alignment; the quietest place near each."""

    def __init__(self, data):
        from pocketsphinx import Config, Decoder
        model = data / "pocketsphinx-en-us"
        self.decoder = Decoder(Config(hmm=str(model), dict=str(model / "cmudict-en-us.dict"), lm=None, loglevel="FATAL", cmn="batch", beam=1e-60,
                                      wbeam=1e-50, pbeam=1e-60))

    def find(self, x, text):
        noise = np.random.default_rng(1).normal(0, 20, 8000)
        pcm = np.concatenate([noise, x * (10000 / np.abs(x).max()), noise]).astype(np.int16)
        try:
            self.decoder.set_align_text(" ".join(words_of(text)))
            self.decoder.start_utt()
            self.decoder.process_raw(pcm.tobytes(), full_utt=True)
            self.decoder.end_utt()
            spans = [s for s in self.decoder.seg() or [] if not s.word.startswith("<") and not s.word.startswith("(")]
        except RuntimeError:
            return []
        return [self.quietest(x, s.end_frame * 160 - 8000) for s in spans[:-1]]

    @staticmethod
    def quietest(x, at):
        near = [b for b in range(at - 480, at + 640, 80) if 160 < b < len(x) - 160]
        return min(near, key=lambda b: np.mean(x[b - 80:b + 80] ** 2)) if near else 0


def pick(data, name, split, most, rng):
    with open(data / "speech/manifest.tsv", newline="") as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["set"] == name and r["split"] == split]
    return [(asr_synth.load(data / r["file"]), r["text"]) for r in rng.sample(rows, min(most, len(rows)))]


def clips(data, name, most, rng):
    """[(samples, text or None)]"""
    if name == "commands":
        jobs = [(text, asr_synth.HELD_OUT[i % len(asr_synth.HELD_OUT)], rng.uniform(0.85, 1.15), 1.0) for i, text in enumerate(COMMANDS * 2)][:most]
        return [(x, j[0]) for x, j in zip(asr_synth.speak_many(jobs), jobs) if x is not None]
    if name == "barista":
        return [(x, None) for x, _ in pick(data, "barista-dev", "dev-only", most, rng)]
    return pick(data, name, "dev", most, rng)


def finish(x, floor, noise, snr, rng):
    """Adds the tail and the noise, and brings the loudness down where it would clip."""
    hiss = np.random.default_rng(rng.randrange(1 << 30))
    x = np.concatenate([hiss.normal(0, floor, RATE // 2), x, hiss.normal(0, floor, int(TAIL * RATE))])
    if noise is not None:
        a, b, _ = sounding(x)
        power = np.mean(x[a:b] ** 2)
        x = x + np.resize(np.roll(noise, -rng.randrange(len(noise))), len(x)) * np.sqrt(power) * 10 ** (-snr / 20)
    return x / max(1, np.abs(x).max() / 0.95)


def hesitate(x, at, floor, rng):
    """x with a pause at sample `at`, faded over 5 ms; (samples, its begin, its length)."""
    length, fade = rng.randrange(200, 701) * 16, np.linspace(1, 0, 80)
    left, right = x[:at].copy(), x[at:].copy()
    left[-80:] *= fade
    right[:80] *= fade[::-1]
    return np.concatenate([left, np.random.default_rng(at).normal(0, floor, length), right]), at, length


def hear(sotto, files, extra):
    """file -> [(time of the final transcript in ms since the file began, text)], turns without words left out."""
    heard, begin, name = {f: [] for f in files}, 0, None
    out = subprocess.run([sotto, "hear", "--json", "--final", *extra, *files], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        event = json.loads(line)
        if "file" in event:
            name, begin = event["file"], event["time_ms"]
        elif event.get("event") == "final" and event["text"]:
            heard[name].append((event["time_ms"] - begin, event["text"]))
    return heard


def percentile(values, p):
    return round(float(np.percentile(values, p)), 0) if values else None


def cuts(turns, end):
    """Times of the turns that ended too early: 0.25 s before the last sound, or with words after them."""
    return [t for k, (t, _) in enumerate(turns) if t < end - 250 or k + 1 < len(turns)]


def measure(args, name, folder, borders, noises, rng):
    whole, cut = {}, {}
    for i, (x, text) in enumerate(clips(args.data, name, args.most, rng)):
        begin, end, floor = sounding(x)
        noise = noises[i % len(noises)] if noises else None
        path = f"{folder}/{name}-{i}.wav"
        soundfile.write(path, finish(x[:end + 800], floor, noise, args.snr, rng), RATE)
        whole[path] = (RATE / 2 + end) / 16
        places = [b for b in (borders.find(x, text) if text else []) if begin + 1600 < b < end - 1600]
        for k, at in enumerate(rng.sample(places, min(args.pauses, len(places)))):
            y, at, length = hesitate(x[:end + 800], at, floor, rng)
            path = f"{folder}/{name}-{i}-{k}.wav"
            soundfile.write(path, finish(y, floor, noise, args.snr, rng), RATE)
            cut[path] = ((RATE / 2 + end + length) / 16, (RATE / 2 + at) / 16, (RATE / 2 + at + length) / 16)
    extra = [*(["--pack", args.pack] if args.pack else []), *args.extra]
    heard = hear(args.sotto, [*whole, *cut], extra)
    waits = [turns[-1][0] - end for f, end in whole.items() if (turns := heard[f]) and turns[-1][0] > end]
    early = [f for f, end in whole.items() if cuts(heard[f], end)]
    for f in early if args.show else []:
        print(f"cut {f} without a hesitation, the sound ends at {whole[f]:.0f} ms: {heard[f]}")
    inside = elsewhere = 0
    for f, (end, a, b) in cut.items():
        times = cuts(heard[f], end)
        inside += any(a < t < b + 100 for t in times)
        elsewhere += bool(times) and not any(a < t < b + 100 for t in times)
        if args.show and times:
            print(f"cut {f} at {times[0]:.0f} ms (hesitation {a:.0f} to {b:.0f}): {[t for _, t in heard[f]]}")
    silent = sum(not heard[f] for f in whole)
    return {"set": name, "snr": args.snr, "whole": len(whole), "silent": silent, "wait_p50": percentile(waits, 50), "wait_p95": percentile(waits, 95),
            "cut_without_hesitation": len(early), "hesitations": len(cut), "false_cuts": inside,
            "false_cut_percent": round(100 * inside / max(1, len(cut)), 2), "cut_elsewhere": elsewhere}


def babble(data, rng, voices=6, seconds=240):
    with open(data / "speech/manifest.tsv", newline="") as f:
        files = [r["file"] for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["set"] == "libri-unlabelled"]
    out = np.zeros(seconds * RATE)
    for _ in range(voices):
        x = np.concatenate([asr_synth.load(data / f) for f in rng.sample(files, seconds // 8)])
        out += np.resize(x / np.std(x), len(out))
    return out


def noise_alone(args, folder, rng):
    """Turns an hour that noise alone begins, and those of them in which words are heard."""
    tracks = {p.stem: asr_data.read_sound_part(p, 120) for p in sorted((args.data / "noise").glob("*.opus"))}
    tracks["babble"] = babble(args.data, rng)
    for name, x in tracks.items():
        soundfile.write(f"{folder}/{name}.wav", x / np.std(x) * 0.05 if np.abs(x).max() / np.std(x) < 19 else x / np.abs(x).max() * 0.95, RATE)
    files = [f"{folder}/{n}.wav" for n in tracks]
    out = subprocess.run([args.sotto, "hear", "--json", *(["--pack", args.pack] if args.pack else []), *args.extra, *files], capture_output=True,
                         text=True, check=True).stdout
    begun, worded, name = dict.fromkeys(tracks, 0), dict.fromkeys(tracks, 0), None
    for event in map(json.loads, out.splitlines()):
        name = pathlib.Path(event["file"]).stem if "file" in event else name
        begun[name] += event.get("event") == "speech-start"
        worded[name] += event.get("event") == "final" and event["text"] != ""
    hours = {n: len(x) / RATE / 3600 for n, x in tracks.items()}
    for n in tracks:
        print(json.dumps({"noise": n, "minutes": round(60 * hours[n], 2), "turns": begun[n], "with_words": worded[n]}))
    total = sum(hours.values())
    print(json.dumps({"noise": "all", "minutes": round(60 * total, 1), "turns_an_hour": round(sum(begun.values()) / total), "with_words_an_hour":
                      round(sum(worded.values()) / total)}))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("SOTTO_DATA", "../shared/data")))
    p.add_argument("--sotto", default="build/sotto")
    p.add_argument("--pack", default="")
    p.add_argument("--sets", default="commands,barista,speechocean,libri")
    p.add_argument("--most", type=int, default=60, help="recordings of a set")
    p.add_argument("--pauses", type=int, default=3, help="hesitations tried in each")
    p.add_argument("--snr", type=float, help="adds the recordings of noise and babble in turns")
    p.add_argument("--noise", action="store_true", help="noise alone")
    p.add_argument("--show", action="store_true", help="print the false cuts")
    p.add_argument("--seed", type=int, default=1)
    a, a.extra = p.parse_known_args()
    rng = random.Random(a.seed)
    with tempfile.TemporaryDirectory() as folder:
        if a.noise:
            noise_alone(a, folder, rng)
            return
        noises = None
        if a.snr is not None:
            noises = [n / np.std(n) for n in [*asr_data.load_noises(a.data), babble(a.data, rng)]]
        borders = Borders(a.data)
        for name in a.sets.split(","):
            print(json.dumps(measure(a, name, folder, borders, noises, rng)), flush=True)


if __name__ == "__main__":
    main()
