"""The assistant's network: a small Llama (RMSNorm, GQA, RoPE in interleaved pairs, SwiGLU, tied embeddings).

The layout follows GGUF's `llama` architecture directly (rotary pairs 2 i, 2 i + 1), so export needs no re-ordering.
Rotary embedding: Su et al. 2021; SwiGLU: Shazeer 2020; grouped queries: Ainslie et al. 2023.
"""
import dataclasses

import torch
from torch import nn
from torch.nn import functional as F


@dataclasses.dataclass
class Config:
    vocab: int = 1536
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 2
    ffn: int = 512
    context: int = 512
    theta: float = 10000.0
    eps: float = 1e-5


class Norm(nn.Module):
    """y = x / sqrt(mean(x^2) + eps) * weight."""

    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


def rotate(x, cos, sin):
    """x [batch, heads, time, dim]: turn each pair (2 i, 2 i + 1) by its angle."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, d = c, c.width
        kv = d // c.heads * c.kv_heads
        self.attn_norm, self.ffn_norm = Norm(d, c.eps), Norm(d, c.eps)
        self.attn_q, self.attn_k, self.attn_v = (nn.Linear(d, n, bias=False) for n in (d, kv, kv))
        self.attn_output = nn.Linear(d, d, bias=False)
        self.ffn_gate, self.ffn_up = nn.Linear(d, c.ffn, bias=False), nn.Linear(d, c.ffn, bias=False)
        self.ffn_down = nn.Linear(c.ffn, d, bias=False)

    def forward(self, x, cos, sin, mask=None):
        b, t, d = x.shape
        h = self.attn_norm(x)
        q, k, v = (f(h).view(b, t, -1, d // self.c.heads).transpose(1, 2) for f in (self.attn_q, self.attn_k, self.attn_v))
        n = self.c.heads // self.c.kv_heads
        q, k = rotate(q, cos, sin), rotate(k, cos, sin).repeat_interleave(n, 1)
        if mask is None:
            y = F.scaled_dot_product_attention(q, k, v.repeat_interleave(n, 1), is_causal=True)
        else:  # plain products: on CPUs twice as fast to train through as the fused operator
            p = F.softmax(q @ k.transpose(2, 3) * (d // self.c.heads) ** -0.5 + mask, -1)
            y = p.to(v.dtype) @ v.repeat_interleave(n, 1)
        x = x + self.attn_output(y.transpose(1, 2).reshape(b, t, d))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.token_embd = nn.Embedding(c.vocab, c.width)
        self.blk = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.output_norm = Norm(c.width, c.eps)
        hd = c.width // c.heads
        angle = torch.arange(c.context).double()[:, None] * c.theta ** (-torch.arange(0, hd, 2).double() / hd)
        self.register_buffer("cos", angle.cos().float(), persistent=False)
        self.register_buffer("sin", angle.sin().float(), persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, 0, 0.02 if "embd" in name else p.shape[1] ** -0.5 * (0.3 if "output" in name or "down" in name
                    else 1))

    def hidden(self, ids):
        """ids [batch, time] to what the token table is multiplied with, [batch, time, width]."""
        x = self.token_embd(ids)
        if torch.is_autocast_enabled(ids.device.type):
            x = x.bfloat16()
        cos, sin = self.cos[:ids.shape[1]].to(x.dtype), self.sin[:ids.shape[1]].to(x.dtype)
        t = ids.shape[1]
        mask = torch.full((t, t), float("-inf"), dtype=x.dtype).triu(1) if self.training and x.device.type == "cpu" else None
        for block in self.blk:
            x = block(x, cos, sin, mask)
        return self.output_norm(x)

    def forward(self, ids):
        """ids [batch, time] to logits [batch, time, vocab]."""
        return F.linear(self.hidden(ids), self.token_embd.weight)


@torch.no_grad()
def greedy(model, ids, n, stop=()):
    """At most n greedy tokens after `ids` (recomputing the row), up to and with the first of `stop`."""
    row = list(ids)
    for _ in range(n):
        row.append(int(model(torch.tensor([row[-model.c.context:]], device=model.cos.device))[0, -1].argmax()))
        if row[-1] in stop:
            break
    return row[len(ids):]
