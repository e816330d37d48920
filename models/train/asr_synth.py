"""Speech of Debian's synthesizers (flite, espeak-ng, festival) for training, and of voices kept out of it for testing.

A voice is "program name": "flite slt", "espeak-ng en-us+f3", "festival kal_diphone". HELD_OUT ones are never trained on.
Run as a program it speaks a list (file, voice, text, ... tab-separated) into files beside it: the golden questions were made so.
"""
import argparse
import pathlib
import subprocess
import tempfile

import numpy as np
import scipy.signal
import soundfile

HELD_OUT = ["flite rms", "festival ked_diphone", "espeak-ng en-us+f4", "espeak-ng en-gb+m5", "espeak-ng en-us+anika"]
ACCENTS = ["en-us"] * 6 + ["en-gb", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc", "en-029", "en-gb-x-gbcwmd"]
VARIANTS = ("f1 f2 f3 f5 m1 m2 m3 m4 m6 m7 m8 Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael "
            "Mike Nguyen adam antonio aunty belinda benjamin boris caleb david ed edward grandma grandpa gustave iven john klatt klatt2 klatt3 "
            "klatt4 linda marcelo max michel miguel pablo paul pedro quincy rob robert sandro shelby steph travis victor zac").split()


def draw_voice(rng):
    """(voice, rate, pitch): rate 1 is the program's own tempo, pitch a factor."""
    pick = rng.random()
    if pick < 0.24:
        voice = "flite slt"
    elif pick < 0.42:
        voice = "flite awb"
    elif pick < 0.50:
        voice = "flite kal16"
    elif pick < 0.58:
        voice = "festival kal_diphone"
    elif pick < 0.66:
        voice = "festival cmu_us_slt_arctic_hts"
    else:
        voice = f"espeak-ng {rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}"
    return voice, rng.uniform(0.8, 1.3), rng.uniform(0.75, 1.35)


def load(path, frames=-1):
    """float32 mono 16 kHz samples of a file (of its first `frames` frames)."""
    x, rate = soundfile.read(path, frames=frames, dtype="float32", always_2d=True)
    x = x.mean(axis=1)
    if rate != 16000:
        g = np.gcd(rate, 16000)
        x = scipy.signal.resample_poly(x, 16000 // g, rate // g).astype(np.float32)
    return x


def _festival(jobs, folder):
    """Speaks many sentences with one festival process: jobs = [(voice, rate, text, path)]."""
    lines = ["(voice_%s)\n(Parameter.set 'Duration_Stretch %.3f)\n(utt.save.wave (SynthText \"%s\") \"%s\" 'riff)" % (v, 1 / r, t, p) for v, r, t, p in jobs]
    script = pathlib.Path(folder) / "say.scm"
    script.write_text("\n".join(lines))
    subprocess.run(["festival", "-b", str(script)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def speak_many(jobs):
    """jobs = [(text, voice, rate, pitch)] -> list of float32 16 kHz arrays (None where a program failed)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{i}.wav" for i in range(len(jobs))]
        batch = []
        for (text, voice, rate, pitch), path in zip(jobs, paths):
            program, name = voice.split(" ", 1)
            if program == "flite":
                f0 = {"slt": 175, "awb": 120, "rms": 100, "kal16": 105, "kal": 105}[name] * pitch
                subprocess.run(["flite", "-voice", name, "--setf", f"duration_stretch={1 / rate:.3f}", "--setf", f"int_f0_target_mean={f0:.0f}",
                                "-t", text, "-o", path], check=False)
            elif program == "espeak-ng":
                subprocess.run(["espeak-ng", "-v", name, "-s", str(int(165 * rate)), "-p", str(int(np.clip(50 * pitch, 5, 95))), "-w", path, text],
                               check=False, stderr=subprocess.DEVNULL)
            else:
                batch.append((name, rate, text, path))
        if batch:
            _festival(batch, folder)
        out = []
        for path in paths:
            try:
                x = load(path)
                out.append(x if len(x) > 3200 and np.abs(x).max() > 0.01 else None)
            except (soundfile.LibsndfileError, OSError):
                out.append(None)
        return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=pathlib.Path, help="tab-separated: file, voice, text[, anything]")
    args = parser.parse_args()
    rows = [line.split("\t") for line in args.list.read_text().splitlines() if line]
    for row, x in zip(rows, speak_many([(r[2], r[1], 1.0, 1.0) for r in rows])):
        x = np.pad(x / np.abs(x).max() * 0.5, (2400, 4800))
        soundfile.write(args.list.parent / row[0], x, 16000, subtype="PCM_16")
        print(row[0], f"{len(x) / 16000:.2f} s")


if __name__ == "__main__":
    main()
