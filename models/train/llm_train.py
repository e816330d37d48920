"""Train the assistant: next-token loss on calls and replies (and lightly on the user's words), packed rows.

AdamW, cosine schedule with warm-up, bf16 autocast for the matmuls; resumes from DIR/last.pt.  Each row starts at a
dialogue (or as the cache looks after eviction) and is filled with the dialogues that follow, without a mask between them:
an endless conversation is what the runtime's cache holds too.

Run: python models/train/llm_train.py --work DIR --minutes 60     (after llm_data.py and llm_tokenizer.py; CPU or GPU)
"""
import argparse
import dataclasses
import math
import pathlib
import random
import time

import numpy as np
import torch
from torch.nn import functional as F

import llm_tokenizer as tk
from llm_model import Config, Model

WEIGHT = {tk.USER: 0.1, tk.CALL: 1.0, tk.RESULT: 0.0, tk.SAY: 1.0}


def token_weights(ids):
    """Loss weight of each token as a target: 1 for what the model says, 0.1 for user text, 0 for results."""
    out, state = np.zeros(len(ids), np.float32), tk.USER
    for i, t in enumerate(ids):
        if t in (tk.USER, tk.CALL, tk.RESULT, tk.SAY):
            out[i] = 0.1 if t == tk.USER else 1.0
            state = t
        else:
            out[i] = 1.0 if t == tk.END else WEIGHT[state]
    return out


def pack(tok, path, rows, seed=1):
    """Rows [n, rows + 1] of ids and weights; a dialogue that does not fit is cut at the row's end.

    A third of the rows look like the runtime's cache after eviction: a few first tokens (the sinks), then text from the
    middle of a dialogue on.
    """
    r, all_ids, all_w, ids, w = random.Random(seed), [], [], [], []
    with open(path) as f:
        for line in f:
            new = tok.encode(line.rstrip("\n"))
            weights = token_weights(new)
            if not ids and r.random() < 0.33:
                sinks, at = r.choice((2, 4, 4, 8)), r.randrange(len(new))
                weights[:sinks] = 0
                new, weights = new[:sinks] + new[at:], np.concatenate([weights[:sinks], np.zeros(1, np.float32), weights[at
                    + 1:]])
            ids, w = ids + new, w + weights.tolist()
            if len(ids) > rows:
                all_ids.append(np.array(ids[:rows + 1], np.int16))
                all_w.append((np.array(w[:rows + 1]) * 10).astype(np.uint8))
                ids, w = [], []
    return np.stack(all_ids), np.stack(all_w)


def packed(tok, path, rows):
    """`pack` with a cache file beside the text."""
    cache = path.with_suffix(f".{rows}.npz")
    if not cache.exists():
        ids, w = pack(tok, path, rows)
        np.savez(cache, ids=ids, w=w)
    data = np.load(cache)
    return torch.from_numpy(data["ids"]), torch.from_numpy(data["w"])


def loss_of(model, ids, w):
    """(weighted loss, reply loss, user-text loss; nats) of a batch of ids and weights [b, t + 1].

    User text is predicted among all tokens but the two that end it (call, say), and those two are to outweigh the rest at
    every place in it: wherever the runtime ends the user's text, the model answers.
    """
    with torch.autocast(ids.device.type, dtype=torch.bfloat16):
        logits = model(ids[:, :-1])
    logits, w = logits.float().flatten(0, 1), w[:, 1:].flatten()
    own, user = (w > 0.5).float(), (w > 0).float() * (w < 0.5).float()
    user = user * (ids[:, 1:].flatten() != tk.USER).float()
    column = torch.arange(logits.shape[-1], device=ids.device)
    ending = ((column == tk.CALL) | (column == tk.SAY)).float()
    each = F.cross_entropy(logits - 1e4 * user[:, None] * ending, ids[:, 1:].flatten(), reduction="none")
    go_on = torch.logsumexp(logits, 1) - torch.logsumexp(logits - 1e4 * (1 - ending), 1)
    total = (each * w).sum() / w.sum() + 0.1 * (go_on * user).sum() / user.sum()
    return total, (each * own).sum() / own.sum(), (each * user).sum() / user.sum()


