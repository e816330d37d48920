"""Golden vectors of the voice: two tiny random models as GGUF and what PyTorch computes with them, int8 layers included.

    python models/train/golden_tts.py --out tests/golden

The tiny acoustic model has two voices; the vectors are of the second. Files (float32 little-endian unless said): tts_tiny.gguf; tts_tiny_phones.u8 [n]; tts_tiny_encoder [sounding phones, width];
tts_tiny_variance [.., 3]; tts_tiny_frames [T, mel + 2] (mel, f0 Hz, voicing 0/1); tts_tiny_start.u32 [n];
vocoder_tiny.gguf; vocoder_tiny_in [T, mel + 2] (mel, f0, voicing); vocoder_tiny_pulses [hop (T+1) + n_fft/2]; vocoder_tiny_pcm.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import tts_int8
import tts_model
import vocoder_model as vm
from tts_export import write_acoustic, write_vocoder

TTS = {"phones": 74, "mel": 8, "width": 16, "voices": 2, "enc": {"hidden": 24, "kernel": 3, "ahead": [1, 2], "dilation": [1, 2]},
       "var": {"hidden": 20, "kernel": 3, "ahead": [1], "dilation": [1]},
       "dec": {"hidden": 24, "kernel": 5, "ahead": [2, 1], "dilation": [1, 1]}}
VOCODER = {"mel": 8, "width": 16, "hidden": 24, "kernel": 3, "ahead": [1, 1, 0], "dilation": [1, 1, 2], "n_fft": 64, "hop": 20,
           "pulse_bands": 9, "noise_bands": 5}
STATS = {"mean": np.linspace(-6, -4, 8, dtype=np.float32), "istd": np.linspace(0.5, 1.5, 8, dtype=np.float32),
         "f0_mean": np.float32(5.1), "f0_istd": np.float32(5.5)}
VOICE = 1                               # the second of the tiny model's two
PHONES = [1, 6, 30, 22, 4, 8, 33, 4, 20, 60, 14, 2, 16, 45, 7, 4, 24, 72, 1]


def shake(model):
    """Random biases, norms and tables, so that no parameter can be forgotten unnoticed."""
    for name, p in model.named_parameters():
        if p.ndim == 1:
            p.data.add_(torch.randn_like(p) * 0.2)
    return model.eval()


def noise(count):
    """The runtime's xorshift32 noise."""
    state, out = 2463534242, np.zeros(count, np.float32)
    for i in range(count):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        signed = state - (1 << 32) if state >> 31 else state
        out[i] = np.float32(signed) * np.float32(np.float32(1.7320508) / np.float32(2147483648.0))
    return out


def runtime_pulses(f0, voiced, hop, half, rate=16000.0, top=vm.TOP):
    """Pulses with the runtime's integer phase: `half` samples at f0[0], then a hop from each frame to the next."""
    turn, out = 0, []
    points = [(f0[0], f0[0], voiced[0], voiced[0], half)]
    points += [(f0[i], f0[i + 1], voiced[i], voiced[i + 1], hop) for i in range(len(f0) - 1)]
    one, turns = np.float32(1), np.float32(np.float32(4294967296.0) / np.float32(rate))
    for a, b, va, vb, n in points:
        for j in range(n):
            u = np.float32(j) * (one / np.float32(n))
            pitch = np.float32(a + np.float32(np.float32(b - a) * u))
            turn = (turn + int(np.float32(pitch * turns))) & 0xFFFFFFFF
            harmonics = np.float32(np.float32(top) / pitch)
            whole, part = int(harmonics), float(harmonics) - int(harmonics)
            p = 2 * np.pi * turn / 2 ** 32
            total = sum(np.cos(k * p) for k in range(1, whole + 1)) + part * np.cos((whole + 1) * p)
            out.append(total * np.sqrt(2.0 / float(harmonics)) * float(va + (vb - va) * u))
    return np.array(out, np.float32)


@torch.no_grad()
def acoustic(out):
    torch.manual_seed(11)
    model = shake(tts_model.Acoustic(TTS))
    model.variance_head.bias.data[0] = 1.2
    write_acoustic(out / "tts_tiny.gguf", model, STATS, "tiny random acoustic model for tests")
    tts_int8.convert(model)
    phones, after, before, _ = tts_model.drop_boundaries(PHONES)
    rows, var = model.encode(torch.tensor([phones]), torch.tensor([after]), torch.tensor([before]), tts_model.spots(len(phones))[None],
                             torch.tensor([VOICE]), torch.ones(1, len(phones), 1))
    frames, durations = model.speak(PHONES, 1.0, VOICE)
    f0 = torch.exp(torch.tensor(STATS["f0_mean"]) + frames[:, 8:9] / torch.tensor(STATS["f0_istd"]))
    start, at, k = [], 0, 0
    for p in PHONES:
        start.append(at)
        if p != tts_model.WB:
            at += durations[k]
            k += 1
    np.array(PHONES, np.uint8).tofile(out / "tts_tiny_phones.u8")
    np.array(start, np.uint32).tofile(out / "tts_tiny_start.u32")
    rows[0].numpy().tofile(out / "tts_tiny_encoder.f32")
    var[0].numpy().tofile(out / "tts_tiny_variance.f32")
    torch.cat([frames[:, :8], f0, (frames[:, 9:] > 0).float()], 1).numpy().astype(np.float32).tofile(out / "tts_tiny_frames.f32")
    print("acoustic:", len(phones), "phones,", len(frames), "frames, durations", durations)


@torch.no_grad()
def vocoder(out, count=14):
    torch.manual_seed(12)
    model = shake(vm.Vocoder(VOCODER))
    model.head.bias.data[:9] += 3.0
    model.head.bias.data[18:] += 4.0
    write_vocoder(out / "vocoder_tiny.gguf", model, STATS, "tiny random vocoder for tests")
    tts_int8.convert(model)
    hop, half = VOCODER["hop"], VOCODER["n_fft"] // 2
    random = np.random.default_rng(5)
    mel = random.normal(size=(count, 8)).astype(np.float32)
    f0 = (180 * np.exp(0.2 * np.cumsum(random.normal(size=count)))).astype(np.float32)
    voiced = np.array([0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0][:count], np.float32)
    last = lambda x: np.concatenate([x, x[-1:], x[-1:]])
    pulse = runtime_pulses(last(f0), last(voiced), hop, half)
    length = (count - 1) * hop + 2 * half
    pitch = ((np.log(f0) - STATS["f0_mean"]) * STATS["f0_istd"])[:, None]
    features = np.concatenate([mel, pitch, voiced[:, None]], 1).astype(np.float32)
    both = [torch.from_numpy(x[:length])[None] for x in (pulse, noise(length))]
    wave = model(torch.from_numpy(features)[None], both[0], [both[1]])[0][0].numpy()
    np.concatenate([mel, f0[:, None], voiced[:, None]], 1).astype(np.float32).tofile(out / "vocoder_tiny_in.f32")
    pulse.tofile(out / "vocoder_tiny_pulses.f32")
    noise(64).tofile(out / "vocoder_tiny_noise.f32")
    wave.astype(np.float32).tofile(out / "vocoder_tiny_pcm.f32")
    print("vocoder:", count, "frames,", len(wave), "samples, rms", float(np.sqrt((wave ** 2).mean())))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    acoustic(Path(args.out))
    vocoder(Path(args.out))


if __name__ == "__main__":
    main()
