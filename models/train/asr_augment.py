"""Augmentation of log-mel frames while training: tempo, vocal-tract length, gain, noise and babble, SpecAugment; new at every visit.

Noise is added as energy (the cross term is left out), which is what one microphone hears of two sources on average.
"""
import numpy as np

import asr_mel

WARPS = np.linspace(0.86, 1.16, 25)


def _hz_to_mel(f):
    return 1127.0 * np.log1p(f / 700.0)


def warp_matrices():
    """[25 x 80 x 80] float32: multiplies a frame's frequencies by WARPS (Jaitly and Hinton 2013), by interpolating between bands."""
    low, high = _hz_to_mel(asr_mel.FMIN), _hz_to_mel(asr_mel.FMAX)
    centre = low + (high - low) * (np.arange(asr_mel.BANDS) + 1) / (asr_mel.BANDS + 1)
    hz = 700.0 * np.expm1(centre / 1127.0)
    out = np.zeros((len(WARPS), asr_mel.BANDS, asr_mel.BANDS), np.float32)
    for m, alpha in zip(out, WARPS):
        at = np.clip((_hz_to_mel(hz / alpha) - low) / (high - low) * (asr_mel.BANDS + 1) - 1, 0, asr_mel.BANDS - 1)
        left = np.minimum(at.astype(int), asr_mel.BANDS - 2)
        m[left, np.arange(asr_mel.BANDS)] = 1 - (at - left)
        m[left + 1, np.arange(asr_mel.BANDS)] += at - left
    return out


class Augment:
    def __init__(self, noise, rng):
        """noise: list of [frames x 80] byte log-mel tracks."""
        self.noise = [asr_mel.from_bytes(n) for n in noise]
        self.rng, self.warp = rng, warp_matrices()

    def one(self, mel):
        """mel [frames x 80] log energies -> the same sound by another speaker, at another tempo."""
        rng = self.rng
        if rng.random() < 0.5:
            count = max(8, int(len(mel) * rng.uniform(0.86, 1.15)))
            at = np.linspace(0, len(mel) - 1, count)
            left = np.minimum(at.astype(int), len(mel) - 2)
            part = (at - left).astype(np.float32)[:, None]
            mel = mel[left] * (1 - part) + mel[left + 1] * part
        if rng.random() < 0.6:
            mel = mel @ self.warp[rng.integers(len(WARPS))]
        return mel

    def add_noise(self, mel):
        rng = self.rng
        track = self.noise[rng.integers(len(self.noise))]
        at = int(rng.integers(0, max(1, len(track) - len(mel))))
        noise = np.resize(track[at:at + len(mel)], mel.shape)
        level = lambda x: np.log(np.mean(np.exp(x), axis=0).sum() + 1e-9)
        snr = rng.uniform(0, 24) * (np.log(10) / 10)
        return np.logaddexp(mel, noise + (level(mel) - level(noise) - snr))

    def __call__(self, mel):
        rng = self.rng
        mel = self.one(mel)
        if rng.random() < 0.38:  # many takes on disk have some already
            mel = self.add_noise(mel)
        if rng.random() < 0.5:
            mel = mel + np.float32(rng.uniform(-3.0, 2.0))
        if rng.random() < 0.3:  # another microphone
            mel = mel + np.interp(np.arange(asr_mel.BANDS), np.linspace(0, 79, 6), rng.uniform(-1.2, 1.2, 6)).astype(np.float32)
        return np.maximum(mel, np.float32(asr_mel.BYTE_LOW))

    def mask(self, x, frames):
        """SpecAugment (Park et al. 2019) in place on one normalised utterance [T x 80]; 0 is the mean of each band."""
        rng = self.rng
        for _ in range(2):
            width, at = int(rng.integers(0, 14)), int(rng.integers(0, asr_mel.BANDS))
            x[:, at:at + width] = 0
        for _ in range(1 + frames // 200):
            width, at = int(rng.integers(0, min(18, 2 + frames // 10))), int(rng.integers(0, frames))
            x[at:at + width] = 0