@torch.no_grad()
def evaluate(model, ids, w, batch=16):
    parts = [[x.item() for x in loss_of(model, ids[i:i + batch].long(), w[i:i + batch].float() / 10)[1:]] for i in range(0,
        len(ids), batch)]
    return np.mean(parts, 0)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--minutes", type=float, default=60, help="length of the schedule, wall clock over all resumptions")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--rows", type=int, default=256, help="tokens a row (the last minutes: 512, the whole context)")
    ap.add_argument("--compile", action="store_true", help="torch.compile the loss (needs a C++ compiler)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--init", type=pathlib.Path, help="checkpoint whose weights to start from")
    ap.add_argument("--warmup", type=float, default=0.02, help="share of the schedule")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tok = tk.Tokenizer.load(args.work / "tokenizer.json")
    sets = [tuple(x.to(device) for x in packed(tok, args.work / f"{n}.txt", args.rows)) for n in ("train", "dev")]
    (ids, w), dev = sets
    model = Model(Config(vocab=len(tok.tokens))).to(device)
    matrices = [p for p in model.parameters() if p.dim() == 2]
    opt = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.05}, {"params": [p for p in model.parameters()
        if p.dim() == 1], "weight_decay": 0.0}],
                            lr=args.lr, betas=(0.9, 0.98), fused=True)
    done = {"spent": 0.0, "step": 0, "tokens": 0}
    last = args.work / "last.pt"
    if last.exists():
        saved = torch.load(last, map_location=device)
        model.load_state_dict(saved["model"])
        opt.load_state_dict(saved["opt"])
        done = saved["done"]
    elif args.init:
        model.load_state_dict(torch.load(args.init, map_location=device)["model"])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {ids.numel()} training tokens in {len(ids)} rows; from step {done['step']}", flush=True)
    train(args, model, opt, ids, w, dev, done, last)


def save(path, model, opt, done):
    torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "done": done, "config": dataclasses.asdict(model.c)},
        path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def train(args, model, opt, ids, w, dev, done, last):
    step_loss = torch.compile(loss_of) if args.compile else loss_of
    total, begun, spent = args.minutes * 60, time.time(), done["spent"]
    kept, order, shown = begun, torch.randperm(len(ids)), []
    per_epoch = len(ids) // args.batch
    while True:
        now = time.time()
        done["spent"] = spent + now - begun
        x = min(1.0, done["spent"] / total)
        lr = args.lr * (x / args.warmup if x < args.warmup else 0.02 + 0.98 * 0.5 * (1
            + math.cos(math.pi * (x - args.warmup) / (1 - args.warmup))))
        if now - kept > 150 or x >= 1:
            save(last, model, opt, done)
            kept = now
            model.eval()
            own, user = evaluate(model, *dev)
            model.train()
            print(f"min {done['spent'] / 60:.1f} step {done['step']} tokens {done['tokens'] / 1e6:.2f}M dev: reply {own:.4f} user {user:.4f}", flush=True)
        if x >= 1:
            return
        for g in opt.param_groups:
            g["lr"] = lr
        i = done["step"] % per_epoch
        if i == 0:
            order = torch.randperm(len(ids))
        rows = order[i * args.batch:(i + 1) * args.batch]
        loss, own, user = step_loss(model, ids[rows].long(), w[rows].float() / 10)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        done["step"] += 1
        done["tokens"] += args.batch * (ids.shape[1] - 1)
        shown.append((own.item(), user.item()))
        if done["step"] % 50 == 0:
            own, user = np.mean(shown, 0)
            shown = []
            print(f"min {done['spent'] / 60:.1f} step {done['step']} tokens {done['tokens'] / 1e6:.2f}M lr {lr:.5f} reply {own:.4f} user {user:.4f}", flush=True)


if __name__ == "__main__":
    main()
