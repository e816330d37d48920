"""Trains the acoustic model of the voice on aligned clips (tts_data.py and tts_align.py first).

    python models/train/tts_train.py --work DIR [--data DIR] [--minutes 30]
    python models/train/tts_train.py --work DIR --evaluate         held-out losses of the averaged weights
    python models/train/tts_train.py --work DIR --predict DIR2     mels with the recording's durations, pitch and
                                                                   energy, {stem}.npy, for fine-tuning the vocoder
Loss: L1 on mel and on its differences over time and bands (keeps edges and formants sharp), L1 on pitch in voiced frames,
cross-entropy on voicing, L1 on the phones' log duration, pitch and energy.
"""
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import tts_critic
import tts_data
import tts_model
import tts_nn
import vocoder_train
from tts_align import SIL, SP

LEAD, TRAIL = 8, 25                     # most frames of silence kept before and after
SHORTEST = 8                            # phones of a part of a clip


class Clip:
    """One aligned clip as tensors; mel normalised, pitch normalised and continuous."""

    def __init__(self, work, stem, entry, stats):
        item = tts_data.load(work, stem)
        full = vocoder_train.features(item, stats)
        ids, durations = list(entry["ids"]), list(entry["dur"])
        start = max(durations[0] - LEAD, 0)
        durations[0] -= start
        stop = len(full) - max(durations[-1] - TRAIL, 0)
        durations[-1] -= len(full) - stop
        self.stem, self.start, self.stop, self.total = stem, start, stop, len(full)
        self.voice = tts_data.voice_of(stem)
        phones, after, before, durations = tts_model.drop_boundaries(ids, durations)
        full = torch.from_numpy(full[start:stop])
        self.mel, self.pitch, self.voiced = full[:, :80], full[:, 80], full[:, 81]
        self.phones, self.after, self.before = torch.tensor(phones), torch.tensor(after), torch.tensor(before)
        self.durations = torch.tensor(durations)
        self.index = torch.repeat_interleave(torch.arange(len(phones)), self.durations)
        self.place = tts_model.places(durations)
        self.phone_pitch, self.phone_energy = self.mean(self.pitch), self.mean(self.mel.mean(dim=1))

    def piece(self, random):
        """The clip, or a part of it between pauses with the symbols that the runtime gives a clause: SIL before, the pause after."""
        pauses = [i for i, p in enumerate(self.phones.tolist()) if p == SP and self.durations[i] > 3]
        if not pauses or random.random() < 0.4:
            return self
        edges = [0] + pauses + [len(self.phones) - 1]
        a = int(random.integers(0, len(edges) - 1))
        b = int(random.integers(a + 1, len(edges)))
        return self.part(edges[a], edges[b]) if edges[b] - edges[a] > SHORTEST else self

    def part(self, first, last):
        """Phones first..last; of the first, a pause, the last LEAD frames."""
        out = copy.copy(self)
        begin = self.durations.cumsum(0) - self.durations
        lead = min(int(self.durations[first]), LEAD)
        frames = slice(int(begin[first] + self.durations[first]) - lead, int(begin[last] + self.durations[last]))
        for name in ("mel", "pitch", "voiced"):
            setattr(out, name, getattr(self, name)[frames])
        for name in ("phones", "after", "before", "durations", "phone_pitch", "phone_energy"):
            setattr(out, name, getattr(self, name)[first:last + 1].clone())
        out.phones[0], out.durations[0] = SIL, lead
        out.index = torch.repeat_interleave(torch.arange(len(out.phones)), out.durations)
        out.place = tts_model.places(out.durations.tolist())
        return out

    def mean(self, values):
        """Frame values averaged over each phone (0 for a phone without frames)."""
        total = torch.zeros(len(self.phones)).index_add_(0, self.index, values)
        return total / self.durations.clamp(min=1)


def load_clips(work, stats, stems):
    table = json.loads(Path(work, "align.json").read_text())
    clips = [Clip(work, s, table[s], stats) for s in stems if s in table and min(table[s]["dur"]) >= 0]
    return [c for c in clips if len(c.index) == len(c.mel) and c.durations.max() < 80]


def pad(parts):
    return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)


