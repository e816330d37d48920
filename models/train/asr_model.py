"""The recogniser of `nano`: causal-in-time convolutional subsampling x8, Conformer blocks with chunked attention, CTC over phones.

Gulati et al. 2020 (Conformer) with three changes that make it stream in fixed memory on integers: attention sees its own chunk and a left
context only (Yao et al. 2021, U2), the depthwise convolution is causal, and LayerNorm stands where BatchNorm was. Positions are rotary
(Su et al. 2021, interleaved pairs), so only differences count. The head gives `split` CTC frames for each encoder frame, so that
80 ms frames can spell the quickest speech. models/asr/*.c runs exactly this; asr_export.py writes it.
"""
import dataclasses
import math

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass
class Config:
    bands: int = 80
    channels: int = 32   # of the subsampling
    dim: int = 144
    heads: int = 4
    ff: int = 576
    blocks: int = 6
    kernel: int = 9      # of the depthwise convolution over time
    classes: int = 40    # blank and phones
    split: int = 3       # CTC frames that an encoder frame gives
    chunk: int = 8       # encoder frames of 80 ms, at run time
    left: int = 32
    theta: float = 1000.0


def quantize_rows(w):
    """Symmetric int8 rows: (int8, scale[rows]), scale = max|row| / 127."""
    scale = w.abs().amax(dim=1) / 127.0
    q = torch.round(w / torch.where(scale > 0, scale, torch.ones_like(scale))[:, None]).clamp(-127, 127)
    return q, scale


class Linear(nn.Linear):
    """A linear layer; with `int8` set it computes as linear_i8 of the C does (dynamic per-row activations); with `rounded` it trains with the
    weights that int8 rows can hold (straight-through estimator, Bengio et al. 2013)."""
    int8 = rounded = False

    def forward(self, x):
        if not self.int8:
            w = self.weight
            if self.rounded:
                q, scale = quantize_rows(w.detach())
                w = w + (q * scale[:, None] - w.detach())
            return F.linear(x, w, self.bias)
        w, scale = quantize_rows(self.weight)
        amax = x.abs().amax(dim=-1, keepdim=True)
        q = torch.round(x * torch.where(amax > 0, 127.0 / amax, torch.zeros_like(amax))).clamp(-127, 127)
        y = (q @ w.T) * ((amax / 127.0) * scale)
        return y if self.bias is None else y + self.bias


class TimeConv(torch.autograd.Function):
    """Causal depthwise convolution: x [B, T, dim] float, w [kernel, dim] oldest first. By hand, since autograd of slices fills memory."""

    @staticmethod
    def forward(ctx, x, w, bias):
        kernel, t = w.shape[0], x.shape[1]
        padded = F.pad(x, (0, 0, kernel - 1, 0))
        y = bias + padded[:, :t] * w[0]
        for k in range(1, kernel):
            y.addcmul_(padded[:, k:k + t], w[k])
        ctx.save_for_backward(padded, w)
        return y

    @staticmethod
    def backward(ctx, g):
        padded, w = ctx.saved_tensors
        kernel, t = w.shape[0], g.shape[1]
        dx = F.pad(g, (0, 0, 0, kernel - 1))
        out = g * w[kernel - 1]
        for k in range(kernel - 1):
            ahead = kernel - 1 - k
            out.addcmul_(dx[:, ahead:ahead + t], w[k])
        dw = torch.stack([(padded[:, k:k + t] * g).sum((0, 1)) for k in range(kernel)])
        return out, dw, g.sum((0, 1))


