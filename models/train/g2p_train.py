"""Trains the letter-to-sound network on the aligned words of g2p_data.py. One thread, minutes of CPU; resumable.

    python models/train/g2p_train.py --work DIR [--minutes 12] [--batch 512] [--drop 0.25] [--start OTHER.pt]
writes DIR/model.pt (the last weights and their running average) every epoch. Seed: g2p_data.SEED.
The rate is constant, then falls to zero over the last part (--decay) of the time, so a run can be made longer when it is resumed.
"""
import json
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import g2p_nn
from g2p_data import SEED, arguments, read_dictionary, split
from g2p_model import LetterToSound, letter_ids
from g2p_score import score


def batches(words, size, rng, whole):
    """Lists of `size` words of one length, in random order: the rest of a length waits for another epoch. Of lengths with
    fewer words than a batch every word comes, None after them, when `whole`."""
    groups, out = {}, []
    for word in words:
        groups.setdefault(len(word), []).append(word)
    for group in groups.values():
        rng.shuffle(group)
        if len(group) < size and whole:
            out.append(group + [None] * (size - len(group)))
        out += [group[i:i + size] for i in range(0, len(group) - size + 1, size)]
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
        torch._foreach_lerp_(list(slow.parameters()), list(model.parameters()), 1 - keep)


def loss_of(model, part, train, smooth):
    """Mean loss of a batch; None in it is no word."""
    words = [w or part[0] for w in part]
    target = torch.tensor([train[w] for w in words])
    logits = model(letter_ids(words), target, blind=0.1)
    if None in part:
        target[part.index(None):] = -100
    return F.cross_entropy(logits.flatten(0, 1), target.T.flatten(), label_smoothing=smooth)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--minutes", type=float, default=12.0, help="CPU minutes in all")
    parser.add_argument("--decay", type=float, default=0.4, help="part of them in which the rate falls")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--drop", type=float, default=0.25, help="dropout")
    parser.add_argument("--smooth", type=float, default=0.05, help="label smoothing")
    parser.add_argument("--start", help="weights to begin with")
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
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=False)["model"])
    slow.load_state_dict(model.state_dict())
    g2p_nn.compile_cells()
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    spent, step, epoch = 0.0, 0, 0
    if (work / "model.pt").exists():
        state = torch.load(work / "model.pt", weights_only=False)
        model.load_state_dict(state["last"])
        slow.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        spent, step, epoch = state["spent"], state["step"], state["epoch"]
    while spent < 60 * args.minutes:
        begin, losses, parts = time.process_time(), [], batches(train, args.batch, rng, epoch % 4 == 3)
        for part in parts:
            left = max(0.0, 1 - (spent + time.process_time() - begin) / (60 * args.minutes))
            for group in optimiser.param_groups:
                group["lr"] = args.rate * min(1.0, (step + 1) / 100) * min(1.0, left / args.decay) + 1e-5
            loss = loss_of(model, part, train, args.smooth)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            average(slow, model, min(0.998, step / (step + 10)))
            losses.append(loss.detach())
        spent += time.process_time() - begin
        epoch += 1
        per, wer = score(predict(slow, probe, classes), dictionary)
        print(f"epoch {epoch} cpu {spent:.0f}s loss {sum(losses) / len(losses):.4f} train-probe per {per:.2%} wer {wer:.2%}", flush=True)
        torch.save({"model": slow.state_dict(), "last": model.state_dict(), "optimiser": optimiser.state_dict(),
                    "classes": classes, "spent": spent, "step": step, "epoch": epoch}, work / "model.tmp")
        (work / "model.tmp").rename(work / "model.pt")


if __name__ == "__main__":
    main()
