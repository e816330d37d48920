"""Shared data side of the voice recipes: clips, log-mel, held-out list, feature cache.

The voices are `kathleen` (CC0) and `ljspeech` (public domain). Every clip is decoded, resampled to 16 kHz and cached as one .npz a clip with
wave (int16), log-mel [T,80], f0 in Hz [T], voiced [T] and the phase of the first harmonic at frame centres [T].
Frame t covers samples [160 t, 160 t + 400) as runtime/README.md says; its centre is sample 160 t + 200.

    python models/train/tts_data.py --work DIR [--data DIR]      builds the cache (resumable)
"""
import argparse
import os
import re
from pathlib import Path

import numpy as np

RATE, WIN, HOP, NFFT, BANDS = 16000, 400, 160, 512, 80
FMIN, FMAX, FLOOR = 20.0, 7600.0, 1e-7
CENTRE = WIN // 2                      # centre of frame t is sample HOP * t + CENTRE
VOICES = ("kathleen", "ljspeech")     # in the order of the file's voice rows
HELDOUT = Path(__file__).with_name("tts_heldout.txt")


def default_data():
    """Folder of the public data: $SOTTO_DATA, or ../shared/data beside the repository."""
    return os.environ.get("SOTTO_DATA", str(Path(__file__).resolve().parents[3] / "shared" / "data"))


def arguments(description, work):
    """Parser with the two options every recipe has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", default=default_data(), help="folder of the public data")
    parser.add_argument("--work", default=work, help="folder for caches and checkpoints (outside the repository)")
    return parser


def voice_of(stem):
    """Index into VOICES."""
    return 1 if stem.startswith("LJ") else 0


def clips(data, voices=VOICES):
    """List of (stem, path, text) of the voices, sorted by stem."""
    rows = []
    with open(Path(data) / "speech" / "manifest.tsv", encoding="utf-8") as file:
        for line in file:
            part = line.rstrip("\n").split("\t")
            if part[0] in voices:
                path = Path(data) / part[2]
                rows.append((path.stem, path, part[6]))
    return sorted(rows)


def prompt_of(stem):
    """arctic_a0001_1592748574 -> arctic_a0001: takes of one prompt share it."""
    return stem.rsplit("_", 1)[0]


def choose_heldout(stems, count=50, seed=20251121):
    """First take of `count` prompts drawn from the sorted list; all takes of these prompts leave the training set."""
    prompts = sorted({prompt_of(s) for s in stems})
    picked = set(np.random.default_rng(seed).choice(len(prompts), count, replace=False).tolist())
    chosen = {p for i, p in enumerate(prompts) if i in picked}
    first = {}
    for stem in sorted(stems):
        if prompt_of(stem) in chosen:
            first.setdefault(prompt_of(stem), stem)
    return sorted(first.values())


def heldout():
    """Stems of the 50 held-out clips."""
    return HELDOUT.read_text().split()


def second_heldout(stems):
    """Held-out clips of the second voice: every twentieth."""
    return sorted(s for s in stems if voice_of(s) == 1)[::20]


def train_stems(stems):
    """Stems that may be trained on: no take of a held-out prompt."""
    out = {prompt_of(s) for s in heldout()} | set(second_heldout(stems))
    return [s for s in stems if prompt_of(s) not in out]


def mel_filters():
    """[BANDS, NFFT/2+1] triangles on the HTK mel scale, peak 1, weights at bin centre frequencies in mel."""
    def mel(hz):
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    edge = np.linspace(mel(FMIN), mel(FMAX), BANDS + 2)
    bins = mel(np.arange(NFFT // 2 + 1) * RATE / NFFT)
    up = (bins[None] - edge[:-2, None]) / (edge[1:-1, None] - edge[:-2, None])
    down = (edge[2:, None] - bins[None]) / (edge[2:, None] - edge[1:-1, None])
    return np.maximum(0.0, np.minimum(up, down)).astype(np.float32)


def frames(wave, size=WIN):
    """[T, size] view of the frames of a float wave; T counts whole WIN windows."""
    count = (len(wave) - WIN) // HOP + 1
    wave = np.pad(wave, (0, max(0, (count - 1) * HOP + size - len(wave))))
    return np.lib.stride_tricks.sliding_window_view(wave, size)[::HOP][:count]


def log_mel(wave):
    """[T, 80] natural-log mel energies of a float wave in [-1, 1] (runtime/README.md)."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WIN) / WIN)
    spectrum = np.fft.rfft(frames(wave) * hann, NFFT)
    power = spectrum.real ** 2 + spectrum.imag ** 2
    return np.log(np.maximum(power @ mel_filters().T, FLOOR)).astype(np.float32)


def read_wave(path):
    """Float32 mono wave at 16 kHz."""
    import soundfile
    from scipy.signal import resample_poly
    wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    wave = wave.mean(axis=1)
    if rate != RATE:
        g = np.gcd(rate, RATE)
        wave = resample_poly(wave, RATE // g, rate // g)
    return level(wave)


def level(wave, target=-23.0):
    """Rumble under 60 Hz removed (zero phase), speech brought to `target` dBFS RMS over its loud frames."""
    from scipy.signal import butter, sosfiltfilt
    wave = sosfiltfilt(butter(2, 60, "highpass", fs=RATE, output="sos"), wave)
    power = (frames(wave) ** 2).mean(axis=1)
    loud = power[power > 0.01 * np.percentile(power, 95)].mean()
    wave = wave * 10 ** (target / 20) / np.sqrt(loud)
    return (wave * min(1.0, 0.95 / np.abs(wave).max())).astype(np.float32)


def words(text):
    """Tokens of a prompt: lower-case words, and the marks , and . where a pause may be."""
    text = text.lower().replace("--", ",").replace("-", " ")
    return re.findall(r"[a-z']+|[,;:.!?]", text)


def load(work, stem):
    """Cached features of one clip as a dict."""
    with np.load(Path(work) / "feat" / f"{stem}.npz") as file:
        return {k: file[k] for k in file.files}


def main():
    from tts_pitch import track
    args = arguments(__doc__, "work-tts").parse_args()
    out = Path(args.work) / "feat"
    out.mkdir(parents=True, exist_ok=True)
    items = clips(args.data)
    if not HELDOUT.exists():
        HELDOUT.write_text("\n".join(choose_heldout([s for s, _, _ in items if voice_of(s) == 0])) + "\n")
    for index, (stem, path, _) in enumerate(items):
        target = out / f"{stem}.npz"
        if target.exists():
            continue
        wave = read_wave(path)
        wave16 = np.clip(np.round(wave * 32767), -32768, 32767).astype(np.int16)
        f0, voiced, phase = track(wave)
        np.savez(target.with_suffix(".tmp.npz"), wave=wave16, mel=log_mel(wave16 / 32768.0), f0=f0, voiced=voiced,
                 phase=phase)
        target.with_suffix(".tmp.npz").rename(target)
        if index % 200 == 0:
            print(index, stem, len(wave16) / RATE, flush=True)


if __name__ == "__main__":
    main()