class Subsample(nn.Module):
    """[B, T, bands] -> [B, T/8, dim]: frame k needs input frames <= 8k+7. Pads one zero before the first frame and the first band."""

    def __init__(self, c):
        super().__init__()
        n = c.channels
        self.conv = nn.Conv2d(1, n, 3, stride=2)
        self.depth = nn.ModuleList(nn.Conv2d(n, n, 3, stride=2, groups=n) for _ in range(2))
        self.point = nn.ModuleList(Linear(n, n) for _ in range(2))
        self.out = Linear(n * (c.bands // 8), c.dim)

    def forward(self, x):
        b, t, n = x.shape
        x = F.pad(x, (1, 0, 1, 0))  # the 3x3 convolution as a matrix product: several times faster on a CPU
        x = torch.stack([x[:, i:i + t:2, j:j + n:2] for i in range(3) for j in range(3)], dim=-1)
        x = F.relu(F.linear(x, self.conv.weight.flatten(1), self.conv.bias))  # [B, T/2, band, channel]
        for depth, point in zip(self.depth, self.point):
            with torch.autocast(x.device.type, enabled=False):
                x = F.pad(x.float(), (0, 0, 1, 0, 1, 0)).permute(0, 3, 1, 2)  # channels last in memory
                x = F.conv2d(x, depth.weight, depth.bias, stride=2, groups=depth.groups)
            x = F.relu(point(x.permute(0, 2, 3, 1)))
        return self.out(x.flatten(2))  # [B, T/8, band x channel], channel fastest


def rope(length, dim, theta, device):
    """cosines [length, dim/2, 1] and signed sines [length, dim/2, 2] of the positions."""
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * theta ** (-torch.arange(0, dim, 2, device=device, dtype=torch.float32) / dim)
    sine = torch.sin(angle)
    return torch.cos(angle)[..., None], torch.stack((-sine, sine), dim=-1)


def turn(x, rotation):
    """Rotates the pairs (2i, 2i+1) of [..., T, dim]."""
    pairs, (cosine, sine) = x.float().unflatten(-1, (-1, 2)), rotation
    return (pairs * cosine + pairs.flip(-1) * sine).flatten(-2)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.dim = c.heads, c.dim
        self.norm = nn.LayerNorm(c.dim)
        self.qkv = Linear(c.dim, 3 * c.dim)
        self.out = Linear(c.dim, c.dim)

    def forward(self, x, mask, rotation):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k = turn(q, rotation), turn(k, rotation)
        if not self.qkv.int8:
            q, k = q.to(v.dtype), k.to(v.dtype)
        score = (q @ k.transpose(-1, -2)).float() * (1 / math.sqrt(d // self.heads)) + mask
        y = torch.softmax(score, dim=-1).to(v.dtype) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Convolution(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.kernel = c.kernel
        self.norm = nn.LayerNorm(c.dim)
        self.up = Linear(c.dim, 2 * c.dim)
        self.depth = nn.Parameter(torch.randn(c.kernel, c.dim) * c.kernel ** -0.5)  # oldest frame first
        self.depth_bias = nn.Parameter(torch.zeros(c.dim))
        self.mid = nn.LayerNorm(c.dim)
        self.down = Linear(c.dim, c.dim)

    def forward(self, x):
        x = F.glu(self.up(self.norm(x)).float(), dim=-1)
        with torch.autocast(x.device.type, enabled=False):
            y = TimeConv.apply(x, self.depth, self.depth_bias)
        return self.down(F.silu(self.mid(y)))


class Feed(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = nn.LayerNorm(c.dim)
        self.up, self.down = Linear(c.dim, c.ff), Linear(c.ff, c.dim)

    def forward(self, x):
        return self.down(F.silu(self.up(self.norm(x))))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ff1, self.att, self.conv, self.ff2 = Feed(c), Attention(c), Convolution(c), Feed(c)
        self.norm = nn.LayerNorm(c.dim)

    def forward(self, x, mask, rotation):
        x = x + 0.5 * self.ff1(x)
        x = x + self.att(x, mask, rotation)
        x = x + self.conv(x)
        x = x + 0.5 * self.ff2(x)
        return self.norm(x)


def chunk_mask(t, chunk, left, device):
    """[t, t] 0 where the query (row) may look, -1e4 elsewhere: own chunk and `left` frames before it."""
    at = torch.arange(t, device=device)
    start = at // chunk * chunk
    ok = (at[None] < (start + chunk)[:, None]) & (at[None] >= (start - left)[:, None])
    return torch.where(ok, 0.0, -1e4)


class Recognizer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.config = c
        self.sub = Subsample(c)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.blocks))
        self.head = Linear(c.dim, c.split * c.classes)
        self.aid = Linear(c.dim, c.split * c.classes)  # the same of the middle block, while training only
        self.start()

    def start(self):
        """Initial weights that keep the variance of a signal through convolutions and ReLUs; without this the speech drowns in the biases."""
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Conv2d)):
                nn.init.normal_(m.weight, std=m.weight[0].numel() ** -0.5)
                nn.init.zeros_(m.bias)
        for m in [self.sub.conv, *self.sub.point]:
            m.weight.data *= math.sqrt(2.0)

    def forward(self, mel, mask):
        """mel [B, T, bands] normalised, T a multiple of 8; mask [T/8, T/8]. Logits [B, split T/8, classes] of the last and of the middle block."""
        x = self.sub(mel).float()
        rotation = rope(x.shape[1], self.config.dim // self.config.heads, self.config.theta, x.device)
        middle = None
        for i, block in enumerate(self.blocks):
            x = block(x, mask, rotation)
            if i == len(self.blocks) // 2 - 1:
                middle = x
        frames = lambda y: y.float().unflatten(-1, (self.config.split, -1)).flatten(1, 2)
        return frames(self.head(x)), frames(self.aid(middle)) if self.training else None

    def set_int8(self, on):
        for m in self.modules():
            if isinstance(m, Linear):
                m.int8 = on

    def set_rounded(self, on):
        for m in self.modules():
            if isinstance(m, Linear):
                m.rounded = on

    def parameters_count(self):
        return sum(p.numel() for p in self.parameters())
