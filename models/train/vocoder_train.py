"""Trains the vocoder of the voice.

    python models/train/vocoder_train.py --work DIR [--data DIR] [--minutes 45] [--features PREDICTED]

The loss is vocoder_loss.py's: energy distance of spectra, and loudness. Both voices train one network; clips of the second are
drawn half as often as their length says. No adversary.
--features takes a folder of predicted mels ({stem}.npy, [T, 80] normalised) to fine-tune on (seven crops in ten of the clips that have one).
"""
import time
from pathlib import Path

import numpy as np
import torch

import tts_data
import tts_nn
import vocoder_loss
import vocoder_model as vm

FRAMES = 80                             # frames a training crop


def statistics(work):
    """Per-band mean and 1/sd of log-mel over the first voice's training clips, mean and 1/sd of log f0 over voiced frames. Cached."""
    path = Path(work) / "stats.npz"
    if not path.exists():
        stems = tts_data.train_stems([p.stem for p in sorted((Path(work) / "feat").glob("*.npz"))])
        mel, pitch = [], []
        for stem in (s for s in stems if tts_data.voice_of(s) == 0):
            item = tts_data.load(work, stem)
            mel.append(item["mel"])
            pitch.append(np.log(item["f0"][item["voiced"] > 0]))
        mel, pitch = np.concatenate(mel), np.concatenate(pitch)
        np.savez(path, mean=mel.mean(0), istd=1 / mel.std(0), f0_mean=pitch.mean(), f0_istd=1 / pitch.std())
    with np.load(path) as file:
        return {k: file[k].astype(np.float32) for k in file.files}


def features(item, stats, mel=None):
    """[T, 82] network input: normalised mel, normalised log f0, voicing."""
    mel = (item["mel"] - stats["mean"]) * stats["istd"] if mel is None else mel
    pitch = (np.log(item["f0"]) - stats["f0_mean"]) * stats["f0_istd"]
    return np.concatenate([mel, pitch[:, None], item["voiced"][:, None]], axis=1).astype(np.float32)


def target(item, count):
    """The recording on the synthesis time line: 56 samples later, long enough for `count` frames."""
    wave = item["wave"].astype(np.float32) / 32768.0
    length = (count - 1) * vm.HOP + vm.NFFT
    return np.pad(wave, (vm.SHIFT, max(0, length - vm.SHIFT - len(wave))))[:length]


def corpus(work, stats, predicted):
    """List of (features, predicted features or None, pulse, wave, weight) of the training clips, in memory."""
    items = []
    for stem in tts_data.train_stems([p.stem for p in sorted((Path(work) / "feat").glob("*.npz"))]):
        item = tts_data.load(work, stem)
        count = len(item["mel"])
        if count <= FRAMES:
            continue
        other = None
        if predicted and (Path(predicted) / f"{stem}.npy").exists():
            other = features(item, stats, np.load(Path(predicted) / f"{stem}.npy"))
        pulse = vm.locked_pulses(item["phase"], item["f0"], item["voiced"])
        share = count * (0.5 if tts_data.voice_of(stem) else 1.0)
        items.append((features(item, stats), other, pulse.astype(np.float16), target(item, count).astype(np.float16), share))
    return items


def batch(items, weights, random, size):
    """Random crops: features [B, F, 82], pulse [B, n], wave [B, n]."""
    out = []
    for index in random.choice(len(items), size, p=weights):
        real, other, pulse, wave, _ = items[index]
        at = int(random.integers(0, len(real) - FRAMES))
        use = other if other is not None and random.random() < 0.7 else real
        cut = slice(at * vm.HOP, at * vm.HOP + (FRAMES - 1) * vm.HOP + vm.NFFT)
        out.append((use[at:at + FRAMES], pulse[cut], wave[cut]))
    return [torch.from_numpy(np.stack(part)).float() for part in zip(*out)]


def train(args, model, items, device):
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
    average, clock = tts_nn.Average(model), tts_nn.Clock(args.minutes, args.rate)
    path = Path(args.work) / f"{args.name}.pt"
    step = tts_nn.resume(path, model, optimiser, average, clock)
    random = np.random.default_rng(1 + step)
    weights = np.array([i[4] for i in items])
    weights /= weights.sum()
    saved, running = time.time(), None
    filters, one_size = model.filters, vocoder_loss.loss_of_size
    if args.compile:
        filters, one_size = torch.compile(filters), torch.compile(one_size, dynamic=False)
    while clock.tick(optimiser):
        inputs, pulse, wave = (t.to(device) for t in batch(items, weights, random, args.batch))
        with torch.autocast(device.type, dtype=torch.bfloat16):
            tone, gain = filters(inputs)
        voiced = tone * model.spectra(pulse)
        noise = model.spectra(vm.white((2 * args.batch, pulse.shape[1]), device))
        made = model.join(voiced.repeat(2, 1, 1) + gain.repeat(2, 1, 1) * noise)
        skip = 4 * vm.HOP
        loss = vocoder_loss.loss_of(wave[:, skip:-352], made[:, skip:-352], one_size=one_size)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update(model)
        step += 1
        running = loss.item() if running is None else 0.99 * running + 0.01 * loss.item()
        if step % 100 == 0:
            print(f"step {step} minutes {clock.used / 60:.2f} loss {running:.4f}", flush=True)
        if time.time() - saved > 120:
            tts_nn.save(path, model, optimiser, average, clock, step, {"config": model.config})
            saved = time.time()
    tts_nn.save(path, model, optimiser, average, clock, step, {"config": model.config})


def main():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--minutes", type=float, default=45, help="training time, kept over resumes")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--name", default="vocoder", help="checkpoint WORK/NAME.pt")
    parser.add_argument("--start", help="checkpoint whose averaged weights to start from")
    parser.add_argument("--features", help="folder of predicted mels to fine-tune on")
    parser.add_argument("--compile", action="store_true", help="compile network and loss (a minute, then a quarter faster)")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    stats = statistics(args.work)
    model = vm.Vocoder().to(device)
    if args.start:
        model.load_state_dict(torch.load(args.start, map_location=device, weights_only=False)["average"])
    items = corpus(args.work, stats, args.features)
    print("clips", len(items), "parameters", sum(p.numel() for p in model.parameters()), flush=True)
    train(args, model, items, device)


if __name__ == "__main__":
    main()
