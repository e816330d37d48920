"""Log-mel of runtime/README.md: the Python twin of audio/mel.c, in NumPy (`log_mel`) and torch (`log_mel_torch`).

16 kHz samples in [-1, 1]; frame t covers [160 t, 160 t + 400); periodic Hann; zero-padded FFT of 512; power; 80 triangles on the HTK mel scale
from 20 to 7600 Hz, peak 1, weights at the bins' own mel; ln(max(energy, 1e-7)). Only whole frames, unless `finish` pads the last with zeros.
"""
import numpy as np

RATE, WIN, HOP, NFFT, BANDS, FMIN, FMAX, FLOOR = 16000, 400, 160, 512, 80, 20.0, 7600.0, 1e-7


def hann(size=WIN):
    """Periodic Hann window, float64 [size]."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def filters(rate=RATE, n_fft=NFFT, bands=BANDS, fmin=FMIN, fmax=FMAX):
    """Triangles, float64 [bands, n_fft/2+1]."""
    def mel(hz):
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    edge = np.linspace(mel(fmin), mel(fmax), bands + 2)
    bins = mel(np.arange(n_fft // 2 + 1) * rate / n_fft)
    up = (bins[None] - edge[:-2, None]) / (edge[1:-1] - edge[:-2])[:, None]
    down = (edge[2:, None] - bins[None]) / (edge[2:] - edge[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(up, down))


FILTERS = filters()


def sanitize(samples):
    """What the runtime does at the edge: not a number or infinite -> 0, then limited to -1..1."""
    samples = np.asarray(samples)
    return np.clip(np.where(np.isfinite(samples), samples, 0.0), -1.0, 1.0)


def cut(samples, finish=False, win=WIN, hop=HOP):
    """Frames as a view [T, win]; with `finish` the last one is completed with zeros so that every sample is in one."""
    n = len(samples)
    count = 0 if n < win else (n - win) // hop + 1
    covered = (count - 1) * hop + win if count else 0
    if finish and n > covered:
        samples = np.pad(samples, (0, count * hop + win - n))
        count += 1
    if count == 0:
        return np.zeros((0, win), dtype=samples.dtype)
    return np.lib.stride_tricks.sliding_window_view(samples, win)[::hop][:count]


def log_mel(samples, finish=False, dtype=np.float64):
    """[n] samples -> float32 [T, 80]. `dtype` float32 is faster, float64 the reference."""
    frames = cut(sanitize(samples).astype(dtype), finish) * hann().astype(dtype)
    spectrum = np.fft.rfft(frames, NFFT)
    power = (spectrum.real ** 2 + spectrum.imag ** 2).astype(dtype)
    return np.log(np.maximum(power @ FILTERS.T.astype(dtype), FLOOR)).astype(np.float32)


def log_mel_torch(samples):
    """torch [..., n] float -> [..., T, 80]; whole frames only, differentiable."""
    import torch
    window = torch.tensor(hann(), dtype=samples.dtype, device=samples.device)
    bank = torch.tensor(FILTERS.T, dtype=samples.dtype, device=samples.device)
    spectrum = torch.fft.rfft(samples.unfold(-1, WIN, HOP) * window, NFFT)
    power = spectrum.real ** 2 + spectrum.imag ** 2
    return torch.log(torch.clamp(power @ bank, min=FLOOR))
