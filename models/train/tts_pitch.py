"""Pitch of the recordings: f0, voicing, and the phase of the first harmonic.

1. Normalised cross-correlation per frame at every lag (by FFT), Viterbi over lags with a cost on log-lag jumps.
2. Voicing from the correlation on the path and the frame's energy, cleaned of single frames.
3. The wave is heterodyned by the integrated f0 and low-passed: the angle left over is the phase error of the first
   harmonic, and its slope corrects f0. An excitation built on this phase stays locked to the recording, so the
   vocoder can be trained on complex spectra, not on magnitudes alone.
"""
import numpy as np
from scipy.signal import fftconvolve

RATE, HOP, WIN, CENTRE = 16000, 160, 400, 200
LAG_MIN, LAG_MAX = 36, 200             # 444 Hz .. 80 Hz
SPAN = 480                             # samples compared at each lag (30 ms)


def correlation(wave, count):
    """[count, lags] normalised cross-correlation, both windows placed symmetrically round the frame centre."""
    size = 1024
    lags = np.arange(LAG_MIN, LAG_MAX + 1)
    need = SPAN + LAG_MAX
    pad = np.pad(wave, (need, need + size))
    start = np.arange(count) * HOP + CENTRE - (SPAN + LAG_MAX) // 2 + need
    block = pad[start[:, None] + np.arange(need)[None]]
    head = np.fft.rfft(block[:, :SPAN], size)
    cross = np.fft.irfft(np.conj(head) * np.fft.rfft(block, size), size)[:, lags]
    energy = np.concatenate([np.zeros((count, 1)), np.cumsum(block.astype(np.float64) ** 2, axis=1)], axis=1)
    tail = energy[:, lags + SPAN] - energy[:, lags]
    return cross / np.sqrt(energy[:, SPAN:SPAN + 1] * tail + 1e-4), energy[:, SPAN]


def viterbi(score, jump):
    """Best lag index per frame: maximum of the summed score less jump cost [lags, lags]."""
    count, lags = score.shape
    back = np.zeros((count, lags), np.int16)
    best = score[0].copy()
    for t in range(1, count):
        total = best[None] - jump
        back[t] = total.argmax(axis=1)
        best = total[np.arange(lags), back[t]] + score[t]
    path = np.zeros(count, np.int64)
    path[-1] = best.argmax()
    for t in range(count - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def parabola(score, path):
    """Lag of the maximum near the path, to a fraction of a sample."""
    row = np.arange(len(path))
    mid = np.clip(path, 1, score.shape[1] - 2)
    a, b, c = score[row, mid - 1], score[row, mid], score[row, mid + 1]
    bend = a - 2 * b + c
    shift = np.where(bend < -1e-6, 0.5 * (a - c) / np.minimum(bend, -1e-6), 0.0)
    return LAG_MIN + mid + np.clip(shift, -1, 1)


def clean(voiced, shortest=3):
    """Flip runs shorter than `shortest` frames."""
    voiced = voiced.copy()
    for want in (False, True):
        edge = np.flatnonzero(np.diff(np.concatenate([[2], voiced.astype(int), [2]])))
        for a, b in zip(edge[:-1], edge[1:]):
            if b - a < shortest and voiced[a] == want:
                voiced[a:b] = not want
    return voiced


def fill(values, voiced):
    """Values on voiced frames, straight lines across the others."""
    if not voiced.any():
        return np.full(len(values), 200.0)
    index = np.arange(len(values))
    return np.interp(index, index[voiced], values[voiced])


def at_samples(values, length):
    """Frame-centre values drawn as straight lines over samples."""
    return np.interp(np.arange(length), np.arange(len(values)) * HOP + CENTRE, values)


def lock(wave, f0, voiced):
    """Phase (radians, unwrapped) of the first harmonic at frame centres, and f0 corrected to its slope."""
    length = len(wave)
    base = 2 * np.pi * np.cumsum(at_samples(f0, length)) / RATE
    window = np.hanning(641)
    inner = fftconvolve(wave * np.exp(-1j * base), window / window.sum(), mode="same")
    centre = np.minimum(np.arange(len(f0)) * HOP + CENTRE, length - 1)
    error = np.unwrap(np.angle(inner[centre]))
    error = fill(error, voiced) if voiced.any() else np.zeros(len(f0))
    slope = np.gradient(error) / HOP * RATE / (2 * np.pi)
    fixed = np.clip(f0 + np.clip(slope, -0.08 * f0, 0.08 * f0), 60.0, 500.0)
    return base[centre] + error, fixed


def track(wave):
    """(f0 [T] Hz, continuous; voiced [T] 0/1; phase [T] radians) of a float wave at 16 kHz."""
    count = (len(wave) - WIN) // HOP + 1
    kernel = np.hanning(15)
    smooth = np.convolve(wave - wave.mean(), kernel / kernel.sum(), mode="same")
    score, energy = correlation(smooth.astype(np.float32), count)
    lags = np.arange(LAG_MIN, LAG_MAX + 1)
    jump = 4.0 * np.abs(np.log(lags[:, None] / lags[None]))
    path = viterbi(score - 0.0008 * (lags - LAG_MIN)[None], np.minimum(jump, 1.0))
    strength = score[np.arange(count), path]
    loud = 10 * np.log10(energy + 1e-9)
    voiced = clean((strength > 0.55) & (loud > np.percentile(loud, 95) - 38))
    f0 = fill(RATE / parabola(score, path), voiced)
    phase, fixed = lock(wave, f0, voiced)
    return fixed.astype(np.float32), voiced.astype(np.uint8), phase.astype(np.float64)
