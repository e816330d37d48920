"""Train the assistant: next-token loss on calls and replies (and lightly on the user's words), packed rows.

Muon (Jordan et al. 2024) for the matrices, AdamW for the rest, cosine schedule with warm-up, bf16 autocast; resumes from DIR/last.pt.  Each row
starts with <s> and a dialogue (or as the cache looks after eviction) and is filled with the dialogues that follow, without a mask between them:
an endless conversation is what the runtime's cache holds too.  Two processes (--rank 0 and 1, one --partner folder) train one model on two cores.

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
from partner import Partner

WEIGHT = {tk.USER: 0.1, tk.CALL: 1.0, tk.RESULT: 0.0, tk.SAY: 1.0}


def token_weights(ids):
    """Loss weight of each token as a target: 1 for what the model says, 0.1 for user text, 0 for results and declared tools."""
    out, state = np.zeros(len(ids), np.float32), tk.RESULT if ids[0] == tk.BOS else tk.USER
    for i, t in enumerate(ids):
        if t in (tk.USER, tk.CALL, tk.RESULT, tk.SAY):
            out[i] = 0.1 if t == tk.USER else 1.0
            state = t
        else:
            out[i] = 1.0 if t == tk.END and state != tk.RESULT else WEIGHT[state]
    return out


def split(tok, path):
    """(lines that begin a conversation of their own, the others) of a text, as (ids, weights); the first declare tools."""
    heads, plain = [], []
    with open(path) as f:
        for line in f:
            ids = tok.encode(line.rstrip("\n"))
            (heads if ids[0] == tk.BOS else plain).append((ids, token_weights(ids)))
    return heads, plain


def pack(tok, path, rows, seed=1):
    """Rows [n, rows + 1] of ids and weights; a dialogue that does not fit is cut at the row's end.

    Every row begins with <s>.  A third of the rows look like the runtime's cache after eviction: a few first tokens (the sinks), then text from the
    middle of a dialogue on.
    """
    r, all_ids, all_w = random.Random(seed), [], []
    heads, plain = split(tok, path)
    ids, w = [], []
    for new, weights in plain:
        if not ids and heads and r.random() < 0.2:
            ids, w = list(heads[-1][0]), heads.pop()[1].tolist()
        elif not ids:
            ids, w = [tk.BOS], [0]
            if r.random() < 0.33:
                sinks, at = r.choice((1, 3, 3, 7)), r.randrange(len(new))
                weights[:sinks] = 0
                new, weights = new[:sinks] + new[at:], np.concatenate([weights[:sinks], np.zeros(1, np.float32), weights[at + 1:]])
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


class Sets:
    """Batches from DIR/train.*.txt, one set after the other, each in a random order of rows; sets written later are picked up. Ranks begin apart."""

    def __init__(self, args, tok, device):
        self.args, self.tok, self.device, self.turn, self.rows, self.at = args, tok, device, args.rank * 3, 0, 0

    def batch(self):
        if self.at + self.args.batch > self.rows:
            files = sorted(self.args.work.glob("train.*.txt"))
            self.ids, self.w = packed(self.tok, files[self.turn % len(files)], self.args.rows)
            print("set", files[self.turn % len(files)].name, self.ids.numel(), "tokens", flush=True)
            self.rows, self.at, self.turn = len(self.ids), 0, self.turn + 1
            self.order = torch.randperm(self.rows)
        pick = self.order[self.at:self.at + self.args.batch]
        self.at += self.args.batch
        return self.ids[pick].to(self.device).long(), self.w[pick].to(self.device)


def head_loss(h, table, want, users):
    """(loss, reply loss, user-text loss) of picked places h [n, width]: the first n - users are the model's own, the rest user text."""
    logits = F.linear(h, table).float()
    each = torch.logsumexp(logits, 1) - logits.gather(1, want[:, None])[:, 0]
    ours, logits, each = each[:-users].mean(), logits[-users:], each[-users:]
    ending = torch.logaddexp(logits[:, tk.CALL], logits[:, tk.SAY])
    whole = torch.logsumexp(logits, 1)
    rest = whole + torch.log1p(-torch.exp((ending - whole).clamp(max=-1e-4)))
    theirs = (each - whole + rest).mean()
    return ours + 0.05 * theirs + 0.1 * (whole - ending).mean(), ours, theirs


def some(places, n):
    """n of the places, each once where they suffice."""
    return places[torch.randperm(len(places))[:n]] if len(places) >= n else places[torch.randint(len(places), (n,))]


