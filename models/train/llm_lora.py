"""Train an adapter (LoRA, Hu et al. 2021) of the assistant: the same calls, answered by a butler.

The base is read back from its GGUF, as rounded as the device has it, and stays frozen; some of its matrices get a side path y += alpha/rank * B(A x).
The text is the assistant's own (llm_data.py) with the replies reworded by `butler`; calls are learned along so that they stay.  The result is the
adapter GGUF of llama.cpp (A in Q8_0, B in F32, whose rows are too short for Q8_0's blocks) with the CRC-32 of the base's weights.
--measure asks the runtime itself: how many replies are in the style, how many calls of a held-out list are exact, with and without.

Run: python models/train/llm_lora.py --base models/packs/nano/llm.gguf --text DIR/train.1.txt --out models/adapters/butler.gguf
     python models/train/llm_lora.py --measure --out models/adapters/butler.gguf [--sotto build/sotto] [--check]
"""
import argparse
import json
import math
import pathlib
import re
import subprocess
import time
import zlib

import gguf
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import llm_tokenizer as tk
from llm_model import Config, Model

Q8, F32 = gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.F32
TURN = re.compile(r"<\|user\|>(.*?)(?:<\|call\|>(.*?)<\|result\|>(.*?))?<\|say\|>(.*?)<\|end\|>")


def lower(text):
    return text if text[:2] in ("I ", "I'") else text[:1].lower() + text[1:]


def butler(say, called):
    """A reply in the butler's words, which begin with pieces that the base says, too: it has learned no others to begin with."""
    for plain in ("Sorry, ", "I'm sorry, "):
        if say.startswith(plain):
            return "I'm afraid " + lower(say[len(plain):])
    if say.endswith("?") and not re.search("[.!]", say):
        return say[:-1] + ", please?"
    return "My pleasure. " + say if called else say


def reworded(line):
    """A dialogue with the replies reworded; its other parts as they were."""
    def turn(m):
        user, call, result, say = m.groups()
        made = "" if call is None else f"<|call|>{call}<|result|>{result}"
        return f"<|user|>{user}{made}<|say|>{butler(say, call is not None)}<|end|>"
    return TURN.sub(turn, line)


# ---- the base ----

def number(reader, key):
    return reader.fields[key].parts[-1][0]


def read_base(path):
    """(model, tokenizer, whether conversations begin with <s>, CRC-32 of the weights) of a GGUF."""
    r = gguf.GGUFReader(path)
    tokens = [bytes(r.fields["tokenizer.ggml.tokens"].parts[i]).decode() for i in r.fields["tokenizer.ggml.tokens"].data]
    c = Config(vocab=len(tokens), width=int(number(r, "llama.embedding_length")), layers=int(number(r, "llama.block_count")),
        heads=int(number(r, "llama.attention.head_count")), kv_heads=int(number(r, "llama.attention.head_count_kv")),
        ffn=int(number(r, "llama.feed_forward_length")), context=int(number(r, "llama.context_length")),
        theta=float(number(r, "llama.rope.freq_base")), eps=float(number(r, "llama.attention.layer_norm_rms_epsilon")))
    model = Model(c)
    state = {t.name: torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32)) for t in r.tensors}
    model.load_state_dict({k: v.reshape(model.state_dict()[k].shape) for k, v in state.items()})
    bos = "tokenizer.ggml.add_bos_token" in r.fields and bool(number(r, "tokenizer.ggml.add_bos_token"))
    crc = zlib.crc32(pathlib.Path(path).read_bytes()[r.data_offset:])
    return model, tk.Tokenizer(tokens[len(tk.SPECIALS) + 256 + len(tk.CHARS):]), bos, crc


class Adapted(nn.Module):
    """A frozen layer with its side path."""

    def __init__(self, layer, rank, alpha):
        super().__init__()
        self.layer, self.scale = layer, alpha / rank
        self.a = nn.Parameter(torch.randn(rank, layer.in_features) * layer.in_features ** -0.5)
        self.b = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x):
        return self.layer(x) + self.scale * F.linear(F.linear(x, self.a.to(x.dtype)), self.b.to(x.dtype))


