"""How far one wave is from another at 16 kHz: on the same time line (copy-synthesis), and of another reading of the same words (full synthesis).

Same time line: PESQ-WB (ITU-T P.862.2), STOI (Taal et al. 2011), and the multi-resolution STFT distance (Yamamoto et al. 2020): the mean over windows of
512, 1024 and 2048 samples (Hann, hop a quarter) of spectral convergence |S - S'|_F / |S|_F and mean |ln S - ln S'|, magnitudes from 1e-4 up.
Another reading: mel-cepstral distortion (Kubichek 1993) on the path of dynamic time warping, silence at both ends cut off,
10 / ln 10 * sqrt(2 * sum over c1..c24 of squared differences) dB, c the cosine transform of the log amplitudes of the 80 mel bands of
runtime/README.md; and on the same path pitch (tts_pitch.track on both): RMSE where both are voiced, and the share of voicing that differs.
"""
import numpy as np

import tts_data
import tts_pitch

SIZES, ORDER = (512, 1024, 2048), 24


def same_length(a, b):
    n = min(len(a), len(b))
    return a[:n].astype(np.float64), b[:n].astype(np.float64)


def magnitudes(wave, size):
    """[frames, size/2+1] of a float wave."""
    wave = np.pad(wave, (0, max(0, size - len(wave))))
    rows = np.lib.stride_tricks.sliding_window_view(wave, size)[::size // 4]
    return np.maximum(np.abs(np.fft.rfft(rows * np.hanning(size + 1)[:-1])), 1e-4)


def stft_distance(reference, made):
    """(spectral convergence, log-magnitude L1), each the mean over SIZES."""
    both = [(magnitudes(reference, n), magnitudes(made, n)) for n in SIZES]
    convergence = np.mean([np.linalg.norm(a - b) / np.linalg.norm(a) for a, b in both])
    return convergence, np.mean([np.abs(np.log(a) - np.log(b)).mean() for a, b in both])


def copy_scores(reference, made):
    """dict of a wave made on the recording's own time line."""
    from pesq import pesq
    from pystoi import stoi
    reference, made = same_length(reference, made)
    convergence, log_l1 = stft_distance(reference, made)
    return {"pesq_wb": pesq(16000, reference, made, "wb"), "stoi": float(stoi(reference, made, 16000)),
            "convergence": convergence, "log_l1": log_l1}


def speech_part(mel):
    """First and last frame + 1 of a [T, 80] log-mel within 40 dB of its loud frames."""
    power = np.log(np.exp(mel).sum(axis=1))
    loud = np.flatnonzero(power > np.percentile(power, 95) - 40 / 10 * np.log(10))
    return loud[0], loud[-1] + 1


def cepstra(mel):
    """[T, ORDER] mel-cepstra c1.. of log amplitudes, ln |H| = c0 + sum c_m cos(m w)."""
    bands = mel.shape[1]
    basis = np.cos(np.pi * np.arange(1, ORDER + 1)[:, None] * (np.arange(bands)[None] + 0.5) / bands) * 2 / bands
    return 0.5 * mel @ basis.T


def warp(cost):
    """[(i, j)] of the path of least summed cost [n, m] from corner to corner, steps (1,0), (0,1), (1,1); by anti-diagonals."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for d in range(n + m - 1):
        i = np.arange(max(0, d - m + 1), min(n, d + 1))
        j = d - i
        total[i + 1, j + 1] = cost[i, j] + np.minimum(total[i, j], np.minimum(total[i, j + 1], total[i + 1, j]))
    path, i, j = [], n, m
    while i and j:
        path.append((i - 1, j - 1))
        step = int(np.argmin([total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]]))
        i, j = i - (step != 2), j - (step != 1)
    return np.array(path[::-1])


def reading(wave):
    """Cepstra, pitch (Hz) and voicing of a wave's speech."""
    mel = tts_data.log_mel(wave)
    f0, voiced, _ = tts_pitch.track(wave)
    a, b = speech_part(mel)
    return cepstra(mel[a:b]), f0[a:b], voiced[a:b] > 0


def reading_scores(reference, made):
    """dict of another reading of the same words."""
    (c, f0, v), (c2, g0, w) = reading(tts_data.level(reference)), reading(tts_data.level(made))
    cost = np.sqrt(np.maximum(((c[:, None] - c2[None]) ** 2).sum(axis=2), 0))
    i, j = warp(cost).T
    both = v[i] & w[j]
    cents = 1200 * np.log2(f0[i][both] / g0[j][both])
    hz = f0[i][both] - g0[j][both]
    return {"mcd": 10 / np.log(10) * np.sqrt(2) * cost[i, j].mean(), "hz2": (hz ** 2).sum(), "cents2": (cents ** 2).sum(),
            "both": int(both.sum()), "voicing": int((v[i] != w[j]).sum()), "path": len(i), "seconds": len(w) / 100, "natural_seconds": len(v) / 100}


def mean_copy(rows):
    return {k: float(np.mean([r[k] for r in rows])) for k in rows[0]}


def mean_reading(rows):
    """Distortion: mean of sentences; pitch and voicing: over all frames of all paths; length against the recordings'."""
    total = {k: sum(r[k] for r in rows) for k in rows[0]}
    return {"mcd": float(np.mean([r["mcd"] for r in rows])), "f0_hz": float(np.sqrt(total["hz2"] / total["both"])),
            "f0_cents": float(np.sqrt(total["cents2"] / total["both"])), "voicing": total["voicing"] / total["path"],
            "length": total["seconds"] / total["natural_seconds"]}
