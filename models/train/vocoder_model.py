"""The vocoder: log-mel + pitch -> 16 kHz wave, by filtering pulses and noise in the STFT domain (causal, 2 frames ahead).

Per frame (10 ms) the network gives the log-magnitude and phase of a filter for a band-limited pulse train that follows f0,
and the log-magnitude of a filter for white noise; both excitations are cut into 512-sample Hann frames, filtered as
spectra, added, and overlap-added (source-filter after Wang et al. 2019, iSTFT head after Kaneko et al. 2022).

Synthesis time line: frame t is the window [160 t, 160 t + 512), its centre 160 t + 256 is the centre of mel frame t, so
the output lags the recording's samples by 56. f0 and voicing run in straight lines between centres.
"""
import math

import numpy as np
import torch
from torch import nn

import tts_nn

HOP, NFFT, BINS, SHIFT = 160, 512, 257, 56
PULSE_BANDS, NOISE_BANDS = 129, 65
TOP = 7900.0                            # Hz: no harmonic above
CONFIG = {"width": 128, "hidden": 288, "kernel": 7, "ahead": [1, 1, 0, 0], "dilation": [1, 1, 1, 1], "mel": 80,
          "n_fft": NFFT, "hop": HOP, "pulse_bands": PULSE_BANDS, "noise_bands": NOISE_BANDS}


def pulses(phase, f0, amplitude):
    """Band-limited pulse train: cosines 1..K of `phase` [n] rad, K = TOP / f0 with the last one faded in, flat spectrum.

    The closed (Dirichlet) sum: sin((K + 1/2) p) / (2 sin(p / 2)) - 1/2. Unit power when voiced (amplitude 1)."""
    count = TOP / f0
    whole = np.floor(count)
    half = np.mod(phase, 2 * np.pi) / 2
    low = np.sin(half)
    near = np.abs(low) < 1e-4
    total = np.where(near, whole, np.sin((2 * whole + 1) * half) / (2 * np.where(near, 1.0, low)) - 0.5)
    total += (count - whole) * np.cos((whole + 1) * phase)
    return (total * np.sqrt(2 / count) * amplitude).astype(np.float32)


def samples(values, length):
    """Frame values as straight lines over the synthesis time line [length]."""
    return np.interp(np.arange(length), np.arange(len(values)) * HOP + NFFT // 2, values)


def locked_pulses(phase, f0, voiced):
    """Training excitation of a clip: the phase at frame centres is the recording's own first harmonic.

    Between centres the phase is a cubic with the frames' f0 as slopes (Hermite)."""
    count = len(f0)
    length = (count - 1) * HOP + NFFT
    position = np.clip((np.arange(length) - NFFT // 2) / HOP, 0, count - 1 - 1e-9)
    k = np.minimum(position.astype(int), max(count - 2, 0))
    k1 = np.minimum(k + 1, count - 1)
    u = position - k
    slope = 2 * np.pi * f0.astype(np.float64) * HOP / 16000
    path = ((1 + 2 * u) * (1 - u) ** 2 * phase[k] + u * (1 - u) ** 2 * slope[k]
            + u ** 2 * (3 - 2 * u) * phase[k1] + u ** 2 * (u - 1) * slope[k1])
    outside = (np.arange(length) - NFFT // 2) / HOP - position
    path = path + outside * slope[np.where(outside < 0, 0, count - 1)]
    return pulses(path, samples(f0, length), samples(voiced.astype(np.float64), length))


def free_pulses(f0, voiced):
    """Excitation as the runtime makes it: the phase is the running sum of f0, starting at 0."""
    length = (len(f0) - 1) * HOP + NFFT
    pitch = samples(f0, length)
    return pulses(2 * np.pi * np.cumsum(pitch) / 16000, pitch, samples(voiced.astype(np.float64), length))


def spread(bands, step):
    """[..., n] values at every `step`-th bin -> every bin, by straight lines."""
    weight = torch.arange(step, dtype=bands.dtype, device=bands.device) / step
    low, high = bands[..., :-1, None], bands[..., 1:, None]
    inner = (low + (high - low) * weight).flatten(-2)
    return torch.cat([inner, bands[..., -1:]], dim=-1)


class Vocoder(nn.Module):
    def __init__(self, config=None):
        super().__init__()
        c = self.config = {**CONFIG, **(config or {})}
        self.pulse_bands, self.noise_bands = c["pulse_bands"], c["noise_bands"]
        self.enter = nn.Linear(c["mel"] + 2, c["width"])
        self.blocks = tts_nn.stack(c["width"], c["hidden"], c["kernel"], c["ahead"], c["dilation"])
        self.norm = nn.LayerNorm(c["width"], eps=tts_nn.EPS)
        self.head = nn.Linear(c["width"], 2 * self.pulse_bands + self.noise_bands)
        hann = torch.hann_window(c["n_fft"], dtype=torch.float64)
        self.register_buffer("hann", hann.float())
        square = torch.nn.functional.pad(hann ** 2, (0, -c["n_fft"] % c["hop"]))
        self.register_buffer("inverse", (1.0 / square.view(-1, c["hop"]).sum(0)).float())
        with torch.no_grad():
            self.head.weight.mul_(0.3)
            self.head.bias.zero_()
            self.head.bias[:self.pulse_bands] = -4.0
            self.head.bias[2 * self.pulse_bands:] = -6.0

    def filters(self, features):
        """features [B, T, mel + 2] (normalised mel, pitch, voicing) -> complex pulse filter, noise gain [B, T, bins]."""
        raw = self.head(self.norm(self.blocks(self.enter(features)))).float()
        half, p = self.config["n_fft"] // 2, self.pulse_bands
        size = torch.exp(spread(raw[..., :p], half // (p - 1)).clamp(-14, 4))
        angle = spread(raw[..., p:2 * p], half // (p - 1))
        noise = torch.exp(spread(raw[..., 2 * p:], half // (self.noise_bands - 1)).clamp(-14, 4))
        return torch.polar(size, angle), noise

    def spectra(self, wave):
        """[B, n] -> [B, T, bins]: Hann frames, one a hop."""
        return torch.fft.rfft(wave.unfold(-1, self.config["n_fft"], self.config["hop"]) * self.hann)

    def join(self, spectrum):
        """[B, T, bins] -> [B, hop (T-1) + n_fft]: inverse FFT, Hann, overlap-add, divided by the summed squared window."""
        size, hop = self.config["n_fft"], self.config["hop"]
        frames = torch.fft.irfft(spectrum, size) * self.hann
        batch, count, _ = frames.shape
        length = (count - 1) * hop + size
        wave = torch.nn.functional.fold(frames.transpose(1, 2), (1, length), (1, size), stride=(1, hop)).view(batch, length)
        return wave * self.inverse.repeat(length // hop + 1)[:length]

    def forward(self, features, pulse, noises):
        """features [B, T, mel + 2], pulse [B, n], noises: list of [B, n] -> list of waves [B, n], one a noise."""
        tone, gain = self.filters(features)
        voiced = tone * self.spectra(pulse)
        return [self.join(voiced + gain * self.spectra(noise)) for noise in noises]


def white(shape, device=None):
    """Uniform noise of unit power."""
    return (torch.rand(shape, device=device) * 2 - 1) * math.sqrt(3.0)