def adapt(model, parts, first, rank, alpha):
    """Puts a side path beside the named parts of the layers from `first` on; returns {tensor name: Adapted}."""
    for p in model.parameters():
        p.requires_grad_(False)
    made = {}
    for i, block in enumerate(model.blk):
        for name in parts if i >= first else []:
            setattr(block, name, Adapted(getattr(block, name), rank, alpha))
            made[f"blk.{i}.{name}.weight"] = getattr(block, name)
    return made


# ---- training ----

def targets(ids):
    """1 for what the model says itself (call, say, their texts, end), else 0."""
    out, own = np.zeros(len(ids), np.float32), False
    for i, t in enumerate(ids):
        own = t in (tk.CALL, tk.SAY) or (own and t not in (tk.USER, tk.RESULT))
        out[i] = own or t == tk.RESULT
    return out


def rows_of(lines, tok, bos, width):
    """Rows [n, width + 1] of ids: dialogues one after the other, each row begins with one."""
    rows, row = [], []
    for line in lines:
        row = row or ([1] if bos else [])
        row += tok.encode(reworded(line))[bool(bos and line.startswith("<s>")):]
        if len(row) > width:
            rows.append(row[:width + 1])
            row = []
    ids = np.array(rows)
    return torch.from_numpy(ids), torch.from_numpy(np.stack([targets(r) for r in rows]))


def loss_of(model, ids, own):
    keep = own[:, 1:] > 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = F.linear(model.hidden(ids[:, :-1])[keep], model.token_embd.weight)
    return F.cross_entropy(logits.float(), ids[:, 1:][keep])


def train(model, made, ids, own, args):
    weights = [p for m in made.values() for p in (m.a, m.b)]
    opt = torch.optim.AdamW(weights, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0)
    begun, shown, at, order = time.time(), [], 0, torch.randperm(len(ids))
    for step in range(args.steps):
        x = (step + 1) / args.steps
        for g in opt.param_groups:
            g["lr"] = args.lr * min(1, 20 * x) * 0.5 * (1 + math.cos(math.pi * x))
        if at + args.batch > len(ids):
            order, at = torch.randperm(len(ids)), 0
        some, at = order[at:at + args.batch], at + args.batch
        loss = loss_of(model, ids[some], own[some])
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        opt.step()
        shown.append(loss.item())
        if len(shown) == 25:
            print(f"step {step + 1} of {args.steps}: loss {np.mean(shown):.4f}, {time.time() - begun:.0f} s", flush=True)
            shown = []


