"""The one block both voice networks are made of, and what their training loops share.

Block (ConvNeXt, Liu et al. 2022, in time): y = x + W2 silu(W1 LayerNorm(depthwise(x))). The depthwise convolution sees
`ahead` frames of the future and (kernel - 1) * dilation - ahead of the past, zeros beyond both ends; models/tts/convstack.c
computes the same one frame at a time. Rows are frames: tensors are [batch, time, channels].
"""
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

EPS = 1e-5


class Depthwise(torch.autograd.Function):
    """y[t] = bias + sum_k tap[k] * pad[t + k * dilation], accumulated in place (half the memory traffic of plain operations)."""

    @staticmethod
    def forward(ctx, pad, tap, bias, dilation):
        ctx.save_for_backward(pad, tap)
        ctx.dilation = dilation
        length = pad.shape[1] - (len(tap) - 1) * dilation
        y = bias.expand(pad.shape[0], length, -1).contiguous()
        for k, row in enumerate(tap):
            y.addcmul_(pad[:, k * dilation:k * dilation + length], row)
        return y

    @staticmethod
    def backward(ctx, grad):
        pad, tap = ctx.saved_tensors
        length, step = grad.shape[1], ctx.dilation
        to_pad, to_tap = torch.zeros_like(pad), torch.empty_like(tap)
        for k, row in enumerate(tap):
            cut = slice(k * step, k * step + length)
            to_pad[:, cut].addcmul_(grad, row)
            to_tap[k] = (grad * pad[:, cut]).sum(dim=(0, 1))
        return to_pad, to_tap, grad.sum(dim=(0, 1)), None


class Block(nn.Module):
    def __init__(self, width, hidden, kernel, ahead, dilation=1):
        super().__init__()
        self.kernel, self.ahead, self.dilation = kernel, ahead, dilation
        self.depth = nn.Parameter(torch.randn(kernel, width) / kernel ** 0.5)
        self.depth_bias = nn.Parameter(torch.zeros(width))
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)
        with torch.no_grad():
            self.down.weight.mul_(0.3)
            self.down.bias.zero_()

    def past(self):
        return (self.kernel - 1) * self.dilation - self.ahead

    def forward(self, x):
        pad = F.pad(x, (0, 0, self.past(), self.ahead))
        y = Depthwise.apply(pad, self.depth, self.depth_bias, self.dilation)
        return x + self.down(F.silu(self.up(self.norm(y))))


def stack(width, hidden, kernel, ahead, dilation):
    """Sequential of blocks; `ahead` and `dilation` are lists, one entry a block."""
    return nn.Sequential(*[Block(width, hidden, kernel, a, d) for a, d in zip(ahead, dilation)])


class Clock:
    """Learning rate and stopping by training time: warm-up, then a half cosine that ends when `minutes` are used."""

    def __init__(self, minutes, peak, used=0.0):
        self.total, self.peak, self.used, self.last = minutes * 60.0, peak, used, time.time()

    def tick(self, optimiser, warm=60.0):
        now = time.time()
        self.used += min(now - self.last, 60.0)
        self.last = now
        done = min(self.used / self.total, 1.0)
        rate = self.peak * min(1.0, self.used / warm) * (0.5 + 0.5 * float(torch.cos(torch.tensor(done * torch.pi)))) + 1e-6
        for group in optimiser.param_groups:
            group["lr"] = rate
        return done < 1.0


class Average:
    """Exponential moving average of the weights (what is exported)."""

    def __init__(self, model, keep=0.998):
        self.keep = keep
        self.weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model):
        for key, value in model.state_dict().items():
            self.weights[key].lerp_(value, 1.0 - self.keep) if value.is_floating_point() else self.weights[key].copy_(value)


def save(path, model, optimiser, average, clock, step, extra):
    """Checkpoint, written beside and renamed so that a kill leaves the old one whole."""
    path = Path(path)
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "average": average.weights,
                "used": clock.used, "step": step, **extra}, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def resume(path, model, optimiser, average, clock):
    """Loads a checkpoint when there is one; returns the step."""
    if not Path(path).exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=False)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    average.weights = state["average"]
    clock.used = state["used"]
    return state["step"]
