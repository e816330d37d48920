"""Plots and samples of the voice for its card (measure_voice.py --card).

    voice.png           one held-out sentence: recording, copy-synthesis, full synthesis; spectrogram (25 ms windows, 10 ms apart) and pitch
    voice-question.png  a statement, a yes-no question and a wh question of nearly the same words, spoken from text
    samples/*.flac      three short samples, 16 kHz 16 bit: the held-out sentence, a reply, a question
"""
from pathlib import Path

import numpy as np

import tts_data
import tts_pitch

SENTENCE = "arctic_a0160_1592713723"                # one that is short and has several pitch movements; the first held-out one where it is missing
CONTOURS = [("statement", "You want milk with that."), ("yes-no question", "Do you want milk with that?"), ("wh question", "What do you want with that?")]
SAMPLES = [("reply", "The kitchen lights are on, and the front door is locked."), ("question", "Do you want milk or sugar with that?")]


def panel(axis, wave, title):
    """Spectrogram of 80 dB with pitch drawn over it, on an axis of its own at the right."""
    hann = np.hanning(tts_data.WIN + 1)[:-1]
    power = 20 * np.log10(np.abs(np.fft.rfft(tts_data.frames(wave) * hann, tts_data.NFFT)) + 1e-6)
    seconds = len(power) * tts_data.HOP / tts_data.RATE
    axis.imshow(power.T, origin="lower", aspect="auto", extent=(0, seconds, 0, 8), cmap="Greys", vmin=power.max() - 75, vmax=power.max(),
                interpolation="bilinear")
    axis.set(xlabel="s", ylabel="kHz")
    axis.set_title(title, fontsize=9)
    f0, voiced, _ = tts_pitch.track(wave)
    pitch = axis.twinx()
    pitch.plot((np.arange(len(f0)) * tts_data.HOP + tts_data.CENTRE) / tts_data.RATE, np.where(voiced > 0, f0, np.nan), color="#d4380d", lw=1.8)
    pitch.set(ylim=(80, 420), xlim=(0, seconds), ylabel="Hz")


def palette():
    """40 greys and 20 steps from white and black to the colour of the pitch: few colours make small files."""
    from PIL import Image
    red = np.array([212, 56, 13])
    greys = [np.full(3, g) for g in np.linspace(0, 255, 40)]
    reds = [end + (red - end) * a for end in (np.zeros(3), np.full(3, 255)) for a in np.linspace(0.1, 1, 10)]
    image = Image.new("P", (1, 1))
    image.putpalette(np.round(np.concatenate(greys + reds)).astype(int).tolist())
    return image


def draw(path, waves, heading):
    """One row of panels."""
    import io
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image
    figure, axes = plt.subplots(1, len(waves), figsize=(4.4 * len(waves), 3.2), squeeze=False)
    for axis, (title, wave) in zip(axes[0], waves):
        panel(axis, wave, title)
    figure.suptitle(heading, fontsize=10)
    figure.tight_layout()
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=80)
    plt.close(figure)
    Image.open(raw).convert("RGB").quantize(palette=palette(), dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > 150 * 1024:
        raise SystemExit(f"measure_plots: {path}: {path.stat().st_size} bytes: expected at most 150 KiB")


def write_sample(path, wave):
    import soundfile
    soundfile.write(path, np.clip(np.round(wave * 32767), -32768, 32767).astype(np.int16), tts_data.RATE, subtype="PCM_16", format="FLAC")
    if path.stat().st_size > 100 * 1024:
        raise SystemExit(f"measure_plots: {path}: {path.stat().st_size} bytes: expected at most 100 KiB")


def raw_wave(path):
    """As it was spoken: no change of level."""
    import soundfile
    return soundfile.read(path, dtype="float32")[0]


def make(rows, folder, speak):
    """Writes plots and samples into `folder`; rows of measure_voice.py, speak(text, path) makes a WAV."""
    folder = Path(folder)
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    own = [r for r in rows if r["set"] == "heldout"]
    row = next((r for r in own if r["id"] == SENTENCE), own[0])
    waves = [("recording", row["natural"])] + ([("copy-synthesis", row["copy"])] if "copy" in row else []) + [("spoken from text", row["sotto"])]
    draw(folder / "voice.png", waves, row["text"])
    scratch = folder / "samples" / "scratch.wav"
    said = []
    for name, text in CONTOURS:
        speak(text, scratch)
        said.append((f"{name}: {text}", raw_wave(scratch)))
    draw(folder / "voice-question.png", said, "a statement and two questions, spoken from text")
    for name, text in [("sentence", row["text"])] + SAMPLES:
        speak(text, scratch)
        write_sample(folder / "samples" / f"{name}.flac", raw_wave(scratch))
    scratch.unlink()
