"""A recurrent layer that trains fast on one core: one product and one fused cell a letter, bf16 products, the gradient written by hand.

GRU (Cho et al. 2014, reset gate after the product), gates in order r, z, n; several of one width run side by side:

    r, z = sigmoid(x_r + u_r), sigmoid(x_z + u_z)      n = tanh(x_n + r u_n)      h' = n + z (h - n)      u = W h + b

Shapes: T letters, C layers side by side, B words (always the same number: the two cells are compiled once), H width.
"""
import torch


def cell(gate, push, state):
    """One step [C, B, 3H], [C, B, 3H] bf16, [C, B, H] -> new state, the same in bf16, r, z, n in bf16."""
    in_r, in_z, in_n = gate.float().chunk(3, -1)
    st_r, st_z, st_n = push.float().chunk(3, -1)
    r, z = torch.sigmoid(in_r + st_r), torch.sigmoid(in_z + st_z)
    n = torch.tanh(in_n + r * st_n)
    new = n + z * (state - n)
    return new, new.bfloat16(), r.bfloat16(), z.bfloat16(), n.bfloat16()


def cell_back(seen, later, kept, r, z, n, before, push):
    """Gradients of the step: of the gates, of the products (bf16), and what reaches the state before through z."""
    r, z, n = r.float(), z.float(), n.float()
    total = seen.float() + later.float() + kept
    to_n = total * (1 - z) * (1 - n * n)
    to_z = total * (before.float() - n) * z * (1 - z)
    to_r = to_n * push.float().chunk(3, -1)[2] * r * (1 - r)
    return (torch.cat((to_r, to_z, to_n), -1).bfloat16(), torch.cat((to_r, to_z, to_n * r), -1).bfloat16(), total * z)


class Scan(torch.autograd.Function):
    """gates [T, C, B, 3H] bf16, weight [C, H, 3H], bias [C, 1, 3H] -> states [T, C, B, H] bf16."""
    step, step_back = staticmethod(cell), staticmethod(cell_back)

    @staticmethod
    def forward(ctx, gates, weight, bias):
        weight, bias = weight.bfloat16(), bias.bfloat16()
        steps, count, batch, wide = gates.shape
        state = torch.zeros(count, batch, wide // 3)
        short = state.bfloat16()
        saved, out = [], []
        for t in range(steps):
            push = torch.baddbmm(bias, short, weight)
            before = short
            state, short, r, z, n = Scan.step(gates[t], push, state)
            saved.append((r, z, n, before, push))
            out.append(short)
        ctx.saved, ctx.weight = saved, weight
        return torch.stack(out)

    @staticmethod
    def backward(ctx, grad):
        weight = ctx.weight.transpose(1, 2).contiguous()
        steps = len(ctx.saved)
        kept = torch.zeros_like(grad[0], dtype=torch.float32)
        later = torch.zeros_like(grad[0])
        to_gate, to_push = [None] * steps, [None] * steps
        for t in range(steps - 1, -1, -1):
            to_gate[t], to_push[t], kept = Scan.step_back(grad[t], later, kept, *ctx.saved[t])
            later = torch.bmm(to_push[t], weight)
        before = torch.cat([s[3] for s in ctx.saved], 1)
        pushes = torch.cat(to_push, 1)
        to_weight = torch.bmm(before.transpose(1, 2), pushes).float()
        return torch.stack(to_gate), to_weight, pushes.float().sum(1, keepdim=True)


def compile_cells():
    """Fuses both cells; call once before training."""
    Scan.step = staticmethod(torch.compile(cell, dynamic=False))
    Scan.step_back = staticmethod(torch.compile(cell_back, dynamic=False))
