"""Trains the recogniser of `nano` on the shards of asr_data.py: CTC over phones with random chunks and contexts, so that it streams at any.

    python asr_train.py --work DIR --minutes 75            (resumes from DIR/last.pt when it is there)
    python asr_train.py --work DIR --start OLD.pt          (takes the encoder of another checkpoint and skips the short-sentence stages)

The schedule follows the clock: warm-up, then a cosine that reaches zero when the minutes are over. New shards are picked up as they appear.
"""
import argparse
import math
import pathlib
import random
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F

import asr_augment
import asr_eval
import asr_mel
import asr_phones
from asr_model import Config, Recognizer, chunk_mask
from partner import Partner

SHARE = {"speechocean": 0.43, "libri": 0.10, "kathleen": 0.06, "ljspeech": 0.07, "unlabelled": 0.05, "digits": 0.02, "commands": 0.03, "wake": 0.01,
         "synth": 0.22}  # of the sampled frames, among the sets that there are: human speech is scarce, so it comes often and never twice alike
LONGEST, MIDDLE, SHORT = 208, 64, 32  # encoder frames of a training utterance, at most, by stage from last to first


class Shards:
    """All utterances of the shards seen so far: (bytes, first frame, frames, phones, set)."""

    def __init__(self, folder, config):
        self.folder, self.split, self.seen, self.items, self.easy, self.favour = folder, config.split, set(), [], [], []

    def refresh(self):
        fresh = [t for t in sorted(self.folder.glob("*.tsv")) if t.name not in self.seen]
        for tsv in fresh:
            self.seen.add(tsv.name)
            data = np.memmap(tsv.with_suffix(".bin"), np.uint8, "r").reshape(-1, asr_mel.BANDS)
            before = None
            for line in tsv.read_text().splitlines():
                first, frames, name, text = line.split("\t")
                clean, before = (name, text) != before, (name, text)  # the first take of each utterance is nearly clean
                phones, frames = asr_phones.spell(text), int(frames)
                if phones is not None and self.fits(phones, frames):
                    self.items.append((data, int(first), frames, phones, name))
                    self.favour.append(2.0 if clean else 1.0)
                    self.easy.append(1.0 if name == "synth" and clean else 0.02)
        if fresh:
            total = {}
            for item in self.items:
                total[item[4]] = total.get(item[4], 0) + item[2]
            self.cumulative = np.cumsum([f * SHARE[i[4]] * i[2] ** 0.5 / total[i[4]] for f, i in zip(self.favour, self.items)])
            self.cumulative_easy = np.cumsum(self.easy)

    def fits(self, phones, frames):
        length = (frames + 7) // 8 + 1
        repeats = sum(a == b for a, b in zip(phones, phones[1:]))
        return length <= LONGEST and len(phones) + repeats <= (length - 2) * self.split * 0.9

    def pool(self, rng, count, longest):
        cumulative = self.cumulative_easy if longest == SHORT else self.cumulative
        at = np.searchsorted(cumulative, rng.random(count) * cumulative[-1])
        return [self.items[i] for i in at if self.items[i][2] <= longest * 8]


def batches(shards, rng, budget, longest):
    """Batches of similar length: lists of items whose padded size is about `budget` encoder frames."""
    pool = sorted(shards.pool(rng, 3000, longest), key=lambda i: i[2])
    out, batch = [], []
    for item in pool:
        length = (item[2] + 7) // 8 + 1
        if batch and (len(batch) + 1) * length > budget:
            out.append(batch)
            batch = []
        batch.append(item)
    rng.shuffle(out)
    return out