def collate(clips, device):
    """Padded batch of clips as a dict of tensors."""
    names = ("phones", "after", "before", "durations", "phone_pitch", "phone_energy", "index", "place", "mel", "pitch", "voiced")
    out = {n: pad([getattr(c, n) for c in clips]) for n in names}
    out["spot"] = pad([tts_model.spots(len(c.phones)) for c in clips])
    out["voice"] = torch.tensor([c.voice for c in clips])
    out["phone_mask"] = pad([torch.ones(len(c.phones), 1) for c in clips])
    out["frame_mask"] = pad([torch.ones(len(c.mel), 1) for c in clips])
    return {k: v.to(device) for k, v in out.items()}


def forward(model, b):
    """Teacher-forced frames [B, T, 82] and phone variances [B, N, 3]."""
    rows, var = model.encode(b["phones"], b["after"], b["before"], b["spot"], b["voice"], b["phone_mask"])
    made = model.decode(rows, b["index"], b["phone_pitch"], b["phone_energy"], b["place"], b["voice"], b["frame_mask"])
    return made.float(), var.float()


def losses(made, var, b):
    """Dict of mean losses over the real frames and phones."""
    frame, phone = b["frame_mask"], b["phone_mask"][..., 0]
    count = frame.sum()
    mel = made[..., :80]
    error = (mel - b["mel"]) * frame
    both = frame[:, 1:] * frame[:, :-1]
    heard = phone * (b["durations"] > 0)
    mean = lambda x, m: (x * m).sum() / m.sum().clamp(min=1)
    return {
        "mel": error.abs().sum() / count / 80,
        "time": ((error[:, 1:] - error[:, :-1]).abs() * both).sum() / count / 80,
        "band": (error[..., 1:] - error[..., :-1]).abs().sum() / count / 79,
        "pitch": mean((made[..., 80] - b["pitch"]).abs(), frame[..., 0] * b["voiced"]),
        "voiced": mean(F.binary_cross_entropy_with_logits(made[..., 81], b["voiced"], reduction="none"), frame[..., 0]),
        "duration": mean((var[..., 0] - b["durations"].clamp(min=1).log()).abs(), heard),
        "phone_pitch": mean((var[..., 1] - b["phone_pitch"]).abs(), heard),
        "phone_energy": mean((var[..., 2] - b["phone_energy"]).abs(), heard)}


WEIGHTS = {"mel": 1.0, "time": 0.5, "band": 0.5, "pitch": 0.3, "voiced": 0.3, "duration": 0.5, "phone_pitch": 0.3,
           "phone_energy": 0.3}
ADVERSARY, MATCH = 0.1, 0.3             # weights of the adversary's two losses


@torch.no_grad()
def evaluate(model, clips, device):
    """Mean held-out losses, and the share of frames whose voicing is right."""
    model.eval()
    total = {}
    for i in range(0, len(clips), 10):
        b = collate(clips[i:i + 10], device)
        made, var = forward(model, b)
        values = losses(made, var, b)
        right = ((made[..., 81] > 0) == (b["voiced"] > 0.5)).float() * b["frame_mask"][..., 0]
        values["voicing_right"] = right.sum() / b["frame_mask"].sum()
        for key, value in values.items():
            total[key] = total.get(key, 0.0) + float(value) * len(clips[i:i + 10]) / len(clips)
    model.train()
    return total


@torch.no_grad()
def predict(model, clips, folder):
    """Teacher-forced mels of whole clips; frames outside the kept silence are the recording's."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    model.eval()
    for clip in clips:
        made, _ = forward(model, collate([clip], torch.device("cpu")))
        edge = [made[0, :1, :80].repeat(clip.start, 1), made[0, :, :80], made[0, -1:, :80].repeat(clip.total - clip.stop, 1)]
        np.save(Path(folder) / f"{clip.stem}.npy", torch.cat(edge).numpy().astype(np.float32))


class Adversary:
    """The critic with its optimiser; step() trains it on one batch and gives the acoustic model's extra loss."""

    def __init__(self, device):
        self.critic = tts_critic.Critic().to(device)
        self.optimiser = torch.optim.Adam(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.9))

    def step(self, made, b, random):
        lengths = b["frame_mask"][..., 0].sum(1).int().tolist()
        if max(lengths) < tts_critic.WINDOW:
            return 0.0 * made.sum()
        fake, real, keep = tts_critic.windows(made[..., :80], b["mel"], lengths, random)
        voice = b["voice"][keep]
        with torch.autocast(made.device.type, dtype=torch.bfloat16):
            loss = tts_critic.critic_loss(self.critic, fake, real, voice)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        with torch.autocast(made.device.type, dtype=torch.bfloat16):
            fool, match = tts_critic.model_loss(self.critic, fake, real, voice)
        self.last = (float(loss), float(fool), float(match))
        return ADVERSARY * fool + MATCH * match


