"""Golden vectors of the audio front-end in NumPy float64: tests/golden/mel_frames.f32, stft_frame.f32, istft_wave.f32.

Inputs are a linear congruential generator that tests/audio_input.h repeats in C, so only answers are stored.
"""
import argparse
import pathlib

import numpy as np

from mel import hann, log_mel

SAMPLES, FRAMES, NFFT, HOP = 4000, 6, 512, 160


def noise(count, seed):
    """[count] values k/32768, k = the generator's upper 16 bits, signed."""
    out, state = np.empty(count), seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = ((state >> 16) - 32768) / 32768.0
    return out


def wave(count, seed):
    """Noise under a sawtooth loudness of 64 steps: loud and near-silent frames."""
    return noise(count, seed) * ((np.arange(count) // 50) % 64 / 64.0) ** 2


def inverse(spectra, window):
    """Overlap-add of windowed inverse FFTs over the steady state's summed squared window (audio/istft.h)."""
    divisor = sum(np.pad(window ** 2, (0, -NFFT % HOP)).reshape(-1, HOP))
    out = np.zeros((len(spectra) - 1) * HOP + NFFT)
    for t, spectrum in enumerate(spectra):
        out[t * HOP:t * HOP + NFFT] += np.fft.irfft(spectrum, NFFT) * window
    return out / np.resize(divisor, len(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "tests/golden")
    out = parser.parse_args().out
    samples = wave(SAMPLES, 1)
    window = hann(NFFT)
    spectrum = np.fft.rfft(samples[:NFFT] * window)
    bins = noise(FRAMES * (NFFT // 2 + 1) * 2, 2).reshape(FRAMES, NFFT // 2 + 1, 2)
    for name, data in (("mel_frames", log_mel(samples)), ("stft_frame", np.stack([spectrum.real, spectrum.imag], 1)),
                       ("istft_wave", inverse(bins[..., 0] + 1j * bins[..., 1], window))):
        data.astype("<f4").tofile(out / f"{name}.f32")
        print(name, data.shape)


if __name__ == "__main__":
    main()
