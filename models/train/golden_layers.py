#!/usr/bin/env python3
"""Writes tests/golden/layers_*: inputs and outputs of the layers as PyTorch computes them, tiny and seeded.

`layers_linear.gguf` holds an int8 layer in the format of runtime/README.md (weight, scale, rowsum, bias) and a norm; the .f32 files are raw
little-endian float32 in the order that tests/test_layers.c reads. The int8 layer is simulated with the runtime's number rules in numpy float32,
each operation rounded as the C code does, so its output is compared exactly; the float layers are computed in float64 by PyTorch.

    python models/train/golden_layers.py [--out tests/golden]
"""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from gguf import GGUFWriter

ROWS, COLS, COUNT = 13, 37, 5  # odd on purpose: no multiple of any vector width
N = 83  # length of the elementwise and norm vectors
CHANNELS, KERNEL, FRAMES = 11, 7, 9


def quantise_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 a row, by the number rules: q = round-half-even(x * (127/amax)), scale = amax/127, in float32."""
    amax = np.abs(x).max(axis=1).astype(np.float32)
    with np.errstate(divide="ignore"):
        up = np.where(amax > 0, np.float32(127) / amax, np.float32(0)).astype(np.float32)
    q = np.clip(np.rint(x.astype(np.float32) * up[:, None]), -127, 127).astype(np.int8)
    return q, (amax / np.float32(127)).astype(np.float32)


def linear_i8(x, w, scale, bias):
    """y[m, r] = float(sum) * (sx * scale[r]) + bias[r], each step rounded to float32."""
    q, sx = quantise_rows(x)
    total = (q.astype(np.int64) @ w.astype(np.int64).T).astype(np.float32)
    return (total * (sx[:, None] * scale[None, :]).astype(np.float32)).astype(np.float32) + bias[None, :]


def write(out: pathlib.Path, name: str, *arrays) -> None:
    data = np.concatenate([np.asarray(a, dtype=np.float32).ravel() for a in arrays])
    data.astype("<f4").tofile(out / f"layers_{name}.f32")


def golden_linear(out: pathlib.Path, r: np.random.Generator) -> None:
    real = r.standard_normal((ROWS, COLS)).astype(np.float32)
    scale = (np.abs(real).max(axis=1) / 127).astype(np.float32)
    w = np.clip(np.rint(real / scale[:, None]), -127, 127).astype(np.int8)
    bias = r.standard_normal(ROWS).astype(np.float32)
    x = (r.standard_normal((COUNT, COLS)) * 3).astype(np.float32)
    x[3] = 0  # an all-zero row
    y = linear_i8(x, w, scale, bias)
    exact = x.astype(np.float64) @ real.astype(np.float64).T + bias  # what the layer stands for
    assert np.abs(y - exact).max() < 0.03 * exact.std(), np.abs(y - exact).max()
    writer = GGUFWriter(out / "layers_linear.gguf", "sotto-test")
    writer.add_custom_alignment(64)
    writer.add_tensor("fc.weight", w)
    writer.add_tensor("fc.scale", scale)
    writer.add_tensor("fc.rowsum", w.astype(np.int32).sum(axis=1).astype(np.int32))
    writer.add_tensor("fc.bias", bias)
    writer.add_tensor("norm.weight", (1 + 0.2 * r.standard_normal(N)).astype(np.float32))
    writer.add_tensor("norm.bias", (0.3 * r.standard_normal(N)).astype(np.float32))
    writer.add_tensor("real.weight", real)  # the same layer in float
    writer.add_tensor("real.bias", bias)
    writer.add_tensor("broken.weight", w)
    writer.add_tensor("broken.scale", scale)
    writer.add_tensor("broken.rowsum", w.astype(np.int32).sum(axis=1).astype(np.int32) + (np.arange(ROWS) == 4).astype(np.int32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    write(out, "linear", x, y, exact)


def read_norm(out: pathlib.Path) -> tuple[torch.Tensor, torch.Tensor]:
    from gguf import GGUFReader

    tensors = {t.name: torch.from_numpy(np.array(t.data)).double() for t in GGUFReader(out / "layers_linear.gguf").tensors if t.name.startswith("norm")}
    return tensors["norm.weight"], tensors["norm.bias"]


def golden_float(out: pathlib.Path, r: np.random.Generator) -> None:
    gain, bias = read_norm(out)
    x32 = (r.standard_normal((3, N)) * np.array([[1], [20], [0.01]])).astype(np.float32)
    x = torch.from_numpy(x32).double()
    write(out, "layernorm", x, F.layer_norm(x, (N,), gain, bias, 1e-5))
    write(out, "rmsnorm", x, F.rms_norm(x, (N,), gain, 1e-6))
    write(out, "softmax", x, F.softmax(x, -1))
    write(out, "logsoftmax", x, F.log_softmax(x, -1))
    write(out, "silu", x, F.silu(x))
    write(out, "gelu", x, F.gelu(x, approximate="tanh"))
    pair = torch.from_numpy(r.standard_normal((2, 2 * N)).astype(np.float32) * 3).double()
    write(out, "glu", pair, F.glu(pair, -1))


def golden_depthwise(out: pathlib.Path, r: np.random.Generator) -> None:
    x = torch.from_numpy(r.standard_normal((FRAMES, CHANNELS)).astype(np.float32))
    w = torch.from_numpy(r.standard_normal((KERNEL, CHANNELS)).astype(np.float32))
    b = torch.from_numpy(r.standard_normal(CHANNELS).astype(np.float32))
    padded = F.pad(x.T[None].double(), (KERNEL - 1, 0))
    y = F.conv1d(padded, w.T[:, None, :].double(), b.double(), groups=CHANNELS)[0].T
    write(out, "depthwise", w, b, x, y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()
    torch.set_num_threads(1)
    r = np.random.default_rng(args.seed)
    golden_linear(args.out, r)
    golden_float(args.out, r)
    golden_depthwise(args.out, r)
    print(f"layers_*: {sum(p.stat().st_size for p in args.out.glob('layers_*'))} bytes in {args.out}")


if __name__ == "__main__":
    main()