def loss_of(model, ids, w, head=head_loss):
    """(weighted loss, reply loss, user-text loss; nats) of a batch of ids and weights [b, t + 1].

    User text is predicted among all tokens but the two that end it (call, say), and those two are to outweigh the rest at
    every place in it: wherever the runtime ends the user's text, the model answers.  7/16 of all places are looked at, drawn from the
    model's own tokens, and 1/9 from user text: the table of logits is the dearest part of a small model.
    """
    with torch.autocast(ids.device.type, dtype=torch.bfloat16):
        h = model.hidden(ids[:, :-1]).flatten(0, 1)
    w, want = w[:, 1:].flatten(), ids[:, 1:].flatten()
    own = some((w > 5).nonzero()[:, 0], len(w) * 7 // 16)
    user = some(((w > 0) & (w < 5) & (want != tk.USER)).nonzero()[:, 0], len(w) // 9)
    at = torch.cat([own, user])
    return head(h[at], model.token_embd.weight.to(h.dtype), want[at], len(user))


@torch.no_grad()
def evaluate(model, ids, w, batch=16):
    parts = [[x.item() for x in loss_of(model, ids[i:i + batch].long(), w[i:i + batch])[1:]] for i in range(0,
        len(ids), batch)]
    return np.mean(parts, 0)


def orthogonal(g, steps=5):
    """Nearest semi-orthogonal matrices to g [n, rows, columns], about, by Newton and Schulz's iteration (Jordan et al. 2024)."""
    x = g.bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.transpose(1, 2) if tall else x
    for _ in range(steps):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.transpose(1, 2) if tall else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose update of each matrix is made orthogonal; all matrices of one shape are done together."""

    def __init__(self, params, lr=0.02, momentum=0.95, weight_decay=0.01):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                shapes.setdefault(p.shape, []).append(p)
            for shape, ps in shapes.items():
                for p in ps:
                    m = self.state[p].setdefault("m", torch.zeros_like(p))
                    m.lerp_(p.grad, 1 - group["momentum"])
                update = orthogonal(torch.stack([p.grad.lerp(self.state[p]["m"], group["momentum"]) for p in ps]))
                for p, u in zip(ps, update):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(u, alpha=-group["lr"] * max(1, shape[0] / shape[1]) ** 0.5)


class Both:
    """Muon for the blocks' matrices, AdamW for table and norms; `scale` moves both rates."""

    def __init__(self, model, lr, matrix_lr):
        table = [p for n, p in model.named_parameters() if p.dim() == 2 and "embd" in n]
        norms = [p for p in model.parameters() if p.dim() == 1]
        self.parts = [Muon([p for n, p in model.named_parameters() if p.dim() == 2 and "embd" not in n], lr=matrix_lr),
            torch.optim.AdamW([{"params": table, "weight_decay": 0.01}, {"params": norms, "weight_decay": 0.0}], lr=lr, betas=(0.9, 0.98), fused=True)]
        self.rates = [[g["lr"] for g in o.param_groups] for o in self.parts]

    def scale(self, x):
        for o, rates in zip(self.parts, self.rates):
            for g, rate in zip(o.param_groups, rates):
                g["lr"] = rate * x

    def step(self):
        for o in self.parts:
            o.step()

    def zero_grad(self):
        for o in self.parts:
            o.zero_grad(set_to_none=True)

    def state_dict(self):
        return [o.state_dict() for o in self.parts]

    def load_state_dict(self, saved):
        for o, s in zip(self.parts, saved):
            o.load_state_dict(s)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--minutes", type=float, default=60, help="length of the schedule, wall clock over all resumptions")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=3e-3, help="of the token table and the norms")
    ap.add_argument("--matrix-lr", type=float, default=0.02, help="of the other matrices")
    ap.add_argument("--rows", type=int, default=256, help="tokens a row (the last minutes: 512, the whole context)")
    ap.add_argument("--compile", action="store_true", help="torch.compile the loss (needs a C++ compiler)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--init", type=pathlib.Path, help="checkpoint whose weights to start from")
    ap.add_argument("--warmup", type=float, default=0.02, help="share of the schedule")
    ap.add_argument("--partner", type=pathlib.Path, help="folder in which two processes meet")
    ap.add_argument("--rank", type=int, default=0, help="of the two, 0 saves")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tok = tk.Tokenizer.load(args.work / "tokenizer.json")
    dev = tuple(x.to(device) for x in packed(tok, args.work / "dev.txt", args.rows))
    model = Model(Config(vocab=len(tok.tokens))).to(device)
    opt = Both(model, args.lr, args.matrix_lr)
    done = {"spent": 0.0, "step": 0, "tokens": 0}
    last = args.work / "last.pt"
    if last.exists():
        saved = torch.load(last, map_location=device)
        model.load_state_dict(saved["model"])
        opt.load_state_dict(saved["opt"])
        done = saved["done"]
    elif args.init:
        model.load_state_dict(torch.load(args.init, map_location=device)["model"])
    print(f"{sum(p.numel() for p in model.parameters())} parameters; from step {done['step']}", flush=True)
    torch.manual_seed(args.seed * 1000 + args.rank + 7919 * done["step"])
    train(args, model, opt, Sets(args, tok, device), dev, done, last)


def save(path, model, opt, done):
    torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "done": done, "config": dataclasses.asdict(model.c)},
        path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def report(model, dev, done):
    model.eval()
    own, user = evaluate(model, *dev)
    model.train()
    print(f"min {done['spent'] / 60:.1f} step {done['step']} tokens {done['tokens'] / 1e6:.2f}M dev: reply {own:.4f} user {user:.4f}", flush=True)


def train(args, model, opt, sets, dev, done, last):
    head = head_loss
    if args.compile:
        model.hidden, head = torch.compile(model.hidden), torch.compile(head_loss)
    total, begun, spent = args.minutes * 60, time.time(), done["spent"]
    partner = Partner(args.partner, args.rank) if args.partner else None
    parameters, kept, shown = list(model.parameters()), begun, []
    while True:
        now = time.time()
        done["spent"] = spent + now - begun
        x = min(1.0, done["spent"] / total)
        if now - kept > 150 or x >= 1:
            kept = now
            if args.rank == 0:
                save(last, model, opt, done)
                report(model, dev, done)
        if x >= 1:
            return
        opt.scale(x / args.warmup if x < args.warmup else 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (x - args.warmup) / (1 - args.warmup))))
        ids, w = sets.batch()
        loss, own, user = loss_of(model, ids, w, head)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        opt.step()
        if partner:
            partner.meet(parameters)
        done["step"] += 1
        done["tokens"] += args.batch * (ids.shape[1] - 1)
        shown.append((own.item(), user.item()))
        if done["step"] % 50 == 0:
            own, user = np.mean(shown, 0)
            shown = []
            print(f"min {done['spent'] / 60:.1f} step {done['step']} tokens {done['tokens'] / 1e6:.2f}M reply {own:.4f} user {user:.4f}", flush=True)


if __name__ == "__main__":
    main()