def collate(batch, mean, istd, augment=None):
    """Normalised [B, 8 n, bands] padded with digital silence, lengths [B] in encoder frames, targets [sum], target lengths [B]."""
    sounds = [asr_mel.from_bytes(source[first:first + frames]) for source, first, frames, *_ in batch]
    if augment:
        sounds = [augment(x) for x in sounds]
    lengths = [(len(x) + 7) // 8 + 1 for x in sounds]
    data = np.full((len(batch), max(lengths) * 8, asr_mel.BANDS), 1 / asr_mel.BYTE_STEP + asr_mel.BYTE_LOW, np.float32)
    for row, x in zip(data, sounds):
        row[:len(x)] = x
    mel = (torch.from_numpy(data) - mean) * istd
    if augment:
        for row, x in zip(mel.numpy(), sounds):
            augment.mask(row, len(x))
    targets = torch.tensor([t for i in batch for t in i[3]], dtype=torch.long)
    return mel, torch.tensor(lengths), targets, torch.tensor([len(i[3]) for i in batch])


def statistics(shards, rng):
    """Mean and 1/std of each band over a sample of the data."""
    sample = np.concatenate([np.asarray(i[0][i[1]:i[1] + i[2]]) for i in shards.pool(rng, 1500, LONGEST)])
    mel = asr_mel.from_bytes(sample)
    return torch.from_numpy(mel.mean(0)), torch.from_numpy(1 / mel.std(0))


def draw_mask(t, config, rng, device):
    """Half the time the run-time chunk and context, else others; now and then all of it."""
    pick = rng.random()
    if pick < 0.5:
        return chunk_mask(t, config.chunk, config.left, device)
    if pick < 0.6:
        return chunk_mask(t, 4096, 4096, device)
    return chunk_mask(t, int(rng.integers(2, 13)), int(rng.choice([8, 16, 32, 64])), device)


def loss_of(model, batch, mask, device):
    mel, lengths, targets, target_lengths = batch
    with torch.autocast(device, dtype=torch.bfloat16):
        last, middle = model(mel.to(device), mask)
    lengths = lengths * model.config.split
    losses = [F.ctc_loss(torch.log_softmax(o, -1).transpose(0, 1), targets.to(device), lengths, target_lengths, reduction="sum", zero_infinity=True)
              for o in (last, middle)]
    scale = 1.0 / int(target_lengths.sum())
    return losses[0] * scale, losses[1] * scale


class Training:
    def __init__(self, args):
        self.args, self.device = args, args.device
        self.config, self.rng = Config(), np.random.default_rng([args.seed, args.rank])
        self.shards = Shards(args.work / "shards", self.config)
        self.shards.refresh()
        noise = [np.memmap(p, np.uint8, "r").reshape(-1, asr_mel.BANDS) for p in sorted((args.work / "noise").glob("*.bin"))]
        self.augment = asr_augment.Augment(noise, self.rng) if noise else None
        torch.manual_seed(args.seed)
        self.model = Recognizer(self.config).to(self.device)
        self.average = Recognizer(self.config).to(self.device)
        self.average.load_state_dict(self.model.state_dict())
        self.step, self.spent, self.stop, self.stage, self.level = 0, 0.0, False, 0, 9.0
        signal.signal(signal.SIGTERM, self.halt)  # saves, then ends
        self.mean, self.istd = statistics(self.shards, self.rng)
        self.model.set_rounded(args.rounded)
        self.partner = Partner(args.partner, args.rank) if args.partner else None
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}], lr=0.0,
                                           betas=(0.9, 0.98), fused=True)
        if args.start and not (args.work / "last.pt").exists():
            self.adopt(torch.load(args.start, map_location=self.device, weights_only=False))
        if (args.work / "last.pt").exists():
            self.restore(torch.load(args.work / "last.pt", map_location=self.device, weights_only=False))

    def adopt(self, saved):
        """Another recogniser's encoder, with its normalisation; heads whose shape differs start anew."""
        own = self.model.state_dict()
        own.update({k: v for k, v in saved["average"].items() if k in own and own[k].shape == v.shape})
        self.model.load_state_dict(own)
        self.average.load_state_dict(own)
        self.mean, self.istd, self.stage = saved["mean"], saved["istd"], 2

    def restore(self, saved):
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.spent, self.mean, self.istd = saved["step"], saved["spent"], saved["mean"], saved["istd"]
        self.stage, self.level = saved["stage"], saved["level"]

    def save(self):
        if self.args.rank:
            return
        part = self.args.work / "last.pt.part"
        torch.save({"model": self.model.state_dict(), "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict(),
                    "config": vars(self.config), "stage": self.stage, "level": self.level, "step": self.step, "spent": self.spent, "mean": self.mean, "istd": self.istd, "seed": self.args.seed}, part)
        part.rename(self.args.work / "last.pt")

    def update(self, batch, progress, augment):
        rate = self.args.rate * min(1.0, (self.step + 1) / 400) * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        mel = collate(batch, self.mean, self.istd, self.augment if augment else None)
        mask = draw_mask(mel[0].shape[1] // 8, self.config, self.rng, self.device)
        last, middle = loss_of(self.model, mel, mask, self.device)
        (0.7 * last + 0.3 * middle).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)
        self.step += 1
        if self.partner:
            self.partner.meet(list(self.model.parameters()))
        decay = min(0.999, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        return float(last.detach()), rate

    def next_stage(self):
        """CTC finds its alignments on short, clean, synthetic speech first; 1 when it is ready for more."""
        ready = self.level < (3.7, 2.9, 0)[self.stage] or (self.stage == 1 and self.spent > 0.35 * self.args.minutes * 60)
        if ready:
            self.stage, self.level = self.stage + 1, 9.0
        return ready

    def report(self):
        if self.args.rank:
            return
        for name in ("speechocean", "libri", "voices"):
            per = asr_eval.dev_per(self.average, self.args.work / "dev", name, self.mean, self.istd, limit=40)
            print(f"  dev {name}: PER {100 * per:.1f} % of 40 utterances", flush=True)

    def run(self):
        total, began, offset = self.args.minutes * 60, time.time(), self.spent
        saved = reported = shown = time.time()
        losses, audio = [], 0.0
        while self.spent < total and not self.stop:
            self.shards.refresh()
            longest = (SHORT, MIDDLE, LONGEST)[self.stage]
            for batch in batches(self.shards, self.rng, self.args.frames if longest > SHORT else self.args.frames // 2, longest):
                loss, rate = self.update(batch, self.spent / total, longest > SHORT)
                losses.append(loss)
                self.level += 0.02 * (loss - self.level)
                audio += sum(i[2] for i in batch) / 100
                now = time.time()
                self.spent = offset + now - began
                if now - shown > 30:
                    print(f"{self.spent / 60:6.1f} min step {self.step} loss {np.mean(losses):.3f} rate {rate:.2e} x{audio / (now - shown):.0f} real time, "
                          f"{len(self.shards.items)} utterances", flush=True)
                    losses, audio, shown = [], 0.0, now
                if now - saved > 180 or self.stop:
                    self.save()
                    saved = now
                if now - reported > 600:
                    self.report()
                    reported = shown = time.time()
                if self.next_stage() or self.stop or self.spent >= total:
                    break
        if not self.stop:
            self.save()
            self.report()

    def halt(self, *_):
        self.stop = True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of asr_data.py; checkpoints go there too")
    parser.add_argument("--start", type=pathlib.Path, help="checkpoint whose encoder to begin with")
    parser.add_argument("--minutes", type=float, default=75, help="wall minutes in all, resumed ones counted")
    parser.add_argument("--frames", type=int, default=800, help="encoder frames (80 ms) in a batch")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="peak learning rate")
    parser.add_argument("--rounded", action="store_true", help="with weights rounded to int8, for the last part")
    parser.add_argument("--partner", type=pathlib.Path, help="folder where two trainings of one --work meet (in memory, best)")
    parser.add_argument("--rank", type=int, default=0, help="1 for the second of them: it saves nothing")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    Training(args).run()


if __name__ == "__main__":
    main()