def train(args, model, clips, held, device):
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.02)
    average, clock = tts_nn.Average(model), tts_nn.Clock(args.minutes, args.rate)
    path = Path(args.work) / f"{args.name}.pt"
    step = tts_nn.resume(path, model, optimiser, average, clock)
    random = np.random.default_rng(2 + step)
    order = sorted(range(len(clips)), key=lambda i: len(clips[i].mel))
    adversary = Adversary(device) if args.adversary else None
    ahead, judge = (torch.compile(f, dynamic=True) if args.compile else f for f in (forward, losses))
    saved, running = time.time(), None
    while clock.tick(optimiser):
        at = int(random.integers(0, len(order) - args.batch * 3))
        chosen = random.choice(order[at:at + args.batch * 3], args.batch, replace=False)
        b = collate([clips[i].piece(random) for i in chosen], device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            made, var = ahead(model, b)
        values = judge(made, var, b)
        loss = sum(WEIGHTS[k] * v for k, v in values.items())
        if adversary:
            loss = loss + adversary.step(made, b, random)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update(model)
        step += 1
        running = loss.item() if running is None else 0.99 * running + 0.01 * loss.item()
        if step % 500 == 0:
            held_out = evaluate(model, held, device)
            print(f"step {step} minutes {clock.used / 60:.2f} loss {running:.4f}", *(adversary.last if adversary else ()),
                  " ".join(f"{k} {v:.4f}" for k, v in held_out.items()), flush=True)
        if time.time() - saved > 120:
            tts_nn.save(path, model, optimiser, average, clock, step, {"config": model.config})
            saved = time.time()
    tts_nn.save(path, model, optimiser, average, clock, step, {"config": model.config})


def main():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--minutes", type=float, default=30, help="training time, kept over resumes")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--name", default="tts", help="checkpoint WORK/NAME.pt")
    parser.add_argument("--start", help="checkpoint whose averaged weights to start from")
    parser.add_argument("--adversary", action="store_true", help="train against tts_critic.py (from a trained --start)")
    parser.add_argument("--compile", action="store_true", help="compile network and loss (a third faster)")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--predict", metavar="DIR2")
    parser.add_argument("--clips", type=int, default=0, help="use so many training clips, drawn by a fixed seed (0: all)")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(2)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    stats = vocoder_train.statistics(args.work)
    model = tts_model.Acoustic(dropout=args.dropout).to(device)
    if args.start:
        model.load_state_dict(torch.load(args.start, map_location=device, weights_only=False)["average"])
    held = load_clips(args.work, stats, tts_data.heldout())
    if args.evaluate or args.predict:
        model.load_state_dict(torch.load(Path(args.work) / f"{args.name}.pt", map_location=device, weights_only=False)["average"])
    if args.evaluate:
        print(len(held), "held-out clips", {k: round(v, 4) for k, v in evaluate(model, held, device).items()})
        return
    stems = tts_data.train_stems([s for s, _, _ in tts_data.clips(args.data)])
    if args.clips:
        stems = np.random.default_rng(4).permutation(stems)[:args.clips].tolist()
    clips = load_clips(args.work, stats, stems)
    if args.predict:
        predict(model, clips, args.predict)
        return
    print("clips", len(clips), "held out", len(held), "parameters", sum(p.numel() for p in model.parameters()), flush=True)
    train(args, model, clips, held, device)


if __name__ == "__main__":
    main()
