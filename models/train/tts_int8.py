"""int8 layers as the runtime computes them (runtime/README.md, number rules), for export and for measuring its loss.

quantise() gives a row its scale; Int8Linear is linear_i8 in PyTorch: activations per row to int8, exact integer sums,
one multiply by both scales. convert() swaps it into a trained network.
"""
import numpy as np
import torch
from torch import nn


def quantise(weight):
    """[rows, cols] float -> (int8 [rows, cols], float32 scale [rows], int32 row sums [rows])."""
    weight = np.asarray(weight, np.float32)
    scale = np.abs(weight).max(axis=1) / np.float32(127)
    safe = np.where(scale > 0, scale, 1)
    q = np.clip(np.rint(weight / safe[:, None]), -127, 127).astype(np.int8)
    return q, scale.astype(np.float32), q.astype(np.int32).sum(axis=1).astype(np.int32)


class Int8Linear(nn.Module):
    """y = (sum w q) * (sx * scale) + bias with q = round(x * (127 / max|x|))."""

    def __init__(self, linear):
        super().__init__()
        q, scale, _ = quantise(linear.weight.detach().cpu().numpy())
        self.register_buffer("q", torch.from_numpy(q).double())
        self.register_buffer("scale", torch.from_numpy(scale))
        self.register_buffer("bias", linear.bias.detach().float().clone())

    def forward(self, x):
        x = x.float()
        most = x.abs().amax(dim=-1, keepdim=True)
        up = torch.where(most > 0, 127.0 / most, torch.zeros_like(most))
        q = torch.round(x * up).clamp(-127, 127)
        sums = (q.double() @ self.q.T).float()
        return sums * ((most / 127.0) * self.scale) + self.bias


def convert(model):
    """Every nn.Linear of a network becomes Int8Linear, in place; returns the network."""
    for name, child in model.named_children():
        if isinstance(child, nn.Linear):
            setattr(model, name, Int8Linear(child))
        else:
            convert(child)
    return model
