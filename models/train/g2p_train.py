"""Trains the letter-to-sound network on the aligned words of g2p_data.py. One thread, minutes of CPU; resumable.

    python models/train/g2p_train.py --work DIR [--minutes 12] [--batch 256]
writes DIR/model.pt (the last weights and their running average) every epoch. Seed: g2p_data.SEED.
"""
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from g2p_data import SEED, arguments, read_dictionary, split
from g2p_model import LetterToSound, letter_ids
from g2p_score import score


def batches(words, size, rng):
    """Lists of words of one length, in random order; small rests are kept."""
    groups = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    out = []
    for group in groups.values():
        rng.shuffle(group)
        out += [group[i:i + size] for i in range(0, len(group), size)]
    rng.shuffle(out)
    return out


def predict(model, words, classes):
    """{word: phones tuple} by greedy writing with the float weights."""
    model.eval()
    out, groups = {}, {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    for group in groups.values():
        for i in range(0, len(group), 1024):
            part = group[i:i + 1024]
            for word, row in zip(part, model.greedy(letter_ids(part)).tolist()):
                out[word] = tuple(p for c in row for p in classes[c])
    model.train()
    return out


def average(slow, model, keep):
    """Running average of the weights."""
    with torch.no_grad():
        for a, b in zip(slow.parameters(), model.parameters()):
            a.lerp_(b, 1 - keep)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--minutes", type=float, default=12.0, help="CPU minutes in all")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--drop", type=float, default=0.1, help="dropout")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    work = Path(args.work)
    stored = json.loads((work / "aligned.json").read_text())
    classes, train = [tuple(c) for c in stored["classes"]], stored["train"]
    dictionary = read_dictionary(args.data)
    probe = random.Random(1).sample(split(dictionary)[0], 2000)       # words of the training side: watches the fit only
    model, slow = LetterToSound(len(classes), args.drop), LetterToSound(len(classes), args.drop)
    slow.load_state_dict(model.state_dict())
    model.reader.step = model.writer.step = torch.compile(model.reader.step, dynamic=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
    spent, step, epoch = 0.0, 0, 0
    if (work / "model.pt").exists():
        state = torch.load(work / "model.pt", weights_only=False)
        model.load_state_dict(state["last"])
        slow.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step, epoch = state["spent"], state["step"], state["epoch"]
    while spent < 60 * args.minutes:
        begin, loss_sum = time.process_time(), 0.0
        for part in batches(train, args.batch, rng):
            now = spent + time.process_time() - begin
            left = max(0.0, 1 - now / (60 * args.minutes))
            rate = args.rate * min(1.0, (step + 1) / 200) * 0.5 * (1 - math.cos(math.pi * left)) + 1e-5
            for group in optimiser.param_groups:
                group["lr"] = rate
            letters = letter_ids(part)
            target = torch.tensor([train[w] for w in part])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(letters, target, blind=0.1)
            loss = F.cross_entropy(logits.flatten(0, 1), target.T.flatten())
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            average(slow, model, min(0.998, step / (step + 10)))
            loss_sum += float(loss.detach()) * len(part)
        spent += time.process_time() - begin
        epoch += 1
        per, wer = score(predict(slow, probe, classes), dictionary)
        print(f"epoch {epoch} cpu {spent:.0f}s loss {loss_sum / len(train):.4f} rate {rate:.5f} train-probe per {per:.2%} wer {wer:.2%}", flush=True)
        torch.save({"model": slow.state_dict(), "last": model.state_dict(), "optimiser": optimiser.state_dict(),
                    "classes": classes, "spent": spent, "step": step, "epoch": epoch}, work / "model.tmp")
        (work / "model.tmp").rename(work / "model.pt")


if __name__ == "__main__":
    main()
