"""Log-mel frames (mel.py) of the recogniser's data, and their one-byte form on disk."""
import numpy as np

from mel import BANDS, FLOOR, FMAX, FMIN, HOP, NFFT, RATE, WIN, log_mel

BYTE_LOW, BYTE_STEP = -16.2, 9.0  # stored byte = (ln energy + 16.2) * 9: steps of 0.11, well under any noise
__all__ = ["BANDS", "FLOOR", "FMAX", "FMIN", "HOP", "NFFT", "RATE", "WIN", "logmel", "to_bytes", "from_bytes"]


def logmel(samples):
    """float32 samples in [-1, 1] -> [frames x 80]; the last frame is completed with zeros."""
    return log_mel(samples, finish=True, dtype=np.float32)


def to_bytes(mel):
    return np.clip(np.rint((mel - BYTE_LOW) * BYTE_STEP), 0, 255).astype(np.uint8)


def from_bytes(data):
    return data.astype(np.float32) / BYTE_STEP + BYTE_LOW