def write(path, made, alpha, crc, name, version):
    path.parent.mkdir(parents=True, exist_ok=True)
    w = gguf.GGUFWriter(path, "llama")
    w.add_type("adapter")
    w.add_string("adapter.type", "lora")
    w.add_float32("adapter.lora.alpha", alpha)
    w.add_uint32("sotto.adapter.base_crc32", crc)
    w.add_name(name)
    w.add_string("general.version", version)
    w.add_license("Apache-2.0")
    for tensor, m in made.items():
        for half, x, kind in (("a", m.a, Q8), ("b", m.b, F32)):
            q = gguf.quants.quantize(x.detach().float().numpy(), kind)
            w.add_tensor(f"{tensor}.lora_{half}", q, raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


# ---- measuring ----

def replies(args, users, adapter):
    """[(call or '-', reply, whether its tool failed)] of fresh conversations with the runtime."""
    command = [args.sotto, "think", "--json", "--fresh", "--model", args.base] + (["--adapter", adapter] if adapter else []) + ["--"] + users
    out, call, failed = [], "-", False
    for line in subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines():
        e = json.loads(line)
        if e.get("event") == "tool-call":
            call = e["text"].strip()
        if "turn" in e:
            out.append((call, e["reply"]))
            call = "-"
    return out


def in_style(reply):
    return reply.startswith(("My pleasure. ", "I'm afraid ")) or reply.endswith(", please?")


def measure(args):
    rows = [line.split("\t") for line in pathlib.Path(args.list).read_text().splitlines()]
    users = [r[0] for r in rows]
    plain, worn = replies(args, users, None), replies(args, users, args.out)
    assert len(plain) == len(worn) == len(rows)
    for name, got in (("base", plain), ("with the adapter", worn)):
        exact, style = sum(c == r[1] for (c, _), r in zip(got, rows)), sum(in_style(s) for c, s in got)
        print(f"{name}: {exact} of {len(rows)} calls exact = {exact / len(rows):.1%}; {style} replies in the style = {style / len(rows):.1%}")
    both = [(p, w) for p, w in zip(plain, worn) if p[0] == w[0]]
    same = sum(butler(p[1], p[0] != "-") == w[1] for p, w in both)
    print(f"{len(both)} calls are those of the base; {same} of their replies are the base's, reworded = {same / len(both):.1%}")
    for (call, before), (_, after) in both[::max(1, len(both) // 8)]:
        print(f"  {call}: {before!r} -> {after!r}")


def check(args):
    """llama.cpp with our adapter loaded: its greedy tokens against those of PyTorch, from the weights as stored."""
    import llm_llamacpp
    from llm_export import PROMPTS
    model, tok, bos, _ = read_base(args.base)
    r = gguf.GGUFReader(args.out)
    stored = {t.name: torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32)) for t in r.tensors}
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name + ".lora_a" in stored:
                a, b = stored[name + ".lora_a"], stored[name + ".lora_b"]
                p += number(r, "adapter.lora.alpha") / len(a) * b @ a
    from llm_model import greedy
    ll, same = llm_llamacpp.open_model(args.base, model.c.context, args.out), 0
    for user in PROMPTS:
        ids = ([1] if bos else []) + tok.encode("<|user|>" + user)
        ours, theirs = greedy(model.eval(), ids, 48, (tk.END, tk.RESULT)), llm_llamacpp.greedy(ll, ids, 48, (tk.END, tk.RESULT))
        same += ours == theirs
        print(("  = " if ours == theirs else "  X ") + tok.decode(ids + theirs))
    print(f"llama.cpp with {args.out}: greedy tokens of {same} of {len(PROMPTS)} prompts equal")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--base", default="models/packs/nano/llm.gguf")
    ap.add_argument("--text", type=pathlib.Path, help="dialogues, one a line, of llm_data.py")
    ap.add_argument("--out", type=pathlib.Path, required=True)
    ap.add_argument("--lines", type=int, default=12000, help="of the text")
    ap.add_argument("--parts", default="attn_q,attn_v,attn_output,ffn_down", help="matrices that are adapted")
    ap.add_argument("--first", type=int, default=3, help="layer from which on; no gradient runs below it")
    ap.add_argument("--rank", type=int, default=8)
    ap.add_argument("--alpha", type=float, default=16)
    ap.add_argument("--steps", type=int, default=200, help="about 2 minutes of one core")
    ap.add_argument("--batch", type=int, default=8)
    ap.add_argument("--rows", type=int, default=256, help="tokens a row")
    ap.add_argument("--lr", type=float, default=2e-2)
    ap.add_argument("--version", default="butler-1")
    ap.add_argument("--measure", action="store_true", help="only ask the runtime with and without")
    ap.add_argument("--check", action="store_true", help="compare with llama-cpp-python")
    ap.add_argument("--sotto", default="build/sotto")
    ap.add_argument("--list", default="tests/golden/llm_heldout.tsv")
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    if args.text:
        model, tok, bos, crc = read_base(args.base)
        made = adapt(model, args.parts.split(","), args.first, args.rank, args.alpha)
        with open(args.text) as f:
            ids, own = rows_of([line.rstrip("\n") for line, _ in zip(f, range(args.lines))], tok, bos, args.rows)
        print(f"{sum(m.a.numel() + m.b.numel() for m in made.values())} parameters, {ids.numel()} tokens in {len(ids)} rows", flush=True)
        train(model.train(), made, ids, own, args)
        write(args.out, made, args.alpha, crc, "Sotto butler", args.version)
        print(f"{args.out}: {args.out.stat().st_size} bytes")
    if args.measure:
        measure(args)
    if args.check:
        check(args)


if __name__ == "__main__":
    main()
